//! Colour names to what a terminal of a given depth shows. The only place that names ratatui colours.
//!
//! A theme with a background of its own has it behind every cell: [`dress`] is drawn last. With sixteen
//! colours the terminal decides what they look like.

mod depth;
mod scheme;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color as Cell, Modifier, Style};

use super::look::{Depth, Glyphs, Look};
use crate::model::color::{Color, Opinion};
use depth::{nearest_of_256, sixteen};
use scheme::{Rgb, Scheme};

/// What a piece of the screen is, so that its style is decided in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important text: axes, labels, ages.
    Muted,
    /// Panel borders and grid lines.
    Border,
    /// The focused panel's border.
    FocusedBorder,
    /// Panel titles.
    Title,
    /// The header and status line.
    Chrome,
    /// A table's head.
    TableHead,
    /// The selected row.
    Selected,
    /// Something failed.
    Bad,
    /// Something wants attention.
    Warning,
    /// Something is fine.
    Good,
}

/// The style of a role.
pub fn role(role: Role, look: Look) -> Style {
    let scheme = Scheme::of(look.theme);
    match role {
        Role::Text => Style::new(),
        Role::Chrome | Role::Muted => quiet(scheme.muted, look),
        Role::Border => quiet(scheme.line, look),
        Role::FocusedBorder => match look.depth {
            Depth::None => Style::new().add_modifier(Modifier::BOLD),
            _ if scheme.is_bold => color(Color::Yellow, look).add_modifier(Modifier::BOLD),
            _ => color(Color::Blue, look),
        },
        Role::Title => Style::new().add_modifier(Modifier::BOLD),
        Role::TableHead => quiet(scheme.muted, look).add_modifier(Modifier::BOLD),
        Role::Selected => Style::new().add_modifier(Modifier::REVERSED),
        Role::Bad => color(Color::Red, look).add_modifier(Modifier::BOLD),
        Role::Warning => color(Color::Yellow, look),
        Role::Good => color(Color::Green, look),
    }
}

/// The style of a configured colour.
pub fn color(color: Color, look: Look) -> Style {
    let scheme = Scheme::of(look.theme);
    match (color, look.depth) {
        (_, Depth::None) | (Color::Text, _) => Style::new(),
        (Color::Gray, _) => quiet(scheme.muted, look),
        (_, Depth::Ansi16) => Style::new().fg(sixteen(color, scheme)),
        (_, Depth::Ansi256 | Depth::True) => {
            Style::new().fg(shown(scheme.exact(color), look.depth))
        }
    }
}

/// The colour of the `index`-th series where the configuration says none.
pub fn series(index: usize, look: Look) -> Style {
    let order = Scheme::of(look.theme).series;
    color(order[index % order.len()], look)
}

/// The sign that goes with a threshold colour, so that colour is never the only one: `✔ ▲ ✖`, or `+ ! x`.
/// Colours without an opinion have none.
pub fn sign(color: Color, look: Look) -> &'static str {
    let ascii = look.glyphs == Glyphs::Ascii;
    match color.opinion() {
        Some(Opinion::Good) if ascii => "+",
        Some(Opinion::Good) => "✔",
        Some(Opinion::Warning) if ascii => "!",
        Some(Opinion::Warning) => "▲",
        Some(Opinion::Bad) if ascii => "x",
        Some(Opinion::Bad) => "✖",
        None => "",
    }
}

/// The same in a word, for those who hear it.
pub fn verdict(color: Color) -> Option<&'static str> {
    color.opinion().map(Opinion::word)
}

/// What is behind every cell, and the text on it; none where the terminal's own are used.
pub fn ground(look: Look) -> Option<(Cell, Cell)> {
    let scheme = Scheme::of(look.theme);
    let (behind, text) = scheme.ground?;
    match look.depth {
        Depth::None => None,
        Depth::Ansi16 if !scheme.grounds_sixteen => None,
        Depth::Ansi16 => Some(match (scheme.is_light, scheme.is_bold) {
            (true, _) => (Cell::White, Cell::Black),
            (false, true) => (Cell::Black, Cell::White),
            (false, false) => (Cell::Black, Cell::Gray),
        }),
        depth => Some((shown(behind, depth), shown(text, depth))),
    }
}

/// Gives every cell of `area` that has no colour of its own the theme's. After everything else was drawn:
/// so whatever is on the screen, and what is not, stands on the same ground.
pub fn dress(look: Look, area: Rect, buf: &mut Buffer) {
    let Some((behind, text)) = ground(look) else {
        return;
    };
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                if cell.bg == Cell::Reset {
                    cell.bg = behind;
                }
                if cell.fg == Cell::Reset {
                    cell.fg = text;
                }
            }
        }
    }
}

/// A style that steps back: an exact gray where there is one, else the terminal's faint text (its
/// sixteen grays are not to be trusted: in some themes "bright black" is the background).
fn quiet(gray: Rgb, look: Look) -> Style {
    match look.depth {
        Depth::Ansi16 | Depth::None if Scheme::of(look.theme).is_bold => Style::new(),
        Depth::None | Depth::Ansi16 => Style::new().add_modifier(Modifier::DIM),
        depth => Style::new().fg(shown(gray, depth)),
    }
}

/// An exact colour on a terminal with 256 or all of them.
fn shown(exact: Rgb, depth: Depth) -> Cell {
    match depth {
        Depth::True => Cell::Rgb(exact.0, exact.1, exact.2),
        _ => Cell::Indexed(nearest_of_256(exact)),
    }
}
