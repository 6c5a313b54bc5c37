//! How much of each pixel of a cell is ink.

use super::{HEIGHT, WIDTH};

/// From 0, nothing, to 255, all; row by row from the top.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    width: usize,
    coverage: Vec<u8>,
}

impl Mask {
    /// Of so many cells side by side, without ink.
    pub fn empty(cells: usize) -> Self {
        let width = cells.max(1) * WIDTH;
        Self {
            width,
            coverage: vec![0; width * HEIGHT],
        }
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.coverage.chunks_exact(self.width)
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Inks a pixel as far as it is not yet; nothing outside.
    pub fn ink(&mut self, x: usize, y: usize, coverage: f32) {
        if x >= self.width {
            return;
        }
        if let Some(pixel) = self.coverage.get_mut(y * self.width + x) {
            *pixel = (*pixel).max((coverage.clamp(0.0, 1.0) * 255.0).round() as u8);
        }
    }

    /// Fills a rectangle, from the upper left corner to the one beyond the lower right.
    pub fn fill(&mut self, (left, top): (usize, usize), (right, bottom): (usize, usize)) {
        for y in top..bottom.min(HEIGHT) {
            for x in left..right.min(self.width) {
                self.ink(x, y, 1.0);
            }
        }
    }

    /// Inks every pixel as far as `distance` of its centre from a stroke's middle says, for a stroke of this half
    /// thickness.
    pub fn stroke(&mut self, half: f32, distance: impl Fn(f32, f32) -> f32) {
        for y in 0..HEIGHT {
            for x in 0..self.width {
                let cover = half + 0.5 - distance(x as f32 + 0.5, y as f32 + 0.5);
                if cover > 0.0 {
                    self.ink(x, y, cover);
                }
            }
        }
    }
}
