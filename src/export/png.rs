//! A drawn screen as a picture of pixels, with a font of its own: looks the same on every machine.
//!
//! It is drawn for screens of twice the usual density, and says so. A line of cells is painted and encoded at a time:
//! however large the screen is, only one is held in memory.

#[cfg(feature = "png")]
mod mask;
#[cfg(feature = "png")]
mod paint;
#[cfg(feature = "png")]
mod stroke;
#[cfg(feature = "png")]
mod type_case;

#[cfg(feature = "png")]
pub use paint::png;

use super::paint::Ground;

/// Pixels of a cell from left to right.
pub const WIDTH: usize = 16;
/// Pixels of a cell from top to bottom.
pub const HEIGHT: usize = 32;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The program was built without.
    #[error(
        "this kpi was built without PNG pictures; build it with the feature `png`, or take svg or html"
    )]
    NotBuiltIn,
    /// The encoder refuses.
    #[error("the picture cannot be encoded: {0}")]
    Encoder(String),
}

/// The picture: [`WIDTH`] × [`HEIGHT`] pixels a cell, without a margin. `title` names it in its metadata.
///
/// # Errors
/// Always: this program was built without it.
#[cfg(not(feature = "png"))]
pub fn png(_: &ratatui::buffer::Buffer, _title: &str, _: Ground) -> Result<Vec<u8>, PngError> {
    Err(PngError::NotBuiltIn)
}
