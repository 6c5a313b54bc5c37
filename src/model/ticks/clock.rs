//! Marks of a time axis, on round times of the wall clock.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

use crate::model::time::{DAY, HOUR, MINUTE, Moment, SECOND, TimeWindow};

/// One mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// Where.
    pub at: Moment,
    /// `15:04:05`, `15:04`, `Nov 22` (midnight), `Mon`, `Nov`, `2026`. Of an hour that the wall clock
    /// shows twice `02:30 CEST` and `02:30 CET`.
    pub label: String,
}

/// How far apart marks are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Microseconds, a divisor of an hour.
    Exact(i64),
    /// Hours of the wall clock, a divisor of a day.
    Hours(i8),
    Days(i32),
    /// Mondays.
    Week,
    Months(i32),
    Years(i32),
}

const STEPS: [Step; 32] = [
    Step::Exact(1_000),
    Step::Exact(10_000),
    Step::Exact(100_000),
    Step::Exact(200_000),
    Step::Exact(500_000),
    Step::Exact(SECOND),
    Step::Exact(2 * SECOND),
    Step::Exact(5 * SECOND),
    Step::Exact(10 * SECOND),
    Step::Exact(15 * SECOND),
    Step::Exact(30 * SECOND),
    Step::Exact(MINUTE),
    Step::Exact(2 * MINUTE),
    Step::Exact(5 * MINUTE),
    Step::Exact(10 * MINUTE),
    Step::Exact(15 * MINUTE),
    Step::Exact(30 * MINUTE),
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Week,
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
];

impl Step {
    fn micros(self) -> i64 {
        match self {
            Self::Exact(micros) => micros,
            Self::Hours(hours) => i64::from(hours) * HOUR,
            Self::Days(days) => i64::from(days) * DAY,
            Self::Week => 7 * DAY,
            Self::Months(months) => i64::from(months) * 30 * DAY,
            Self::Years(years) => i64::from(years) * 365 * DAY,
        }
    }

    /// Cells its widest label takes, and two for the distance to the next.
    fn cells(self) -> usize {
        let label = match self {
            Self::Exact(micros) if micros < SECOND => 12,
            Self::Exact(micros) if micros < MINUTE => 8,
            Self::Years(_) => 4,
            _ => 6,
        };
        label + 2
    }
}

/// Marks within `window` on round times of `zone`'s wall clock, at most `most`. They stay where they
/// are as the window slides. Midnight is written as its date; a mark every day or more as the day,
/// month or year.
pub fn time_ticks(window: TimeWindow, zone: &TimeZone, most: usize) -> Vec<TimeTick> {
    if most == 0 {
        return Vec::new();
    }
    let room = |_: Step| most;
    fitting(window, zone, &room, None)
}

/// As [`time_ticks`], as many as `columns` cells have room for labels.
pub fn time_ticks_in(window: TimeWindow, zone: &TimeZone, columns: usize) -> Vec<TimeTick> {
    let room = |step: Step| columns / step.cells();
    fitting(window, zone, &room, Some(columns))
}

fn fitting(
    window: TimeWindow,
    zone: &TimeZone,
    room: &dyn Fn(Step) -> usize,
    columns: Option<usize>,
) -> Vec<TimeTick> {
    let span = window.span();
    if span == 0 {
        return Vec::new();
    }
    let decades = (1..4).map(|power| Step::Years(10 * 10_i32.pow(power)));
    for step in STEPS.into_iter().chain(decades) {
        let most = room(step);
        // One more may fit by luck of alignment; what is surely too many is not even listed.
        let surely = i64::try_from(most).unwrap_or(i64::MAX);
        if most == 0 || span / step.micros() > surely {
            continue;
        }
        let times = times(window, zone, step);
        if times.len() > most {
            continue;
        }
        let ticks: Vec<TimeTick> = times
            .into_iter()
            .map(|at| TimeTick {
                at,
                label: label(&at.zoned(zone), step, span),
            })
            .collect();
        if columns.is_none_or(|columns| are_apart(&ticks, window, step, columns)) {
            return ticks;
        }
    }
    Vec::new()
}

/// Whether labels that are longer than their step's others, because the clock shows their time twice,
/// still leave a blank between them.
fn are_apart(ticks: &[TimeTick], window: TimeWindow, step: Step, columns: usize) -> bool {
    let usual = step.cells() - 2;
    let cells = |tick: &TimeTick| tick.label.chars().count();
    let scale = columns as f64 / window.span() as f64;
    ticks.windows(2).all(|pair| {
        let [a, b] = pair else { return true };
        let needed = (cells(a) + cells(b)).div_ceil(2) + 1;
        let distance = b.at.since(a.at) as f64 * scale;
        cells(a).max(cells(b)) <= usual || distance >= needed as f64
    })
}

fn times(window: TimeWindow, zone: &TimeZone, step: Step) -> Vec<Moment> {
    let mut times = Vec::new();
    let mut add = |at: Moment| {
        if at >= window.from && at <= window.to && times.last().is_none_or(|last| *last < at) {
            times.push(at);
        }
        at <= window.to
    };
    let first = window.from.zoned(zone);
    match step {
        Step::Exact(micros) => {
            // Offsets are whole minutes and rarely change by less than half an hour, so steps that
            // divide an hour stay aligned over a change of clocks.
            let offset = i64::from(first.offset().seconds()) * SECOND;
            let local = window.from.0.saturating_add(offset);
            let start = local.div_euclid(micros).saturating_mul(micros) - offset;
            let mut at = Moment(start);
            while add(at) {
                at = at.plus(micros);
            }
        }
        Step::Hours(hours) => {
            let mut day = first.date();
            loop {
                let mut inside = true;
                for hour in (0..24).step_by(hours.unsigned_abs() as usize) {
                    let Ok(time) = Time::new(hour, 0, 0, 0) else {
                        continue;
                    };
                    // An hour the clocks skip has no mark, one they repeat has two.
                    let [first, second] = existing(day.to_datetime(time), zone);
                    for at in first.into_iter().chain(second.filter(|_| hours == 1)) {
                        inside = add(at);
                    }
                }
                match day.tomorrow() {
                    Ok(next) if inside => day = next,
                    _ => break,
                }
            }
        }
        Step::Days(_) | Step::Week | Step::Months(_) | Step::Years(_) => {
            let mut day = first_day(first.date(), step);
            while let Some(start) = day.and_then(|day| midnight(day, zone)) {
                if !add(start) {
                    break;
                }
                day = day.and_then(|day| next_day(day, step));
            }
        }
    }
    times
}

/// When the wall clock shows `local`: never, once or twice.
fn existing(local: DateTime, zone: &TimeZone) -> [Option<Moment>; 2] {
    let there = zone.to_ambiguous_timestamp(local);
    let moment = |found: Result<Timestamp, jiff::Error>| found.ok().map(Moment::from_timestamp);
    match there.offset() {
        AmbiguousOffset::Gap { .. } => [None, None],
        AmbiguousOffset::Unambiguous { .. } => [moment(there.unambiguous()), None],
        AmbiguousOffset::Fold { .. } => [moment(there.earlier()), moment(there.later())],
    }
}

/// Which of the two times it is that the wall clock shows the time of `at`: `CEST` or `CET`; nothing
/// where it is shown once.
fn which(at: &Zoned) -> Option<String> {
    let there = at.time_zone().to_ambiguous_timestamp(at.datetime());
    matches!(there.offset(), AmbiguousOffset::Fold { .. }).then(|| at.strftime("%Z").to_string())
}

/// A day's first moment; not always 00:00.
fn midnight(day: Date, zone: &TimeZone) -> Option<Moment> {
    let zoned = day.to_zoned(zone.clone()).ok()?;
    Some(Moment::from_timestamp(zoned.timestamp()))
}

/// The last aligned day that is not after `day`.
fn first_day(day: Date, step: Step) -> Option<Date> {
    match step {
        Step::Days(days) => {
            // Counted from the epoch, so that marks stay as the window slides.
            let epoch = Date::new(1970, 1, 1).ok()?;
            let since = day.since(epoch).ok()?.get_days();
            day.checked_sub(since.rem_euclid(days.max(1)).days()).ok()
        }
        Step::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(back.days()).ok()
        }
        Step::Months(months) => {
            let month = i32::from(day.month()) - 1;
            let month = month - month.rem_euclid(months.max(1)) + 1;
            Date::new(day.year(), i8::try_from(month).ok()?, 1).ok()
        }
        Step::Years(years) => {
            let year = i32::from(day.year());
            let year = year - year.rem_euclid(years.max(1));
            Date::new(i16::try_from(year).ok()?, 1, 1).ok()
        }
        Step::Exact(_) | Step::Hours(_) => Some(day),
    }
}

fn next_day(day: Date, step: Step) -> Option<Date> {
    let further = match step {
        Step::Days(days) => days.days(),
        Step::Week => 1.week(),
        Step::Months(months) => months.months(),
        Step::Years(years) => years.years(),
        Step::Exact(_) | Step::Hours(_) => return None,
    };
    day.checked_add(further).ok()
}

fn label(at: &Zoned, step: Step, span: i64) -> String {
    let date = |pattern: &str| at.strftime(pattern).to_string();
    match step {
        Step::Exact(micros) if micros < SECOND => {
            let fraction = if micros >= 100_000 {
                "%H:%M:%S%.1f"
            } else {
                "%H:%M:%S%.3f"
            };
            date(fraction)
        }
        Step::Exact(micros) if micros < MINUTE => date("%H:%M:%S"),
        Step::Exact(_) | Step::Hours(_) => {
            let which = which(at);
            // A day begins once, also where its first hour is repeated.
            let begins = midnight(at.date(), at.time_zone())
                .is_some_and(|first| first == Moment::from_timestamp(at.timestamp()));
            match which {
                _ if at.time() == Time::midnight() && begins => date("%b %-d"),
                Some(which) => format!("{} {which}", date("%H:%M")),
                None => date("%H:%M"),
            }
        }
        // A weekday is unique within a week only.
        Step::Days(1) if span <= 7 * DAY => date("%a"),
        Step::Days(_) | Step::Week => date("%b %-d"),
        Step::Months(_) if at.month() == 1 => date("%Y"),
        Step::Months(_) => date("%b"),
        Step::Years(_) => date("%Y"),
    }
}

#[cfg(test)]
mod tests;
