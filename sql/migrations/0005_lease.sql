-- Who polls: of several collectors the one that holds the lease. The database's clock alone decides, so that
-- clocks of machines may disagree; the epoch grows with every new holder, so that whoever was frozen while it
-- lost the lease can be told apart from its successor.

create table lease (
    name    text primary key,
    holder  text not null,
    epoch   bigint not null check (epoch > 0),
    expires timestamptz not null
);

comment on table lease is 'Which collector polls, and until when.';

alter table lease enable row level security;

-- Takes or prolongs the lease and answers the epoch it is held with; null while somebody else holds it.
create function take_lease(wanted text, me text, ttl interval) returns bigint
    language sql
begin atomic
    insert into lease as held (name, holder, epoch, expires)
    values (wanted, me, 1, clock_timestamp() + ttl)
    on conflict (name) do update
    set holder = me,
        epoch = case when held.holder = me and held.expires >= clock_timestamp() then held.epoch else held.epoch + 1 end,
        expires = clock_timestamp() + ttl
    where held.holder = me or held.expires < clock_timestamp()
    returning held.epoch;
end;

-- Lets it go at once, if it is still ours.
create function give_lease(wanted text, me text) returns void
    language sql
begin atomic
    update lease set expires = '-infinity' where name = wanted and holder = me;
end;

revoke execute on function take_lease(text, text, interval) from public;
revoke execute on function give_lease(text, text) from public;
