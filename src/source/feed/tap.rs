//! What waits to be published: the newest answer of each question.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Identity, Published};

/// One answer and how often there will be another.
#[derive(Clone, Debug)]
pub struct Poured {
    /// The answer.
    pub published: Published,
    /// Between two answers; none for what is asked once.
    pub refresh: Option<Duration>,
}

/// Latest wins: whoever takes slowly publishes fewer, never older. As large as the set of questions. Cheap to
/// clone.
#[derive(Clone, Debug, Default)]
pub struct Tap(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<HashMap<Arc<Identity>, Poured>>,
    bell: Notify,
}

impl Tap {
    /// Replaces what waits under `identity`.
    pub fn pour(&self, identity: &Arc<Identity>, answer: Poured) {
        self.lock().insert(Arc::clone(identity), answer);
        self.0.bell.notify_one();
    }

    /// Forgets what waits.
    pub fn drain(&self) {
        self.lock().clear();
    }

    /// Waits until there is something. Cancel-safe.
    pub async fn filled(&self) {
        while self.lock().is_empty() {
            self.0.bell.notified().await;
        }
    }

    /// Up to `most` of what waits.
    pub fn take(&self, most: usize) -> Vec<(Arc<Identity>, Poured)> {
        let mut waiting = self.lock();
        let keys: Vec<Arc<Identity>> = waiting.keys().take(most).cloned().collect();
        let taken = keys.into_iter();
        taken.filter_map(|key| waiting.remove_entry(&key)).collect()
    }

    /// Puts back what could not be published, unless there is something newer.
    pub fn put_back(&self, taken: Vec<(Arc<Identity>, Poured)>) {
        let mut waiting = self.lock();
        for (identity, answer) in taken {
            waiting.entry(identity).or_insert(answer);
        }
        drop(waiting);
        self.0.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<Identity>, Poured>> {
        (self.0.waiting.lock()).unwrap_or_else(PoisonError::into_inner)
    }
}
