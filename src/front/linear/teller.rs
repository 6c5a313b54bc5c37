//! What is worth a line. Pure: a picture and the time in, lines out.
//!
//! A number is told again when it crosses a threshold, and where a panel is one number also when it moved by a
//! tenth, at most once a minute. Everything else is told when it comes, goes, fails or recovers.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::{Config, Dashboard, Panel};
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Health, Link, LogLine, PanelData, Shape, Snapshot};
use crate::model::text::single_line;
use crate::model::time::{MINUTE, Moment};
use crate::query;
use crate::ui::palette::verdict;
use crate::view::words::{self, Reading};

/// How far a number moves before it is told again.
const NOTABLE: f64 = 0.1;
/// How long what merely drifts is kept quiet.
const QUIET: i64 = MINUTE;
/// Lines of a log told at once.
const MOST_LINES: usize = 20;
/// Numbers of one panel told at once.
const MOST_READINGS: usize = 12;

/// What of one panel was told.
#[derive(Debug, Default)]
struct Told {
    /// Answered at least once.
    is_known: bool,
    /// The reason told last, while it fails.
    failing: Option<String>,
    readings: Vec<Reading>,
    rows: usize,
    words: Option<String>,
    lines: HashSet<(Moment, String)>,
    /// When it was told last.
    at: Option<Moment>,
}

/// What was told so far.
#[derive(Debug)]
pub struct Teller {
    config: Arc<Config>,
    dashboard: usize,
    range: String,
    panels: Vec<Told>,
    /// Names of the connections that are told to be down.
    down: Vec<&'static str>,
    date: Option<String>,
    notice: Option<Moment>,
    resync: Option<Moment>,
    is_begun: bool,
}

impl Teller {
    /// Of a dashboard nothing was told of. `range` is the viewer's, where it is not the dashboard's own.
    pub fn new(config: Arc<Config>, dashboard: usize, range: Option<&str>) -> Self {
        let of = &config.dashboards[dashboard];
        let range = range.unwrap_or(&of.range.text).to_owned();
        let panels = of.panels.iter().map(|_| Told::default()).collect();
        Self {
            config,
            dashboard,
            range,
            panels,
            down: Vec::new(),
            date: None,
            notice: None,
            resync: None,
            is_begun: false,
        }
    }

    /// Lines for what is new in `snapshot`, each with its time; a line of its own for each new date.
    pub fn tell(&mut self, snapshot: &Snapshot, now: Moment) -> Vec<String> {
        let config = Arc::clone(&self.config);
        let dashboard = &config.dashboards[self.dashboard];
        let mut said = Vec::new();
        if !std::mem::replace(&mut self.is_begun, true) {
            said.push(self.heading(dashboard));
        }
        self.connections(snapshot, &mut said);
        let is_down = self.down.contains(&"PostgreSQL");
        let each = dashboard.panels.iter().zip(&snapshot.panels);
        for ((panel, data), told) in each.zip(&mut self.panels) {
            let panel = Telling {
                panel,
                title: query::title(&panel.title, &snapshot.variables),
                data,
                zone: &dashboard.time_zone,
                now,
                is_down,
            };
            panel.tell(told, &mut said);
        }
        self.notices(snapshot, &mut said);
        self.dated(&said, now, &dashboard.time_zone)
    }

    fn heading(&self, dashboard: &Dashboard) -> String {
        let count = dashboard.panels.len();
        let panels = if count == 1 { "panel" } else { "panels" };
        let place = self
            .config
            .environment
            .as_ref()
            .map_or_else(String::new, |word| format!(" ({word})"));
        let range = &self.range;
        format!("{}{place}: {count} {panels}, range {range}", dashboard.name)
    }

    fn connections(&mut self, snapshot: &Snapshot, said: &mut Vec<String>) {
        for (name, link) in snapshot.links.named() {
            let was_down = self.down.contains(&name);
            match link {
                Link::Down { why, .. } if !was_down => {
                    said.push(format!("{name}: down: {}", why.summary));
                    self.down.push(name);
                }
                Link::Up | Link::Off if was_down => {
                    said.push(format!("{name}: up again"));
                    self.down.retain(|down| *down != name);
                }
                _ => {}
            }
        }
    }

    fn notices(&mut self, snapshot: &Snapshot, said: &mut Vec<String>) {
        if let Some(notice) = &snapshot.notice
            && self.notice.replace(notice.at) != Some(notice.at)
        {
            said.push(notice.text.clone());
        }
        if let Some(resync) = &snapshot.resync
            && self.resync.replace(resync.at) != Some(resync.at)
        {
            said.push(format!("live updates: asked again: {}", resync.why));
        }
    }

    /// The lines with their time in the dashboard's zone, after the date where that is another than before.
    fn dated(&mut self, said: &[String], now: Moment, zone: &TimeZone) -> Vec<String> {
        if said.is_empty() {
            return Vec::new();
        }
        let local = now.to_timestamp().to_zoned(zone.clone());
        let (date, time) = (
            local.strftime("%A, %Y-%m-%d, %Z").to_string(),
            local.strftime("%H:%M:%S").to_string(),
        );
        let mut lines = Vec::new();
        if self.date.as_ref() != Some(&date) {
            lines.push(date.clone());
            self.date = Some(date);
        }
        lines.extend(
            said.iter()
                .map(|text| format!("{time} {}", single_line(text))),
        );
        lines
    }
}

/// One panel of one picture.
struct Telling<'a> {
    panel: &'a Panel,
    /// With the variables in it as they were chosen.
    title: String,
    data: &'a PanelData,
    zone: &'a TimeZone,
    now: Moment,
    /// PostgreSQL is down, which was told: no panel says it again.
    is_down: bool,
}

impl Telling<'_> {
    fn tell(&self, told: &mut Told, said: &mut Vec<String>) {
        let title = &self.title;
        match &self.data.health {
            Health::Failed { why, .. } => {
                let is_news = told.failing.as_ref() != Some(&why.summary);
                let may = told.failing.is_none() || self.is_due(told);
                if is_news && may {
                    if !self.is_down {
                        said.push(format!("{title}: failed: {}{}", why.summary, self.last()));
                    }
                    told.failing = Some(why.summary.clone());
                    told.at = Some(self.now);
                }
                return;
            }
            Health::Waiting if self.data.asked_at.is_none() && self.panel.sql.is_some() => return,
            Health::Waiting | Health::Live => {}
        }
        let recovered = told.failing.take().is_some() && !self.is_down && told.is_known;
        let begun = said.len();
        if std::mem::replace(&mut told.is_known, true) {
            self.changes(told, said);
        } else {
            said.push(format!("{title}: {}", self.whole(told)));
        }
        if recovered && said.len() == begun {
            said.push(format!("{title}: answers again: {}", self.whole(told)));
        }
        if said.len() > begun {
            told.at = Some(self.now);
        }
    }

    /// `; the last answer is from 14:01:18`.
    fn last(&self) -> String {
        self.data.asked_at.map_or_else(String::new, |at| {
            let local = at.to_timestamp().to_zoned(self.zone.clone());
            format!("; the last answer is from {}", local.strftime("%H:%M:%S"))
        })
    }

    fn is_due(&self, told: &Told) -> bool {
        told.at.is_none_or(|at| self.now.since(at) >= QUIET)
    }

    fn readings(&self) -> Vec<Reading> {
        words::readings(self.panel, self.data, self.zone, self.now)
    }

    fn words(&self) -> Option<String> {
        words::value(self.panel, self.data, self.zone, self.now)
    }

    /// Everything, as it is now.
    fn whole(&self, told: &mut Told) -> String {
        told.readings = self.readings();
        told.rows = self.data.rows.len();
        told.words = self.words();
        if let Shape::Log(lines) = self.data.shape.as_ref() {
            told.lines = lines.iter().map(key).collect();
            return match lines.first() {
                None => "nothing yet".to_owned(),
                Some(line) => {
                    let newest = words::log_line(line, self.zone, ' ');
                    format!("{}; the newest: {newest}", counted(lines.len(), "line"))
                }
            };
        }
        match told.readings.as_slice() {
            [] => match &told.words {
                Some(words) => heard(words),
                None => counted(told.rows, "row"),
            },
            [one] => spoken(one),
            many => {
                let each = many.iter().take(MOST_READINGS);
                let each: Vec<String> = each
                    .map(|reading| format!("{} {}", reading.name, spoken(reading)))
                    .collect();
                let rest = many.len().saturating_sub(MOST_READINGS);
                let rest = if rest > 0 {
                    format!(" and {rest} more")
                } else {
                    String::new()
                };
                format!("{}{rest}", each.join("; "))
            }
        }
    }

    /// What changed since it was told.
    fn changes(&self, told: &mut Told, said: &mut Vec<String>) {
        if let Shape::Log(lines) = self.data.shape.as_ref() {
            return self.new_lines(lines, told, said);
        }
        let title = &self.title;
        let readings = self.readings();
        if readings.is_empty() && told.readings.is_empty() {
            let (words, rows) = (self.words(), self.data.rows.len());
            if words.is_some() || told.words.is_some() {
                if words != told.words {
                    let text = words.as_deref().map_or_else(|| "no data".to_owned(), heard);
                    said.push(format!("{title}: {text}"));
                    told.words = words;
                }
            } else if rows != told.rows && self.is_due(told) {
                let was = std::mem::replace(&mut told.rows, rows);
                said.push(format!("{title}: {}, was {was}", counted(rows, "row")));
            }
            return;
        }
        let is_due = self.is_due(told);
        let is_alone = matches!(self.panel.kind, PanelKind::Stat | PanelKind::Gauge);
        let mut news = Vec::new();
        for reading in &readings {
            let before = told.readings.iter().find(|old| old.name == reading.name);
            let name = if readings.len() == 1 && before.is_some() {
                String::new()
            } else {
                format!("{} ", reading.name)
            };
            match before {
                None if is_due => news.push(format!("{name}{}", spoken(reading))),
                Some(old) if crosses(old, reading) => {
                    let (now, was) = (spoken(reading), spoken(old));
                    news.push(format!("{name}{now}; was {was}"));
                }
                Some(old) if is_alone && is_due && is_notable(old, reading) => {
                    let way = if reading.value > old.value {
                        "up"
                    } else {
                        "down"
                    };
                    news.push(format!(
                        "{name}{}, {way} from {}",
                        spoken(reading),
                        old.text
                    ));
                }
                _ => {}
            }
        }
        if is_due {
            let gone = told
                .readings
                .iter()
                .filter(|old| readings.iter().all(|reading| reading.name != old.name));
            news.extend(gone.map(|old| format!("{} is gone", old.name)));
        }
        if news.is_empty() {
            return;
        }
        let rest = news.len().saturating_sub(MOST_READINGS);
        news.truncate(MOST_READINGS);
        if rest > 0 {
            news.push(format!("and {rest} more"));
        }
        said.push(format!("{title}: {}", news.join("; ")));
        if is_due {
            told.readings = readings;
        } else {
            // What was not told yet is still compared with what was.
            for old in &mut told.readings {
                if let Some(new) = readings.iter().find(|new| new.name == old.name)
                    && crosses(old, new)
                {
                    *old = new.clone();
                }
            }
        }
    }

    /// The lines that are new, the oldest first.
    fn new_lines(&self, lines: &[LogLine], told: &mut Told, said: &mut Vec<String>) {
        let title = &self.title;
        let new: Vec<&LogLine> = lines
            .iter()
            .filter(|line| !told.lines.contains(&key(line)))
            .collect();
        if new.is_empty() {
            return;
        }
        if let Some(more) = new.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
            said.push(format!("{title}: {} not told", counted(more, "new line")));
        }
        for line in new.iter().take(MOST_LINES).rev() {
            said.push(format!("{title}: {}: {}", line.level.name(), line.text));
        }
        told.lines = lines.iter().map(key).collect();
    }
}

fn key(line: &LogLine) -> (Moment, String) {
    (line.at, line.text.clone())
}

/// Words without the blanks that only placed them on a screen.
fn heard(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `62, good`.
fn spoken(reading: &Reading) -> String {
    match reading.color.and_then(verdict) {
        Some(verdict) => format!("{}, {verdict}", reading.text),
        None => reading.text.clone(),
    }
}

/// Another threshold holds, or data came or went.
fn crosses(old: &Reading, new: &Reading) -> bool {
    old.color != new.color || old.value.is_some() != new.value.is_some()
}

fn is_notable(old: &Reading, new: &Reading) -> bool {
    let (Some(was), Some(is)) = (old.value, new.value) else {
        return false;
    };
    (is - was).abs() > NOTABLE * was.abs() && old.text != new.text
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
