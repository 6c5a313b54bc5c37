-- What people should know when they look at a chart: deploys, incidents, campaigns.

create table annotations (
    id     bigint generated always as identity primary key,
    ts     timestamptz not null default now(),
    end_ts timestamptz check (end_ts >= ts),    -- none: a moment, or not over yet
    text   text not null check (text <> ''),
    tags   text[] not null default '{}',
    author text not null default current_user
);

comment on table annotations is 'Events to show beside the data.';

create index annotations_ts on annotations (ts desc);

alter table annotations enable row level security;
