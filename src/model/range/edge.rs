//! One end of a time range.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Span, Timestamp, ToSpan, Unit, Zoned, ZonedRound};

use crate::model::time::Moment;

/// A unit of Grafana's date arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// What is done to now, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Move {
    Add(i64, Step),
    Round(Step),
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Edge {
    /// `now`, moved.
    Relative(Vec<Move>),
    /// A whole local day.
    Date(Date),
    /// A local date and time.
    Local(DateTime),
    /// A time with a zone of its own.
    Fixed(Moment),
}

impl Step {
    fn parse(name: &str) -> Result<Self, String> {
        Ok(match name {
            "ms" => Self::Millisecond,
            "s" => Self::Second,
            "m" => Self::Minute,
            "h" => Self::Hour,
            "d" => Self::Day,
            "w" => Self::Week,
            "M" => Self::Month,
            "y" | "Y" => Self::Year,
            "" => return Err("a number needs a unit (ms s m h d w M y)".to_owned()),
            other => return Err(format!("unknown unit `{other}` (ms s m h d w M y)")),
        })
    }

    /// `amount` of this unit; none beyond what jiff can count.
    fn span(self, amount: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Millisecond => span.try_milliseconds(amount),
            Self::Second => span.try_seconds(amount),
            Self::Minute => span.try_minutes(amount),
            Self::Hour => span.try_hours(amount),
            Self::Day => span.try_days(amount),
            Self::Week => span.try_weeks(amount),
            Self::Month => span.try_months(amount),
            Self::Year => span.try_years(amount),
        }
        .ok()
    }

    /// The start of the unit `at` lies in.
    fn start(self, at: &Zoned) -> Option<Zoned> {
        let unit = match self {
            Self::Millisecond => Unit::Millisecond,
            Self::Second => Unit::Second,
            Self::Minute => Unit::Minute,
            Self::Hour => Unit::Hour,
            Self::Day => return at.start_of_day().ok(),
            Self::Week => {
                let back = i64::from(at.weekday().to_monday_zero_offset());
                return at.checked_sub(back.days()).ok()?.start_of_day().ok();
            }
            Self::Month => return at.first_of_month().ok()?.start_of_day().ok(),
            Self::Year => return at.first_of_year().ok()?.start_of_day().ok(),
        };
        at.round(ZonedRound::new().smallest(unit).mode(RoundMode::Floor))
            .ok()
    }
}

impl Edge {
    /// `now`.
    pub(super) fn now() -> Self {
        Self::Relative(Vec::new())
    }

    /// `6h`, `1h30m`: that long before now. None when it does not start with a digit or has no unit.
    pub(super) fn parse_ago(text: &str) -> Option<Self> {
        let mut moves = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (amount, step, after) = amount(rest).ok()?;
            moves.push(Move::Add(-amount, step));
            rest = after;
        }
        (!moves.is_empty()).then_some(Self::Relative(moves))
    }

    /// `now-1d/d`, `2026-11-01`, `2026-11-01 08:00`, `2026-11-01T08:00:00Z`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("now") {
            return parse_moves(rest).map_err(|why| format!("`{text}`: {why}"));
        }
        if let Ok(date) = text.parse::<Date>()
            && text.len() == 10
        {
            return Ok(Self::Date(date));
        }
        if let Ok(fixed) = text.parse::<Timestamp>() {
            return Ok(Self::Fixed(Moment::from_timestamp(fixed)));
        }
        if text.len() > 10
            && let Ok(local) = text.parse::<DateTime>()
        {
            return Ok(Self::Local(local));
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("`{text}` needs a unit, such as `{text}m`"));
        }
        Err(format!("`{text}` is neither `now…` nor a date"))
    }

    /// `12:00` after `2026-11-01 08:00` is a time of the same day.
    pub(super) fn time_of_same_day(&self, text: &str) -> Option<Self> {
        let day = match self {
            Self::Date(day) => *day,
            Self::Local(local) => local.date(),
            Self::Relative(_) | Self::Fixed(_) => return None,
        };
        if !text.get(..3)?.contains(':') {
            return None;
        }
        let time = text.parse::<Time>().ok()?;
        Some(Self::Local(day.to_datetime(time)))
    }

    pub(super) fn is_relative(&self) -> bool {
        matches!(self, Self::Relative(_))
    }

    /// `now`, or the end of the unit now lies in.
    pub(super) fn reaches_now(&self) -> bool {
        match self {
            Self::Relative(moves) => moves.iter().all(|step| matches!(step, Move::Round(_))),
            _ => false,
        }
    }

    /// The point in time; `end` makes roundings go up. Beyond the calendar: its end.
    pub(super) fn resolve(&self, now: Moment, zone: &TimeZone, end: bool) -> Moment {
        match self {
            Self::Fixed(at) => *at,
            Self::Local(local) => in_zone(*local, zone),
            Self::Date(day) if end => day.tomorrow().map_or(Moment::INFINITY, |next| {
                in_zone(next.to_datetime(Time::midnight()), zone).plus(-1_000)
            }),
            Self::Date(day) => in_zone(day.to_datetime(Time::midnight()), zone),
            Self::Relative(moves) => {
                let mut at = now.zoned(zone);
                // Exact where nothing moves: jiff would cut nothing, but the calendar's ends would.
                if moves.is_empty() {
                    return now;
                }
                for step in moves {
                    match apply(&at, *step, end) {
                        Some(next) => at = next,
                        None => return beyond(*step),
                    }
                }
                Moment::from_timestamp(at.timestamp())
            }
        }
    }
}

fn in_zone(local: DateTime, zone: &TimeZone) -> Moment {
    local.to_zoned(zone.clone()).map_or(
        if local.year() < 0 {
            Moment::NEG_INFINITY
        } else {
            Moment::INFINITY
        },
        |zoned| Moment::from_timestamp(zoned.timestamp()),
    )
}

fn apply(at: &Zoned, step: Move, end: bool) -> Option<Zoned> {
    match step {
        Move::Add(amount, unit) => at.checked_add(unit.span(amount)?).ok(),
        Move::Round(unit) if end => {
            let next = unit.start(at)?.checked_add(unit.span(1)?).ok()?;
            // A midnight that does not exist may have moved the start: round again.
            unit.start(&next)?.checked_sub(1.millisecond()).ok()
        }
        Move::Round(unit) => unit.start(at),
    }
}

fn beyond(step: Move) -> Moment {
    match step {
        Move::Add(amount, _) if amount < 0 => Moment::from_timestamp(Timestamp::MIN),
        _ => Moment::from_timestamp(Timestamp::MAX),
    }
}

/// `-1d/d` → moves.
fn parse_moves(text: &str) -> Result<Edge, String> {
    let mut moves = Vec::new();
    let mut rest = text.trim();
    while let Some(sign) = rest.chars().next() {
        let after = rest[sign.len_utf8()..].trim_start();
        match sign {
            '-' | '+' => {
                let (number, step, next) = amount(after)?;
                let signed = if sign == '-' { -number } else { number };
                moves.push(Move::Add(signed, step));
                rest = next.trim_start();
            }
            '/' => {
                let (name, next) = letters(after);
                moves.push(Move::Round(Step::parse(name)?));
                rest = next.trim_start();
            }
            _ => return Err(format!("`{rest}` is not `-6h`, `+6h` or `/d`")),
        }
    }
    Ok(Edge::Relative(moves))
}

/// `6h…` → 6, hours, what follows.
fn amount(text: &str) -> Result<(i64, Step, &str), String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = text[..digits]
        .parse::<i64>()
        .map_err(|_| format!("`{text}` does not start with a number"))?;
    let (name, rest) = letters(&text[digits..]);
    Ok((number, Step::parse(name)?, rest))
}

fn letters(text: &str) -> (&str, &str) {
    let length = text.len() - text.trim_start_matches(char::is_alphabetic).len();
    text.split_at(length)
}
