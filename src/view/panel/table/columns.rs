//! One column of a table, written.

use super::super::{Scene, ink};
use super::Shown;
use super::beside::{self, Beside};
use super::cells::{Cell, align_decimals, number, unit_of, write_cell};
use crate::model::rowset::{Column, ColumnKind};
use crate::ui::Glyphs;

/// Writes a column for these rows of the result.
pub(super) fn write_column<'c>(scene: &Scene<'c>, index: usize, rows: &[usize]) -> Shown<'c> {
    let (look, data) = (scene.look(), scene.data);
    let column = &data.rows.columns[index];
    let right = column.kind == ColumnKind::Number;
    let unit = unit_of(scene, column);
    let drawn = scene
        .panel
        .columns
        .iter()
        .find(|drawn| drawn.name == column.name);
    let value = |row: &usize| column.values.get(*row);
    let values = rows.iter().filter_map(value);
    let mut cells: Vec<Cell> = values
        .map(|value| write_cell(scene, column, drawn, unit, value))
        .collect();
    if right {
        align_decimals(&mut cells);
    }
    let change = if right && index > 0 {
        write_changes(scene, column, rows, &mut cells)
    } else {
        0
    };
    let beside = drawn
        .filter(|_| right)
        .map(|drawn| Beside::of(drawn, scene.extent(&drawn.name)));
    let mut shown = Shown {
        index,
        head: &column.name,
        mark: sort_mark(scene, index),
        right,
        time: column.kind == ColumnKind::Time,
        cells,
        beside: beside.unwrap_or_default(),
        change,
        width: 0,
    };
    shown.width = shown.width_of(shown.cells.iter().map(|cell| cell.text.as_str()), look);
    shown
}

/// Writes how each cell changed since the compared time; returns the cells the widest takes.
fn write_changes(scene: &Scene<'_>, column: &Column, rows: &[usize], cells: &mut [Cell]) -> usize {
    let Some(table) = scene.view.table else {
        return 0;
    };
    let pairs = table
        .arranged
        .and_then(|arranged| arranged.earlier.as_deref());
    let (Some(pairs), Some(earlier)) = (pairs, table.earlier) else {
        return 0;
    };
    let Some(then) = earlier.columns.iter().find(|then| then.name == column.name) else {
        return 0;
    };
    let look = scene.look();
    for (row, cell) in rows.iter().zip(cells.iter_mut()) {
        let pair = pairs.get(*row).copied().flatten();
        let before = pair.and_then(|row| number(then.values.get(row as usize)?));
        cell.change = beside::change(cell.number, before, look);
    }
    let widest = cells
        .iter()
        .map(|cell| ink::width(&cell.change, look))
        .max();
    widest
        .filter(|width| *width > 0)
        .map_or(0, |width| width + 1)
}

fn sort_mark(scene: &Scene<'_>, index: usize) -> &'static str {
    let sort = scene.view.table.and_then(|table| table.state.sort.as_ref());
    let sorted = sort.filter(|sort| sort.column(&scene.data.rows) == Some(index));
    let ascii = scene.look().glyphs == Glyphs::Ascii;
    match sorted.map(|sort| sort.descending) {
        None => "",
        Some(false) if ascii => " ^",
        Some(false) => " ▲",
        Some(true) if ascii => " v",
        Some(true) => " ▼",
    }
}
