//! Large digits: a font of 3×5 dots, drawn with half blocks (three rows) or whole ones (five rows).

use ratatui::style::Style;

use super::ink::Ink;
use crate::ui::Glyphs;

/// How large a number is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Two dots a row; one column a dot.
    Three,
    /// One dot a row; two columns a dot.
    Five,
    /// As `Five`, one `#` a dot.
    FiveNarrow,
}

impl Size {
    /// Rows taken.
    pub(super) fn rows(self) -> u16 {
        match self {
            Self::Three => 3,
            Self::Five | Self::FiveNarrow => 5,
        }
    }

    fn columns_per_dot(self) -> u16 {
        match self {
            Self::Three | Self::FiveNarrow => 1,
            Self::Five => 2,
        }
    }

    /// The sizes a terminal has, largest first.
    pub(super) fn available(glyphs: Glyphs) -> &'static [Self] {
        match glyphs {
            Glyphs::Ascii => &[Self::FiveNarrow],
            Glyphs::Blocks | Glyphs::Braille => &[Self::Five, Self::Three],
        }
    }
}

/// Five rows of dots, and how many columns of them count. The leftmost dot is the highest bit.
fn glyph(c: char) -> Option<([u8; 5], u16)> {
    Some(match c {
        '0' => ([0b111, 0b101, 0b101, 0b101, 0b111], 3),
        '1' => ([0b110, 0b010, 0b010, 0b010, 0b111], 3),
        '2' => ([0b111, 0b001, 0b111, 0b100, 0b111], 3),
        '3' => ([0b111, 0b001, 0b111, 0b001, 0b111], 3),
        '4' => ([0b101, 0b101, 0b111, 0b001, 0b001], 3),
        '5' => ([0b111, 0b100, 0b111, 0b001, 0b111], 3),
        '6' => ([0b111, 0b100, 0b111, 0b101, 0b111], 3),
        '7' => ([0b111, 0b001, 0b001, 0b001, 0b001], 3),
        '8' => ([0b111, 0b101, 0b111, 0b101, 0b111], 3),
        '9' => ([0b111, 0b101, 0b111, 0b001, 0b111], 3),
        '-' | '−' => ([0b00, 0b00, 0b11, 0b00, 0b00], 2),
        '.' | ',' => ([0, 0, 0, 0, 1], 1),
        ':' => ([0, 1, 0, 1, 0], 1),
        ' ' => ([0; 5], 1),
        _ => return None,
    })
}

/// Columns `text` takes; none when the font lacks one of its characters.
pub(super) fn width(text: &str, size: Size) -> Option<u16> {
    let mut columns = 0u16;
    for c in text.chars() {
        let (_, dots) = glyph(c)?;
        columns = columns.saturating_add(dots * size.columns_per_dot() + 1);
    }
    (columns > 0).then(|| columns - 1)
}

/// Draws `text` with its top left at `x`, `y`; the caller has made sure that it fits.
pub(super) fn draw(text: &str, size: Size, x: u16, y: u16, style: Style, ink: &mut Ink<'_>) {
    let mut at = x;
    for c in text.chars() {
        let Some((rows, dots)) = glyph(c) else {
            continue;
        };
        let lit = |row: usize, dot: u16| {
            rows.get(row)
                .is_some_and(|bits| bits >> (dots - 1 - dot) & 1 == 1)
        };
        for dot in 0..dots {
            for row in 0..size.rows() {
                let row_dots = row as usize;
                let symbol = match size {
                    Size::Five if lit(row_dots, dot) => '█',
                    Size::FiveNarrow if lit(row_dots, dot) => '#',
                    Size::Five | Size::FiveNarrow => continue,
                    Size::Three => match (lit(2 * row_dots, dot), lit(2 * row_dots + 1, dot)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => continue,
                    },
                };
                for column in 0..size.columns_per_dot() {
                    ink.cell(
                        at + dot * size.columns_per_dot() + column,
                        y + row,
                        symbol,
                        style,
                    );
                }
            }
        }
        at += dots * size.columns_per_dot() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Look;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    fn drawn(text: &str, size: Size) -> Vec<String> {
        let columns = width(text, size).unwrap();
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, size.rows()));
        draw(
            text,
            size,
            0,
            0,
            Style::new(),
            &mut Ink::new(&mut buf, Look::default()),
        );
        buf.content
            .chunks(columns as usize)
            .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect())
            .collect()
    }

    #[test]
    fn three_rows_of_half_blocks() {
        assert_eq!(
            drawn("-12.5", Size::Three),
            ["   ▀█  ▀▀█   █▀▀", "▀▀  █  █▀▀   ▀▀█", "   ▀▀▀ ▀▀▀ ▀ ▀▀▀"]
        );
    }

    #[test]
    fn five_rows_of_number_signs() {
        assert_eq!(
            drawn("47", Size::FiveNarrow),
            ["# # ###", "# #   #", "###   #", "  #   #", "  #   #"]
        );
    }

    #[test]
    fn letters_have_no_large_form() {
        assert_eq!(width("1 hour", Size::Three), None);
        assert_eq!(width("", Size::Three), None);
    }
}
