//! A source that answers from a bundle: for the hub, a database that was asked already.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Bundle, Found, Part, Picture, What};
use crate::config::{Config, Dashboard, Panel};
use crate::model::annotation::Annotation;
use crate::model::compare::Compare;
use crate::model::live::{LiveEvent, LiveItem};
use crate::model::panel_data::{Failure, Shape};
use crate::model::range::RangeSpec;
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::shape::{points_within, within};
use crate::model::time::{Moment, SECOND, TimeWindow};
use crate::model::value::Value;
use crate::model::variable::{Choice, Chosen, Selection};
use crate::query;
use crate::source::feed::{Failing, Identity, Wanted};
use crate::source::postgres::QueryError;
use crate::source::{Answer, FromFile, Origin, Request, Update};

/// Answers `requests` until their channel closes. `config` is the bundle's own.
pub async fn replay(
    bundle: Arc<Bundle>,
    config: Arc<Config>,
    mut requests: mpsc::Receiver<Request>,
    updates: mpsc::Sender<Update>,
) {
    while let Some(request) = requests.recv().await {
        let result = match &request.identity {
            Some(identity) => answer(&bundle, &config, identity),
            None => Err(Failure::new(
                "a bundle has no database that could make a plan",
            )),
        };
        let update = Update {
            key: request.key,
            result: result.map_err(|why| Box::new(QueryError::Told(why))),
        };
        if updates.send(update).await.is_err() {
            return;
        }
    }
}

/// The live events of every dashboard, for its logs.
pub fn events(bundle: &Bundle) -> Vec<LiveItem> {
    let dashboards = bundle.contents.dashboards.iter();
    let lines = dashboards.filter_map(|shown| {
        let part = Part::new(&shown.dashboard, What::Events);
        bundle.lines(&part).whole()
    });
    lines
        .flatten()
        .map(|line| {
            LiveItem::Event(LiveEvent {
                text: line.text,
                level: line.level,
                at: line.at,
                labels: std::collections::BTreeMap::new(),
            })
        })
        .collect()
}

fn answer(bundle: &Bundle, config: &Config, identity: &Identity) -> Result<Answer, Failure> {
    let name = &identity.dashboard;
    let mut dashboards = config.dashboards.iter();
    let dashboard = dashboards.find(|one| one.name == *name);
    let mut all = bundle.contents.dashboards.iter();
    let shown = all.find(|shown| shown.dashboard == *name);
    let (Some(dashboard), Some(shown)) = (dashboard, shown) else {
        return Err(Failure::new("this dashboard is not in the bundle"));
    };
    if let Some(why) = other_values(&identity.values, &shown.values) {
        return Err(why);
    }
    match &identity.wanted {
        Wanted::Panel(id) => {
            let mut panels = dashboard.panels.iter();
            let panel = panels.find(|panel| panel.id == *id);
            let panel = panel.ok_or_else(|| missing("this panel"))?;
            let what = match identity.compare {
                Compare::Off => What::Panel(id.clone()),
                compare if compare == shown.compare => What::Earlier(id.clone()),
                compare => return Err(missing(compare.words())),
            };
            let picture = found(bundle.picture(&Part::new(name, what)), "this panel")?;
            let now = Moment(bundle.contents.made_at);
            told(picture, dashboard, panel, identity, now)
        }
        Wanted::Variable(variable) => {
            let part = Part::new(name, What::Choices(variable.clone()));
            let choices = found(bundle.choices(&part), "this variable")?;
            Ok(Answer::of(choice_rows(&choices)))
        }
        Wanted::Annotation(source) => {
            let mut queries = dashboard.annotations.iter();
            let query = queries.find(|query| query.name == *source);
            let color = query.ok_or_else(|| missing("this source"))?.color;
            let mut all = annotations(bundle, name)?;
            all.retain(|one| one.color == color);
            Ok(Answer::of(event_rows(all)))
        }
        Wanted::Notes => {
            let mut all = annotations(bundle, name)?;
            all.retain(|one| one.color.is_none());
            Ok(Answer::of(event_rows(all)))
        }
    }
}

fn annotations(bundle: &Bundle, dashboard: &str) -> Result<Vec<Annotation>, Failure> {
    let part = Part::new(dashboard, What::Annotations);
    found(bundle.annotations(&part), "annotations")
}

fn missing(what: &str) -> Failure {
    Failure::new(format!("{what} is not in the bundle"))
}

fn found<T>(found: Found<T>, what: &str) -> Result<T, Failure> {
    match found {
        Found::Whole(part) => Ok(part),
        Found::Damaged => Err(Failure::new("this part of the file is damaged")
            .detail("the rest of the bundle can be read")),
        Found::Missing => Err(missing(what)),
    }
}

/// Why there is no answer for what was chosen now: the rows are those for what was chosen then.
fn other_values(asked: &Selection, recorded: &Selection) -> Option<Failure> {
    let (name, _) = asked
        .iter()
        .find(|(name, chosen)| recorded.get(*name) != Some(*chosen))?;
    let then = match recorded.get(name) {
        Some(Chosen::All) => "all of it".to_owned(),
        Some(Chosen::Values(values)) => values.join(", "),
        None => "no value".to_owned(),
    };
    let why = format!("not in the bundle: it was made for `{name}` = {then}");
    Some(Failure::new(why))
}

/// A panel's rows for the range that is asked for.
fn told(
    picture: Picture,
    dashboard: &Dashboard,
    panel: &Panel,
    identity: &Identity,
    now: Moment,
) -> Result<Answer, Failure> {
    let Some(asked_at) = picture.asked_at else {
        let why = picture.failing;
        return Err(why.unwrap_or_else(|| Failure::new("there was no answer yet")));
    };
    let mut file = FromFile {
        interval: picture.interval,
        newest_at: picture.newest_at.filter(|_| picture.moved.is_some()),
        moved: picture.moved,
        as_of: None,
        held: None,
    };
    let (mut rows, mut window) = (picture.rows, picture.window);
    if identity.range != picture.range {
        let part = part_of(dashboard, identity, now)?;
        let about = panel.sql.as_deref().map(query::about).unwrap_or_default();
        match within(panel.kind, &rows, about, part) {
            Some(cut) => {
                rows = cut;
                file.held = held(window, part, asked_at, now);
                window = part;
                file.newest_at = None;
                file.moved = file.moved.and_then(|moved| match moved {
                    Shape::Series(series) => Some(Shape::Series(points_within(&series, part))),
                    _ => None,
                });
            }
            None if rows.is_empty() => {
                file.held = held(window, part, asked_at, now);
                window = part;
            }
            None => file.as_of = Some(asked_at),
        }
    }
    Ok(Answer {
        rowset: rows,
        timings: picture.timings,
        origin: Some(Origin {
            asked_at,
            window,
            failing: picture.failing.map(|why| Failing {
                why: Arc::new(why),
                retry_at: Moment::INFINITY,
            }),
            recorded: Some(Box::new(file)),
        }),
    })
}

/// What a picture of `recorded` holds of `part`, where that is not all of it. It was asked for at `asked_at` and seen
/// as that of `now`: the time between the two is not missing.
fn held(
    recorded: TimeWindow,
    part: TimeWindow,
    asked_at: Moment,
    now: Moment,
) -> Option<TimeWindow> {
    // Ranges that are typed or moved begin with a whole second.
    let first = recorded.from.plus(-asked_at.since(now).max(0) - SECOND);
    let last = recorded.to.plus(now.since(asked_at).max(0) + SECOND);
    let from = part.from.max(recorded.from);
    let to = part.to.min(recorded.to).max(from);
    (part.from < first || part.to > last).then_some(TimeWindow { from, to })
}

/// What the range of a question means on the bundle's clock.
fn part_of(dashboard: &Dashboard, identity: &Identity, now: Moment) -> Result<TimeWindow, Failure> {
    let range = RangeSpec::parse(&identity.range).map_err(Failure::new)?;
    let window = range.resolve(now, &dashboard.time_zone);
    Ok(match identity.compare {
        Compare::Off => window,
        compare => compare.earlier(window, &dashboard.time_zone),
    })
}

fn column(name: &str, kind: ColumnKind, type_name: &str, values: Vec<Value>) -> Column {
    Column {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        kind,
        values,
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Choices as their query would give them.
fn choice_rows(choices: &[Choice]) -> Rowset {
    let of = |part: fn(&Choice) -> &str| choices.iter().map(|one| text(part(one))).collect();
    Rowset {
        columns: vec![
            column("__text", ColumnKind::Text, "text", of(|one| &one.text)),
            column("__value", ColumnKind::Text, "text", of(|one| &one.value)),
        ],
        truncated: false,
    }
}

/// Events as their query would give them.
fn event_rows(events: Vec<Annotation>) -> Rowset {
    let (mut at, mut until, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        at.push(Value::Timestamp(event.at));
        until.push(event.until.map_or(Value::Null, Value::Timestamp));
        words.push(text(&event.text));
    }
    Rowset {
        columns: vec![
            column("time", ColumnKind::Time, "timestamptz", at),
            column("timeend", ColumnKind::Time, "timestamptz", until),
            column("text", ColumnKind::Text, "text", words),
        ],
        truncated: false,
    }
}
