//! Letters of the font that comes with the program: DejaVu Sans Mono, regular and bold, as far as dashboards need
//! it (`LICENSE-DejaVu` beside it; made smaller with fonttools' subsetter, unhinted).

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use ttf_parser::{Face, GlyphId, OutlineBuilder};
use unicode_width::UnicodeWidthChar;

use super::mask::Mask;
use super::{HEIGHT, WIDTH};

const REGULAR: &[u8] = include_bytes!("DejaVuSansMono.ttf");
const BOLD: &[u8] = include_bytes!("DejaVuSansMono-Bold.ttf");

/// From a cell's top to the letters' foot.
const FOOT: f32 = 25.0;
/// Units of the font from one letter to the next, which is the cell's width.
const ADVANCE: f32 = 1233.0;
/// Units of the font from a small x' foot to its top, and the pixels they get: a whole number, so that its edges
/// are sharp. Capitals end between pixels then, too.
const X_HEIGHT: (f32, f32) = (1120.0, 15.0);
/// How far italic letters lean to the right, of their height.
const LEAN: f32 = 0.2;
/// Pixels around a cell that a letter may reach into before it is cut off.
const MARGIN: usize = WIDTH;

/// The font, ready to be printed with.
pub(super) struct TypeCase {
    regular: Option<Face<'static>>,
    bold: Option<Face<'static>>,
    rasterizer: Rasterizer,
}

/// From units of the font to pixels.
#[derive(Clone, Copy)]
struct Scale {
    across: f32,
    up: f32,
    lean: f32,
    left: f32,
    foot: f32,
}

impl TypeCase {
    /// The upper edge of a line under letters, the thickness of lines, and the upper edge of one through letters.
    pub const LINES: (usize, usize, usize) = (28, 2, 17);

    pub fn new() -> Self {
        Self {
            regular: Face::parse(REGULAR, 0).ok(),
            bold: Face::parse(BOLD, 0).ok(),
            rasterizer: Rasterizer::new(0, 0),
        }
    }

    /// The ink of a symbol in so many cells: its letters above each other, or, for what the font lacks, a box with
    /// the number of the character.
    pub fn set(&mut self, symbol: &str, is_bold: bool, is_italic: bool, cells: usize) -> Mask {
        let mut mask = Mask::empty(cells);
        let scale = Scale {
            across: WIDTH as f32 / ADVANCE,
            up: X_HEIGHT.1 / X_HEIGHT.0,
            lean: if is_italic { LEAN } else { 0.0 },
            left: ((cells.max(1) - 1) * WIDTH) as f32 / 2.0,
            foot: FOOT,
        };
        for c in symbol.chars() {
            match self.face(is_bold).and_then(|face| face.glyph_index(c)) {
                Some(glyph) => self.print(glyph, is_bold, scale, &mut mask),
                // Joiners and selectors of variants are nothing by themselves.
                None if c.width() == Some(0) => {}
                None => return self.missing(c, cells),
            }
        }
        mask
    }

    fn face(&self, is_bold: bool) -> Option<&Face<'static>> {
        let face = if is_bold { &self.bold } else { &self.regular };
        face.as_ref()
    }

    fn print(&mut self, glyph: GlyphId, is_bold: bool, scale: Scale, into: &mut Mask) {
        let width = into.width() + 2 * MARGIN;
        self.rasterizer.reset(width, HEIGHT);
        let face = if is_bold { &self.bold } else { &self.regular };
        let Some(face) = face else { return };
        let mut outline = Outline {
            rasterizer: &mut self.rasterizer,
            scale,
            start: point(0.0, 0.0),
            last: point(0.0, 0.0),
        };
        if face.outline_glyph(glyph, &mut outline).is_none() {
            return;
        }
        self.rasterizer.for_each_pixel_2d(|x, y, cover| {
            if let Some(x) = (x as usize).checked_sub(MARGIN)
                && cover > 0.0
            {
                into.ink(x, y as usize, cover);
            }
        });
    }

    /// A box with the hexadecimal digits of what is not there, so that it can be looked up.
    fn missing(&mut self, c: char, cells: usize) -> Mask {
        let mut mask = Mask::empty(cells);
        let (left, top, right, bottom) = (1, 4, mask.width() - 1, HEIGHT - 4);
        for (from, to) in [
            ((left, top), (right, top + 1)),
            ((left, bottom - 1), (right, bottom)),
            ((left, top), (left + 1, bottom)),
            ((right - 1, top), (right, bottom)),
        ] {
            mask.fill(from, to);
        }
        let digits = format!("{:04X}", u32::from(c));
        let digits = if digits.len() % 2 == 1 {
            format!("0{digits}")
        } else {
            digits
        };
        let columns = if cells > 1 && digits.len() > 4 { 3 } else { 2 };
        let rows = digits.len().div_ceil(columns);
        let (wide, high) = (
            (right - left - 2) as f32 / columns as f32,
            (bottom - top - 2) as f32 / rows as f32,
        );
        // A digit is some 1500 units high.
        let size = (wide / ADVANCE).min((high - 1.0) / 1500.0);
        for (index, digit) in digits.chars().enumerate() {
            let (column, row) = ((index % columns) as f32, (index / columns) as f32);
            let scale = Scale {
                across: size,
                up: size,
                lean: 0.0,
                left: left as f32 + 1.0 + column * wide + (wide - size * ADVANCE) / 2.0,
                foot: top as f32 + 1.0 + (row + 0.5) * high + size * 750.0,
            };
            if let Some(glyph) = self.face(false).and_then(|face| face.glyph_index(digit)) {
                self.print(glyph, false, scale, &mut mask);
            }
        }
        mask
    }
}

/// Hands a glyph's outline to the rasterizer.
struct Outline<'a> {
    rasterizer: &'a mut Rasterizer,
    scale: Scale,
    start: Point,
    last: Point,
}

impl Outline<'_> {
    fn at(&self, x: f32, y: f32) -> Point {
        let up = y * self.scale.up;
        // Leans around the middle of small letters.
        let lean = self.scale.lean * (up - X_HEIGHT.1 / 2.0);
        point(
            MARGIN as f32 + self.scale.left + x * self.scale.across + lean,
            self.scale.foot - up,
        )
    }
}

impl OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.start = self.at(x, y);
        self.last = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.rasterizer.draw_line(self.last, to);
        self.last = to;
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (over, to) = (self.at(x1, y1), self.at(x, y));
        self.rasterizer.draw_quad(self.last, over, to);
        self.last = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (over, then, to) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.rasterizer.draw_cubic(self.last, over, then, to);
        self.last = to;
    }

    fn close(&mut self) {
        self.rasterizer.draw_line(self.last, self.start);
        self.last = self.start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(symbol: &str, cells: usize) -> usize {
        let mask = TypeCase::new().set(symbol, false, false, cells);
        mask.rows().flatten().filter(|ink| **ink > 0).count()
    }

    #[test]
    fn both_faces_are_fonts_with_cells_of_one_width() {
        for font in [REGULAR, BOLD] {
            let face = Face::parse(font, 0).unwrap();
            assert!(face.is_monospaced());
            for c in ['i', 'W', 'ß', 'Ω', 'Ж', '€', '✔', '▲', '…', '⏎'] {
                let glyph = face.glyph_index(c).unwrap_or_else(|| panic!("{c}"));
                assert_eq!(face.glyph_hor_advance(glyph), Some(ADVANCE as u16), "{c}");
            }
        }
    }

    #[test]
    fn small_letters_and_capitals_end_on_the_edge_of_a_pixel() {
        let top = |letter: &str| {
            let mask = TypeCase::new().set(letter, false, false, 1);
            let rows: Vec<u8> = mask.rows().map(|row| *row.iter().max().unwrap()).collect();
            let first = rows.iter().position(|ink| *ink > 40).unwrap();
            (first, rows[first])
        };
        let (x, ink) = top("x");
        assert_eq!(x, 10);
        assert!(ink > 240, "{ink}");
        let (h, ink) = top("H");
        assert_eq!(h, 5);
        assert!(ink > 240, "{ink}");
    }

    #[test]
    fn what_the_font_lacks_is_a_box_and_marks_join_their_letter() {
        assert!(ink("世", 2) > 100);
        assert!(ink("👩\u{200d}🚒", 2) > 100);
        assert!(ink("\u{10ffff}", 1) > 60);
        assert!(ink("e\u{301}", 1) > ink("e", 1));
        assert_eq!(ink("\u{200d}", 1), 0);
    }

    #[test]
    fn letters_that_lean_lose_little_at_the_edges_of_their_cells() {
        for c in ('!'..='~').chain('À'..='ž').chain('Α'..='я') {
            let mut case = TypeCase::new();
            for is_bold in [false, true] {
                let upright = case.set(&c.to_string(), is_bold, false, 1);
                let leaning = case.set(&c.to_string(), is_bold, true, 1);
                let sum = |mask: &Mask| {
                    mask.rows()
                        .flatten()
                        .map(|ink| u64::from(*ink))
                        .sum::<u64>()
                };
                let (upright, leaning) = (sum(&upright) as f64, sum(&leaning) as f64);
                assert!(leaning > 0.8 * upright, "{c}: {leaning} of {upright}");
            }
        }
    }
}
