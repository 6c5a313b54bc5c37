//! Cells → the fewest bytes a terminal needs to show them.
//!
//! Remembers where the cursor is and which attributes are set, also from one frame to the next;
//! moves relatively within a line and changes only the attributes that differ.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// The terminal's state as far as we set it.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// Column and line of the cursor; none when unknown.
    at: Option<(u16, u16)>,
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// SGR codes by attribute: <https://www.ecma-international.org/publications-and-standards/standards/ecma-48/>, 8.3.117.
const MODIFIERS: [(Modifier, u8); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

impl Encoder {
    /// Resets attributes and clears the screen.
    pub fn clear(&mut self, out: &mut Vec<u8>) {
        *self = Self::default();
        out.extend_from_slice(b"\x1b[0m\x1b[2J");
    }

    /// Writes one cell.
    pub fn cell(&mut self, x: u16, y: u16, cell: &Cell, out: &mut Vec<u8>) {
        self.move_to(x, y, out);
        self.style(cell, out);
        out.extend_from_slice(cell.symbol().as_bytes());
        let width = u16::try_from(cell.symbol().width()).unwrap_or(1);
        // Terminals disagree on the width of the rarest characters: trust the cursor only after plain ones.
        self.at = if cell.symbol().is_ascii() || width == 1 { Some((x + width, y)) } else { None };
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

    fn style(&mut self, cell: &Cell, out: &mut Vec<u8>) {
        let mut codes = String::new();
        let mut push = |code: &str| {
            if !codes.is_empty() {
                codes.push(';');
            }
            codes.push_str(code);
        };
        if !cell.modifier.contains(self.modifier) {
            // Something has to go: start from nothing.
            push("0");
            (self.fg, self.bg, self.modifier) = (Color::Reset, Color::Reset, Modifier::empty());
        }
        for (modifier, code) in MODIFIERS {
            if (cell.modifier - self.modifier).contains(modifier) {
                push(&code.to_string());
            }
        }
        if cell.fg != self.fg {
            push(&color(cell.fg, 30));
        }
        if cell.bg != self.bg {
            push(&color(cell.bg, 40));
        }
        (self.fg, self.bg, self.modifier) = (cell.fg, cell.bg, cell.modifier);
        if !codes.is_empty() {
            out.extend_from_slice(format!("\x1b[{codes}m").as_bytes());
        }
    }
}

/// The SGR parameters of a colour; `base` is 30 for text and 40 for the background.
fn color(color: Color, base: u8) -> String {
    let named = |index: u8| (base + index).to_string();
    let bright = |index: u8| (base + 60 + index).to_string();
    match color {
        Color::Reset => named(9),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}
