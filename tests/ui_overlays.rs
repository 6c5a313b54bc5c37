//! What opens over the panels: pickers, the palette, the list of panels. What they do and how they look.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;

use common::fixtures::{NOW, range};
use common::viewer::{ASCII, Viewer};
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::panel_data::{Failure, Health};
use kpi_dashboard::model::variable::Chosen;
use kpi_dashboard::ui::Overlay;
use kpi_dashboard::ui::event::{Effect, Event, Key};
use proptest::prelude::*;
use ratatui::layout::Rect;

fn shown_range(viewer: &Viewer) -> Option<&str> {
    viewer.ui.range.as_ref().map(|range| range.text.as_str())
}

fn values(values: &[&str]) -> Chosen {
    Chosen::Values(values.iter().map(|value| (*value).to_owned()).collect())
}

// ── Ranges ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_quick_range_is_chosen_with_the_arrows() {
    let mut viewer = Viewer::new(100, 30);
    assert_eq!(viewer.char('t'), Effect::Redraw);
    // The cursor is on the range that is shown, an hour.
    viewer.key(Key::Down);
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert_eq!(shown_range(&viewer), Some("3h"));
    assert!(viewer.ui.overlay.is_none());
}

#[test]
fn a_typed_range_is_taken_and_one_that_is_none_says_why() {
    let mut viewer = Viewer::new(100, 30);
    viewer.char('t');
    viewer.type_in("now-2d/d to now-1d/d");
    assert!(
        viewer
            .picture()
            .contains("Fri 2026-11-20 00:00 → Sat 2026-11-21 23:59:59 UTC")
    );
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert_eq!(shown_range(&viewer), Some("now-2d/d to now-1d/d"));

    viewer.char('t');
    viewer.type_in("6 parsecs");
    assert!(
        viewer
            .picture()
            .contains("✖ `6 parsecs` is neither `now…` nor a date"),
        "{}",
        viewer.picture()
    );
    let before = viewer.ui.clone();
    assert_eq!(viewer.key(Key::Enter), Effect::None);
    assert_eq!(viewer.ui, before, "it stays open and changes nothing");
    viewer.key(Key::Esc);
    assert_eq!(shown_range(&viewer), Some("now-2d/d to now-1d/d"));
}

#[test]
fn a_typed_range_comes_before_what_is_found_by_it() {
    let mut viewer = Viewer::new(100, 30);
    viewer.char('t');
    viewer.type_in("2d");
    viewer.key(Key::Enter);
    assert_eq!(shown_range(&viewer), Some("2d"));
    viewer.char('t');
    viewer.type_in("yesterday");
    viewer.key(Key::Enter);
    assert_eq!(shown_range(&viewer), Some("now-1d/d to now-1d/d"));
}

#[test]
fn what_is_no_range_never_takes_one_that_only_has_its_letters() {
    let mut viewer = Viewer::new(100, 30);
    viewer.char('t');
    viewer.type_in("2026-11-01 14:10 to 14:30");
    viewer.key(Key::Enter);
    let shown = viewer.ui.range.clone();
    for typed in ["14:00", "last 2 parsecs", "foo", "6", "now"] {
        viewer.char('t');
        viewer.type_in(typed);
        assert!(viewer.picture().contains('✖'), "{typed}: it says why");
        assert_eq!(viewer.key(Key::Enter), Effect::None, "{typed}");
        assert!(viewer.ui.overlay.is_some(), "{typed}: it stays open");
        viewer.key(Key::Esc);
        assert_eq!(viewer.ui.range, shown, "{typed}");
    }
    for (typed, range) in [
        ("last 2 hours", "2h"),
        ("month so", "now/M to now"),
        ("2h ago", "2h"),
    ] {
        viewer.char('t');
        viewer.type_in(typed);
        viewer.key(Key::Enter);
        assert_eq!(shown_range(&viewer), Some(range), "{typed}");
    }
}

#[test]
fn ranges_used_lately_come_first_once_each() {
    let mut viewer = Viewer::new(100, 30);
    for typed in ["6h", "45m", "6h", "now/w to now", "2d", "5m", "90d"] {
        viewer.char('t');
        viewer.type_in(typed);
        viewer.key(Key::Enter);
    }
    let recent: Vec<&str> = viewer
        .ui
        .recent_ranges
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(recent, ["90d", "5m", "2d", "now/w to now", "6h"]);
    viewer.char('t');
    let picture = viewer.picture();
    assert_eq!(picture.matches("used lately").count(), 5);
    assert_eq!(picture.matches("Last 90 days").count(), 1);
}

#[test]
fn escape_leaves_everything_as_it_was() {
    for open in ['t', 'v', ':', '/'] {
        let mut viewer = Viewer::with_variables(100, 30);
        viewer.ui.range = Some(range("3h"));
        let before = viewer.ui.clone();
        viewer.char(open);
        assert!(viewer.ui.overlay.is_some(), "{open}");
        viewer.type_in("xy1");
        viewer.key(Key::Down);
        viewer.key(Key::Esc);
        assert_eq!(viewer.ui, before, "{open}");
    }
}

#[test]
fn from_a_fixed_range_going_on_leads_back_to_the_live_one() {
    let mut viewer = Viewer::new(100, 30);
    viewer.ui.range = Some(range("3h"));
    viewer.char('t');
    viewer.type_in("2026-11-01 08:00 to 12:00");
    viewer.key(Key::Enter);
    assert_eq!(viewer.ui.live_range, Some(range("3h")));
}

#[test]
fn zero_goes_back_to_the_last_live_range_and_then_to_the_dashboard_s() {
    let mut viewer = Viewer::new(200, 30);
    let hint = |viewer: &Viewer| {
        let picture = viewer.picture();
        let status = picture.lines().last().unwrap().to_owned();
        ["0 back to live", "0 dashboard's range"].map(|words| status.contains(words))
    };
    assert_eq!(hint(&viewer), [false, false]);
    viewer.char('t');
    viewer.type_in("6h");
    viewer.key(Key::Enter);
    assert_eq!(hint(&viewer), [false, true], "{}", viewer.picture());
    viewer.char('<');
    viewer.char('<');
    assert!(!viewer.ui.range.as_ref().unwrap().is_live());
    assert_eq!(hint(&viewer), [true, false], "{}", viewer.picture());
    assert_eq!(viewer.char('0'), Effect::Look);
    assert_eq!(shown_range(&viewer), Some("6h"));
    assert_eq!(viewer.char('0'), Effect::Look);
    assert_eq!(shown_range(&viewer), None);
    assert_eq!(viewer.char('0'), Effect::None);
}

// ── Variables ───────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_variable_is_chosen_by_a_few_letters() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.char('v');
    viewer.type_in("reg");
    viewer.key(Key::Enter);
    viewer.type_in("ap");
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert_eq!(viewer.ui.variables.get("region"), Some(&values(&["apac"])));
    assert!(viewer.ui.overlay.is_none());
}

#[test]
fn several_values_are_marked_with_space_in_the_order_they_are_offered() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.char('v');
    viewer.type_in("shop");
    viewer.key(Key::Enter);
    // "All" is marked; marking another one takes its place.
    viewer.key(Key::End);
    viewer.char(' ');
    viewer.key(Key::Home);
    viewer.key(Key::Down);
    viewer.char(' ');
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert_eq!(
        viewer.ui.variables.get("shop"),
        Some(&values(&["berlin", "ōsaka"]))
    );

    viewer.char('v');
    viewer.type_in("shop");
    viewer.key(Key::Enter);
    viewer.type_in("all");
    viewer.char(' ');
    viewer.key(Key::Enter);
    assert_eq!(viewer.ui.variables.get("shop"), Some(&Chosen::All));
}

#[test]
fn enter_without_a_mark_takes_the_one_under_the_cursor() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.char('v');
    viewer.type_in("shop");
    viewer.key(Key::Enter);
    viewer.type_in("oslo");
    viewer.key(Key::Enter);
    assert_eq!(viewer.ui.variables.get("shop"), Some(&values(&["oslo"])));
}

#[test]
fn with_nothing_marked_the_choice_stays_and_the_picker_says_so() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.ui.variables.insert("shop".into(), values(&["oslo"]));
    viewer.char('v');
    viewer.type_in("shop");
    viewer.key(Key::Enter);
    viewer.type_in("oslo");
    let words = "nothing is marked: Enter changes nothing";
    assert!(!viewer.picture().contains(words));
    viewer.char(' ');
    assert!(viewer.picture().contains(words), "{}", viewer.picture());
    viewer.key(Key::Enter);
    assert_eq!(viewer.ui.variables.get("shop"), Some(&values(&["oslo"])));
}

#[test]
fn a_text_variable_takes_what_is_typed_blanks_and_all() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.char('v');
    viewer.type_in("customer");
    viewer.key(Key::Enter);
    assert!(viewer.picture().contains("O'Brien"), "what it is now");
    viewer.key(Key::Ctrl('u'));
    viewer.type_in("a b'; q");
    viewer.key(Key::Enter);
    assert_eq!(
        viewer.ui.variables.get("customer"),
        Some(&values(&["a b'; q"]))
    );
}

#[test]
fn constants_are_not_offered_and_one_variable_needs_no_list() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.char('v');
    assert!(!viewer.picture().contains("schema"));
    viewer.key(Key::Esc);
    viewer.config.dashboards[0].variables.truncate(1);
    viewer.char('v');
    assert!(viewer.picture().contains("apac"), "its values at once");
    viewer.key(Key::Esc);
    viewer.config.dashboards[0].variables.clear();
    assert_eq!(viewer.char('v'), Effect::None);
}

#[test]
fn escape_goes_back_to_the_list_first() {
    let mut viewer = Viewer::with_variables(100, 30);
    viewer.char('v');
    viewer.key(Key::Enter);
    viewer.key(Key::Esc);
    assert!(viewer.picture().contains("Variables"));
    viewer.key(Key::Esc);
    assert!(viewer.ui.overlay.is_none());
}

#[test]
fn a_query_of_choices_that_fails_says_why() {
    let mut viewer = Viewer::with_variables(100, 30);
    let mut states = viewer.snapshot.variables.to_vec();
    states[0].choices = [].into();
    states[0].health = Health::Failed {
        why: Arc::new(Failure::new("relation \"regions\" does not exist")),
        retry_at: NOW,
    };
    viewer.config.dashboards[0].variables[0].kind = kpi_dashboard::config::VariableKind::Query {
        sql: "select name from regions".into(),
        on_range: false,
    };
    viewer.snapshot.variables = states.into();
    viewer.char('v');
    viewer.key(Key::Enter);
    let picture = viewer.picture();
    assert!(
        picture.contains("✖ relation \"regions\" does not exist"),
        "{picture}"
    );
    assert!(picture.contains("nothing to choose from"), "{picture}");
}

// ── The palette, the list of panels, comparison ─────────────────────────────────────────────────

#[test]
fn the_palette_does_what_its_line_says() {
    let mut viewer = Viewer::with_variables(100, 30);
    let mut run = |text: &str| {
        viewer.key(Key::Ctrl('p'));
        viewer.type_in(text);
        let effect = viewer.key(Key::Enter);
        (effect, viewer.ui.clone())
    };
    assert_eq!(run("quit").0, Effect::Quit);
    assert_eq!(run("refresh").0, Effect::Refresh);
    let (effect, ui) = run("compare yesterday");
    assert_eq!((effect, ui.compare), (Effect::Look, Compare::Yesterday));
    let (_, ui) = run("range last 7 days");
    assert_eq!(ui.range, Some(range("7d")));
    let (_, ui) = run("go to traffic");
    assert_eq!(ui.focus, 4);
    let (_, ui) = run("set region");
    assert!(matches!(ui.overlay, Some(Overlay::Variables(_))));
}

#[test]
fn the_palette_goes_to_other_dashboards_and_their_panels() {
    let mut viewer = Viewer::new(100, 30);
    viewer.char(':');
    viewer.type_in("dashboard sales");
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert_eq!(viewer.ui.dashboard, 1);
}

#[test]
fn the_palette_lists_each_valid_action_once_with_its_keys() {
    let mut viewer = Viewer::new(100, 60);
    viewer.char(':');
    viewer.type_in("zoom");
    let picture = viewer.picture();
    assert_eq!(picture.matches("zoom in: a narrower range").count(), 1);
    assert!(picture.contains("+ ="), "both keys: {picture}");
    viewer.key(Key::Esc);
    viewer.char('p');
    viewer.char(':');
    viewer.type_in("zoom");
    assert!(!viewer.picture().contains("zoom in"), "not while paused");
}

#[test]
fn slash_finds_a_panel_by_title_or_id_on_any_dashboard() {
    let mut viewer = Viewer::new(100, 30);
    viewer.char('/');
    viewer.type_in("by regio");
    assert_eq!(viewer.key(Key::Enter), Effect::Redraw);
    assert_eq!(viewer.focused(), "regions");
    let there = viewer.config.dashboards[1].panels[0].id.clone();
    viewer.char('/');
    viewer.type_in(&format!("{there} sales"));
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert_eq!((viewer.ui.dashboard, viewer.focused()), (1, there.as_str()));
}

#[test]
fn a_panel_s_whole_name_comes_before_its_beginning_and_that_before_letters_in_between() {
    let mut viewer = Viewer::new(100, 30);
    let panels = &mut viewer.config.dashboards[0].panels;
    assert!(panels.len() > 3);
    for (panel, (id, title)) in panels.iter_mut().zip([
        ("a", "All the orders"),
        ("b", "Orders by hour"),
        ("c", "ORDERS"),
    ]) {
        (panel.id, panel.title) = (id.into(), title.into());
    }
    panels[3].id = "Ord".into();
    for (typed, at) in [("orders", 2), ("ord", 3), ("order", 1), ("orders b", 1)] {
        viewer.char('/');
        viewer.type_in(typed);
        viewer.key(Key::Enter);
        assert_eq!((viewer.ui.dashboard, viewer.ui.focus), (0, at), "{typed}");
    }
}

#[test]
fn the_name_of_the_dashboard_on_screen_finds_none_of_its_panels() {
    let mut viewer = Viewer::new(100, 30);
    viewer.config.dashboards[0].name = "zzqq".into();
    viewer.char('/');
    viewer.type_in("zzqq");
    assert_eq!(viewer.key(Key::Enter), Effect::None);
}

#[test]
fn a_panel_found_in_a_stack_scrolls_into_sight() {
    let mut viewer = Viewer::new(40, 12);
    viewer.char('/');
    viewer.type_in("notes");
    viewer.key(Key::Enter);
    let layout = viewer.layout();
    assert!(
        layout
            .places
            .iter()
            .any(|place| place.panel == viewer.ui.focus)
    );
}

#[test]
fn c_goes_round_the_comparisons_and_the_header_says_which() {
    let mut viewer = Viewer::new(120, 30);
    for (compare, words) in [
        (Compare::PreviousPeriod, "vs the period before"),
        (Compare::Yesterday, "vs yesterday"),
        (Compare::LastWeek, "vs last week"),
    ] {
        assert_eq!(viewer.char('c'), Effect::Look);
        assert_eq!(viewer.ui.compare, compare);
        assert!(viewer.picture().lines().next().unwrap().contains(words));
    }
    assert_eq!(viewer.char('c'), Effect::Look);
    assert!(!viewer.picture().contains(" vs "));
}

// ── For all of them ─────────────────────────────────────────────────────────────────────────────

#[test]
fn control_c_quits_and_control_l_paints_whatever_is_open() {
    for open in ['t', 'v', ':', '/', '?'] {
        let mut viewer = Viewer::with_variables(100, 30);
        viewer.char(open);
        assert_eq!(viewer.key(Key::Ctrl('l')), Effect::Repaint);
        assert!(viewer.ui.overlay.is_some(), "{open} stays open");
        assert_eq!(viewer.key(Key::Ctrl('c')), Effect::Quit);
    }
}

#[test]
fn while_a_picker_is_open_the_status_line_has_no_keys_of_the_panels() {
    let mut viewer = Viewer::new(100, 30);
    viewer.char('t');
    assert!(!viewer.picture().lines().last().unwrap().contains("quit"));
}

#[test]
fn each_overlay_is_as_it_was() {
    for (name, keys) in [
        ("ranges", "t"),
        ("ranges_typed", "t2026-11-01 08:00 to 12:00"),
        ("ranges_wrong", "tnow-2d/x"),
        ("variables", "v"),
        ("variables_values", "vshop\n"),
        ("variables_text", "vcust\n"),
        ("palette", ":"),
        ("palette_found", ":dash"),
        ("jump", "/r"),
    ] {
        for (size, look) in [((100, 30), None), ((40, 12), None), ((60, 20), Some(ASCII))] {
            let mut viewer = Viewer::with_variables(size.0, size.1);
            viewer.look = look.unwrap_or(viewer.look);
            for letter in keys.chars() {
                match letter {
                    '\n' => viewer.key(Key::Enter),
                    letter => viewer.char(letter),
                };
            }
            let of = if look.is_some() {
                "ascii".to_owned()
            } else {
                format!("{}x{}", size.0, size.1)
            };
            let picture = viewer.picture();
            if look.is_some() {
                let title = picture.is_ascii();
                assert!(title, "{name}: {picture}");
            }
            insta::assert_snapshot!(format!("{name}_{of}"), picture);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_events_on_any_screen_never_panic(
        (width, height) in (0..=110_u16, 0..=40_u16),
        events in prop::collection::vec((0..14_u8, any::<char>(), 0..110_u16, 0..40_u16), 0..40),
    ) {
        let mut viewer = Viewer::with_variables(width, height);
        for (code, letter, x, y) in events {
            let open = ['t', 'v', ':', '/', 'x', 'c', '?', ' '][usize::from(x) % 8];
            let key = [
                Key::Enter, Key::Esc, Key::Up, Key::Down, Key::Tab, Key::Backspace, Key::End, Key::ShiftLeft,
            ][usize::from(x) % 8];
            let event = match code {
                0 | 1 => Event::Key(Key::Char(letter)),
                2 | 3 => Event::Key(Key::Char(open)),
                4..=6 => Event::Key(key),
                7 => Event::Click(x, y),
                8 => Event::Release(x, y),
                9 => Event::Drag(x, y),
                10 => Event::Move(x, y),
                11 => Event::RightClick(x, y),
                12 => Event::Wheel(x, y, if x % 2 == 0 { 1 } else { -1 }),
                _ if y % 2 == 0 => Event::Paste(format!("{letter}{letter}\n\u{1b}[A")),
                _ => {
                    viewer.screen = Rect::new(0, 0, x, y);
                    Event::Resize
                }
            };
            viewer.send(&event);
            viewer.answered();
            let _ = viewer.buffer();
            let panels = &viewer.config.dashboards[viewer.ui.dashboard].panels;
            prop_assert!(viewer.ui.focus < panels.len());
        }
    }

    #[test]
    fn letters_in_a_field_change_nothing_below(open in "[tv:/]", text in "[a-zA-Z0-9?<>+=,. :/\\[\\]-]{0,30}") {
        let mut viewer = Viewer::with_variables(100, 30);
        let before = viewer.ui.clone();
        viewer.type_in(&open);
        for letter in text.chars() {
            let effect = viewer.char(letter);
            prop_assert!(matches!(effect, Effect::Redraw | Effect::None), "{letter}: {effect:?}");
        }
        let mut below = viewer.ui.clone();
        below.overlay = None;
        prop_assert_eq!(below, before);
    }
}
