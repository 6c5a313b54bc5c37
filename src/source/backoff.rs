//! Waits between attempts to connect.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LAST: Duration = Duration::from_secs(5);

/// Doubles from 0.2 s to 5 s, each with a random part so that many clients do not come at once.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Self { next: FIRST }
    }

    /// After a success.
    pub fn reset(&mut self) {
        self.next = FIRST;
    }

    /// Half to all of the step. `share` is a random number from 0 to 1.
    pub fn wait(&mut self, share: f64) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(LAST);
        step.mul_f64(0.5 + share.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_seconds_and_start_over_after_a_success() {
        let mut backoff = Backoff::new();
        let longest: Vec<_> = (0..7).map(|_| backoff.wait(1.0).as_millis()).collect();
        assert_eq!(longest, [200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(backoff.wait(0.0).as_millis(), 2500);
        backoff.reset();
        assert_eq!(backoff.wait(0.0).as_millis(), 100);
    }
}
