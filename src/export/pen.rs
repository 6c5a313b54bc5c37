//! The attributes a terminal writes with, and the shortest way from one set to the next.
//!
//! Codes: ECMA-48 §8.3.117; 256 and 24-bit colours as xterm writes them (`38;5;n`, `38;2;r;g;b`).

use std::borrow::Cow;

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
        self.bg == Color::Reset && self.blanks_like(Self::default())
    }

    /// True when a blank looks the same written with either.
    pub fn blanks_like(self, other: Self) -> bool {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.bg == other.bg && !self.modifier.union(other.modifier).intersects(seen)
    }

    /// The shortest sequence from this pen to the next; empty where they are the same: what differs is
    /// switched on and off, or everything is reset and set anew.
    pub fn turn_to(&mut self, next: Self) -> String {
        let before = std::mem::replace(self, next);
        if before == next {
            return String::new();
        }
        if next == Self::default() {
            return "\x1b[m".to_owned();
        }
        let changed = before.codes_to(next);
        let anew = format!("0;{}", Self::default().codes_to(next));
        let codes = if changed.len() <= anew.len() {
            changed
        } else {
            anew
        };
        format!("\x1b[{codes}m")
    }

    /// What differs, as SGR codes with semicolons.
    fn codes_to(self, next: Self) -> String {
        let mut codes: Vec<Cow<'static, str>> = Vec::new();
        let mut kept = self.modifier;
        for (off, modifiers) in OFF {
            if self
                .modifier
                .difference(next.modifier)
                .intersects(modifiers)
            {
                codes.push(off.into());
                kept = kept.difference(modifiers);
            }
        }
        let added = next.modifier.difference(kept);
        codes.extend(
            MODIFIERS
                .iter()
                .filter(|(modifier, _)| added.contains(*modifier))
                .map(|(_, code)| Cow::Borrowed(*code)),
        );
        if next.fg != self.fg {
            codes.push(color(next.fg, 30).into());
        }
        if next.bg != self.bg {
            codes.push(color(next.bg, 40).into());
        }
        codes.join(";")
    }
}

/// What switches modifiers off; some go together.
const OFF: [(&str, Modifier); 7] = [
    ("22", Modifier::BOLD.union(Modifier::DIM)),
    ("23", Modifier::ITALIC),
    ("24", Modifier::UNDERLINED),
    ("25", Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK)),
    ("27", Modifier::REVERSED),
    ("28", Modifier::HIDDEN),
    ("29", Modifier::CROSSED_OUT),
];

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
