//! How wide the columns of a table are.

use super::beside::{BAR, Beside, LEAST_BAR, LONGEST_BAR};
use super::times::{self, Part};
use super::{GAP, Shown};
use crate::ui::Look;

/// A column of words is not made narrower than this while others can give way.
pub(super) const NARROW: usize = 6;

/// The least width at which `column` still says something.
pub(super) fn least(column: &Shown<'_>, look: Look) -> usize {
    if column.time {
        let form = [Part::Date, Part::Fraction]
            .into_iter()
            .find_map(|part| times::without(&column.cells, part));
        let shortest = form.map(|texts| column.width_of(texts.iter().map(String::as_str), look));
        shortest.map_or(column.width, |width| width.min(column.width))
    } else if column.right {
        column.width
    } else {
        column.width.min(NARROW)
    }
}

/// Words need no more than this while there is something to draw beside numbers.
const FAIR: usize = 16;

/// Bars, levels and changes give way before values do: bars grow shorter, then they go, then levels, then
/// changes.
fn shorten_beside(columns: &mut [Shown<'_>], room: usize) {
    let fits = |columns: &[Shown<'_>], words: usize| -> bool {
        let needed: usize = columns
            .iter()
            .map(|column| {
                let most = if column.is_rigid() { usize::MAX } else { words };
                column.width.min(most) + column.beside_width()
            })
            .sum();
        needed + GAP * columns.len().saturating_sub(1) <= room
    };
    let bars = |columns: &mut [Shown<'_>], cells: usize| {
        for column in columns {
            if let Beside::Bar(length, ..) = &mut column.beside {
                *length = cells;
            }
        }
    };
    for cells in (LEAST_BAR..=BAR).rev() {
        bars(columns, cells);
        if fits(columns, FAIR) {
            return;
        }
    }
    for is_bar in [true, false] {
        for column in columns.iter_mut() {
            if matches!(column.beside, Beside::Bar(..)) == is_bar {
                column.beside = Beside::Nothing;
            }
        }
        if fits(columns, FAIR) {
            return;
        }
    }
    // Whoever compares wants to see the changes, as long as a beginning is left of the words.
    if !fits(columns, NARROW) {
        for column in columns {
            column.change = 0;
        }
    }
}

/// Gives bars what room is left, up to a length that is enough.
fn lengthen_bars(columns: &mut [Shown<'_>], room: usize) {
    let used: usize = columns.iter().map(Shown::total).sum();
    let left = room.saturating_sub(used + GAP * columns.len().saturating_sub(1));
    let is_bar = |column: &&mut Shown<'_>| matches!(column.beside, Beside::Bar(..));
    let count = columns.iter_mut().filter(is_bar).count();
    for column in columns.iter_mut().filter(is_bar) {
        if let Beside::Bar(length, ..) = &mut column.beside {
            *length = (*length + left / count).min(LONGEST_BAR);
        }
    }
}

/// Takes the fractions of seconds off the times if not everything fits, then the dates of those of a
/// single day if what is left does not fit beside words of a fair width.
fn shorten_times(columns: &mut [Shown<'_>], room: usize, look: Look) {
    for (part, words) in [(Part::Fraction, usize::MAX), (Part::Date, FAIR)] {
        for index in 0..columns.len() {
            let needed: usize = columns
                .iter()
                .map(|column| {
                    let most = if column.is_rigid() { usize::MAX } else { words };
                    column.width.min(most) + column.beside_width()
                })
                .sum();
            if needed + GAP * (columns.len() - 1) <= room {
                return;
            }
            let column = &mut columns[index];
            if !column.time {
                continue;
            }
            if let Some(texts) = times::without(&column.cells, part) {
                column.width = column.width_of(texts.iter().map(String::as_str), look);
                for (cell, text) in column.cells.iter_mut().zip(texts) {
                    cell.text = text;
                }
            }
        }
    }
}

/// Makes the columns fit into `room`: times take their shorter forms, the widest columns of words give
/// way first, then numbers, then whole columns from the right.
pub(super) fn fit(columns: &mut Vec<Shown<'_>>, room: usize, look: Look) {
    let needed = |columns: &[Shown<'_>]| -> usize {
        let widths: usize = columns.iter().map(Shown::total).sum();
        widths + GAP * columns.len().saturating_sub(1)
    };
    while columns.len() > 1 {
        let least: usize = columns.iter().map(|column| least(column, look)).sum();
        if least + GAP * (columns.len() - 1) <= room {
            break;
        }
        columns.pop();
    }
    shorten_beside(columns, room);
    shorten_times(columns, room, look);
    for words_only in [true, false] {
        let mut over = needed(columns).saturating_sub(room);
        while over > 0 {
            let floor = if words_only { NARROW } else { 1 };
            let candidates = columns
                .iter()
                .filter(|column| !(words_only && column.is_rigid()) && column.width > floor);
            let Some(widest) = candidates.map(|column| column.width).max() else {
                break;
            };
            // Down to the next width below, at once.
            let next = columns
                .iter()
                .filter(|column| !(words_only && column.is_rigid()) && column.width < widest)
                .map(|column| column.width)
                .max()
                .unwrap_or(0)
                .max(floor);
            let group = columns
                .iter()
                .filter(|column| !(words_only && column.is_rigid()) && column.width == widest)
                .count();
            let cut = (widest - next).min(over.div_ceil(group));
            for column in columns.iter_mut() {
                if !(words_only && column.is_rigid()) && column.width == widest && over > 0 {
                    let here = cut.min(over);
                    column.width -= here;
                    over -= here;
                }
            }
        }
    }
    lengthen_bars(columns, room);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(widths: &[(usize, bool)], room: usize) -> (Vec<usize>, usize) {
        let mut columns: Vec<Shown<'_>> = widths
            .iter()
            .map(|&(width, right)| Shown {
                right,
                width,
                ..Shown::default()
            })
            .collect();
        fit(&mut columns, room, Look::default());
        let hidden = widths.len() - columns.len();
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
