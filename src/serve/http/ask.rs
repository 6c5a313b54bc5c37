//! The part of an address after the `?`, and what it asks for.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use form_urlencoded::parse;

use super::reply::Refusal;
use crate::config::{Config, Dashboard};
use crate::model::compare::Compare;
use crate::model::panel_data::{Health, Snapshot};
use crate::model::range::RangeSpec;
use crate::model::theme::Theme;
use crate::model::variable::{Chosen, Selection};
use crate::query;

/// What stands for every choice of a variable, as in Grafana's addresses.
const ALL: &str = "$__all";
/// Values of one variable at most.
const MOST_VALUES: usize = 100;
/// Cells of a picture at most, each way.
const LARGEST: (u16, u16) = (400, 200);

/// What to show of which dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ask {
    /// Its index.
    pub dashboard: usize,
    /// One panel alone.
    pub panel: Option<usize>,
    pub range: Option<RangeSpec>,
    pub variables: Selection,
    pub compare: Compare,
    /// Columns and lines of a picture.
    pub size: (u16, u16),
    pub theme: Option<Theme>,
}

/// Parameters that a route understands beside `var.NAME`.
pub(super) type Known = &'static [&'static str];

/// Reads the parameters for this dashboard; what a route does not know is refused, not ignored.
pub(super) fn read(
    config: &Config,
    dashboard: usize,
    query: Option<&str>,
    known: Known,
) -> Result<Ask, Refusal> {
    let its = &config.dashboards[dashboard];
    let mut ask = Ask {
        dashboard,
        panel: None,
        range: None,
        variables: BTreeMap::new(),
        compare: Compare::Off,
        size: (120, 40),
        theme: None,
    };
    for (name, value) in parse(query.unwrap_or_default().as_bytes()) {
        if let Some(variable) = name.strip_prefix("var.") {
            choose(its, variable, &value, &mut ask.variables)?;
            continue;
        }
        match &*name {
            known_name if !known.contains(&known_name) => {
                return Err(Refusal::wrong(format!(
                    "there is no parameter `{}` here; there is: {}, var.NAME",
                    short(&name),
                    known.join(", ")
                )));
            }
            "range" => {
                let range = RangeSpec::parse(&value);
                ask.range = Some(range.map_err(|why| Refusal::wrong(format!("range: {why}")))?);
            }
            "compare" => ask.compare = compare(&value)?,
            "size" => ask.size = size(&value)?,
            "theme" => ask.theme = Some(theme(&value)?),
            "panel" => ask.panel = Some(panel(its, &value)?),
            // `dashboard` is read by who calls.
            _ => {}
        }
    }
    Ok(ask)
}

/// The first value of a parameter.
pub(super) fn value(query: Option<&str>, wanted: &str) -> Option<String> {
    parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// The dashboard with this name or number.
pub(super) fn dashboard(config: &Config, wanted: &str) -> Result<usize, Refusal> {
    config.dashboard_named(wanted).ok_or_else(|| {
        Refusal::unknown(format!(
            "there is no dashboard `{}`; /api/dashboards lists what there is",
            short(wanted)
        ))
    })
}

/// The panel with this id.
pub(super) fn panel(dashboard: &Dashboard, wanted: &str) -> Result<usize, Refusal> {
    let found = dashboard.panels.iter().position(|panel| panel.id == wanted);
    found.ok_or_else(|| {
        Refusal::unknown(format!(
            "there is no panel `{}` in `{}`; /api/dashboards lists what there is",
            short(wanted),
            dashboard.name
        ))
    })
}

fn choose(
    dashboard: &Dashboard,
    name: &str,
    value: &str,
    into: &mut Selection,
) -> Result<(), Refusal> {
    let variables = &dashboard.variables;
    if !variables.iter().any(|variable| variable.name == name) {
        let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
        let there_is = if names.is_empty() {
            "it has none".to_owned()
        } else {
            format!("there is: {}", names.join(", "))
        };
        return Err(Refusal::wrong(format!(
            "`{}` has no variable `{}`; {there_is}",
            dashboard.name,
            short(name)
        )));
    }
    if value == ALL {
        into.insert(name.to_owned(), Chosen::All);
        return Ok(());
    }
    let entry = into
        .entry(name.to_owned())
        .or_insert_with(|| Chosen::Values(Vec::new()));
    if let Chosen::Values(values) = entry {
        if values.len() == MOST_VALUES {
            return Err(Refusal::wrong(format!(
                "`{name}` has more than {MOST_VALUES} values"
            )));
        }
        values.push(value.to_owned());
    }
    Ok(())
}

fn compare(value: &str) -> Result<Compare, Refusal> {
    let found = Compare::ALL.into_iter().find(|one| one.name() == value);
    found.ok_or_else(|| {
        let names = Compare::ALL.map(Compare::name);
        Refusal::wrong(format!("compare: one of {}", names.join(", ")))
    })
}

fn theme(value: &str) -> Result<Theme, Refusal> {
    Theme::from_name(value).ok_or_else(|| {
        let names = Theme::ALL.map(Theme::name);
        Refusal::wrong(format!("theme: one of {}", names.join(", ")))
    })
}

fn size(value: &str) -> Result<(u16, u16), Refusal> {
    let parts = value.split_once(['x', 'X']);
    let parsed = parts.and_then(|(columns, lines)| {
        let columns = columns.parse().ok()?;
        let lines = lines.parse().ok()?;
        Some((columns, lines))
    });
    parsed
        .filter(|(columns, lines): &(u16, u16)| {
            (1..=LARGEST.0).contains(columns) && (1..=LARGEST.1).contains(lines)
        })
        .ok_or_else(|| {
            Refusal::wrong(format!(
                "size: COLUMNSxLINES, such as 120x40, at most {}x{}",
                LARGEST.0, LARGEST.1
            ))
        })
}

/// What somebody sent, as far as it is worth repeating.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.replace(char::is_control, " ")
}

/// Why what is seen is no answer: another value's rows are none. While a variable's query fails, nobody knows its
/// values.
pub(super) fn missed(wanted: &Selection, seen: &Snapshot) -> Option<Refusal> {
    let mut states = seen.variables.iter();
    if !states.all(|state| state.health == Health::Live) {
        return None;
    }
    let missed = query::missed(wanted, &seen.variables);
    missed
        .into_iter()
        .next()
        .map(|one| Refusal::wrong(one.sentence))
}

/// A path that leads nowhere.
pub(super) fn nowhere() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "there is nothing here; /openapi.json lists what there is",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
[[dashboard]]
name = "One"
areas = "a"
[[dashboard.variable]]
name = "region"
kind = "list"
values = ["eu", "us"]
multi = true
[dashboard.panel.a]
kind = "stat"
sql = "select 1 where 'eu' in ($region)"
"#;
    const KNOWN: Known = &["range", "compare", "size", "theme", "panel"];

    fn asked(query: &str) -> Result<Ask, String> {
        let config = Config::from_toml("config.toml", CONFIG, &BTreeMap::new()).unwrap();
        read(&config, 0, Some(query), KNOWN).map_err(|refusal| refusal.why)
    }

    #[test]
    fn every_parameter_is_read() {
        let ask = asked(
            "range=6h&compare=yesterday&size=80x24&theme=light&panel=a&var.region=eu&var.region=u%20s",
        );
        let ask = ask.unwrap();
        assert_eq!(ask.range, RangeSpec::parse("6h").ok());
        assert_eq!(ask.compare, Compare::Yesterday);
        assert_eq!((ask.size, ask.panel), ((80, 24), Some(0)));
        assert_eq!(ask.theme, Some(Theme::Light));
        let chosen = Chosen::Values(vec!["eu".to_owned(), "u s".to_owned()]);
        assert_eq!(ask.variables.get("region"), Some(&chosen));
        let all = asked("var.region=%24__all").unwrap();
        assert_eq!(all.variables.get("region"), Some(&Chosen::All));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for (query, says) in [
            ("rnage=6h", "there is: range, compare"),
            ("range=6", "range: "),
            ("compare=tomorrow", "last-week"),
            ("size=0x1", "at most 400x200"),
            ("size=120", "such as 120x40"),
            ("size=99999x1", "at most"),
            ("theme=pink", "high-contrast"),
            ("panel=b", "no panel `b` in `One`"),
            ("var.shop=x", "there is: region"),
        ] {
            let why = asked(query).unwrap_err();
            assert!(why.contains(says), "{query}: {why}");
        }
        let many = "var.region=x&".repeat(MOST_VALUES + 1);
        assert!(asked(&many).unwrap_err().contains("more than 100"));
    }
}
