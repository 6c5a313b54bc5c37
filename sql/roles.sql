-- Two roles with no more rights than they need. Idempotent: run it again after new migrations.
--
--   psql "$DIRECT_URL" -v schema=kpi -f sql/roles.sql
--   psql "$DIRECT_URL" -c '\password kpi_reader' -c '\password kpi_writer'
--
-- Then DATABASE_URL logs in as kpi_reader (through Supabase's pooler: kpi_reader.<project-ref>).
-- Run it as the owner of the tables, after `kpi migrate`.

\set ON_ERROR_STOP on
\if :{?schema}
\else
    \set schema kpi
\endif

begin;
-- Of policies that are not there yet nobody needs to hear.
set local client_min_messages = warning;

-- A role that is there already stays as it is, its password included; what follows is set each time.
select format('create role %I login', name)
from unnest(array['kpi_reader', 'kpi_writer']) as name
where not exists (select from pg_roles where rolname = name)
\gexec

-- NOINHERIT: what other roles they may be given later has to be taken up knowingly, with SET ROLE.
alter role kpi_reader login noinherit nocreatedb nocreaterole connection limit 20;
alter role kpi_writer login noinherit nocreatedb nocreaterole connection limit 20;

-- Defaults of a session, not walls: the walls are the grants and policies below. A transaction pooler
-- does not pass them on for each client either, so `kpi` sets the same for every query.
alter role kpi_reader set default_transaction_read_only = on;
alter role kpi_reader set statement_timeout = '5s';
alter role kpi_reader set idle_in_transaction_session_timeout = '30s';
alter role kpi_writer set statement_timeout = '10s';
alter role kpi_writer set idle_in_transaction_session_timeout = '30s';

grant usage on schema :"schema" to kpi_reader, kpi_writer;

grant select on :"schema".metrics, :"schema".samples, :"schema".annotations to kpi_reader;
grant select on :"schema".rollups, :"schema".retention, :"schema".rollup_state to kpi_reader;
grant execute on function :"schema".history(text, timestamptz, timestamptz, interval) to kpi_reader;

-- A writer adds; it neither changes nor removes what was measured.
grant select, insert, update on :"schema".metrics to kpi_writer;
grant insert on :"schema".samples to kpi_writer;
grant insert on :"schema".annotations to kpi_writer;

-- `kpi serve` logs in as a reader too: the lease says which of several collectors polls.
grant select, insert, update on :"schema".lease to kpi_reader;
grant execute on function :"schema".take_lease(text, text, interval) to kpi_reader;
grant execute on function :"schema".take_lease(text, text, interval, bigint) to kpi_reader;
grant execute on function :"schema".hold_lease(text, text, bigint) to kpi_reader;
grant execute on function :"schema".give_lease(text, text) to kpi_reader;

-- And it keeps the history: these two run with the owner's rights and do no more than they say. How long
-- anything is kept is for the owner to set, in the table `retention`.
grant execute on function :"schema".roll_up(bigint) to kpi_reader;
grant execute on function :"schema".retain(bigint) to kpi_reader;

-- `record = true` on a panel: the collector writes what it polled. Where you want that:
--   grant insert on kpi.samples to kpi_reader;
--   grant insert on kpi.metrics to kpi_reader;
--   create policy kpi_record on kpi.samples for insert to kpi_reader with check (metric like 'panel:%');
--   create policy kpi_record on kpi.metrics for insert to kpi_reader with check (name like 'panel:%');

-- `kpi --dashboard supabase` sees what other roles run only as a member of pg_monitor (from PostgreSQL 16 on: with
-- inherit true, and no `alter role`):
--   grant pg_monitor to kpi_reader;
--   alter role kpi_reader inherit;

-- Who watches may also write notes (the key `a`), where you want that:
--   grant insert on kpi.annotations to kpi_reader;
--   create policy kpi_notes on kpi.annotations for insert to kpi_reader with check (true);

drop policy if exists kpi_reader on :"schema".metrics;
drop policy if exists kpi_reader on :"schema".samples;
drop policy if exists kpi_reader on :"schema".annotations;
create policy kpi_reader on :"schema".metrics for select to kpi_reader using (true);
create policy kpi_reader on :"schema".samples for select to kpi_reader using (true);
create policy kpi_reader on :"schema".annotations for select to kpi_reader using (true);

drop policy if exists kpi_reader on :"schema".rollups;
drop policy if exists kpi_reader on :"schema".retention;
drop policy if exists kpi_reader on :"schema".rollup_state;
create policy kpi_reader on :"schema".rollups for select to kpi_reader using (true);
create policy kpi_reader on :"schema".retention for select to kpi_reader using (true);
create policy kpi_reader on :"schema".rollup_state for select to kpi_reader using (true);

drop policy if exists kpi_reader on :"schema".lease;
create policy kpi_reader on :"schema".lease to kpi_reader using (true) with check (true);

drop policy if exists kpi_writer on :"schema".metrics;
drop policy if exists kpi_writer on :"schema".samples;
drop policy if exists kpi_writer on :"schema".annotations;
create policy kpi_writer on :"schema".metrics to kpi_writer using (true) with check (true);
create policy kpi_writer on :"schema".samples for insert to kpi_writer with check (true);
create policy kpi_writer on :"schema".annotations for insert to kpi_writer with check (true);

commit;
