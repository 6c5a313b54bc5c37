//! What happened, and what it makes the session do.

use crate::config::Config;
use crate::model::panel_data::{Own, Snapshot};
use crate::model::time::Moment;

use super::direction::nearest;
use super::help::Help;
use super::keys::{self, Action, Scroll, Situation};
use super::layout::Layout;
use super::overlay::Overlay;
use super::overlay::bundle::BundleName;
use super::overlay::commands::Commands;
use super::overlay::copy::{CopyMenu, Part};
use super::overlay::inspect::Inspect;
use super::overlay::jump::JumpList;
use super::overlay::note::Note;
use super::overlay::ranges::RangePicker;
use super::overlay::theme::ThemePicker;
use super::overlay::variables::VariablePicker;
use super::table::chooser::Columns;
use super::table::detail::Detail;
use super::table::typing::Typing;
use super::{Ui, cross_hair, link, mouse, table, travel};

/// A key without the terminal library's name on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, shift already applied.
    Char(char),
    /// Control and a letter, in lower case.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow with Shift.
    ShiftLeft,
    /// Arrow with Shift.
    ShiftRight,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

/// What a session can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key press.
    Key(Key),
    /// A left click at column, row.
    Click(u16, u16),
    /// A right click at column, row.
    RightClick(u16, u16),
    /// The mouse moved to column, row with the left button held.
    Drag(u16, u16),
    /// The left button was let go at column, row.
    Release(u16, u16),
    /// The mouse moved to column, row with no button held.
    Move(u16, u16),
    /// The wheel at column, row; negative is up.
    Wheel(u16, u16, i8),
    /// Text from the terminal's clipboard.
    Paste(String),
    /// The screen has a new size; the layout given with it is already solved for that size.
    Resize,
}

/// What an event asks of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changed.
    None,
    /// Draw again.
    Redraw,
    /// Draw again and tell the hub what is now looked at.
    Look,
    /// Ask every visible panel now.
    Refresh,
    /// Ask the database instead of the feed, or the feed again.
    PollMyself,
    /// Write every cell again, whether it changed or not (Ctrl-L).
    Repaint,
    /// Put this text into the clipboard of the viewer's terminal, and say what it was.
    Copy {
        /// The text.
        text: String,
        /// A few words: `the value`, `20 rows as CSV`.
        what: String,
    },
    /// Put a part of what is on the screen there.
    CopyPart(Part),
    /// Write an annotation with this text, dated as said.
    Annotate {
        /// One line.
        text: String,
        /// When; none for now.
        at: Option<Moment>,
    },
    /// Write what is shown into a file of this name; none chooses one.
    Bundle(Option<String>),
    /// Ask how PostgreSQL runs the panel's statement; with `analyze` by running it, read-only.
    Explain {
        /// The panel's index.
        panel: usize,
        /// Run it.
        analyze: bool,
    },
    /// Stop the program for a while (Ctrl-Z).
    Suspend,
    /// Leave.
    Quit,
}

/// Applies `event`. `layout` is the one on screen when it happened.
///
/// The effect follows from what changed: panels came into or out of sight, or changed their width →
/// [`Effect::Look`]; anything else of the viewer's → [`Effect::Redraw`]; nothing → [`Effect::None`].
pub fn update(
    ui: &mut Ui,
    event: &Event,
    config: &Config,
    layout: &Layout,
    snapshot: &Snapshot,
) -> Effect {
    // What is typed into a filter is applied once, when it is drawn, however much was typed.
    if !matches!(ui.overlay, Some(Overlay::Filter(_))) {
        ui.follow(config, snapshot);
    }
    let before = ui.clone();
    let now = Situation {
        ui: &before,
        config,
        layout,
        snapshot,
    };
    let asked = match (event, ui.overlay.take()) {
        (Event::Resize, open) => {
            ui.overlay = open;
            mouse::let_go(ui);
            resize(ui, &now);
            Some(Effect::Look)
        }
        (event, Some(open)) => open.update(ui, event, &now),
        (Event::Key(Key::Esc), None) if mouse::let_go(ui) => None,
        (Event::Key(key), None) => {
            let action = keys::action(*key, &now);
            if action.is_none()
                && let Some(why) = why_not(*key, &now)
            {
                ui.said = Some((true, why.to_owned()));
            }
            action.and_then(|action| act(ui, action, &now))
        }
        (event, None) => mouse::update(ui, event, &now),
    };
    asked.unwrap_or_else(|| effect_of(&before, ui, config, layout))
}

/// What a change of the viewer's state asks of the session.
fn effect_of(before: &Ui, ui: &Ui, config: &Config, layout: &Layout) -> Effect {
    if before == ui {
        return Effect::None;
    }
    let other_data = (before.dashboard, before.paused, before.compare)
        != (ui.dashboard, ui.paused, ui.compare)
        || before.range != ui.range
        || before.variables != ui.variables;
    let looked_at = config
        .dashboards
        .get(ui.dashboard)
        .map(|dashboard| Layout::solve(dashboard, ui, layout.screen));
    if other_data || looked_at.is_none_or(|new| !new.looked_at().eq(layout.looked_at())) {
        Effect::Look
    } else {
        Effect::Redraw
    }
}

/// Does one action; an effect only where no change of state says it.
pub(super) fn act(ui: &mut Ui, action: Action, now: &Situation<'_>) -> Option<Effect> {
    let count = now.panels().len();
    let dashboards = now.config.dashboards.len();
    match action {
        Action::Quit => return Some(Effect::Quit),
        Action::Suspend => return Some(Effect::Suspend),
        Action::Repaint => return Some(Effect::Repaint),
        Action::Refresh | Action::Annotate | Action::Bundle if now.recorded().is_some() => {
            ui.said = Some((true, not_in_a_bundle(action).to_owned()));
        }
        Action::Annotate if now.feed(|feed| feed.own == Own::Cannot) => {
            let why =
                "the feed takes no notes; `kpi annotate` writes one where a database is configured";
            ui.said = Some((true, why.to_owned()));
        }
        Action::Refresh => return Some(Effect::Refresh),
        Action::PollMyself => return Some(Effect::PollMyself),
        Action::Help => ui.overlay = Some(Overlay::Help(Help::default())),
        Action::Close if ui.holds_cross_hair => cross_hair::end(ui),
        Action::Close => ui.full_screen = false,
        Action::Theme => ui.overlay = Some(Overlay::Theme(ThemePicker::new(now))),
        Action::Copy => ui.overlay = Some(Overlay::Copy(CopyMenu::default())),
        Action::EndKiosk => (ui.kiosk, ui.still) = (None, false),
        Action::FullScreen => toggle_full_screen(ui, now),
        Action::Pause => ui.paused = !ui.paused,
        Action::NextPanel => focus(ui, now, (ui.focus + 1) % count.max(1)),
        Action::PreviousPanel => focus(ui, now, (ui.focus + count.max(1) - 1) % count.max(1)),
        Action::Move(direction) => {
            if let Some(panel) = nearest(&now.layout.content, ui.focus, direction) {
                focus(ui, now, panel);
            }
        }
        Action::Dashboard(index) => show(ui, index, dashboards),
        Action::NextDashboard => show(ui, (ui.dashboard + 1) % dashboards.max(1), dashboards),
        Action::PreviousDashboard => {
            let before = (ui.dashboard + dashboards.max(1) - 1) % dashboards.max(1);
            show(ui, before, dashboards);
        }
        Action::Zoom(out) => travel::zoom(ui, now, out),
        Action::Pan(back) => travel::pan(ui, now, back),
        Action::Live => travel::live(ui, now),
        Action::Ranges => ui.overlay = Some(Overlay::Ranges(RangePicker::open(now))),
        Action::Variables => ui.overlay = VariablePicker::open(now).map(Overlay::Variables),
        Action::Compare => travel::compare(ui, now, ui.compare.next()),
        Action::Bundle => ui.overlay = Some(Overlay::Bundle(BundleName::default())),
        Action::CrossHair => cross_hair::toggle(ui, now),
        Action::MoveCrossHair(columns) => cross_hair::step(ui, now, columns),
        Action::Palette => ui.overlay = Some(Overlay::Commands(Commands::of(None))),
        Action::Jump => ui.overlay = Some(Overlay::Jump(JumpList::default())),
        Action::Inspect => ui.overlay = Some(Overlay::Inspect(Inspect::of(ui.focus))),
        Action::Annotate => ui.overlay = Some(Overlay::Note(Note::new(ui.cross_hair))),
        Action::FollowLink => link::follow(ui, now),
        Action::Back => link::back(ui, now),
        Action::ScrollRows(scroll) => table::scroll_rows(ui, now, scroll),
        Action::ScrollColumns(columns) => table::move_column(ui, now, columns),
        Action::SortRows => table::sort(ui, now),
        Action::FilterRows => ui.overlay = Some(Overlay::Filter(Typing::open(ui, now))),
        Action::ChooseColumns => ui.overlay = Some(Overlay::Columns(Columns::open(now))),
        Action::OpenCell => ui.overlay = Detail::open(now).map(Overlay::Cell),
        Action::ScrollStack(scroll) => scroll_stack(ui, now.layout, scroll),
    }
    None
}

/// Why a key does nothing now, where people may wonder.
fn why_not(key: Key, now: &Situation<'_>) -> Option<&'static str> {
    let is = |action| keys::is_of(key, action, now.config);
    if is(Action::FollowLink) {
        Some("this panel links nowhere")
    } else if is(Action::Annotate) {
        Some(match now.recorded() {
            Some(_) => not_in_a_bundle(Action::Annotate),
            None => "no database is configured: a note would be written there",
        })
    } else if is(Action::PollMyself) {
        let feed = now.snapshot.links.feed.as_ref();
        Some(match feed.map(|feed| feed.own) {
            _ if now.recorded().is_some() => not_in_a_bundle(Action::Refresh),
            None => "the database is asked already, not a feed",
            Some(Own::Cannot) => {
                "no database and dashboards of its own: only the feed can be asked"
            }
            Some(_) => "the feed is alive: it can be left when the collector falls silent",
        })
    } else {
        None
    }
}

/// Why an action has no meaning for a file.
fn not_in_a_bundle(action: Action) -> &'static str {
    match action {
        Action::Annotate => "a bundle is not written to: annotate where the database is",
        Action::Refresh => "a bundle is as it was: there is no database to ask",
        _ => "this is a bundle already: copy its file",
    }
}

pub(super) fn focus(ui: &mut Ui, now: &Situation<'_>, panel: usize) {
    ui.focus = panel;
    ui.scroll = now.layout.reveal(panel, now.layout.scroll);
}

pub(super) fn toggle_full_screen(ui: &mut Ui, now: &Situation<'_>) {
    ui.full_screen = !ui.full_screen;
    table::enter(ui, now);
    ui.scroll = now.layout.reveal(ui.focus, now.layout.scroll);
}

pub(super) fn show(ui: &mut Ui, dashboard: usize, dashboards: usize) {
    if dashboard >= dashboards || dashboard == ui.dashboard {
        return;
    }
    ui.focus_of.insert(ui.dashboard, ui.focus);
    ui.dashboard = dashboard;
    // Whoever goes elsewhere by himself has no way back to the link any more.
    ui.came_from.clear();
    ui.focus = ui.focus_of.remove(&dashboard).unwrap_or(0);
    ui.full_screen = false;
    cross_hair::end(ui);
    // A picture that stands still is of the dashboard it was taken of.
    ui.paused = false;
    ui.scroll = 0;
}

/// Shows a dashboard with this panel focused and in sight.
pub(super) fn go_to(ui: &mut Ui, now: &Situation<'_>, dashboard: usize, panel: usize) {
    if dashboard == ui.dashboard {
        return focus(ui, now, panel);
    }
    show(ui, dashboard, now.config.dashboards.len());
    if let Some(shown) = now.config.dashboards.get(dashboard) {
        ui.focus = panel.min(shown.panels.len().saturating_sub(1));
        ui.scroll = Layout::solve(shown, ui, now.layout.screen).reveal(ui.focus, 0);
    }
}

pub(super) fn scroll_stack(ui: &mut Ui, layout: &Layout, scroll: Scroll) {
    let page = usize::from(layout.body.height);
    let last = usize::from(layout.last_scroll());
    ui.scroll = scroll.apply(usize::from(layout.scroll), page, last) as u16;
}

/// Keeps what scrolls inside its new bounds and the focused panel in sight.
fn resize(ui: &mut Ui, now: &Situation<'_>) {
    ui.scroll = now.layout.reveal(ui.focus, now.layout.scroll);
    table::resize(ui, now);
}
