//! How the connections are: a sign and a name each.

use jiff::tz::TimeZone;
use ratatui::style::{Modifier, Style};

use super::rank;
use crate::model::panel_data::{
    FRESH, Feed, Link, Links, Own, Recorded, SILENT_AFTER, duration_words,
};
use crate::model::time::{Moment, SECOND};
use crate::ui::palette::{Role, role};
use crate::ui::{Glyphs, Look};
use crate::view::Screen;
use crate::view::bar::{self, Piece, Run, Side};

/// `bundle · recorded 2026-11-20 14:03`: nothing is connected, and the clock stands still.
pub(super) fn recorded(screen: &Screen<'_>, file: &Recorded) -> Vec<Piece> {
    let style = bar::style(Role::Warning, screen.look).add_modifier(Modifier::BOLD);
    let dashboard = screen.config.dashboards.get(screen.ui.dashboard);
    let zone = dashboard.map_or(TimeZone::UTC, |dashboard| dashboard.time_zone.clone());
    let dot = match screen.look.glyphs {
        Glyphs::Ascii => "-",
        _ => "·",
    };
    let at = file.at.zoned(&zone).strftime("%Y-%m-%d %H:%M");
    let words = format!("{dot} recorded {at}");
    let mut pieces = vec![
        Piece::new(Side::Right, rank::BROKEN, "bundle", style),
        Piece::new(Side::Right, rank::RECORDED, words, style).closely(),
    ];
    if file.is_damaged {
        let bad = bar::style(Role::Bad, screen.look);
        let words = format!("{dot} damaged");
        pieces.push(Piece::new(Side::Right, rank::BROKEN, words, bad).closely());
    }
    pieces
}

/// `● pg  ● redis`: one piece, except that what is broken stays longer than the rest.
pub(super) fn pieces(links: &Links, now: Moment, look: Look) -> Vec<Piece> {
    let mut fine = Piece::new(Side::Right, rank::LINK, "", Style::new());
    let mut pieces = Vec::new();
    let pg = ("pg".to_owned(), links.database.clone());
    let mut sources = match &links.feed {
        // A replica that is fed tells of its database where that is away.
        Some(feed) if feed.own != Own::Polls => match links.database {
            Link::Down { .. } => vec![fed(feed, now), pg],
            _ => vec![fed(feed, now)],
        },
        _ => vec![pg],
    };
    sources.push(("redis".to_owned(), links.redis.clone()));
    sources.push(("notify".to_owned(), links.notify.clone()));
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
fn fed(feed: &Feed, now: Moment) -> (String, Link) {
    let silence = feed.silence(now);
    let age = if silence <= FRESH {
        1
    } else {
        silence / SECOND
    };
    let is_silent = silence > SILENT_AFTER;
    let state = match feed.standing(now) {
        down @ Link::Down { .. } => down,
        _ if feed.heard_at.is_none() => Link::Connecting,
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

/// When the age of the collector's last sign of life is another one.
pub(super) fn next_change(screen: &Screen<'_>) -> Option<Moment> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_says_how_old_the_collectors_sign_of_life_is() {
        let now = Moment(1_782_820_980_000_000);
        let heard = |age: i64| Feed {
            link: Link::Up,
            heard_at: Some(now.plus(-age)),
            since: Some(now.plus(-600 * SECOND)),
            ..Feed::default()
        };
        let words = |feed: &Feed| {
            let (name, link) = fed(feed, now);
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
            link: Link::Connecting,
            heard_at: None,
            since: Some(now.plus(-since)),
            ..Feed::default()
        };
        assert_eq!(words(&never(SECOND)), "◌ feed");
        assert_eq!(words(&never(11 * SECOND)), "✖ feed silent");
    }
}
