-- What is measured, and the measurements.
-- Names are unqualified: the migrator creates the schema and sets the search path for its transaction.

create table metrics (
    name       text primary key check (name <> ''),
    title      text not null default '',
    unit       text not null default 'none',    -- an id that panels know: short, percent, ms, currencyUSD …
    target     numeric,                         -- where the business wants it to be
    created_at timestamptz not null default now()
);

comment on table metrics is 'What is measured: one row per KPI.';

create table samples (
    metric text not null references metrics (name) on update cascade,
    ts     timestamptz not null default now(),
    -- numeric and not double precision, because a KPI may be money and has to add up to the cent. Adding
    -- numerics costs some 30 ns more a row (measured): a chart of 10,000 rows pays 0.3 ms.
    value  numeric not null,
    labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object')
);

comment on table samples is 'Measurements: append only; labels split a metric, as in {"region": "eu"}.';

-- Panels ask for one metric and a range of time. With the value inside, a chart reads a stretch of the
-- index alone, however many other metrics were written in between.
create index samples_metric_ts on samples (metric, ts desc) include (value);

-- The retention asks for everything that is old. Samples arrive in the order of time: a summary of each
-- stretch of pages finds them at next to no cost for a write.
create index samples_ts on samples using brin (ts) with (pages_per_range = 32, autosummarize = on);

-- Closed to everybody but the owner. sql/roles.sql opens them to a reader and a writer, and to nobody else:
-- on Supabase new tables may be granted to `anon`, and row level security is what keeps it out then.
alter table metrics enable row level security;
alter table samples enable row level security;
