//! The words that keys with a choice take.

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
