//! Cells → pixels → bytes.

use std::collections::HashMap;

use ::png::{BitDepth, ColorType, Encoder, EncodingError, Filter, PixelDimensions, Unit};
use ratatui::buffer::{Buffer, CellWidth};

use super::mask::Mask;
use super::type_case::TypeCase;
use super::{Ground, HEIGHT, PngError, WIDTH, stroke};
use crate::export::graphic::graphic;
use crate::export::paint::{Paint, Rgb};
use crate::export::text::cells;

/// Bytes of a pixel.
const PIXEL: usize = 3;
/// Pixels of a metre: 144 of an inch, twice the usual.
const DENSITY: u32 = 5669;

/// The picture: [`WIDTH`] × [`HEIGHT`] pixels a cell, without a margin. `title` names it in its metadata.
///
/// # Errors
/// The encoder refuses: the picture would have more pixels than the format can count.
pub fn png(buf: &Buffer, title: &str, ground: Ground) -> Result<Vec<u8>, PngError> {
    let refused = |error: EncodingError| PngError::Encoder(error.to_string());
    let (columns, lines) = (usize::from(buf.area.width), usize::from(buf.area.height));
    let mut data = Vec::new();
    // There is no picture of nothing: the smallest has a pixel.
    let (width, height) = ((columns * WIDTH).max(1), (lines * HEIGHT).max(1));
    let mut encoder = Encoder::new(&mut data, width as u32, height as u32);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    // What repeats is found as it is; differences between neighbours would hide it.
    encoder.set_filter(Filter::NoFilter);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: DENSITY,
        yppu: DENSITY,
        unit: Unit::Meter,
    }));
    encoder
        .add_itxt_chunk("Title".to_owned(), title.to_owned())
        .map_err(refused)?;
    let mut writer = encoder.write_header().map_err(refused)?;
    let mut stream = writer.stream_writer().map_err(refused)?;
    let mut painter = Painter::new(ground, width);
    let io = |error: std::io::Error| PngError::Encoder(error.to_string());
    if columns * lines == 0 {
        for _ in 0..width * height {
            let (r, g, b) = ground.paper;
            std::io::Write::write_all(&mut stream, &[r, g, b]).map_err(io)?;
        }
    } else {
        for y in buf.area.top()..buf.area.bottom() {
            let strip = painter.line(buf, y);
            std::io::Write::write_all(&mut stream, strip).map_err(io)?;
        }
    }
    stream.finish().map_err(refused)?;
    writer.finish().map_err(refused)?;
    Ok(data)
}

/// What a mask was made of: the symbol, bold, italic, and its cells.
type Key<'a> = (&'a str, bool, bool, usize);

/// Paints a line of cells at a time into the same strip of pixels.
struct Painter<'a> {
    ground: Ground,
    /// Pixels of a row.
    width: usize,
    strip: Vec<u8>,
    letters: TypeCase,
    masks: HashMap<Key<'a>, Mask>,
}

impl<'a> Painter<'a> {
    fn new(ground: Ground, width: usize) -> Self {
        Self {
            ground,
            width,
            strip: vec![0; width * HEIGHT * PIXEL],
            letters: TypeCase::new(),
            masks: HashMap::new(),
        }
    }

    fn line(&mut self, buf: &'a Buffer, y: u16) -> &[u8] {
        let (r, g, b) = self.ground.paper;
        for pixel in self.strip.chunks_exact_mut(PIXEL) {
            pixel.copy_from_slice(&[r, g, b]);
        }
        let mut column = 0;
        let columns = usize::from(buf.area.width);
        for cell in cells(buf, y) {
            let paint = Paint::of(cell, self.ground);
            let symbol = cell.symbol();
            let width = usize::from(symbol.cell_width().max(1)).min(columns - column);
            if let Some(paper) = paint.paper {
                self.fill(column, width, 0, HEIGHT, paper);
            }
            if !symbol.trim().is_empty() {
                self.letter(symbol, &paint, column, width);
            }
            let (foot, thick, through) = TypeCase::LINES;
            if paint.is_underlined {
                self.fill(column, width, foot, foot + thick, paint.ink);
            }
            if paint.is_crossed {
                self.fill(column, width, through, through + thick, paint.ink);
            }
            column += width;
        }
        &self.strip
    }

    /// Fills rows `from..to` of some cells.
    fn fill(&mut self, column: usize, width: usize, from: usize, to: usize, (r, g, b): Rgb) {
        for row in from..to.min(HEIGHT) {
            let start = (row * self.width + column * WIDTH) * PIXEL;
            let end = start + width * WIDTH * PIXEL;
            if let Some(pixels) = self.strip.get_mut(start..end) {
                for pixel in pixels.chunks_exact_mut(PIXEL) {
                    pixel.copy_from_slice(&[r, g, b]);
                }
            }
        }
    }

    fn letter(&mut self, symbol: &'a str, paint: &Paint, column: usize, width: usize) {
        let letters = &mut self.letters;
        let key = (symbol, paint.is_bold, paint.is_italic, width);
        let mask = self.masks.entry(key).or_insert_with(|| {
            let mut chars = symbol.chars();
            let shape = match (chars.next(), chars.next()) {
                (Some(c), None) => graphic(c),
                _ => None,
            };
            match shape {
                Some(shape) => stroke::drawn(&shape, width),
                None => letters.set(symbol, paint.is_bold, paint.is_italic, width),
            }
        });
        let row_bytes = self.width * PIXEL;
        for (row, coverage) in mask.rows().enumerate() {
            let start = row * row_bytes + column * WIDTH * PIXEL;
            let Some(pixels) = self.strip.get_mut(start..start + coverage.len() * PIXEL) else {
                continue;
            };
            for (pixel, &cover) in pixels.chunks_exact_mut(PIXEL).zip(coverage) {
                if cover > 0 {
                    blend(pixel, paint.ink, cover);
                }
            }
        }
    }
}

/// `cover` of 255 parts ink over what is there.
fn blend(pixel: &mut [u8], (r, g, b): Rgb, cover: u8) {
    let cover = u32::from(cover);
    for (under, over) in pixel.iter_mut().zip([r, g, b]) {
        let mixed = u32::from(*under) * (255 - cover) + u32::from(over) * cover;
        *under = ((mixed + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_covers_as_much_as_it_says() {
        let mut pixel = [10, 20, 30];
        blend(&mut pixel, (200, 100, 50), 0);
        assert_eq!(pixel, [10, 20, 30]);
        blend(&mut pixel, (200, 100, 50), 255);
        assert_eq!(pixel, [200, 100, 50]);
        blend(&mut pixel, (0, 0, 0), 128);
        assert_eq!(pixel, [100, 50, 25]);
    }
}
