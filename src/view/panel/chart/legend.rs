//! The legend of a line chart: names and what became of them.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::Scene;
use super::super::ink::{self, Ink};
use super::canvas::ASCII_MARKS;
use crate::config::Legend;
use crate::model::series::Series;
use crate::ui::palette::Role;
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
    name: &'s str,
    sign: String,
    style: Style,
    /// `last`, `min`, `max`, written.
    numbers: [String; 3],
}

const HEADS: [&str; 3] = ["last", "min", "max"];

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

fn sign(index: usize, look: Look) -> String {
    match (look.glyphs, look.depth) {
        (Glyphs::Ascii, _) => ASCII_MARKS[index % ASCII_MARKS.len()].to_string(),
        (_, Depth::None) => ["━━━", "╍╍╍", "···", "━ ·"][index % 4].to_owned(),
        _ => "━━".to_owned(),
    }
}

/// One entry per series; `extremes` are each one's least and greatest in the window.
pub(in super::super) fn entries<'s>(
    scene: &Scene<'_>,
    series: &'s [Series],
    extremes: &[Option<(f64, f64)>],
) -> Vec<Entry<'s>> {
    let write = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |value| scene.write(value).to_string())
    };
    let last = |one: &Series| {
        let values = one.points.iter().rev().map(|point| point.value);
        values.into_iter().find(|value| value.is_finite())
    };
    series
        .iter()
        .zip(extremes)
        .enumerate()
        .map(|(index, (one, extremes))| Entry {
            name: &one.name,
            sign: sign(index, scene.look()),
            style: scene.series_style(index),
            numbers: [
                write(last(one)),
                write(extremes.map(|(min, _)| min)),
                write(extremes.map(|(_, max)| max)),
            ],
        })
        .collect()
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

/// Columns the table needs: sign and name, then the three numbers.
fn columns(entries: &[Entry<'_>], most: usize, look: Look) -> [usize; 4] {
    let number = |index: usize| {
        let cells = entries
            .iter()
            .map(|entry| ink::width(&entry.numbers[index], look));
        // Rounded up to an even width: a number that gains a digit should not move the chart.
        cells
            .max()
            .unwrap_or(0)
            .max(HEADS[index].len())
            .next_multiple_of(2)
    };
    let [last, min, max] = [number(0), number(1), number(2)];
    let names = entries
        .iter()
        .map(|entry| ink::width(&entry.sign, look) + 1 + ink::width(entry.name, look));
    let rest = last + min + max + 6;
    let name = names.max().unwrap_or(0).min(most.saturating_sub(rest));
    [name, last, min, max]
}

/// Cells a table on the right takes.
pub(in super::super) fn right_width(entries: &[Entry<'_>], area: Rect, look: Look) -> u16 {
    let columns = columns(entries, area.width as usize * 2 / 5, look);
    (columns.iter().sum::<usize>() + 6) as u16
}

/// Draws the table form.
pub(in super::super) fn draw_table(
    scene: &Scene<'_>,
    entries: &[Entry<'_>],
    area: Rect,
    ink: &mut Ink<'_>,
) {
    let look = scene.look();
    let columns = columns(entries, area.width as usize, look);
    let muted = scene.role(Role::Muted);
    let put_numbers = |y: u16, texts: [&str; 3], style: [Style; 3], ink: &mut Ink<'_>| {
        let mut end = area.x + columns[0] as u16;
        for ((text, width), style) in texts.into_iter().zip(&columns[1..]).zip(style) {
            end += 2 + *width as u16;
            if end <= area.right() {
                ink.put_right(end, y, *width as u16, text, style);
            }
        }
    };
    put_numbers(area.y, HEADS, [muted; 3], ink);
    let room = area.height.saturating_sub(1) as usize;
    let shown = if entries.len() > room {
        room.saturating_sub(1)
    } else {
        entries.len()
    };
    for (row, entry) in entries.iter().take(shown).enumerate() {
        let y = area.y + 1 + row as u16;
        let used = ink.put(area.x, y, columns[0] as u16, &entry.sign, entry.style) + 1;
        let room = (columns[0] as u16).saturating_sub(used);
        ink.put_cut(area.x + used, y, room, entry.name, Style::new());
        let numbers = [0, 1, 2].map(|index| entry.numbers[index].as_str());
        let bold = Style::new().add_modifier(Modifier::BOLD);
        put_numbers(y, numbers, [bold, muted, muted], ink);
    }
    if shown < entries.len() {
        let more = format!("+{} more", entries.len() - shown);
        ink.put_cut(area.x, area.bottom() - 1, area.width, &more, muted);
    }
}

/// Draws the one-line form: as much of each entry as fits for all of them.
pub(in super::super) fn draw_line(
    scene: &Scene<'_>,
    entries: &[Entry<'_>],
    area: Rect,
    ink: &mut Ink<'_>,
) {
    let look = scene.look();
    let muted = scene.role(Role::Muted);
    let numbers = |entry: &Entry<'_>, detail: usize| -> Vec<(String, Style)> {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let [last, min, max] = &entry.numbers;
        let all = [
            (last.clone(), bold),
            (format!("min {min}"), muted),
            (format!("max {max}"), muted),
        ];
        all.into_iter().take(detail).collect()
    };
    let width = |entry: &Entry<'_>, detail: usize| -> usize {
        let numbers: usize = numbers(entry, detail)
            .iter()
            .map(|(text, _)| ink::width(text, look) + 1)
            .sum();
        ink::width(&entry.sign, look) + 1 + ink::width(entry.name, look) + numbers
    };
    let room = area.width as usize;
    let fits = |detail: usize| {
        let all: usize = entries.iter().map(|entry| width(entry, detail) + 3).sum();
        all.saturating_sub(3) <= room
    };
    let detail = [3, 1, 0]
        .into_iter()
        .find(|detail| fits(*detail))
        .unwrap_or(0);
    let mut x = area.x;
    for (index, entry) in entries.iter().enumerate() {
        let left = area.right().saturating_sub(x);
        let more = format!("+{}", entries.len() - index);
        let reserve = if index + 1 < entries.len() {
            more.len() + 4
        } else {
            0
        };
        if index > 0 && width(entry, detail) + reserve > left as usize {
            ink.put_cut(x, area.y, left, &more, muted);
            return;
        }
        x += ink.put(x, area.y, left, &entry.sign, entry.style) + 1;
        x += ink.put_cut(
            x,
            area.y,
            area.right().saturating_sub(x),
            entry.name,
            Style::new(),
        );
        for (text, style) in numbers(entry, detail) {
            x += 1;
            x += ink.put(x, area.y, area.right().saturating_sub(x), &text, style);
        }
        x += 3;
    }
}
