//! Cells → the fewest bytes a terminal needs to show them.
//!
//! Remembers where the cursor is and which attributes are set, also from one frame to the next;
//! moves relatively within a line and changes only the attributes that differ.

use ratatui::buffer::Cell;
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

    /// Writes one cell.
    pub fn cell(&mut self, x: u16, y: u16, cell: &Cell, out: &mut Vec<u8>) {
        self.move_to(x, y, out);
        let pen = Pen::of(cell);
        // Nothing is seen of the colour of a blank, so a blank does not change it.
        if !(cell.symbol() == " " && pen.leaves_blanks() && self.pen.leaves_blanks()) {
            out.extend_from_slice(self.pen.turn_to(pen).as_bytes());
        }
        out.extend_from_slice(cell.symbol().as_bytes());
        let width = u16::try_from(cell.symbol().width()).unwrap_or(1);
        // Terminals disagree on the width of the rarest characters: trust the cursor only after plain ones.
        self.at = if cell.symbol().is_ascii() || width == 1 {
            Some((x + width, y))
        } else {
            None
        };
    }

    fn move_to(&mut self, x: u16, y: u16, out: &mut Vec<u8>) {
        match self.at {
            Some((column, line)) if line == y && column == x => {}
            Some((column, line)) if line == y && column < x => {
                let by = x - column;
                if by == 1 {
                    out.extend_from_slice(b"\x1b[C");
                } else {
                    out.extend_from_slice(format!("\x1b[{by}C").as_bytes());
                }
            }
            _ => out.extend_from_slice(format!("\x1b[{};{}H", y + 1, x + 1).as_bytes()),
        }
    }
}
