//! The line, for each of those who show it.

use serde_json::{Value as Json, json};

use super::cache::Entry;
use super::readings::Reading;
use super::template::{Part, Template};
use crate::config::{Dashboard, Panel};
use crate::model::color::{Color, Opinion};
use crate::model::text::single_line;
use crate::model::time::{Moment, compact_age};
use crate::ui::palette::sign;
use crate::ui::{Depth, Look};
use crate::view::panel::ink;

/// Of one panel's series.
const SERIES: usize = 3;

/// Where a number came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The file.
    Cache,
    /// It was asked now.
    Asked,
}

/// A panel and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub panel: &'a Panel,
    pub entry: Option<Entry>,
    pub from: Source,
}

impl Piece<'_> {
    /// With its variables filled in, as far as they are known.
    fn title(&self) -> &str {
        let entry = self.entry.as_ref();
        entry.map_or(&self.panel.title, |entry| &entry.title)
    }

    /// What was answered now; a failure keeps the numbers that are known.
    pub fn take(&mut self, fresh: Entry) {
        self.from = Source::Asked;
        self.entry = Some(match self.entry.take() {
            Some(old) if fresh.failing.is_some() && fresh.readings.is_empty() => Entry {
                failing: fresh.failing,
                at: fresh.at,
                ..old
            },
            _ => fresh,
        });
    }
}

/// Everything the line says.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub dashboard: &'a Dashboard,
    pub is_fed: bool,
    pub template: Option<&'a Template>,
    pub pieces: &'a [Piece<'a>],
    pub look: Look,
    pub now: Moment,
}

/// What is wrong with a piece, from bad to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Plain,
    Good,
    Warning,
    Bad,
    Stale,
    Failed,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "ok",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Stale => "stale",
            Self::Failed => "failed",
        }
    }
}

impl Line<'_> {
    /// Without colours.
    pub fn plain(&self) -> String {
        self.joined(|text| self.safe(text), |text, _| text)
    }

    /// With styles of tmux; its `#` doubled.
    pub fn tmux(&self) -> String {
        let escape = |text: &str| self.safe(text).replace('#', "##");
        self.joined(escape, |text, color| {
            match color.and_then(|color| self.tmux_color(color)) {
                Some(color) => format!("#[fg={color}]{text}#[default]"),
                None => text,
            }
        })
    }

    /// On one line, in the characters that there are.
    fn safe(&self, text: &str) -> String {
        ink::shown(&single_line(text), self.look).into_owned()
    }

    fn tmux_color(&self, color: Color) -> Option<String> {
        if self.look.depth == Depth::None {
            return None;
        }
        Some(match color {
            Color::Text => return None,
            Color::Orange => "colour208".to_owned(),
            Color::Purple => "magenta".to_owned(),
            Color::Gray => "colour244".to_owned(),
            Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
            named => named.name()?.to_owned(),
        })
    }

    /// For a custom module of waybar: `text` and `tooltip` are Pango markup.
    pub fn waybar(&self) -> Json {
        let escape = |text: &str| {
            let text = self.safe(text).replace('&', "&amp;");
            text.replace('<', "&lt;").replace('>', "&gt;")
        };
        let tooltip = self.pieces.iter().map(|piece| {
            let age = piece.entry.as_ref().and_then(|entry| entry.asked_at);
            let age = age.map(|at| format!(", {} ago", compact_age(self.now.since(Moment(at)))));
            let why = piece.entry.as_ref().and_then(|entry| entry.failing.clone());
            let why = why.map(|why| format!(": {why}"));
            let value = self.value(piece, &|text| text.to_owned(), &|text, _| text);
            let line = format!(
                "{} {value}{}{}",
                piece.title(),
                age.unwrap_or_default(),
                why.unwrap_or_default()
            );
            escape(&line)
        });
        let worst = self.pieces.iter().map(|piece| self.state(piece)).max();
        let mut module = json!({
            "text": self.joined(escape, |text, _| text),
            "tooltip": tooltip.collect::<Vec<_>>().join("\n"),
            "class": worst.map_or("", State::word),
        });
        if let Some(percentage) = self.pieces.first().and_then(percentage) {
            module["percentage"] = percentage.into();
        }
        module
    }

    /// Every number, with where it came from.
    pub fn json(&self) -> Json {
        let panels = self.pieces.iter().map(|piece| {
            let entry = piece.entry.as_ref();
            let from = match (piece.from, self.is_fed) {
                (Source::Cache, _) => "cache",
                (Source::Asked, true) => "feed",
                (Source::Asked, false) => "database",
            };
            let readings = entry.map_or(&[][..], |entry| &entry.readings);
            let series = readings.iter().map(|reading| {
                let color = color(piece.panel, reading);
                json!({
                    "name": reading.name,
                    "value": reading.value,
                    "shown": self.safe(&self.shown(piece, reading)),
                    "color": color.and_then(|color| color.family().name()),
                    "opinion": color.and_then(Color::opinion).map(Opinion::word),
                })
            });
            let asked = entry.and_then(|entry| entry.asked_at);
            json!({
                "id": piece.panel.id,
                "title": piece.title(),
                "unit": piece.panel.unit.id(),
                "state": self.state(piece).word(),
                "from": entry.map(|_| from),
                "age_seconds": asked.map(|at| self.now.since(Moment(at)).max(0) / 1_000_000),
                "why": entry.and_then(|entry| entry.failing.as_ref()),
                "series": series.collect::<Vec<_>>(),
            })
        });
        json!({
            "version": 1,
            "dashboard": self.dashboard.name,
            "text": self.plain(),
            "panels": panels.collect::<Vec<_>>(),
        })
    }

    /// The pieces after each other, or as the template has them.
    fn joined(
        &self,
        escape: impl Fn(&str) -> String,
        paint: impl Fn(String, Option<Color>) -> String,
    ) -> String {
        let find = |id: &str| self.pieces.iter().find(|piece| piece.panel.id == id);
        if let Some(Template(parts)) = self.template {
            let parts = parts.iter().map(|part| match part {
                Part::Text(text) => escape(text),
                Part::Panel(id) => {
                    find(id).map_or_else(String::new, |piece| self.value(piece, &escape, &paint))
                }
            });
            return parts.collect();
        }
        let pieces = self.pieces.iter().map(|piece| {
            // A title with variables in it is a sentence.
            let title = Some(&piece.panel.title).filter(|title| !title.contains('$'));
            let title = escape(title.unwrap_or(&piece.panel.id));
            format!("{title} {}", self.value(piece, &escape, &paint))
        });
        pieces.collect::<Vec<_>>().join("  ")
    }

    /// The number or numbers of a piece, with what is wrong with them.
    fn value(
        &self,
        piece: &Piece<'_>,
        escape: &impl Fn(&str) -> String,
        paint: &impl Fn(String, Option<Color>) -> String,
    ) -> String {
        let Some(entry) = &piece.entry else {
            return escape("? (no answer)");
        };
        let mut texts = Vec::new();
        for reading in entry.readings.iter().take(SERIES) {
            let color = color(piece.panel, reading);
            let mark = color.map_or("", |color| sign(color, self.look));
            let gap = if mark.is_empty() { "" } else { " " };
            let number = escape(&format!("{}{gap}{mark}", self.shown(piece, reading)));
            let number = paint(number, color);
            texts.push(if entry.readings.len() > 1 {
                format!("{} {number}", escape(&reading.name))
            } else {
                number
            });
        }
        if entry.readings.len() > SERIES {
            texts.push(escape("…"));
        }
        let is_old = self.state(piece) == State::Stale;
        let age = entry
            .asked_at
            .map(|at| compact_age(self.now.since(Moment(at))));
        let note = match (&entry.failing, age) {
            (Some(_), Some(age)) if !texts.is_empty() => Some(format!("(failed, {age} old)")),
            (Some(_), _) => Some("failed".to_owned()),
            (None, Some(age)) if is_old => Some(format!("({age} old)")),
            _ if texts.is_empty() => Some("no data".to_owned()),
            _ => None,
        };
        texts.extend(note.map(|note| escape(&note)));
        texts.join(" ")
    }

    fn shown(&self, piece: &Piece<'_>, reading: &Reading) -> String {
        let panel = piece.panel;
        match (&reading.words, reading.value) {
            (Some(words), _) => words.clone(),
            (None, Some(value)) => {
                let asked = piece.entry.as_ref().and_then(|entry| entry.asked_at);
                let at = asked.map_or(self.now, Moment);
                let zone = &self.dashboard.time_zone;
                panel
                    .unit
                    .write_at(value, panel.decimals, zone, at)
                    .to_string()
            }
            (None, None) => "–".to_owned(),
        }
    }

    fn state(&self, piece: &Piece<'_>) -> State {
        let Some(entry) = &piece.entry else {
            return State::Failed;
        };
        if entry.failing.is_some() {
            return State::Failed;
        }
        if !entry.is_fresh(self.dashboard, piece.panel, self.now) {
            return State::Stale;
        }
        let colors = entry
            .readings
            .iter()
            .map(|reading| color(piece.panel, reading));
        let states = colors.map(|color| match color.and_then(Color::opinion) {
            None => State::Plain,
            Some(Opinion::Good) => State::Good,
            Some(Opinion::Warning) => State::Warning,
            Some(Opinion::Bad) => State::Bad,
        });
        states.max().unwrap_or(State::Plain)
    }
}

/// The colour of the threshold that a number reaches.
fn color(panel: &Panel, reading: &Reading) -> Option<Color> {
    let reached = panel.thresholds.of(reading.value?);
    reached.map(|reached| reached.color)
}

/// How far a gauge is between its ends.
fn percentage(piece: &Piece<'_>) -> Option<u8> {
    let value = piece.entry.as_ref()?.readings.first()?.value?;
    let (least, most) = (piece.panel.min?, piece.panel.max?);
    let part = (value - least) / (most - least);
    part.is_finite()
        .then(|| (part.clamp(0.0, 1.0) * 100.0).round() as u8)
}
