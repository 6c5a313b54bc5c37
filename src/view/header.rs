//! The top line: which dashboard, which range, how the connections are, the clock.

mod links;
mod tabs;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Screen;
use super::bar::{self, Piece, Side};
use super::panel::ink::cut;
use crate::config::VariableKind;
use crate::model::compare::Compare;
use crate::model::panel_data::Health;
use crate::model::range::RangeSpec;
use crate::model::time::{MINUTE, Moment, SECOND};
use crate::ui::overlay::variables::value_words;
use crate::ui::palette::{Role, role};
use crate::ui::{Action, Glyphs};

/// What stays longest in a narrow header, first to last.
mod rank {
    pub const PAUSED: u8 = 0;
    pub const NAME: u8 = 1;
    pub const BROKEN: u8 = 2;
    pub const CLOCK: u8 = 3;
    pub const RANGE: u8 = 4;
    /// When a bundle was made; that it is one has the rank of what is broken.
    pub const RECORDED: u8 = 5;
    /// How many dashboards have no tab.
    pub const MORE: u8 = 6;
    pub const COMPARE: u8 = 7;
    pub const RESYNC: u8 = 8;
    pub const DROPPED: u8 = 9;
    pub const ENVIRONMENT: u8 = 10;
    pub const LINK: u8 = 11;
    pub const VARIABLES: u8 = 12;
    pub const ZONE: u8 = 13;
    /// Tabs of the dashboards that are not shown: nearest neighbours stay longest.
    pub const TABS: u8 = 14;
}

/// How long a hole in the live updates stays in the header.
const RESYNC_SHOWN: i64 = 10 * SECOND;

/// Cells of a variable's values at most.
const LONGEST_VALUE: usize = 20;

/// Draws the header into one line.
pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    buf.set_style(area, role(Role::Chrome, screen.look));
    bar::draw(pieces(screen, area), area, screen.look, buf);
}

/// What a click on its pieces does, and where.
pub fn spots(screen: &Screen<'_>) -> Vec<(Rect, Action)> {
    let area = screen.layout.header;
    bar::spots(pieces(screen, area), area, screen.look)
}

/// When the clock shows another minute; none where no clock is shown.
pub fn next_change(screen: &Screen<'_>) -> Option<Moment> {
    let width = bar::inner(screen.layout.header).width;
    if screen.layout.header.is_empty() {
        return None;
    }
    let shown = bar::fit(pieces(screen, screen.layout.header), width, screen.look);
    let has_clock = shown.iter().any(|piece| piece.rank == rank::CLOCK);
    let minute = Moment((screen.now.0.div_euclid(MINUTE) + 1).saturating_mul(MINUTE));
    let minute = has_clock.then_some(minute);
    let changes = minute.into_iter().chain(resync_until(screen));
    changes.chain(links::next_change(screen)).min()
}

/// Until when a hole in the live updates is told; none when there was none lately.
fn resync_until(screen: &Screen<'_>) -> Option<Moment> {
    let resync = screen.snapshot.resync.as_ref()?;
    let until = resync.at.plus(RESYNC_SHOWN);
    (screen.now < until).then_some(until)
}

/// Everything that may stand in `area`. Where tabs have no room, how many that are stands in their place.
fn pieces(screen: &Screen<'_>, area: Rect) -> Vec<Piece> {
    let all = screen.config.dashboards.len();
    let width = bar::inner(area).width;
    let mut hidden = 0;
    loop {
        let mut pieces = pieces_with(screen, hidden);
        let is_link = |piece: &Piece| piece.rank == rank::LINK;
        if !bar::fit(pieces.clone(), width, screen.look)
            .iter()
            .any(is_link)
        {
            // Connections that have no room themselves leave theirs to the variables.
            for piece in pieces.iter_mut().filter(|piece| is_link(piece)) {
                piece.rank = rank::ZONE;
            }
        }
        let shown = bar::fit(pieces.clone(), width, screen.look);
        // The number takes room, too.
        let now = tabs::hidden(&shown, all);
        if now <= hidden {
            return pieces;
        }
        hidden = now;
    }
}

fn pieces_with(screen: &Screen<'_>, hidden: usize) -> Vec<Piece> {
    let look = screen.look;
    let chrome = role(Role::Chrome, look);
    let loud = bar::style(Role::Warning, look);
    let mut pieces = tabs::pieces(screen, hidden);
    if screen.ui.paused {
        let style = loud.add_modifier(Modifier::BOLD | Modifier::REVERSED);
        let piece = Piece::new(Side::Right, rank::PAUSED, " PAUSED ", style);
        pieces.push(piece.does([Action::Pause]));
    }
    let mut right = |rank: u8, text: String, style: Style| {
        pieces.push(Piece::new(Side::Right, rank, text, style));
    };
    if screen.snapshot.live.dropped > 0 {
        let text = format!("{} dropped", screen.snapshot.live.dropped);
        right(rank::DROPPED, text, loud);
    }
    if resync_until(screen).is_some() {
        right(rank::RESYNC, "resync".into(), loud);
    }
    pieces.extend(match &screen.snapshot.links.recorded {
        Some(file) => links::recorded(screen, file),
        None => links::pieces(&screen.snapshot.links, screen.now, look),
    });
    let mut right = |rank: u8, text: String, style: Style| {
        pieces.push(Piece::new(Side::Right, rank, text, style));
    };
    if let Some(environment) = screen.config.environment.as_deref() {
        let style = bar::style(Role::Text, look).add_modifier(Modifier::BOLD);
        right(rank::ENVIRONMENT, environment.to_owned(), style);
    }
    let Some(dashboard) = screen.config.dashboards.get(screen.ui.dashboard) else {
        return pieces;
    };
    pieces.extend(variables(screen));
    // Data that stands still has no other range, as with the keys.
    let running = |action: Action| (!screen.ui.paused).then_some(action);
    let range = screen.ui.range.as_ref().unwrap_or(&dashboard.range);
    let style = if range.is_live() {
        chrome
    } else {
        loud.add_modifier(Modifier::BOLD)
    };
    let piece = Piece::new(Side::Right, rank::RANGE, range_words(range), style);
    pieces.push(piece.does(running(Action::Ranges)));
    if screen.ui.compare != Compare::Off {
        let words = format!("vs {}", screen.ui.compare.words());
        let style = bar::style(Role::Text, look).add_modifier(Modifier::BOLD);
        let piece = Piece::new(Side::Right, rank::COMPARE, words, style);
        pieces.push(piece.does(running(Action::Compare)));
    }
    let format = if screen.ui.is_past {
        "%Y-%m-%d %H:%M"
    } else {
        "%H:%M"
    };
    if let Some((time, zone)) = clock(screen.now, &dashboard.time_zone, format) {
        let style = bar::style(Role::Text, look);
        pieces.push(Piece::new(Side::Right, rank::CLOCK, time, style));
        let style = bar::style(Role::Muted, look);
        pieces.push(Piece::new(Side::Right, rank::ZONE, zone, style).closely());
    }
    pieces
}

/// `region eu, us`: what each variable stands for; each stays or goes by itself, the first staying longest.
fn variables(screen: &Screen<'_>) -> Vec<Piece> {
    let now = screen.situation();
    let chrome = role(Role::Chrome, screen.look);
    let value = bar::style(Role::Text, screen.look);
    let shown = now
        .variables()
        .filter(|(_, one)| !one.is_hidden && !matches!(one.kind, VariableKind::Constant(_)));
    let failed = bar::style(Role::Bad, screen.look);
    let sign = match screen.look.glyphs {
        Glyphs::Ascii => "x",
        _ => "✖",
    };
    shown
        .map(|(index, variable)| {
            let words = value_words(&now, index);
            let words = if words.is_empty() {
                "none".to_owned()
            } else {
                cut(&words, LONGEST_VALUE, screen.look)
            };
            let label = cut(&variable.label, LONGEST_VALUE, screen.look);
            let mut piece = Piece::new(Side::Right, rank::VARIABLES, label, chrome);
            let state = now.variable(index).map(|state| &state.health);
            if matches!(state, Some(Health::Failed { .. })) {
                piece.runs.push((format!(" {sign}"), failed));
            }
            piece.runs.push((format!(" {words}"), value));
            piece.does([Action::Variables])
        })
        .collect()
}

/// `1h` → `last 1 h`; anything else as it was typed.
pub(super) fn range_words(range: &RangeSpec) -> String {
    let text = range.text.as_str();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let is_unit = !unit.is_empty() && unit.chars().all(char::is_alphabetic);
    if !number.is_empty() && is_unit {
        format!("last {number} {unit}")
    } else if !number.is_empty() && text.chars().all(char::is_alphanumeric) {
        format!("last {text}")
    } else {
        text.to_owned()
    }
}

/// The time in this format, and the zone's abbreviation; none outside the years that have a calendar.
fn clock(now: Moment, zone: &TimeZone, format: &str) -> Option<(String, String)> {
    let local = Timestamp::from_microsecond(now.0)
        .ok()?
        .to_zoned(zone.clone());
    Some((
        local.strftime(format).to_string(),
        local.strftime("%Z").to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_ranges_are_written_out() {
        let words = |text| range_words(&RangeSpec::parse(text).expect("a range"));
        assert_eq!(words("1h"), "last 1 h");
        assert_eq!(words("90m"), "last 90 m");
        assert_eq!(words("1h30m"), "last 1h30m");
        assert_eq!(words("now-2d/d to now-1d/d"), "now-2d/d to now-1d/d");
    }

    #[test]
    fn the_clock_reads_in_the_dashboards_zone() {
        let zone = TimeZone::get("Europe/Berlin").expect("a known zone");
        let summer = Moment(1_782_820_980_000_000); // 2026-06-30T12:03:00Z
        let time = clock(summer, &zone, "%H:%M");
        assert_eq!(time, Some(("14:03".into(), "CEST".into())));
        assert_eq!(clock(Moment::INFINITY, &zone, "%H:%M"), None);
    }
}
