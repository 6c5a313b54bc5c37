//! Whether a dashboard has what an expression names.

use std::ops::Range;

use super::tree::{Condition, Expression, Operand, State, Statement, operands};
use super::{Mistake, scale};
use crate::config::{Dashboard, Panel, did_you_mean};
use crate::model::compare::Compare;
use crate::model::kind::PanelKind;

/// The panels that `expression` names, by their place in `dashboard`, ascending, each once.
///
/// # Errors
/// A panel that is not there or has no numbers, a colour of a panel without thresholds, `earlier` where nothing
/// is compared, `any` and `all` over nothing, a number in another scale than its panel's; and where that stands.
pub fn panels(
    expression: &Expression,
    dashboard: &Dashboard,
    compare: Compare,
) -> Result<Vec<usize>, Mistake> {
    let mut found = Vec::new();
    for operand in operands(&expression.root) {
        found.push(place(operand, dashboard)?);
        if operand.is_earlier && compare == Compare::Off {
            let message = "nothing is compared";
            let hint = "say with what: --compare previous, yesterday or last-week";
            return Err(Mistake::new(operand.span.clone(), message).hint(hint));
        }
    }
    statement(&expression.root, dashboard)?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// What is wrong with an expression that was not understood: where what follows a name makes no sense, the name
/// comes first.
pub fn unread(mistake: Mistake, dashboard: &Dashboard) -> Mistake {
    let Some((panel, span)) = &mistake.panel else {
        return mistake;
    };
    find(panel, span, dashboard).err().unwrap_or(mistake)
}

fn find(wanted: &str, span: &Range<usize>, dashboard: &Dashboard) -> Result<usize, Mistake> {
    let ids = || dashboard.panels.iter().map(|panel| panel.id.as_str());
    ids().position(|id| id == wanted).ok_or_else(|| {
        let message = format!("there is no panel `{wanted}` in `{}`", dashboard.name);
        let mistake = Mistake::new(span.clone(), message);
        // `error-rate` without quotes is a difference.
        let cut = ids().find(|id| {
            let rest = id.strip_prefix(wanted);
            let before = id.strip_suffix(wanted);
            rest.is_some_and(|rest| rest.starts_with('-'))
                || before.is_some_and(|before| before.ends_with('-'))
        });
        if let Some(whole) = cut {
            return mistake.hint(format!("write \"{whole}\" with its quotes: - is minus"));
        }
        let all = || format!("there is {}", ids().collect::<Vec<_>>().join(", "));
        mistake.hint(did_you_mean(wanted, ids()).unwrap_or_else(all))
    })
}

fn place(operand: &Operand, dashboard: &Dashboard) -> Result<usize, Mistake> {
    let wanted = &operand.panel;
    let place = find(wanted, &operand.panel_span, dashboard)?;
    let panel = &dashboard.panels[place];
    if panel.sql.is_none() && panel.kind != PanelKind::Log {
        let message = format!("`{wanted}` asks nothing: it has no numbers");
        return Err(Mistake::new(operand.panel_span.clone(), message));
    }
    Ok(place)
}

fn statement(one: &Statement, dashboard: &Dashboard) -> Result<(), Mistake> {
    match &one.condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().try_for_each(|part| statement(part, dashboard))
        }
        Condition::Not(inner) => statement(inner, dashboard),
        Condition::Each(_, inner) => {
            if operands(inner)
                .iter()
                .all(|operand| operand.series.is_some())
            {
                let message = "there is no series to go through: each one is named";
                return Err(Mistake::new(one.span.clone(), message));
            }
            statement(inner, dashboard)
        }
        Condition::Is {
            operand,
            state: State::Color(_) | State::Opinion(_),
            ..
        } => {
            let panel = &dashboard.panels[place(operand, dashboard)?];
            if has_colors(panel) {
                return Ok(());
            }
            let message = format!("`{}` has no thresholds", panel.id);
            let hint = "give it some in the configuration, or compare its value with a number";
            Err(Mistake::new(operand.span.clone(), message).hint(hint))
        }
        Condition::Compare(left, _, right) => scale::compared(&[left, right], dashboard),
        Condition::Between {
            value, low, high, ..
        } => scale::compared(&[value, low, high], dashboard),
        Condition::Is { .. } => Ok(()),
    }
}

fn has_colors(panel: &Panel) -> bool {
    let mut columns = panel.columns.iter();
    !panel.thresholds.0.is_empty() || columns.any(|column| column.thresholds.is_some())
}
