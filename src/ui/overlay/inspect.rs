//! Inspecting a panel: the statement as sent, what it cost, how PostgreSQL runs it, and the raw rows.

mod lines;

use ratatui::layout::{Position, Rect};

use super::Overlay;
use super::frame::{Hint, Place, hint};
use crate::model::inspection::Plan;
use crate::model::panel_data::PanelData;
use crate::ui::event::{Effect, Event, Key};
use crate::ui::keys::{Scroll, Situation};
use crate::ui::{Ui, help};

pub use lines::{Emphasis, Line, head};

/// What of a panel is inspected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The statement as sent.
    #[default]
    Sql,
    /// How PostgreSQL runs it.
    Plan,
    /// The rows as they came.
    Rows,
}

impl Page {
    /// In the order they are shown.
    pub const ALL: [Self; 3] = [Self::Sql, Self::Plan, Self::Rows];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sql => "SQL",
            Self::Plan => "Plan",
            Self::Rows => "Rows",
        }
    }

    fn turned(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|page| *page == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// The inspection of one panel while it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inspect {
    /// The panel's index.
    pub panel: usize,
    /// What is shown of it.
    pub page: Page,
    /// First visible line or row.
    pub row: usize,
    /// First visible column of the rows after the first.
    pub column: usize,
    /// Whether to really run the statement for its plan is being asked.
    pub asks: bool,
}

/// Lines above the page: two of cost, one blank, the names of the pages, one blank.
const ABOVE: u16 = 5;

const HINTS: [Hint; 4] = [
    hint(Key::Esc, "Esc", "close"),
    hint(Key::Tab, "Tab", "next page"),
    hint(Key::Char('y'), "y", "copy the SQL"),
    hint(Key::Char('A'), "A", "analyze"),
];
const QUESTION: [Hint; 2] = [
    hint(Key::Char('y'), "y", "run it"),
    hint(Key::Esc, "Esc", "do not"),
];

impl Inspect {
    /// Of the panel with this index.
    pub fn of(panel: usize) -> Self {
        Self {
            panel,
            ..Self::default()
        }
    }

    /// Where its parts are on a screen.
    pub fn place(screen: Rect) -> Place {
        let (x, y) = (screen.width / 24, screen.height / 12);
        let area = Rect {
            x: screen.x + x,
            y: screen.y + y,
            width: screen.width - 2 * x,
            height: screen.height - 2 * y,
        };
        let inner = Rect {
            x: area.x + 2.min(area.width),
            y: area.y + 1.min(area.height),
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(2),
        };
        // On a small screen the page matters more than its price.
        let above = if inner.height > 2 * ABOVE {
            ABOVE
        } else {
            inner.height.min(1)
        };
        Place {
            area,
            field: Rect::default(),
            note: Rect {
                height: above,
                ..inner
            },
            list: Rect {
                y: inner.y + above,
                height: inner.height - above,
                ..inner
            },
        }
    }

    /// Where the names of the pages are.
    pub fn tabs(place: &Place) -> impl Iterator<Item = (Page, Rect)> {
        let note = place.note;
        let mut x = note.x;
        Page::ALL.into_iter().map(move |page| {
            let width = page.name().len() as u16 + 2;
            let y = (note.y + ABOVE - 2).min(note.bottom().saturating_sub(1));
            let tab = Rect::new(x, y, width, 1).intersection(note);
            x += width + 1;
            (page, tab)
        })
    }

    /// The keys worth a word at its foot.
    pub fn hints(&self) -> &'static [Hint] {
        match (self.asks, self.page) {
            (true, _) => &QUESTION,
            (false, Page::Plan) => &HINTS,
            (false, Page::Sql | Page::Rows) => &HINTS[..3],
        }
    }

    /// The lines of the page on a body this wide; none for the rows, which are a table.
    pub fn lines(&self, data: &PanelData, plan: Option<&Plan>, width: u16) -> Vec<Line> {
        let width = usize::from(width.max(1));
        match self.page {
            Page::Sql => lines::sql(data, width),
            Page::Plan if self.asks => lines::question(width),
            Page::Plan => {
                let plan = plan.filter(|plan| plan.panel == self.panel);
                lines::plan(plan, width)
            }
            Page::Rows => Vec::new(),
        }
    }

    /// Keys and mouse while it is open.
    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let place = Self::place(now.layout.screen);
        let mut effect = None;
        match &place.read(event, self.hints())? {
            Event::Key(key) if self.asks => {
                self.asks = false;
                if *key == Key::Char('y') {
                    effect = Some(self.explain(true));
                }
            }
            Event::Key(Key::Esc | Key::Char('i' | 'q')) => return None,
            Event::Key(Key::Char('A')) if self.page == Page::Plan => self.asks = true,
            Event::Key(Key::Char('y')) => {
                let sql = now
                    .data(self.panel)
                    .and_then(|data| data.inspection.clone());
                effect = sql.map(|inspection| Effect::Copy {
                    text: inspection.sql.to_string(),
                    what: "the SQL".to_owned(),
                });
            }
            Event::Key(Key::Char('H')) => self.column = self.column.saturating_sub(1),
            Event::Key(Key::Char('L')) => {
                let columns = now
                    .data(self.panel)
                    .map_or(0, |data| data.rows.columns.len());
                self.column = (self.column + 1).min(columns.saturating_sub(2));
            }
            Event::Key(key) => match turn(*key) {
                Some(by) => effect = self.turn(self.page.turned(by)),
                None => self.scroll(scroll(*key), now),
            },
            Event::Wheel(_, _, notches) => {
                let lines = notches.saturating_mul(help::NOTCH);
                self.scroll(Some(Scroll::Lines(lines)), now);
            }
            Event::Click(x, y) => {
                let cell = Position::new(*x, *y);
                let mut tabs = Self::tabs(&place);
                if let Some((page, _)) = tabs.find(|(_, tab)| tab.contains(cell)) {
                    effect = self.turn(page);
                }
            }
            _ => {}
        }
        ui.overlay = Some(Overlay::Inspect(self));
        effect
    }

    /// Shows another page; a plan is asked for when it is looked at.
    fn turn(&mut self, page: Page) -> Option<Effect> {
        if page == self.page {
            return None;
        }
        (self.page, self.row, self.column) = (page, 0, 0);
        (page == Page::Plan).then(|| self.explain(false))
    }

    fn explain(&self, analyze: bool) -> Effect {
        Effect::Explain {
            panel: self.panel,
            analyze,
        }
    }

    fn scroll(&mut self, scroll: Option<Scroll>, now: &Situation<'_>) {
        let (Some(scroll), Some(data)) = (scroll, now.data(self.panel)) else {
            return;
        };
        let body = Self::place(now.layout.screen).list;
        let plan = now.snapshot.plan.as_deref();
        let (count, page) = match self.page {
            // A table has a head.
            Page::Rows => (data.rows.len(), body.height.saturating_sub(1)),
            Page::Sql | Page::Plan => (self.lines(data, plan, body.width).len(), body.height),
        };
        let page = usize::from(page).max(1);
        self.row = scroll.apply(self.row, page, count.saturating_sub(page));
    }
}

/// How many pages on `key` turns.
fn turn(key: Key) -> Option<usize> {
    match key {
        Key::Tab | Key::Right | Key::Char('l') => Some(1),
        Key::BackTab | Key::Left | Key::Char('h') => Some(Page::ALL.len() - 1),
        _ => None,
    }
}

fn scroll(key: Key) -> Option<Scroll> {
    Some(match key {
        Key::Up | Key::Char('k') => Scroll::Lines(-1),
        Key::Down | Key::Char('j') => Scroll::Lines(1),
        Key::PageUp => Scroll::PageUp,
        Key::PageDown => Scroll::PageDown,
        Key::Home => Scroll::Home,
        Key::End => Scroll::End,
        _ => return None,
    })
}
