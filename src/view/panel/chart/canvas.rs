//! A grid of dots finer than the cells: 2×4 with braille, 2×2 with quadrants, 1×1 in ASCII.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::ink::Ink;
use crate::ui::Glyphs;

/// Dots in the room of `area`, each cell owned by the series that drew in it last.
#[derive(Debug)]
pub(in super::super) struct Canvas {
    area: Rect,
    glyphs: Glyphs,
    dots: Vec<u8>,
    /// A character in place of dots; [`NO_MARK`] where there is none.
    marks: Vec<char>,
    owner: Vec<u16>,
}

const NO_MARK: char = '\0';

/// The marks of series in ASCII: lines differ without colour.
pub(in super::super) const ASCII_MARKS: [char; 8] = ['*', '+', 'o', 'x', '#', '@', '%', '&'];

/// Quadrants by bits: upper left 1, upper right 2, lower left 4, lower right 8.
const QUADRANTS: [char; 16] = [
    ' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█',
];

/// Columns and rows of dots in a cell.
pub(in super::super) fn dots_per_cell(glyphs: Glyphs) -> (u16, u16) {
    match glyphs {
        Glyphs::Braille => (2, 4),
        Glyphs::Blocks => (2, 2),
        Glyphs::Ascii => (1, 1),
    }
}

impl Canvas {
    /// An empty canvas.
    pub(in super::super) fn new(area: Rect, glyphs: Glyphs) -> Self {
        let cells = area.width as usize * area.height as usize;
        Self {
            area,
            glyphs,
            dots: vec![0; cells],
            marks: vec![NO_MARK; cells],
            owner: vec![0; cells],
        }
    }

    /// Columns and rows of dots.
    pub(in super::super) fn size(&self) -> (i32, i32) {
        let (x, y) = dots_per_cell(self.glyphs);
        (
            i32::from(self.area.width) * i32::from(x),
            i32::from(self.area.height) * i32::from(y),
        )
    }

    /// What it is drawn with.
    pub(in super::super) fn glyphs(&self) -> Glyphs {
        self.glyphs
    }

    /// The cell that holds a dot.
    fn cell_of(&self, x: i32, y: i32) -> Option<usize> {
        let (columns, rows) = self.size();
        if x < 0 || y < 0 || x >= columns || y >= rows {
            return None;
        }
        let (dx, dy) = dots_per_cell(self.glyphs);
        let (x, y) = (x as usize / usize::from(dx), y as usize / usize::from(dy));
        Some(y * self.area.width as usize + x)
    }

    /// The cell at a place of the screen.
    fn cell_at(&self, x: u16, y: u16) -> Option<usize> {
        let inside = self.area.contains((x, y).into());
        inside.then(|| {
            usize::from(y - self.area.y) * usize::from(self.area.width)
                + usize::from(x - self.area.x)
        })
    }

    /// Puts a character into a cell, counted from the area's first; one outside is dropped.
    pub(in super::super) fn mark(&mut self, x: i32, y: i32, symbol: char, series: u16) {
        if (0..i32::from(self.area.width)).contains(&x)
            && (0..i32::from(self.area.height)).contains(&y)
        {
            let index = y as usize * usize::from(self.area.width) + x as usize;
            self.marks[index] = symbol;
            self.owner[index] = series;
        }
    }

    /// Puts a character into the cell that holds a dot.
    pub(in super::super) fn tint(&mut self, x: i32, y: i32, symbol: char, series: u16) {
        if let Some(index) = self.cell_of(x, y) {
            self.marks[index] = symbol;
            self.owner[index] = series;
        }
    }

    /// Wipes another series out of the cell that holds a dot.
    pub(in super::super) fn own(&mut self, x: i32, y: i32, series: u16) {
        if let Some(index) = self
            .cell_of(x, y)
            .filter(|index| self.owner[*index] != series)
        {
            self.owner[index] = series;
            self.dots[index] = 0;
        }
    }

    /// Whether anything is drawn at a place of the screen.
    pub(in super::super) fn is_lit(&self, x: u16, y: u16) -> bool {
        self.cell_at(x, y)
            .is_some_and(|index| self.dots[index] != 0 || self.marks[index] != NO_MARK)
    }

    /// Takes over the dots that `under` has of the same series in the same cell: an area goes right up
    /// to its line.
    pub(in super::super) fn absorb(&mut self, under: &Self) {
        for (index, dots) in self.dots.iter_mut().enumerate() {
            if *dots != 0 && under.owner[index] == self.owner[index] {
                *dots |= under.dots[index];
            }
        }
    }

    /// Sets a dot for `series`; dots outside are dropped.
    pub(in super::super) fn dot(&mut self, x: i32, y: i32, series: u16) {
        let Some(index) = self.cell_of(x, y) else {
            return;
        };
        let (dx, dy) = dots_per_cell(self.glyphs);
        let (right, row) = (x as usize % usize::from(dx), y as usize % usize::from(dy));
        self.dots[index] |= match self.glyphs {
            // Unicode's numbering: 1 2 3 down the left, 4 5 6 down the right, then 7 8 below.
            Glyphs::Braille if row == 3 => 0x40 << right,
            Glyphs::Braille => 1 << (row + 3 * right),
            Glyphs::Blocks => 1 << (2 * row + right),
            Glyphs::Ascii => 1,
        };
        self.owner[index] = series;
    }

    /// Sets the dots of a straight line (Bresenham) in the columns `lit` says.
    pub(in super::super) fn line(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        series: u16,
        lit: impl Fn(i32) -> bool,
    ) {
        let (mut x, mut y) = from;
        let (dx, dy) = ((to.0 - x).abs(), -(to.1 - y).abs());
        let (step_x, step_y) = ((to.0 - x).signum(), (to.1 - y).signum());
        let mut error = dx + dy;
        loop {
            if lit(x) {
                self.dot(x, y, series);
            }
            if (x, y) == to {
                return;
            }
            let twice = 2 * error;
            if twice >= dy {
                error += dy;
                x += step_x;
            }
            if twice <= dx {
                error += dx;
                y += step_y;
            }
        }
    }

    /// The cells of the screen that have dots.
    pub(in super::super) fn lit(&self) -> impl Iterator<Item = (u16, u16)> {
        let width = self.area.width as usize;
        let lit = self.dots.iter().enumerate().filter(|(_, dots)| **dots != 0);
        lit.map(move |(index, _)| {
            let (x, y) = (index % width, index / width);
            (self.area.x + x as u16, self.area.y + y as u16)
        })
    }

    /// Draws the cells that have dots, each in the style of its series.
    pub(in super::super) fn paint(&self, styles: &[Style], ink: &mut Ink<'_>) {
        let width = self.area.width as usize;
        for (index, (dots, owner)) in self.dots.iter().zip(&self.owner).enumerate() {
            let mark = self.marks[index];
            if *dots == 0 && mark == NO_MARK {
                continue;
            }
            let symbol = match self.glyphs {
                _ if mark != NO_MARK => mark,
                Glyphs::Braille => char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' '),
                Glyphs::Blocks => QUADRANTS[usize::from(*dots & 15)],
                Glyphs::Ascii => ASCII_MARKS[usize::from(*owner) % ASCII_MARKS.len()],
            };
            let style = styles.get(usize::from(*owner)).copied().unwrap_or_default();
            let (x, y) = (index % width, index / width);
            ink.cell(
                self.area.x + x as u16,
                self.area.y + y as u16,
                symbol,
                style,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Look;
    use ratatui::buffer::Buffer;

    /// From a dot to a dot.
    type Line = ((i32, i32), (i32, i32));

    fn painted(glyphs: Glyphs, lines: &[Line]) -> Vec<String> {
        let area = Rect::new(0, 0, 4, 2);
        let mut canvas = Canvas::new(area, glyphs);
        for (index, (from, to)) in lines.iter().enumerate() {
            canvas.line(*from, *to, index as u16, |_| true);
        }
        let mut buf = Buffer::empty(area);
        canvas.paint(&[], &mut Ink::new(&mut buf, Look::default()));
        buf.content
            .chunks(4)
            .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect())
            .collect()
    }

    #[test]
    fn a_diagonal_in_all_three_kinds_of_dots() {
        assert_eq!(
            painted(Glyphs::Braille, &[((0, 7), (7, 0))]),
            ["  ⡠⠊", "⡠⠊  "]
        );
        assert_eq!(
            painted(Glyphs::Blocks, &[((0, 3), (7, 0))]),
            ["  ▄▀", "▄▀  "]
        );
        assert_eq!(
            painted(Glyphs::Ascii, &[((0, 1), (3, 0))]),
            ["  **", "**  "]
        );
    }

    #[test]
    fn lines_differ_in_ascii_and_the_last_one_owns_a_crossing() {
        let lines = [((0, 0), (3, 0)), ((1, 0), (1, 1))];
        assert_eq!(painted(Glyphs::Ascii, &lines), ["*+**", " +  "]);
    }

    #[test]
    fn dots_outside_are_dropped() {
        let lines = [((-5, -5), (20, 20))];
        assert_eq!(painted(Glyphs::Ascii, &lines), ["*   ", " *  "]);
    }
}
