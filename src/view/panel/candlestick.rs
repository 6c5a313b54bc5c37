//! How a value moved per period: a wick from the least to the greatest value and a body from the first
//! to the last, hollow where it rose and solid where it fell, so that colour is not the only sign.
//!
//! ```text
//!  ○ 64.2K  H 65.1K  L 63.9K  C 64.8K  ▲ +0.93%          the newest candle
//!  66K ┈┈┈┈┈┈┈┈┈┈┈╷┈┈┈┈┈┈┈┈
//!                ┌┴┐  ▄█▄
//!  64K ┈┈┈┈┈█┈┈┈┈│ │┈┈███┈┈
//!           ╵    └┬┘   │
//!    v      ▃     ▅   ▂                                   volume
//!         10:00      11:00
//! ```

mod body;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::chart::axis::{self, ValueRange};
use super::chart::time_plot::TimePlot;
use super::chart::trace::TimeGrid;
use super::ink::{self, Ink};
use super::{Note, Scene, TimeAxis, bold, message, timeseries};
use crate::config::Legend;
use crate::model::color::Color;
use crate::model::panel_data::Candle;
use crate::model::series::{Point, Series};
use crate::model::shape::merge;
use crate::model::time::TimeWindow;
use crate::ui::Glyphs;
use crate::ui::palette;
use crate::ui::palette::Role;

/// From this height on there is room for the volume.
const VOLUME_FROM: u16 = 9;

/// Draws `candles` (ascending in time) into `area`.
pub(super) fn draw(scene: &Scene<'_>, candles: &[Candle], area: Rect, ink: &mut Ink<'_>) -> Note {
    if area.height < 3 || area.width < 10 {
        draw_words(scene, candles, area, ink);
        return Note::default();
    }
    let window = in_sight(scene, candles, area.width);
    let from = candles.partition_point(|candle| candle.at < window.from);
    let to = candles.partition_point(|candle| candle.at < window.to);
    let seen = &candles[from..to];
    if seen.is_empty() {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    let mut chart = area;
    if scene.panel.legend != Legend::Hide && area.height >= 5 {
        draw_head(scene, seen, Rect { height: 1, ..area }, ink);
        chart.y += 1;
        chart.height -= 1;
    }
    Note {
        time_axis: Some(draw_chart(scene, seen, window, chart, ink)),
        ..Note::default()
    }
}

/// The window that charts of the same times have.
fn in_sight(scene: &Scene<'_>, candles: &[Candle], cells: u16) -> TimeWindow {
    let slack = candles.len().saturating_sub(64);
    let points = candles[slack..].iter().map(|candle| Point {
        at: candle.at,
        value: candle.close,
    });
    let newest = Series {
        name: String::new(),
        points: points.collect(),
    };
    timeseries::in_sight(scene.data, &[newest], cells)
}

/// The style of what rose or fell.
fn tone(scene: &Scene<'_>, candle: &Candle) -> Style {
    let color = if candle.close < candle.open {
        Color::Red
    } else {
        Color::Green
    };
    palette::color(color, scene.look())
}

/// `▲ +0.93%`: from the first value to the last.
fn change(candle: &Candle, ink: &Ink<'_>) -> String {
    let sign = match candle.close.total_cmp(&candle.open) {
        std::cmp::Ordering::Less => ink.glyph("▼", "v"),
        std::cmp::Ordering::Equal => ink.glyph("◆", "="),
        std::cmp::Ordering::Greater => ink.glyph("▲", "^"),
    };
    let percent = (candle.close - candle.open) / candle.open.abs() * 100.0;
    if percent.is_finite() {
        format!("{sign} {percent:+.2}%")
    } else {
        sign.to_owned()
    }
}

/// Open, high, low and close with enough decimals to tell them apart.
fn written(scene: &Scene<'_>, candle: &Candle) -> [String; 4] {
    let values = [candle.open, candle.high, candle.low, candle.close];
    let write = |decimals| values.map(|value| scene.write_with(value, decimals).to_string());
    let tells_apart = |texts: &[String; 4]| {
        (0..4).all(|a| (0..a).all(|b| texts[a] != texts[b] || values[a] == values[b]))
    };
    let usual = write(scene.panel.decimals);
    if scene.panel.decimals.is_some() || tells_apart(&usual) {
        return usual;
    }
    let finer = (1..=6).map(|decimals| write(Some(decimals)));
    finer.into_iter().find(tells_apart).unwrap_or(usual)
}

/// The newest candle in words, as much as fits.
fn draw_head(scene: &Scene<'_>, seen: &[Candle], area: Rect, ink: &mut Ink<'_>) {
    let Some(last) = seen.last() else { return };
    let look = scene.look();
    let muted = scene.role(Role::Muted);
    let plain = scene.role(Role::Text);
    let [open, high, low, close] = written(scene, last);
    let mut parts = vec![
        (change(last, ink), bold(tone(scene, last))),
        (format!("C {close}"), bold(plain)),
        (format!("O {open}"), plain),
        (format!("H {high}"), plain),
        (format!("L {low}"), plain),
    ];
    if last.volume.is_finite() {
        let unit = crate::model::unit::Unit::parse("short").unwrap_or_default();
        parts.push((
            format!("vol {}", scene.write_in(&unit, last.volume, None)),
            muted,
        ));
    }
    if seen.len() > 1
        && let Some(all) = merge(seen)
    {
        let words = format!("range {}", change(&all, ink));
        parts.push((words, tone(scene, &all)));
    }
    let mut x = area.x;
    for (index, (text, style)) in parts.iter().enumerate() {
        let cells = ink::width(text, look) as u16;
        if index > 0 && x + cells > area.right() {
            return;
        }
        x += ink.put_cut(x, area.y, area.right() - x, text, *style) + 2;
    }
}

/// Where there is no room for a chart: the last value and how it moved.
fn draw_words(scene: &Scene<'_>, candles: &[Candle], area: Rect, ink: &mut Ink<'_>) {
    let Some(last) = candles.last() else { return };
    let style = bold(tone(scene, last));
    let value = scene.fitting(last.close, area.width);
    let y = area.y + area.height.saturating_sub(1) / 2;
    let change = change(last, ink);
    let both = format!("{value}  {change}");
    let text = if ink::width(&both, scene.look()) <= usize::from(area.width) {
        both
    } else {
        value
    };
    ink.put_centred(area, y, &text, style);
}

/// Axes, candles, volume.
fn draw_chart(
    scene: &Scene<'_>,
    seen: &[Candle],
    window: TimeWindow,
    area: Rect,
    ink: &mut Ink<'_>,
) -> TimeAxis {
    let look = scene.look();
    let ends = merge(seen).map(|all| (all.low, all.high));
    let has_times = area.height >= 5 && area.width >= 16;
    let mut plot = area;
    plot.height -= u16::from(has_times);
    let has_volume = plot.height >= VOLUME_FROM && seen.iter().any(|one| one.volume > 0.0);
    let volume_rows = if has_volume {
        (plot.height / 5).clamp(2, 5)
    } else {
        0
    };
    let (min, max) = (scene.panel.min, scene.panel.max);
    let rows = plot.height - volume_rows;
    // Of fewer than four none may be round.
    let most = (usize::from(rows) * 2 / 5).clamp(4, 7);
    let range = ValueRange::even(&scene.panel.unit, ends, min, max, most, rows);
    let labels: Vec<(f64, String)> = range
        .ticks
        .iter()
        .map(|tick| (*tick, axis::label(scene, *tick)))
        .collect();
    let widest = labels.iter().map(|(_, text)| ink::width(text, look)).max();
    let label_width = widest.unwrap_or(0).max(4) as u16;
    let has_values = area.width >= 24 && label_width * 3 <= area.width;
    if has_values {
        plot.x += label_width + 1;
        plot.width -= label_width + 1;
    }
    let grid = TimeGrid::new(window, plot.width, 1);
    let volume = Rect {
        y: plot.bottom() - volume_rows,
        height: volume_rows,
        ..plot
    };
    let prices = Rect {
        height: plot.height - volume_rows,
        ..plot
    };
    let columns = Columns::new(seen, &grid);
    for (column, candle) in &columns.candles {
        let style = tone(scene, candle);
        body::draw(&range, candle, *column, columns.width, prices, style, ink);
    }
    if has_volume {
        draw_volume(scene, &columns, volume, ink);
        if has_values {
            let x = area.x + label_width;
            ink.put_right(x, volume.y, label_width, "vol", scene.role(Role::Muted));
        }
    }
    let mut last_row = None;
    for (value, text) in labels.iter().rev() {
        let y = timeseries::cell_row(&range, *value, prices);
        if !has_values || last_row == Some(y) || y < prices.y || y >= prices.bottom() {
            continue;
        }
        last_row = Some(y);
        let x = area.x + label_width;
        ink.put_right(x, y, label_width, text, scene.role(Role::Muted));
        if look.glyphs != Glyphs::Ascii {
            timeseries::fill_blanks(prices, y, '┈', timeseries::faint(scene), ink);
        }
    }
    if has_times {
        TimePlot::of(grid.window(), plot).draw_times(scene, ink);
    }
    TimeAxis {
        area: plot,
        window: grid.window(),
    }
}

/// Candles by the column of cells they stand in.
struct Columns {
    /// Column and candle; those of one column are merged.
    candles: Vec<(u16, Candle)>,
    /// Cells a body is wide; odd, so that the wick is in its middle.
    width: u16,
}

impl Columns {
    fn new(seen: &[Candle], grid: &TimeGrid) -> Self {
        let mut candles: Vec<(u16, Candle)> = Vec::new();
        let mut rest = seen;
        while let Some(first) = rest.first() {
            let column = grid.column(first.at);
            let same = rest
                .iter()
                .take_while(|candle| grid.column(candle.at) == column)
                .count();
            let (here, after) = rest.split_at(same.max(1));
            rest = after;
            if let Some((column, candle)) = column.zip(merge(here)) {
                candles.push((column as u16, candle));
            }
        }
        let steps = candles.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let step = steps.min().unwrap_or(5);
        let width = match step {
            0..=3 => 1,
            4..=5 => 3,
            6..=8 => 5,
            _ => 7,
        };
        Self { candles, width }
    }
}

/// A bar per column, from nothing to the greatest.
fn draw_volume(scene: &Scene<'_>, columns: &Columns, area: Rect, ink: &mut Ink<'_>) {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let volumes = columns.candles.iter().map(|(_, candle)| candle.volume);
    let greatest = volumes.fold(0.0, f64::max);
    let ascii = ink.look().glyphs == Glyphs::Ascii;
    let rows = f64::from(area.height) * if ascii { 1.0 } else { 8.0 };
    for (column, candle) in &columns.candles {
        if candle.volume.is_nan() || candle.volume <= 0.0 {
            continue;
        }
        let style = tone(scene, candle).add_modifier(ratatui::style::Modifier::DIM);
        let lit = ((candle.volume / greatest * rows).round() as u16).max(1);
        let half = columns.width / 2;
        for x in column.saturating_sub(half)..=(column + half).min(area.width - 1) {
            for row in 0..area.height {
                let y = area.bottom() - 1 - row;
                let symbol = if ascii {
                    if lit > row { ':' } else { break }
                } else {
                    match lit.saturating_sub(row * 8).min(8) {
                        0 => break,
                        eighths => EIGHTHS[usize::from(eighths)],
                    }
                };
                ink.cell(area.x + x, y, symbol, style);
            }
        }
    }
}
