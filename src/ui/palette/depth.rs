//! Exact colours on terminals that have fewer.

use ratatui::style::Color as Cell;

use super::scheme::{Rgb, Scheme};
use crate::model::color::Color;

/// One of the terminal's sixteen. What they look like is the terminal's to say; only that the dark half
/// is for light backgrounds can be relied on.
pub(super) fn sixteen(color: Color, scheme: &Scheme) -> Cell {
    match (color.family(), scheme.is_light, scheme.is_bold) {
        (Color::Green, false, true) => Cell::LightGreen,
        (Color::Green, ..) => Cell::Green,
        (Color::Yellow, false, true) => Cell::LightYellow,
        (Color::Orange, false, true) | (Color::Yellow, ..) => Cell::Yellow,
        (Color::Red, false, true) | (Color::Orange, ..) => Cell::LightRed,
        (Color::Red, ..) => Cell::Red,
        (Color::Blue, true, _) => Cell::Blue,
        // Plain blue on black cannot be read in the usual themes.
        (Color::Blue, ..) => Cell::LightBlue,
        (Color::Cyan, false, true) => Cell::LightCyan,
        (Color::Cyan, ..) => Cell::Cyan,
        (Color::Purple, false, true) => Cell::LightMagenta,
        (Color::Purple, ..) => Cell::Magenta,
        (Color::Gray, ..) => Cell::DarkGray,
        (Color::Text | Color::Rgb(..), ..) => Cell::Reset,
    }
}

/// The nearest of xterm's 6×6×6 cube (16–231) and gray ramp (232–255).
pub(super) fn nearest_of_256((r, g, b): Rgb) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |(x, y, z): Rgb| -> u32 {
        [(x, r), (y, g), (z, b)]
            .into_iter()
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum()
    };
    let level = |value: u8| -> usize {
        (0..LEVELS.len())
            .min_by_key(|&index| LEVELS[index].abs_diff(value))
            .unwrap_or(0)
    };
    let (red, green, blue) = (level(r), level(g), level(b));
    let cube = (LEVELS[red], LEVELS[green], LEVELS[blue]);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let gray = 8 + 10 * step;
    if distance((gray, gray, gray)) < distance(cube) {
        232 + step
    } else {
        (16 + 36 * red + 6 * green + blue) as u8
    }
}
