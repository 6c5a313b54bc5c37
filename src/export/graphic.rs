//! Glyphs that fill their cell, as geometry: lines, blocks and braille dots of neighbours join without a gap, and
//! no font decides about that.
//!
//! What they look like is Unicode's: box drawing U+2500–257F, block elements U+2580–259F, braille U+2800–28FF
//! (code charts of Unicode 16.0).

/// What is drawn in a cell in place of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Graphic {
    /// Rectangles.
    Parts(Vec<Part>),
    /// So many quarters of the cell's colour.
    Shade(u8),
    /// Places of dots, see [`dots`].
    Dots(u8),
    /// Arms from the centre to the left, right, upper and lower edge.
    Lines([Weight; 4]),
    /// So many dashes from edge to edge.
    Dashes {
        /// From left to right; else from top to bottom.
        is_across: bool,
        /// How many.
        count: u8,
        /// How thick.
        weight: Weight,
    },
    /// A quarter of a ring between two arms.
    Corner {
        /// An arm to the right; else to the left.
        is_right: bool,
        /// An arm down; else up.
        is_down: bool,
    },
    /// Lines from corner to corner.
    Diagonals {
        /// From the lower left to the upper right.
        is_rising: bool,
        /// From the upper left to the lower right.
        is_falling: bool,
    },
}

/// A rectangle in eighths of the cell's width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub left: u8,
    pub top: u8,
    pub width: u8,
    pub height: u8,
}

/// How thick a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    None,
    Light,
    Heavy,
    /// Two light lines.
    Double,
}

/// What `c` is drawn as; none for a letter.
pub(super) fn graphic(c: char) -> Option<Graphic> {
    match c {
        '\u{2500}'..='\u{257f}' => Some(line(c)),
        '\u{2580}'..='\u{259f}' => Some(block(u32::from(c) - 0x2580)),
        '\u{2801}'..='\u{28ff}' => Some(Graphic::Dots((u32::from(c) - 0x2800) as u8)),
        _ => None,
    }
}

/// The dots of a braille cell as column (of 2) and row (of 4): bits 0–2 and 6 are the left column from the top, 3–5
/// and 7 the right one.
pub(super) fn dots(bits: u8) -> impl Iterator<Item = (u8, u8)> {
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
    PLACES
        .into_iter()
        .enumerate()
        .filter_map(move |(bit, place)| (bits >> bit & 1 == 1).then_some(place))
}

fn block(code: u32) -> Graphic {
    const fn part(left: u8, top: u8, width: u8, height: u8) -> Part {
        Part {
            left,
            top,
            width,
            height,
        }
    }
    const QUADRANTS: [Part; 4] = [
        part(0, 0, 4, 4),
        part(4, 0, 4, 4),
        part(0, 4, 4, 4),
        part(4, 4, 4, 4),
    ];
    // Upper left, upper right, lower left, lower right, from the lowest bit.
    const CORNERS: [u8; 10] = [
        0b0100, 0b1000, 0b0001, 0b1101, 0b1001, 0b0111, 0b1011, 0b0010, 0b0110, 0b1110,
    ];
    let eighths = code as u8;
    Graphic::Parts(vec![match code {
        0x00 => part(0, 0, 8, 4),
        // One eighth to the whole, from below.
        0x01..=0x08 => part(0, 8 - eighths, 8, eighths),
        // Seven eighths to one, from the left.
        0x09..=0x0f => part(0, 0, 16 - eighths, 8),
        0x10 => part(4, 0, 4, 8),
        0x11..=0x13 => return Graphic::Shade(eighths - 0x10),
        0x14 => part(0, 0, 8, 1),
        0x15 => part(7, 0, 1, 8),
        _ => {
            let bits = CORNERS[(code as usize).saturating_sub(0x16) % CORNERS.len()];
            let quadrants = QUADRANTS.into_iter().enumerate();
            let filled = quadrants.filter(|(bit, _)| bits >> bit & 1 == 1);
            return Graphic::Parts(filled.map(|(_, quadrant)| quadrant).collect());
        }
    }])
}

fn line(c: char) -> Graphic {
    let dashes = |is_across, count, weight| Graphic::Dashes {
        is_across,
        count,
        weight,
    };
    match c {
        '┄' => dashes(true, 3, Weight::Light),
        '┅' => dashes(true, 3, Weight::Heavy),
        '┆' => dashes(false, 3, Weight::Light),
        '┇' => dashes(false, 3, Weight::Heavy),
        '┈' => dashes(true, 4, Weight::Light),
        '┉' => dashes(true, 4, Weight::Heavy),
        '┊' => dashes(false, 4, Weight::Light),
        '┋' => dashes(false, 4, Weight::Heavy),
        '╌' => dashes(true, 2, Weight::Light),
        '╍' => dashes(true, 2, Weight::Heavy),
        '╎' => dashes(false, 2, Weight::Light),
        '╏' => dashes(false, 2, Weight::Heavy),
        '╭' | '╮' | '╯' | '╰' => Graphic::Corner {
            is_right: matches!(c, '╭' | '╰'),
            is_down: matches!(c, '╭' | '╮'),
        },
        '╱' | '╲' | '╳' => Graphic::Diagonals {
            is_rising: c != '╲',
            is_falling: c != '╱',
        },
        _ => Graphic::Lines(arms(u32::from(c) - 0x2500)),
    }
}

/// Left, right, up, down of U+2500 and those after it, a digit each: 0 none, 1 light, 2 heavy, 3 double. The names
/// of the characters say it in words.
const ARMS: &str = "\
    1100 2200 0011 0022 0000 0000 0000 0000 0000 0000 0000 0000 0101 0201 0102 0202 \
    1001 2001 1002 2002 0110 0210 0120 0220 1010 2010 1020 2020 0111 0211 0121 0112 \
    0122 0221 0212 0222 1011 2011 1021 1012 1022 2021 2012 2022 1101 2101 1201 2201 \
    1102 2102 1202 2202 1110 2110 1210 2210 1120 2120 1220 2220 1111 2111 1211 2211 \
    1121 1112 1122 2121 1221 2112 1212 2221 2212 2122 1222 2222 0000 0000 0000 0000 \
    3300 0033 0301 0103 0303 3001 1003 3003 0310 0130 0330 3010 1030 3030 0311 0133 \
    0333 3011 1033 3033 3301 1103 3303 3310 1130 3330 3311 1133 3333 0000 0000 0000 \
    0000 0000 0000 0000 1000 0010 0100 0001 2000 0020 0200 0002 1200 0012 2100 0021";

fn arms(code: u32) -> [Weight; 4] {
    let digits = ARMS.as_bytes().get(5 * code as usize..).unwrap_or_default();
    [0, 1, 2, 3].map(|arm| match digits.get(arm) {
        Some(b'1') => Weight::Light,
        Some(b'2') => Weight::Heavy,
        Some(b'3') => Weight::Double,
        _ => Weight::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_fills_its_cell_is_drawn_and_letters_are_not() {
        let filling = ('\u{2500}'..='\u{259f}').chain('\u{2801}'..='\u{28ff}');
        for c in filling {
            let drawn = graphic(c).unwrap_or_else(|| panic!("{c}"));
            assert_ne!(drawn, Graphic::Lines([Weight::None; 4]), "{c}");
            assert_ne!(drawn, Graphic::Parts(Vec::new()), "{c}");
        }
        for c in ['a', ' ', '\u{2800}', 'é', '世', '▲', '✖'] {
            assert_eq!(graphic(c), None, "{c}");
        }
    }

    #[test]
    fn lines_have_the_arms_of_their_names() {
        use Weight::{Double, Heavy, Light, None};
        for (c, arms) in [
            ('─', [Light, Light, None, None]),
            ('┃', [None, None, Heavy, Heavy]),
            ('┌', [None, Light, None, Light]),
            ('┤', [Light, None, Light, Light]),
            ('╀', [Light, Light, Heavy, Light]),
            ('╚', [None, Double, Double, None]),
            ('╪', [Double, Double, Light, Light]),
            ('╴', [Light, None, None, None]),
            ('╿', [None, None, Heavy, Light]),
        ] {
            assert_eq!(graphic(c), Some(Graphic::Lines(arms)), "{c}");
        }
    }

    #[test]
    fn quadrants_and_eighths_fill_what_they_say() {
        let area = |c| match graphic(c) {
            Some(Graphic::Parts(parts)) => parts
                .iter()
                .map(|part| part.width * part.height)
                .sum::<u8>(),
            other => panic!("{c}: {other:?}"),
        };
        for (c, eighths) in [
            ('█', 64),
            ('▀', 32),
            ('▁', 8),
            ('▇', 56),
            ('▏', 8),
            ('▉', 56),
        ] {
            assert_eq!(area(c), eighths, "{c}");
        }
        for (c, quadrants) in [('▘', 1), ('▚', 2), ('▙', 3), ('▟', 3), ('▝', 1)] {
            assert_eq!(area(c), 16 * quadrants, "{c}");
        }
        assert_eq!(dots(0xff).count(), 8);
        assert_eq!(dots(0b0100_0001).collect::<Vec<_>>(), [(0, 0), (0, 3)]);
    }
}
