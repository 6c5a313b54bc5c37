//! Shorter forms of a column of times.

use super::Cell;

/// What a time can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Of a second.
    Fraction,
    /// The date, and with it the fraction; only where all times are of one day.
    Date,
}

/// The cells' texts without `part`; none where no time has one or where it must not be missing. What
/// is no time of day, as `infinity`, stays.
pub(super) fn without(cells: &[Cell], part: Part) -> Option<Vec<String>> {
    let texts = || cells.iter().map(|cell| cell.text.as_str());
    let short = |text: &str| match (split(text), part) {
        (Some((date, time, rest)), Part::Fraction) => format!("{date}{}{rest}", whole(time)),
        (Some((_, time, _)), Part::Date) => whole(time).to_owned(),
        (None, _) => text.to_owned(),
    };
    if part == Part::Date {
        let mut days = texts()
            .filter_map(split)
            .map(|(date, _, rest)| (date, rest));
        let first = days.next()?;
        if first.0.is_empty() || days.any(|day| day != first) {
            return None;
        }
    }
    let shortened: Vec<String> = texts().map(short).collect();
    texts()
        .ne(shortened.iter().map(String::as_str))
        .then_some(shortened)
}

/// `2026-11-22 `, `11:50:00.25` and ` BC`; the date is empty for a time of day alone.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (text, era) = match text.strip_suffix(" BC") {
        Some(before) => (before, &text[before.len()..]),
        None => (text, ""),
    };
    let start = text.rfind(' ').map_or(0, |blank| blank + 1);
    let (date, time) = text.split_at(start);
    time.contains(':').then_some((date, time, era))
}

fn whole(time: &str) -> &str {
    time.split('.').next().unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(texts: &[&str], part: Part) -> Option<Vec<String>> {
        let cell = |text: &&str| Cell {
            text: (*text).to_owned(),
            ..Cell::default()
        };
        without(&texts.iter().map(cell).collect::<Vec<_>>(), part)
    }

    #[test]
    fn the_fraction_goes_before_the_date_and_the_date_only_of_a_single_day() {
        let one = ["2026-11-22 11:50:00.25", "–", "2026-11-22 11:50:01"];
        assert_eq!(
            short(&one, Part::Fraction).unwrap(),
            ["2026-11-22 11:50:00", "–", "2026-11-22 11:50:01"]
        );
        assert_eq!(
            short(&one, Part::Date).unwrap(),
            ["11:50:00", "–", "11:50:01"]
        );
        let two = ["2026-11-22 11:50:00", "2026-11-21 11:50:00"];
        assert_eq!(short(&two, Part::Date), None);
        assert_eq!(short(&two, Part::Fraction), None, "there is none");
        assert_eq!(
            short(&["0044-03-15 12:00:00.5 BC"], Part::Fraction).unwrap(),
            ["0044-03-15 12:00:00 BC"]
        );
    }

    #[test]
    fn what_is_no_moment_is_left_alone() {
        assert_eq!(short(&["2026-11-22", "infinity", "–"], Part::Date), None);
        assert_eq!(
            short(&["2026-11-22", "infinity", "–"], Part::Fraction),
            None
        );
        assert_eq!(
            short(&["11:50:00.5"], Part::Fraction).unwrap(),
            ["11:50:00"]
        );
        assert_eq!(short(&["11:50:00.5"], Part::Date), None);
        assert_eq!(
            short(&["infinity", "2026-11-22 11:50:00"], Part::Date).unwrap(),
            ["infinity", "11:50:00"]
        );
    }
}
