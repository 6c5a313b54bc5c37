//! The bottom line: what is wrong with where the numbers come from or with the focused panel, then the keys that help right now as far as
//! there is room; at the right how the panels are doing as a whole.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Screen;
use super::bar::{self, Piece, Side};
use crate::model::panel_data::{Failure, Health, Link, Notice, Own, SILENT_AFTER};
use crate::model::time::{Moment, SECOND};
use crate::ui::palette::{Role, role};
use crate::ui::{Action, Glyphs, Overlay, keys};

/// Below this width words are spared.
const NARROW: u16 = 60;
/// How long a notice stays.
pub const NOTICE_SHOWN: Duration = Duration::from_secs(5);

/// What stays longest, first to last; the keys follow one by one. The first keys, help and quit,
/// give way only to what is whole without them.
mod rank {
    pub const FAILING: u8 = 0;
    pub const WAY_OUT: u8 = 1;
    pub const FAILURE: u8 = 2;
    pub const WAITING: u8 = 3;
    pub const STACK_ENDS: u8 = 4;
    pub const FIRST_KEY: u8 = 5;
}

/// Draws the status line.
pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    buf.set_style(area, role(Role::Chrome, screen.look));
    bar::draw(pieces(screen), area, screen.look, buf);
}

/// What a click on its pieces does, and where.
pub fn spots(screen: &Screen<'_>) -> Vec<(Rect, Action)> {
    bar::spots(pieces(screen), screen.layout.status, screen.look)
}

fn pieces(screen: &Screen<'_>) -> Vec<Piece> {
    let said = said(screen);
    let with = |way_out: u8| -> Vec<Piece> {
        let mut pieces: Vec<Piece> = said.iter().cloned().collect();
        pieces.extend(key_hints(screen, way_out));
        pieces.extend(summary(screen));
        pieces
    };
    let is_whole = |pieces: &[Piece]| {
        let width = bar::inner(screen.layout.status).width;
        let shown = bar::fit(pieces.to_vec(), width, screen.look);
        let said = said.as_ref().map(|piece| bar::width(piece, screen.look));
        said == shown.first().map(|piece| bar::width(piece, screen.look))
    };
    let pieces = with(rank::WAY_OUT);
    if said.is_none() || is_whole(&pieces) {
        return pieces;
    }
    // Help and quit give way where that makes what is said whole; what is cut anyway leaves them.
    let yielding = with(rank::FIRST_KEY);
    if is_whole(&yielding) {
        yielding
    } else {
        pieces
    }
}

/// What there is to say at the left.
fn said(screen: &Screen<'_>) -> Option<Piece> {
    if let Some(said) = notice(screen) {
        return Some(notice_piece(screen, said));
    }
    if let Some(words) = nothing_recorded(screen) {
        let style = bar::style(Role::Warning, screen.look);
        return Some(Piece::new(Side::Left, rank::FAILURE, words, style).or_cut());
    }
    trouble(screen).map(|(name, words)| failure(screen, name.as_deref(), words))
}

/// Where the viewer has left what a bundle holds: from when to when that is.
fn nothing_recorded(screen: &Screen<'_>) -> Option<String> {
    let zone = &screen.config.dashboards.get(screen.ui.dashboard)?.time_zone;
    let shown = screen.ui.range.as_ref()?.resolve(screen.now, zone);
    screen.situation().extent()?.missed(shown, zone)
}

/// When the viewer's own notice goes, or the collector is silent for another second, if that is told.
pub fn next_change(screen: &Screen<'_>) -> Option<Moment> {
    if screen.layout.status.is_empty() {
        return None;
    }
    let own = own_notice(screen).map(|said| said.at.after(NOTICE_SHOWN));
    let feed = screen.snapshot.links.feed.as_ref();
    let feed = feed.filter(|feed| feed.own != Own::Polls);
    let silence = feed.and_then(|feed| {
        let last = feed.heard_at.or(feed.since)?;
        let seconds = feed.silence(screen.now).max(SILENT_AFTER) / SECOND;
        Some(last.plus((seconds + 1) * SECOND))
    });
    own.into_iter().chain(silence).min()
}

/// The newer of the viewer's own notice while it is fresh, and the hub's, which takes it back itself.
fn notice<'a>(screen: &Screen<'a>) -> Option<&'a Notice> {
    let all = [own_notice(screen), screen.snapshot.notice.as_deref()];
    all.into_iter().flatten().max_by_key(|said| said.at)
}

fn own_notice<'a>(screen: &Screen<'a>) -> Option<&'a Notice> {
    let own = screen.ui.notice.as_ref();
    own.filter(|said| screen.now < said.at.after(NOTICE_SHOWN))
}

fn notice_piece(screen: &Screen<'_>, said: &Notice) -> Piece {
    let ascii = screen.look.glyphs == Glyphs::Ascii;
    let (sign, of) = match (said.is_bad, ascii) {
        (true, false) => ("✖", Role::Bad),
        (true, true) => ("x", Role::Bad),
        (false, false) => ("✔", Role::Good),
        (false, true) => ("+", Role::Good),
    };
    let style = bar::style(of, screen.look);
    let mut piece = Piece::new(Side::Left, rank::FAILURE, format!("{sign} "), style).or_cut();
    let text = bar::style(Role::Text, screen.look);
    piece.runs.push((said.text.clone(), text));
    piece
}

/// What is wrong: with what answers the panels, else with the focused panel (on a wall, with any that is in sight),
/// else with another connection. Where columns are scarce the panel's name is left to its own border.
fn trouble(screen: &Screen<'_>) -> Option<(Option<String>, String)> {
    let links = &screen.snapshot.links;
    // The cause, before any of its consequences.
    let feed = links.feed.as_ref().filter(|feed| feed.own != Own::Polls);
    let source = if feed.is_some() {
        "the feed"
    } else {
        "PostgreSQL"
    };
    let down = |is_meant: &dyn Fn(&str) -> bool| {
        let mut links = links.named().filter(|(name, _)| is_meant(name));
        links.find_map(|(name, link)| match link {
            Link::Down { why, .. } => Some((Some(name.to_owned()), why.summary.clone())),
            Link::Off | Link::Connecting | Link::Up => None,
        })
    };
    if let Some(cause) = down(&|name| name == source) {
        return Some(cause);
    }
    if let Some(why) = feed.and_then(|feed| feed.missed(screen.now)) {
        return Some((None, silent_words(screen, &why)));
    }
    let now = screen.situation();
    let focused = (!screen.ui.is_unattended()).then_some(screen.ui.focus);
    let failing = now.panels().iter().enumerate().find_map(|(index, panel)| {
        let is_meant = focused.map_or(is_in_sight(screen, index), |focused| focused == index);
        match &now.data(index).filter(|_| is_meant)?.health {
            Health::Failed { why, .. } => Some((panel, why)),
            Health::Waiting | Health::Live => None,
        }
    });
    if let Some((panel, why)) = failing {
        let name = (!is_narrow(screen)).then(|| screen.title(&panel.title));
        return Some((name, why.summary.clone()));
    }
    if let Some(words) = feed.and_then(|feed| feed.trouble.clone()) {
        return Some((Some("the collector".to_owned()), words));
    }
    down(&|_| true)
}

/// `the collector is silent since 52 s · is `kpi serve` still running?`
fn silent_words(screen: &Screen<'_>, why: &Failure) -> String {
    let dot = match screen.look.glyphs {
        Glyphs::Ascii => " - ",
        Glyphs::Braille | Glyphs::Blocks => " · ",
    };
    let parts = [&why.summary].into_iter().chain(&why.details);
    parts.map(String::as_str).collect::<Vec<_>>().join(dot)
}

fn failure(screen: &Screen<'_>, name: Option<&str>, words: String) -> Piece {
    let bad = bar::style(Role::Bad, screen.look);
    let sign = match screen.look.glyphs {
        Glyphs::Ascii => "x",
        Glyphs::Braille | Glyphs::Blocks => "✖",
    };
    let head = match name {
        Some(name) => format!("{sign} {name}: "),
        None => format!("{sign} "),
    };
    let mut piece = Piece::new(Side::Left, rank::FAILURE, head, bad).or_cut();
    let text = bar::style(Role::Text, screen.look);
    piece.runs.push((words, text));
    piece
}

/// The keys worth a word here, the first of the table staying longest; help and quit have the rank `way_out`.
fn key_hints(screen: &Screen<'_>, way_out: u8) -> Vec<Piece> {
    let now = screen.situation();
    let key = bar::style(Role::Text, screen.look).add_modifier(Modifier::BOLD);
    let words = role(Role::Chrome, screen.look);
    // Under a picker none of these keys works: what does is told at its foot.
    if screen.ui.still || !matches!(screen.ui.overlay, None | Some(Overlay::Help(_))) {
        return Vec::new();
    }
    keys::valid(&now)
        .filter(|line| !line.short.is_empty())
        .enumerate()
        .map(|(index, line)| {
            let after = u8::try_from(index).unwrap_or(u8::MAX);
            // On a narrow line the help alone: it tells how to quit.
            let first = if is_narrow(screen) { 1 } else { 2 };
            // Nor does a way out of a failure give way to the reason of it.
            let rank = if line.is_offer() {
                rank::WAY_OUT
            } else if index < first {
                way_out
            } else {
                rank::FIRST_KEY.saturating_add(after)
            };
            let label = line.label(&now, screen.look.glyphs);
            let mut actions: Vec<Action> = line.keys.iter().map(|(_, action)| *action).collect();
            // A label that names every key (`← → h l`) has a place for each; of another (`- +`, which is `=`
            // besides) each thing it does has one.
            if label.split(' ').count() != actions.len() {
                let mut seen: Vec<Action> = Vec::new();
                actions.retain(|action| {
                    let is_new = !seen.contains(action);
                    seen.push(*action);
                    is_new
                });
            }
            let mut piece = Piece::new(Side::Left, rank, label, key);
            piece.runs.push((format!(" {}", line.short), words));
            piece.does(actions)
        })
        .collect()
}

/// Failing and waiting panels of the whole dashboard, and what of the stack is out of sight.
fn summary(screen: &Screen<'_>) -> Vec<Piece> {
    let now = screen.situation();
    let quiet = role(Role::Chrome, screen.look);
    let (mut failing, mut waiting) = (0, 0);
    let panels = now.panels().iter().enumerate();
    for (index, _) in panels.filter(|(_, panel)| panel.sql.is_some()) {
        match now.data(index).map(|data| &data.health) {
            Some(Health::Failed { .. }) => failing += 1,
            // Only what is in sight is polled: the rest waits without anybody waiting for it.
            Some(Health::Waiting) if is_in_sight(screen, index) => waiting += 1,
            Some(Health::Waiting | Health::Live) | None => {}
        }
    }
    let count = |number: usize| match number {
        _ if is_narrow(screen) => number.to_string(),
        1 => "1 panel".to_owned(),
        _ => format!("{number} panels"),
    };
    let mut pieces = Vec::new();
    if failing > 0 {
        let bad = bar::style(Role::Bad, screen.look);
        let text = format!("{} failing", count(failing));
        pieces.push(Piece::new(Side::Right, rank::FAILING, text, bad));
    }
    if waiting > 0 {
        let text = format!("{} waiting", count(waiting));
        pieces.push(Piece::new(Side::Right, rank::WAITING, text, quiet));
    }
    if screen.layout.stacked && !screen.ui.full_screen {
        let ends = stack_ends(screen);
        pieces.extend(ends.map(|text| Piece::new(Side::Right, rank::STACK_ENDS, text, quiet)));
    }
    pieces
}

fn is_in_sight(screen: &Screen<'_>, panel: usize) -> bool {
    screen
        .layout
        .places
        .iter()
        .any(|place| place.panel == panel)
}

/// `▲ 2  ▼ 5`: how many panels are wholly out of sight above and below.
fn stack_ends(screen: &Screen<'_>) -> Option<String> {
    let layout = screen.layout;
    let bottom = layout.scroll.saturating_add(layout.body.height);
    let above = layout
        .content
        .iter()
        .filter(|area| area.bottom() <= layout.scroll);
    let below = layout.content.iter().filter(|area| area.y >= bottom);
    let (up, down) = match screen.look.glyphs {
        Glyphs::Ascii => ("^", "v"),
        Glyphs::Braille | Glyphs::Blocks => ("▲", "▼"),
    };
    let ends: Vec<String> = [(up, above.count()), (down, below.count())]
        .into_iter()
        .filter(|(_, panels)| *panels > 0)
        .map(|(sign, panels)| format!("{sign} {panels}"))
        .collect();
    (!ends.is_empty()).then(|| ends.join("  "))
}

fn is_narrow(screen: &Screen<'_>) -> bool {
    screen.layout.status.width < NARROW
}
