//! The nearest panel that way.

use ratatui::layout::Rect;

/// Towards which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smaller rows.
    Up,
    /// Larger rows.
    Down,
    /// Smaller columns.
    Left,
    /// Larger columns.
    Right,
}

/// The nearest panel that way: one that begins beyond this one's near edge, the least gap first,
/// then the least shift sideways, then reading order.
pub fn nearest(areas: &[Rect], from: usize, direction: Direction) -> Option<usize> {
    let here = areas.get(from)?;
    let span = |area: &Rect, along: bool| {
        let (start, length) = if along {
            (area.x, area.width)
        } else {
            (area.y, area.height)
        };
        (i32::from(start), i32::from(start) + i32::from(length))
    };
    let sideways = matches!(direction, Direction::Left | Direction::Right);
    let distance = |area: &Rect| {
        let (a, b) = (span(here, sideways), span(area, sideways));
        match direction {
            Direction::Left | Direction::Up => a.0 - b.1,
            Direction::Right | Direction::Down => b.0 - a.1,
        }
    };
    let shift = |area: &Rect| {
        let (a, b) = (span(here, !sideways), span(area, !sideways));
        let apart = (b.0 - a.1).max(a.0 - b.1);
        // Panels beside this one count before those off to a side, and nearer starts first.
        (apart >= 0, (b.0 - a.0).abs())
    };
    areas
        .iter()
        .enumerate()
        .filter(|(index, area)| *index != from && !area.is_empty() && distance(area) >= 0)
        .min_by_key(|(index, area)| {
            let (off, side) = shift(area);
            (off, distance(area), side, *index)
        })
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ```text
    /// 0 1 2
    /// 3 3 4
    /// ```
    const DRAWING: [Rect; 5] = [
        Rect::new(0, 0, 10, 5),
        Rect::new(10, 0, 10, 5),
        Rect::new(20, 0, 10, 5),
        Rect::new(0, 5, 20, 9),
        Rect::new(20, 5, 10, 9),
    ];

    #[test]
    fn the_panel_beside_is_nearest() {
        assert_eq!(nearest(&DRAWING, 0, Direction::Right), Some(1));
        assert_eq!(nearest(&DRAWING, 1, Direction::Down), Some(3));
        assert_eq!(nearest(&DRAWING, 4, Direction::Up), Some(2));
        assert_eq!(nearest(&DRAWING, 4, Direction::Left), Some(3));
    }

    #[test]
    fn of_several_beside_the_one_with_the_nearest_start_is_taken() {
        assert_eq!(nearest(&DRAWING, 3, Direction::Up), Some(0));
    }

    #[test]
    fn at_the_edge_there_is_none() {
        assert_eq!(nearest(&DRAWING, 0, Direction::Up), None);
        assert_eq!(nearest(&DRAWING, 2, Direction::Right), None);
        assert_eq!(nearest(&DRAWING, 9, Direction::Right), None);
    }
}
