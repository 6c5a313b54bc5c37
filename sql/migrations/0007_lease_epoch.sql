-- What a collector writes, it writes under its epoch, and the database looks before it commits: whoever was frozen
-- while it lost the lease adds nothing when it wakes.

-- Refuses unless `me` holds the lease under this epoch, and lets nobody take it before the transaction ends. Call it
-- together with COMMIT: while a transaction that called it stays open, the holder cannot prolong its lease either.
create function hold_lease(wanted text, me text, mine bigint) returns void
    language plpgsql
    set search_path from current
as $$
begin
    perform from lease
    where name = wanted and holder = me and epoch = mine and expires > clock_timestamp()
    for share;
    if not found then
        raise exception 'the lease is not held under epoch % any more', mine using errcode = 'KPI01';
    end if;
end;
$$;

-- As with three arguments, with an epoch above `above`: where this table is younger than what readers have seen (a
-- database that was restored or moved), its epochs would be refused until they have caught up.
create function take_lease(wanted text, me text, ttl interval, above bigint) returns bigint
    language sql
begin atomic
    insert into lease as held (name, holder, epoch, expires)
    values (wanted, me, above + 1, clock_timestamp() + ttl)
    on conflict (name) do update
    set holder = me,
        epoch = case
            when held.holder = me and held.expires >= clock_timestamp() and held.epoch > above then held.epoch
            else greatest(held.epoch, above) + 1
        end,
        expires = clock_timestamp() + ttl
    where held.holder = me or held.expires < clock_timestamp()
    returning held.epoch;
end;

revoke execute on function hold_lease(text, text, bigint) from public;
revoke execute on function take_lease(text, text, interval, bigint) from public;
