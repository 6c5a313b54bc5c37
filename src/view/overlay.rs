//! What is open over the panels: a box of its own, drawn after everything else.

pub mod choices;
pub mod copy;
pub mod field;
pub mod frame;
mod inspect;
mod note;
pub mod table;
pub mod theme;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Screen, help};
use crate::ui::Overlay;

/// Draws what is open, if anything is.
pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    match &screen.ui.overlay {
        Some(Overlay::Help(help)) => help::draw(screen, *help, area, buf),
        Some(Overlay::Inspect(open)) => inspect::draw(screen, open, buf),
        Some(Overlay::Note(open)) => note::draw(screen, open, buf),
        Some(Overlay::Theme(picker)) => theme::draw(screen, picker, area, buf),
        Some(Overlay::Copy(menu)) => copy::draw(screen, menu, area, buf),
        Some(Overlay::Columns(columns)) => table::columns(screen, columns, buf),
        Some(Overlay::Cell(detail)) => table::cell(screen, detail, buf),
        // A filter is typed into its table's border.
        Some(Overlay::Filter(_)) | None => {}
    }
}
