//! What happened in the shop: deploys, an outage, a backlog, a campaign; and their annotations.

use crate::model::live::LiveLevel;

/// What went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A release that warms its caches the hard way.
    Deploy,
    /// The payment provider answers with errors.
    PaymentOutage,
    /// Workers are too few for what comes in.
    Backlog,
    /// An e-mail to many people.
    Campaign,
}

/// An event in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// What.
    pub event: Event,
    /// From, in Unix seconds.
    pub start: i64,
    /// To, in Unix seconds.
    pub end: i64,
}

impl Incident {
    /// How bad it is.
    pub fn level(&self) -> LiveLevel {
        match self.event {
            Event::PaymentOutage => LiveLevel::Error,
            Event::Backlog => LiveLevel::Warning,
            Event::Deploy | Event::Campaign => LiveLevel::Info,
        }
    }

    /// The words of its annotation.
    pub fn text(&self) -> &'static str {
        match self.event {
            Event::Deploy => "Deploy, caches cold",
            Event::PaymentOutage => "Payment provider down",
            Event::Backlog => "Queue backlog",
            Event::Campaign => "Newsletter sent",
        }
    }

    /// The tags of its annotation, as an array of PostgreSQL.
    pub fn tags(&self) -> &'static str {
        match self.event {
            Event::Deploy => "{deploy}",
            Event::PaymentOutage => "{incident,payment}",
            Event::Backlog => "{incident,queue}",
            Event::Campaign => "{marketing}",
        }
    }

    /// How strong it is at `at`, from 0 to 1.
    fn strength(&self, at: i64) -> f64 {
        if at < self.start || at >= self.end {
            return 0.0;
        }
        let part = (at - self.start) as f64 / (self.end - self.start) as f64;
        match self.event {
            // A spike that cools down.
            Event::Deploy => (part * 12.0).min(1.0) * (1.0 - part).powf(1.3),
            // Down, for a while, and up again.
            Event::PaymentOutage => (part * 9.0).min((1.0 - part) * 6.0).min(1.0),
            // Grows slowly, is worked off faster.
            Event::Backlog => (part / 0.65).min((1.0 - part) / 0.35),
            Event::Campaign => (part * 8.0).min(1.0) * (1.0 - part).powf(0.7),
        }
    }
}

/// How strongly each event acts at one moment, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mood {
    /// [`Event::Deploy`].
    pub deploy: f64,
    /// [`Event::PaymentOutage`].
    pub payment: f64,
    /// [`Event::Backlog`].
    pub backlog: f64,
    /// [`Event::Campaign`].
    pub campaign: f64,
}

/// All incidents: those of the 24 hours before the start, and a cycle that goes on for ever after it.
#[derive(Clone, Debug)]
pub struct Story {
    start: i64,
    past: [Incident; 7],
}

/// Seconds between the start of two incidents after the start.
const CYCLE: i64 = 40 * 60;
/// The first of them comes this long after the start.
const FIRST: i64 = 6 * 60;

impl Story {
    /// The story of a demo that starts at `start` (Unix seconds).
    pub fn around(start: i64) -> Self {
        // Minutes before the start, and how many.
        let told = |event, before: i64, minutes: i64| Incident {
            event,
            start: start - before * 60,
            end: start - (before - minutes) * 60,
        };
        Self {
            start,
            past: [
                told(Event::Deploy, 19 * 60 + 10, 9),
                told(Event::Backlog, 14 * 60 + 35, 55),
                told(Event::Campaign, 9 * 60, 80),
                told(Event::Deploy, 5 * 60 + 12, 9),
                told(Event::Backlog, 2 * 60 + 40, 45),
                told(Event::PaymentOutage, 41, 13),
                told(Event::Deploy, 17, 8),
            ],
        }
    }

    /// The incidents of the 24 hours before the start, ascending.
    pub fn past(&self) -> &[Incident] {
        &self.past
    }

    /// The incident of the time after the start that begins within `[from, to)`, if one does.
    pub fn begins(&self, from: i64, to: i64) -> Option<Incident> {
        let number = (from - self.start - FIRST + CYCLE - 1).div_euclid(CYCLE);
        self.cycle(number)
            .filter(|incident| (from..to).contains(&incident.start))
    }

    fn cycle(&self, number: i64) -> Option<Incident> {
        let (event, minutes) = match number.rem_euclid(4) {
            0 => (Event::Deploy, 8),
            1 => (Event::Campaign, 30),
            2 => (Event::PaymentOutage, 12),
            _ => (Event::Backlog, 35),
        };
        let start = self.start + FIRST + number * CYCLE;
        (number >= 0).then_some(Incident {
            event,
            start,
            end: start + minutes * 60,
        })
    }

    /// What acts at `at`.
    pub fn mood(&self, at: i64) -> Mood {
        let mut mood = Mood::default();
        // No incident lasts longer than the cycle: one of them at a time.
        let current = self.cycle((at - self.start - FIRST).div_euclid(CYCLE));
        for incident in self.past.iter().copied().chain(current) {
            let part = match incident.event {
                Event::Deploy => &mut mood.deploy,
                Event::PaymentOutage => &mut mood.payment,
                Event::Backlog => &mut mood.backlog,
                Event::Campaign => &mut mood.campaign,
            };
            *part = part.max(incident.strength(at));
        }
        mood
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_772_625_600;

    #[test]
    fn the_past_is_within_a_day_and_over_before_the_start() {
        let story = Story::around(START);
        for incident in story.past() {
            assert!(
                incident.start > START - 86_400 && incident.end <= START,
                "{incident:?}"
            );
            let middle = i64::midpoint(incident.start, incident.end);
            assert!(incident.strength(middle) > 0.3, "{incident:?}");
        }
        assert!(story.past().is_sorted_by_key(|incident| incident.start));
        assert_eq!(story.mood(START - 60 * 60 * 7), Mood::default());
    }

    #[test]
    fn the_story_goes_on_after_the_start_and_every_incident_begins_once() {
        let story = Story::around(START);
        let begun: Vec<Incident> = (START..START + 86_400)
            .filter_map(|second| story.begins(second, second + 1))
            .collect();
        assert_eq!(begun.len(), 36);
        assert!(
            begun
                .iter()
                .all(|incident| incident.end - incident.start <= CYCLE)
        );
        for incident in &begun {
            let middle = i64::midpoint(incident.start, incident.end);
            assert_ne!(story.mood(middle), Mood::default(), "{incident:?}");
        }
        // In larger steps too: a laptop may have slept for a moment.
        let stepped: Vec<Incident> = (START..START + 86_400)
            .step_by(600)
            .filter_map(|second| story.begins(second, second + 600))
            .collect();
        assert_eq!(stepped, begun);
    }
}
