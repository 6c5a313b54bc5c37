//! A drawn screen as plain lines.

use ratatui::buffer::{Buffer, Cell, CellWidth};

/// One line per row, blanks at its end cut, each with a line feed. A wide character stands once.
pub fn text(buf: &Buffer) -> String {
    let mut text = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        let line: String = cells(buf, y).map(Cell::symbol).collect();
        text.push_str(line.trim_end_matches(' '));
        text.push('\n');
    }
    text
}

/// The cells of row `y` that a terminal shows: those hidden behind a wide character are left out.
pub(super) fn cells(buf: &Buffer, y: u16) -> impl Iterator<Item = &Cell> {
    let mut hidden: u16 = 0;
    (buf.area.left()..buf.area.right()).filter_map(move |x| {
        let cell = buf.cell((x, y))?;
        if hidden > 0 {
            hidden -= 1;
            return None;
        }
        hidden = cell.symbol().cell_width().saturating_sub(1);
        Some(cell)
    })
}
