//! What the viewer's terminal can show.

pub use crate::model::theme::{Background, Theme};

/// How many colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Depth {
    /// `NO_COLOR`: bold, dim, reverse and underline only.
    None,
    /// The terminal's own sixteen.
    #[default]
    Ansi16,
    /// The 256-colour cube.
    Ansi256,
    /// 24 bit.
    True,
}

/// Which characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Box drawing, blocks and braille.
    #[default]
    Braille,
    /// Box drawing and blocks, no braille (some fonts cannot).
    Blocks,
    /// Seven bits.
    Ascii,
}

/// One viewer's terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Look {
    /// Colours.
    pub depth: Depth,
    /// Characters.
    pub glyphs: Glyphs,
    /// Colours of roles and names.
    pub theme: Theme,
}
