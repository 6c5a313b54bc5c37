//! How a `timeseries` is drawn: style, stack, axes and colours.

use toml::de::DeValue;

use super::keys::{CHART_STYLES, SCALES, STACKS, Shape};
use super::reader::suggest::{did_you_mean, printable};
use super::reader::{Reader, Table};
use crate::model::color::Color;
use crate::model::unit::Unit;

/// How the points of a chart are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChartStyle {
    /// Straight lines from point to point.
    #[default]
    Line,
    /// Lines, filled down to zero.
    Area,
    /// A bar per bucket of time, side by side.
    Bars,
    /// The points alone.
    Points,
    /// A value holds until the next.
    Step,
}

/// Whether series stand on each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stacking {
    /// Each from zero.
    #[default]
    None,
    /// Each on those before it.
    Values,
    /// The same, as parts of a hundred.
    Percent,
}

/// What equal distances on the value axis mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AxisScale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios; base 10.
    Log,
}

/// What a `timeseries` panel says about its drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// `style`.
    pub style: ChartStyle,
    /// `stack`.
    pub stack: Stacking,
    /// `scale` of the left axis.
    pub scale: AxisScale,
    /// Series that belong to the axis on the right, by name.
    pub right: Vec<String>,
    /// That axis' unit; the panel's where none is given.
    pub right_unit: Option<Unit>,
    /// Colours by series name.
    pub colors: Vec<(String, Color)>,
}

impl Chart {
    /// The configured colour of a series.
    pub fn color_of(&self, series: &str) -> Option<Color> {
        let found = self.colors.iter().find(|(name, _)| name == series);
        found.map(|(_, color)| *color)
    }

    /// Whether a series belongs to the axis on the right.
    pub fn is_right(&self, series: &str) -> bool {
        self.right.iter().any(|name| name == series)
    }
}

impl Reader<'_> {
    /// The chart's options, all of them keys of the panel. `min` is the axis' configured lower end.
    pub(super) fn chart(&mut self, table: &Table<'_>, min: Option<f64>) -> Chart {
        let style = match self
            .choice(table, "style")
            .and_then(|index| CHART_STYLES.get(index).copied())
        {
            Some("area") => ChartStyle::Area,
            Some("bars") => ChartStyle::Bars,
            Some("points") => ChartStyle::Points,
            Some("step") => ChartStyle::Step,
            _ => ChartStyle::Line,
        };
        let scale = match self
            .choice(table, "scale")
            .and_then(|index| SCALES.get(index).copied())
        {
            Some("log") => AxisScale::Log,
            _ => AxisScale::Linear,
        };
        let chart = Chart {
            style,
            stack: self.stack(table, "stack"),
            scale,
            right: self.names(table, "right").unwrap_or_default(),
            right_unit: self.unit(table, "right_unit"),
            colors: self.colors(table, "colors").unwrap_or_default(),
        };
        self.check_chart(table, &chart, min);
        chart
    }

    /// Options that contradict each other.
    fn check_chart(&mut self, table: &Table<'_>, chart: &Chart, min: Option<f64>) {
        let mut wrong = |name: &str, message: &str, hint: &str| {
            if let Some((_, value)) = Self::value(table, name) {
                self.wrong(value.span(), message, hint);
            }
        };
        let is_stacked = chart.stack != Stacking::None;
        let is_log = chart.scale == AxisScale::Log;
        if is_stacked && is_log {
            wrong(
                "stack",
                "values on each other cannot be read from a logarithmic axis",
                "leave out `stack` or `scale = \"log\"`",
            );
        }
        if is_stacked && chart.style == ChartStyle::Points {
            wrong(
                "stack",
                "points cannot be stacked",
                "stack an `area`, `bars`, a `line` or a `step`",
            );
        }
        if let Some(low) = min.filter(|low| is_log && *low <= 0.0) {
            let message = format!("a logarithmic axis has no {low}");
            wrong("min", &message, "give a `min` above 0, or none");
        }
        if chart.right.is_empty() && chart.right_unit.is_some() {
            wrong(
                "right_unit",
                "no series is on the right axis",
                "name them: `right = [\"conversion\"]`",
            );
        }
    }

    /// `true`, `false` or a word.
    fn stack(&mut self, table: &Table<'_>, name: &str) -> Stacking {
        let Some((shape, value)) = Self::value(table, name) else {
            return Stacking::None;
        };
        match value.get_ref() {
            DeValue::Boolean(true) => Stacking::Values,
            DeValue::Boolean(false) => Stacking::None,
            DeValue::String(_) => {
                let Some(text) = self.text(table, name) else {
                    return Stacking::None;
                };
                match text.value.as_str() {
                    "percent" => Stacking::Percent,
                    // What a variable stands for is a text always.
                    "true" if text.raw.contains("${") => Stacking::Values,
                    "false" if text.raw.contains("${") => Stacking::None,
                    other => {
                        let message = format!("`{name}` cannot be `{}`", printable(other));
                        let hint = did_you_mean(other, STACKS.iter().copied())
                            .unwrap_or_else(|| shape.describe());
                        self.wrong_text(&text, &message, hint);
                        Stacking::None
                    }
                }
            }
            _ => {
                self.wrong_type(name, shape, value);
                Stacking::None
            }
        }
    }

    /// A list of names, each once.
    fn names(&mut self, table: &Table<'_>, name: &str) -> Option<Vec<String>> {
        let (shape, value) = Self::value(table, name)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        let mut names = Vec::new();
        for item in items {
            if let Some(text) = self.expanded(name, Shape::Text, item) {
                names.push(text.value);
            }
        }
        names.dedup();
        Some(names)
    }
}
