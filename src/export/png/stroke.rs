//! Glyphs that fill their cell, to the pixel: edges fall between pixels, so that neighbours join without a seam.

use super::mask::Mask;
use super::{HEIGHT, WIDTH};
use crate::export::graphic::{Graphic, Weight, dots};

/// Half a light line's thickness.
const LIGHT: usize = 1;
/// Half a heavy one's.
const HEAVY: usize = 2;
/// From the centre of a double line to the middle of each of its two.
const APART: usize = 3;
/// Half a braille dot's width: round, with as much room between two dots as reads as a line.
const DOT: f32 = 3.0;
const MIDDLE: usize = WIDTH / 2;
const CENTRE: usize = HEIGHT / 2;

/// The ink of a graphic in a cell; one of two cells' width is empty on its right.
pub(super) fn drawn(graphic: &Graphic, cells: usize) -> Mask {
    let mut mask = Mask::empty(cells);
    match graphic {
        Graphic::Parts(parts) => {
            let (w, h) = (WIDTH / 8, HEIGHT / 8);
            for part in parts {
                let [left, top, width, height] =
                    [part.left, part.top, part.width, part.height].map(usize::from);
                let (right, bottom) = (left + width, top + height);
                mask.fill((left * w, top * h), (right * w, bottom * h));
            }
        }
        Graphic::Shade(quarters) => {
            for y in 0..HEIGHT {
                for x in 0..WIDTH {
                    mask.ink(x, y, f32::from(*quarters) / 4.0);
                }
            }
        }
        Graphic::Dots(bits) => {
            for (column, row) in dots(*bits) {
                let (w, h) = (WIDTH as f32 / 2.0, HEIGHT as f32 / 4.0);
                let (left, top) = ((f32::from(column) + 0.5) * w, (f32::from(row) + 0.5) * h);
                mask.stroke(DOT - 0.5, |x, y| (x - left).hypot(y - top) - 0.5);
            }
        }
        Graphic::Lines(arms) => lines(*arms, &mut mask),
        Graphic::Dashes {
            is_across,
            count,
            weight,
        } => dashes(*is_across, usize::from(*count), *weight, &mut mask),
        Graphic::Corner { is_right, is_down } => corner(*is_right, *is_down, &mut mask),
        Graphic::Diagonals {
            is_rising,
            is_falling,
        } => {
            let (w, h) = (WIDTH as f32, HEIGHT as f32);
            let slope = w.hypot(h);
            if *is_falling {
                mask.stroke(LIGHT as f32, |x, y| (x * h - y * w).abs() / slope);
            }
            if *is_rising {
                mask.stroke(LIGHT as f32, |x, y| ((w - x) * h - y * w).abs() / slope);
            }
        }
    }
    mask
}

fn half(weight: Weight) -> usize {
    match weight {
        Weight::Heavy => HEAVY,
        _ => LIGHT,
    }
}

/// The middles of what a line of this weight is made of, across its direction from `centre`.
fn strands(weight: Weight, centre: usize) -> Vec<usize> {
    match weight {
        Weight::None => Vec::new(),
        Weight::Double => vec![centre - APART, centre + APART],
        Weight::Light | Weight::Heavy => vec![centre],
    }
}

fn lines([left, right, up, down]: [Weight; 4], mask: &mut Mask) {
    let is_double = |weight| weight == Weight::Double;
    // How far an arm reaches past the centre: corners are filled. A strand of a double line stops at the strand it
    // meets on its own side, and goes on to the outer one where there is none.
    let reach = |near: Weight, far: Weight| -> isize {
        let (apart, light) = (APART as isize, LIGHT as isize);
        if is_double(near) {
            light - apart
        } else if is_double(far) {
            light + apart
        } else {
            half(if near == Weight::None { far } else { near }) as isize
        }
    };
    let plain = |one: Weight, other: Weight| -> isize {
        match (is_double(one), is_double(other)) {
            (true, _) | (_, true) => (LIGHT + APART) as isize,
            _ => half(one).max(half(other)) as isize,
        }
    };
    let end = |centre: usize, past: isize| centre.saturating_add_signed(past);
    for (arm, is_right) in [(left, false), (right, true)] {
        for strand in strands(arm, CENTRE) {
            let past = match strand.cmp(&CENTRE) {
                std::cmp::Ordering::Less => reach(up, down),
                std::cmp::Ordering::Greater => reach(down, up),
                std::cmp::Ordering::Equal => plain(up, down),
            };
            let (top, bottom) = (strand - half(arm), strand + half(arm));
            if is_right {
                mask.fill((end(MIDDLE, -past), top), (WIDTH, bottom));
            } else {
                mask.fill((0, top), (end(MIDDLE, past), bottom));
            }
        }
    }
    for (arm, is_down) in [(up, false), (down, true)] {
        for strand in strands(arm, MIDDLE) {
            let past = match strand.cmp(&MIDDLE) {
                std::cmp::Ordering::Less => reach(left, right),
                std::cmp::Ordering::Greater => reach(right, left),
                std::cmp::Ordering::Equal => plain(left, right),
            };
            let (left, right) = (strand - half(arm), strand + half(arm));
            if is_down {
                mask.fill((left, end(CENTRE, -past)), (right, HEIGHT));
            } else {
                mask.fill((left, 0), (right, end(CENTRE, past)));
            }
        }
    }
}

/// Dashes as long as the gaps between them, which go on in the next cell.
fn dashes(is_across: bool, count: usize, weight: Weight, mask: &mut Mask) {
    let half = half(weight);
    let length = if is_across { WIDTH } else { HEIGHT };
    let count = count.max(1);
    for dash in 0..count {
        let part = length / count;
        let from = dash * length / count + part / 4;
        let to = from + (part / 2).max(1);
        if is_across {
            mask.fill((from, CENTRE - half), (to, CENTRE + half));
        } else {
            mask.fill((MIDDLE - half, from), (MIDDLE + half, to));
        }
    }
}

fn corner(is_right: bool, is_down: bool, mask: &mut Mask) {
    let (middle, centre, radius) = (MIDDLE as f32, CENTRE as f32, MIDDLE as f32);
    mask.stroke(LIGHT as f32, |x, y| {
        // As if the arms went right and down.
        let across = if is_right { x - middle } else { middle - x };
        let along = if is_down { y - centre } else { centre - y };
        if along > radius {
            across.abs()
        } else {
            ((radius - across).hypot(radius - along) - radius).abs()
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::graphic::graphic;

    fn rows(c: char) -> Vec<Vec<u8>> {
        let mask = drawn(&graphic(c).unwrap(), 1);
        mask.rows().map(<[u8]>::to_vec).collect()
    }

    fn column(rows: &[Vec<u8>], x: usize) -> Vec<u8> {
        rows.iter().map(|row| row[x]).collect()
    }

    #[test]
    fn lines_and_corners_meet_at_the_edges_of_their_cells() {
        let (across, along) = (rows('─'), rows('│'));
        // A ring is round: where it ends it is a little pale.
        let alike = |one: &[u8], other: &[u8]| {
            let pairs = one.iter().zip(other);
            pairs.into_iter().all(|(a, b)| a.abs_diff(*b) < 8)
        };
        for c in ['┌', '├', '╭', '╰', '┬', '┴', '┼', '╶', '└'] {
            assert!(
                alike(&column(&rows(c), WIDTH - 1), &column(&across, 0)),
                "{c} right"
            );
        }
        for c in ['┐', '┤', '╮', '╯', '╴'] {
            assert!(alike(&column(&rows(c), 0), &column(&across, 0)), "{c} left");
        }
        for c in ['┌', '┐', '╭', '╮', '├', '╷', '┬'] {
            assert_eq!(rows(c)[HEIGHT - 1], along[0], "{c} below");
        }
        for c in ['└', '┘', '╰', '╯', '┤', '╵', '┴'] {
            assert_eq!(rows(c)[0], along[0], "{c} above");
        }
        let (double, beside) = (rows('═'), rows('║'));
        for c in ['╔', '╠', '╚'] {
            assert_eq!(column(&rows(c), WIDTH - 1), column(&double, 0), "{c} right");
        }
        for c in ['╔', '╦', '╗'] {
            assert_eq!(rows(c)[HEIGHT - 1], beside[0], "{c} below");
        }
    }

    #[test]
    fn braille_dots_are_as_far_apart_within_a_cell_as_between_two() {
        let full = rows('⣿');
        for row in &full {
            assert_eq!(row[..MIDDLE], row[MIDDLE..]);
        }
        for y in 0..HEIGHT - 8 {
            assert_eq!(full[y], full[y + 8], "{y}");
        }
        // Round: the same from all sides.
        for (y, row) in full.iter().take(8).enumerate() {
            for x in 0..8 {
                assert_eq!(row[x], full[x][y]);
                assert_eq!(row[x], row[7 - x]);
            }
        }
        assert_eq!(full[4][4], 255);
        assert_eq!(full[0][0], 0);
    }

    #[test]
    fn blocks_fill_their_part_and_nothing_else() {
        let ink = |c| {
            let all = rows(c).concat();
            all.iter()
                .map(|ink| usize::from(*ink == 255))
                .sum::<usize>()
        };
        let cell = WIDTH * HEIGHT;
        for (c, eighths) in [('█', 8), ('▁', 1), ('▅', 5), ('▏', 1), ('▋', 5), ('▀', 4)]
        {
            assert_eq!(ink(c), cell * eighths / 8, "{c}");
        }
        for (c, quarters) in [('▖', 1), ('▞', 2), ('▜', 3)] {
            assert_eq!(ink(c), cell * quarters / 4, "{c}");
        }
        let half = rows('▒').concat();
        assert!(half.iter().all(|ink| *ink == 128));
    }
}
