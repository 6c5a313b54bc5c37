//! The top line: which dashboard, which range, how the connections are, the clock.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Screen;
use super::bar::{self, Piece, Run, Side};
use super::panel::ink::cut;
use crate::config::VariableKind;
use crate::model::compare::Compare;
use crate::model::panel_data::{
    FRESH, Failure, Feed, Health, Link, Links, Own, Recorded, SILENT_AFTER,
};
use crate::model::range::RangeSpec;
use crate::model::time::{MINUTE, Moment, SECOND};
use crate::ui::overlay::variables::value_words;
use crate::ui::palette::{Role, role};
use crate::ui::{Action, Glyphs, Look};

/// What stays longest in a narrow header, first to last.
mod rank {
    pub const PAUSED: u8 = 0;
    pub const NAME: u8 = 1;
    pub const BROKEN: u8 = 2;
    pub const CLOCK: u8 = 3;
    pub const RANGE: u8 = 4;
    pub const COMPARE: u8 = 5;
    pub const RESYNC: u8 = 6;
    pub const DROPPED: u8 = 7;
    pub const ENVIRONMENT: u8 = 8;
    pub const VARIABLES: u8 = 9;
    pub const LINK: u8 = 10;
    pub const ZONE: u8 = 11;
    /// Tabs of the dashboards that are not shown: nearest neighbours stay longest.
    pub const TABS: u8 = 12;
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
    bar::draw(pieces(screen), area, screen.look, buf);
}

/// What a click on its pieces does, and where.
pub fn spots(screen: &Screen<'_>) -> Vec<(Rect, Action)> {
    bar::spots(pieces(screen), screen.layout.header, screen.look)
}

/// When the clock shows another minute; none where no clock is shown.
pub fn next_change(screen: &Screen<'_>) -> Option<Moment> {
    let width = bar::inner(screen.layout.header).width;
    if screen.layout.header.is_empty() {
        return None;
    }
    let shown = bar::fit(pieces(screen), width, screen.look);
    let has_clock = shown.iter().any(|piece| piece.rank == rank::CLOCK);
    let minute = Moment((screen.now.0.div_euclid(MINUTE) + 1).saturating_mul(MINUTE));
    let minute = has_clock.then_some(minute);
    let changes = minute.into_iter().chain(resync_until(screen));
    changes.chain(feed_until(screen)).min()
}

/// Until when a hole in the live updates is told; none when there was none lately.
fn resync_until(screen: &Screen<'_>) -> Option<Moment> {
    let resync = screen.snapshot.resync.as_ref()?;
    let until = resync.at.plus(RESYNC_SHOWN);
    (screen.now < until).then_some(until)
}

fn pieces(screen: &Screen<'_>) -> Vec<Piece> {
    let look = screen.look;
    let chrome = role(Role::Chrome, look);
    let loud = bar::style(Role::Warning, look);
    let mut pieces = tabs(screen);
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
        Some(file) => vec![recorded(screen, file)],
        None => links(&screen.snapshot.links, screen.now, look),
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
    if let Some((time, zone)) = clock(screen.now, &dashboard.time_zone) {
        let style = bar::style(Role::Text, look);
        pieces.push(Piece::new(Side::Right, rank::CLOCK, time, style));
        let style = bar::style(Role::Muted, look);
        pieces.push(Piece::new(Side::Right, rank::ZONE, zone, style).closely());
    }
    pieces
}

/// The dashboards by number, the one on screen marked; only its name where there is no other.
fn tabs(screen: &Screen<'_>) -> Vec<Piece> {
    let chrome = role(Role::Chrome, screen.look);
    let title = bar::style(Role::Title, screen.look).add_modifier(Modifier::BOLD);
    let dashboards = &screen.config.dashboards;
    let shown = screen.ui.dashboard;
    dashboards
        .iter()
        .enumerate()
        .map(|(index, dashboard)| {
            let far = u8::try_from(index.abs_diff(shown)).unwrap_or(u8::MAX);
            let (rank, style) = if index == shown {
                (rank::NAME, title)
            } else {
                (rank::TABS.saturating_add(far), chrome)
            };
            let mut piece = Piece::new(Side::Left, rank, screen.title(&dashboard.name), style);
            if dashboards.len() > 1 {
                piece.runs.insert(0, (format!("{} ", index + 1), style));
            }
            if index == shown {
                piece.or_cut()
            } else {
                piece.does([Action::Dashboard(index)])
            }
        })
        .collect()
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

/// `bundle · recorded 2026-11-20 14:03`: nothing is connected, and the clock stands still.
fn recorded(screen: &Screen<'_>, file: &Recorded) -> Piece {
    let style = bar::style(Role::Warning, screen.look).add_modifier(Modifier::BOLD);
    let dashboard = screen.config.dashboards.get(screen.ui.dashboard);
    let zone = dashboard.map_or(TimeZone::UTC, |dashboard| dashboard.time_zone.clone());
    let dot = match screen.look.glyphs {
        Glyphs::Ascii => "-",
        _ => "·",
    };
    let at = file.at.zoned(&zone).strftime("%Y-%m-%d %H:%M");
    let mut piece = Piece::new(Side::Right, rank::BROKEN, "", style);
    piece
        .runs
        .push((format!("bundle {dot} recorded {at}"), style));
    if file.is_damaged {
        let bad = bar::style(Role::Bad, screen.look);
        piece.runs.push((format!(" {dot} damaged"), bad));
    }
    piece
}

/// `● pg  ● redis`: one piece, except that what is broken stays longer than the rest.
fn links(links: &Links, now: Moment, look: Look) -> Vec<Piece> {
    let mut fine = Piece::new(Side::Right, rank::LINK, "", Style::new());
    let mut pieces = Vec::new();
    let first = match &links.feed {
        Some(feed) if feed.own != Own::Polls => fed(feed, &links.database, now),
        _ => ("pg".to_owned(), links.database.clone()),
    };
    let sources = [
        first,
        ("redis".to_owned(), links.redis.clone()),
        ("notify".to_owned(), links.notify.clone()),
    ];
    for (index, (name, link)) in sources.iter().enumerate() {
        if *link == Link::Off && index > 0 {
            continue;
        }
        let runs = link_runs(name, link, look);
        // What is late or silent stays as long as what is broken.
        let is_late = index == 0 && links.feed.is_some() && *link == Link::Connecting;
        if matches!(link, Link::Down { .. }) || is_late {
            let mut piece = Piece::new(Side::Right, rank::BROKEN, "", Style::new());
            piece.runs.extend(runs);
            pieces.push(piece);
        } else {
            if fine.runs.len() > 1 {
                fine.runs.push(("  ".to_owned(), Style::new()));
            }
            fine.runs.extend(runs);
        }
    }
    if fine.runs.len() > 1 {
        pieces.push(fine);
    }
    pieces
}

/// `feed 1 s`: the age of the collector's last sign of life. One of up to two seconds is as good as new: there
/// is one each second, and a number that dances says nothing.
fn fed(feed: &Feed, link: &Link, now: Moment) -> (String, Link) {
    let silence = feed.silence(now);
    let age = if silence <= FRESH {
        1
    } else {
        silence / SECOND
    };
    let is_silent = silence > SILENT_AFTER;
    let state = match link {
        Link::Down { .. } => link.clone(),
        _ if feed.heard_at.is_none() && !is_silent => Link::Connecting,
        _ if is_silent => Link::Down {
            since: feed.heard_at.unwrap_or(now),
            why: Arc::new(Failure::new("the collector is silent")),
        },
        _ if silence > FRESH || feed.trouble.is_some() => Link::Connecting,
        _ => Link::Up,
    };
    let name = match (feed.heard_at, is_silent, &feed.trouble) {
        (None, false, _) => "feed".to_owned(),
        (None, true, _) => "feed silent".to_owned(),
        (Some(_), true, _) => format!("feed silent {}", duration_words(age)),
        (Some(_), false, Some(_)) => format!("feed {age} s, no database"),
        (Some(_), false, None) => format!("feed {age} s"),
    };
    (name, state)
}

/// `45 s`, `3 m`, `2 h`, `4 d`.
fn duration_words(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} m", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// When the age of the collector's last sign of life is another one.
fn feed_until(screen: &Screen<'_>) -> Option<Moment> {
    let feed = screen.snapshot.links.feed.as_ref()?;
    let last = feed.heard_at.or(feed.since)?;
    let silence = feed.silence(screen.now);
    Some(if silence <= FRESH {
        last.plus(FRESH + SECOND)
    } else {
        last.plus((silence / SECOND + 1) * SECOND)
    })
}

/// Sign and name; the sign tells the state without its colour.
fn link_runs(name: &str, link: &Link, look: Look) -> [Run; 2] {
    let ascii = look.glyphs == Glyphs::Ascii;
    let (sign, kind) = match link {
        Link::Up => (if ascii { "+" } else { "●" }, Role::Good),
        Link::Off => (if ascii { "-" } else { "○" }, Role::Muted),
        Link::Connecting => (if ascii { "o" } else { "◌" }, Role::Warning),
        Link::Down { .. } => (if ascii { "x" } else { "✖" }, Role::Bad),
    };
    let style = bar::style(kind, look);
    let name_style = match link {
        Link::Down { .. } | Link::Off => style,
        Link::Up | Link::Connecting => role(Role::Chrome, look),
    };
    [(sign.to_owned(), style), (format!(" {name}"), name_style)]
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

/// Hours and minutes, and the zone's abbreviation; none outside the years that have a calendar.
fn clock(now: Moment, zone: &TimeZone) -> Option<(String, String)> {
    let local = Timestamp::from_microsecond(now.0)
        .ok()?
        .to_zoned(zone.clone());
    Some((
        local.strftime("%H:%M").to_string(),
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
    fn the_feed_says_how_old_the_collectors_sign_of_life_is() {
        let now = Moment(1_782_820_980_000_000);
        let heard = |age: i64| Feed {
            heard_at: Some(now.plus(-age)),
            since: Some(now.plus(-600 * SECOND)),
            ..Feed::default()
        };
        let words = |feed: &Feed| {
            let (name, link) = fed(feed, &Link::Up, now);
            format!("{} {name}", link_runs("", &link, Look::default())[0].0)
        };
        // One each second: none of them moves the screen.
        assert_eq!(words(&heard(0)), "● feed 1 s");
        assert_eq!(words(&heard(FRESH)), "● feed 1 s");
        assert_eq!(words(&heard(3 * SECOND)), "◌ feed 3 s");
        assert_eq!(words(&heard(10 * SECOND)), "◌ feed 10 s");
        assert_eq!(words(&heard(11 * SECOND)), "✖ feed silent 11 s");
        assert_eq!(words(&heard(7_300 * SECOND)), "✖ feed silent 2 h");
        let trouble = Feed {
            trouble: Some("the database is away".into()),
            ..heard(0)
        };
        assert_eq!(words(&trouble), "◌ feed 1 s, no database");
        let never = |since: i64| Feed {
            heard_at: None,
            since: Some(now.plus(-since)),
            ..Feed::default()
        };
        assert_eq!(words(&never(SECOND)), "◌ feed");
        assert_eq!(words(&never(11 * SECOND)), "✖ feed silent");
    }

    #[test]
    fn the_clock_reads_in_the_dashboards_zone() {
        let zone = TimeZone::get("Europe/Berlin").expect("a known zone");
        let summer = Moment(1_782_820_980_000_000); // 2026-06-30T12:03:00Z
        assert_eq!(clock(summer, &zone), Some(("14:03".into(), "CEST".into())));
        assert_eq!(clock(Moment::INFINITY, &zone), None);
    }
}
