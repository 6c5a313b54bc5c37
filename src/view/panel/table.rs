//! Rows and columns. Only the rows in sight are written: a hundred thousand cost no more than twenty.

mod cells;
mod times;
mod widths;

use ratatui::layout::Rect;
use ratatui::style::Style;

use self::cells::{Cell, align_decimals, unit_of, write_cell};
use self::widths::fit;
use super::ink::{self, Ink};
use super::{Note, Scene, Scrolled, grouped, message};
use crate::model::rowset::{Column, ColumnKind};
use crate::ui::Look;
use crate::ui::palette::Role;

/// Blanks between columns.
const GAP: usize = 2;

/// One column, written for the rows in sight.
struct Shown<'c> {
    head: &'c str,
    /// Numbers stand on the right.
    right: bool,
    /// Times have shorter forms, and say nothing once cut.
    time: bool,
    cells: Vec<Cell>,
    width: usize,
}

impl Shown<'_> {
    /// Numbers and times are not cut while words can give way.
    fn is_rigid(&self) -> bool {
        self.right || self.time
    }

    /// The width its head needs, and these in place of its cells.
    fn width_of<'t>(&self, texts: impl Iterator<Item = &'t str>, look: Look) -> usize {
        let widths = texts.map(|text| ink::width(text, look));
        widths
            .max()
            .unwrap_or(0)
            .max(ink::width(self.head, look))
            .max(1)
    }
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
    let count = rows.columns.len();
    let mut past = 0;
    let mut columns = columns_past(scene, past, first, visible, area.width);
    if columns.len() < count && scene.view.table_column > 0 {
        past = scene.view.table_column.min(count.saturating_sub(2));
        columns = columns_past(scene, past, first, visible, area.width);
    }
    let seen = Columns {
        past,
        shown: columns.len(),
        all: count,
    };
    draw_cells(scene, &columns, area, ink);
    if all == 0 && area.height >= 2 {
        let below = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
        message::no_data(scene, below, ink);
    }
    note(first, visible, all, seen)
}

/// Which columns are in sight: the first, and after it those behind the ones scrolled past.
#[derive(Clone, Copy)]
struct Columns {
    past: usize,
    shown: usize,
    all: usize,
}

/// The columns that fit, without the `past` ones after the first.
fn columns_past<'c>(
    scene: &Scene<'c>,
    past: usize,
    first: usize,
    visible: usize,
    room: u16,
) -> Vec<Shown<'c>> {
    let room = usize::from(room);
    let mut columns: Vec<Shown<'_>> = Vec::new();
    let mut used = 0;
    for (index, column) in scene.data.rows.columns.iter().enumerate() {
        if (1..=past).contains(&index) {
            continue;
        }
        // What cannot fit even at its narrowest need not be written.
        if used >= room {
            break;
        }
        let shown = write_column(scene, column, first, visible);
        used += widths::least(&shown, scene.look()) + GAP;
        columns.push(shown);
    }
    fit(&mut columns, room, scene.look());
    columns
}

fn note(first: usize, visible: usize, all: usize, columns: Columns) -> Note {
    let (mut long, mut short) = (Vec::new(), Vec::new());
    let hidden = columns.all - columns.shown;
    if columns.past > 0 {
        let (from, to) = (columns.past + 2, columns.past + columns.shown);
        let range = match columns.shown {
            1 => String::new(),
            2 => format!(", {to}"),
            _ => format!(", {from}–{to}"),
        };
        long.push(format!("columns 1{range} of {}", columns.all));
        short.push(format!("1{range}/{}", columns.all));
    } else if hidden > 0 {
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
        ..Note::default()
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
        time: column.kind == ColumnKind::Time,
        width: widest.unwrap_or(0).max(head).max(1),
        cells,
    }
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
