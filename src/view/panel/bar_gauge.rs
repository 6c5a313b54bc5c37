//! A bar per label against one scale, coloured by the thresholds it passes: in rows, each with its
//! name and value; where that is too narrow upright, or with the name above its bar.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::chart::axis::{self, ValueRange};
use super::ink::{self, Ink};
use super::{Scene, bold};
use crate::model::panel_data::Bar;
use crate::ui::Glyphs;
use crate::ui::palette::{self, Role};

/// The least length of a bar that stands between a name and a value.
const LEAST: u16 = 10;
/// The greatest thickness of a row's bar.
const THICK: u16 = 3;

/// Draws `bars` in the query's order.
pub(super) fn draw(scene: &Scene<'_>, bars: &[Bar], area: Rect, ink: &mut Ink<'_>) {
    if area.is_empty() || bars.is_empty() {
        return;
    }
    let gauge = Gauge::new(scene, bars);
    let look = scene.look();
    // No more than can be seen: there may be very many.
    let seen = &bars[..bars
        .len()
        .min(usize::from(area.height).max(usize::from(area.width)))];
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0) as u16;
    let values = widest(
        &mut seen
            .iter()
            .map(|bar| ink::width(&gauge.words(bar, u16::MAX), look)),
    );
    let names = widest(&mut seen.iter().map(|bar| ink::width(&bar.label, look)));
    let in_rows = names.min(16) + values + LEAST + 2 <= area.width;
    let count = u16::try_from(bars.len()).unwrap_or(u16::MAX);
    let each = (area.width.saturating_add(1) / count).saturating_sub(1);
    if area.height == 1 && count > 1 && each > values && each >= 6 {
        // One line is shared by all.
        for (x, bar) in (area.x..).step_by(usize::from(each) + 1).zip(bars) {
            let part = Rect {
                x,
                width: each,
                ..area
            };
            gauge.draw_rows(std::slice::from_ref(bar), (names, values), part, ink);
        }
        return;
    }
    let is_high = area.height >= 7 && area.width < area.height.saturating_mul(2);
    if is_high && each >= values.max(3) {
        gauge.draw_upright(bars, each.min(12), area, ink);
    } else if area.width < 3 {
        gauge.draw_bare(bars, area, ink);
    } else if !in_rows && bars.len() * 2 <= usize::from(area.height) {
        gauge.draw_below_names(bars, area, ink);
    } else {
        gauge.draw_rows(bars, (names, values), area, ink);
    }
}

/// The scale and how it is coloured.
struct Gauge<'s> {
    scene: &'s Scene<'s>,
    low: f64,
    high: f64,
}

impl<'s> Gauge<'s> {
    /// Configured ends, else 0 to 100 of a percentage as in Grafana, else round ones around the data
    /// and zero.
    fn new(scene: &'s Scene<'_>, bars: &[Bar]) -> Self {
        let usual = match scene.panel.unit.id() {
            "percent" => 100.0,
            "percentunit" => 1.0,
            _ => 0.0,
        };
        let finite = bars.iter().map(|bar| bar.value).filter(|v| v.is_finite());
        let ends = finite.fold((0.0, usual), |(low, high): (f64, f64), value| {
            (low.min(value), high.max(value))
        });
        let panel = scene.panel;
        let range = ValueRange::new(&panel.unit, Some(ends), panel.min, panel.max, 12);
        Self {
            scene,
            low: range.low,
            high: range.high,
        }
    }

    /// Where `value` stands, 0 to 1.
    fn part(&self, value: f64) -> f64 {
        if value.is_nan() {
            return 0.0;
        }
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn value(&self, part: f64) -> f64 {
        self.low + (self.high - self.low) * part
    }

    fn words(&self, bar: &Bar, room: u16) -> String {
        if bar.value.is_nan() {
            "–".to_owned()
        } else {
            self.scene.fitting(bar.value, room)
        }
    }

    /// The colour of the step that `value` reaches, else the panel's.
    fn tone(&self, value: f64) -> Style {
        let tone = self.scene.tone(value);
        tone.unwrap_or_else(|| self.scene.series_style(0))
    }

    /// The style at `part` of a bar: the step there, so that a bar shows all it passed. The faint
    /// track beyond the value shows what is to come.
    fn step(&self, part: f64, is_lit: bool) -> Style {
        let look = self.scene.look();
        match self.scene.panel.thresholds.of(self.value(part)) {
            Some(step) if is_lit => palette::color(step.color, look),
            Some(step) => palette::color(step.color, look).add_modifier(Modifier::DIM),
            None if is_lit => self.tone(f64::NAN),
            None => self.scene.role(Role::Border),
        }
    }

    /// `length` cells of one line of a bar from `(x, y)` to the right; the track only where it is told.
    fn draw_line(
        &self,
        bar: &Bar,
        (x, y): (u16, u16),
        length: u16,
        has_track: bool,
        ink: &mut Ink<'_>,
    ) {
        const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
        let ascii = ink.look().glyphs == Glyphs::Ascii;
        let (full, track) = if ascii { ('#', '.') } else { ('█', '─') };
        let eighths = (self.part(bar.value) * f64::from(length) * 8.0).round() as usize;
        for cell in 0..length {
            let part = (f64::from(cell) + 0.5) / f64::from(length);
            let symbol = match eighths.saturating_sub(usize::from(cell) * 8).min(8) {
                8 => full,
                0 => track,
                rest if ascii && rest >= 4 => full,
                _ if ascii => track,
                rest => EIGHTHS[rest],
            };
            // The last cell is in the colour of the value, which may be the next step's.
            let is_end = eighths.div_ceil(8) == usize::from(cell) + 1;
            let style = if symbol == track || !is_end {
                self.step(part, symbol != track)
            } else {
                self.tone(bar.value)
            };
            if has_track || symbol != track {
                ink.cell(x + cell, y, symbol, style);
            }
        }
    }

    /// How many bars a stack of `room` places shows: the last place is for how many more there are.
    fn shown(bars: &[Bar], room: usize) -> usize {
        if bars.len() > room && room > 1 {
            room - 1
        } else {
            bars.len().min(room.max(1))
        }
    }

    fn put_more(&self, more: usize, area: Rect, ink: &mut Ink<'_>) {
        let words = format!("+{} more", super::grouped(more));
        let muted = self.scene.role(Role::Muted);
        ink.put_cut(area.x, area.bottom() - 1, area.width, &words, muted);
    }

    /// Name, bar, value.
    fn draw_rows(&self, bars: &[Bar], (names, values): (u16, u16), area: Rect, ink: &mut Ink<'_>) {
        let shown = Self::shown(bars, usize::from(area.height));
        let count = shown as u16;
        let has_all = shown == bars.len();
        let values = values.min(area.width);
        let names = names
            .min(area.width.saturating_sub(values + 1))
            .min((area.width * 2 / 5).max(area.width.saturating_sub(values + 2 + LEAST)));
        let length = area.width.saturating_sub(names + values + 2);
        let ends = u16::from(length >= LEAST * 2 && area.height > 2 * count && has_all);
        let each = if has_all {
            (area.height - ends) / count
        } else {
            1
        };
        let gap = u16::from(each > 1);
        let thick = (each - gap).clamp(1, THICK);
        let used = count * (thick + gap) - gap + ends * 2;
        let top = area.y + (area.height.saturating_sub(used)) / 2;
        let x = area.x + names + u16::from(names > 0);
        for (row, bar) in (0u16..).zip(&bars[..shown]) {
            let y = top + row * (thick + gap);
            let middle = y + (thick - 1) / 2;
            let text = self.scene.role(Role::Text);
            ink.put_cut(area.x, middle, names, &bar.label, text);
            if length >= 3 {
                for line in 0..thick {
                    self.draw_line(bar, (x, y + line), length, line == (thick - 1) / 2, ink);
                }
            }
            let words = self.words(bar, values);
            ink.put_right(
                area.right(),
                middle,
                values,
                &words,
                bold(self.tone(bar.value)),
            );
        }
        let y = top + count * (thick + gap);
        if ends > 0 && y < area.bottom() {
            self.draw_ends(Rect::new(x, y, length, 1), ink);
        }
        if !has_all && area.height > 1 {
            self.put_more(bars.len() - shown, area, ink);
        }
    }

    /// The ends of the scale.
    fn draw_ends(&self, line: Rect, ink: &mut Ink<'_>) {
        let look = self.scene.look();
        let (low, high) = (
            axis::label(self.scene, self.low),
            axis::label(self.scene, self.high),
        );
        if ink::width(&low, look) + ink::width(&high, look) + 2 <= usize::from(line.width) {
            let muted = self.scene.role(Role::Muted);
            ink.put(line.x, line.y, line.width, &low, muted);
            ink.put_right(line.right(), line.y, line.width, &high, muted);
        }
    }

    /// Name and value, and the bar on the next line.
    fn draw_below_names(&self, bars: &[Bar], area: Rect, ink: &mut Ink<'_>) {
        let count = bars.len() as u16;
        let step = if area.height >= 3 * count - 1 { 3 } else { 2 };
        for (row, bar) in (0u16..).zip(bars) {
            let y = area.y + row * step;
            let words = self.words(bar, area.width);
            let value = ink::width(&words, self.scene.look()) as u16;
            let text = self.scene.role(Role::Text);
            let room = area.width.saturating_sub(value + 1);
            ink.put_cut(area.x, y, room, &bar.label, text);
            ink.put_right(area.right(), y, value, &words, bold(self.tone(bar.value)));
            self.draw_line(bar, (area.x, y + 1), area.width, true, ink);
        }
    }

    /// Upright bars of `each` cells, the value above and the name below.
    fn draw_upright(&self, bars: &[Bar], each: u16, area: Rect, ink: &mut Ink<'_>) {
        let used = (each + 1) * bars.len() as u16 - 1;
        let left = area.x + area.width.saturating_sub(used) / 2;
        let column = Rect {
            y: area.y + 1,
            height: area.height - 2,
            ..area
        };
        for (index, bar) in (0u16..).zip(bars) {
            let x = left + index * (each + 1);
            let head = Rect {
                x,
                width: each,
                ..area
            };
            let words = self.words(bar, each);
            ink.put_centred(head, area.y, &words, bold(self.tone(bar.value)));
            self.draw_column(
                bar,
                Rect {
                    x,
                    width: each,
                    ..column
                },
                ink,
            );
            let text = self.scene.role(Role::Text);
            ink.put_centred(head, area.bottom() - 1, &bar.label, text);
        }
    }

    /// One upright bar.
    fn draw_column(&self, bar: &Bar, area: Rect, ink: &mut Ink<'_>) {
        const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let ascii = ink.look().glyphs == Glyphs::Ascii;
        let eighths = (self.part(bar.value) * f64::from(area.height) * 8.0).round() as usize;
        for row in 0..area.height {
            let part = (f64::from(row) + 0.5) / f64::from(area.height);
            let lit = eighths.saturating_sub(usize::from(row) * 8).min(8);
            let is_end = eighths.div_ceil(8) == usize::from(row) + 1;
            let is_lit = lit > 0 && (!ascii || lit >= 4);
            let style = if is_lit && is_end {
                self.tone(bar.value)
            } else {
                self.step(part, is_lit)
            };
            let y = area.bottom() - 1 - row;
            for x in area.left()..area.right() {
                let symbol = match (is_lit, ascii) {
                    (true, true) => '#',
                    (true, false) => EIGHTHS[lit],
                    // The track is one line in the middle.
                    (false, _) if x != area.x + (area.width - 1) / 2 => ' ',
                    (false, true) => '.',
                    (false, false) => '│',
                };
                ink.cell(x, y, symbol, style);
            }
        }
    }

    /// Where there is no room for a word: a column each.
    fn draw_bare(&self, bars: &[Bar], area: Rect, ink: &mut Ink<'_>) {
        for (x, bar) in (area.left()..area.right()).zip(bars) {
            self.draw_column(
                bar,
                Rect {
                    x,
                    width: 1,
                    ..area
                },
                ink,
            );
        }
    }
}
