//! How often each range of values comes: bars side by side, from the least value to the greatest.
//!
//! ```text
//!          24
//!  20    ▇▇▇▇ 17
//!     9  ████ ██▇▇  6
//!   0 ▄▄ ████ ████ ▃▃       a bar per bucket and distribution, counts on top where there is room
//!     0    100    200  ms   bounds of the buckets
//!          ▲p50 ▲p95  ▲p99  where quantiles are
//! ```

mod frame;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::chart::axis::{self, ValueRange};
use super::ink::{self, Ink};
use super::{Scene, bold, message};
use crate::model::buckets::{Contents, Distribution};
use crate::model::unit::Unit;
use crate::ui::palette::Role;
use crate::ui::{Depth, Glyphs};
use frame::Frame;

/// From the bottom, in eighths of a cell.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The bars of distributions where colours do not tell them apart.
const FILLS: [char; 4] = ['█', '░', '▓', '▒'];
/// The same in ASCII.
const ASCII_FILLS: [char; 6] = ['#', 'o', '+', '=', '%', '*'];
/// The quantiles that are marked.
const MARKS: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// Draws `distributions` into `area`.
pub(super) fn draw(
    scene: &Scene<'_>,
    distributions: &[Distribution],
    area: Rect,
    ink: &mut Ink<'_>,
) {
    if area.is_empty() {
        return;
    }
    let shown = drawable(scene, distributions, area.width);
    let Some(mut frame) = Frame::new(scene, &shown, area) else {
        message::no_data(scene, area, ink);
        return;
    };
    let counts: Vec<Vec<f64>> = shown
        .iter()
        .map(|one| one.counted(&frame.buckets))
        .collect();
    let widest = counts
        .iter()
        .flatten()
        .map(|count| short(*count).len())
        .max();
    // All counts or none; digits that touch their neighbours' would be another number.
    let room = if shown.len() == 1 {
        frame.pitch
    } else {
        frame.bar
    };
    frame.has_counts &= widest.is_some_and(|widest| widest < usize::from(room).max(2));
    let greatest = counts.iter().flatten().copied().fold(0.0, f64::max);
    let range = frame.range(greatest);
    for (index, counts) in counts.iter().enumerate() {
        for (bucket, count) in counts.iter().enumerate() {
            bar(
                scene,
                &frame,
                &range,
                (index, shown.len()),
                bucket,
                *count,
                ink,
            );
        }
    }
    scale(scene, &frame, &range, ink);
    bounds(scene, &frame, ink);
    if let (Some(y), [one]) = (frame.marks, shown.as_slice()) {
        marks(scene, &frame, one, y, ink);
    }
    for (row, y) in frame.legend.clone().enumerate() {
        let more = shown.len() - row;
        if y + 1 == frame.legend.end && more > 1 {
            let text = format!("+{more} more");
            ink.put_cut(area.x, y, area.width, &text, scene.role(Role::Muted));
        } else {
            legend(scene, &shown, row, Rect::new(area.x, y, area.width, 1), ink);
        }
    }
}

/// What can stand side by side; where there are too many for the room, all of them as one.
fn drawable(scene: &Scene<'_>, distributions: &[Distribution], width: u16) -> Vec<Distribution> {
    let filled: Vec<&Distribution> = distributions
        .iter()
        .filter(|one| one.extremes().is_some())
        .collect();
    let fills = match scene.look().glyphs {
        Glyphs::Ascii => ASCII_FILLS.len(),
        _ if scene.look().depth == Depth::None => FILLS.len(),
        _ => 7,
    };
    let fit = filled.len() <= fills && (filled.len() + 1) * 6 <= usize::from(width);
    let all_counted = filled
        .iter()
        .all(|one| matches!(one.contents, Contents::Counts(_)));
    if filled.len() <= 1 || fit || all_counted {
        return filled.into_iter().cloned().collect();
    }
    let values = filled.iter().filter_map(|one| match &one.contents {
        Contents::Values(values) => Some(values.as_slice()),
        Contents::Counts(_) => None,
    });
    let name = format!("all {} series", filled.len());
    vec![Distribution::of(name, values.collect::<Vec<_>>().concat())]
}

/// The style and the full cell of the `index`-th of `all` distributions.
fn fill(scene: &Scene<'_>, (index, all): (usize, usize)) -> (Style, char) {
    let style = scene.series_style(index);
    let symbol = match (scene.look().glyphs, scene.look().depth) {
        (Glyphs::Ascii, _) => ASCII_FILLS[index % ASCII_FILLS.len()],
        (_, Depth::None) if all > 1 => FILLS[index % FILLS.len()],
        _ => '█',
    };
    (style, symbol)
}

fn bar(
    scene: &Scene<'_>,
    frame: &Frame,
    range: &ValueRange,
    which: (usize, usize),
    bucket: usize,
    count: f64,
    ink: &mut Ink<'_>,
) {
    if count <= 0.0 {
        return;
    }
    let look = scene.look();
    let (mut style, full) = fill(scene, which);
    if which.1 == 1 {
        // What thresholds say of the bucket's lower bound holds for all of it.
        style = scene.tone(frame.buckets.bounds()[bucket]).unwrap_or(style);
    }
    let lines = frame.plot.height - u16::from(frame.has_counts);
    let eighths = (count / range.high * f64::from(lines) * 8.0).round() as u32;
    // One is seen beside a thousand.
    let eighths = match (look.glyphs, full) {
        (Glyphs::Braille, '█') => eighths.max(1),
        // Code page 437 has the half, other fills have no parts.
        (Glyphs::Blocks, '█') => (eighths / 4).max(1) * 4,
        _ => (eighths.max(4) + 4) / 8 * 8,
    };
    let x = frame.x(bucket) + frame.bar * which.0 as u16;
    let (cells, rest) = ((eighths / 8) as u16, (eighths % 8) as usize);
    for column in x..(x + frame.bar).min(frame.plot.right()) {
        for line in 0..cells {
            ink.cell(column, frame.plot.bottom() - 1 - line, full, style);
        }
        if rest > 0 && cells < frame.plot.height {
            ink.cell(
                column,
                frame.plot.bottom() - 1 - cells,
                EIGHTHS[rest],
                style,
            );
        }
    }
    if frame.has_counts {
        let top = frame
            .plot
            .bottom()
            .saturating_sub(1 + cells + u16::from(rest > 0));
        let text = short(count);
        let width = ink::width(&text, look) as u16;
        if top >= frame.plot.y {
            let start = x + frame.bar.saturating_sub(width) / 2;
            ink.put(start, top, width, &text, scene.role(Role::Muted));
        }
    }
}

/// A count in few cells: `950`, `1.2K`.
fn short(count: f64) -> String {
    let unit = Unit::parse("short").unwrap_or_default();
    unit.write(count, None).to_string().replace(' ', "")
}

/// The counts' scale on the left.
fn scale(scene: &Scene<'_>, frame: &Frame, range: &ValueRange, ink: &mut Ink<'_>) {
    if frame.label_width == 0 {
        return;
    }
    let lines = frame.plot.height - u16::from(frame.has_counts);
    for tick in &range.ticks {
        let up = (tick / range.high * f64::from(lines)).round() as u16;
        // Above the highest line is nothing; two marks are the least.
        if up >= frame.plot.height && range.ticks.len() > 2 {
            continue;
        }
        // The line whose lower edge stands for the count.
        let y = (frame.plot.bottom() - 1).saturating_sub(up.min(frame.plot.height - 1));
        let end = frame.plot.x - 1;
        ink.put_right(
            end,
            y,
            frame.label_width - 1,
            &short(*tick),
            scene.role(Role::Muted),
        );
    }
}

/// Bounds of buckets under the plot, none over another.
fn bounds(scene: &Scene<'_>, frame: &Frame, ink: &mut Ink<'_>) {
    if !frame.has_bounds {
        return;
    }
    let look = scene.look();
    let y = frame.plot.bottom();
    let texts: Vec<String> = frame
        .buckets
        .bounds()
        .iter()
        .map(|bound| match bound {
            bound if bound.is_infinite() => "∞".to_owned(),
            bound => axis::label(scene, *bound),
        })
        .collect();
    let widest = texts.iter().map(|text| ink::width(text, look)).max();
    let room = widest.unwrap_or(0) + 2;
    let each = room.div_ceil(usize::from(frame.pitch)).max(1);
    // Of bounds of one width the round ones.
    let each = [1, 2, 4, 5, 10, 20, 25, 50, 100]
        .into_iter()
        .find(|round| *round >= each)
        .unwrap_or(each);
    let bounds = frame.buckets.bounds();
    let first = (bounds[0] / (bounds[1] - bounds[0])).round();
    let skip = if first.is_finite() {
        (-first).rem_euclid(each as f64) as usize
    } else {
        0
    };
    for (index, text) in texts.iter().enumerate().skip(skip).step_by(each) {
        // Bounds stand under the first cell of what begins there.
        let x = frame.x(index);
        let cells = ink::width(text, look) as u16;
        let start = x.saturating_sub(cells / 2).max(frame.plot.x);
        if start + cells <= frame.plot.right() {
            ink.put(start, y, cells, text, scene.role(Role::Muted));
        }
    }
}

/// `▲p50` where the quantiles are; the name before the mark where another mark or the edge follows.
fn marks(scene: &Scene<'_>, frame: &Frame, one: &Distribution, y: u16, ink: &mut Ink<'_>) {
    let place = |part: f64| one.quantile(part).and_then(|value| frame.place(value));
    let marks: Vec<(&str, u16)> = MARKS
        .iter()
        .filter_map(|(name, part)| Some((*name, place(*part)?)))
        .collect();
    let sign = ink.glyph("▲", "^");
    let style = scene.role(Role::Text);
    let mut free = frame.plot.x;
    for (index, (name, x)) in marks.iter().copied().enumerate() {
        let cells = 1 + name.len() as u16;
        let next = marks
            .get(index + 1)
            .map_or(frame.plot.right() + 1, |next| next.1);
        let before = (x + 1).saturating_sub(cells);
        let (start, text) = if x < free {
            continue;
        } else if x + cells < next {
            (x, format!("{sign}{name}"))
        } else if before >= free {
            (before, format!("{name}{sign}"))
        } else {
            (x, sign.to_owned())
        };
        free = start + ink.put(start, y, frame.plot.right() - start, &text, style);
    }
}

/// Name, number of values and quantiles of one distribution.
fn legend(scene: &Scene<'_>, shown: &[Distribution], row: usize, line: Rect, ink: &mut Ink<'_>) {
    let Some(one) = shown.get(row) else { return };
    let look = scene.look();
    let muted = scene.role(Role::Muted);
    let (style, full) = fill(scene, (row, shown.len()));
    let mut x = line.x;
    if shown.len() > 1 {
        x += ink.put(x, line.y, 3, &format!("{full}{full}"), style) + 1;
        let longest = shown.iter().map(|one| ink::width(&one.name, look)).max();
        let room = (longest.unwrap_or(0) as u16).min(line.width / 3);
        ink.put_cut(x, line.y, room, &one.name, scene.role(Role::Text));
        x += room + 2;
    }
    let mut parts: Vec<(&str, String)> = MARKS
        .iter()
        .filter_map(|(name, part)| Some((*name, scene.write(one.quantile(*part)?).to_string())))
        .collect();
    parts.push(("n", short(one.total())));
    for (name, value) in parts {
        let cells = (ink::width(name, look) + 1 + ink::width(&value, look)) as u16;
        if x + cells > line.right() {
            return;
        }
        x += ink.put(x, line.y, cells, name, muted) + 1;
        x += ink.put(x, line.y, cells, &value, bold(scene.role(Role::Text))) + 2;
    }
}
