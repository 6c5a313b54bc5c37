//! The bucket width in `$__timeGroup(column, '5m')`.

use jiff::Span;

use crate::model::time::Moment;

/// Reads Grafana's interval text in nanoseconds: one whole number of `d`, `w`, `M` or `y` (months
/// and years as long as those before `now` were), or a Go duration (`5m`, `1h30m`, `20ms`, `1.5h`).
/// Single quotes around it are fine.
pub(super) fn parse(text: &str, now: Moment) -> Result<i64, String> {
    let text = text.trim().trim_matches('\'').trim();
    let nanos = match calendar_unit(text) {
        Some((number, unit)) => calendar_span(number, unit).and_then(|span| before(now, span)),
        None => go_duration(text),
    };
    match nanos {
        Some(nanos) if nanos > 0 => Ok(nanos),
        Some(_) => Err(format!("the interval `{text}` must be more than zero")),
        None => Err(format!(
            "`{text}` is not an interval; write `$__interval`, `'5m'`, `'1h30m'`, `'1d'` or `'1w'`"
        )),
    }
}

/// Writes nanoseconds as seconds: `300`, `0.5`.
pub(super) fn seconds(nanos: i64) -> String {
    let (whole, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:09}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// `3d` → `3` and `d`.
fn calendar_unit(text: &str) -> Option<(&str, char)> {
    let unit = text.chars().next_back()?;
    let number = &text[..text.len() - unit.len_utf8()];
    let whole = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (whole && matches!(unit, 'd' | 'w' | 'M' | 'y')).then_some((number, unit))
}

/// None for a number no calendar holds.
fn calendar_span(number: &str, unit: char) -> Option<Span> {
    let number = number.parse::<i64>().ok()?;
    let span = Span::new();
    match unit {
        'd' => span.try_days(number),
        'w' => span.try_weeks(number),
        'M' => span.try_months(number),
        _ => span.try_years(number),
    }
    .ok()
}

fn before(now: Moment, span: Span) -> Option<i64> {
    let now = now.zoned(&jiff::tz::TimeZone::UTC);
    let then = now.checked_sub(span).ok()?;
    let nanos = now.timestamp().as_nanosecond() - then.timestamp().as_nanosecond();
    i64::try_from(nanos).ok()
}

/// Go's `time.ParseDuration`, without a sign.
fn go_duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i128;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let size: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.len() > 18 || whole.len() > 18 {
            return None;
        }
        let digits = |text: &str| {
            if text.is_empty() {
                Some(0)
            } else {
                text.parse::<i128>().ok()
            }
        };
        let scale = 10_i128.pow(fraction.len() as u32);
        total += digits(whole)? * size + digits(fraction)? * size / scale;
        rest = next;
    }
    i64::try_from(total).ok()
}
