//! Colours as a configuration names them; the palette decides what a terminal shows.

/// A named hue, or an exact colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// Good.
    Green,
    /// Watch it.
    Yellow,
    /// Worse.
    Orange,
    /// Bad.
    Red,
    /// Neutral.
    Blue,
    /// Neutral.
    Cyan,
    /// Neutral.
    Purple,
    /// No opinion.
    Gray,
    /// The terminal's own text colour.
    Text,
    /// `#rrggbb`.
    Rgb(u8, u8, u8),
}
