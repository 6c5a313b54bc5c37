-- History: samples rolled up to minutes, hours and days, so that dashboards look far back after the samples
-- themselves are gone. `kpi serve` calls roll_up() and retain(); without it, cron or pg_cron does:
--   select cron.schedule('kpi roll-up',   '* * * * *',  'select kpi.roll_up()');
--   select cron.schedule('kpi retention', '7 * * * *', 'select kpi.retain()');
-- Set how long each is kept in the table `retention`.

-- Each sample is counted once, in whatever order they come: what was counted is known by the transaction that
-- wrote it. So one that comes days late counts too, and rolling up never looks at old samples again. What is
-- here already has no number: it is found by its time, metric after metric.
alter table samples add column added bigint;
alter table samples alter column added set default pg_current_xact_id()::text::bigint;
comment on column samples.added is 'The transaction that wrote it, for roll_up(): leave it alone.';

-- Rolling up reads on from where it stopped. Transactions are in order: a write goes to the index's last page.
create index samples_added on samples (added) where added is not null;

create table rollups (
    seconds int not null check (seconds in (60, 3600, 86400)),
    metric  text not null references metrics (name) on update cascade,
    ts      timestamptz not null,                   -- begin of the minute, hour or day, in UTC
    series  uuid not null,                          -- of the labels, which may be too long for an index
    labels  jsonb not null,
    count   bigint not null,
    sum     numeric not null,
    min     numeric not null,
    max     numeric not null,
    last    numeric not null,                       -- the greatest of those with the newest time
    last_ts timestamptz not null,
    primary key (metric, seconds, ts, series)
);

comment on table rollups is 'Samples by minute, hour and day.';

create index rollups_ts on rollups (seconds, ts);

create table retention (
    seconds int primary key check (seconds in (0, 60, 3600, 86400)),    -- 0: the samples themselves
    keep    interval check (keep > interval '0')                        -- none: for ever
);

comment on table retention is 'How long samples (0) and their roll-ups are kept: null for ever.';

insert into retention values (0, null), (60, '30 days'), (3600, '2 years'), (86400, null);

-- How far rolling up has come; one row.
create table rollup_state (
    only_one    boolean primary key default true check (only_one),
    -- The sweep: samples of transactions before `swept`, by metric and time downwards, from `sweep_since` on.
    swept        bigint,                            -- none: not begun
    sweep_since  timestamptz not null default '-infinity',
    sweep_metric text not null default '',
    sweep_ts     timestamptz not null default 'infinity',
    is_swept     boolean not null default false,
    -- What came since: everything up to this sample is counted.
    added        bigint not null default 0,
    metric       text not null default '',
    ts           timestamptz not null default '-infinity'
);

insert into rollup_state default values;

alter table rollups enable row level security;
alter table retention enable row level security;
alter table rollup_state enable row level security;

-- What runs with the owner's rights must not find somebody's temporary table in place of ours.
select set_config('search_path', current_setting('search_path') || ', pg_temp', true);

-- Adds samples to the roll-ups they belong to.
create function add_to_rollups(batch samples[]) returns void
    language sql
    set search_path from current
as $$
    with minutes as materialized (
        -- Whole numbers of minutes since 1970 in UTC: no clock is ever turned back.
        select metric, to_timestamp(floor(extract(epoch from ts) / 60) * 60) as minute, md5(labels::text)::uuid as series,
            (array_agg(labels))[1] as labels, count(*) as count, sum(value) as sum, min(value) as min, max(value) as max,
            (array_agg(value order by ts desc, value desc))[1] as last, max(ts) as last_ts
        from unnest(batch) as one
        where isfinite(ts)
        group by 1, 2, 3
    )
    insert into rollups as old (seconds, metric, ts, series, labels, count, sum, min, max, last, last_ts)
    select seconds, metric, to_timestamp(floor(extract(epoch from minute) / seconds) * seconds) as ts, series,
        (array_agg(labels))[1], sum(count), sum(sum), min(min), max(max),
        (array_agg(last order by last_ts desc, last desc))[1], max(last_ts)
    from minutes, (values (60), (3600), (86400)) as resolution (seconds)
    group by 1, 2, 3, series
    on conflict (metric, seconds, ts, series) do update set
        count = old.count + excluded.count,
        sum = old.sum + excluded.sum,
        min = least(old.min, excluded.min),
        max = greatest(old.max, excluded.max),
        last = case when (excluded.last_ts, excluded.last) > (old.last_ts, old.last) then excluded.last else old.last end,
        last_ts = greatest(old.last_ts, excluded.last_ts)
$$;

-- Counts about `most` samples that are not counted yet, and says how many it were: call it again while it answers
-- `most` or more. Interrupted, it has done nothing; twice at a time, the second has nothing to do.
create function roll_up(most bigint default 50000) returns bigint
    language plpgsql
    security definer
    set search_path from current
as $$
declare
    state rollup_state;
    batch samples[];
    done bigint := 0;
    -- Every transaction before it has ended.
    horizon constant bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    final samples;
begin
    if most < 1 then
        raise exception 'roll_up() takes a number of samples above 0' using errcode = '22023';
    end if;
    select * into state from rollup_state for update skip locked;
    if not found then
        return 0;
    end if;
    if greatest(state.swept, state.added) > pg_snapshot_xmax(pg_current_snapshot())::text::bigint then
        raise exception 'transaction ids have begun anew: the database was restored'
            using hint = 'select roll_up_again(…) with the time from which on all samples are there';
    end if;

    if state.swept is null then
        state.swept := horizon;
        state.added := horizon;
    end if;
    while not state.is_swept and done < most loop
        -- The time of the last that is taken; samples of one time are not torn apart.
        select array_agg(one) into batch
        from samples as one
        where one.metric = state.sweep_metric and one.ts < state.sweep_ts and one.ts >= state.sweep_since
            and coalesce(one.added, 0) < state.swept
            and one.ts >= coalesce((
                select ts from samples
                where metric = state.sweep_metric and ts < state.sweep_ts and ts >= state.sweep_since
                    and coalesce(added, 0) < state.swept
                order by ts desc
                offset most - done - 1 limit 1
            ), '-infinity');
        if batch is null then
            select name into state.sweep_metric from metrics where name > state.sweep_metric order by name limit 1;
            if found then
                state.sweep_ts := 'infinity';
            else
                state.sweep_metric := '';
                state.is_swept := true;
            end if;
        else
            perform add_to_rollups(batch);
            done := done + cardinality(batch);
            select min(ts) into state.sweep_ts from unnest(batch);
        end if;
    end loop;

    if state.is_swept and done < most then
        select (one).* into final from (
            select one from samples as one
            where added >= state.added and added < horizon
                and (added, metric, ts) > (state.added, state.metric, state.ts)
            order by added, metric, ts
            offset most - done - 1 limit 1
        ) as last_one;
        if not found then
            -- All there is: the next begins with the first transaction that is not over.
            final.added := horizon;
            final.metric := '';
            final.ts := '-infinity';
        end if;
        select array_agg(one) into batch
        from samples as one
        where added >= state.added and added <= final.added and added < horizon
            and (added, metric, ts) > (state.added, state.metric, state.ts)
            and (added, metric, ts) <= (final.added, final.metric, final.ts);
        if batch is not null then
            perform add_to_rollups(batch);
            done := done + cardinality(batch);
        end if;
        state.added := final.added;
        state.metric := final.metric;
        state.ts := final.ts;
    end if;

    update rollup_state set swept = state.swept, sweep_metric = state.sweep_metric, sweep_ts = state.sweep_ts,
        is_swept = state.is_swept, added = state.added, metric = state.metric, ts = state.ts;
    return done;
end;
$$;

-- Forgets the roll-ups of the days from `since` on, which roll_up() then makes anew: after samples were changed or
-- removed by hand, or the database was restored. From there on all samples have to be there.
create function roll_up_again(since timestamptz) returns void
    language plpgsql
    set search_path from current
as $$
declare
    -- A day that is not there as a whole stays as it is.
    first_day constant timestamptz := case
        when isfinite(since) then to_timestamp(ceil(extract(epoch from since) / 86400) * 86400)
        else since
    end;
begin
    perform from rollup_state for update;
    -- Of what began anew, nothing is after this.
    update samples set added = null where samples.added >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    delete from rollups where ts >= first_day;
    update rollup_state set swept = null, sweep_since = first_day, sweep_metric = '', sweep_ts = 'infinity',
        is_swept = false, added = 0, metric = '', ts = '-infinity';
end;
$$;

-- Removes what is older than `retention` says, at most `most` rows of each resolution: call it again while it
-- answers that many or more. Samples that are not counted yet stay.
create function retain(most bigint default 50000) returns bigint
    language plpgsql
    security definer
    set search_path from current
as $$
declare
    state rollup_state;
    total bigint := 0;
    removed bigint;
    rule record;
begin
    select * into state from rollup_state for update skip locked;
    if not found then
        return 0;
    end if;
    for rule in select seconds, now() - keep as oldest from retention where keep is not null order by seconds loop
        if rule.seconds = 0 then
            continue when not state.is_swept;
            delete from samples where ctid = any (array(
                select ctid from samples where ts < rule.oldest and coalesce(added, 0) < state.added limit most
            ));
        else
            delete from rollups where ctid = any (array(
                select ctid from rollups where seconds = rule.seconds and ts < rule.oldest - make_interval(secs => rule.seconds)
                limit most
            ));
        end if;
        get diagnostics removed = row_count;
        total := total + removed;
    end loop;
    return total;
end;
$$;

-- A metric between two times: of samples and their roll-ups, the coarsest that is not above `step` and still kept as
-- far back, else the finest that is. `count` samples make `sum`; the mean of several rows is sum(sum) / sum(count).
-- What is not rolled up yet is in it too. As in a panel:
--   select $__timeGroup(ts, $__interval) as time, sum(sum) / sum(count) as orders
--   from history('orders', $__timeFrom(), $__timeTo(), '$__interval') group by 1 order by 1
create function history(
    wanted text, since timestamptz, until timestamptz, step interval default null,
    out ts timestamptz, out labels jsonb, out count bigint, out sum numeric, out min numeric, out max numeric,
    out last numeric, out seconds int
) returns setof record
    language plpgsql stable
    set search_path from current
as $$
#variable_conflict use_column
declare
    state rollup_state;
    width constant float := extract(epoch from coalesce(step, (until - since) / 500));
    chosen int;
    first timestamptz;
begin
    select * into state from rollup_state;
    select kept.seconds into chosen
    from retention as kept
    -- What was never rolled up is only there as samples.
    where kept.seconds = 0 or state.is_swept
    order by kept.keep is null or since >= now() - kept.keep desc,
        case when since < now() - kept.keep then kept.keep end desc nulls last,
        case when kept.seconds <= width then width - kept.seconds else 1e9 + kept.seconds end
    limit 1;
    if chosen = 0 then
        return query select one.ts, one.labels, 1::bigint, one.value, one.value, one.value, one.value, 0
            from samples as one
            where one.metric = wanted and one.ts >= since and one.ts < until
            order by one.ts;
        return;
    end if;
    -- Whole buckets only, each where it begins.
    first := to_timestamp(ceil(extract(epoch from since) / chosen) * chosen);
    return query
        with parts as (
            select one.ts, one.series, one.labels, one.count, one.sum, one.min, one.max, one.last, one.last_ts
            from rollups as one
            where one.metric = wanted and one.seconds = chosen and one.ts >= first and one.ts < until
            union all
            select to_timestamp(floor(extract(epoch from one.ts) / chosen) * chosen), md5(one.labels::text)::uuid,
                one.labels, 1, one.value, one.value, one.value, one.value, one.ts
            from samples as one
            where one.metric = wanted and one.added >= state.added
                and (one.added, one.metric, one.ts) > (state.added, state.metric, state.ts)
                and one.ts >= first and to_timestamp(floor(extract(epoch from one.ts) / chosen) * chosen) < until
        )
        select parts.ts, (array_agg(parts.labels))[1], sum(parts.count)::bigint, sum(parts.sum), min(parts.min), max(parts.max),
            (array_agg(parts.last order by parts.last_ts desc, parts.last desc))[1], chosen
        from parts
        group by parts.ts, parts.series
        order by 1;
end;
$$;

comment on function roll_up(bigint) is 'Counts samples into rollups: about so many, answers how many.';
comment on function retain(bigint) is 'Removes what is older than the table retention says.';
comment on function history(text, timestamptz, timestamptz, interval) is 'A metric over any time, in a fitting resolution.';

revoke execute on function add_to_rollups(samples[]), roll_up(bigint), roll_up_again(timestamptz), retain(bigint),
    history(text, timestamptz, timestamptz, interval) from public;
