//! What is open over the panels: a box of its own, drawn after everything else.

mod bundle;
pub mod choices;
pub mod copy;
pub mod field;
pub mod frame;
mod inspect;
mod note;
mod ranges;
pub mod table;
pub mod theme;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Screen, help};
use crate::ui::Overlay;
use crate::ui::choices::{Choices, Item};
use crate::ui::overlay::frame::{Hint, Place};
use crate::ui::overlay::variables::Note;
use crate::ui::overlay::{commands, jump, variables::VariablePicker};
use crate::ui::palette::Role;

/// Draws what is open, if anything is.
pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let now = screen.situation();
    match &screen.ui.overlay {
        Some(Overlay::Help(help)) => help::draw(screen, *help, area, buf),
        Some(Overlay::Ranges(picker)) => ranges::draw(screen, picker, area, buf),
        Some(Overlay::Variables(picker)) => variables(screen, picker, area, buf),
        Some(Overlay::Commands(palette)) => {
            let items = palette.items(&now, screen.look.glyphs);
            let place = commands::Commands::place(items.len(), area);
            let title = palette.title(&now);
            let list = (&palette.choices, &items[..]);
            finder(screen, &place, title, list, &commands::HINTS, buf);
        }
        Some(Overlay::Jump(list)) => {
            let items: Vec<Item> = jump::panels(&now)
                .into_iter()
                .map(|(_, item)| item)
                .collect();
            let place = jump::JumpList::place(items.len(), area);
            let list = (&list.choices, &items[..]);
            finder(screen, &place, "Panels", list, &jump::HINTS, buf);
        }
        Some(Overlay::Inspect(open)) => inspect::draw(screen, open, buf),
        Some(Overlay::Note(open)) => note::draw(screen, open, buf),
        Some(Overlay::Bundle(open)) => bundle::draw(screen, open, buf),
        Some(Overlay::Theme(picker)) => theme::draw(screen, picker, area, buf),
        Some(Overlay::Copy(menu)) => copy::draw(screen, menu, area, buf),
        Some(Overlay::Columns(columns)) => table::columns(screen, columns, buf),
        Some(Overlay::Cell(detail)) => table::cell(screen, detail, buf),
        // A filter is typed into its table's border.
        Some(Overlay::Filter(_)) | None => {}
    }
}

/// A box with a field and a list.
fn finder(
    screen: &Screen<'_>,
    place: &Place,
    title: &str,
    (list, items): (&Choices, &[Item]),
    hints: &[Hint],
    buf: &mut Buffer,
) {
    frame::draw(place, title, hints, screen.look, buf);
    field::draw(&list.field, place.field, screen.look, buf);
    choices::draw(list, items, place.list, screen.look, buf);
}

fn variables(screen: &Screen<'_>, picker: &VariablePicker, area: Rect, buf: &mut Buffer) {
    let Some(listed) = picker.listed(&screen.situation()) else {
        return;
    };
    let place = VariablePicker::place(&listed, area);
    let list = (listed.choices, &listed.items[..]);
    finder(screen, &place, &listed.title, list, listed.hints, buf);
    let look = screen.look;
    match &listed.note {
        Note::None => {}
        Note::Words(words) => field::note(words, Role::Muted, place.note, look, buf),
        Note::Failed(why) => field::note(&why.summary, Role::Bad, place.note, look, buf),
    }
}
