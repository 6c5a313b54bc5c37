//! Rows and columns. Only the rows in sight are drawn, and the width of columns comes of a bounded sample and
//! them: a hundred thousand cost no more than a hundred.
//!
//! ```text
//! time      customer ▲   amount            state      head: sorted by customer
//! 11:50:00  Acme          12.50 ██▌        ✔ paid     a bar beside the number, a colour with its sign
//! ```

mod beside;
mod cells;
mod columns;
mod filtered;
mod times;
mod widths;

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;

use self::beside::Beside;
use self::cells::Cell;
use self::columns::write_column;
pub(super) use self::filtered::Filtered;
use self::widths::fit;
use super::ink::{self, Ink};
use super::{Note, Scene, Scrolled, grouped, message};
use crate::ui::Look;
use crate::ui::palette::Role;
use crate::ui::table::Order;

/// Blanks between columns.
const GAP: usize = 2;
/// Rows out of sight that are measured too, spread evenly: so columns keep their width while rows scroll.
const SAMPLE: usize = 100;

/// One column, written for the rows in sight and, behind them, for the sample.
#[derive(Default)]
struct Shown<'c> {
    /// Its place in the result.
    index: usize,
    head: &'c str,
    /// Behind the head: how it is sorted.
    mark: &'static str,
    /// Numbers stand on the right.
    right: bool,
    /// Times have shorter forms, and say nothing once cut.
    time: bool,
    cells: Vec<Cell>,
    width: usize,
    beside: Beside,
    /// Cells of the widest change since the compared time, the blank before it included.
    change: usize,
}

impl Shown<'_> {
    /// Numbers and times are not cut while words can give way.
    fn is_rigid(&self) -> bool {
        self.right || self.time
    }

    /// Cells of what stands beside its values.
    fn beside_width(&self) -> usize {
        self.beside.width() + self.change
    }

    /// All its cells.
    fn total(&self) -> usize {
        self.width + self.beside_width()
    }

    /// The width its head needs, and these in place of its cells.
    fn width_of<'t>(&self, texts: impl Iterator<Item = &'t str>, look: Look) -> usize {
        let widths = texts.map(|text| ink::width(text, look));
        widths.max().unwrap_or(0).max(self.head_width(look)).max(1)
    }

    fn head_width(&self, look: Look) -> usize {
        ink::width(self.head, look) + ink::width(self.mark, look)
    }
}

/// Where a table's cells are, for the mouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCells {
    /// Head and rows.
    pub area: Rect,
    /// The first row in sight, counted in the order shown.
    pub first: usize,
    /// Columns after the first that are scrolled past.
    pub past: usize,
    /// The columns in sight: index into the result's, first cell, and the cell after the last.
    pub columns: Vec<(usize, u16, u16)>,
}

/// A table, laid out.
struct Laid<'c> {
    columns: Vec<Shown<'c>>,
    /// First cell of each.
    at: Vec<u16>,
    first: usize,
    /// Rows in sight.
    visible: usize,
    /// Rows shown, in sight or not.
    all: usize,
    seen: Columns,
}

/// Which columns are in sight: the first, and after it those behind the ones scrolled past.
#[derive(Clone, Copy)]
struct Columns {
    past: usize,
    shown: usize,
    all: usize,
}

/// Draws the rows from the viewer's first on; returns what is not in sight.
pub(super) fn draw(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> Note {
    let rows = &scene.data.rows;
    if rows.columns.is_empty() {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    if area.height == 1 {
        // The essential value: the first of the first row.
        let first = order(scene).row(0);
        if let Some(value) = first.and_then(|row| rows.columns[0].values.get(row)) {
            let text = value.display(scene.view.zone);
            ink.put_cut(area.x, area.y, area.width, &text, Style::new());
        } else {
            message::no_data(scene, area, ink);
        }
        return Note::default();
    }
    let laid = lay_out(scene, area);
    draw_cells(scene, &laid, area, ink);
    if laid.all == 0 {
        let below = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
        if rows.is_empty() {
            message::no_data(scene, below, ink);
        } else {
            let quiet = scene.role(Role::Muted);
            ink.put_centred(below, below.y + below.height / 2, "no row like that", quiet);
        }
    }
    note(scene, &laid)
}

/// Where the cells are if it is drawn into `area`.
pub(super) fn cells_in(scene: &Scene<'_>, area: Rect) -> Option<TableCells> {
    if scene.data.rows.columns.is_empty() || area.height < 2 {
        return None;
    }
    let laid = lay_out(scene, area);
    let ends = laid.columns.iter().zip(&laid.at);
    let column = |(column, at): (&Shown<'_>, &u16)| {
        let end = at.saturating_add(column.total() as u16).min(area.right());
        (column.index, *at, end)
    };
    Some(TableCells {
        area,
        first: laid.first,
        past: laid.seen.past,
        columns: ends.map(column).collect(),
    })
}

/// The rows that are shown.
fn order<'a>(scene: &Scene<'a>) -> Cow<'a, Order> {
    let arranged = scene.view.table.and_then(|table| table.arranged);
    arranged.map_or_else(
        || Cow::Owned(Order::All(scene.data.rows.len())),
        |arranged| Cow::Borrowed(&arranged.order),
    )
}

/// The selected row, where one is seen: in a table that fills the screen.
fn selected(scene: &Scene<'_>, all: usize) -> Option<usize> {
    let state = scene.view.table?.state;
    let is_seen = scene.view.full_screen && scene.view.focused && all > 0;
    is_seen.then(|| state.row.min(all - 1))
}

fn lay_out<'c>(scene: &Scene<'c>, area: Rect) -> Laid<'c> {
    let order = order(scene);
    let all = order.len();
    let page = usize::from(area.height) - 1;
    let first = scene.top().min(all.saturating_sub(page));
    let visible = page.min(all - first);
    let mut rows: Vec<usize> = order.from(first, visible).collect();
    let count = scene.data.rows.len();
    let sample = SAMPLE.min(count);
    // Not at even steps: what repeats in the rows would be missed.
    let step = (count / sample.max(1)).max(1);
    rows.extend((0..sample).map(|index| index * count / sample + index * 7_919 % step));
    let (columns, seen) = columns_in_sight(scene, &rows, usize::from(area.width));
    let used: usize =
        columns.iter().map(Shown::total).sum::<usize>() + GAP * columns.len().saturating_sub(1);
    let gaps = columns.len().saturating_sub(1).max(1);
    // A little air where there is room, but rows that can still be followed by eye.
    let air = (usize::from(area.width).saturating_sub(used) / gaps).min(4);
    let mut x = area.x;
    let mut at = Vec::with_capacity(columns.len());
    for column in &columns {
        at.push(x.min(area.right()));
        x = x.saturating_add((column.total() + GAP + air) as u16);
    }
    Laid {
        columns,
        at,
        first,
        visible,
        all,
        seen,
    }
}

/// The columns that fit: the first, and from the viewer's on as many as bring the cursor's into sight.
fn columns_in_sight<'c>(
    scene: &Scene<'c>,
    rows: &[usize],
    room: usize,
) -> (Vec<Shown<'c>>, Columns) {
    let (look, result) = (scene.look(), &scene.data.rows);
    let (indices, cursor, wanted) = match scene.view.table {
        Some(table) => {
            let indices = table.state.columns(result);
            let cursor = table.state.cursor(&indices);
            (indices, cursor, table.state.past)
        }
        None => ((0..result.columns.len()).collect(), 0, 0),
    };
    let all = indices.len();
    let from = |past: usize, until: usize| -> Vec<Shown<'c>> {
        let mut columns: Vec<Shown<'_>> = Vec::new();
        let mut used = 0;
        for (position, index) in indices.iter().enumerate() {
            // What cannot fit even at its narrowest need not be written.
            if (1..=past).contains(&position) {
                continue;
            }
            if used >= room && position > until {
                break;
            }
            let shown = write_column(scene, *index, rows);
            used += widths::least(&shown, look) + GAP;
            columns.push(shown);
        }
        columns
    };
    let needed = |columns: &[Shown<'_>]| -> usize {
        columns
            .iter()
            .map(|column| widths::least(column, look) + GAP)
            .sum()
    };
    let mut past = 0;
    let mut columns = from(0, 0);
    // What is behind the cursor may stay out of sight, and where all fits nothing is passed.
    if columns.len() < all || needed(&columns) > room + GAP {
        past = wanted
            .min(cursor.saturating_sub(1))
            .min(all.saturating_sub(2));
        columns = from(past, cursor);
        let until = |past: usize| (cursor + 1).saturating_sub(past).max(1);
        while past + 1 < cursor && needed(&columns[..until(past)]) > room + GAP {
            columns.remove(1);
            past += 1;
        }
    }
    fit(&mut columns, room, look);
    let shown = columns.len();
    (columns, Columns { past, shown, all })
}

fn note(scene: &Scene<'_>, laid: &Laid<'_>) -> Note {
    let (mut long, mut short) = (Vec::new(), Vec::new());
    let columns = laid.seen;
    let out_of_sight = columns.all - columns.shown;
    if columns.past > 0 {
        let (from, to) = (columns.past + 2, columns.past + columns.shown);
        let range = match columns.shown {
            1 => String::new(),
            2 => format!(", {to}"),
            _ => format!(", {from}–{to}"),
        };
        long.push(format!("columns 1{range} of {}", columns.all));
        short.push(format!("1{range}/{}", columns.all));
    } else if out_of_sight > 0 {
        let plural = if out_of_sight == 1 { "" } else { "s" };
        long.push(format!("+{out_of_sight} column{plural}"));
        short.push(format!("+{out_of_sight}"));
    }
    let hidden = scene.data.rows.columns.len() - columns.all;
    if hidden > 0 {
        long.push(format!("{hidden} hidden"));
    }
    if laid.visible < laid.all {
        let (from, to) = (grouped(laid.first + 1), grouped(laid.first + laid.visible));
        long.push(format!("{from}–{to} of {}", grouped(laid.all)));
        short.push(format!("{from}–{to}/{}", grouped(laid.all)));
    }
    let mut forms = vec![long.join(" · "), short.join(" · ")];
    forms.retain(|form| !form.is_empty());
    Note {
        forms,
        scrolled: Some(Scrolled {
            first: laid.first,
            shown: laid.visible,
            all: laid.all,
        }),
        filter: Filtered::of(scene, laid.all),
        ..Note::default()
    }
}

/// Whether the column under the cursor is marked: where keys move it.
fn has_cursor(scene: &Scene<'_>, laid: &Laid<'_>) -> bool {
    let Some(table) = scene.view.table.filter(|_| scene.view.focused) else {
        return false;
    };
    laid.seen.all > 1 && (scene.view.full_screen || table.state.column.is_some())
}

fn draw_cells(scene: &Scene<'_>, laid: &Laid<'_>, area: Rect, ink: &mut Ink<'_>) {
    let look = scene.look();
    let cursor = scene
        .view
        .table
        .filter(|_| has_cursor(scene, laid))
        .and_then(|table| {
            let columns = table.state.columns(&scene.data.rows);
            columns.get(table.state.cursor(&columns)).copied()
        });
    for (column, x) in laid.columns.iter().zip(&laid.at) {
        let x = *x;
        let width = (column.width as u16).min(area.right().saturating_sub(x));
        draw_head(
            scene,
            column,
            cursor == Some(column.index),
            Rect::new(x, area.y, width, 1),
            ink,
        );
        for (cell, y) in column.cells.iter().take(laid.visible).zip(area.y + 1..) {
            if column.right && ink::width(&cell.text, look) <= usize::from(width) {
                ink.put_right(x + width, y, width, &cell.text, cell.style);
            } else if column.right {
                // A number without its last digits is a wrong number; so is one without its first.
                let text = ink::cut(cell.text.trim_end(), usize::from(width), look);
                ink.put_right(x + width, y, width, &text, cell.style);
            } else {
                ink.put_cut(x, y, width, &cell.text, cell.style);
            }
            let beside = x + width + 1;
            column.beside.draw(scene, cell, (beside, y), ink);
            if column.change > 0 {
                let at = beside + column.beside.width() as u16;
                let style = beside::change_style(scene);
                ink.put(at, y, column.change as u16 - 1, &cell.change, style);
            }
        }
    }
    if let Some(row) = selected(scene, laid.all)
        && (laid.first..laid.first + laid.visible).contains(&row)
    {
        let y = area.y + 1 + (row - laid.first) as u16;
        let line = Rect::new(area.x, y, area.width, 1);
        ink.restyle(line, scene.role(Role::Selected));
        // Beside the row, where the border leaves a blank: seen without any style.
        if area.height > 2 && area.width > 16 {
            let sign = ink.glyph("▸", ">");
            ink.put(area.x - 1, y, 1, sign, scene.role(Role::FocusedBorder));
        }
    }
}

fn draw_head(scene: &Scene<'_>, column: &Shown<'_>, is_here: bool, at: Rect, ink: &mut Ink<'_>) {
    let look = scene.look();
    let style = beside::head_style(scene, !column.mark.is_empty(), is_here);
    let mark = ink::width(column.mark, look);
    let name = ink::cut(
        column.head,
        usize::from(at.width).saturating_sub(mark),
        look,
    );
    let text = format!("{name}{}", column.mark);
    if column.right {
        ink.put_right(at.right(), at.y, at.width, &text, style);
    } else {
        ink.put_cut(at.x, at.y, at.width, &text, style);
    }
}
