-- Live updates without Redis: `LISTEN kpi` over the direct connection hears what is inserted into `samples`.
--
-- Off until somebody calls `select kpi.enable_notify();`, because it has a price: transactions that notify
-- commit one after the other, by a lock that is held over the write to disk, for all databases of the server.
-- Measured with 16 clients that insert one row each: a fifth of the commits a second (10,200 without, 2,200
-- with), less on a slow disk. Few writers with many rows in a statement, as `kpi push -`, do not feel it.
-- And a listener that is stuck in a transaction lets the queue fill (8 GB, pg_notification_queue_usage()),
-- until commits fail.
--
-- A payload is one sample as JSON, as in Redis; or names of metrics to poll again, one a line; or empty:
-- poll everything. PostgreSQL takes less than 8000 bytes.

-- One statement, few notifications: up to 20 rows are told one by one, more as the names of their metrics.
create function notify_samples() returns trigger
    language plpgsql
as $$
declare
    channel constant text := tg_argv[0];
    many constant boolean := (select count(*) > 20 from (select from new_rows limit 21) as first);
begin
    perform pg_notify(channel, payload)
    from (
        with rows as materialized (
            select metric, case
                -- What a live sample cannot hold is polled instead.
                when not many and ts between '0001-01-01' and '9999-12-30'
                    and value not in ('NaN', 'Infinity', '-Infinity')
                then jsonb_build_object(
                    'v', 1,
                    'metric', metric,
                    'value', value::text,
                    'ts', to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    'labels', labels
                )::text
            end as payload
            from new_rows
        ), names as (
            -- A name that is no line of a payload: everything is polled.
            select distinct metric as name, octet_length(metric) <= 200
                and metric !~ '^[{_[:space:]]|[[:cntrl:]]|[[:space:]]$' as fits
            from rows
            where payload is null or octet_length(payload) >= 8000
        ), parts as (
            select name, fits, sum(octet_length(name) + 1) over (order by name) / 7000 as part from names
        )
        select payload from rows where octet_length(payload) < 8000
        union all
        select case when bool_and(fits) then string_agg(name, E'\n' order by name) else '' end
        from parts group by part
    ) as told;
    return null;
end;
$$;

-- Tells each insert into `samples` to who listens to `channel`: the `prefix` of [redis], `kpi` unless configured.
-- The body's names are found in this schema, whatever search path the caller has.
create function enable_notify(channel text default 'kpi') returns void
    language plpgsql
    set search_path from current
    set client_min_messages = warning
as $$
begin
    if octet_length(channel) not between 1 and 63 then
        raise exception 'a channel has a name of 1 to 63 bytes' using errcode = '22023';
    end if;
    drop trigger if exists samples_notify on samples;
    execute format(
        'create trigger samples_notify after insert on samples referencing new table as new_rows '
        'for each statement execute function notify_samples(%L)', channel);
end;
$$;

create function disable_notify() returns void
    language plpgsql
    set search_path from current
    set client_min_messages = warning
as $$
begin
    drop trigger if exists samples_notify on samples;
end;
$$;

comment on function enable_notify(text) is 'Live updates by NOTIFY: on. Commits that insert samples then wait for each other.';
comment on function disable_notify() is 'Live updates by NOTIFY: off.';

-- Only the owner of the table may do it anyway; this keeps them out of other people's lists of functions.
revoke execute on function notify_samples(), enable_notify(text), disable_notify() from public;
