//! One number, as large as there is room, how it changed, and how it came there.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::digits::{self, Size};
use super::ink::{self, Ink};
use super::{Note, Scene, bold, change, message, spark};
use crate::model::compare::Compare;
use crate::model::reduce::{Reduction, reduce};
use crate::model::series::{Point, Series};
use crate::model::unit::Written;
use crate::model::value::Value;
use crate::ui::palette::Role;

/// What a change is against where nothing is compared.
const SINCE_START: &str = "since the range began";

/// A series, reduced and written.
struct Reading<'s> {
    name: &'s str,
    points: &'s [Point],
    value: Option<f64>,
    written: Written,
    sign: &'static str,
    style: Style,
    spark: Style,
    change: String,
}

impl<'s> Reading<'s> {
    fn new(scene: &Scene<'_>, series: &'s Series, index: usize) -> Self {
        let how = scene.panel.reduce;
        let value = reduce(&series.points, how).filter(|value| !value.is_nan());
        let written = value.map_or_else(
            || Written {
                number: "–".to_owned(),
                ..Written::default()
            },
            |value| scene.write(value),
        );
        let tone = value.and_then(|value| scene.tone(value));
        let since_start = || match (how, value) {
            (Reduction::Last | Reduction::LastNotNull, Some(value)) => {
                change(&series.points, value)
                    .map(|part| change::words(Some(part * 100.0), scene.look()))
            }
            _ => None,
        };
        // Compared with another time, the change is the one since then.
        let compared = scene.change_of(&series.name, value);
        let change = compared.or_else(since_start).unwrap_or_default();
        Self {
            name: &series.name,
            points: &series.points,
            value,
            written,
            sign: value.map_or("", |value| scene.sign(value)),
            style: tone.unwrap_or_default(),
            spark: tone.unwrap_or_else(|| scene.series_style(index)),
            change,
        }
    }
}

/// The relative change from the first reading to `last`.
fn change(points: &[Point], last: f64) -> Option<f64> {
    let first = points
        .iter()
        .map(|point| point.value)
        .find(|value| value.is_finite())?;
    let change = (last - first) / first.abs();
    (points.len() > 1 && change.is_finite()).then_some(change)
}

/// For the border, where the changes stand inside: what they are against. That of the stat's own is said
/// where there is room for words.
fn against(scene: &Scene<'_>, has_change: bool) -> Vec<String> {
    if has_change && scene.view.full_screen && scene.view.compare == Compare::Off {
        return vec![SINCE_START.to_owned()];
    }
    scene.compared_forms()
}

/// For the border, where the change does not stand inside: it and what it is against.
fn change_against(scene: &Scene<'_>, change: &str) -> Vec<String> {
    let mut forms = scene.change_forms(change);
    if !change.is_empty() && scene.view.full_screen && scene.view.compare == Compare::Off {
        forms.insert(0, format!("{change} {SINCE_START}"));
    }
    forms
}

/// Draws one number per series, side by side. What did not fit beside a single one is left to the border.
pub(super) fn draw(scene: &Scene<'_>, series: &[Series], area: Rect, ink: &mut Ink<'_>) -> Note {
    let room = (area.width / 14).max(1);
    let readings: Vec<Reading<'_>> = series
        .iter()
        .take(usize::from(room) * 8)
        .enumerate()
        .map(|(index, one)| Reading::new(scene, one, index))
        .collect();
    if let [one] = readings.as_slice() {
        return draw_one(scene, one, area, false, ink);
    }
    let named = area.height >= 2;
    // One row of columns where they fit, more rows where the area is high and narrow.
    let count = readings.len() as u16;
    let rows = count
        .div_ceil(room)
        .min((area.height / if named { 3 } else { 1 }).max(1))
        .max(1);
    let columns = count.div_ceil(rows).min(room).max(1);
    let (width, height) = (area.width / columns, area.height / rows);
    for (index, reading) in readings.iter().enumerate().take((rows * columns).into()) {
        let (row, column) = (index as u16 / columns, index as u16 % columns);
        let gap = if column + 1 < columns { 2 } else { 0 };
        let cell = Rect::new(
            area.x + column * width,
            area.y + row * height,
            width.saturating_sub(gap).max(1),
            height,
        );
        draw_one(scene, reading, cell, named, ink);
    }
    let has_change = readings.iter().any(|reading| !reading.change.is_empty());
    Note {
        forms: against(scene, has_change),
        ..Note::default()
    }
}

/// Draws a text in place of a number: whole words, in the middle of the height.
pub(super) fn draw_words(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
    let columns = &scene.data.rows.columns;
    let Some(value) = columns.first().and_then(|column| column.values.first()) else {
        message::no_data(scene, area, ink);
        return;
    };
    let text = match value {
        Value::Null => "–".into(),
        value => value.display(scene.view.zone),
    };
    let lines = ink::wrap(&text, area.width.into(), scene.look());
    let height = usize::from(area.height);
    let top = area.y + (height.saturating_sub(lines.len()) / 2) as u16;
    let style = bold(scene.role(Role::Text));
    for (y, line) in (top..area.bottom()).zip(&lines) {
        let is_cut = y + 1 == area.bottom() && lines.len() > height;
        let line = if is_cut {
            format!("{line} …")
        } else {
            line.clone()
        };
        ink.put_cut(area.x, y, area.width, &line, style);
    }
}

fn draw_one(
    scene: &Scene<'_>,
    reading: &Reading<'_>,
    area: Rect,
    named: bool,
    ink: &mut Ink<'_>,
) -> Note {
    let mut area = area;
    if named && area.height >= 2 {
        ink.put_cut(
            area.x,
            area.y,
            area.width,
            reading.name,
            scene.role(Role::Muted),
        );
        area.y += 1;
        area.height -= 1;
    }
    let fit = |side: &Side| {
        let sizes = Size::available(scene.look().glyphs).iter();
        sizes.copied().find_map(|size| {
            // The largest digits only where the spark line keeps a part as high.
            let rows = match size {
                Size::Five => 8,
                Size::FiveNarrow => 5,
                Size::Three => 3,
            };
            let width = digits::width(&reading.written.number, size)?;
            let needed = side.before + width + 1 + side.width;
            (area.height >= rows && needed <= area.width).then_some((size, width))
        })
    };
    let whole = Side::of(reading, &reading.change, ink);
    if let Some((size, width)) = fit(&whole) {
        draw_large(scene, reading, &whole, size, width, area, ink);
        return Note {
            forms: against(scene, !reading.change.is_empty()),
            ..Note::default()
        };
    }
    // A single number stays large and leaves its change to the border.
    let short = Side::of(reading, "", ink);
    if let Some((size, width)) = fit(&short).filter(|_| !named) {
        draw_large(scene, reading, &short, size, width, area, ink);
        return Note {
            forms: change_against(scene, &reading.change),
            ..Note::default()
        };
    }
    let forms = if draw_plain(scene, reading, area, ink) {
        against(scene, true)
    } else if scene.view.compare != Compare::Off {
        scene.change_forms(&reading.change)
    } else {
        Vec::new()
    };
    Note {
        forms,
        ..Note::default()
    }
}

/// What stands beside large digits, in normal size.
struct Side {
    /// Cells of what comes before the digits: `$`.
    before: u16,
    /// Cells of what comes after: the unit, and above it sign and change.
    width: u16,
    above: String,
}

impl Side {
    fn of(reading: &Reading<'_>, change: &str, ink: &Ink<'_>) -> Self {
        let look = ink.look();
        let gap = if reading.sign.is_empty() || change.is_empty() {
            ""
        } else {
            " "
        };
        let above = format!("{}{gap}{change}", reading.sign);
        let unit = ink::width(reading.written.suffix.trim_start(), look);
        let before = ink::width(&reading.written.prefix, look);
        Self {
            before: before as u16 + u16::from(before > 0),
            width: ink::width(&above, look).max(unit) as u16,
            above,
        }
    }
}

fn draw_large(
    scene: &Scene<'_>,
    reading: &Reading<'_>,
    side: &Side,
    size: Size,
    width: u16,
    area: Rect,
    ink: &mut Ink<'_>,
) {
    let rows = size.rows();
    let has_spark = spark::is_worthwhile(reading.points);
    let used = side.before + width + 1 + side.width;
    let below = area.height - rows;
    let beside = area.width.saturating_sub(used + 3);
    // Below where there is room, but a line of three rows beside the digits says more than one below.
    let spark_below = has_spark && (below >= 2 || below == 1 && beside < 10);
    let y = if spark_below {
        area.y
    } else {
        area.y + below / 2
    };
    let style = bold(reading.style);
    ink.put(area.x, y, side.before, &reading.written.prefix, style);
    digits::draw(
        &reading.written.number,
        size,
        area.x + side.before,
        y,
        reading.style,
        ink,
    );
    let x = area.x + side.before + width + 1;
    put_above(scene, reading, side, x, y, ink);
    let unit = reading.written.suffix.trim_start();
    ink.put(x, y + rows - 1, side.width, unit, style);
    if spark_below {
        let gap = u16::from(below >= 4);
        let rest = Rect::new(area.x, y + rows + gap, area.width, below - gap);
        spark::draw(scene, reading.points, reading.spark, rest, ink);
    } else if has_spark && beside >= 10 {
        let rest = Rect::new(area.x + used + 3, y, beside, rows);
        spark::draw(scene, reading.points, reading.spark, rest, ink);
    }
}

/// Sign in its colour, change in a neutral one.
fn put_above(
    scene: &Scene<'_>,
    reading: &Reading<'_>,
    side: &Side,
    x: u16,
    y: u16,
    ink: &mut Ink<'_>,
) {
    let sign = ink.put(x, y, side.width, reading.sign, bold(reading.style));
    let rest = side.above.strip_prefix(reading.sign).unwrap_or_default();
    ink.put(x + sign, y, side.width, rest, scene.role(Role::Muted));
}

/// Returns whether there was room for the change.
fn draw_plain(scene: &Scene<'_>, reading: &Reading<'_>, area: Rect, ink: &mut Ink<'_>) -> bool {
    let look = scene.look();
    let text = match reading.value {
        Some(value) => scene.fitting(value, area.width),
        None => reading.written.to_string(),
    };
    let has_spark = spark::is_worthwhile(reading.points) && reading.value.is_some();
    let spark_rows = if has_spark {
        area.height.saturating_sub(1)
    } else {
        0
    };
    let y = area.y + (area.height - 1 - spark_rows) / 2;
    let used = ink.put(area.x, y, area.width, &text, bold(reading.style));
    let change = ink::width(&reading.change, look) as u16;
    let left = area.width.saturating_sub(used);
    let muted = scene.role(Role::Muted);
    let has_change = change > 0 && left >= change + 2;
    if has_change {
        ink.put_right(area.right(), y, change, &reading.change, muted);
    }
    let rest = if spark_rows > 0 {
        Rect::new(area.x, area.y + 1, area.width, spark_rows)
    } else if has_spark && left >= change + 14 {
        Rect::new(area.x + used + 2, y, left - change - 4, 1)
    } else {
        return has_change;
    };
    spark::draw(scene, reading.points, reading.spark, rest, ink);
    has_change
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Moment;

    #[test]
    fn a_change_is_relative_to_the_first_reading() {
        let points: Vec<Point> = [f64::NAN, 50.0, 80.0]
            .iter()
            .enumerate()
            .map(|(index, value)| Point {
                at: Moment(index as i64),
                value: *value,
            })
            .collect();
        assert_eq!(change(&points, 75.0), Some(0.5));
        assert_eq!(change(&points[..1], 75.0), None);
    }
}
