//! The legend of a chart: names and what became of them.

mod draw;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::Scene;
use super::super::change;
use super::canvas::ASCII_MARKS;
use super::line::Line;
use super::plan::Plan;
use super::summary::Summary;
use super::{bars, drawing, fill, times};
use crate::config::{ChartStyle, Legend};
use crate::model::ghost::change_percent;
use crate::model::reduce::Reduction;
use crate::model::time::Moment;
use crate::ui::{Depth, Glyphs, Look};

/// Where the legend goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Place {
    /// Nowhere.
    None,
    /// One line at the bottom.
    Line,
    /// A table at the bottom, one line a series.
    Table,
    /// A table on the right.
    Right,
}

/// One line of it.
#[derive(Clone, Debug)]
pub(in super::super) struct Entry<'s> {
    pub(super) name: &'s str,
    pub(super) sign: String,
    pub(super) style: Style,
    /// Written, as many as there are heads.
    pub(super) numbers: Vec<String>,
}

/// What became of each series, or what each was at the cross-hair.
#[derive(Clone, Debug)]
pub(in super::super) struct Table<'s> {
    heads: Vec<String>,
    entries: Vec<Entry<'s>>,
    /// A stack is listed from its top.
    is_upside_down: bool,
    /// What the dashed lines are, where there are any.
    ghost: Option<String>,
}

/// Which dot columns of the `index`-th series are lit. Without colour and with small dots lines
/// differ by their dashes.
pub(in super::super) fn is_lit(index: usize, column: i64, look: Look) -> bool {
    if look.depth != Depth::None || look.glyphs == Glyphs::Ascii {
        return true;
    }
    match index % 4 {
        0 => true,
        1 => column.rem_euclid(8) < 5,
        2 => column.rem_euclid(3) == 0,
        _ => matches!(column.rem_euclid(10), 0..=4 | 7),
    }
}

/// The sign of a series in its legend.
fn sign(line: &Line<'_>, index: usize, look: Look) -> String {
    match (line.form, look.glyphs, look.depth) {
        (ChartStyle::Area, Glyphs::Ascii, _) => {
            let mark = ASCII_MARKS[index % ASCII_MARKS.len()];
            format!("{mark}{}", &fill::sample(index, look.glyphs)[..1])
        }
        (ChartStyle::Area, glyphs, _) => fill::sample(index, glyphs),
        (ChartStyle::Bars, ..) => {
            let texture = bars::texture(index, line.is_stacked, look);
            texture.to_string().repeat(2)
        }
        (ChartStyle::Points, glyphs, _) => drawing::point(index, glyphs).to_string(),
        (_, Glyphs::Ascii, _) => ASCII_MARKS[index % ASCII_MARKS.len()].to_string(),
        (_, _, Depth::None) => ["━━━", "╍╍╍", "···", "━ ·"][index % 4].to_owned(),
        _ => "━━".to_owned(),
    }
}

fn entry<'s>(scene: &Scene<'s>, line: &Line<'s>, index: usize, numbers: Vec<String>) -> Entry<'s> {
    let look = scene.look();
    let sign = sign(line, index, look);
    let arrow = match (line.is_right, look.glyphs) {
        (false, _) => "",
        (true, Glyphs::Ascii) => ">",
        (true, _) => "→",
    };
    Entry {
        name: line.name,
        sign: format!("{sign}{arrow}"),
        style: line.style,
        numbers,
    }
}

fn write(scene: &Scene<'_>, line: &Line<'_>, value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(
        || "–".to_owned(),
        |value| {
            let unit = line.unit(scene);
            scene
                .write_in(unit, value, scene.panel.decimals)
                .to_string()
        },
    )
}

/// The column of the legend that says what the panel's reduction gives.
fn reduced(how: Reduction) -> &'static str {
    match how {
        Reduction::Min => "min",
        Reduction::Max => "max",
        Reduction::Mean => "mean",
        Reduction::Sum => "sum",
        Reduction::Count => "count",
        _ => "last",
    }
}

/// The columns of the legend; the change follows the number that is compared, and beside the chart it
/// takes the place of what is less.
fn heads(scene: &Scene<'_>, place: Place, has_ghosts: bool) -> Vec<&'static str> {
    let reduced = reduced(scene.panel.reduce);
    let mut heads = match place {
        Place::Right if has_ghosts => vec!["last"],
        _ => vec!["last", "min", "max"],
    };
    if scene.view.full_screen {
        heads.extend(["mean", "sum", "count"]);
    }
    if has_ghosts {
        if !heads.contains(&reduced) {
            heads.insert(1, reduced);
        }
        let after = heads.iter().position(|head| *head == reduced);
        heads.insert(after.map_or(1, |index| index + 1), "change");
    }
    heads
}

fn number(summary: &Summary, head: &str) -> f64 {
    match head {
        "min" => summary.min,
        "max" => summary.max,
        "mean" => summary.mean(),
        "sum" => summary.sum,
        "count" => summary.count as f64,
        _ => summary.last,
    }
}

/// What became of each line in the window.
pub(in super::super) fn table<'s>(
    scene: &Scene<'s>,
    lines: &[Line<'s>],
    place: Place,
) -> Table<'s> {
    let has_ghosts = lines.iter().any(|line| line.ghost.is_some());
    let heads = heads(scene, place, has_ghosts);
    let written = |line: &Line<'s>, head: &str| match head {
        "count" => super::super::grouped(line.summary.map_or(0, |one| one.count)),
        "change" => {
            let of = |one: Summary| number(&one, reduced(scene.panel.reduce));
            let before = line.ghost.as_ref().and_then(|ghost| ghost.summary);
            let both = line.summary.map(of).zip(before.map(of));
            let change = both.and_then(|(now, before)| change_percent(now, before));
            change::words(change, scene.look())
        }
        head => write(scene, line, line.summary.map(|one| number(&one, head))),
    };
    let entry = |(index, line): (usize, &Line<'s>)| {
        let numbers = heads.iter().map(|head| written(line, head)).collect();
        entry(scene, line, index, numbers)
    };
    Table {
        entries: lines.iter().enumerate().map(entry).collect(),
        heads: heads.into_iter().map(str::to_owned).collect(),
        is_upside_down: lines.iter().any(|line| line.is_stacked),
        ghost: has_ghosts.then(|| ghost_words(scene)),
    }
}

/// What each line was at an instant, what it was then in the earlier window, and the change.
pub(super) fn entries_at<'s>(
    scene: &Scene<'s>,
    lines: &[Line<'s>],
    at: Moment,
    reach: i64,
) -> Vec<Entry<'s>> {
    let has_ghosts = lines.iter().any(|line| line.ghost.is_some());
    let numbers = |line: &Line<'s>| {
        let now = line.at(at, reach);
        let mut numbers = vec![write(scene, line, now)];
        if has_ghosts {
            let before = line.ghost_at(at, reach);
            let change = now
                .zip(before)
                .and_then(|(now, before)| change_percent(now, before));
            numbers.push(write(scene, line, before));
            numbers.push(change::words(change, scene.look()));
        }
        numbers
    };
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| entry(scene, line, index, numbers(line)))
        .collect()
}

/// `╍╍ yesterday`.
pub(in super::super) fn ghost_words(scene: &Scene<'_>) -> String {
    let sign = match scene.look().glyphs {
        Glyphs::Ascii => "- -",
        _ => "╍╍",
    };
    format!("{sign} {}", scene.view.compare.words())
}

impl<'s> Table<'s> {
    /// What the dashed lines are.
    pub(in super::super) fn ghost(&self) -> Option<&str> {
        self.ghost.as_deref()
    }

    /// The same series at an instant: its place and the names stay where they are.
    pub(in super::super) fn at(self, scene: &Scene<'s>, plan: &Plan<'_, 's>, at: Moment) -> Self {
        let mut heads = vec![times::time_of(scene, &plan.time(), at)];
        if self.ghost.is_some() {
            heads.extend(["before", "change"].map(str::to_owned));
        }
        Self {
            heads,
            entries: entries_at(scene, plan.lines, at, plan.reach(scene)),
            ..self
        }
    }
}

/// Where a legend of `count` series fits in `area`, leaving the chart the larger part.
pub(in super::super) fn place(scene: &Scene<'_>, count: usize, area: Rect) -> Place {
    let wanted = match scene.panel.legend {
        Legend::Hide => false,
        Legend::Show => true,
        Legend::Auto => count > 1 || scene.view.full_screen,
    };
    if !wanted || area.height < 6 || area.width < 20 {
        Place::None
    } else if scene.view.full_screen && area.height as usize >= count + 13 {
        Place::Table
    } else if area.width >= 96 && (count > 2 || scene.panel.legend == Legend::Show) {
        Place::Right
    } else {
        Place::Line
    }
}
