//! The list of all panels, to go to one: those of the dashboard on screen first.

use ratatui::layout::Rect;

use super::Overlay;
use super::frame::{Hint, Need, Place, hint, place};
use crate::ui::Ui;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{self, Effect, Event, Key};
use crate::ui::keys::Situation;

/// The keys at the foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "go there"),
    hint(Key::Esc, "Esc", "cancel"),
];

/// The list while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct JumpList {
    /// What is typed and the list.
    pub choices: Choices,
}

impl Default for JumpList {
    fn default() -> Self {
        Self {
            choices: Choices::new("type a part of a panel's title"),
        }
    }
}

/// Every panel as (dashboard, panel), the dashboard on screen first; found by title, id and, of others, the
/// dashboard's name.
pub fn panels(now: &Situation<'_>) -> Vec<((usize, usize), Item)> {
    let here = now.ui.dashboard;
    let dashboards = now.config.dashboards.iter().enumerate();
    let mut all: Vec<((usize, usize), Item)> = dashboards
        .flat_map(|(index, dashboard)| {
            let panels = dashboard.panels.iter().enumerate();
            panels.map(move |(panel, config)| {
                // The name of the dashboard on screen would find all of its panels.
                let name = if index == here { "" } else { &dashboard.name };
                let item = Item::new(&config.title)
                    .called(&config.id)
                    .also(format!("{} {name}", config.id))
                    .aside(name);
                ((index, panel), item)
            })
        })
        .collect();
    all.sort_by_key(|((dashboard, _), _)| *dashboard != here);
    all
}

impl JumpList {
    /// Where it stands.
    pub fn place(items: usize, screen: Rect) -> Place {
        let need = Need {
            width: 50,
            has_field: true,
            notes: 0,
            lines: items,
        };
        place(need, screen)
    }

    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let (panels, items): (Vec<_>, Vec<_>) = panels(now).into_iter().unzip();
        let place = Self::place(items.len(), now.layout.screen);
        let event = place.read(event, &HINTS)?;
        match self.choices.update(&event, &items, place.list) {
            Asked::Leave => return None,
            Asked::Take(index) => {
                if let Some((dashboard, panel)) = panels.get(index) {
                    event::go_to(ui, now, *dashboard, *panel);
                    return None;
                }
            }
            Asked::Nothing | Asked::Search | Asked::TakeTyped | Asked::Mark(_) => {}
        }
        ui.overlay = Some(Overlay::Jump(self));
        None
    }
}
