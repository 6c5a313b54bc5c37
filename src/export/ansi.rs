//! A drawn screen with its colours: SGR sequences and nothing else (no cursor motion, no modes).
//!
//! Codes: ECMA-48 §8.3.117; 256 and 24-bit colours as xterm writes them (`38;5;n`, `38;2;r;g;b`).

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::text::cells;

const MODIFIERS: [(Modifier, &str); 9] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::RAPID_BLINK, "6"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

/// One line per row, blanks without a look of their own cut from its end. Every line ends in the
/// terminal's default style, so that it can be cut, searched or printed alone. Colours are written
/// as they were drawn: the palette has already fitted them to the viewer's depth.
pub fn ansi(buf: &Buffer) -> String {
    let mut text = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        let mut line: Vec<&Cell> = cells(buf, y).collect();
        while line.last().is_some_and(|cell| is_blank(cell)) {
            line.pop();
        }
        let mut pen = Pen::default();
        for cell in line {
            // Nothing is seen of the colour of a blank, so a blank does not change it.
            if !(is_blank(cell) && pen.leaves_blanks()) {
                text.push_str(&pen.turn_to(Pen::of(cell)));
            }
            text.push_str(cell.symbol());
        }
        text.push_str(&pen.turn_to(Pen::default()));
        text.push('\n');
    }
    text
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Pen::of(cell).leaves_blanks()
}

/// What the terminal writes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// True when a blank written with it shows nothing.
    fn leaves_blanks(self) -> bool {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.bg == Color::Reset && !self.modifier.intersects(seen)
    }

    /// The shortest sequence from this pen to the next; empty where they are the same. Modifiers are
    /// switched off by a full reset, since `22` takes bold and dim away together.
    fn turn_to(&mut self, next: Self) -> String {
        let before = std::mem::replace(self, next);
        if before == next {
            return String::new();
        }
        if next == Self::default() {
            return "\x1b[m".to_owned();
        }
        let mut codes = Vec::new();
        let mut from = before;
        if !next.modifier.contains(before.modifier) {
            codes.push("0".to_owned());
            from = Self::default();
        }
        let added = next.modifier.difference(from.modifier);
        codes.extend(
            MODIFIERS
                .iter()
                .filter(|(modifier, _)| added.contains(*modifier))
                .map(|(_, code)| (*code).to_owned()),
        );
        if next.fg != from.fg {
            codes.push(color(next.fg, 30));
        }
        if next.bg != from.bg {
            codes.push(color(next.bg, 40));
        }
        format!("\x1b[{}m", codes.join(";"))
    }
}

/// `base` is 30 for the text, 40 for what is behind it.
fn color(color: Color, base: u8) -> String {
    let code = match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Reset => 9,
        Color::Indexed(index) => return format!("{};5;{index}", base + 8),
        Color::Rgb(r, g, b) => return format!("{};2;{r};{g};{b}", base + 8),
    };
    (base + code).to_string()
}
