//! The table itself.

use super::{Section, Shape, key};

/// Colour names.
pub const COLORS: &[&str] = &[
    "green", "yellow", "orange", "red", "blue", "cyan", "purple", "gray", "text",
];

/// Reductions, in [`crate::model::reduce::Reduction`]'s order.
pub const REDUCTIONS: &[&str] = &[
    "last",
    "lastNotNull",
    "first",
    "min",
    "max",
    "mean",
    "sum",
    "count",
    "range",
    "diff",
    "delta",
];

/// Panel kinds, in [`crate::model::kind::PanelKind::ALL`]'s order.
pub const KINDS: &[&str] = &[
    "stat",
    "timeseries",
    "bars",
    "gauge",
    "table",
    "text",
    "log",
    "heatmap",
    "histogram",
    "statetimeline",
    "statushistory",
    "pie",
    "bargauge",
    "canvas-map",
    "candlestick",
];

/// Colour scales of a heatmap, in [`crate::model::scheme::Scheme::ALL`]'s order.
pub const SCHEMES: &[&str] = &[
    "viridis", "magma", "turbo", "blues", "greens", "oranges", "reds", "purples",
];

/// Legend modes.
pub const LEGENDS: &[&str] = &["auto", "show", "hide"];

/// How the points of a chart are drawn.
pub const CHART_STYLES: &[&str] = &["line", "area", "bars", "points", "step"];

/// How series stand on each other, besides `true` and `false`.
pub const STACKS: &[&str] = &["percent"];

/// Scales of a value axis.
pub const SCALES: &[&str] = &["linear", "log"];

/// What a live sample does to its panel.
pub const APPLIES: &[&str] = &["append", "replace", "refresh"];

/// How a table draws a column, in [`Cells`](crate::config::Cells)' order.
pub const CELLS: &[&str] = &["plain", "bar", "heat", "color"];
/// Kinds of variables.
pub const VARIABLE_KINDS: &[&str] = &["query", "list", "text", "constant", "interval"];

/// When a variable's query is asked again.
pub const REFRESHES: &[&str] = &["load", "range"];

/// Colour modes.
pub const COLOR_MODES: &[&str] = &["auto", "always", "never", "16", "256", "true"];

/// Themes, in [`crate::model::theme::Theme::ALL`]'s order.
pub const THEMES: &[&str] = &[
    "terminal",
    "dark",
    "light",
    "high-contrast",
    "colour-blind",
    "solarized",
];

/// What is behind the text.
pub const BACKGROUNDS: &[&str] = &["auto", "dark", "light"];

/// Log levels.
pub const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

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

/// `[[dashboard]]`.
pub static DASHBOARD: Section = Section {
    name: "`[[dashboard]]`",
    doc: "One dashboard.",
    keys: &[
        key(
            "name",
            Shape::Text,
            "",
            "Required; no two dashboards share one.",
        ),
        key("range", Shape::Range, "\"1h\"", "The time range at start."),
        key(
            "refresh",
            Shape::Duration(100),
            "\"5s\"",
            "How often panels ask.",
        ),
        key(
            "timezone",
            Shape::Zone,
            "",
            "Time zone of axes and tables; `[screen] timezone` if absent.",
        ),
        key(
            "columns",
            Shape::Tracks,
            "",
            "Widths: cells (`\"20\"`) or shares of what is left (`\"2fr\"`); `1fr` each if absent.",
        ),
        key(
            "rows",
            Shape::Tracks,
            "",
            "Heights: lines (`\"5\"`) or shares of what is left (`\"2fr\"`); `1fr` each if absent.",
        ),
        key(
            "areas",
            Shape::Verbatim,
            "",
            "The drawing: a line per row, a panel's id per cell, `.` for an empty one. A simple grid if absent.",
        ),
        key(
            "variable",
            Shape::Tables(&VARIABLE),
            "",
            "What viewers can choose, used in SQL and titles.",
        ),
        key("panel", Shape::Named(&PANEL), "", "The panels, by id."),
        key(
            "annotation",
            Shape::Tables(&ANNOTATION),
            "",
            "Queries for events that are drawn on every chart.",
        ),
        key(
            "notes",
            Shape::Flag,
            "false",
            "Draw the KPI schema's table `annotations` on every chart: what `kpi annotate` and `a` write.",
        ),
    ],
};

/// `[[dashboard.variable]]`.
pub static VARIABLE: Section = Section {
    name: "`[[dashboard.variable]]`",
    doc: "What viewers can choose, used in SQL and titles as `$name` or `${name}`.",
    keys: &[
        key(
            "name",
            Shape::Text,
            "",
            "Required: letters, digits and `_`, unique in its dashboard.",
        ),
        key(
            "label",
            Shape::Text,
            "",
            "What the header and the picker call it; the name if absent.",
        ),
        key(
            "kind",
            Shape::Choice(VARIABLE_KINDS),
            "",
            "Required: where its values come from.",
        ),
        key(
            "sql",
            Shape::Verbatim,
            "",
            "`query`: lists the values, with columns `__text` and `__value`, or any. May use other variables.",
        ),
        key(
            "values",
            Shape::TextsOr(&CHOICE),
            "",
            "`list`, `interval`: the values, each a text or `{ text, value }`.",
        ),
        key(
            "value",
            Shape::Text,
            "",
            "`constant`: the value. `text`: the value before anybody typed one.",
        ),
        key(
            "default",
            Shape::OneOrMore,
            "",
            "The value or values before anybody chose; `all` for all of them; the first if absent.",
        ),
        key(
            "multi",
            Shape::Flag,
            "false",
            "Several values may be chosen at once.",
        ),
        key(
            "include_all",
            Shape::Flag,
            "false",
            "All values may be chosen at once.",
        ),
        key(
            "all_value",
            Shape::Verbatim,
            "",
            "SQL that stands for all, inserted as it is; the list of all values if absent.",
        ),
        key(
            "refresh",
            Shape::Choice(REFRESHES),
            "\"load\"",
            "`query`: asked again never (`load`), or when the time range changes (`range`).",
        ),
        key("hide", Shape::Flag, "false", "Not shown in the header."),
    ],
};

/// One entry of `values`.
pub static CHOICE: Section = Section {
    name: "a value",
    doc: "What a variable may stand for.",
    keys: &[
        key(
            "text",
            Shape::Text,
            "",
            "As people read it; the value if absent.",
        ),
        key("value", Shape::Text, "", "Required: as SQL gets it."),
    ],
};

/// `[dashboard.panel.ID]`.
pub static PANEL: Section = Section {
    name: "a panel",
    doc: "One panel.",
    keys: &[
        key(
            "title",
            Shape::Text,
            "",
            "Shown in the border, with variables of the dashboard in it; the id if absent.",
        ),
        key(
            "kind",
            Shape::Choice(KINDS),
            "",
            "Required: what the panel draws.",
        ),
        key(
            "sql",
            Shape::Verbatim,
            "",
            "The query, with macros such as `$__timeFilter(ts)`. `${VAR}` is not replaced in it.",
        ),
        key(
            "text",
            Shape::Verbatim,
            "",
            "The words of a text panel; `$name` is a variable of the dashboard. `${VAR}` is not replaced in it.",
        ),
        key(
            "unit",
            Shape::Unit,
            "\"short\"",
            "How numbers are written: Grafana's unit ids, or `suffix:xyz`. A table without one writes every digit.",
        ),
        key(
            "decimals",
            Shape::Integer(0, 15),
            "",
            "Fixed decimals; chosen by size if absent.",
        ),
        key(
            "color",
            Shape::Color,
            "",
            "Colour where no threshold says another.",
        ),
        key(
            "thresholds",
            Shape::Tables(&THRESHOLD),
            "[]",
            "Colours by value, ascending; the first also holds below its own value.",
        ),
        key(
            "reduce",
            Shape::Choice(REDUCTIONS),
            "\"lastNotNull\"",
            "How a stat, gauge, bar or slice makes one number of a series.",
        ),
        key("min", Shape::Number, "", "Lower end of a gauge or axis."),
        key("max", Shape::Number, "", "Upper end of a gauge or axis."),
        key(
            "legend",
            Shape::Choice(LEGENDS),
            "\"auto\"",
            "Legend of a timeseries, pie or candlestick; `auto` shows it where there is room and more than one series.",
        ),
        key(
            "donut",
            Shape::Flag,
            "false",
            "Draw a pie as a ring with the total in its middle.",
        ),
        key(
            "bucket_size",
            Shape::Number,
            "",
            "Width of the buckets of a heatmap or histogram, in the values' unit; goes before `bucket_count`.",
        ),
        key(
            "bucket_count",
            Shape::Integer(1, 200),
            "",
            "About how many buckets a heatmap or histogram makes; as many as there is room for if absent.",
        ),
        key(
            "scheme",
            Shape::Choice(SCHEMES),
            "\"viridis\"",
            "Colour scale of a heatmap, and of a statushistory without thresholds.",
        ),
        key(
            "style",
            Shape::Choice(CHART_STYLES),
            "\"line\"",
            "How a timeseries is drawn; `bars` is a bar per bucket of time.",
        ),
        key(
            "stack",
            Shape::FlagOr(STACKS),
            "false",
            "The series of a timeseries stand on each other; `percent` as parts of a hundred.",
        ),
        key(
            "scale",
            Shape::Choice(SCALES),
            "\"linear\"",
            "The value axis of a timeseries; `log` has equal ratios, base 10.",
        ),
        key(
            "right",
            Shape::Names,
            "[]",
            "Series of a timeseries that have their axis on the right, by name.",
        ),
        key(
            "right_unit",
            Shape::Unit,
            "",
            "The right axis' unit; `unit` if absent.",
        ),
        key(
            "colors",
            Shape::Colors,
            "{}",
            "Colours of a timeseries' series, or of a statetimeline's or statushistory's states, by name.",
        ),
        key(
            "units",
            Shape::Units,
            "{}",
            "Units of a table's columns, by column name.",
        ),
        key(
            "columns",
            Shape::Named(&COLUMN),
            "{}",
            "How a table draws its columns, by column name.",
        ),
        key(
            "refresh",
            Shape::Duration(100),
            "",
            "How often this panel asks; the dashboard's `refresh` if absent.",
        ),
        key(
            "range",
            Shape::Range,
            "",
            "This panel's time range; the dashboard's if absent.",
        ),
        key(
            "min_interval",
            Shape::Duration(1),
            "",
            "The least `$__interval`; `1s` if absent.",
        ),
        key(
            "timeout",
            Shape::Duration(100),
            "",
            "Deadline of this panel's poll; `[database] timeout` if absent.",
        ),
        key(
            "live",
            Shape::TextOr("metric", &LIVE),
            "",
            "The live metric that moves the panel between polls.",
        ),
        key(
            "link",
            Shape::TextOr("dashboard", &LINK),
            "",
            "The dashboard `g` goes to from this panel, or from the selected row of a table.",
        ),
        key(
            "record",
            Shape::Flag,
            "false",
            "`kpi serve` writes each number it polls for this panel as a sample of the metric `panel:DASHBOARD/ID`.",
        ),
    ],
};

/// One entry of `columns`.
pub static COLUMN: Section = Section {
    name: "a column",
    doc: "How a table draws the column of this name.",
    keys: &[
        key(
            "cells",
            Shape::Choice(CELLS),
            "\"plain\"",
            "`bar` beside each number, `heat` (a level from least to greatest), `color` by `colors` or thresholds with their sign.",
        ),
        key(
            "thresholds",
            Shape::Tables(&THRESHOLD),
            "",
            "Colours by value, in place of the panel's.",
        ),
        key(
            "colors",
            Shape::Colors,
            "{}",
            "Colours of single values, such as the words of a state.",
        ),
        key(
            "min",
            Shape::Number,
            "",
            "Where bars and heat begin; the least in the data (and 0 for bars) if absent.",
        ),
        key(
            "max",
            Shape::Number,
            "",
            "Where they end; the greatest in the data if absent.",
        ),
    ],
};

/// `link = { … }`.
pub static LINK: Section = Section {
    name: "`link`",
    doc: "The dashboard `g` goes to from this panel.",
    keys: &[
        key(
            "dashboard",
            Shape::Text,
            "",
            "Required: the dashboard's name.",
        ),
        key(
            "vars",
            Shape::TextsByName,
            "{}",
            "Its variables: texts with `${row.COLUMN}` of the row, or `$name` of a variable here.",
        ),
    ],
};

/// `[[dashboard.annotation]]`.
pub static ANNOTATION: Section = Section {
    name: "an annotation query",
    doc: "Events that are drawn on every chart.",
    keys: &[
        key("name", Shape::Text, "", "Required; what messages call it."),
        key(
            "sql",
            Shape::Verbatim,
            "",
            "Required: a time, a text, maybe `timeend` and `tags`; macros as in panels. `${VAR}` is not replaced in it.",
        ),
        key("color", Shape::Color, "", "Colour of its marks."),
    ],
};

/// One entry of `thresholds`.
pub static THRESHOLD: Section = Section {
    name: "a threshold",
    doc: "From `at` on, `color`.",
    keys: &[
        key(
            "at",
            Shape::Bound,
            "",
            "Required: the lowest value it holds for.",
        ),
        key("color", Shape::Color, "", "Required: the colour."),
    ],
};

/// `live = { … }`.
pub static LIVE: Section = Section {
    name: "`live`",
    doc: "The live metric that moves the panel between polls.",
    keys: &[
        key("metric", Shape::Text, "", "Required: the metric's name."),
        key(
            "apply",
            Shape::Choice(APPLIES),
            "",
            "What a sample does: `append` a point, `replace` the value, or make the panel `refresh`; by kind if absent.",
        ),
    ],
};

/// Every section.
pub static SECTIONS: &[&Section] = &[
    &FILE,
    &DATABASE,
    &REDIS,
    &SCREEN,
    &SERVE,
    &VIEWER,
    &LOG,
    &DASHBOARD,
    &VARIABLE,
    &CHOICE,
    &PANEL,
    &COLUMN,
    &LINK,
    &ANNOTATION,
    &THRESHOLD,
    &LIVE,
];
