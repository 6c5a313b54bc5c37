//! When to draw: soon after something changed, never more often than the limit, never without a cause.

use std::time::Duration;

use tokio::time::Instant;

/// Answers that arrive together are drawn together: this long a first change waits for more.
const SETTLE: Duration = Duration::from_millis(6);
/// Keys are answered faster than data, but a flood of them is not drawn one by one.
const BETWEEN_KEYS: Duration = Duration::from_millis(16);

/// A frame limiter: pure, the clock is an argument.
#[derive(Clone, Copy, Debug)]
pub struct Pacer {
    between: Duration,
    drawn: Option<Instant>,
    due: Option<Instant>,
}

impl Pacer {
    /// At most `frames_per_second` frames for new data.
    pub fn new(frames_per_second: u32) -> Self {
        Self {
            between: Duration::from_secs(1) / frames_per_second.max(1),
            drawn: None,
            due: None,
        }
    }

    /// Data changed.
    pub fn data(&mut self, now: Instant) {
        self.want(now + SETTLE, self.between);
    }

    /// The viewer did something.
    pub fn input(&mut self, now: Instant) {
        self.want(now, BETWEEN_KEYS);
    }

    fn want(&mut self, at: Instant, between: Duration) {
        let at = self.drawn.map_or(at, |drawn| at.max(drawn + between));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// When to draw, if at all.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.drawn = Some(now);
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_changed_means_nothing_is_due() {
        let now = Instant::now();
        let mut pacer = Pacer::new(30);
        assert_eq!(pacer.due(), None);
        pacer.data(now);
        pacer.drawn(now + SETTLE);
        assert_eq!(pacer.due(), None);
    }

    #[test]
    fn a_burst_of_changes_is_one_frame() {
        let now = Instant::now();
        let mut pacer = Pacer::new(30);
        for microseconds in 0..1000 {
            pacer.data(now + Duration::from_micros(microseconds));
        }
        assert_eq!(pacer.due(), Some(now + SETTLE));
    }

    #[test]
    fn frames_keep_their_distance() {
        let start = Instant::now();
        let mut pacer = Pacer::new(10);
        let mut frames = 0;
        for millisecond in 0..1000 {
            let now = start + Duration::from_millis(millisecond);
            pacer.data(now);
            if pacer.due().is_some_and(|due| due <= now) {
                pacer.drawn(now);
                frames += 1;
            }
        }
        assert!(
            (9..=11).contains(&frames),
            "{frames} frames in a second at a limit of 10"
        );
    }

    #[test]
    fn a_key_does_not_wait_for_the_data_limit() {
        let now = Instant::now();
        let mut pacer = Pacer::new(1);
        pacer.data(now);
        pacer.drawn(now);
        pacer.data(now);
        pacer.input(now);
        assert_eq!(pacer.due(), Some(now + BETWEEN_KEYS));
    }
}
