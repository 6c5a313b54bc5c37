//! Rows and columns. Only the rows in sight are written: a hundred thousand cost no more than twenty.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::ink::{self, Ink};
use super::{Note, Scene, Scrolled, grouped, message};
use crate::model::rowset::{Column, ColumnKind};
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::ui::palette::Role;

/// Blanks between columns.
const GAP: usize = 2;
/// A column of words is not made narrower than this while others can give way.
const NARROW: usize = 6;

/// One column, written for the rows in sight.
struct Shown<'c> {
    head: &'c str,
    right: bool,
    cells: Vec<Cell>,
    width: usize,
}

/// One value, written.
struct Cell {
    text: String,
    style: Style,
}

/// Draws the rows from the viewer's first on; returns what is not in sight.
pub(super) fn draw(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> Note {
    let rows = &scene.data.rows;
    let all = rows.len();
    if rows.columns.is_empty() {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    if area.height == 1 {
        // The essential value: the first of the first row.
        if let Some(value) = rows
            .columns
            .first()
            .and_then(|column| column.values.first())
        {
            let text = value.display(scene.view.zone);
            ink.put_cut(area.x, area.y, area.width, &text, Style::new());
        } else {
            message::no_data(scene, area, ink);
        }
        return Note::default();
    }
    let room = area.height as usize - 1;
    let first = scene.view.table_row.min(all.saturating_sub(room));
    let visible = room.min(all - first);
    let mut columns: Vec<Shown<'_>> = Vec::new();
    let mut used = 0;
    for column in &rows.columns {
        // What cannot fit even at its narrowest need not be written.
        if used >= area.width as usize {
            break;
        }
        let shown = write_column(scene, column, first, visible);
        used += shown.width.min(NARROW) + GAP;
        columns.push(shown);
    }
    let hidden = fit(&mut columns, area.width as usize, rows.columns.len());
    draw_cells(scene, &columns, area, ink);
    if all == 0 && area.height >= 2 {
        let below = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
        message::no_data(scene, below, ink);
    }
    note(first, visible, all, hidden)
}

fn note(first: usize, visible: usize, all: usize, hidden: usize) -> Note {
    let (mut long, mut short) = (Vec::new(), Vec::new());
    if hidden > 0 {
        let plural = if hidden == 1 { "" } else { "s" };
        long.push(format!("+{hidden} column{plural}"));
        short.push(format!("+{hidden}"));
    }
    if visible < all {
        let (from, to) = (grouped(first + 1), grouped(first + visible));
        long.push(format!("{from}–{to} of {}", grouped(all)));
        short.push(format!("{from}–{to}/{}", grouped(all)));
    }
    let forms = if long.is_empty() {
        Vec::new()
    } else {
        vec![long.join(" · "), short.join(" · ")]
    };
    Note {
        forms,
        scrolled: Some(Scrolled {
            first,
            shown: visible,
            all,
        }),
    }
}

fn write_column<'c>(
    scene: &Scene<'_>,
    column: &'c Column,
    first: usize,
    count: usize,
) -> Shown<'c> {
    let look = scene.look();
    let right = column.kind == ColumnKind::Number;
    let unit = unit_of(scene, column);
    let values = column.values.iter().skip(first).take(count);
    let mut cells: Vec<Cell> = values
        .map(|value| write_cell(scene, column.kind, unit, value))
        .collect();
    if right {
        align_decimals(&mut cells);
    }
    let head = ink::width(&column.name, look);
    let widest = cells.iter().map(|cell| ink::width(&cell.text, look)).max();
    Shown {
        head: &column.name,
        right,
        width: widest.unwrap_or(0).max(head).max(1),
        cells,
    }
}

/// The unit a column of numbers is written in; none leaves the database's own digits alone.
fn unit_of<'p>(scene: &Scene<'p>, column: &Column) -> Option<&'p Unit> {
    let own = scene
        .panel
        .column_units
        .iter()
        .find(|(name, _)| *name == column.name);
    match own {
        Some((_, unit)) => Some(unit),
        None if column.kind == ColumnKind::Number => {
            let configured = scene.panel.unit != Unit::default() || scene.panel.decimals.is_some();
            configured.then_some(&scene.panel.unit)
        }
        None => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        Value::Decimal(text) => text.parse().ok(),
        _ => None,
    }
}

fn write_cell(scene: &Scene<'_>, kind: ColumnKind, unit: Option<&Unit>, value: &Value) -> Cell {
    if *value == Value::Null {
        return Cell {
            text: if scene.look().glyphs == crate::ui::Glyphs::Ascii {
                "null".to_owned()
            } else {
                "–".to_owned()
            },
            style: scene.role(Role::Muted).add_modifier(Modifier::DIM),
        };
    }
    let number = number(value);
    let text = match (unit, number) {
        (Some(unit), Some(number)) if number.is_finite() => scene
            .write_in(unit, number, scene.panel.decimals)
            .to_string(),
        _ => one_line(&value.display(scene.view.zone), kind),
    };
    let threshold = number
        .filter(|_| kind == ColumnKind::Number && !scene.panel.thresholds.0.is_empty())
        .and_then(|number| scene.tone(number));
    let style = match (threshold, kind) {
        (Some(style), _) => super::bold(style),
        (None, ColumnKind::Time) => scene.role(Role::Muted),
        _ => Style::new(),
    };
    Cell { text, style }
}

/// A document on one line: its line ends and indentation become single blanks. Texts longer than any
/// screen are cut before they are measured.
fn one_line(text: &str, kind: ColumnKind) -> String {
    const MOST: usize = 2_000;
    let text = match text.char_indices().nth(MOST) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    if kind == ColumnKind::Json && text.contains('\n') {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    text.to_owned()
}

/// Pads numbers on the right so that their decimal points stand under each other, where all are
/// written in the same unit.
fn align_decimals(cells: &mut [Cell]) {
    // Digits after the point, and what follows them.
    let parts = |text: &str| -> Option<(usize, usize)> {
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let whole = text[start..]
            .find(|c: char| !c.is_ascii_digit() && c != ',')
            .map_or(text.len(), |end| start + end);
        let rest = &text[whole..];
        let decimals = rest.strip_prefix('.').map_or(0, digits);
        let end = whole + if decimals > 0 { decimals + 1 } else { 0 };
        Some((decimals, end))
    };
    let measured: Vec<_> = cells.iter().map(|cell| parts(&cell.text)).collect();
    let mut suffixes = cells
        .iter()
        .zip(&measured)
        .filter_map(|(cell, part)| part.map(|(_, end)| &cell.text[end..]));
    let Some(suffix) = suffixes.next() else {
        return;
    };
    if suffixes.any(|other| other != suffix) {
        return;
    }
    let most = measured
        .iter()
        .flatten()
        .map(|(decimals, _)| *decimals)
        .max();
    let most = most.unwrap_or(0);
    if most == 0 || most > 8 {
        return;
    }
    for (cell, part) in cells.iter_mut().zip(measured) {
        if let Some((decimals, _)) = part {
            let missing = most - decimals + usize::from(decimals == 0);
            cell.text.push_str(&" ".repeat(missing));
        }
    }
}

/// Makes the columns fit into `room`: the widest columns of words give way first, then numbers, then
/// whole columns from the right. Returns how many of `all` are not shown.
fn fit(columns: &mut Vec<Shown<'_>>, room: usize, all: usize) -> usize {
    let needed = |columns: &[Shown<'_>]| -> usize {
        let widths: usize = columns.iter().map(|column| column.width).sum();
        widths + GAP * columns.len().saturating_sub(1)
    };
    while columns.len() > 1 {
        let least: usize = columns
            .iter()
            .map(|column| {
                if column.right {
                    column.width
                } else {
                    column.width.min(NARROW)
                }
            })
            .sum::<usize>()
            + GAP * (columns.len() - 1);
        if least <= room {
            break;
        }
        columns.pop();
    }
    for words_only in [true, false] {
        let mut over = needed(columns).saturating_sub(room);
        while over > 0 {
            let floor = if words_only { NARROW } else { 1 };
            let candidates = columns
                .iter()
                .filter(|column| !(words_only && column.right) && column.width > floor);
            let Some(widest) = candidates.map(|column| column.width).max() else {
                break;
            };
            // Down to the next width below, at once.
            let next = columns
                .iter()
                .filter(|column| !(words_only && column.right) && column.width < widest)
                .map(|column| column.width)
                .max()
                .unwrap_or(0)
                .max(floor);
            let group = columns
                .iter()
                .filter(|column| !(words_only && column.right) && column.width == widest)
                .count();
            let cut = (widest - next).min(over.div_ceil(group));
            for column in columns.iter_mut() {
                if !(words_only && column.right) && column.width == widest && over > 0 {
                    let here = cut.min(over);
                    column.width -= here;
                    over -= here;
                }
            }
        }
    }
    all - columns.len()
}

fn draw_cells(scene: &Scene<'_>, columns: &[Shown<'_>], area: Rect, ink: &mut Ink<'_>) {
    let used: usize = columns.iter().map(|column| column.width).sum::<usize>()
        + GAP * columns.len().saturating_sub(1);
    let gaps = columns.len().saturating_sub(1).max(1);
    // A little air where there is room, but rows that can still be followed by eye.
    let air = ((area.width as usize).saturating_sub(used) / gaps).min(4);
    let mut x = area.x;
    for column in columns {
        let width = (column.width as u16).min(area.right().saturating_sub(x));
        let head = scene.role(Role::TableHead);
        if column.right {
            ink.put_right(x + width, area.y, width, column.head, head);
        } else {
            ink.put_cut(x, area.y, width, column.head, head);
        }
        for (row, cell) in column.cells.iter().enumerate() {
            let y = area.y + 1 + row as u16;
            if column.right && ink::width(&cell.text, scene.look()) <= width as usize {
                ink.put_right(x + width, y, width, &cell.text, cell.style);
            } else if column.right {
                // A number without its last digits is a wrong number; so is one without its first.
                let text = ink::cut(cell.text.trim_end(), width as usize, scene.look());
                ink.put_right(x + width, y, width, &text, cell.style);
            } else {
                ink.put_cut(x, y, width, &cell.text, cell.style);
            }
        }
        x = x.saturating_add(width + (GAP + air) as u16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Cell> {
        let cell = |text: &&str| Cell {
            text: (*text).to_owned(),
            style: Style::new(),
        };
        texts.iter().map(cell).collect()
    }

    fn aligned(texts: &[&str]) -> Vec<String> {
        let mut cells = cells(texts);
        align_decimals(&mut cells);
        cells.into_iter().map(|cell| cell.text).collect()
    }

    #[test]
    fn decimal_points_stand_under_each_other() {
        assert_eq!(
            aligned(&["12.5", "3", "0.125"]),
            ["12.5  ", "3    ", "0.125"]
        );
        assert_eq!(aligned(&["1,234.5", "–"]), ["1,234.5", "–"]);
        assert_eq!(aligned(&["12 K", "3.5 M"]), ["12 K", "3.5 M"]);
        assert_eq!(aligned(&["$1.50", "$12"]), ["$1.50", "$12   "]);
    }

    fn widths(widths: &[(usize, bool)], room: usize) -> (Vec<usize>, usize) {
        let mut columns: Vec<Shown<'_>> = widths
            .iter()
            .map(|&(width, right)| Shown {
                head: "",
                right,
                cells: Vec::new(),
                width,
            })
            .collect();
        let hidden = fit(&mut columns, room, widths.len());
        (columns.iter().map(|column| column.width).collect(), hidden)
    }

    #[test]
    fn the_widest_words_give_way_first() {
        assert_eq!(widths(&[(10, false), (5, true)], 20), (vec![10, 5], 0));
        assert_eq!(
            widths(&[(40, false), (10, false), (5, true)], 40),
            (vec![21, 10, 5], 0)
        );
        assert_eq!(
            widths(&[(40, false), (40, false), (5, true)], 40),
            (vec![15, 16, 5], 0)
        );
    }

    #[test]
    fn columns_without_room_are_counted() {
        let (shown, hidden) = widths(&[(8, true); 9], 30);
        assert_eq!((shown.len(), hidden), (3, 6));
        let (shown, hidden) = widths(&[(50, true)], 10);
        assert_eq!((shown, hidden), (vec![10], 0));
    }
}
