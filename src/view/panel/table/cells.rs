//! The values of a table, written.

use ratatui::style::{Modifier, Style};

use super::super::{Scene, bold};
use super::beside;
use crate::config::{Cells, TableColumn};
use crate::model::rowset::{Column, ColumnKind};
use crate::model::threshold::Thresholds;
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::ui::palette::{self, Role};

/// The unit a column of numbers is written in; none leaves the database's own digits alone.
pub(super) fn unit_of<'p>(scene: &Scene<'p>, column: &Column) -> Option<&'p Unit> {
    let own = scene
        .panel
        .column_units
        .iter()
        .find(|(name, _)| *name == column.name);
    match own {
        Some((_, unit)) => Some(unit),
        None if column.kind == ColumnKind::Number => Some(&scene.panel.unit),
        None => None,
    }
}

/// `number`, which is `value`, in `unit`; none where the database's own digits say it. Without a unit
/// only fixed decimals change them, and only of what has decimals and is exact as a `f64`: a whole
/// number may well be a name.
fn in_unit(scene: &Scene<'_>, unit: &Unit, value: &Value, number: f64) -> Option<String> {
    const EXACT: usize = 15;
    let decimals = scene.panel.decimals;
    if *unit == Unit::default() {
        let rounds = match value {
            Value::Float(_) => true,
            Value::Decimal(text) => text.contains('.') && text.len() <= EXACT,
            _ => false,
        };
        if !rounds || decimals.is_none() {
            return None;
        }
    }
    Some(scene.write_in(unit, number, decimals).to_string())
}

/// The number a cell holds; a `bool` is none here.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|_| !matches!(value, Value::Bool(_)))
}

/// One value, written.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) style: Style,
    /// What a bar or a level stands for.
    pub(super) number: Option<f64>,
    /// How it changed since the compared time.
    pub(super) change: String,
}

/// The colours by value of a column.
pub(super) fn thresholds<'p>(scene: &Scene<'p>, drawn: Option<&'p TableColumn>) -> &'p Thresholds {
    let own = drawn.and_then(|drawn| drawn.thresholds.as_ref());
    own.unwrap_or(&scene.panel.thresholds)
}

/// The style a number's threshold asks for, else the panel's colour where there are thresholds at all.
fn tone(scene: &Scene<'_>, drawn: Option<&TableColumn>, number: f64) -> Option<Style> {
    let thresholds = thresholds(scene, drawn);
    let color = thresholds.of(number).map(|step| step.color);
    let color = color.or(scene.panel.color.filter(|_| !thresholds.0.is_empty()));
    color.map(|color| palette::color(color, scene.look()))
}

/// A cell of which the colour is the point: its colour's sign stands before it.
fn in_color(scene: &Scene<'_>, drawn: &TableColumn, cell: &mut Cell) {
    let look = scene.look();
    let listed = drawn.colors.iter().find(|(text, _)| *text == cell.text);
    let threshold = || {
        let step = thresholds(scene, Some(drawn)).of(cell.number?)?;
        Some(step.color)
    };
    let Some(color) = listed.map(|(_, color)| *color).or_else(threshold) else {
        return;
    };
    let sign = palette::sign(color, look);
    if !sign.is_empty() {
        cell.text = format!("{sign} {}", cell.text);
    }
    cell.style = bold(palette::color(color, look));
}

/// Writes one value of a column.
pub(super) fn write_cell(
    scene: &Scene<'_>,
    column: &Column,
    drawn: Option<&TableColumn>,
    unit: Option<&Unit>,
    value: &Value,
) -> Cell {
    let kind = column.kind;
    if *value == Value::Null {
        return Cell {
            text: if scene.look().glyphs == crate::ui::Glyphs::Ascii {
                "null".to_owned()
            } else {
                "–".to_owned()
            },
            style: scene.role(Role::Muted).add_modifier(Modifier::DIM),
            ..Cell::default()
        };
    }
    let number = number(value);
    let text = unit
        .zip(number.filter(|number| number.is_finite()))
        .and_then(|(unit, number)| in_unit(scene, unit, value, number))
        .unwrap_or_else(|| one_line(&value.display(scene.view.zone), kind));
    let threshold = number
        .filter(|_| kind == ColumnKind::Number)
        .and_then(|number| tone(scene, drawn, number));
    let style = match (threshold, kind) {
        (Some(style), _) => bold(style),
        (None, ColumnKind::Time) => scene.role(Role::Muted),
        _ => Style::new(),
    };
    let mut cell = Cell {
        text,
        style,
        number,
        change: String::new(),
    };
    match drawn {
        Some(drawn) if drawn.cells == Cells::Color => in_color(scene, drawn, &mut cell),
        Some(drawn) if drawn.cells == Cells::Heat => beside::warm(scene, drawn, &mut cell),
        _ => {}
    }
    cell
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
pub(super) fn align_decimals(cells: &mut [Cell]) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Cell> {
        let cell = |text: &&str| Cell {
            text: (*text).to_owned(),
            ..Cell::default()
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
}
