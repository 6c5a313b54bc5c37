//! The attributes a terminal writes with, and the shortest way from one set to the next.
//!
//! Codes: ECMA-48 §8.3.117; 256 and 24-bit colours as xterm writes them (`38;5;n`, `38;2;r;g;b`).

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

const MODIFIERS: [(Modifier, &str); 9] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::RAPID_BLINK, "6"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

/// What the terminal writes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Pen {
    /// The text's colour.
    pub fg: Color,
    /// The colour behind it.
    pub bg: Color,
    /// Bold, dim and the like.
    pub modifier: Modifier,
}

impl Pen {
    /// What `cell` is written with.
    pub fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// True when a blank written with it shows nothing.
    pub fn leaves_blanks(self) -> bool {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.bg == Color::Reset && !self.modifier.intersects(seen)
    }

    /// The shortest sequence from this pen to the next; empty where they are the same. Modifiers are
    /// switched off by a full reset, since `22` takes bold and dim away together.
    pub fn turn_to(&mut self, next: Self) -> String {
        let before = std::mem::replace(self, next);
        if before == next {
            return String::new();
        }
        if next == Self::default() {
            return "\x1b[m".to_owned();
        }
        let mut codes = Vec::new();
        let mut from = before;
        if !next.modifier.contains(before.modifier) {
            codes.push("0".to_owned());
            from = Self::default();
        }
        let added = next.modifier.difference(from.modifier);
        codes.extend(
            MODIFIERS
                .iter()
                .filter(|(modifier, _)| added.contains(*modifier))
                .map(|(_, code)| (*code).to_owned()),
        );
        if next.fg != from.fg {
            codes.push(color(next.fg, 30));
        }
        if next.bg != from.bg {
            codes.push(color(next.bg, 40));
        }
        format!("\x1b[{}m", codes.join(";"))
    }
}

/// `base` is 30 for the text, 40 for what is behind it.
fn color(color: Color, base: u8) -> String {
    let code = match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Reset => 9,
        Color::Indexed(index) => return format!("{};5;{index}", base + 8),
        Color::Rgb(r, g, b) => return format!("{};2;{r};{g};{b}", base + 8),
    };
    (base + code).to_string()
}
