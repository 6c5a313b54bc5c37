//! One viewer's state under another configuration: what people know by name stays where it is.

use std::collections::BTreeMap;

use crate::config::Config;

use super::overlay::inspect::Inspect;
use super::{Arrangements, Overlay, Ui, Visit};

/// Makes `ui`, which counts in `old`, count in `new`: dashboards by name, panels by id. What is gone is
/// left for its neighbour. Range, variables and comparison stay, and what is open; only what offers parts of
/// panels closes, as those may have changed.
pub fn carry_over(ui: &mut Ui, old: &Config, new: &Config) {
    let place = |index: usize| {
        let name = &old.dashboards.get(index)?.name;
        new.dashboards.iter().position(|one| one.name == *name)
    };
    let panel = |dashboard: usize, index: usize| {
        let id = &old.dashboards.get(dashboard)?.panels.get(index)?.id;
        let panels = &new.dashboards.get(place(dashboard)?)?.panels;
        panels.iter().position(|one| one.id == *id)
    };
    let before = ui.dashboard;
    let focus = panel(before, ui.focus);
    ui.dashboard = place(before).unwrap_or(before.min(new.dashboards.len().saturating_sub(1)));
    if focus.is_none() {
        ui.full_screen = false;
    }
    let last = new
        .dashboards
        .get(ui.dashboard)
        .map_or(0, |one| one.panels.len().saturating_sub(1));
    ui.focus = match focus {
        Some(focus) => focus,
        None if place(before).is_some() => ui.focus.min(last),
        None => 0,
    };
    ui.focus_of = std::mem::take(&mut ui.focus_of)
        .into_iter()
        .filter_map(|(dashboard, focus)| Some((place(dashboard)?, panel(dashboard, focus)?)))
        .collect::<BTreeMap<usize, usize>>();
    ui.tables = std::mem::take(&mut ui.tables)
        .into_iter()
        .filter_map(|((dashboard, index), state)| {
            Some(((place(dashboard)?, panel(dashboard, index)?), state))
        })
        .collect();
    ui.came_from = std::mem::take(&mut ui.came_from)
        .into_iter()
        .filter_map(|visit| {
            Some(Visit {
                dashboard: place(visit.dashboard)?,
                focus: panel(visit.dashboard, visit.focus).unwrap_or(0),
                ..visit
            })
        })
        .collect();
    ui.arrangements = Arrangements::default();
    ui.pressed = None;
    ui.marked = None;
    ui.overlay = match ui.overlay.take() {
        Some(Overlay::Inspect(inspect)) => {
            panel(before, inspect.panel).map(|panel| Overlay::Inspect(Inspect { panel, ..inspect }))
        }
        // A note that is being typed is nobody's but the viewer's.
        open @ Some(
            Overlay::Help(_)
            | Overlay::Note(_)
            | Overlay::Bundle(_)
            | Overlay::Theme(_)
            | Overlay::Ranges(_),
        ) => open,
        _ => None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::range::RangeSpec;
    use crate::model::variable::Chosen;
    use crate::ui::TableState;

    fn config(dashboards: &[(&str, &[&str])]) -> Config {
        let mut text = String::new();
        for (name, panels) in dashboards {
            text.push_str(&format!("[[dashboard]]\nname = \"{name}\"\n"));
            for panel in *panels {
                text.push_str(&format!(
                    "[dashboard.panel.{panel}]\nkind = \"text\"\ntext = \"{panel}\"\n"
                ));
            }
        }
        Config::from_toml("config.toml", &text, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn what_people_know_by_name_stays_in_place() {
        let old = config(&[("One", &["a", "b"]), ("Two", &["c", "d", "e"])]);
        let new = config(&[("New", &["x"]), ("Two", &["e", "d"]), ("One", &["b", "a"])]);
        let scrolled = TableState {
            top: 7,
            ..TableState::default()
        };
        let gone = scrolled.clone();
        let mut ui = Ui {
            dashboard: 1,
            focus: 2,
            full_screen: true,
            tables: [((1, 2), scrolled.clone()), ((0, 0), gone)].into(),
            range: Some(RangeSpec::parse("6h").unwrap()),
            variables: [("region".to_owned(), Chosen::All)].into(),
            focus_of: [(0, 1)].into(),
            ..Ui::default()
        };
        let before = ui.clone();
        carry_over(&mut ui, &old, &new);
        let wanted = Ui {
            focus: 0,
            focus_of: [(2, 0)].into(),
            tables: [((1, 0), scrolled.clone()), ((2, 1), scrolled)].into(),
            ..before
        };
        assert_eq!(ui, wanted);
    }

    #[test]
    fn what_is_gone_leaves_its_place_to_a_neighbour() {
        let old = config(&[("One", &["a", "b", "c"]), ("Two", &["d"])]);
        let fewer = config(&[("One", &["a", "b"])]);
        let mut ui = Ui {
            focus: 2,
            full_screen: true,
            ..Ui::default()
        };
        carry_over(&mut ui, &old, &fewer);
        assert_eq!((ui.dashboard, ui.focus, ui.full_screen), (0, 1, false));
        let mut ui = Ui {
            dashboard: 1,
            ..Ui::default()
        };
        carry_over(&mut ui, &old, &fewer);
        assert_eq!((ui.dashboard, ui.focus), (0, 0));
    }
}
