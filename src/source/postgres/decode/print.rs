//! Values as `psql` writes them, for where one stands inside another: composites, ranges, arrays.

use std::fmt::Write as _;

use super::number::float8;
use crate::model::time::Moment;
use crate::model::value::Value;

const DAY: i64 = 86_400_000_000;

/// Appends `value`; nothing for NULL, which every container writes in its own way.
pub(super) fn print(value: &Value, into: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(yes) => into.push(if *yes { 't' } else { 'f' }),
        Value::Int(number) => {
            let _ = write!(into, "{number}");
        }
        Value::Float(number) => into.push_str(&float8(*number)),
        Value::Decimal(text) | Value::Text(text) | Value::Json(text) => into.push_str(text),
        Value::Bytes(bytes) => {
            into.push_str("\\x");
            for byte in bytes {
                let _ = write!(into, "{byte:02x}");
            }
        }
        Value::Timestamp(moment) => timestamp(*moment, "+00", into),
        Value::Datetime(moment) => timestamp(*moment, "", into),
        Value::Date(days) => match *days {
            i32::MIN => into.push_str("-infinity"),
            i32::MAX => into.push_str("infinity"),
            days => {
                let era = date(i64::from(days), into);
                into.push_str(era);
            }
        },
        Value::Time(micros) => into.push_str(&clock(*micros)),
        Value::Interval {
            months,
            days,
            micros,
        } => interval(*months, *days, *micros, into),
        Value::Uuid(bytes) => {
            for (index, byte) in bytes.iter().enumerate() {
                if matches!(index, 4 | 6 | 8 | 10) {
                    into.push('-');
                }
                let _ = write!(into, "{byte:02x}");
            }
        }
        Value::List(items) => list(items, into),
        Value::Undecoded(name) => {
            let _ = write!(into, "<{name}>");
        }
    }
}

fn list(items: &[Value], into: &mut String) {
    into.push('{');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            into.push(',');
        }
        match item {
            Value::Null => into.push_str("NULL"),
            Value::List(inner) => list(inner, into),
            other => {
                let mut text = String::new();
                print(other, &mut text);
                let plain = !text.is_empty()
                    && !text.eq_ignore_ascii_case("null")
                    && !text.contains(|c: char| {
                        matches!(c, '"' | '\\' | '{' | '}' | ',') || c.is_ascii_whitespace()
                    });
                if plain {
                    into.push_str(&text);
                } else {
                    into.push('"');
                    into.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
                    into.push('"');
                }
            }
        }
    }
    into.push('}');
}

fn timestamp(moment: Moment, zone: &str, into: &mut String) {
    match moment {
        Moment::NEG_INFINITY => into.push_str("-infinity"),
        Moment::INFINITY => into.push_str("infinity"),
        Moment(micros) => {
            let era = date(micros.div_euclid(DAY), into);
            into.push(' ');
            into.push_str(&clock(micros.rem_euclid(DAY)));
            into.push_str(zone);
            into.push_str(era);
        }
    }
}

/// Appends `2024-02-29` and answers what ends the whole text: `" BC"` before year 1.
///
/// Civil date from a day count, after Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn date(days: i64, into: &mut String) -> &'static str {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (shown, suffix) = if year > 0 {
        (year, "")
    } else {
        (1 - year, " BC")
    };
    let _ = write!(into, "{shown:04}-{month:02}-{day:02}");
    suffix
}

/// `13:14:15.5`, without trailing zeros.
pub(super) fn clock(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let mut text = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    let fraction = (micros % 1_000_000).abs();
    if fraction != 0 {
        let digits = format!(".{fraction:06}");
        text.push_str(digits.trim_end_matches('0'));
    }
    text
}

/// `1 year 2 mons -3 days +04:05:06`: PostgreSQL's own style, signs included.
fn interval(months: i32, days: i32, micros: i64, into: &mut String) {
    let start = into.len();
    let mut negative_before = false;
    for (amount, one, many) in [
        (months / 12, "year", "years"),
        (months % 12, "mon", "mons"),
        (days, "day", "days"),
    ] {
        if amount == 0 {
            continue;
        }
        if into.len() > start {
            into.push(' ');
        }
        let plus = if negative_before && amount > 0 {
            "+"
        } else {
            ""
        };
        let unit = if amount == 1 { one } else { many };
        let _ = write!(into, "{plus}{amount} {unit}");
        negative_before = amount < 0;
    }
    if micros != 0 || into.len() == start {
        if into.len() > start {
            into.push(' ');
        }
        if micros < 0 {
            into.push('-');
        } else if negative_before {
            into.push('+');
        }
        // i64::MIN has no positive twin; one microsecond less does.
        into.push_str(&clock(micros.saturating_abs()));
    }
}
