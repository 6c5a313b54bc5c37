//! A dashboard's data as JSON.
//!
//! ```json
//! {
//!   "version": 1,
//!   "dashboard": "Operations",
//!   "taken_at": "2026-11-22T14:03:00Z",
//!   "environment": "production",
//!   "links": {
//!     "database": {"state": "up"},
//!     "redis": {"state": "down", "since": "2026-11-22T14:00:00Z", "why": {"summary": "…", "details": []}},
//!     "notify": {"state": "off"},
//!     "feed": {"state": "up", "heard_at": "2026-11-22T14:02:59Z"}
//!   },
//!   "live": {"late": 0, "duplicate": 0, "future": 0, "dropped": 0, "resyncs": 0},
//!   "panels": [
//!     {
//!       "id": "orders",
//!       "title": "Orders / min",
//!       "kind": "stat",
//!       "unit": "short",
//!       "health": "live",
//!       "why": null,
//!       "retry_at": null,
//!       "asked_at": "2026-11-22T14:02:58Z",
//!       "newest_at": "2026-11-22T14:02:57Z",
//!       "window": {"from": "2026-11-22T13:03:00Z", "to": "2026-11-22T14:03:00Z"},
//!       "interval_ms": 15000,
//!       "truncated": false,
//!       "columns": [
//!         {"name": "time", "type": "timestamptz"}
//!       ],
//!       "rows": [
//!         ["2026-11-22T14:02:57Z"]
//!       ]
//!     }
//!   ]
//! }
//! ```
//!
//! `health` is `live`, `waiting` or `failed`; `why` and `retry_at` belong to `failed`, and the rows of
//! a failed panel are its last good ones. Link states are `off`, `connecting`, `up` and `down`; `feed` is there
//! only where the numbers come through a collector's feed, `heard_at` is the collector's last sign of life, and one
//! that is silent for more than ten seconds is `down` (its panels keep their last `health`; how old they are says
//! `asked_at`). Times
//! are RFC 3339 in UTC; `window` is null before the first answer. Numbers keep every digit the
//! database sent; texts have none that could steer a terminal: an answer's control characters (but line feed
//! and tab) become their pictures (ESC `␛`) when it is read, as everywhere in this program. What JSON cannot write as a number (NaN, infinities) is a text. `version` changes
//! when a member changes its meaning, not when one is added.
//!
//! Where something is compared, `"compare"` (`previous`, `yesterday` or `last-week`) follows `environment`, and each
//! panel that knows an earlier time ends with `"earlier"`: the members from `health` to `rows` of that time's answer.
//! Its times are those of then. Panels whose SQL asks for no time, logs and texts have none. Of a bundle, `links`
//! ends with `"recorded": {"at": "2026-11-20T14:03:00Z", "damaged": false}`, and after `health` a panel has
//! `"recorded": {"from": "…", "to": "…"}` where its rows are of this part of `window` only (an empty one: of none), or
//! `"as_of": "…"` where they are from then whatever range is asked for.

use std::io;

use serde::Serialize;
use serde_json::Value as Json;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::config::{Config, Panel};
use crate::model::compare::Compare;
use crate::model::panel_data::{Failure, Health, Link, PanelData, Snapshot};
use crate::model::time::{Moment, TimeWindow};
use crate::model::value::Value;
use crate::query;

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    dashboard: &'a str,
    taken_at: String,
    environment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare: Option<&'static str>,
    links: LinksOut<'a>,
    live: LiveOut,
    panels: Vec<PanelOut<'a>>,
}

#[derive(Serialize)]
struct LinksOut<'a> {
    database: LinkOut<'a>,
    redis: LinkOut<'a>,
    notify: LinkOut<'a>,
    /// Only where a collector's feed is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<LinkOut<'a>>,
    /// Only of a bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<RecordedOut>,
}

#[derive(Serialize)]
struct RecordedOut {
    at: String,
    damaged: bool,
}

#[derive(Serialize)]
struct LiveOut {
    late: u64,
    duplicate: u64,
    future: u64,
    dropped: u64,
    resyncs: u64,
}

#[derive(Serialize)]
struct LinkOut<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why<'a>>,
    /// Only of a feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    heard_at: Option<String>,
}

#[derive(Serialize)]
struct Why<'a> {
    summary: &'a str,
    details: &'a [String],
}

#[derive(Serialize)]
struct PanelOut<'a> {
    id: &'a str,
    title: String,
    kind: &'static str,
    unit: &'a str,
    #[serde(flatten)]
    answer: AnswerOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<AnswerOut<'a>>,
}

#[derive(Serialize)]
struct AnswerOut<'a> {
    health: &'static str,
    /// Only of a bundle, as `as_of`.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<Window>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    why: Option<Why<'a>>,
    retry_at: Option<String>,
    asked_at: Option<String>,
    newest_at: Option<String>,
    window: Option<Window>,
    interval_ms: Option<i64>,
    truncated: bool,
    columns: Vec<ColumnOut<'a>>,
    rows: Vec<Vec<Json>>,
}

#[derive(Serialize)]
struct Window {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct ColumnOut<'a> {
    name: &'a str,
    r#type: &'a str,
}

/// The snapshot's dashboard as JSON text with a final line feed; of `only` one panel where given.
///
/// # Errors
/// Those of the serializer; none of the members is known to cause one.
pub fn json(
    config: &Config,
    snapshot: &Snapshot,
    now: Moment,
    only: Option<usize>,
) -> serde_json::Result<String> {
    let dashboard = config.dashboards.get(snapshot.dashboard);
    let panels: &[Panel] = dashboard.map_or(&[], |dashboard| &dashboard.panels);
    let feed = snapshot.links.feed.as_ref();
    let standing = feed.map(|feed| (feed.standing(now), feed.heard_at));
    let document = Document {
        version: 1,
        dashboard: dashboard.map_or("", |dashboard| &dashboard.name),
        taken_at: now.rfc3339(),
        environment: config.environment.as_deref(),
        compare: (snapshot.compare != Compare::Off).then(|| snapshot.compare.name()),
        links: LinksOut {
            database: link(&snapshot.links.database),
            redis: link(&snapshot.links.redis),
            notify: link(&snapshot.links.notify),
            feed: standing.as_ref().map(|(standing, heard_at)| LinkOut {
                heard_at: heard_at.map(Moment::rfc3339),
                ..link(standing)
            }),
            recorded: snapshot.links.recorded.as_ref().map(|file| RecordedOut {
                at: file.at.rfc3339(),
                damaged: file.is_damaged,
            }),
        },
        live: LiveOut {
            late: snapshot.live.late,
            duplicate: snapshot.live.duplicate,
            future: snapshot.live.future,
            dropped: snapshot.live.dropped,
            resyncs: snapshot.live.resyncs,
        },
        panels: panels
            .iter()
            .zip(&snapshot.panels)
            .enumerate()
            .filter(|(index, _)| only.is_none_or(|only| only == *index))
            .map(|(index, (panel, data))| PanelOut {
                id: &panel.id,
                title: query::title(&panel.title, &snapshot.variables),
                kind: panel.kind.name(),
                unit: panel.unit.id(),
                answer: answer_out(data),
                earlier: snapshot.earlier(index).map(answer_out),
            })
            .collect(),
    };
    let mut bytes = Vec::new();
    document.serialize(&mut Serializer::with_formatter(&mut bytes, Shallow::new()))?;
    bytes.push(b'\n');
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn answer_out(data: &PanelData) -> AnswerOut<'_> {
    let (health, failure, retry_at) = match &data.health {
        Health::Waiting => ("waiting", None, None),
        Health::Live => ("live", None, None),
        Health::Failed { why, retry_at } => ("failed", Some(why), Some(*retry_at)),
    };
    let answered = data.asked_at.is_some();
    let columns = &data.rows.columns;
    AnswerOut {
        health,
        recorded: data.held.map(window),
        as_of: data.as_of.map(Moment::rfc3339),
        why: failure.map(|failure| why(failure)),
        retry_at: retry_at.map(Moment::rfc3339),
        asked_at: data.asked_at.map(Moment::rfc3339),
        newest_at: data.newest_at.map(Moment::rfc3339),
        window: answered.then(|| window(data.window)),
        interval_ms: answered.then_some(data.interval / 1_000),
        truncated: data.rows.truncated,
        columns: columns
            .iter()
            .map(|column| ColumnOut {
                name: &column.name,
                r#type: &column.type_name,
            })
            .collect(),
        rows: (0..data.rows.len())
            .map(|row| {
                let cell = |values: &[Value]| values.get(row).map_or(Json::Null, Value::to_json);
                columns.iter().map(|column| cell(&column.values)).collect()
            })
            .collect(),
    }
}

fn window(window: TimeWindow) -> Window {
    Window {
        from: window.from.rfc3339(),
        to: window.to.rfc3339(),
    }
}

fn why(failure: &Failure) -> Why<'_> {
    Why {
        summary: &failure.summary,
        details: &failure.details,
    }
}

fn link(link: &Link) -> LinkOut<'_> {
    let (state, since, failure) = match link {
        Link::Off => ("off", None, None),
        Link::Connecting => ("connecting", None, None),
        Link::Up => ("up", None, None),
        Link::Down { since, why } => ("down", Some(since.rfc3339()), Some(why)),
    };
    LinkOut {
        state,
        since,
        why: failure.map(|failure| why(failure)),
        heard_at: None,
    }
}

/// Indents down to the lists of columns and rows and writes each column, row and link on one line:
/// readable, and a `diff` or `grep` finds rows.
struct Shallow {
    pretty: PrettyFormatter<'static>,
    depth: usize,
    /// To which depth it indents now.
    indented: usize,
    is_key: bool,
}

/// Root object, panels, panel, rows: what is nested deeper stays on its line.
const INDENTED: usize = 4;
/// A panel's members.
const MEMBERS: usize = 3;

impl Shallow {
    fn new() -> Self {
        Self {
            pretty: PrettyFormatter::with_indent(b"  "),
            depth: 0,
            indented: INDENTED,
            is_key: false,
        }
    }

    fn is_indented(&self) -> bool {
        self.depth <= self.indented
    }
}

impl Formatter for Shallow {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.is_indented() {
            self.pretty.begin_array(writer)
        } else {
            writer.write_all(b"[")
        }
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < self.indented {
            self.pretty.end_array(writer)
        } else {
            writer.write_all(b"]")
        }
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        match (self.is_indented(), first) {
            (true, first) => self.pretty.begin_array_value(writer, first),
            (false, true) => Ok(()),
            (false, false) => writer.write_all(b", "),
        }
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.is_indented() {
            self.pretty.begin_object(writer)
        } else {
            writer.write_all(b"{")
        }
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < self.indented {
            self.pretty.end_object(writer)
        } else {
            writer.write_all(b"}")
        }
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.is_key = true;
        match (self.is_indented(), first) {
            (true, first) => self.pretty.begin_object_key(writer, first),
            (false, true) => Ok(()),
            (false, false) => writer.write_all(b", "),
        }
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if self.is_key && self.depth == MEMBERS {
            // What it holds is a panel within a panel.
            self.indented = INDENTED + usize::from(fragment == "earlier");
        }
        writer.write_all(fragment.as_bytes())
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.is_key = false;
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}
