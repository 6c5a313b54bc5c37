//! Following a panel's link to another dashboard, and going back.

use super::event::{show, toggle_full_screen};
use super::keys::{Action, Situation, written};
use super::{Ui, Visit};
use crate::config::dashboard::Link;
use crate::model::reference::references;
use crate::model::variable::{Chosen, VariableValue};

/// Goes to the dashboard the focused panel links to, with the variables it sets. Where these are of one row of
/// several and none is selected, the table fills the screen first, so that one is.
pub(super) fn follow(ui: &mut Ui, now: &Situation<'_>) {
    let Some(link) = now.focused().and_then(|panel| panel.link.as_ref()) else {
        return;
    };
    if takes_a_row(link) && !now.ui.full_screen && rows_to_choose(now) > 1 {
        toggle_full_screen(ui, now);
        let key = now.key_of(Action::FollowLink).map(written::name);
        let key = key.unwrap_or_else(|| "follow".to_owned());
        ui.said = Some((false, format!("choose a row, then {key}")));
        return;
    }
    let dashboards = &now.config.dashboards;
    let Some(target) = dashboards.iter().position(|one| one.name == link.dashboard) else {
        return;
    };
    let visit = Visit {
        dashboard: ui.dashboard,
        focus: ui.focus,
        full_screen: ui.full_screen,
        variables: ui.variables.clone(),
    };
    for (name, value) in variables(link, now) {
        ui.variables.insert(name, value);
    }
    let mut came_from = std::mem::take(&mut ui.came_from);
    came_from.push(visit);
    show(ui, target, dashboards.len());
    ui.came_from = came_from;
}

/// A variable it sets is a row's.
fn takes_a_row(link: &Link) -> bool {
    let mut texts = link.variables.iter().map(|(_, text)| text);
    texts.any(|text| text.contains("${row."))
}

/// Rows of the focused table that can be selected; 0 for other kinds.
fn rows_to_choose(now: &Situation<'_>) -> usize {
    let arranged = now.arranged(now.ui.focus);
    arranged.map_or(0, |arranged| arranged.order.len())
}

/// Back to where the last link was followed from.
pub(super) fn back(ui: &mut Ui, now: &Situation<'_>) {
    let Some(visit) = ui.came_from.pop() else {
        return;
    };
    let came_from = std::mem::take(&mut ui.came_from);
    show(ui, visit.dashboard, now.config.dashboards.len());
    ui.came_from = came_from;
    ui.focus = visit.focus;
    ui.full_screen = visit.full_screen;
    ui.variables = visit.variables;
}

/// The variables a link sets. One whose row has no such value is left as it is.
fn variables(link: &Link, now: &Situation<'_>) -> Vec<(String, Chosen)> {
    let chosen = |text: &str| match handed_on(text, now) {
        Some(chosen) => Some(chosen),
        None => filled(text, now).map(|value| Chosen::Values(vec![value])),
    };
    link.variables
        .iter()
        .filter_map(|(name, text)| Some((name.clone(), chosen(text)?)))
        .collect()
}

/// What was chosen for the variable `text` is nothing but: several values stay several, all stay all.
fn handed_on(text: &str, now: &Situation<'_>) -> Option<Chosen> {
    let reference = references(text).next()?;
    let is_all_of_it = reference.range == (0..text.len());
    let value = variable(reference.name, now).filter(|_| is_all_of_it)?;
    Some(if value.is_all {
        Chosen::All
    } else {
        Chosen::Values(values(value).map(str::to_owned).collect())
    })
}

/// `text` with `${row.COLUMN}` and variables replaced by their values, which are never looked at for either again.
fn filled(text: &str, now: &Situation<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${row.") {
        let column = &rest[start + "${row.".len()..];
        let Some(end) = column.find('}') else { break };
        out.push_str(&with_variables(&rest[..start], now));
        out.push_str(&row_value(&column[..end], now)?);
        rest = &column[end + 1..];
    }
    out.push_str(&with_variables(rest, now));
    Some(out)
}

fn with_variables(text: &str, now: &Situation<'_>) -> String {
    let mut out = String::new();
    let mut kept = 0;
    for reference in references(text) {
        if let Some(value) = variable(reference.name, now) {
            out.push_str(&text[kept..reference.range.start]);
            out.push_str(&values(value).collect::<Vec<_>>().join(","));
            kept = reference.range.end;
        }
    }
    out.push_str(&text[kept..]);
    out
}

fn variable<'a>(name: &str, now: &'a Situation<'_>) -> Option<&'a VariableValue> {
    let mut values = now.snapshot.variables.iter().map(|state| &state.value);
    values.find(|value| value.name == name)
}

/// What the database is asked with: a variable's texts are for people.
fn values(of: &VariableValue) -> impl Iterator<Item = &str> {
    of.chosen.iter().map(|choice| choice.value.as_str())
}

/// The selected row's value, as the database writes it; none without that row or column, and for NULL.
fn row_value(column: &str, now: &Situation<'_>) -> Option<String> {
    let data = now.data(now.ui.focus)?;
    let dashboard = now.config.dashboards.get(now.ui.dashboard)?;
    let column = data.rows.columns.iter().find(|one| one.name == column)?;
    let value = column.values.get(now.selected_row(now.ui.focus)?)?;
    let text = value.export(&dashboard.time_zone);
    (!text.is_empty()).then(|| text.into_owned())
}
