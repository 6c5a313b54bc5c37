//! Cells → the fewest bytes a terminal needs to show them.
//!
//! Remembers where the cursor is and which attributes are set, also from one frame to the next. Goes
//! from one changed cell to the next by the shortest way: a cursor motion (ECMA-48 §8.3: BS, CHA, CUB,
//! CUD, CUF, CUP, CUU), or writing the few unchanged cells in between once more.

use ratatui::buffer::{Buffer, Cell};
use unicode_width::UnicodeWidthStr;

use crate::export::pen::Pen;

/// The terminal's state as far as we set it.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// Column and line of the cursor; none when unknown.
    at: Option<(u16, u16)>,
    pen: Pen,
}

impl Encoder {
    /// Resets attributes and clears the screen.
    pub fn clear(&mut self, out: &mut Vec<u8>) {
        *self = Self::default();
        out.extend_from_slice(b"\x1b[0m\x1b[2J");
    }

    /// Writes one cell of `picture`, whose other cells are on the screen already or are written after it.
    pub fn cell(&mut self, x: u16, y: u16, cell: &Cell, picture: &Buffer, out: &mut Vec<u8>) {
        if self.at != Some((x, y)) {
            self.go_to((x, y), picture, out);
        }
        if !self.is_dressed_for(cell) {
            out.extend_from_slice(self.pen.turn_to(Pen::of(cell)).as_bytes());
        }
        out.extend_from_slice(cell.symbol().as_bytes());
        // Terminals disagree on the width of the rarest characters, and on where the cursor is after
        // the last column.
        let is_sure = is_narrow(cell) && x + 1 < picture.area.right();
        self.at = is_sure.then_some((x + 1, y));
    }

    /// True when `cell` needs no other attributes than those that are set. Nothing is seen of the
    /// colour of a blank, so a blank does not change it.
    fn is_dressed_for(&self, cell: &Cell) -> bool {
        let pen = Pen::of(cell);
        pen == self.pen || cell.symbol() == " " && pen.blanks_like(self.pen)
    }

    fn go_to(&self, to: (u16, u16), picture: &Buffer, out: &mut Vec<u8>) {
        let absolute = absolute(to);
        let Some(from) = self.at else {
            return out.extend_from_slice(absolute.as_bytes());
        };
        let relative = relative(from, to);
        let motion = if relative.len() < absolute.len() {
            relative
        } else {
            absolute
        };
        match self.rewrite(from, to, picture, motion.len()) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => out.extend_from_slice(motion.as_bytes()),
        }
    }

    /// The unchanged cells between, when writing them moves the cursor in at most `longest` bytes.
    fn rewrite(
        &self,
        (x, y): (u16, u16),
        to: (u16, u16),
        picture: &Buffer,
        longest: usize,
    ) -> Option<String> {
        if to.1 != y || to.0 < x || usize::from(to.0 - x) > longest {
            return None;
        }
        let mut text = String::new();
        for x in x..to.0 {
            let cell = picture.cell((x, y))?;
            if !is_narrow(cell) || !self.is_dressed_for(cell) {
                return None;
            }
            text.push_str(cell.symbol());
        }
        (text.len() <= longest).then_some(text)
    }
}

/// True when every terminal moves the cursor by one column after it.
fn is_narrow(cell: &Cell) -> bool {
    cell.symbol().width() == 1
}

fn absolute((x, y): (u16, u16)) -> String {
    match (x, y) {
        (0, 0) => "\x1b[H".to_owned(),
        (0, _) => format!("\x1b[{}H", y + 1),
        _ => format!("\x1b[{};{}H", y + 1, x + 1),
    }
}

fn relative(from: (u16, u16), to: (u16, u16)) -> String {
    let mut motion = match to.1.cmp(&from.1) {
        std::cmp::Ordering::Less => by(from.1 - to.1, 'A'),
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater => by(to.1 - from.1, 'B'),
    };
    if to.0 != from.0 {
        let column = format!("\x1b[{}G", to.0 + 1);
        let steps = match from.0.checked_sub(to.0) {
            None => by(to.0 - from.0, 'C'),
            Some(back @ 1..=3) => "\x08".repeat(usize::from(back)),
            Some(back) => by(back, 'D'),
        };
        motion.push_str(if steps.len() <= column.len() {
            &steps
        } else {
            &column
        });
    }
    motion
}

/// `count` steps in one direction.
fn by(count: u16, direction: char) -> String {
    if count == 1 {
        format!("\x1b[{direction}")
    } else {
        format!("\x1b[{count}{direction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    #[test]
    fn the_shortest_way_is_taken() {
        for (from, to, expected) in [
            ((9, 3), (0, 0), "\x1b[H"),
            ((9, 3), (20, 3), "\x1b[11C"),
            ((66, 43), (65, 44), "\x1b[B\x08"),
            ((99, 3), (4, 3), "\x1b[5G"),
            ((99, 3), (90, 3), "\x1b[9D"),
            ((5, 3), (5, 15), "\x1b[12B"),
            ((5, 3), (150, 40), "\x1b[41;151H"),
        ] {
            let mut out = Vec::new();
            let encoder = Encoder {
                at: Some(from),
                ..Encoder::default()
            };
            encoder.go_to(to, &Buffer::empty(Rect::ZERO), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{from:?} {to:?}");
        }
    }

    /// What is written for the last cell of `line`, right after its first.
    fn last_after_first(line: &[(&str, Style)]) -> String {
        let mut picture = Buffer::empty(Rect::new(0, 0, 20, 1));
        let mut x = 0;
        for (text, style) in line {
            (x, _) = picture.set_stringn(x, 0, text, 20, *style);
        }
        let mut encoder = Encoder::default();
        encoder.cell(0, 0, &picture[(0, 0)], &picture, &mut Vec::new());
        let mut out = Vec::new();
        encoder.cell(x - 1, 0, &picture[(x - 1, 0)], &picture, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_narrow_gap_is_written_again_when_that_is_shorter() {
        let plain = Style::new();
        let red = plain.fg(Color::Red);
        assert_eq!(last_after_first(&[("1.25", plain)]), ".25");
        assert_eq!(last_after_first(&[("1......5", plain)]), "\x1b[6C5");
        // Another colour, a wide character and an expensive one are passed over.
        assert_eq!(
            last_after_first(&[("1", plain), (".", red), ("5", plain)]),
            "\x1b[C5"
        );
        assert_eq!(last_after_first(&[("1世5", plain)]), "\x1b[2C5");
        assert_eq!(last_after_first(&[("1⣿⣿5", plain)]), "\x1b[2C5");
        // A blank has no colour to speak of.
        assert_eq!(
            last_after_first(&[("1", plain), (" ", red), ("5", plain)]),
            " 5"
        );
    }
}
