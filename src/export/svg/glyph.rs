//! Glyphs that fill their cell, as path data.

use std::fmt::Write as _;

use super::{HEIGHT, WIDTH};
use crate::export::graphic::{Graphic, Part, Weight, dots, graphic};

/// Half a light line's thickness.
const LIGHT: f64 = 0.55;
/// Half a heavy one's.
const HEAVY: f64 = 1.1;
/// From the centre of a double line to each of its two.
const APART: f64 = 1.4;

/// Adds the shape of `c` in the cell at `x`, `y`; nothing for a glyph that is text.
pub(super) fn draw(c: char, x: f64, y: f64, path: &mut String) {
    match graphic(c) {
        Some(Graphic::Parts(parts)) => {
            for it in parts {
                part(x, y, it, path);
            }
        }
        Some(Graphic::Shade(quarters)) => shade(quarters, x, y, path),
        Some(Graphic::Dots(bits)) => braille(bits, x, y, path),
        Some(Graphic::Lines(arms)) => lines(arms, x, y, path),
        Some(Graphic::Dashes {
            is_across,
            count,
            weight,
        }) => dashes(is_across, count, weight, x, y, path),
        Some(Graphic::Corner { is_right, is_down }) => corner(is_right, is_down, x, y, path),
        Some(Graphic::Diagonals {
            is_rising,
            is_falling,
        }) => {
            if is_rising {
                diagonal(x, y + HEIGHT, -HEIGHT, path);
            }
            if is_falling {
                diagonal(x, y, HEIGHT, path);
            }
        }
        None => {}
    }
}

fn rect(x: f64, y: f64, width: f64, height: f64, path: &mut String) {
    let _ = write!(path, "M{x:.1} {y:.1}h{width:.2}v{height:.2}h-{width:.2}z");
}

fn part(x: f64, y: f64, part: Part, path: &mut String) {
    let (w, h) = (WIDTH / 8.0, HEIGHT / 8.0);
    rect(
        x + f64::from(part.left) * w,
        y + f64::from(part.top) * h,
        f64::from(part.width) * w,
        f64::from(part.height) * h,
        path,
    );
}

/// Dots in a grid of 4 × 8.
fn shade(quarters: u8, x: f64, y: f64, path: &mut String) {
    for row in 0..8_u8 {
        for column in 0..4_u8 {
            let place = (column + 2 * (row % 2)) % 4;
            if [0, 2, 1, 3][usize::from(place)] < quarters {
                let dot = Part {
                    left: 2 * column,
                    top: row,
                    width: 2,
                    height: 1,
                };
                part(x, y, dot, path);
            }
        }
    }
}

fn braille(bits: u8, x: f64, y: f64, path: &mut String) {
    for (column, row) in dots(bits) {
        let left = x + WIDTH * (f64::from(column) + 0.5) / 2.0 - 1.1;
        let top = y + HEIGHT * (f64::from(row) + 0.5) / 4.0 - 1.1;
        let _ = write!(path, "M{left:.1} {top:.1}h2.2v2.2h-2.2z");
    }
}

fn half(weight: Weight) -> f64 {
    match weight {
        Weight::Heavy => HEAVY,
        _ => LIGHT,
    }
}

fn dashes(is_across: bool, count: u8, weight: Weight, x: f64, y: f64, path: &mut String) {
    let half = half(weight);
    for dash in 0..count {
        let from = (f64::from(dash) + 0.2) / f64::from(count);
        let length = 0.6 / f64::from(count);
        if is_across {
            let (left, top) = (x + WIDTH * from, y + HEIGHT / 2.0 - half);
            rect(left, top, WIDTH * length, 2.0 * half, path);
        } else {
            let (left, top) = (x + WIDTH / 2.0 - half, y + HEIGHT * from);
            rect(left, top, 2.0 * half, HEIGHT * length, path);
        }
    }
}

fn lines(arms: [Weight; 4], x: f64, y: f64, path: &mut String) {
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let [left, right, up, down] = arms;
    // Arms reach past the centre, so that corners are filled.
    let reach = |one: Weight, other: Weight| {
        if one == Weight::Double || other == Weight::Double {
            APART + LIGHT
        } else {
            LIGHT
        }
    };
    let offsets = |weight: Weight| match weight {
        Weight::None => &[][..],
        Weight::Double => &[-APART, APART][..],
        _ => &[0.0][..],
    };
    let mut across = |weight: Weight, from: f64, to: f64| {
        for offset in offsets(weight) {
            let half = half(weight);
            rect(from, centre + offset - half, to - from, 2.0 * half, path);
        }
    };
    across(left, x, middle + reach(up, down));
    across(right, middle - reach(up, down), x + WIDTH);
    let mut along = |weight: Weight, from: f64, to: f64| {
        for offset in offsets(weight) {
            let half = half(weight);
            rect(middle + offset - half, from, 2.0 * half, to - from, path);
        }
    };
    along(up, y, centre + reach(left, right));
    along(down, centre - reach(left, right), y + HEIGHT);
}

fn corner(is_right: bool, is_down: bool, x: f64, y: f64, path: &mut String) {
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let radius = WIDTH / 2.0;
    let side = if is_right { 1.0 } else { -1.0 };
    let end = if is_down { 1.0 } else { -1.0 };
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

/// From `x`, `y` to the other side, `rise` lower.
fn diagonal(x: f64, y: f64, rise: f64, path: &mut String) {
    let thick = 2.0 * LIGHT;
    let top = y - LIGHT;
    let _ = write!(
        path,
        "M{x:.2} {top:.2}l{WIDTH:.2} {rise:.2}v{thick:.2}l-{WIDTH:.2} {:.2}z",
        -rise
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
    fn what_fills_its_cell_is_a_path_and_letters_are_not() {
        let filling = ('\u{2500}'..='\u{259f}').chain('\u{2801}'..='\u{28ff}');
        for c in filling {
            assert!(shape(c).starts_with('M'), "{c}");
        }
        for c in ['a', ' ', '\u{2800}', '▲'] {
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
        for (c, lines) in [('─', 2), ('┼', 4), ('═', 4), ('╬', 8), ('┈', 4), ('╳', 2)] {
            assert_eq!(shape(c).matches('M').count(), lines, "{c}");
        }
    }
}
