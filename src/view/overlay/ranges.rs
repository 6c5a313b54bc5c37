//! The picker of time ranges.

use jiff::Zoned;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{field, finder};
use crate::model::range::RangeSpec;
use crate::model::time::{Moment, TimeWindow};
use crate::ui::Glyphs;
use crate::ui::overlay::ranges::{HINTS, RangePicker};
use crate::ui::palette::Role;
use crate::view::Screen;

/// Draws the picker: what is typed, what it means (or why it means nothing), the list.
pub(super) fn draw(screen: &Screen<'_>, picker: &RangePicker, area: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let place = RangePicker::place(screen.ui, area);
    let (ranges, items): (Vec<RangeSpec>, Vec<_>) = picker.offered(screen.ui).into_iter().unzip();
    let list = (&picker.choices, &items[..]);
    finder(screen, &place, "Time range", list, &HINTS, buf);
    let chosen = picker.choices.chosen(&items);
    match (chosen.and_then(|index| ranges.get(index)), picker.typed()) {
        (Some(range), _) => {
            let Some(dashboard) = screen.config.dashboards.get(screen.ui.dashboard) else {
                return;
            };
            let zone = &dashboard.time_zone;
            let words = window_words(range.resolve(screen.now, zone), zone, look.glyphs);
            field::note(&words, Role::Muted, place.note, look, buf);
        }
        (None, Err(why)) => field::note(&why, Role::Bad, place.note, look, buf),
        (None, Ok(_)) => {}
    }
}

/// `Sun 2026-11-22 13:03:20 → 14:03:20 UTC`: the wall clock of the zone at both ends; the days of a window over
/// a change of clocks have their offsets beside them.
fn window_words(window: TimeWindow, zone: &TimeZone, glyphs: Glyphs) -> String {
    let (from, to) = (window.from.zoned(zone), window.to.zoned(zone));
    let arrow = if glyphs == Glyphs::Braille {
        "→"
    } else {
        "to"
    };
    let name = zone
        .iana_name()
        .map_or_else(|| from.strftime("%Z").to_string(), str::to_owned);
    let changes = from.offset() != to.offset();
    let offset = |at: &Zoned| {
        if changes {
            at.strftime(" %:z").to_string()
        } else {
            String::new()
        }
    };
    let end = if from.date() == to.date() {
        time_words(&to, window.to)
    } else {
        format!("{} {}", to.strftime("%a %F"), time_words(&to, window.to))
    };
    format!(
        "{} {}{} {arrow} {end}{} {name}",
        from.strftime("%a %F"),
        time_words(&from, window.from),
        offset(&from),
        offset(&to),
    )
}

/// Hours and minutes, and the seconds where there are any.
fn time_words(at: &Zoned, moment: Moment) -> String {
    let is_whole = moment.0.rem_euclid(crate::model::time::MINUTE) == 0;
    at.strftime(if is_whole { "%H:%M" } else { "%H:%M:%S" })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(range: &str, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        let now = Moment::from_timestamp("2026-10-25T11:20:30Z".parse().unwrap());
        let window = RangeSpec::parse(range).unwrap().resolve(now, &zone);
        window_words(window, &zone, Glyphs::Braille)
    }

    #[test]
    fn a_window_is_told_on_the_wall_clock_of_its_zone() {
        assert_eq!(words("6h", "UTC"), "Sun 2026-10-25 05:20:30 → 11:20:30 UTC");
        assert_eq!(
            words("2026-11-01 08:00 to 12:00", "Europe/Berlin"),
            "Sun 2026-11-01 08:00 → 12:00 Europe/Berlin"
        );
    }

    #[test]
    fn over_a_change_of_clocks_both_offsets_are_told() {
        assert_eq!(
            words("now/d to now", "Europe/Berlin"),
            "Sun 2026-10-25 00:00 +02:00 → 12:20:30 +01:00 Europe/Berlin"
        );
    }
}
