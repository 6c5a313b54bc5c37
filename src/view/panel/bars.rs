//! Ranked horizontal bars: the greatest first, whatever the query's order.

use ratatui::layout::Rect;

use super::chart::axis::ValueRange;
use super::ink::{self, Ink};
use super::{Note, Scene};
use crate::model::panel_data::Bar;
use crate::model::reduce::reduce;
use crate::model::series::Series;
use crate::ui::Glyphs;
use crate::ui::palette::Role;

/// From the left, in eighths of a cell.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// One bar per series, reduced.
pub(super) fn draw_series(
    scene: &Scene<'_>,
    series: &[Series],
    area: Rect,
    ink: &mut Ink<'_>,
) -> Note {
    let bars: Vec<Bar> = series
        .iter()
        .map(|one| Bar {
            label: one.name.clone(),
            value: reduce(&one.points, scene.panel.reduce).unwrap_or(f64::NAN),
        })
        .collect();
    draw(scene, &bars, area, ink)
}

/// Labels on the left, bars, values on the right, and how they changed.
pub(super) fn draw(scene: &Scene<'_>, bars: &[Bar], area: Rect, ink: &mut Ink<'_>) -> Note {
    if area.is_empty() {
        return Note::default();
    }
    let look = scene.look();
    let mut ranked: Vec<&Bar> = bars.iter().collect();
    ranked.sort_by(|a, b| {
        let key = |bar: &Bar| {
            if bar.value.is_nan() {
                f64::NEG_INFINITY
            } else {
                bar.value
            }
        };
        key(b).total_cmp(&key(a))
    });
    let height = area.height as usize;
    let shown = if ranked.len() > height {
        (height - usize::from(height > 1)).max(1)
    } else {
        ranked.len()
    };
    let written: Vec<String> = ranked[..shown]
        .iter()
        .map(|bar| {
            if bar.value.is_nan() {
                return "–".to_owned();
            }
            let sign = scene.sign(bar.value);
            let gap = if sign.is_empty() { "" } else { " " };
            format!("{sign}{gap}{}", scene.write(bar.value))
        })
        .collect();
    let changes: Vec<String> = ranked[..shown]
        .iter()
        .filter_map(|bar| scene.change_of(&bar.label, Some(bar.value)))
        .collect();
    let change = changes.iter().map(|text| ink::width(text, look)).max();
    // A bar and its value say more than a change.
    let change = change.map_or(0, |cells| cells + 2);
    let change = if change * 3 <= area.width as usize {
        change
    } else {
        0
    };
    let whole = area;
    let area = Rect {
        width: area.width - change as u16,
        ..area
    };
    let total = area.width as usize;
    let values = written.iter().map(|text| ink::width(text, look)).max();
    let values = values.unwrap_or(0).min(total);
    let labels = ranked[..shown]
        .iter()
        .map(|bar| ink::width(&bar.label, look));
    let labels = labels.max().unwrap_or(0);
    // The bar keeps at least a third; labels give way before values.
    let labels = labels
        .min(total.saturating_sub(values + 1))
        .min((total * 2 / 5).max(total.saturating_sub(values + 2) / 2));
    let bar_x = area.x + labels as u16 + u16::from(labels > 0);
    let bar_width = total.saturating_sub(labels + values + 2) as u16;
    let scale = Scale::new(scene, &ranked, bar_width);
    let spacing = if shown > 1 && height >= 2 * shown - 1 && shown == ranked.len() {
        2
    } else {
        1
    };
    for (row, (bar, value)) in ranked[..shown].iter().zip(&written).enumerate() {
        let y = area.y + (row * spacing) as u16;
        let style = scene
            .tone(bar.value)
            .unwrap_or_else(|| scene.series_style(0));
        if labels > 0 {
            ink.put_cut(area.x, y, labels as u16, &bar.label, scene.role(Role::Text));
        }
        if bar_width >= 3 && bar.value.is_finite() {
            let (from, to) = scale.span(bar.value);
            draw_bar(bar_x, y, from, to, style, ink);
        }
        let value_style = if scene.panel.thresholds.0.is_empty() {
            scene.role(Role::Text)
        } else {
            style
        };
        ink.put_right(
            area.right(),
            y,
            values as u16,
            value,
            super::bold(value_style),
        );
        if let Some(text) = changes.get(row).filter(|_| change > 0) {
            ink.put_right(
                whole.right(),
                y,
                change as u16,
                text,
                scene.role(Role::Muted),
            );
        }
    }
    if shown < ranked.len() && height > 1 {
        let more = format!("+{} more", ranked.len() - shown);
        ink.put_cut(
            area.x,
            area.bottom() - 1,
            area.width,
            &more,
            scene.role(Role::Muted),
        );
    }
    Note {
        forms: if change > 0 {
            scene.compared_forms()
        } else {
            Vec::new()
        },
        ..Note::default()
    }
}

/// Values to eighths of cells.
struct Scale {
    range: ValueRange,
    eighths: f64,
}

impl Scale {
    /// From zero (or below, with negative values) to a round number, so that one bar that changes
    /// moves itself only.
    fn new(scene: &Scene<'_>, bars: &[&Bar], cells: u16) -> Self {
        let finite = bars.iter().map(|bar| bar.value).filter(|v| v.is_finite());
        let (low, high) = finite.fold((0.0, 0.0), |(low, high): (f64, f64), value| {
            (low.min(value), high.max(value))
        });
        let range = ValueRange::new(
            &scene.panel.unit,
            Some((low, high)),
            scene.panel.min,
            scene.panel.max,
            12,
        );
        Self {
            range,
            eighths: f64::from(cells) * 8.0,
        }
    }

    /// From where to where a bar goes, in eighths.
    fn span(&self, value: f64) -> (usize, usize) {
        let at = |value: f64| {
            let part = (value - self.range.low) / (self.range.high - self.range.low);
            (part.clamp(0.0, 1.0) * self.eighths).round() as usize
        };
        let (zero, end) = (at(0.0), at(value));
        (zero.min(end), zero.max(end))
    }
}

/// Draws a bar over the eighths of cells from `from` to `to`, counted from `x`.
pub(super) fn draw_bar(
    x: u16,
    y: u16,
    from: usize,
    to: usize,
    style: ratatui::style::Style,
    ink: &mut Ink<'_>,
) {
    let ascii = ink.look().glyphs == Glyphs::Ascii;
    // Only a bar's right end can be drawn in eighths: the left end is rounded to a cell.
    let start = from.div_euclid(8) + usize::from(from % 8 >= 4);
    let (full, rest) = (to / 8, to % 8);
    for cell in start..full {
        ink.cell(x + cell as u16, y, if ascii { '#' } else { '█' }, style);
    }
    let last = match (ascii, rest) {
        (_, 0) => None,
        (true, rest) => (rest >= 4).then_some('#'),
        (false, rest) => Some(EIGHTHS[rest]),
    };
    if let Some(symbol) = last.filter(|_| full >= start) {
        ink.cell(x + full as u16, y, symbol, style);
    } else if from == to && from > 0 || to == 0 {
        // Zero is seen as a hair, not as nothing.
        ink.cell(x + start as u16, y, if ascii { '|' } else { '▏' }, style);
    }
}
