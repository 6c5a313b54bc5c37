//! The keys of a dashboard, its variables and annotation queries.

use super::{PANEL, REFRESHES, Section, Shape, VARIABLE_KINDS, key};

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
