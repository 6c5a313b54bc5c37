//! How much a cell stands for, as a colour where there are many, as a shade where there are not.

use ratatui::style::Style;

use super::ink::Ink;
use crate::model::color::Color;
use crate::model::scheme::Scheme;
use crate::ui::palette;
use crate::ui::{Depth, Glyphs, Look};

/// From little to much.
const SHADES: [char; 4] = ['░', '▒', '▓', '█'];
/// The same in ASCII, where the blank stands for nothing at all.
const ASCII_SHADES: [char; 9] = ['.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// Whether colours alone tell amounts apart, so that half cells can be coloured.
pub(super) fn has_halves(look: Look) -> bool {
    look.glyphs != Glyphs::Ascii && matches!(look.depth, Depth::Ansi256 | Depth::True)
}

/// The colour of `part` (0 to 1) on `scheme`; of sixteen colours the one of that hue.
pub(super) fn tint(scheme: Scheme, part: f64, look: Look) -> Style {
    let (r, g, b) = scheme.at(part);
    palette::color(Color::Rgb(r, g, b), look)
}

/// The character of `part`: a full cell where colours tell amounts apart, else its shade.
pub(super) fn shade(part: f64, look: Look) -> char {
    let of = |shades: &[char]| {
        let place = (part.clamp(0.0, 1.0) * shades.len() as f64).ceil() as usize;
        shades[place.clamp(1, shades.len()) - 1]
    };
    match look.glyphs {
        Glyphs::Ascii => of(&ASCII_SHADES),
        _ if has_halves(look) => '█',
        _ => of(&SHADES),
    }
}

/// Draws the two halves of a cell; a half that is none stays blank. Only where [`has_halves`].
pub(super) fn put_halves(
    x: u16,
    y: u16,
    (top, bottom): (Option<Style>, Option<Style>),
    ink: &mut Ink<'_>,
) {
    match (top, bottom) {
        (None, None) => {}
        (Some(top), None) => ink.cell(x, y, '▀', top),
        (None, Some(bottom)) => ink.cell(x, y, '▄', bottom),
        (Some(top), Some(bottom)) if top == bottom => ink.cell(x, y, '█', top),
        (Some(top), Some(bottom)) => {
            // The one place with a background: it is data, not text.
            let bg = bottom.fg.unwrap_or_default();
            ink.cell(x, y, '▀', top.bg(bg));
        }
    }
}
