//! Pictures and data for whoever asks, made once for all who ask the same.
//!
//! What was asked for stays in sight of the hub for a while, so that the next one who asks gets the newest at
//! once and a wall of browsers is one viewer; what nobody asks for any more is not polled. A body is made anew
//! when the hub has other data, or when the clock alone would change it. A picture of pixels takes its time: of one
//! thing one is painted at a time, for all who wait for it.

mod easel;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use tokio::sync::{Semaphore, watch};

use super::ask::{self, Ask};
use super::reply::{HTML, JSON, PNG, Refusal, SVG, TEXT};
use crate::config::Config;
use crate::export::{html, json, paint::Ground, svg, text};
use crate::front::once::Sitting;
use crate::hub::{Clock, Configs, Hub, HubGone};
use crate::model::panel_data::Snapshot;
use crate::model::theme::Background;
use crate::model::time::Moment;
use crate::serve::state::Number;
use crate::ui::{Depth, Glyphs, Look, Ui};
use easel::{Frame, Hung, Made, Outcome, Painting, Sight, painted};

/// Different things in sight at most; the one that was asked for longest ago goes first.
const MOST: usize = 64;
/// How long one stays in sight after it was asked for.
const STAY: Duration = Duration::from_secs(30);
/// Things that may wait for their first answer at a time.
const OPENING: usize = 32;
/// Pictures of pixels that are painted at a time: each takes a core for a tenth of a second, or a large one for one.
const PAINTING: usize = 2;

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
    frame: Hung,
}

/// One who asks.
struct Asking<'a> {
    ask: &'a Ask,
    form: Form,
    headers: &'a HeaderMap,
    since: Instant,
}

/// What there is for one who asks.
enum Found {
    /// It was there, or could be made at once.
    Piece(Piece),
    /// It is being painted.
    Soon(watch::Receiver<Outcome>),
    /// An older one is.
    Older(watch::Receiver<Outcome>),
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

    /// The newest of what was asked for; its body may be empty where the headers say that the client has it.
    pub async fn piece(
        &self,
        configs: Configs,
        ask: Ask,
        form: Form,
        headers: &HeaderMap,
    ) -> Result<Piece, Refusal> {
        let frame = self.hang(configs.revision, &ask, form);
        let asking = Asking {
            ask: &ask,
            form,
            headers,
            since: Instant::now(),
        };
        loop {
            let mut turn = frame.lock().await;
            let snapshot = self.seen(&mut turn, &configs, &ask, form).await?;
            if let Some(refusal) = ask::missed(&ask.variables, &snapshot) {
                return Err(refusal);
            }
            let Some(there) = &mut *turn else {
                return Err(Refusal::busy("the process is ending"));
            };
            let found = self.found(there, &frame, snapshot, &asking)?;
            drop(turn);
            match found {
                Found::Piece(piece) => return Ok(piece),
                Found::Soon(outcome) => return painted(outcome).await,
                // Then the next one: it shows what is new by then, to all who waited.
                Found::Older(outcome) => drop(painted(outcome).await),
            }
        }
    }

    /// What there is to see; waits for the first answers.
    async fn seen(
        &self,
        frame: &mut Option<Frame>,
        configs: &Configs,
        ask: &Ask,
        form: Form,
    ) -> Result<Arc<Snapshot>, Refusal> {
        let snapshot = match frame {
            Some(there) => there.sitting.snapshot(),
            None => None,
        };
        if let Some(snapshot) = snapshot {
            return Ok(snapshot);
        }
        let gone = |HubGone| Refusal::busy("the process is ending");
        let _permit = self.0.opening.try_acquire().map_err(|_| {
            Refusal::busy("too many different things were asked for at once; try again")
        })?;
        let every_panel = form == Form::Json && ask.panel.is_none();
        let configs = configs.clone();
        let opening = Sitting::open(&self.0.hub, configs, ui(ask), ask.size, every_panel);
        let mut sitting = opening.await.map_err(gone)?;
        sitting.settle().await.map_err(gone)?;
        let snapshot = sitting
            .snapshot()
            .ok_or_else(|| Refusal::busy("the configuration has just changed; try again"))?;
        *frame = Some(Frame {
            sitting,
            made: None,
            painting: None,
        });
        Ok(snapshot)
    }

    /// What was made of `snapshot`; else it is made, or begun to be. `at` is where `frame` hangs.
    fn found(
        &self,
        frame: &mut Frame,
        at: &Hung,
        snapshot: Arc<Snapshot>,
        asking: &Asking<'_>,
    ) -> Result<Found, Refusal> {
        let (ask, form) = (asking.ask, asking.form);
        let now = (self.0.clock)();
        let made = frame.made.as_ref();
        let last = made.filter(|made| made.sight.is_of(&snapshot, now));
        if let Some(piece) = last.and_then(|made| made.piece(asking.headers)) {
            self.0.hits.count();
            return Ok(Found::Piece(piece));
        }
        if let Some(painting) = &frame.painting {
            let outcome = painting.outcome.subscribe();
            // Begun after it was asked for, it is as new as can be wanted.
            if painting.begun < asking.since && !painting.sight.is_of(&snapshot, now) {
                return Ok(Found::Older(outcome));
            }
            self.0.hits.count();
            return Ok(Found::Soon(outcome));
        }
        // A large one is made of the same snapshot at the same time: it is the same.
        let now = last.map_or(now, |made| made.sight.at);
        let mut sight = Sight {
            of: snapshot,
            at: now,
            until: None,
        };
        self.0.made.count();
        let body = if form == Form::Json {
            data(&frame.sitting, &sight.of, now, ask)?
        } else {
            let config = frame.sitting.config();
            let look = look(config, ask, form);
            let (buffer, until) = frame.sitting.draw(&sight.of, look, now);
            sight.until = until;
            let name = &config.dashboards[ask.dashboard].name;
            let ground = Ground::of(look.theme);
            let text = match form {
                Form::Text | Form::Json => text::text(&buffer),
                Form::Svg => svg::svg(&buffer, name, ground),
                Form::Html => html::html(&buffer, name, ground),
                Form::Png => {
                    let picture = (buffer, name.clone(), ground);
                    let (painting, outcome) = Painting::of(sight);
                    let permits = Arc::clone(&self.0.painting);
                    tokio::spawn(painting.clone().paint(picture, permits, Arc::clone(at)));
                    frame.painting = Some(painting);
                    return Ok(Found::Soon(outcome));
                }
            };
            text.into_bytes()
        };
        let (made, piece) = Made::of(sight, body);
        frame.made = Some(made);
        Ok(Found::Piece(piece))
    }

    fn hang(&self, revision: u64, ask: &Ask, form: Form) -> Hung {
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
