//! Whole screens, in every state of health and at every size.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;

use common::fixtures::{
    HOUR, MINUTE, NOW, all_failing, all_live, all_waiting, config, dashboard, operations, panel,
    shares, three_dashboards,
};
use common::viewer::Viewer;
use kpi_dashboard::config::Config;
use kpi_dashboard::export::ansi::ansi;
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Failure, Feed, Link, Own, PanelData, Snapshot};
use kpi_dashboard::model::time::{Moment, SECOND};
use kpi_dashboard::ui::{Depth, Glyphs, Layout, Look, Overlay, TableState, Ui, help::Help};
use kpi_dashboard::view::{self, Screen};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

const LOOK: Look = Look {
    depth: Depth::True,
    glyphs: Glyphs::Braille,
    theme: kpi_dashboard::ui::Theme::Terminal,
};

const ASCII: Look = Look {
    depth: Depth::None,
    glyphs: Glyphs::Ascii,
    theme: kpi_dashboard::ui::Theme::Terminal,
};

fn with_screen<T>(
    config: &Config,
    snapshot: &Snapshot,
    ui: &Ui,
    look: Look,
    (width, height): (u16, u16),
    then: impl FnOnce(&Screen<'_>, Rect) -> T,
) -> T {
    let area = Rect::new(0, 0, width, height);
    let layout = Layout::solve(&config.dashboards[ui.dashboard], ui, area);
    let screen = Screen {
        config,
        ui,
        layout: &layout,
        snapshot,
        look,
        now: NOW,
    };
    then(&screen, area)
}

fn draw(config: &Config, snapshot: &Snapshot, ui: &Ui, look: Look, size: (u16, u16)) -> Buffer {
    with_screen(config, snapshot, ui, look, size, |screen, area| {
        let mut buf = Buffer::empty(area);
        view::draw(screen, area, &mut buf);
        buf
    })
}

/// The header alone.
fn header(config: &Config, snapshot: &Snapshot, ui: &Ui, width: u16) -> String {
    let drawn = text(&draw(config, snapshot, ui, LOOK, (width, 24)));
    drawn.lines().next().unwrap().to_owned()
}

/// The status line alone.
fn status(config: &Config, snapshot: &Snapshot, ui: &Ui, width: u16) -> String {
    let drawn = text(&draw(config, snapshot, ui, LOOK, (width, 24)));
    drawn.lines().last().unwrap().to_owned()
}

#[test]
fn the_header_names_everything_where_there_is_room() {
    let config = three_dashboards();
    assert_eq!(
        header(&config, &all_live(&config), &Ui::default(), 110),
        " 1 Operations  2 Sales  3 Infrastructure                       ● pg  ● redis  production  last 1 h  14:03 UTC"
    );
}

#[test]
fn a_single_dashboard_has_a_name_and_no_number() {
    let config = config(vec![operations()]);
    let line = header(&config, &all_live(&config), &Ui::default(), 80);
    assert!(line.starts_with(" Operations  "), "{line}");
}

#[test]
fn a_narrow_header_drops_the_least_important_first() {
    let config = three_dashboards();
    let snapshot = all_live(&config);
    let at = |width| header(&config, &snapshot, &Ui::default(), width);
    insta::assert_snapshot!(
        [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 5]
            .map(|width| format!("{width:>3}: {}", at(width)))
            .join("\n")
    );
}

#[test]
fn pause_loss_and_broken_connections_outlive_the_rest() {
    let config = three_dashboards();
    let ui = Ui {
        paused: true,
        ..Ui::default()
    };
    let snapshot = all_failing(&config);
    insta::assert_snapshot!(
        [100, 80, 60, 40, 20]
            .map(|width| format!("{width:>3}: {}", header(&config, &snapshot, &ui, width)))
            .join("\n")
    );
}

#[test]
fn each_connection_state_has_its_own_sign() {
    let config = three_dashboards();
    let mut snapshot = all_live(&config);
    let down = Link::Down {
        since: NOW,
        why: Arc::new(Failure::new("refused")),
    };
    let mut signs = std::collections::BTreeSet::new();
    for link in [Link::Up, Link::Off, Link::Connecting, down] {
        snapshot.links.database = link;
        let line = header(&config, &snapshot, &Ui::default(), 120);
        let sign = line.split(" pg").next().unwrap().trim_end();
        signs.insert(sign.chars().last().unwrap());
    }
    assert_eq!(signs.into_iter().collect::<String>(), "○◌●✖");
}

#[test]
fn a_long_reason_leaves_room_for_help_and_quit() {
    let config = three_dashboards();
    let mut snapshot = all_live(&config);
    snapshot.links.database = Link::Down {
        since: NOW,
        why: Arc::new(Failure::new("no answer ".repeat(30))),
    };
    for width in 60..140 {
        let line = status(&config, &snapshot, &Ui::default(), width);
        assert!(line.contains("…  ? help  q quit"), "{line}");
        assert!(line.contains("PostgreSQL: no answer"), "{line}");
    }
    let line = status(&config, &snapshot, &Ui::default(), 40);
    assert!(
        line.contains("no ans") && line.contains("…  ? help"),
        "{line}"
    );
}

#[test]
fn the_help_stands_over_wide_characters() {
    let mut board = operations();
    board.panels.truncate(1);
    for (lead, size) in [
        ("", (80, 24)),
        ("a", (80, 24)),
        ("", (81, 24)),
        ("a", (81, 24)),
    ] {
        board.panels[0].kind = PanelKind::Text;
        board.panels[0].text = Some(format!("{lead}{}", "日本語".repeat(400)));
        let config = config(vec![board.clone()]);
        let ui = Ui {
            overlay: Some(Overlay::Help(Help::default())),
            full_screen: true,
            ..Ui::default()
        };
        let buf = draw(&config, &all_live(&config), &ui, LOOK, size);
        for y in 0..size.1 {
            for x in 1..size.0 {
                let before = buf[(x - 1, y)].symbol();
                assert!(
                    before.width() < 2 || buf[(x, y)].symbol() == " ",
                    "half of {before} is under {:?} at {x}, {y}",
                    buf[(x, y)].symbol()
                );
            }
        }
    }
}

#[test]
fn without_braille_no_sign_is_drawn_that_the_console_lacks() {
    let config = three_dashboards();
    let look = Look {
        depth: Depth::Ansi16,
        glyphs: Glyphs::Blocks,
        theme: kpi_dashboard::ui::Theme::Terminal,
    };
    for snapshot in [
        all_live(&config),
        all_failing(&config),
        all_waiting(&config),
    ] {
        for help in [false, true] {
            let ui = Ui {
                overlay: help.then_some(Overlay::Help(Help::default())),
                ..Ui::default()
            };
            let drawn = text(&draw(&config, &snapshot, &ui, look, (120, 40)));
            let missing =
                |c: &char| "╭╮╰╯┃┈╌▸✖✔●◌⏎⇧".contains(*c) || ('\u{2800}'..='\u{28ff}').contains(c);
            assert_eq!(drawn.chars().find(missing), None, "{drawn}");
            assert!(drawn.contains("┌─ ► "), "{drawn}");
        }
    }
}

#[test]
fn the_status_line_tells_the_keys_that_help_now() {
    let config = three_dashboards();
    let snapshot = all_live(&config);
    let at = |ui: &Ui, width| status(&config, &snapshot, ui, width);
    let ui = Ui::default();
    assert_eq!(
        at(&ui, 80),
        " ? help  q quit  ⏎ full screen  : commands  / find  [ ] dashboard  t range"
    );
    assert_eq!(at(&ui, 20), " ? help         ▼ 3");
    let full = Ui {
        full_screen: true,
        paused: true,
        ..ui
    };
    assert_eq!(
        at(&full, 80),
        " ? help  q quit  Esc ⏎ back  p go on  : commands  / find  [ ] dashboard"
    );
}

#[test]
fn the_focused_panels_failure_is_on_the_status_line() {
    let config = three_dashboards();
    let mut snapshot = all_failing(&config);
    snapshot.links.database = Link::Up;
    let line = status(&config, &snapshot, &Ui::default(), 100);
    assert!(
        line.starts_with(" ✖ Orders / min: relation \"kpi_sample\" does not exist  ? help  "),
        "{line}"
    );
    assert!(line.ends_with("7 panels failing"), "{line}");
    let line = status(&config, &snapshot, &Ui::default(), 40);
    assert_eq!(line, " ✖ relation \"kpi_sa…  ? help  7 failing");
}

fn fed(seconds: i64) -> Feed {
    Feed {
        link: Link::Up,
        heard_at: Some(NOW.plus(-seconds * SECOND)),
        is_silent: seconds > 10,
        ..Feed::default()
    }
}

fn refused() -> Link {
    Link::Down {
        since: NOW,
        why: Arc::new(Failure::new("Redis at 127.0.0.1:6399 refuses connections")),
    }
}

#[test]
fn a_silent_collector_is_told_below_and_on_every_panel() {
    let config = three_dashboards();
    let mut snapshot = all_live(&config);
    for data in &mut snapshot.panels {
        let asked_at = data.asked_at.map(|_| NOW.plus(-55 * SECOND));
        *data = Arc::new(PanelData {
            asked_at,
            ..PanelData::clone(data)
        });
    }
    snapshot.links.feed = Some(fed(8));
    let line = status(&config, &snapshot, &Ui::default(), 80);
    assert!(line.starts_with(" ? help  q quit"), "{line}");
    snapshot.links.feed = Some(fed(52));
    let line = status(&config, &snapshot, &Ui::default(), 80);
    assert!(
        line.starts_with(
            " ✖ the collector is silent since 52 s · is `kpi serve` still running?  ? help"
        ),
        "{line}"
    );
    // The refresh of a minute is no excuse, nor a border of twenty cells.
    let buffer = draw(&config, &snapshot, &Ui::default(), LOOK, (80, 24));
    let shown = text(&buffer);
    let panels = snapshot
        .panels
        .iter()
        .filter(|data| data.asked_at.is_some());
    assert_eq!(shown.matches(" 50s ").count(), panels.count(), "{shown}");
    // Where the viewer asks the database, nobody misses the collector.
    snapshot.links.feed = Some(Feed {
        own: Own::Polls,
        ..fed(52)
    });
    let line = status(&config, &snapshot, &Ui::default(), 80);
    assert!(!line.contains("silent"), "{line}");
}

#[test]
fn the_cause_is_told_before_its_consequences() {
    let config = three_dashboards();
    let mut snapshot = all_failing(&config);
    let said = |snapshot: &Snapshot| status(&config, snapshot, &Ui::default(), 100);
    snapshot.links.redis = refused();
    snapshot.links.database = Link::Up;
    // Without Redis a direct viewer misses its live updates only.
    assert!(said(&snapshot).starts_with(" ✖ Orders / min: relation"));
    snapshot.links.feed = Some(Feed {
        link: refused(),
        ..fed(1)
    });
    let line = said(&snapshot);
    assert!(
        line.starts_with(" ✖ the feed: Redis at 127.0.0.1:6399 refuses connections"),
        "{line}"
    );
    snapshot.links.feed = None;
    snapshot.links.database = refused();
    let line = said(&snapshot);
    assert!(line.starts_with(" ✖ PostgreSQL: Redis at"), "{line}");
}

#[test]
fn help_and_quit_give_way_to_what_is_whole_without_them() {
    let config = three_dashboards();
    let mut snapshot = all_live(&config);
    let why = "the server has no such role: `psql -f sql/roles.sql` makes it";
    snapshot.links.database = Link::Down {
        since: NOW,
        why: Arc::new(Failure::new(why)),
    };
    let line = status(&config, &snapshot, &Ui::default(), 80);
    assert_eq!(line.trim_end(), format!(" ✖ PostgreSQL: {why}"));
}

#[test]
fn the_connections_outlive_the_variables_in_a_narrow_header() {
    let viewer = Viewer::with_variables(80, 24);
    let line = header(&viewer.config, &viewer.snapshot, &viewer.ui, 80);
    assert!(line.contains("● pg  ● redis"), "{line}");
}

#[test]
fn the_clock_is_the_only_thing_that_ticks_and_it_ticks_by_the_minute() {
    let config = three_dashboards();
    let snapshot = all_waiting(&config);
    let next = |now: i64, size| {
        with_screen(
            &config,
            &snapshot,
            &Ui::default(),
            LOOK,
            size,
            |screen, _| {
                view::next_change(&Screen {
                    now: Moment(now),
                    ..*screen
                })
            },
        )
    };
    let minute = NOW.0 - NOW.0 % MINUTE;
    let after = Some(Moment(minute + MINUTE));
    assert_eq!(next(minute, (80, 24)), after);
    assert_eq!(next(minute + 1, (80, 24)), after);
    assert_eq!(next(minute + MINUTE - 1, (80, 24)), after);
    assert_eq!(next(minute, (80, 3)), None, "there is no header");
    assert_eq!(
        next(minute, (10, 24)),
        None,
        "there is no room for the clock"
    );
}

#[test]
fn the_header_is_the_same_all_minute_long() {
    let config = three_dashboards();
    let snapshot = all_waiting(&config);
    let at = |now: i64| {
        with_screen(
            &config,
            &snapshot,
            &Ui::default(),
            LOOK,
            (80, 24),
            |screen, area| {
                let mut buf = Buffer::empty(area);
                let screen = Screen {
                    now: Moment(now),
                    ..*screen
                };
                view::header::draw(&screen, Rect::new(0, 0, 80, 1), &mut buf);
                buf
            },
        )
    };
    let minute = NOW.0 - NOW.0 % MINUTE;
    assert_eq!(at(minute), at(minute + MINUTE - 1));
    assert_ne!(at(minute), at(minute + MINUTE));
}

#[test]
fn a_cut_panel_shows_the_lines_it_would_have_there() {
    let config = three_dashboards();
    let snapshot = all_live(&config);
    let top = draw(&config, &snapshot, &Ui::default(), LOOK, (40, 10));
    for scroll in 1..5 {
        let ui = Ui {
            scroll,
            ..Ui::default()
        };
        let moved = draw(&config, &snapshot, &ui, LOOK, (40, 10));
        for y in 1..9 - scroll {
            for x in 0..40 {
                assert_eq!(moved[(x, y)], top[(x, y + scroll)], "scrolled by {scroll}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_screen_can_be_drawn(
        size in (0..=90_u16, 0..=40_u16),
        (help, full_screen, paused) in any::<(bool, bool, bool)>(),
        (focus, scroll, help_row, top, column) in (0..9_usize, 0..90_u16, 0..30_u16, 0..90_usize, 0..9_usize),
        ascii in any::<bool>(),
        health in 0..3_u8,
    ) {
        let config = three_dashboards();
        let snapshot = match health {
            0 => all_live(&config),
            1 => all_waiting(&config),
            _ => all_failing(&config),
        };
        let overlay = help.then_some(Overlay::Help(Help { row: help_row }));
        let state = TableState { top, row: top + 1, column: Some(column), past: column, ..TableState::default() };
        let tables = [((0, focus), state)].into();
        let ui = Ui { overlay, full_screen, paused, focus, scroll, tables, ..Ui::default() };
        let look = if ascii { ASCII } else { LOOK };
        draw(&config, &snapshot, &ui, look, size);
    }

    #[test]
    fn a_screen_in_ascii_is_seven_bit(
        size in (0..=120_u16, 0..=40_u16),
        (help, full_screen, paused) in any::<(bool, bool, bool)>(),
        health in 0..3_u8,
    ) {
        let mut config = three_dashboards();
        config.dashboards[0].name = "Übersicht 概要".into();
        config.environment = Some("prüfung".into());
        let snapshot = match health {
            0 => all_live(&config),
            1 => all_waiting(&config),
            _ => all_failing(&config),
        };
        let overlay = help.then_some(Overlay::Help(Help::default()));
        let ui = Ui { overlay, full_screen, paused, ..Ui::default() };
        let buf = draw(&config, &snapshot, &ui, ASCII, size);
        prop_assert!(text(&buf).is_ascii(), "{}", text(&buf));
    }
}

proptest! {
    // Each case draws a score of screens.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_changes_before_the_next_change(
        size in (1..=120_u16, 1..=40_u16),
        (full_screen, focus) in (any::<bool>(), 0..8_usize),
        health in 0..3_u8,
        steps in 1..12_usize,
    ) {
        let config = three_dashboards();
        let snapshot = match health {
            0 => all_live(&config),
            1 => all_waiting(&config),
            _ => all_failing(&config),
        };
        let ui = Ui { full_screen, focus, ..Ui::default() };
        with_screen(&config, &snapshot, &ui, LOOK, size, |screen, area| {
            let at = |now| {
                let screen = Screen { now, ..*screen };
                let mut buf = Buffer::empty(area);
                view::draw(&screen, area, &mut buf);
                (buf, view::next_change(&screen))
            };
            let mut now = NOW;
            for _ in 0..steps {
                let (drawn, next) = at(now);
                let next = next.unwrap_or(Moment(now.0 + 30 * HOUR));
                prop_assert!(next > now, "{:?} is not after {:?}", next, now);
                for early in [i64::midpoint(now.0, next.0), next.0 - 1] {
                    let later = at(Moment(early)).0;
                    prop_assert_eq!(text(&drawn), text(&later));
                    prop_assert_eq!(&drawn, &later);
                }
                now = next;
            }
            Ok(())
        })?;
    }
}

/// A table whose sixth row is selected and on top.
fn five_down() -> TableState {
    TableState {
        top: 5,
        row: 5,
        ..TableState::default()
    }
}

/// Every state of a whole screen that has a picture in `tests/snapshots`.
#[test]
fn whole_screens_are_as_they_were() {
    let config = three_dashboards();
    let (live, waiting, failing) = (
        all_live(&config),
        all_waiting(&config),
        all_failing(&config),
    );
    let plain = Ui::default();
    let on = |focus| Ui {
        focus,
        ..Ui::default()
    };
    let table = 6;
    let cases = [
        ("live", &live, plain.clone(), LOOK),
        ("waiting", &waiting, plain.clone(), LOOK),
        ("failing", &failing, plain.clone(), LOOK),
        (
            "paused",
            &live,
            Ui {
                paused: true,
                ..on(4)
            },
            LOOK,
        ),
        (
            "help",
            &live,
            Ui {
                overlay: Some(Overlay::Help(Help::default())),
                ..on(table)
            },
            LOOK,
        ),
        (
            "full_screen",
            &live,
            Ui {
                full_screen: true,
                tables: [((0, table), five_down())].into(),
                ..on(table)
            },
            LOOK,
        ),
        ("scrolled", &live, Ui { scroll: 7, ..on(2) }, LOOK),
        ("ascii", &failing, on(table), ASCII),
    ];
    for (name, snapshot, ui, look) in cases {
        for size in [(40, 10), (80, 24), (200, 50)] {
            let drawn = text(&draw(&config, snapshot, &ui, look, size));
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), drawn);
        }
    }
}

/// The colours of the chrome, so that a change of theirs is seen too.
#[test]
fn the_chromes_colours_are_as_they_were() {
    let config = three_dashboards();
    let ui = Ui {
        paused: true,
        ..Ui::default()
    };
    let lines: Vec<String> = [
        all_live(&config),
        all_waiting(&config),
        all_failing(&config),
    ]
    .iter()
    .flat_map(|snapshot| {
        let drawn = ansi(&draw(&config, snapshot, &ui, LOOK, (80, 24)));
        let (first, last) = (drawn.lines().next(), drawn.lines().last());
        [first, last].map(|line| line.unwrap().replace('\x1b', "␛"))
    })
    .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// The kind that the dashboards above lack.
#[test]
fn whole_screens_of_a_log_are_as_they_were() {
    let log = panel("events", PanelKind::Log, (0, 0, 1, 1));
    let config = config(vec![dashboard("Log", shares(1), shares(1), vec![log])]);
    let states = [
        ("live", all_live(&config)),
        ("waiting", all_waiting(&config)),
        ("failing", all_failing(&config)),
    ];
    for (name, snapshot) in states {
        for size in [(40, 10), (80, 24), (200, 50)] {
            let drawn = text(&draw(&config, &snapshot, &Ui::default(), LOOK, size));
            insta::assert_snapshot!(format!("log_{name}_{}x{}", size.0, size.1), drawn);
        }
    }
}
