//! The keys of the file and of its settings.

use super::{BACKGROUNDS, COLOR_MODES, DASHBOARD, LEVELS, Section, Shape, THEMES, key};

/// The whole file.
pub static FILE: Section = Section {
    name: "the top of the file",
    doc: "Configuration of kpi: KPIs from PostgreSQL as a dashboard in a terminal.",
    keys: &[
        key(
            "environment",
            Shape::Text,
            "",
            "A word for the header, such as `production`. KPI_ENV wins.",
        ),
        key(
            "dashboards",
            Shape::Patterns,
            "",
            "Further files with dashboards: a glob pattern or a list of them, relative to this file.",
        ),
        key(
            "database",
            Shape::Table(&DATABASE),
            "",
            "Where the panels' numbers come from.",
        ),
        key(
            "redis",
            Shape::Table(&REDIS),
            "",
            "What moves panels between two polls.",
        ),
        key("screen", Shape::Table(&SCREEN), "", "How it is drawn."),
        key(
            "serve",
            Shape::Table(&SERVE),
            "",
            "What `kpi serve` answers over HTTP, and to whom.",
        ),
        key(
            "viewer",
            Shape::Table(&VIEWER),
            "",
            "Where the dashboards come from, when not from here.",
        ),
        key("log", Shape::Table(&LOG), "", "What is written down."),
        key(
            "check",
            Shape::Table(&CHECK),
            "",
            "What `kpi check` takes for too much.",
        ),
        key(
            "keys",
            Shape::Keys,
            "",
            "Keys by action, in place of the built-in ones: one, a list, or `[]` for none.",
        ),
        key(
            "dashboard",
            Shape::Tables(&DASHBOARD),
            "",
            "One dashboard; there may be several.",
        ),
    ],
};

/// `[database]`.
pub static DATABASE: Section = Section {
    name: "`[database]`",
    doc: "Where the panels' numbers come from.",
    keys: &[
        key(
            "url",
            Shape::Secret,
            "",
            "Pooled URL for the panels; a transaction pooler is fine. DATABASE_URL wins.",
        ),
        key(
            "direct_url",
            Shape::Secret,
            "",
            "Direct URL, for migrations and LISTEN only. DIRECT_URL wins.",
        ),
        key(
            "schema",
            Shape::Text,
            "\"kpi\"",
            "The schema of the KPI tables, first in the search path.",
        ),
        key(
            "test_schema",
            Shape::Text,
            "\"test\"",
            "What `--schema test` means. TEST_SCHEMA wins.",
        ),
        key(
            "pool_size",
            Shape::Integer(1, 50),
            "4",
            "Most connections at a time.",
        ),
        key(
            "timeout",
            Shape::Duration(100),
            "\"10s\"",
            "Deadline of one poll: waiting for a connection, connecting and the answer.",
        ),
        key(
            "statement_timeout",
            Shape::Duration(100),
            "\"5s\"",
            "The server stops a statement after this; never longer than `timeout`.",
        ),
        key(
            "lock_timeout",
            Shape::Duration(1),
            "\"1s\"",
            "The server stops waiting for a lock after this.",
        ),
        key(
            "row_limit",
            Shape::Integer(1, 1_000_000),
            "10000",
            "Most rows of one result; what is cut off is marked on the panel.",
        ),
        key(
            "role",
            Shape::Text,
            "",
            "SET LOCAL ROLE before each query, for example `authenticated` under Supabase's row level security.",
        ),
        key(
            "claims",
            Shape::Claims,
            "",
            "`request.jwt.claims` before each query: JSON as text, or a table.",
        ),
        key(
            "settings",
            Shape::Settings,
            "{ jit = \"off\", max_parallel_workers_per_gather = \"0\" }",
            "Further SET LOCAL settings before each query. The defaults make small, frequent queries cheaper.",
        ),
        key(
            "sslrootcert",
            Shape::Path,
            "",
            "File of root certificates in PEM form; Supabase's pooler needs its own.",
        ),
    ],
};

/// `[redis]`.
pub static REDIS: Section = Section {
    name: "`[redis]`",
    doc: "What moves panels between two polls.",
    keys: &[
        key(
            "url",
            Shape::Secret,
            "",
            "Without a URL there are polls only. REDIS_URL wins.",
        ),
        key(
            "prefix",
            Shape::Text,
            "\"kpi\"",
            "Stands before the name of every key and channel.",
        ),
        key(
            "sslrootcert",
            Shape::Path,
            "",
            "Root certificates in PEM form for rediss://, relative to this file.",
        ),
    ],
};

/// `[screen]`.
pub static SCREEN: Section = Section {
    name: "`[screen]`",
    doc: "How it is drawn.",
    keys: &[
        key(
            "ascii",
            Shape::Flag,
            "false",
            "Draw with ASCII only, also where the terminal could do more.",
        ),
        key(
            "color",
            Shape::Choice(COLOR_MODES),
            "\"auto\"",
            "How many colours; `auto` asks the terminal and NO_COLOR.",
        ),
        key(
            "braille",
            Shape::Flag,
            "true",
            "Draw lines with braille dots; some fonts cannot.",
        ),
        key(
            "max_fps",
            Shape::Integer(1, 60),
            "60",
            "Most frames a second.",
        ),
        key(
            "timezone",
            Shape::Zone,
            "",
            "Time zone of the dashboards that name none; the system's if absent here too.",
        ),
        key(
            "theme",
            Shape::Choice(THEMES),
            "\"terminal\"",
            "Which colours.",
        ),
        key(
            "background",
            Shape::Choice(BACKGROUNDS),
            "\"auto\"",
            "The terminal's background, for themes that come dark and light; `auto` asks the terminal.",
        ),
    ],
};

/// `[serve]`.
pub static SERVE: Section = Section {
    name: "`[serve]`",
    doc: "What `kpi serve` answers over HTTP, and to whom.",
    keys: &[
        key(
            "bind",
            Shape::Text,
            "\"127.0.0.1\"",
            "The IP address it answers on; any but this machine's own needs a token.",
        ),
        key(
            "port",
            Shape::Integer(0, 65_535),
            "3000",
            "The port; 0 takes a free one and says which. PORT wins.",
        ),
        key(
            "token",
            Shape::OneOrMore,
            "",
            "Who asks for more than health must bear this, or one of these. KPI_TOKEN wins.",
        ),
    ],
};

/// `[viewer]`.
pub static VIEWER: Section = Section {
    name: "`[viewer]`",
    doc: "Where the dashboards come from, when not from here.",
    keys: &[key(
        "from",
        Shape::Secret,
        "",
        "URL of the Redis that `kpi serve` publishes in: its dashboards are shown, and no database is needed.",
    )],
};

/// `[log]`.
pub static LOG: Section = Section {
    name: "`[log]`",
    doc: "What is written down.",
    keys: &[
        key("level", Shape::Choice(LEVELS), "\"info\"", "How much."),
        key(
            "folder",
            Shape::Path,
            "",
            "Where; the platform's state folder if absent.",
        ),
    ],
};

/// `[check]`.
pub static CHECK: Section = Section {
    name: "`[check]`",
    doc: "What `kpi check` takes for too much.",
    keys: &[
        key(
            "max_cost",
            Shape::Integer(1, 1_000_000_000_000),
            "100000",
            "What PostgreSQL may expect a query to cost, in the planner's unit: about a page read each.",
        ),
        key(
            "max_scan",
            Shape::Integer(1, 1_000_000_000_000),
            "100000",
            "Rows of a table that a query may read from beginning to end.",
        ),
    ],
};
