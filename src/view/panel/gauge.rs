//! One number against a scale: an arc where there is room for one, else a bar; one bar per series.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::chart::axis;
use super::chart::canvas::Canvas;
use super::digits::{self, Size};
use super::ink::{self, Ink};
use super::{Note, Scene, bold};
use crate::model::reduce::reduce;
use crate::model::series::Series;
use crate::ui::Glyphs;
use crate::ui::palette::{self, Role};

/// The scale: configured ends, else Grafana's 0 to 100 (0 to 1 for `percentunit`).
#[derive(Clone, Copy, Debug)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn new(scene: &Scene<'_>) -> Self {
        let finite = |value: &f64| value.is_finite();
        let usual = if scene.panel.unit.id() == "percentunit" {
            1.0
        } else {
            100.0
        };
        let low = scene.panel.min.filter(finite).unwrap_or(0.0);
        let high = scene.panel.max.filter(finite).unwrap_or(usual);
        let high = if high > low { high } else { low + usual };
        Self { low, high }
    }

    /// Where `value` stands, 0 to 1.
    fn part(self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn value(self, part: f64) -> f64 {
        self.low + (self.high - self.low) * part
    }
}

/// Draws the reduced value of each series. How a single one changed is left to the border.
pub(super) fn draw(scene: &Scene<'_>, series: &[Series], area: Rect, ink: &mut Ink<'_>) -> Note {
    let scale = Scale::new(scene);
    let readings: Vec<(&str, Option<f64>)> = series
        .iter()
        .map(|one| {
            let value = reduce(&one.points, scene.panel.reduce);
            (one.name.as_str(), value.filter(|value| !value.is_nan()))
        })
        .collect();
    match readings.as_slice() {
        [(_, value)] if has_arc(scene, area) => draw_arc(scene, *value, scale, area, ink),
        [(_, value)] => draw_one(scene, *value, scale, area, ink),
        several => draw_rows(scene, several, scale, area, ink),
    }
    let forms = match readings.as_slice() {
        [(name, value)] => scene
            .change_of(name, *value)
            .map(|change| scene.change_forms(&change)),
        _ => Some(scene.compared_forms()),
    };
    Note {
        forms: forms.unwrap_or_default(),
        ..Note::default()
    }
}

fn words(scene: &Scene<'_>, value: Option<f64>, room: u16) -> String {
    value.map_or_else(|| "–".to_owned(), |value| scene.fitting(value, room))
}

fn tone(scene: &Scene<'_>, value: Option<f64>) -> Style {
    value
        .and_then(|value| scene.tone(value))
        .unwrap_or_else(|| scene.series_style(0))
}

/// The style of the scale at `value`: its threshold's, where there are any.
fn zone(scene: &Scene<'_>, value: f64) -> Style {
    match scene.panel.thresholds.of(value) {
        Some(step) => palette::color(step.color, scene.look()),
        None => scene.role(Role::Border),
    }
}

/// Value, bar, and below it the zones and the scale's ends.
fn draw_one(scene: &Scene<'_>, value: Option<f64>, scale: Scale, area: Rect, ink: &mut Ink<'_>) {
    let text = words(scene, value, area.width);
    let style = bold(tone(scene, value));
    if area.height == 1 {
        let cells = ink::width(&text, scene.look()) as u16;
        if area.width < cells + 6 {
            ink.put_cut(area.x, area.y, area.width, &text, style);
            return;
        }
        let bar = Rect::new(area.x, area.y, area.width - cells - 1, 1);
        draw_bar(scene, value, scale, bar, ink);
        ink.put_right(area.right(), area.y, cells, &text, style);
        return;
    }
    let number = scene.look().glyphs != Glyphs::Ascii && area.height >= 6;
    let large = value.map(|value| scene.write(value)).filter(|_| number);
    let large = large.and_then(|written| {
        let width = digits::width(&written.number, Size::Three)?;
        let side = ink::width(
            &format!("{}{}", written.prefix, written.suffix),
            scene.look(),
        );
        (width as usize + side + 5 <= area.width as usize).then_some((written, width))
    });
    let head = if large.is_some() { 3 } else { 1 };
    let zones = u16::from(area.height >= head + 3 && !scene.panel.thresholds.0.is_empty());
    let ends = u16::from(area.height >= head + 2);
    let gap = u16::from(area.height >= head + 3 + zones + ends);
    let thick = if area.height >= head + gap + zones + ends + 4 {
        2
    } else {
        1
    };
    let used = head + gap + thick + zones + ends;
    let mut y = area.y + area.height.saturating_sub(used) / 2;
    if let Some((written, width)) = large {
        let sign = value.map_or("", |value| scene.sign(value));
        let before = ink::width(&written.prefix, scene.look()) as u16;
        let after = ink::width(&written.suffix, scene.look()).max(1) as u16 + 1;
        let x = area.x + area.width.saturating_sub(before + width + after) / 2;
        ink.put(x, y, before, &written.prefix, style);
        digits::draw(
            &written.number,
            Size::Three,
            x + before,
            y,
            tone(scene, value),
            ink,
        );
        ink.put(x + before + width + 1, y, 1, sign, style);
        ink.put(
            x + before + width + 1,
            y + 2,
            after,
            written.suffix.trim_start(),
            style,
        );
    } else {
        ink.put_centred(area, y, &text, style);
    }
    y += head + gap;
    for row in 0..thick {
        draw_bar(
            scene,
            value,
            scale,
            Rect::new(area.x, y + row, area.width, 1),
            ink,
        );
    }
    y += thick;
    if zones > 0 {
        let mark = if ink.look().glyphs == Glyphs::Ascii {
            '~'
        } else {
            '▔'
        };
        for column in 0..area.width {
            let part = (f64::from(column) + 0.5) / f64::from(area.width);
            ink.cell(area.x + column, y, mark, zone(scene, scale.value(part)));
        }
        y += 1;
    }
    if ends > 0 {
        draw_ends(scene, scale, area.x, y, area.width, ink);
    }
}

/// The scale's ends below a bar or arc.
fn draw_ends(scene: &Scene<'_>, scale: Scale, x: u16, y: u16, width: u16, ink: &mut Ink<'_>) {
    let look = scene.look();
    let (low, high) = (
        axis::label(scene, scale.low),
        axis::label(scene, scale.high),
    );
    if ink::width(&low, look) + ink::width(&high, look) + 2 <= width as usize {
        let muted = scene.role(Role::Muted);
        ink.put(x, y, width, &low, muted);
        ink.put_right(x + width, y, width, &high, muted);
    }
}

/// A bar over the whole width: the value's part in its colour, the rest as a faint track.
fn draw_bar(scene: &Scene<'_>, value: Option<f64>, scale: Scale, area: Rect, ink: &mut Ink<'_>) {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let ascii = ink.look().glyphs == Glyphs::Ascii;
    let part = value.map_or(0.0, |value| scale.part(value));
    let eighths = (part * f64::from(area.width) * 8.0).round() as usize;
    let style = tone(scene, value);
    let (full, track) = if ascii { ('#', '.') } else { ('█', '─') };
    for column in 0..area.width {
        let filled = eighths.saturating_sub(usize::from(column) * 8).min(8);
        let x = area.x + column;
        match filled {
            8 => ink.cell(x, area.y, full, style),
            0 => ink.cell(x, area.y, track, scene.role(Role::Border)),
            rest if ascii => {
                let symbol = if rest >= 4 { full } else { track };
                ink.cell(x, area.y, symbol, style);
            }
            rest => ink.cell(x, area.y, EIGHTHS[rest], style),
        }
    }
}

/// A row per series: name, bar, value.
fn draw_rows(
    scene: &Scene<'_>,
    readings: &[(&str, Option<f64>)],
    scale: Scale,
    area: Rect,
    ink: &mut Ink<'_>,
) {
    let look = scene.look();
    let height = area.height as usize;
    let shown = if readings.len() > height {
        (height - usize::from(height > 1)).max(1)
    } else {
        readings.len()
    };
    let values: Vec<String> = readings[..shown]
        .iter()
        .map(|(_, value)| words(scene, *value, area.width))
        .collect();
    let changes: Vec<String> = readings[..shown]
        .iter()
        .filter_map(|(name, value)| scene.change_of(name, *value))
        .collect();
    let change = changes.iter().map(|text| ink::width(text, look)).max();
    let change = change.map_or(0, |cells| cells + 2);
    let change = if change * 3 <= area.width as usize {
        change
    } else {
        0
    };
    let right = area.right();
    let area = Rect {
        width: area.width - change as u16,
        ..area
    };
    let total = area.width as usize;
    let value_width = values.iter().map(|text| ink::width(text, look)).max();
    let value_width = value_width.unwrap_or(0).min(total);
    let names = readings
        .iter()
        .map(|(name, _)| ink::width(name, look))
        .max();
    let name_width = names
        .unwrap_or(0)
        .min(total.saturating_sub(value_width + 1) / 2);
    let bar_width = total.saturating_sub(value_width + name_width + 2);
    let spacing = 1 + usize::from(shown == readings.len() && height >= 2 * shown - 1);
    for (row, ((name, value), text)) in readings.iter().zip(&values).enumerate() {
        let y = area.y + (row * spacing) as u16;
        ink.put_cut(area.x, y, name_width as u16, name, Style::new());
        if bar_width >= 4 {
            let bar = Rect::new(area.x + name_width as u16 + 1, y, bar_width as u16, 1);
            draw_bar(scene, *value, scale, bar, ink);
        }
        let style = bold(tone(scene, *value));
        ink.put_right(area.right(), y, value_width as u16, text, style);
        if let Some(text) = changes.get(row).filter(|_| change > 0) {
            ink.put_right(right, y, change as u16, text, scene.role(Role::Muted));
        }
    }
    if shown < readings.len() && height > 1 {
        let more = format!("+{} more", readings.len() - shown);
        ink.put_cut(
            area.x,
            area.bottom() - 1,
            area.width,
            &more,
            scene.role(Role::Muted),
        );
    }
}

fn has_arc(scene: &Scene<'_>, area: Rect) -> bool {
    scene.look().glyphs == Glyphs::Braille && area.height >= 7 && area.width >= 24
}

/// Half a ring of braille dots: the value's part thick in its colour, the rest a thin rim in the
/// colours of the scale's zones; the number in its middle.
fn draw_arc(scene: &Scene<'_>, value: Option<f64>, scale: Scale, area: Rect, ink: &mut Ink<'_>) {
    // A dot is as wide as high; the ring is twice as wide as high. One row is for the scale's ends.
    let radius = (i32::from(area.height) - 1)
        .min(i32::from(area.width) / 4)
        .min(16)
        * 4;
    let rows = (radius / 4) as u16;
    let cells = radius as u16;
    let y = area.y + (area.height - 1).saturating_sub(rows) / 2;
    let x = area.x + area.width.saturating_sub(cells) / 2;
    let arc = Rect::new(x, y, cells, rows);
    let mut canvas = Canvas::new(arc, Glyphs::Braille);
    let part = value.map_or(0.0, |value| scale.part(value));
    // Owners: 0 is the value, then one per percent of the rim.
    let mut styles = vec![tone(scene, value)];
    styles.extend((0..=100).map(|percent| zone(scene, scale.value(f64::from(percent) / 100.0))));
    let outer = f64::from(radius) - 0.5;
    let inner = outer * 0.70;
    let mut lit = Vec::new();
    for row in 0..radius {
        for column in 0..radius * 2 {
            let dx = f64::from(column - radius) + 0.5;
            let dy = f64::from(radius - row) - 0.5;
            let distance = dx.hypot(dy);
            if distance > outer {
                continue;
            }
            // 0 at the left end, 1 at the right one.
            let angle = 1.0 - dy.atan2(dx) / std::f64::consts::PI;
            if distance >= inner && angle <= part && value.is_some() {
                lit.push((column, row));
            } else if distance >= outer - 1.5 {
                canvas.dot(column, row, 1 + (angle * 100.0).round() as u16);
            }
        }
    }
    for (column, row) in lit {
        canvas.dot(column, row, 0);
    }
    canvas.paint(&styles, ink);
    draw_ends(scene, scale, x, y + rows, cells, ink);
    draw_centre(scene, value, inner, arc, ink);
}

/// The value in the opening of the arc.
fn draw_centre(scene: &Scene<'_>, value: Option<f64>, inner: f64, arc: Rect, ink: &mut Ink<'_>) {
    let style = bold(tone(scene, value));
    let bottom = arc.bottom() - 1;
    if let Some(value) = value {
        let written = scene.write(value);
        let large = [Size::Five, Size::Three].into_iter().find_map(|size| {
            // How wide the opening is at the digits' upper end, in cells: two dots each, both sides.
            let height = f64::from(4 * (size.rows() + 1));
            let opening = (inner.powi(2) - height.powi(2)).max(0.0).sqrt() as u16;
            let width = digits::width(&written.number, size)?;
            let least = if size == Size::Five {
                width * 3 / 2
            } else {
                width
            };
            (least + 2 <= opening).then_some((size, width, opening))
        });
        if let Some((size, width, opening)) = large {
            let unit = written.suffix.trim_start();
            let cells = ink::width(unit, scene.look()) as u16 + 1;
            let beside = !unit.is_empty() && width + 2 * cells <= opening;
            let x = arc.x + arc.width.saturating_sub(width) / 2;
            let y = bottom - size.rows();
            let tone = tone(scene, Some(value));
            digits::draw(&written.number, size, x, y, tone, ink);
            if beside {
                ink.put(x + width + 1, bottom - 1, cells, unit, style);
            }
            let below = [
                scene.sign(value),
                &written.prefix,
                if beside { "" } else { unit },
            ];
            let below: Vec<&str> = below.into_iter().filter(|part| !part.is_empty()).collect();
            ink.put_centred(arc, bottom, &below.join(" "), style);
            return;
        }
    }
    // Two dots a cell, and twice the radius.
    let width = inner as u16;
    let text = words(scene, value, width);
    let room = Rect::new(
        arc.x + arc.width.saturating_sub(width) / 2,
        arc.y,
        width,
        arc.height,
    );
    ink.put_centred(room, bottom, &text, style);
}
