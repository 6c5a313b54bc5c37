//! Glyphs that fill their cell, as path data: block elements (U+2580–259F), braille (U+2800–28FF) and the light
//! and heavy lines of the box drawing block that the screen uses (U+2500–257F).

use std::fmt::Write as _;

use super::{HEIGHT, WIDTH};

/// Half a light line's thickness.
const LIGHT: f64 = 0.55;
/// Half a heavy one's.
const HEAVY: f64 = 1.1;

/// Adds the shape of `c` in the cell at `x`, `y`; nothing for a glyph that is text.
pub(super) fn draw(c: char, x: f64, y: f64, path: &mut String) {
    match c {
        '\u{2580}'..='\u{259f}' => block(c, x, y, path),
        '\u{2801}'..='\u{28ff}' => braille(u32::from(c) - 0x2800, x, y, path),
        '╭' | '╮' | '╯' | '╰' => corner(c, x, y, path),
        '╌' | '┄' | '┈' => dashes(x, y, path),
        '┊' | '┆' | '╎' => {
            for part in 0..4 {
                let top = y + HEIGHT * (f64::from(part) + 0.25) / 4.0;
                rect(
                    x + WIDTH / 2.0 - LIGHT,
                    top,
                    2.0 * LIGHT,
                    HEIGHT / 8.0,
                    path,
                );
            }
        }
        _ => {
            if let Some(arms) = arms(c) {
                lines(arms, x, y, path);
            }
        }
    }
}

fn rect(x: f64, y: f64, width: f64, height: f64, path: &mut String) {
    let _ = write!(path, "M{x:.1} {y:.1}h{width:.2}v{height:.2}h-{width:.2}z");
}

/// Parts of the cell, in eighths of its width and height.
fn part(x: f64, y: f64, (left, top, width, height): (u8, u8, u8, u8), path: &mut String) {
    let (w, h) = (WIDTH / 8.0, HEIGHT / 8.0);
    rect(
        x + f64::from(left) * w,
        y + f64::from(top) * h,
        f64::from(width) * w,
        f64::from(height) * h,
        path,
    );
}

fn block(c: char, x: f64, y: f64, path: &mut String) {
    const QUADRANTS: [(u8, u8, u8, u8); 4] =
        [(0, 0, 4, 4), (4, 0, 4, 4), (0, 4, 4, 4), (4, 4, 4, 4)];
    let code = u32::from(c) - 0x2580;
    match code {
        0x00 => part(x, y, (0, 0, 8, 4), path),
        // One eighth to the whole, from below.
        0x01..=0x08 => part(x, y, (0, 8 - code as u8, 8, code as u8), path),
        // Seven eighths to one, from the left.
        0x09..=0x0f => part(x, y, (0, 0, 16 - code as u8, 8), path),
        0x10 => part(x, y, (4, 0, 4, 8), path),
        // Shades: a quarter, half and three quarters of the cell.
        0x11..=0x13 => shade(code - 0x10, x, y, path),
        0x14 => part(x, y, (0, 0, 8, 1), path),
        0x15 => part(x, y, (7, 0, 1, 8), path),
        _ => {
            // Upper left, upper right, lower left, lower right, as bits.
            const CORNERS: [u8; 10] = [
                0b0100, 0b1000, 0b0001, 0b1101, 0b1001, 0b0111, 0b1011, 0b0010, 0b0110, 0b1110,
            ];
            let bits = CORNERS[(code - 0x16) as usize];
            for (bit, quadrant) in QUADRANTS.into_iter().enumerate() {
                if bits >> bit & 1 == 1 {
                    part(x, y, quadrant, path);
                }
            }
        }
    }
}

/// Dots in a grid of 4 × 8.
fn shade(quarters: u32, x: f64, y: f64, path: &mut String) {
    for row in 0..8_u8 {
        for column in 0..4_u8 {
            let place = (u32::from(column) + 2 * u32::from(row % 2)) % 4;
            if [0, 2, 1, 3][place as usize] < quarters {
                part(x, y, (2 * column, row, 2, 1), path);
            }
        }
    }
}

/// Bits 0–2 and 6 are the left column from the top, 3–5 and 7 the right one.
fn braille(bits: u32, x: f64, y: f64, path: &mut String) {
    const PLACES: [(u8, u8); 8] = [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
        (0, 3),
        (1, 3),
    ];
    for (bit, (column, row)) in PLACES.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            let left = x + WIDTH * (f64::from(column) + 0.5) / 2.0 - 1.1;
            let top = y + HEIGHT * (f64::from(row) + 0.5) / 4.0 - 1.1;
            let _ = write!(path, "M{left:.1} {top:.1}h2.2v2.2h-2.2z");
        }
    }
}

fn dashes(x: f64, y: f64, path: &mut String) {
    for part in 0..2 {
        let left = x + WIDTH * (f64::from(part) + 0.2) / 2.0;
        rect(
            left,
            y + HEIGHT / 2.0 - LIGHT,
            WIDTH * 0.3,
            2.0 * LIGHT,
            path,
        );
    }
}

/// Left, right, up, down: 0 none, 1 light, 2 heavy.
fn arms(c: char) -> Option<[u8; 4]> {
    Some(match c {
        '─' => [1, 1, 0, 0],
        '━' => [2, 2, 0, 0],
        '│' => [0, 0, 1, 1],
        '┃' => [0, 0, 2, 2],
        '┌' => [0, 1, 0, 1],
        '┐' => [1, 0, 0, 1],
        '└' => [0, 1, 1, 0],
        '┘' => [1, 0, 1, 0],
        '├' => [0, 1, 1, 1],
        '┤' => [1, 0, 1, 1],
        '┬' => [1, 1, 0, 1],
        '┴' => [1, 1, 1, 0],
        '┼' => [1, 1, 1, 1],
        '╴' => [1, 0, 0, 0],
        '╵' => [0, 0, 1, 0],
        '╶' => [0, 1, 0, 0],
        '╷' => [0, 0, 0, 1],
        '╸' => [2, 0, 0, 0],
        '╹' => [0, 0, 2, 0],
        '╺' => [0, 2, 0, 0],
        '╻' => [0, 0, 0, 2],
        '╽' => [0, 0, 1, 2],
        '╿' => [0, 0, 2, 1],
        _ => return None,
    })
}

fn lines([left, right, up, down]: [u8; 4], x: f64, y: f64, path: &mut String) {
    let thick = |weight: u8| if weight > 1 { HEAVY } else { LIGHT };
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    // Arms reach past the centre, so that corners are filled.
    let across = |weight: u8, from: f64, to: f64, path: &mut String| {
        if weight > 0 {
            let half = thick(weight);
            rect(from, centre - half, to - from, 2.0 * half, path);
        }
    };
    let along = |weight: u8, from: f64, to: f64, path: &mut String| {
        if weight > 0 {
            let half = thick(weight);
            rect(middle - half, from, 2.0 * half, to - from, path);
        }
    };
    across(left, x, middle + LIGHT, path);
    across(right, middle - LIGHT, x + WIDTH, path);
    along(up, y, centre + LIGHT, path);
    along(down, centre - LIGHT, y + HEIGHT, path);
}

/// A quarter of a ring between two arms.
fn corner(c: char, x: f64, y: f64, path: &mut String) {
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let radius = WIDTH / 2.0;
    // Which way the arms go.
    let (side, end) = match c {
        '╭' => (1.0, 1.0),
        '╮' => (-1.0, 1.0),
        '╰' => (1.0, -1.0),
        _ => (-1.0, -1.0),
    };
    let (far_x, far_y) = (middle + side * radius, centre + end * HEIGHT / 2.0);
    let turn_y = centre + end * radius;
    let _ = write!(
        path,
        "M{:.2} {far_y:.2}V{turn_y:.2}Q{:.2} {:.2} {far_x:.2} {:.2}V{:.2}Q{:.2} {:.2} {:.2} {turn_y:.2}V{far_y:.2}z",
        middle - side * LIGHT,
        middle - side * LIGHT,
        centre - end * LIGHT,
        centre - end * LIGHT,
        centre + end * LIGHT,
        middle + side * LIGHT,
        centre + end * LIGHT,
        middle + side * LIGHT,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(c: char) -> String {
        let mut path = String::new();
        draw(c, 0.0, 0.0, &mut path);
        path
    }

    #[test]
    fn every_glyph_that_fills_its_cell_is_drawn_and_letters_are_not() {
        let filling = ('\u{2580}'..='\u{259f}').chain('\u{2801}'..='\u{28ff}');
        for c in filling.chain("─│┌┐└┘├┤┬┴┼╭╮╰╯╌┈┊┃╵╷╽╿".chars())
        {
            assert!(shape(c).starts_with('M'), "{c}");
        }
        for c in ['a', ' ', '\u{2800}', 'é', '世', '▲', '✖'] {
            assert_eq!(shape(c), "", "{c}");
        }
    }

    #[test]
    fn a_full_block_is_the_cell_and_eighths_are_its_parts() {
        assert_eq!(shape('█'), "M0.0 0.0h8.40v17.00h-8.40z");
        assert_eq!(shape('▄'), "M0.0 8.5h8.40v8.50h-8.40z");
        assert_eq!(shape('▌'), "M0.0 0.0h4.20v17.00h-4.20z");
        assert_eq!(shape('⣿').matches('M').count(), 8);
        assert_eq!(shape('▒').matches('M').count(), 16);
        for (c, quadrants) in [('▘', 1), ('▚', 2), ('▙', 3), ('▟', 3), ('▝', 1)] {
            assert_eq!(shape(c).matches('M').count(), quadrants, "{c}");
        }
    }
}
