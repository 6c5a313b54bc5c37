//! One cell of a table in full, and on a second page its whole row. Taken when it is opened: what is being read
//! does not change under the eye.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::json::{Line, Part, pretty};
use crate::model::rowset::{Column, ColumnKind};
use crate::model::value::Value;
use crate::ui::event::{Effect, Event, Key};
use crate::ui::keys::{Scroll, Situation};
use crate::ui::overlay::frame::{Hint, Need, Place, hint, place};
use crate::ui::{Overlay, Ui};

/// Lines one notch of the wheel scrolls.
const NOTCH: i8 = 3;
/// Bytes of a value that are shown; copying takes all.
const SHOWN: usize = 64 * 1024;
/// Bytes of a value that are shown on the page of the row.
const IN_ROW: usize = 400;
/// Columns of text at most: longer lines are hard to read.
const WIDEST: usize = 100;

/// Keys at the foot of the box: of a cell.
const OF_CELL: &[Hint] = &[
    hint(Key::Esc, "Esc", "back"),
    hint(Key::Tab, "Tab", "whole row"),
    hint(Key::Char('y'), "y", "copy"),
    hint(Key::Right, "Right", "next column"),
];
/// Of a row.
const OF_ROW: &[Hint] = &[
    hint(Key::Esc, "Esc", "back"),
    hint(Key::Tab, "Tab", "the cell"),
    hint(Key::Char('y'), "y", "copy"),
];

/// A cell and its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The cells of the row, in the query's order.
    pub cells: Arc<[Cell]>,
    /// Which of them is shown.
    pub at: usize,
    /// Where the row is among those shown, from 1, and how many there are.
    pub row: (usize, usize),
    /// The whole row is shown.
    pub is_row: bool,
    /// First line in sight, before it is held inside what there is.
    pub top: usize,
}

/// One value with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The column's name.
    pub name: String,
    /// PostgreSQL's name of its type.
    pub type_name: String,
    /// The value as PostgreSQL writes it; none for NULL.
    pub text: Option<String>,
    /// It is a document.
    pub is_json: bool,
}

impl Detail {
    /// Of the selected row of the focused table; none where there is none.
    pub(in crate::ui) fn open(now: &Situation<'_>) -> Option<Self> {
        let focus = now.ui.focus;
        let rows = now.table_rows(focus)?;
        let (row, at) = (now.selected_row(focus)?, now.selected_column()?);
        let order = &now.arranged(focus)?.order;
        let zone = &now.config.dashboards.get(now.ui.dashboard)?.time_zone;
        let cell = |column: &Column| {
            let value = column
                .values
                .get(row)
                .filter(|value| **value != Value::Null);
            let text = value.map(|value| value.display(zone).into_owned());
            let is_document = |text: &String| {
                column.kind == ColumnKind::Json
                    || (text.starts_with(['{', '['])
                        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
            };
            Cell {
                name: column.name.clone(),
                type_name: column.type_name.clone(),
                is_json: text.as_ref().is_some_and(is_document),
                text,
            }
        };
        Some(Self {
            cells: rows.columns.iter().map(cell).collect(),
            at,
            row: (order.position(row)? + 1, order.len()),
            is_row: false,
            top: 0,
        })
    }

    /// The keys at the foot of the box.
    pub fn hints(&self) -> &'static [Hint] {
        if self.is_row { OF_ROW } else { OF_CELL }
    }

    /// What stands in the border: the column and its type, or which row it is.
    pub fn title(&self) -> String {
        match self.cells.get(self.at).filter(|_| !self.is_row) {
            Some(cell) if cell.type_name.is_empty() => cell.name.clone(),
            Some(cell) => format!("{} ({})", cell.name, cell.type_name),
            None => format!("row {} of {}", self.row.0, self.row.1),
        }
    }

    /// Where the box is, and the lines of its text.
    pub fn place(&self, now: &Situation<'_>) -> (Place, Vec<Line>) {
        let screen = now.layout.screen;
        let most = WIDEST.min(usize::from(screen.width.saturating_sub(6)));
        let long = self.lines();
        let widest = long.iter().map(|(_, line)| width(line)).max();
        let hints = self
            .hints()
            .iter()
            .map(|hint| hint.label.len() + hint.words.len() + 3);
        let least = hints.sum::<usize>().max(self.title().width() + 2);
        let needed = widest.unwrap_or(0).max(least).clamp(1, most.max(1));
        let wrapped = |width: usize| -> Vec<Line> {
            let lines = long.iter();
            lines
                .flat_map(|(hang, line)| wrap(line, *hang, width))
                .collect()
        };
        let need = |lines: &[Line]| Need {
            // Two more for the bar of a text that scrolls.
            width: needed as u16 + 2,
            lines: lines.len(),
            ..Need::default()
        };
        let lines = wrapped(needed);
        let spot = place(need(&lines), screen);
        let room = usize::from(spot.list.width.saturating_sub(2)).max(1);
        if room < needed {
            let lines = wrapped(room);
            return (place(need(&lines), screen), lines);
        }
        (spot, lines)
    }

    /// The lines before they are wrapped, and how far their continuation is indented.
    fn lines(&self) -> Vec<(usize, Line)> {
        if self.is_row {
            return self.row_lines();
        }
        let Some(cell) = self.cells.get(self.at) else {
            return Vec::new();
        };
        let Some(text) = &cell.text else {
            return vec![(0, vec![(Part::Word, "NULL".to_owned())])];
        };
        let shown = first(text, SHOWN);
        let mut lines: Vec<(usize, Line)> = if cell.is_json {
            let lines = pretty(shown).into_iter();
            lines.map(|line| (indent(&line) + 2, line)).collect()
        } else {
            let lines = shown.split('\n');
            lines
                .map(|line| (0, vec![(Part::Plain, line.replace('\t', "    "))]))
                .collect()
        };
        if shown.len() < text.len() {
            let words = format!("… the first {} of {} bytes", shown.len(), text.len());
            lines.push((0, vec![(Part::Word, words)]));
        }
        lines
    }

    fn row_lines(&self) -> Vec<(usize, Line)> {
        let names = self.cells.iter().map(|cell| cell.name.width());
        let label = names.max().unwrap_or(0).min(24) + 2;
        let line = |cell: &Cell| {
            let gap = " ".repeat(label.saturating_sub(cell.name.width()).max(1));
            let value = match &cell.text {
                None => (Part::Word, "NULL".to_owned()),
                Some(text) => {
                    let shown = first(text, IN_ROW);
                    let more = if shown.len() < text.len() { " …" } else { "" };
                    let words: Vec<&str> = shown.split_whitespace().collect();
                    (Part::Plain, format!("{}{more}", words.join(" ")))
                }
            };
            let name = (Part::Name, cell.name.clone());
            (label, vec![name, (Part::Plain, gap), value])
        };
        self.cells.iter().map(line).collect()
    }

    /// Up and down scroll, left and right go to the other columns, Tab turns the page, Esc goes back.
    pub(in crate::ui) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let (place, lines) = self.place(now);
        let event = place.read(event, self.hints())?;
        let scroll = match event {
            Event::Key(Key::Esc | Key::Enter | Key::Char('q')) => return None,
            Event::Key(Key::Ctrl('c')) => return Some(Effect::Quit),
            Event::Key(Key::Tab | Key::BackTab) => {
                (self.is_row, self.top) = (!self.is_row, 0);
                None
            }
            Event::Key(Key::Left | Key::Char('h' | 'H')) => {
                self.turn(ui, self.cells.len() - 1);
                None
            }
            Event::Key(Key::Right | Key::Char('l' | 'L')) => {
                self.turn(ui, 1);
                None
            }
            Event::Key(Key::Char('y')) => {
                let asked = self.copied();
                ui.overlay = Some(Overlay::Cell(self));
                return asked;
            }
            Event::Key(Key::Up | Key::Char('k')) => Some(Scroll::Lines(-1)),
            Event::Key(Key::Down | Key::Char('j' | ' ')) => Some(Scroll::Lines(1)),
            Event::Key(Key::PageUp) => Some(Scroll::PageUp),
            Event::Key(Key::PageDown) => Some(Scroll::PageDown),
            Event::Key(Key::Home) => Some(Scroll::Home),
            Event::Key(Key::End) => Some(Scroll::End),
            Event::Wheel(_, _, notches) => Some(Scroll::Lines(notches.saturating_mul(NOTCH))),
            _ => None,
        };
        if let Some(scroll) = scroll {
            let page = usize::from(place.list.height);
            let last = lines.len().saturating_sub(page);
            self.top = scroll.apply(self.top.min(last), page, last);
        }
        ui.overlay = Some(Overlay::Cell(self));
        None
    }

    /// Goes that many columns on, round the end, and takes the table's cursor along.
    fn turn(&mut self, ui: &mut Ui, by: usize) {
        if !self.is_row && !self.cells.is_empty() {
            (self.at, self.top) = ((self.at + by) % self.cells.len(), 0);
            ui.edit_table(ui.focus, |state| state.column = Some(self.at));
        }
    }

    fn copied(&self) -> Option<Effect> {
        if !self.is_row {
            let cell = self.cells.get(self.at)?;
            return Some(Effect::Copy {
                text: cell.text.clone().unwrap_or_default(),
                what: "the value".to_owned(),
            });
        }
        let line = |cell: &Cell| format!("{}: {}\n", cell.name, cell.text.as_deref().unwrap_or(""));
        Some(Effect::Copy {
            text: self.cells.iter().map(line).collect(),
            what: "the row".to_owned(),
        })
    }
}

/// The beginning of `text`, whole characters in at most so many bytes.
fn first(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn indent(line: &Line) -> usize {
    line.first().map_or(0, |(_, text)| {
        text.len() - text.trim_start_matches(' ').len()
    })
}

fn width(line: &Line) -> usize {
    line.iter()
        .map(|(_, text)| text.graphemes(true).map(cells).sum::<usize>())
        .sum()
}

/// Cells a grapheme takes; room for the words that an ASCII terminal shows for a sign.
fn cells(grapheme: &str) -> usize {
    match grapheme {
        "€" | "£" | "¥" | "°" | "Ω" | "∞" => 3,
        "…" => 2,
        other => other.width(),
    }
}

/// `line` in lines of at most `room` cells, broken behind a blank where there is one near; the further ones
/// begin with `hang` blanks.
fn wrap(line: &Line, hang: usize, room: usize) -> Vec<Line> {
    let hang = hang.min(room / 2);
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut used = 0;
    for (part, text) in line {
        for word in text.split_word_bounds() {
            let whole: usize = word.graphemes(true).map(cells).sum();
            // A word that fits a line of its own is not torn.
            if used + whole > room && used > hang && whole <= room - hang {
                lines.push(vec![(Part::Plain, " ".repeat(hang))]);
                used = hang;
                if word.trim().is_empty() {
                    continue;
                }
            }
            for grapheme in word.graphemes(true) {
                let needed = cells(grapheme);
                if used + needed > room && used > hang {
                    lines.push(vec![(Part::Plain, " ".repeat(hang))]);
                    used = hang;
                }
                used += needed;
                let Some(last) = lines.last_mut() else {
                    continue;
                };
                match last.last_mut() {
                    Some((same, text)) if same == part => text.push_str(grapheme),
                    _ => last.push((*part, grapheme.to_owned())),
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, hang: usize, room: usize) -> Vec<String> {
        let line = vec![(Part::Plain, text.to_owned())];
        let text = |line: Line| line.into_iter().map(|(_, text)| text).collect();
        wrap(&line, hang, room).into_iter().map(text).collect()
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three", 0, 8), ["one two ", "three"]);
        assert_eq!(wrapped("one two three", 2, 8), ["one two ", "  three"]);
        assert_eq!(wrapped("abcdefghij", 0, 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 0, 5), [""]);
    }

    #[test]
    fn nothing_is_lost_and_nothing_is_too_long() {
        let text =
            "Zażółć gęślą jaźń 日本語テキスト 👩‍🚒 https://example.com/a/very/long/path?query=1";
        for room in 2..40 {
            let lines = wrapped(text, 0, room);
            assert!(
                lines.iter().all(|line| line.width() <= room),
                "{room}: {lines:?}"
            );
            let bare = |text: &str| text.replace(' ', "");
            assert_eq!(bare(&lines.concat()), bare(text));
        }
    }
}
