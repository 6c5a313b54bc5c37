//! What the rows of a table are filtered by, in its bottom border.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::ink::{self, Ink};
use super::super::{Scene, grouped};
use crate::ui::Glyphs;
use crate::ui::palette::Role;
use crate::view::overlay::field;

/// Said behind the field where there is room.
const KEYS: &str = " - Enter keeps, Esc clears";

/// What the rows are filtered by, for the bottom border.
#[derive(Debug)]
pub(in crate::view::panel) struct Filtered {
    text: String,
    is_typed: bool,
    problem: Option<String>,
    /// How many rows are left, of how many.
    left: (usize, usize),
}

impl Filtered {
    pub(super) fn of(scene: &Scene<'_>, left: usize) -> Option<Self> {
        let table = scene.view.table?;
        let text = &table.state.filter;
        (table.typing.is_some() || !text.is_empty()).then(|| Self {
            text: text.clone(),
            is_typed: table.typing.is_some(),
            problem: table.arranged.and_then(|arranged| arranged.problem.clone()),
            left: (left, scene.data.rows.len()),
        })
    }

    /// Draws it into one line: the words, or the field they are typed into, and what they leave.
    pub(in crate::view::panel) fn draw(&self, scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
        let look = scene.look();
        let (words, role) = if let Some(problem) = &self.problem {
            (format!("{} {problem}", ink.glyph("✖", "x")), Role::Bad)
        } else {
            let (left, all) = self.left;
            let words = format!("{} of {}", grouped(left), grouped(all));
            (words, Role::Muted)
        };
        let room = usize::from(area.width.saturating_sub(2));
        let words = ink::cut(&words, room.saturating_sub(8), look);
        let taken = ink::width(&words, look) as u16;
        // The sign of the field, and the cursor behind the words.
        let typed = ink::width(&self.text, look) + 3;
        let wanted = if self.is_typed {
            typed.max(22)
        } else {
            typed - 1
        };
        let field_room = wanted.min(room.saturating_sub(usize::from(taken) + 1)) as u16;
        let at = Rect::new(area.x + 1, area.y, field_room, 1);
        let needed = usize::from(field_room + taken) + KEYS.len();
        let keys = if self.is_typed && needed < room {
            KEYS
        } else {
            ""
        };
        let end = field_room + taken + keys.len() as u16 + 3;
        let blank = " ".repeat(usize::from(end));
        ink.put(area.x, area.y, end, &blank, Style::new());
        if let Some(typing) = scene.view.table.and_then(|table| table.typing) {
            field::draw(typing, at, look, ink.buffer());
        } else {
            let sign = match look.glyphs {
                Glyphs::Braille => "❯ ",
                Glyphs::Blocks | Glyphs::Ascii => "> ",
            };
            let text = format!("{sign}{}", self.text);
            ink.put_cut(at.x, at.y, field_room, &text, scene.role(Role::Text));
        }
        let x = at.right() + 1;
        ink.put(x, at.y, taken, &words, scene.role(role));
        let quiet = scene.role(Role::Muted);
        ink.put(x + taken, at.y, keys.len() as u16, keys, quiet);
    }
}
