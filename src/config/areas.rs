//! The drawing of a dashboard: words in rows and columns to the panels' places, as CSS grid areas do.

use std::collections::BTreeMap;
use std::ops::Range;

use super::dashboard::Area;

/// A cell without a panel.
const EMPTY: &str = ".";
/// Columns of a dashboard that brings no drawing, at most.
const AUTOMATIC_COLUMNS: usize = 4;

/// A drawing that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drawing {
    /// Its rows.
    pub(super) rows: usize,
    /// Its columns.
    pub(super) columns: usize,
    /// The places with their ids, in reading order, each with the byte range of its first word.
    pub(super) places: Vec<(String, Area, Range<usize>)>,
}

/// What is wrong with a drawing, at a byte range of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) hint: String,
}

/// Reads a drawing: a line per row, words per cell, empty lines ignored.
pub(super) fn read(text: &str) -> Result<Drawing, Vec<Flaw>> {
    let rows: Vec<Vec<(&str, Range<usize>)>> = text
        .lines()
        .map(|line| words(text, line))
        .filter(|words| !words.is_empty())
        .collect();
    let Some(first) = rows.first() else {
        return Err(vec![Flaw {
            at: 0..text.len(),
            message: "`areas` draws nothing".to_owned(),
            hint: "a line per row, a panel's id per cell; or leave `areas` out".to_owned(),
        }]);
    };
    let columns = first.len();
    let mut flaws = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if let (true, Some((_, start)), Some((_, end))) =
            (row.len() != columns, row.first(), row.last())
        {
            flaws.push(Flaw {
                at: start.start..end.end,
                message: format!(
                    "row {} of the drawing has {}, the first row has {columns}",
                    index + 1,
                    count(row.len(), "cell")
                ),
                hint: "every row needs as many cells; `.` is an empty one".to_owned(),
            });
        }
    }
    if flaws.is_empty() {
        places(&rows, &mut flaws).map_or_else(
            || Err(std::mem::take(&mut flaws)),
            |places| {
                Ok(Drawing {
                    rows: rows.len(),
                    columns,
                    places,
                })
            },
        )
    } else {
        Err(flaws)
    }
}

type Places = Vec<(String, Area, Range<usize>)>;

/// The rectangles the words of equal length rows make, or none if one is no rectangle.
fn places(rows: &[Vec<(&str, Range<usize>)>], flaws: &mut Vec<Flaw>) -> Option<Places> {
    let mut found: Places = Vec::new();
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    let mut cells: Vec<usize> = Vec::new();
    for (r, row) in rows.iter().enumerate() {
        for (c, (word, at)) in row.iter().enumerate() {
            if *word == EMPTY {
                continue;
            }
            let known = *index.entry(word).or_insert_with(|| {
                let area = Area {
                    row: r,
                    column: c,
                    rows: 1,
                    columns: 1,
                };
                found.push(((*word).to_owned(), area, at.clone()));
                cells.push(0);
                found.len() - 1
            });
            cells[known] += 1;
            let area = &mut found[known].1;
            let left = area.column.min(c);
            area.columns = (area.column + area.columns).max(c + 1) - left;
            area.column = left;
            area.rows = r + 1 - area.row;
        }
    }
    for ((id, area, at), cells) in found.iter().zip(cells) {
        if area.rows * area.columns != cells {
            let (word, at) = outlier(rows, id, *area).unwrap_or((id, at.clone()));
            let span = format!(
                "{} by {}",
                count(area.rows, "row"),
                count(area.columns, "column")
            );
            let other = if word == EMPTY {
                "is empty".to_owned()
            } else {
                format!("is `{word}`")
            };
            flaws.push(Flaw {
                at,
                message: format!("the cells of `{id}` are not one rectangle"),
                hint: format!("`{id}` spans {span}, and this cell of it {other}"),
            });
        }
    }
    flaws.is_empty().then_some(found)
}

/// The first cell inside `area` that is not `id`'s.
fn outlier<'t>(
    rows: &[Vec<(&'t str, Range<usize>)>],
    id: &str,
    area: Area,
) -> Option<(&'t str, Range<usize>)> {
    rows[area.row..area.row + area.rows]
        .iter()
        .flat_map(|row| &row[area.column..area.column + area.columns])
        .find(|(word, _)| *word != id)
        .cloned()
}

/// The words of `line`, each with its byte range in `text`.
fn words<'t>(text: &'t str, line: &'t str) -> Vec<(&'t str, Range<usize>)> {
    let base = text.as_ptr() as usize;
    line.split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - base;
            (word, start..start + word.len())
        })
        .collect()
}

/// `1 cell`, `3 cells`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A grid for panels nobody drew: rows, columns, and the places in order. Four columns at most,
/// as square as it can be; the last panel takes what is left of its row.
pub(super) fn automatic(panels: usize, columns: Option<usize>) -> (usize, usize, Vec<Area>) {
    let panels = panels.max(1);
    let columns = columns.unwrap_or_else(|| {
        let square = (1..AUTOMATIC_COLUMNS).find(|side| side * side >= panels);
        square.unwrap_or(AUTOMATIC_COLUMNS)
    });
    let columns = columns.clamp(1, panels);
    let rows = panels.div_ceil(columns);
    let areas = (0..panels)
        .map(|index| {
            let (row, column) = (index / columns, index % columns);
            let last = index + 1 == panels;
            Area {
                row,
                column,
                rows: 1,
                columns: if last { columns - column } else { 1 },
            }
        })
        .collect();
    (rows, columns, areas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area(row: usize, column: usize, rows: usize, columns: usize) -> Area {
        Area {
            row,
            column,
            rows,
            columns,
        }
    }

    #[test]
    fn a_drawing_is_read_in_reading_order() {
        let drawing = read("\n  a a b\n  . c b\n\n").unwrap();
        assert_eq!((drawing.rows, drawing.columns), (2, 3));
        let places: Vec<(&str, Area)> = drawing
            .places
            .iter()
            .map(|(id, area, _)| (id.as_str(), *area))
            .collect();
        assert_eq!(
            places,
            [
                ("a", area(0, 0, 1, 2)),
                ("b", area(0, 2, 2, 1)),
                ("c", area(1, 1, 1, 1))
            ]
        );
    }

    #[test]
    fn what_is_no_rectangle_is_a_flaw() {
        for drawing in ["a b\nb a", "a a\na b", "a b a", "a\nb\na", "b a\na a"] {
            let flaws = read(drawing).unwrap_err();
            assert!(
                flaws[0].message.contains("rectangle"),
                "{drawing}: {flaws:?}"
            );
        }
    }

    #[test]
    fn ragged_rows_are_marked_from_their_first_to_their_last_word() {
        let flaws = read("a b\nc\nd e f").unwrap_err();
        assert_eq!(flaws.len(), 2);
        assert_eq!(flaws[0].at, 4..5);
        assert_eq!(flaws[1].at, 6..11);
    }

    #[test]
    fn nothing_drawn_is_a_flaw() {
        assert!(read(" \n ").is_err());
        assert_eq!(read(". .").unwrap().places, []);
    }

    proptest! {
        #[test]
        fn an_automatic_grid_covers_every_panel_once(panels in 1_usize..60, columns in proptest::option::of(1_usize..9)) {
            let (rows, columns, areas) = automatic(panels, columns);
            prop_assert_eq!(areas.len(), panels);
            let cells: usize = areas.iter().map(|area| area.rows * area.columns).sum();
            prop_assert_eq!(cells, rows * columns);
        }

        #[test]
        fn places_of_a_drawing_do_not_overlap(text in "([ab.] ){1,4}(\n([ab.] ){1,4}){0,3}") {
            if let Ok(drawing) = read(&text) {
                let mut taken = vec![false; drawing.rows * drawing.columns];
                for (_, area, at) in &drawing.places {
                    prop_assert!(at.end <= text.len());
                    for row in area.row..area.row + area.rows {
                        for column in area.column..area.column + area.columns {
                            let cell = &mut taken[row * drawing.columns + column];
                            prop_assert!(!*cell);
                            *cell = true;
                        }
                    }
                }
            }
        }
    }
}
