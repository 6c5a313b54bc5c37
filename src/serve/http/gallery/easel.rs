//! What was made of what one who looks saw last, and what is being painted of it now.

use std::sync::{Arc, Weak};
use std::time::Instant;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use ratatui::buffer::Buffer;
use tokio::sync::{Mutex as Turn, Semaphore, watch};

use super::Piece;
use crate::export::paint::Ground;
use crate::export::png;
use crate::front::once::Sitting;
use crate::model::panel_data::Snapshot;
use crate::model::time::Moment;
use crate::serve::http::reply::{Refusal, etag, has};

/// A larger body is not kept, only lent by those who are being sent it.
const LARGEST_KEPT: usize = 512 << 10;

/// Where one hangs; none until it has its first answers.
pub(super) type Hung = Arc<Turn<Option<Frame>>>;

/// One who looks, what was made of what it saw last, and what is being painted.
pub(super) struct Frame {
    pub sitting: Sitting,
    pub made: Option<Made>,
    pub painting: Option<Painting>,
}

/// Of what, and when.
#[derive(Clone)]
pub(super) struct Sight {
    pub of: Arc<Snapshot>,
    pub at: Moment,
    /// When the clock alone makes it another one.
    pub until: Option<Moment>,
}

impl Sight {
    /// Whether it is that of `snapshot` now.
    pub fn is_of(&self, snapshot: &Arc<Snapshot>, now: Moment) -> bool {
        Arc::ptr_eq(&self.of, snapshot) && self.until.is_none_or(|until| now < until)
    }
}

/// A body that was made.
pub(super) struct Made {
    pub sight: Sight,
    etag: HeaderValue,
    body: Kept,
}

enum Kept {
    Small(Bytes),
    /// There as long as somebody is being sent it.
    Large(Weak<[u8]>),
}

impl Made {
    /// What to keep of a body, and what to send.
    pub fn of(sight: Sight, body: Vec<u8>) -> (Self, Piece) {
        let etag = etag(&body);
        let (kept, body) = if body.len() <= LARGEST_KEPT {
            let body = Bytes::from(body);
            (Kept::Small(body.clone()), body)
        } else {
            let body: Arc<[u8]> = body.into();
            (Kept::Large(Arc::downgrade(&body)), Bytes::from_owner(body))
        };
        let made = Self {
            sight,
            etag: etag.clone(),
            body: kept,
        };
        (made, Piece { body, etag })
    }

    /// The body, while it is there; an empty one for a client who has it.
    pub fn piece(&self, asked: &HeaderMap) -> Option<Piece> {
        let body = match &self.body {
            _ if has(asked, &self.etag) => Bytes::new(),
            Kept::Small(body) => body.clone(),
            Kept::Large(body) => Bytes::from_owner(body.upgrade()?),
        };
        let etag = self.etag.clone();
        Some(Piece { body, etag })
    }
}

/// What comes of a painting; none yet.
pub(super) type Outcome = Option<Result<Piece, Refusal>>;

/// A picture that is being painted.
#[derive(Clone)]
pub(super) struct Painting {
    pub sight: Sight,
    pub begun: Instant,
    pub outcome: Arc<watch::Sender<Outcome>>,
}

impl Painting {
    /// And what to wait for.
    pub fn of(sight: Sight) -> (Self, watch::Receiver<Outcome>) {
        let (outcome, waiting) = watch::channel(None);
        let painting = Self {
            sight,
            begun: Instant::now(),
            outcome: Arc::new(outcome),
        };
        (painting, waiting)
    }

    /// Paints for all who wait, unless they have left before it begins, and hangs it up. Nobody is kept from looking
    /// meanwhile.
    pub async fn paint(
        self,
        (buffer, name, ground): (Buffer, String, Ground),
        permits: Arc<Semaphore>,
        at: Hung,
    ) {
        let permit = permits.acquire_owned().await;
        if let Some(frame) = &mut *at.lock().await
            && self.outcome.receiver_count() == 0
        {
            frame.painting = None;
            return;
        }
        // The one thread polls and answers others meanwhile.
        let painting = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            png::png(&buffer, &name, ground)
        });
        let done = match painting.await {
            Ok(done) => done.map_err(|error| unpainted(&error)),
            Err(_) => Err(Refusal::busy("the process is ending")),
        };
        let done = done.map(|body| Made::of(self.sight, body));
        let mut frame = at.lock().await;
        let done = done.map(|(made, piece)| {
            if let Some(frame) = &mut *frame {
                frame.made = Some(made);
            }
            piece
        });
        if let Some(frame) = &mut *frame {
            frame.painting = None;
        }
        self.outcome.send_replace(Some(done));
    }
}

/// Waits for a painting.
pub(super) async fn painted(mut outcome: watch::Receiver<Outcome>) -> Result<Piece, Refusal> {
    let gone = || Refusal::busy("the picture was not painted; try again");
    match outcome.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(done)) => done.clone(),
        _ => Err(gone()),
    }
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
