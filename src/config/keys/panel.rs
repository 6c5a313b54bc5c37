//! The keys of a panel and of what stands in one.

use super::{
    APPLIES, CELLS, CHART_STYLES, KINDS, LEGENDS, REDUCTIONS, SCALES, SCHEMES, STACKS, Section,
    Shape, key,
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
