//! The command palette: everything that can be done right now, with its key.

use ratatui::layout::Rect;

use super::frame::{Hint, Need, Place, hint, place};
use super::variables::{VariablePicker, value_words};
use super::{Overlay, jump, ranges};
use crate::model::compare::Compare;
use crate::model::range::RangeSpec;
use crate::model::theme::Theme;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{self, Effect, Event, Key};
use crate::ui::keys::{self, Action, Situation};
use crate::ui::{Glyphs, Ui, travel};

/// The keys at the foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "do it"),
    hint(Key::Esc, "Esc", "cancel"),
];

/// The palette while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Commands {
    /// What is typed and the list.
    pub choices: Choices,
    /// Only what concerns this panel (by index) is offered.
    pub panel: Option<usize>,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
enum Command {
    Act(Action),
    /// Dashboard and panel.
    Panel(usize, usize),
    Dashboard(usize),
    /// Index in the dashboard's variables.
    Variable(usize),
    Range(RangeSpec),
    Compare(Compare),
    Theme(Theme),
}

impl Commands {
    /// Everything, or what concerns one panel.
    pub(in crate::ui) fn of(panel: Option<usize>) -> Self {
        Self {
            choices: Choices::new("type what you want to do"),
            panel,
        }
    }

    /// The lines, with keys written for these characters.
    pub fn items(&self, now: &Situation<'_>, glyphs: Glyphs) -> Vec<Item> {
        let all = self.commands(now, glyphs);
        all.into_iter().map(|(_, item)| item).collect()
    }

    /// What it is called.
    pub fn title<'a>(&self, now: &Situation<'a>) -> &'a str {
        let panel = self.panel.and_then(|panel| now.panels().get(panel));
        panel.map_or("Commands", |panel| &panel.title)
    }

    /// Where it stands.
    pub fn place(items: usize, screen: Rect) -> Place {
        let need = Need {
            width: 56,
            has_field: true,
            notes: 0,
            lines: items,
        };
        place(need, screen)
    }

    fn commands(&self, now: &Situation<'_>, glyphs: Glyphs) -> Vec<(Command, Item)> {
        let mut all = actions(now, glyphs);
        // Going from panel to panel is what keys are for: it stands last.
        let moves = |command: &Command| matches!(command, Command::Act(action) if is_move(*action));
        if self.panel.is_some() {
            let is_its = |command: &Command| match command {
                Command::Act(action) => action.is_of_panel(),
                _ => false,
            };
            all.retain(|(command, _)| is_its(command));
            return all;
        }
        let (moves, mut all): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(command, _)| moves(command));
        for (index, variable) in now.variables() {
            let item = Item::new(format!("set {}", variable.label))
                .also(format!("variable {}", variable.name))
                .aside(value_words(now, index));
            all.push((Command::Variable(index), item));
        }
        if now.config.dashboards.len() > 1 {
            for (index, dashboard) in now.config.dashboards.iter().enumerate() {
                let key = now.key_of(Action::Dashboard(index));
                let key = key.map(|key| keys::written::label(key, glyphs));
                let item = Item::new(format!("dashboard {}", dashboard.name))
                    .also("go to")
                    .aside(key.unwrap_or_default());
                all.push((Command::Dashboard(index), item));
            }
        }
        for ((dashboard, panel), item) in jump::panels(now) {
            let text = format!("go to {}", item.text);
            let item = Item {
                text,
                also: format!("panel {}", item.also),
                ..item
            };
            all.push((Command::Panel(dashboard, panel), item));
        }
        if !now.ui.paused {
            for compare in Compare::ALL {
                let text = match compare {
                    Compare::Off => "compare with nothing".to_owned(),
                    _ => format!("compare with {}", compare.words()),
                };
                let is_now = compare == now.ui.compare;
                let item = Item::new(text).aside(if is_now { "now" } else { "" });
                all.push((Command::Compare(compare), item));
            }
            for (words, range) in ranges::quick() {
                let item = Item::new(format!("range: {}", words.to_lowercase()))
                    .also(&range.text)
                    .aside(&range.text);
                all.push((Command::Range(range), item));
            }
        }
        let theme = now.ui.theme.unwrap_or(now.config.screen.theme);
        for one in Theme::ALL {
            let item = Item::new(format!("theme {}", one.name()))
                .also(one.words())
                .aside(if one == theme { "now" } else { "" });
            all.push((Command::Theme(one), item));
        }
        all.extend(moves);
        all
    }

    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let commands = self.commands(now, Glyphs::Ascii);
        let (commands, items): (Vec<_>, Vec<_>) = commands.into_iter().unzip();
        let place = Self::place(items.len(), now.layout.screen);
        let event = place.read(event, &HINTS)?;
        match self.choices.update(&event, &items, place.list) {
            Asked::Leave => return None,
            Asked::Take(index) => {
                if let Some(command) = commands.into_iter().nth(index) {
                    return command.run(ui, now);
                }
            }
            Asked::Nothing | Asked::Search | Asked::TakeTyped | Asked::Mark(_) => {}
        }
        ui.overlay = Some(Overlay::Commands(self));
        None
    }
}

/// Every action that is valid now, once, with its first keys.
fn actions(now: &Situation<'_>, glyphs: Glyphs) -> Vec<(Command, Item)> {
    let mut all: Vec<(Action, Vec<String>)> = Vec::new();
    let lines: Vec<keys::Line> = keys::valid(now).collect();
    for (key, action) in lines.iter().flat_map(|line| line.keys.iter()) {
        // Dashboards are offered by name, and the palette is open.
        if matches!(action, Action::Dashboard(_) | Action::Palette) {
            continue;
        }
        let key = keys::written::label(*key, glyphs).into_owned();
        match all.iter_mut().find(|(known, _)| known == action) {
            Some((_, keys)) => keys.push(key),
            None => all.push((*action, vec![key])),
        }
    }
    all.into_iter()
        .map(|(action, keys)| {
            let item = Item::new(action.words())
                .also(action.name())
                .aside(keys.join(" "));
            (Command::Act(action), item)
        })
        .collect()
}

fn is_move(action: Action) -> bool {
    matches!(
        action,
        Action::NextPanel
            | Action::PreviousPanel
            | Action::Move(_)
            | Action::ScrollStack(_)
            | Action::ScrollRows(_)
            | Action::ScrollColumns(_)
            | Action::MoveCrossHair(_)
    )
}

impl Command {
    fn run(self, ui: &mut Ui, now: &Situation<'_>) -> Option<Effect> {
        match self {
            Self::Act(action) => return event::act(ui, action, now),
            Self::Panel(dashboard, panel) => event::go_to(ui, now, dashboard, panel),
            Self::Dashboard(index) => event::show(ui, index, now.config.dashboards.len()),
            Self::Variable(index) => {
                ui.overlay = VariablePicker::of(index, now).map(Overlay::Variables);
            }
            Self::Range(range) => travel::choose(ui, now, range),
            Self::Compare(compare) => travel::compare(ui, now, compare),
            Self::Theme(theme) => ui.theme = Some(theme),
        }
        None
    }
}
