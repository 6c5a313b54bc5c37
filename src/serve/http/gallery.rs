//! Pictures and data for whoever asks, made once for all who ask the same.
//!
//! What was asked for stays in sight of the hub for a while, so that the next one who asks gets the newest at
//! once and a wall of browsers is one viewer; what nobody asks for any more is not polled. A body is made anew
//! when the hub has other data, or when the clock alone would change it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode};
use tokio::sync::{Mutex as Turn, Semaphore};

use super::ask::Ask;
use super::reply::{HTML, JSON, PNG, Refusal, SVG, TEXT, etag};
use crate::config::Config;
use crate::export::{html, json, paint::Ground, png, svg, text};
use crate::front::once::Sitting;
use crate::hub::{Clock, Configs, Hub, HubGone};
use crate::model::panel_data::{Health, Snapshot};
use crate::model::theme::Background;
use crate::model::time::Moment;
use crate::query;
use crate::serve::state::Number;
use crate::ui::{Depth, Glyphs, Look, Ui};

/// Different things in sight at most; the one that was asked for longest ago goes first.
const MOST: usize = 64;
/// How long one stays in sight after it was asked for.
const STAY: Duration = Duration::from_secs(30);
/// Things that may wait for their first answer at a time.
const OPENING: usize = 32;
/// Pictures of pixels that are painted at a time: each takes a core for a tenth of a second, or a large one for one.
const PAINTING: usize = 2;
/// A larger body is made again for each who asks.
const LARGEST_KEPT: usize = 512 << 10;

/// How something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Text,
    Svg,
    Html,
    Png,
    Json,
}

impl Form {
    pub const ALL: [Self; 5] = [Self::Text, Self::Svg, Self::Html, Self::Png, Self::Json];

    /// The end of its address.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Png => "png",
            Self::Json => "json",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => TEXT,
            Self::Svg => SVG,
            Self::Html => HTML,
            Self::Png => PNG,
            Self::Json => JSON,
        }
    }
}

/// A body and its mark.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub body: Bytes,
    pub etag: HeaderValue,
}

/// Everything that is in sight. Cheap to clone.
#[derive(Clone)]
pub(super) struct Gallery(Arc<Inner>);

struct Inner {
    hub: Hub,
    clock: Clock,
    hanging: Mutex<HashMap<(u64, Ask, Form), Hanging>>,
    opening: Semaphore,
    painting: Arc<Semaphore>,
    /// Answered with what was there.
    hits: Number,
    /// Made.
    made: Number,
}

struct Hanging {
    used: Instant,
    frame: Arc<Turn<Option<Frame>>>,
}

/// One who looks, and what was made of what it saw last.
struct Frame {
    sitting: Sitting,
    made: Option<Made>,
}

struct Made {
    of: Arc<Snapshot>,
    at: Moment,
    until: Option<Moment>,
    etag: HeaderValue,
    /// None for a large one.
    body: Option<Bytes>,
}

impl fmt::Debug for Gallery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gallery({})", self.len())
    }
}

impl Gallery {
    pub fn new(hub: Hub, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            hub,
            clock,
            hanging: Mutex::default(),
            opening: Semaphore::new(OPENING),
            painting: Arc::new(Semaphore::new(PAINTING)),
            hits: Number::default(),
            made: Number::default(),
        }))
    }

    /// How much is in sight.
    pub fn len(&self) -> usize {
        self.hanging().len()
    }

    /// Answers from what was there, and what had to be made.
    pub fn counts(&self) -> (u64, u64) {
        (self.0.hits.get(), self.0.made.get())
    }

    /// Takes down what nobody asked for lately.
    pub fn sweep(&self, now: Instant) {
        let revision = self.0.hub.configs().revision;
        self.hanging().retain(|(its, ..), hanging| {
            *its == revision && now.saturating_duration_since(hanging.used) < STAY
        });
    }

    /// The newest of what was asked for.
    pub async fn piece(&self, configs: Configs, ask: Ask, form: Form) -> Result<Piece, Refusal> {
        let frame = self.hang(configs.revision, &ask, form);
        let mut frame = frame.lock().await;
        let gone = |HubGone| Refusal::busy("the process is ending");
        let snapshot = match &*frame {
            Some(there) => there.sitting.snapshot(),
            None => None,
        };
        let snapshot = if let Some(snapshot) = snapshot {
            snapshot
        } else {
            let _permit = self.0.opening.try_acquire().map_err(|_| {
                Refusal::busy("too many different things were asked for at once; try again")
            })?;
            let every_panel = form == Form::Json && ask.panel.is_none();
            let opening = Sitting::open(&self.0.hub, configs, ui(&ask), ask.size, every_panel);
            let mut sitting = opening.await.map_err(gone)?;
            sitting.settle().await.map_err(gone)?;
            let snapshot = sitting
                .snapshot()
                .ok_or_else(|| Refusal::busy("the configuration has just changed; try again"))?;
            *frame = Some(Frame {
                sitting,
                made: None,
            });
            snapshot
        };
        // Another value's rows are no answer. While a variable's query fails, nobody knows its values.
        let mut states = snapshot.variables.iter();
        let are_known = states.all(|state| state.health == Health::Live);
        let missed = query::missed(&ask.variables, &snapshot.variables);
        if let Some(missed) = missed.first().filter(|_| are_known) {
            return Err(Refusal::wrong(missed.sentence.clone()));
        }
        let Some(frame) = &mut *frame else {
            return Err(gone(HubGone));
        };
        self.made(frame, snapshot, &ask, form).await
    }

    async fn made(
        &self,
        frame: &mut Frame,
        snapshot: Arc<Snapshot>,
        ask: &Ask,
        form: Form,
    ) -> Result<Piece, Refusal> {
        let now = (self.0.clock)();
        let is_same = |made: &&Made| {
            Arc::ptr_eq(&made.of, &snapshot) && made.until.is_none_or(|until| now < until)
        };
        let last = frame.made.as_ref().filter(is_same);
        if let Some((body, etag)) = last.and_then(|made| Some((made.body.clone()?, &made.etag))) {
            self.0.hits.count();
            return Ok(Piece {
                body,
                etag: etag.clone(),
            });
        }
        // A large one is made of the same snapshot at the same time: it is the same.
        let at = last.map_or(now, |made| made.at);
        let (body, until) = match form {
            Form::Json => (data(&frame.sitting, &snapshot, at, ask)?, None),
            drawn => {
                self.drawn(&frame.sitting, &snapshot, at, ask, drawn)
                    .await?
            }
        };
        self.0.made.count();
        let body = Bytes::from(body);
        let etag = etag(&body);
        frame.made = Some(Made {
            of: snapshot,
            at,
            until,
            etag: etag.clone(),
            body: (body.len() <= LARGEST_KEPT).then(|| body.clone()),
        });
        Ok(Piece { body, etag })
    }

    /// The body of what is drawn, and when the clock alone makes it another one.
    async fn drawn(
        &self,
        sitting: &Sitting,
        snapshot: &Snapshot,
        now: Moment,
        ask: &Ask,
        form: Form,
    ) -> Result<(Vec<u8>, Option<Moment>), Refusal> {
        let config = sitting.config();
        let look = look(config, ask, form);
        let (buffer, until) = sitting.draw(snapshot, look, now);
        let name = &config.dashboards[ask.dashboard].name;
        let ground = Ground::of(look.theme);
        let text = match form {
            Form::Text | Form::Json => text::text(&buffer),
            Form::Svg => svg::svg(&buffer, name, ground),
            Form::Html => html::html(&buffer, name, ground),
            Form::Png => {
                let gone = || Refusal::busy("the process is ending");
                let permit = Arc::clone(&self.0.painting).acquire_owned().await;
                let (permit, name) = (permit.map_err(|_| gone())?, name.clone());
                // The one thread polls and answers others meanwhile.
                let painting = tokio::task::spawn_blocking(move || {
                    // Who asked may have left; the painting goes on until it is done.
                    let _permit = permit;
                    png::png(&buffer, &name, ground)
                });
                let png = painting.await.map_err(|_| gone())?;
                return Ok((png.map_err(|error| unpainted(&error))?, until));
            }
        };
        Ok((text.into_bytes(), until))
    }

    fn hang(&self, revision: u64, ask: &Ask, form: Form) -> Arc<Turn<Option<Frame>>> {
        let now = Instant::now();
        let mut hanging = self.hanging();
        let key = (revision, ask.clone(), form);
        if !hanging.contains_key(&key) && hanging.len() >= MOST {
            let oldest = hanging.iter().min_by_key(|(_, hanging)| hanging.used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                hanging.remove(&oldest);
            }
        }
        let hanging = hanging.entry(key).or_insert_with(|| Hanging {
            used: now,
            frame: Arc::default(),
        });
        hanging.used = now;
        Arc::clone(&hanging.frame)
    }

    fn hanging(&self) -> std::sync::MutexGuard<'_, HashMap<(u64, Ask, Form), Hanging>> {
        // What a panic left is a map all the same.
        self.0
            .hanging
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn ui(ask: &Ask) -> Ui {
    Ui {
        dashboard: ask.dashboard,
        focus: ask.panel.unwrap_or(0),
        full_screen: ask.panel.is_some(),
        range: ask.range.clone(),
        variables: ask.variables.clone(),
        compare: ask.compare,
        still: true,
        ..Ui::default()
    }
}

/// A body of data.
fn data(
    sitting: &Sitting,
    snapshot: &Snapshot,
    now: Moment,
    ask: &Ask,
) -> Result<Vec<u8>, Refusal> {
    let json = json::json(sitting.config(), snapshot, now, ask.panel);
    let json = json.map_err(|error| {
        tracing::error!(%error, "a snapshot cannot be written as JSON");
        Refusal::busy("this cannot be written as JSON; see the log")
    })?;
    Ok(json.into_bytes())
}

/// What a program without PNG answers is no fault of this moment.
fn unpainted(error: &png::PngError) -> Refusal {
    match error {
        png::PngError::NotBuiltIn => Refusal::new(StatusCode::NOT_IMPLEMENTED, error.to_string()),
        png::PngError::Encoder(_) => {
            tracing::error!(%error, "a snapshot cannot be painted");
            Refusal::busy("this cannot be painted; see the log")
        }
    }
}

fn look(config: &Config, ask: &Ask, form: Form) -> Look {
    let screen = &config.screen;
    let background = match screen.background {
        Background::Unknown => Background::Dark,
        known => known,
    };
    Look {
        depth: match form {
            Form::Text | Form::Json => Depth::None,
            Form::Svg | Form::Html | Form::Png => Depth::True,
        },
        glyphs: match (screen.ascii, screen.braille) {
            (true, _) => Glyphs::Ascii,
            (false, true) => Glyphs::Braille,
            (false, false) => Glyphs::Blocks,
        },
        theme: ask.theme.unwrap_or(screen.theme).on(background),
    }
}
