//! Colour names to what a terminal of a given depth shows. The only place that names ratatui colours.

use ratatui::style::{Color as Cell, Modifier, Style};

use super::look::{Depth, Look};
use crate::model::color::Color;

/// What a piece of the screen is, so that its style is decided in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important text: axes, labels, ages.
    Muted,
    /// Panel borders.
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
    let _ = look;
    match role {
        Role::Muted => Style::new().add_modifier(Modifier::DIM),
        _ => Style::new(),
    }
}

/// The style of a configured colour.
pub fn color(color: Color, look: Look) -> Style {
    match (color, look.depth) {
        (_, Depth::None) => Style::new(),
        (Color::Red, _) => Style::new().fg(Cell::Red),
        _ => Style::new(),
    }
}

/// The colour of the `index`-th series where the configuration says none.
pub fn series(index: usize, look: Look) -> Style {
    let order = [
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Orange,
        Color::Purple,
        Color::Cyan,
        Color::Red,
    ];
    color(order[index % order.len()], look)
}

/// The sign that goes with a threshold colour, so that colour is never the only one: `✔ ▲ ✖`, or `+ ! x`.
pub fn sign(color: Color, look: Look) -> &'static str {
    let _ = (color, look);
    ""
}
