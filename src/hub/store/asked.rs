//! What a viewer asks for once: a plan, a note. And what it is told.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::Store;
use crate::hub::NO_DATABASE;
use crate::hub::inspect::{self, Explain};
use crate::model::inspection::Plan;
use crate::model::panel_data::{Failure, Notice};
use crate::model::text::single_line;
use crate::model::time::Moment;
use crate::source::Update;
use crate::source::notes::{Note, NoteRequest, NoteUpdate};

/// How long good news are shown.
const GOOD: Duration = Duration::from_secs(6);
/// How long bad news are shown.
const BAD: Duration = Duration::from_secs(20);

impl Store {
    /// Asks for the plan of a panel's statement as it was sent last.
    pub fn explain(&mut self, viewer: u64, panel: usize, analyze: bool) {
        let id = self.new_id();
        let Some(entry) = self.viewers.get_mut(&viewer) else {
            return;
        };
        if let Some(before) = entry.explaining.take() {
            self.plans.remove(&before);
        }
        let dashboard = &self.config.dashboards[entry.looking.dashboard];
        let seen = Arc::clone(&entry.snapshots.borrow());
        let inspection = seen
            .panels
            .get(panel)
            .filter(|_| seen.dashboard == entry.looking.dashboard)
            .and_then(|data| data.inspection.clone());
        let lines = match inspection {
            Some(inspection) if self.has_database => {
                let timeout = dashboard.panels.get(panel).and_then(|panel| panel.timeout);
                let explain = Explain {
                    viewer,
                    panel,
                    analyze,
                    sql: Arc::clone(&inspection.sql),
                    timeout: timeout.unwrap_or(self.config.database.timeout),
                    time_zone: dashboard.time_zone.iana_name().map(str::to_owned),
                };
                self.plans.insert(id, explain);
                self.backlog.push_back(id);
                entry.explaining = Some(id);
                None
            }
            _ => Some(Err(Arc::new(Failure::new(
                "this panel has not asked the database anything yet",
            )))),
        };
        entry.plan = Some(Arc::new(Plan {
            panel,
            analyzed: analyze,
            lines,
        }));
        self.changed = true;
    }

    /// Takes in the answer to [`Store::explain`].
    pub(super) fn planned(&mut self, explain: &Explain, update: Update) {
        let Some(entry) = self.viewers.get_mut(&explain.viewer) else {
            return;
        };
        entry.explaining = None;
        let lines = match update.result {
            Ok(answer) => inspect::lines(&answer.rowset),
            Err(error) => Err(Arc::new(error.failure(|_| None))),
        };
        entry.plan = Some(Arc::new(Plan {
            panel: explain.panel,
            analyzed: explain.analyze,
            lines: Some(lines),
        }));
        self.changed = true;
    }

    /// Writes a note, dated now where nothing else is said.
    pub fn annotate(&mut self, viewer: u64, text: &str, at: Option<Moment>, now: Instant) {
        let note = Note {
            at: at.unwrap_or_else(self.clock),
            until: None,
            text: single_line(text.trim()).into_owned(),
            tags: Vec::new(),
        };
        if note.text.is_empty() {
            return;
        }
        let Some(notes) = &self.notes else {
            let why = if self.links.feed.is_some() {
                "no note: the feed takes none; `kpi annotate` writes one where a database is configured"
            } else {
                NO_DATABASE
            };
            return self.tell(viewer, Err(why.to_owned()), now);
        };
        let sent = notes.try_send(NoteRequest { key: viewer, note });
        let why = match sent {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => "those before it are not written yet",
            Err(TrySendError::Closed(_)) => "the program is ending",
        };
        self.tell(viewer, Err(format!("the note was not written: {why}")), now);
    }

    /// Says what became of a note; whoever shows notes asks for them again.
    pub fn noted(&mut self, update: NoteUpdate, now: Instant) {
        let said = match update.result {
            Ok(written) => {
                let dashboard = self
                    .viewers
                    .get(&update.key)
                    .and_then(|viewer| self.config.dashboards.get(viewer.looking.dashboard));
                let is_shown = dashboard.is_none_or(|one| one.notes || !one.annotations.is_empty());
                Ok(match written.announced {
                    Err(why) => format!("note written, but not announced: {}", why.summary),
                    Ok(_) if is_shown => "note written".to_owned(),
                    Ok(_) => {
                        "note written; this dashboard shows notes with `notes = true`".to_owned()
                    }
                })
            }
            Err(why) => {
                let advice = why.details.last().map(|line| format!(" ({line})"));
                Err(format!(
                    "the note was not written: {}{}",
                    why.summary,
                    advice.unwrap_or_default()
                ))
            }
        };
        if said.is_ok() {
            self.ask_events(now);
        }
        self.tell(update.key, said, now);
    }

    /// Tells one viewer something for some seconds.
    fn tell(&mut self, viewer: u64, said: Result<String, String>, now: Instant) {
        let at = (self.clock)();
        let Some(entry) = self.viewers.get_mut(&viewer) else {
            return;
        };
        entry.notice = Some(notice(said, at, now));
        self.changed = true;
    }

    /// Tells every viewer something for some seconds.
    pub fn tell_all(&mut self, said: Result<String, String>, now: Instant) {
        let told = notice(said, (self.clock)(), now);
        for viewer in self.viewers.values_mut() {
            viewer.notice = Some(told.clone());
        }
        self.changed = true;
    }

    /// What is wrong until it is told to be over.
    pub fn stand(&mut self, why: Option<String>) {
        let at = (self.clock)();
        self.standing = why.map(|text| {
            Arc::new(Notice {
                at,
                is_bad: true,
                text,
            })
        });
        self.changed = true;
    }
}

fn notice(said: Result<String, String>, at: Moment, now: Instant) -> (Instant, Arc<Notice>) {
    let is_bad = said.is_err();
    let (Ok(text) | Err(text)) = said;
    let until = now + if is_bad { BAD } else { GOOD };
    (until, Arc::new(Notice { at, is_bad, text }))
}
