//! A drawn screen with its colours: SGR sequences and nothing else (no cursor motion, no modes).

use ratatui::buffer::{Buffer, Cell};

use super::pen::Pen;
use super::text::cells;

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
            if !(cell.symbol() == " " && pen.blanks_like(Pen::of(cell))) {
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
