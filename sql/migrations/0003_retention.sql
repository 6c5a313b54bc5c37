-- Old samples go when somebody asks: from cron, or on Supabase from pg_cron:
--   select cron.schedule('kpi retention', '7 * * * *', $$select kpi.purge_samples('90 days')$$);

-- Removes samples older than `keep`, at most `most` of them in one go so that no lock or transaction lasts
-- long, and says how many. Call it again while it answers `most`. A `keep` of nothing or less removes nothing.
-- The body is parsed now, not when it is called: it means these tables, whatever search path the caller has.
create function purge_samples(keep interval, most bigint default 100000) returns bigint
    language sql
begin atomic
    with old as (
        select ctid from samples where ts < now() - keep and keep > interval '0' limit most
    ), gone as (
        delete from samples where ctid in (select ctid from old) returning 1
    )
    select count(*) from gone;
end;

-- The caller's own rights decide; this keeps it out of other people's lists of functions.
revoke execute on function purge_samples(interval, bigint) from public;
