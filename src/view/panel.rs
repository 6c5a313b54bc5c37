//! One panel: border, title, health, and its kind's drawing inside.
//!
//! ```text
//! ╭─ ▸ Orders / min ────────────────────── ✖ connection refused ─╮   focus sign, title, marks that matter
//! │                                                              │
//! │    the kind's drawing: stat, timeseries, bars, pie, …;       │
//! │    or why there is nothing to draw                           │
//! │                                                              │
//! ╰─ next try at 14:03:20 ──────────────────── first 1,000 rows ─╯   more on the failure, counts
//! ```

mod bar_gauge;
mod bars;
mod candlestick;
mod change;
mod chart;
mod digits;
mod frame;
mod gauge;
mod heatmap;
mod histogram;
pub mod ink;
mod log;
mod map;
mod message;
mod pie;
mod scene;
mod shades;
mod spark;
mod stat;
mod state_timeline;
mod status_history;
mod table;
mod text;
mod timeseries;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::config::Panel;
use crate::model::annotation::Annotation;
use crate::model::compare::Compare;
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Health, PanelData, Shape};
use crate::model::rowset::Rowset;
use crate::model::time::{Moment, TimeWindow};
use crate::model::variable::VariableState;
use crate::query;
use crate::ui::field::Field;
use crate::ui::palette::Role;
use crate::ui::table::Arranged;
use crate::ui::{Look, TableState};

use chart::cross_hair;
use chart::time_plot::TimePlot;
use ink::Ink;
use scene::Scene;
pub use table::TableCells;

/// What drawing one panel needs besides the panel and its data.
#[derive(Clone, Copy, Debug)]
pub struct PanelView<'a> {
    /// The terminal.
    pub look: Look,
    /// The dashboard's zone.
    pub zone: &'a TimeZone,
    /// The clock.
    pub now: Moment,
    /// Whether the viewer's focus is on it.
    pub focused: bool,
    /// Whether it fills the screen (then: more detail, statistics per series).
    pub full_screen: bool,
    /// How often it is polled, in microseconds: ages matter from a multiple of it.
    pub refresh: i64,
    /// Whether its range ends now: else the age of its data says nothing.
    pub is_live: bool,
    /// The same panel in the earlier window, where something is compared.
    pub ghost: Option<&'a PanelData>,
    /// What it is compared with.
    pub compare: Compare,
    /// The instant the cross-hair is at.
    pub cross_hair: Option<Moment>,
    /// The part of the time axis being marked, from either end.
    pub marked: Option<(Moment, Moment)>,
    /// What happened, on every time axis.
    pub annotations: &'a [Annotation],
    /// What the viewer did to it, of a table or a log.
    pub table: Option<TableView<'a>>,
    /// What variables in the title and in a text panel's words stand for.
    pub variables: &'a [VariableState],
}

impl<'a> PanelView<'a> {
    /// A panel in `look` with times of `zone` at `now`, that nobody does anything with.
    pub fn new(look: Look, zone: &'a TimeZone, now: Moment) -> Self {
        Self {
            look,
            zone,
            now,
            focused: false,
            full_screen: false,
            refresh: i64::MAX,
            is_live: true,
            ghost: None,
            compare: Compare::Off,
            cross_hair: None,
            marked: None,
            annotations: &[],
            table: None,
            variables: &[],
        }
    }
}

/// A table as its viewer wants it.
#[derive(Clone, Copy, Debug)]
pub struct TableView<'a> {
    /// Where it stands, its sort, its columns.
    pub state: &'a TableState,
    /// Its rows as they are shown; none for a log, and where all are shown as they came.
    pub arranged: Option<&'a Arranged>,
    /// The rows of the compared time that `arranged` speaks of.
    pub earlier: Option<&'a Rowset>,
    /// The filter being typed.
    pub typing: Option<&'a Field>,
}

/// Draws the panel with its border into `area`. Any area will do: one too small for a border gets
/// the essential value only. Returns where its time axis runs, if it has one.
pub fn draw(
    panel: &Panel,
    data: &PanelData,
    view: &PanelView<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Option<TimeAxis> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let scene = Scene { panel, data, view };
    let mut ink = Ink::new(buf, view.look);
    if area.height < 3 || area.width < 8 {
        let note = body(&scene, area, &mut ink);
        if area.width > 2 && matches!(data.health, Health::Failed { .. }) && data.asked_at.is_some()
        {
            let failed = ink.glyph("✖", "x");
            ink.put(area.right() - 1, area.y, 1, failed, scene.role(Role::Bad));
        }
        return note.time_axis;
    }
    let (inside, reason) = frame::border(&scene, area, &mut ink);
    let note = body(&scene, inside, &mut ink);
    if let Some(axis) = note
        .time_axis
        .filter(|_| panel.kind != PanelKind::Timeseries)
    {
        let time = TimePlot::of(axis.window, axis.area);
        cross_hair::draw_over(&scene, &time, &mut ink);
    }
    frame::foot(&scene, area, &note, reason, &mut ink);
    note.time_axis
}

/// Where the cells of a table are if it is drawn into `area`; none for other kinds and without data.
pub fn table_cells(
    panel: &Panel,
    data: &PanelData,
    view: &PanelView<'_>,
    area: Rect,
) -> Option<TableCells> {
    let answered = data.asked_at.is_some() && panel.kind == PanelKind::Table;
    let scene = Scene { panel, data, view };
    if !answered || area.height < 3 || area.width < 8 {
        return None;
    }
    table::cells_in(&scene, frame::inside(area))
}

/// Draws the rows as they came, whatever the panel makes of them.
pub fn draw_rows(data: &PanelData, view: &PanelView<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let panel = &Panel::new("rows", PanelKind::Table);
    let scene = Scene { panel, data, view };
    if !area.is_empty() {
        table::draw(&scene, area, &mut Ink::new(buf, view.look));
    }
}

/// When the panel would look different with the same data (the next step of an age), if ever.
pub fn next_change(data: &PanelData, view: &PanelView<'_>) -> Option<Moment> {
    frame::next_change(data, view)
}

/// Where a drawing has its time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeAxis {
    /// The cells between the axes.
    pub area: Rect,
    /// What its first to last column stand for.
    pub window: TimeWindow,
}

/// What a drawing tells about itself: to the frame what it does not show, to the screen where its
/// time axis is.
#[derive(Debug, Default)]
struct Note {
    /// For the bottom border, the longest form first: `+3 columns · 1–20 of 400`, `+3 · 1–20/400`.
    forms: Vec<String>,
    /// The part of the rows in sight, for a mark on the right border.
    scrolled: Option<Scrolled>,
    /// What the rows are filtered by, for the bottom border.
    filter: Option<table::Filtered>,
    /// Where the cross-hair and the mouse find an instant.
    time_axis: Option<TimeAxis>,
}

/// Where a table stands: rows from `first`, `shown` of `all`.
#[derive(Clone, Copy, Debug)]
struct Scrolled {
    first: usize,
    shown: usize,
    all: usize,
}

/// Draws what is inside the border: the data, or why there is none.
fn body(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> Note {
    let Scene { panel, data, .. } = *scene;
    if area.is_empty() {
        return Note::default();
    }
    if panel.kind == PanelKind::Text
        && let Some(words) = &panel.text
    {
        let words = query::title(words, scene.view.variables);
        text::draw_words(scene, &words, area, ink);
        return Note::default();
    }
    match &data.health {
        Health::Waiting if data.asked_at.is_none() => {
            message::waiting(scene, area, ink);
            return Note::default();
        }
        Health::Failed { why, retry_at } if data.asked_at.is_none() => {
            message::failed(scene, why, *retry_at, area, ink);
            return Note::default();
        }
        _ => {}
    }
    match (panel.kind, data.shape.as_ref()) {
        (_, Shape::Log(lines)) => return log::draw(scene, lines, area, ink),
        (PanelKind::Text, _) => text::draw_rows(scene, area, ink),
        (PanelKind::Stat, Shape::Rows) => stat::draw_words(scene, area, ink),
        (PanelKind::Table, _) | (_, Shape::Rows) => return table::draw(scene, area, ink),
        (_, shape) if is_empty(shape) => message::no_data(scene, area, ink),
        (_, Shape::Heat(heat)) => return heatmap::draw(scene, heat, area, ink),
        (_, Shape::Distributions(all)) => histogram::draw(scene, all, area, ink),
        (PanelKind::StatusHistory, Shape::States(states)) => {
            return status_history::draw(scene, states, area, ink);
        }
        (_, Shape::States(states)) => return state_timeline::draw(scene, states, area, ink),
        (_, Shape::Sites(sites)) => return map::draw(scene, sites, area, ink),
        (_, Shape::Candles(candles)) => return candlestick::draw(scene, candles, area, ink),
        (PanelKind::Pie, Shape::Bars(bars)) => return pie::draw(scene, bars, area, ink),
        (PanelKind::BarGauge, Shape::Bars(bars)) => bar_gauge::draw(scene, bars, area, ink),
        (PanelKind::Bars, Shape::Series(series)) => {
            return bars::draw_series(scene, series, area, ink);
        }
        (_, Shape::Bars(bars)) => return bars::draw(scene, bars, area, ink),
        (PanelKind::Stat, Shape::Series(series)) => return stat::draw(scene, series, area, ink),
        (PanelKind::Timeseries, Shape::Series(series)) => {
            return timeseries::draw(scene, series, area, ink);
        }
        (_, Shape::Series(series)) => {
            return gauge::draw(scene, series, area, ink);
        }
    }
    Note::default()
}

/// Nothing but gaps.
fn is_empty(shape: &Shape) -> bool {
    match shape {
        Shape::Series(series) => series
            .iter()
            .all(|one| one.points.iter().all(|point| point.value.is_nan())),
        Shape::Bars(bars) => bars.is_empty(),
        Shape::Heat(heat) => heat.is_empty(),
        Shape::Distributions(all) => all.iter().all(|one| one.extremes().is_none()),
        Shape::States(states) => states.lanes.iter().all(|lane| lane.spans.is_empty()),
        Shape::Sites(sites) => sites.is_empty(),
        Shape::Candles(candles) => candles.is_empty(),
        Shape::Rows | Shape::Log(_) => false,
    }
}

/// Bold on top of `style`.
fn bold(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD)
}

/// `1,234,567`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The clock time of `at` in `zone`; `?` outside the calendar.
fn clock(at: Moment, zone: &TimeZone, format: &str) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(
        |_| "?".to_owned(),
        |time| time.to_zoned(zone.clone()).strftime(format).to_string(),
    )
}
