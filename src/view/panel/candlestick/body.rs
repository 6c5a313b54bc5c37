//! One candle in cells: two halves a cell, where the glyphs know halves.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::chart::axis::ValueRange;
use super::super::ink::Ink;
use crate::model::panel_data::Candle;
use crate::ui::Glyphs;

/// What one half of a cell of the candle's middle is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    None,
    Wick,
    Body,
}

/// Draws `candle` around `column` of `area`, its body `width` cells wide.
pub(super) fn draw(
    range: &ValueRange,
    candle: &Candle,
    column: u16,
    width: u16,
    area: Rect,
    style: Style,
    ink: &mut Ink<'_>,
) {
    let halves = i32::from(area.height) * 2;
    let row = |value: f64| range.row(value, halves);
    let rose = candle.close >= candle.open;
    let (top, bottom) = (
        row(candle.open.max(candle.close)),
        row(candle.open.min(candle.close)),
    );
    let (high, low) = (row(candle.high).min(top), row(candle.low).max(bottom));
    let part = |half: i32| match half {
        half if (top..=bottom).contains(&half) => Part::Body,
        half if (high..=low).contains(&half) => Part::Wick,
        _ => Part::None,
    };
    let glyphs = ink.look().glyphs;
    // Cells that hold some of the body: frames are drawn around whole cells.
    let body = (top.div_euclid(2), bottom.div_euclid(2));
    let reach = width / 2;
    for y in 0..area.height {
        let at = i32::from(y);
        let (upper, lower) = (part(at * 2), part(at * 2 + 1));
        let line = area.y + y;
        let mut put = |x: i32, symbol: char| {
            if let Ok(x) = u16::try_from(x)
                && x < area.width
                && symbol != ' '
            {
                ink.cell(area.x + x, line, symbol, style);
            }
        };
        let middle = i32::from(column);
        let is_body = upper == Part::Body || lower == Part::Body;
        if width == 1 || !is_body {
            put(middle, narrow(upper, lower, rose, glyphs));
            continue;
        }
        let reach = i32::from(reach);
        for x in -reach..=reach {
            let symbol = if rose {
                let wicks = (high.div_euclid(2) < body.0, low.div_euclid(2) > body.1);
                frame(x, reach, (at == body.0, at == body.1), wicks, glyphs)
            } else if glyphs == Glyphs::Ascii {
                '#'
            } else {
                solid(upper, lower)
            };
            put(middle + x, symbol);
        }
    }
}

/// A cell of a solid body.
fn solid(upper: Part, lower: Part) -> char {
    match (upper == Part::Body, lower == Part::Body) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

/// A cell of a frame: `x` from the middle, whether it is its first and last row, and whether wicks
/// leave it upwards and downwards.
fn frame(
    x: i32,
    reach: i32,
    (first, last): (bool, bool),
    (up, down): (bool, bool),
    glyphs: Glyphs,
) -> char {
    let side = if x == -reach {
        -1
    } else {
        i32::from(x == reach)
    };
    if glyphs == Glyphs::Ascii {
        return match (side, first || last) {
            (0, true) => '-',
            (0, false) => ' ',
            (_, true) => '+',
            (_, false) => '|',
        };
    }
    match (side, first, last) {
        (-1, true, true) => '╶',
        (1, true, true) => '╴',
        (-1, true, _) => '┌',
        (1, true, _) => '┐',
        (-1, _, true) => '└',
        (1, _, true) => '┘',
        (-1 | 1, ..) => '│',
        (_, true, true) if x == 0 => match (up, down) {
            (true, true) => '┼',
            (true, false) => '┴',
            (false, true) => '┬',
            (false, false) => '─',
        },
        (_, true, _) if x == 0 && up => '┴',
        (_, _, true) if x == 0 && down => '┬',
        (_, true, _) | (_, _, true) => '─',
        _ => ' ',
    }
}

/// A cell of a candle one cell wide.
fn narrow(upper: Part, lower: Part, rose: bool, glyphs: Glyphs) -> char {
    let halves = (upper, lower);
    match (glyphs, rose) {
        (_, _) if halves == (Part::None, Part::None) => ' ',
        (Glyphs::Ascii, _) if upper == Part::Body || lower == Part::Body => {
            if rose {
                'o'
            } else {
                '#'
            }
        }
        (Glyphs::Ascii, _) => '|',
        (Glyphs::Blocks, true) if upper == Part::Body || lower == Part::Body => '║',
        (Glyphs::Blocks, _) if upper != Part::Body && lower != Part::Body => '│',
        (Glyphs::Braille, true) => match halves {
            (Part::Body, Part::Body) => '┃',
            (Part::Body, Part::Wick) => '╿',
            (Part::Wick, Part::Body) => '╽',
            (Part::Body, Part::None) => '╹',
            (Part::None, Part::Body) => '╻',
            (Part::Wick, Part::Wick) => '│',
            (Part::Wick, Part::None) => '╵',
            _ => '╷',
        },
        _ => match halves {
            (Part::Wick, Part::Wick) => '│',
            (Part::Wick, Part::None) => '╵',
            (Part::None, Part::Wick) => '╷',
            _ => solid(upper, lower),
        },
    }
}
