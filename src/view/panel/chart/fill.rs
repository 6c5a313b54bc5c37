//! What areas are filled with: a pattern each, so that they differ without colour.

use super::canvas::Canvas;
use crate::ui::Glyphs;

/// For ASCII.
const CHARACTERS: [char; 6] = [':', '-', '=', '~', ',', '/'];

/// For cells without braille.
const SHADES: [char; 3] = ['▒', '░', '▓'];

/// Whether a braille dot belongs to the `index`-th pattern: a screen, lines across, lines down, a
/// sparse screen, a full area, slopes.
fn is_dotted(index: usize, x: i32, y: i32) -> bool {
    match index % 6 {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 2 == 0,
        3 => x % 2 == 0 && y % 2 == 0,
        4 => true,
        _ => (x + y) % 4 == 0,
    }
}

/// Fills the dots of a column from row `top` to `bottom` (inclusively).
pub(super) fn column(canvas: &mut Canvas, x: i32, top: i32, bottom: i32, series: u16) {
    let index = usize::from(series);
    let glyphs = canvas.glyphs();
    for y in top..=bottom {
        match glyphs {
            Glyphs::Braille => {
                canvas.own(x, y, series);
                if is_dotted(index, x, y) {
                    canvas.dot(x, y, series);
                }
            }
            Glyphs::Blocks => canvas.tint(x, y, SHADES[index % SHADES.len()], series),
            Glyphs::Ascii => canvas.tint(x, y, CHARACTERS[index % CHARACTERS.len()], series),
        }
    }
}

/// Two cells of the pattern, for the legend.
pub(super) fn sample(index: usize, glyphs: Glyphs) -> String {
    match glyphs {
        Glyphs::Ascii => CHARACTERS[index % CHARACTERS.len()].to_string().repeat(2),
        Glyphs::Blocks => SHADES[index % SHADES.len()].to_string().repeat(2),
        Glyphs::Braille => (0..2)
            .map(|cell| {
                // Unicode's numbering: 1 2 3 down the left, 4 5 6 down the right, then 7 8 below.
                const BITS: [[u32; 2]; 4] =
                    [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
                let mut dots = 0;
                for (y, row) in (0..).zip(BITS) {
                    for (x, bit) in (0..).zip(row) {
                        if is_dotted(index, cell * 2 + x, y) {
                            dots |= bit;
                        }
                    }
                }
                char::from_u32(0x2800 + dots).unwrap_or(' ')
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_never_look_alike() {
        for glyphs in [Glyphs::Braille, Glyphs::Blocks, Glyphs::Ascii] {
            for index in 0..12 {
                assert_ne!(
                    sample(index, glyphs),
                    sample(index + 1, glyphs),
                    "{glyphs:?}"
                );
            }
        }
        let all: Vec<String> = (0..6).map(|index| sample(index, Glyphs::Braille)).collect();
        let mut apart = all.clone();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), all.len());
    }
}
