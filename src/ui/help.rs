//! The help: every key that works right now, in sections; its geometry (how many columns and rows a screen has
//! room for) and its own keys.

use ratatui::layout::{Position, Rect};

use super::Ui;
use super::event::{self, Effect, Event, Key};
use super::keys::names::Section;
use super::keys::{self, Line, Scroll, Situation};
use super::overlay::Overlay;

/// Lines one notch of the wheel scrolls.
pub(super) const NOTCH: i8 = 3;

/// The help while it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// First visible line.
    pub row: u16,
}

impl Help {
    /// It scrolls if it must, `?`, Esc and a click outside close it, and any key it lists (or a click on its
    /// line) closes it and does what it says.
    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let entries = entries(now);
        let shape = shape(&entries, now.layout.screen);
        let scroll = match event {
            Event::Key(Key::Esc | Key::Char('?')) => return None,
            Event::Click(x, y) | Event::RightClick(x, y) => {
                let cell = Position::new(*x, *y);
                if !shape.area.contains(cell) {
                    return None;
                }
                if let Some(action) = self.action_at(cell, &entries, &shape) {
                    return event::act(ui, action, now);
                }
                None
            }
            Event::Key(Key::Up) => Some(Scroll::Lines(-1)),
            Event::Key(Key::Down) => Some(Scroll::Lines(1)),
            Event::Key(Key::PageUp) => Some(Scroll::PageUp),
            Event::Key(Key::PageDown) => Some(Scroll::PageDown),
            Event::Key(Key::Home) => Some(Scroll::Home),
            Event::Key(Key::End) => Some(Scroll::End),
            Event::Wheel(_, _, notches) => Some(Scroll::Lines(notches.saturating_mul(NOTCH))),
            _ => None,
        };
        match (event, scroll) {
            (_, Some(scroll)) if shape.last_row() > 0 => {
                let (page, last) = (shape.rows_in_sight().into(), shape.last_row().into());
                self.row = scroll.apply(self.row.into(), page, last) as u16;
            }
            (Event::Key(key), _) => {
                if let Some(action) = keys::action(*key, now) {
                    return event::act(ui, action, now);
                }
            }
            _ => {}
        }
        ui.overlay = Some(Overlay::Help(self));
        None
    }

    /// What the line at this cell does, where that is one thing.
    fn action_at(self, cell: Position, entries: &[Entry], shape: &Shape) -> Option<keys::Action> {
        let (spot, entry) = shape
            .seen(entries, self.row)
            .find(|(spot, _)| spot.contains(cell))?;
        let Entry::Line(line) = entry else {
            return None;
        };
        debug_assert!(!spot.is_empty());
        let (_, first) = line.keys.first()?;
        let is_one = line.keys.iter().all(|(_, action)| action == first);
        (is_one && *first != keys::Action::Help).then_some(*first)
    }
}

/// One line of the help.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A section begins.
    Heading(Section),
    /// Keys and what they do.
    Line(Line),
    /// Between two sections.
    Blank,
}

/// What the help says right now.
pub fn entries(now: &Situation<'_>) -> Vec<Entry> {
    let lines: Vec<Line> = keys::valid(now).collect();
    let mut entries = Vec::new();
    for section in Section::ALL {
        let of_section = lines.iter().filter(|line| line.section() == section);
        let of_section: Vec<Entry> = of_section.cloned().map(Entry::Line).collect();
        if of_section.is_empty() {
            continue;
        }
        if !entries.is_empty() {
            entries.push(Entry::Blank);
        }
        entries.push(Entry::Heading(section));
        entries.extend(of_section);
    }
    entries
}

/// Columns for how the keys are written, a blank after them included.
pub const LABEL: u16 = 15;
/// Columns for what they do.
pub const WORDS: u16 = 22;
/// Width of one column of the help, a blank on either side included.
pub const COLUMN: u16 = 1 + LABEL + WORDS + 1;
/// Most columns.
const MOST: u16 = 3;

/// The help's place on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// With its border, centred.
    pub area: Rect,
    /// One to three.
    pub columns: u16,
    /// Lines in each column, in sight or not.
    pub rows: u16,
}

impl Shape {
    /// Lines in sight.
    pub fn rows_in_sight(&self) -> u16 {
        self.area.height.saturating_sub(2)
    }

    /// The greatest first line that still fills the box.
    pub fn last_row(&self) -> u16 {
        self.rows.saturating_sub(self.rows_in_sight())
    }

    /// The entries in sight when `first` is the first line, each with its cells of the screen.
    pub fn seen<'e>(
        &self,
        entries: &'e [Entry],
        first: u16,
    ) -> impl Iterator<Item = (Rect, &'e Entry)> {
        let first = first.min(self.last_row());
        let inner = Rect {
            x: self.area.x.saturating_add(1),
            y: self.area.y.saturating_add(1),
            width: self.area.width.saturating_sub(2),
            height: self.rows_in_sight(),
        };
        flow(entries, self.rows)
            .into_iter()
            .zip(entries)
            .filter_map(move |(place, entry)| {
                let (column, row) = place?;
                let line = row.checked_sub(first).filter(|line| *line < inner.height)?;
                let x = inner.x + column * COLUMN + 1;
                let spot = Rect::new(x, inner.y + line, LABEL + WORDS, 1).intersection(inner);
                (!spot.is_empty()).then_some((spot, entry))
            })
    }
}

/// Column and row of each entry in columns of `rows` lines: no heading ends a column, no blank begins one.
fn flow(entries: &[Entry], rows: u16) -> Vec<Option<(u16, u16)>> {
    let rows = rows.max(1);
    let (mut column, mut row) = (0, 0);
    let mut places = Vec::with_capacity(entries.len());
    for entry in entries {
        let is_last = row + 1 == rows && rows > 1;
        match entry {
            Entry::Blank if row == 0 => {
                places.push(None);
                continue;
            }
            Entry::Heading(_) if is_last => (column, row) = (column + 1, 0),
            _ => {}
        }
        places.push(Some((column, row)));
        row += 1;
        if row == rows {
            (column, row) = (column + 1, 0);
        }
    }
    places
}

/// The least rows that hold all entries in this many columns.
fn rows(entries: &[Entry], columns: u16) -> u16 {
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
    let fits = |rows: &u16| {
        let places = flow(entries, *rows);
        places.iter().flatten().all(|(column, _)| *column < columns)
    };
    (count.div_ceil(columns)..count).find(fits).unwrap_or(count)
}

/// Where the help stands: as few columns as fit, else as many as the screen is wide for.
pub fn shape(entries: &[Entry], screen: Rect) -> Shape {
    let width = |columns: u16| columns * COLUMN + 2;
    let most = (1..=MOST)
        .rev()
        .find(|columns| width(*columns) <= screen.width);
    let most = most.unwrap_or(1);
    let fits = |columns: &u16| rows(entries, *columns).saturating_add(2) <= screen.height;
    let columns = (1..=most).find(fits).unwrap_or(most);
    let rows = rows(entries, columns);
    let (width, height) = (
        width(columns).min(screen.width),
        rows.saturating_add(2).min(screen.height),
    );
    Shape {
        area: Rect {
            x: screen.x + (screen.width - width) / 2,
            y: screen.y + (screen.height - height) / 2,
            width,
            height,
        },
        columns,
        rows,
    }
}
