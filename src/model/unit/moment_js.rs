//! Dates by a moment.js pattern (momentjs.com/docs/#/displaying/format/), English names.

use jiff::Zoned;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The tokens, longest first among those that start alike.
const TOKENS: [&str; 47] = [
    "YYYY", "YY", "Y", "Qo", "Q", "MMMM", "MMM", "MM", "Mo", "M", "DDDD", "DDD", "DD", "Do", "D",
    "dddd", "ddd", "dd", "d", "E", "e", "WW", "W", "HH", "H", "hh", "h", "kk", "k", "mm", "m",
    "ss", "s", "SSSSSS", "SSS", "SS", "S", "A", "a", "ZZ", "Z", "X", "x", "LLLL", "LLL", "LL", "L",
];

/// Writes `at` by `pattern`; text in `[brackets]` and after a backslash stays.
pub(crate) fn format(pattern: &str, at: &Zoned) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '['
            && let Some(end) = rest.find(']')
        {
            text.push_str(&rest[1..end]);
            rest = &rest[end + 1..];
            continue;
        }
        if first == '\\' {
            let mut after = rest[1..].chars();
            text.extend(after.next());
            rest = after.as_str();
            continue;
        }
        if let Some(after) = rest.strip_prefix("LTS") {
            text.push_str(&format("h:mm:ss A", at));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("LT") {
            text.push_str(&format("h:mm A", at));
            rest = after;
        } else if let Some(token) = TOKENS.iter().find(|token| rest.starts_with(**token)) {
            text.push_str(&write(token, at));
            rest = &rest[token.len()..];
        } else {
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    text
}

fn write(token: &str, at: &Zoned) -> String {
    let (month, day, hour) = (
        i32::from(at.month()),
        i32::from(at.day()),
        i32::from(at.hour()),
    );
    let month_name = MONTHS[usize::try_from(month - 1).unwrap_or(0) % 12];
    let weekday = at.weekday().to_sunday_zero_offset();
    let weekday_name = WEEKDAYS[usize::try_from(weekday).unwrap_or(0) % 7];
    let hour_12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    let hour_24 = if hour == 0 { 24 } else { hour };
    let week = at.date().iso_week_date().week();
    let nanos = at.subsec_nanosecond();
    let offset = at.offset().seconds();
    match token {
        "YYYY" | "Y" => format!("{:04}", at.year()),
        "YY" => format!("{:02}", at.year().rem_euclid(100)),
        "Q" => ((month + 2) / 3).to_string(),
        "Qo" => ordinal((month + 2) / 3),
        "MMMM" => month_name.to_owned(),
        "MMM" => month_name[..3].to_owned(),
        "MM" => format!("{month:02}"),
        "Mo" => ordinal(month),
        "M" => month.to_string(),
        "DDDD" => format!("{:03}", at.day_of_year()),
        "DDD" => at.day_of_year().to_string(),
        "DD" => format!("{day:02}"),
        "Do" => ordinal(day),
        "D" => day.to_string(),
        "dddd" => weekday_name.to_owned(),
        "ddd" => weekday_name[..3].to_owned(),
        "dd" => weekday_name[..2].to_owned(),
        "d" | "e" => weekday.to_string(),
        "E" => at.weekday().to_monday_one_offset().to_string(),
        "WW" => format!("{week:02}"),
        "W" => week.to_string(),
        "HH" => format!("{hour:02}"),
        "H" => hour.to_string(),
        "hh" => format!("{hour_12:02}"),
        "h" => hour_12.to_string(),
        "kk" => format!("{hour_24:02}"),
        "k" => hour_24.to_string(),
        "mm" => format!("{:02}", at.minute()),
        "m" => at.minute().to_string(),
        "ss" => format!("{:02}", at.second()),
        "s" => at.second().to_string(),
        "SSSSSS" => format!("{:06}", nanos / 1_000),
        "SSS" => format!("{:03}", nanos / 1_000_000),
        "SS" => format!("{:02}", nanos / 10_000_000),
        "S" => (nanos / 100_000_000).to_string(),
        "A" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "a" => if hour < 12 { "am" } else { "pm" }.to_owned(),
        "Z" | "ZZ" => {
            let colon = if token == "Z" { ":" } else { "" };
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.abs() / 60;
            format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
        }
        "X" => at.timestamp().as_second().to_string(),
        "x" => at.timestamp().as_millisecond().to_string(),
        "LLLL" => format("dddd, MMMM D, YYYY h:mm A", at),
        "LLL" => format("MMMM D, YYYY h:mm A", at),
        "LL" => format("MMMM D, YYYY", at),
        _ => format("MM/DD/YYYY", at),
    }
}

fn ordinal(number: i32) -> String {
    let ending = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
