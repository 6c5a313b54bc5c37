//! What a terminal would show, as colours of the web.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use crate::model::theme::Theme;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// xterm's sixteen, brightened where plain blue on black cannot be read (VS Code's table).
const SIXTEEN: [Rgb; 16] = [
    (0x00, 0x00, 0x00),
    (0xcd, 0x31, 0x31),
    (0x0d, 0xbc, 0x79),
    (0xe5, 0xe5, 0x10),
    (0x24, 0x72, 0xc8),
    (0xbc, 0x3f, 0xbc),
    (0x11, 0xa8, 0xcd),
    (0xe5, 0xe5, 0xe5),
    (0x66, 0x66, 0x66),
    (0xf1, 0x4c, 0x4c),
    (0x23, 0xd1, 0x8b),
    (0xf5, 0xf5, 0x43),
    (0x3b, 0x8e, 0xea),
    (0xd6, 0x70, 0xd6),
    (0x29, 0xb8, 0xdb),
    (0xff, 0xff, 0xff),
];

/// What is behind cells without a background, and the text on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Behind.
    pub paper: Rgb,
    /// In front.
    pub ink: Rgb,
}

impl Ground {
    /// What goes with a theme. One that leaves the background to the terminal is dark, unless it was made for
    /// a light one.
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::TerminalLight
            | Theme::Light
            | Theme::HighContrastLight
            | Theme::ColourBlindLight
            | Theme::SolarizedLight => Self {
                paper: (0xff, 0xff, 0xff),
                ink: (0x24, 0x29, 0x2f),
            },
            _ => Self {
                paper: (0x11, 0x12, 0x17),
                ink: (0xd8, 0xd9, 0xdd),
            },
        }
    }
}

/// How a cell is painted.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four attributes of a cell that have nothing to do with each other"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Paint {
    /// The text.
    pub ink: Rgb,
    /// What is behind it; none for the ground.
    pub paper: Option<Rgb>,
    /// Bold.
    pub is_bold: bool,
    /// Italic.
    pub is_italic: bool,
    /// Underlined.
    pub is_underlined: bool,
    /// Crossed out.
    pub is_crossed: bool,
}

impl Paint {
    /// Of a cell on this ground: reverse and dim are colours by now.
    pub fn of(cell: &Cell, ground: Ground) -> Self {
        let has = |modifier| cell.modifier.contains(modifier);
        let mut ink = rgb(cell.fg).unwrap_or(ground.ink);
        let mut paper = rgb(cell.bg);
        if has(Modifier::REVERSED) {
            (ink, paper) = (paper.unwrap_or(ground.paper), Some(ink));
        }
        let behind = paper.unwrap_or(ground.paper);
        if has(Modifier::DIM) {
            ink = mixed(ink, behind);
        }
        if has(Modifier::HIDDEN) {
            ink = behind;
        }
        Self {
            ink,
            paper: paper.filter(|paper| *paper != ground.paper),
            is_bold: has(Modifier::BOLD),
            is_italic: has(Modifier::ITALIC),
            is_underlined: has(Modifier::UNDERLINED),
            is_crossed: has(Modifier::CROSSED_OUT),
        }
    }

    /// Everything about the letters, as CSS declarations; `property` takes the colour.
    pub fn css(&self, property: &str) -> String {
        let mut css = format!("{property}:{}", hex(self.ink));
        if self.is_bold {
            css.push_str(";font-weight:bold");
        }
        if self.is_italic {
            css.push_str(";font-style:italic");
        }
        match (self.is_underlined, self.is_crossed) {
            (true, true) => css.push_str(";text-decoration:underline line-through"),
            (true, false) => css.push_str(";text-decoration:underline"),
            (false, true) => css.push_str(";text-decoration:line-through"),
            (false, false) => {}
        }
        css
    }

    /// True when a blank painted so shows nothing but what is behind it.
    pub fn leaves_blanks(&self) -> bool {
        !self.is_underlined && !self.is_crossed
    }
}

/// `#rrggbb`.
pub fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Two parts text, one part what is behind it: as terminals dim.
fn mixed(ink: Rgb, paper: Rgb) -> Rgb {
    let mix = |a: u8, b: u8| ((2 * u16::from(a) + u16::from(b)) / 3) as u8;
    (
        mix(ink.0, paper.0),
        mix(ink.1, paper.1),
        mix(ink.2, paper.2),
    )
}

/// The exact colour; none for the terminal's own. 256 colours: xterm's cube and ramp.
fn rgb(color: Color) -> Option<Rgb> {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let index = match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => return Some((r, g, b)),
        Color::Indexed(index @ 232..) => {
            let gray = 8 + 10 * (index - 232);
            return Some((gray, gray, gray));
        }
        Color::Indexed(index @ 16..) => {
            let index = usize::from(index - 16);
            return Some((LEVELS[index / 36], LEVELS[index / 6 % 6], LEVELS[index % 6]));
        }
        Color::Indexed(index) => usize::from(index),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    SIXTEEN.get(index).copied()
}

/// Text between tags. Control characters cannot be there: rows are cleaned when they are decoded.
pub(super) fn escaped(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            c if c.is_control() => into.push(' '),
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cube_the_ramp_and_the_sixteen_are_xterms() {
        assert_eq!(rgb(Color::Indexed(16)), Some((0, 0, 0)));
        assert_eq!(rgb(Color::Indexed(196)), Some((255, 0, 0)));
        assert_eq!(rgb(Color::Indexed(231)), Some((255, 255, 255)));
        assert_eq!(rgb(Color::Indexed(255)), Some((238, 238, 238)));
        assert_eq!(rgb(Color::Indexed(9)), rgb(Color::LightRed));
        assert_eq!(rgb(Color::Reset), None);
    }

    #[test]
    fn reverse_swaps_and_dim_steps_towards_the_ground() {
        let ground = Ground::of(Theme::Dark);
        let mut cell = Cell::default();
        cell.modifier = Modifier::REVERSED;
        let paint = Paint::of(&cell, ground);
        assert_eq!((paint.ink, paint.paper), (ground.paper, Some(ground.ink)));
        cell.modifier = Modifier::DIM;
        let paint = Paint::of(&cell, ground);
        assert!(paint.ink.0 < ground.ink.0 && paint.ink.0 > ground.paper.0);
        assert_eq!(paint.paper, None);
    }
}
