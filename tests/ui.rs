//! Layout and keys: what every event does to a viewer, and where panels go on any screen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::{
    all_live, config, dashboard, latest, live, panel, plots, range, shares, snapshot, variable,
};
use common::viewer::Viewer;
use kpi_dashboard::config::dashboard::Link;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Feed, Own, PanelData};
use kpi_dashboard::model::variable::Selection;
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::{Action, Kiosk, Overlay, Scroll, Situation, Ui, Visit, help, keys};
use proptest::prelude::*;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

/// One viewer on a screen, driven by events as a session drives it.
impl Viewer {
    /// First row in sight and selected row of the focused table.
    fn rows(&self) -> (usize, usize) {
        let state = self.ui.tables.get(&(self.ui.dashboard, self.ui.focus));
        state.map_or((0, 0), |state| (state.top, state.row))
    }

    /// The column under the cursor of the focused table, once it was moved.
    fn column(&self) -> Option<usize> {
        let state = self.ui.tables.get(&(self.ui.dashboard, self.ui.focus));
        state.and_then(|state| state.column)
    }

    /// The first visible line of the help, if it is open.
    fn help_row(&self) -> u16 {
        match &self.ui.overlay {
            Some(Overlay::Help(help)) => help.row,
            _ => 0,
        }
    }

    /// Lines of the help, headings and blanks among them.
    fn help_lines(&self) -> u16 {
        let layout = self.layout();
        let now = Situation {
            ui: &self.ui,
            config: &self.config,
            layout: &layout,
            snapshot: &self.snapshot,
        };
        help::entries(&now).len() as u16
    }

    /// The label and words of each line of the help.
    fn help(&self) -> Vec<&'static str> {
        let layout = self.layout();
        let now = Situation {
            ui: &self.ui,
            config: &self.config,
            layout: &layout,
            snapshot: &self.snapshot,
        };
        keys::valid(&now).map(|binding| binding.words).collect()
    }
}

#[test]
fn q_and_control_c_quit_and_escape_never_does() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.char('q'), Effect::Quit);
    assert_eq!(viewer.key(Key::Ctrl('c')), Effect::Quit);
    assert_eq!(viewer.key(Key::Esc), Effect::None);
    viewer.ui.full_screen = true;
    assert_eq!(viewer.char('q'), Effect::Quit);
}

#[test]
fn a_key_without_a_meaning_changes_nothing() {
    let mut viewer = Viewer::new(80, 24);
    let before = viewer.ui.clone();
    for key in [Key::Char('!'), Key::Backspace, Key::Ctrl('x'), Key::Esc] {
        assert_eq!(viewer.key(key), Effect::None);
    }
    assert_eq!(viewer.ui, before);
}

#[test]
fn tab_goes_round_in_reading_order() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.key(Key::Tab), Effect::Redraw);
    assert_eq!(viewer.focused(), "revenue");
    viewer.key(Key::BackTab);
    viewer.key(Key::BackTab);
    assert_eq!(viewer.focused(), "notes");
    viewer.key(Key::Tab);
    assert_eq!(viewer.focused(), "orders");
}

#[test]
fn arrows_and_letters_follow_the_drawing() {
    for [left, down, up, right] in [
        [Key::Left, Key::Down, Key::Up, Key::Right],
        ['h', 'j', 'k', 'l'].map(Key::Char),
    ] {
        let mut viewer = Viewer::new(80, 24);
        viewer.key(right);
        assert_eq!(viewer.focused(), "revenue");
        viewer.key(down);
        assert_eq!(viewer.focused(), "traffic");
        viewer.key(right);
        assert_eq!(viewer.focused(), "regions");
        viewer.key(up);
        assert_eq!(viewer.focused(), "load");
        viewer.key(left);
        assert_eq!(viewer.focused(), "errors");
        assert_eq!(viewer.key(up), Effect::None, "there is nothing above");
    }
}

#[test]
fn enter_fills_the_screen_with_one_panel_and_only_that_is_looked_at() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("traffic");
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    let looked_at: Vec<_> = viewer.layout().looked_at().collect();
    assert_eq!(looked_at, [(4, 78)]);
    assert_eq!(viewer.key(Key::Tab), Effect::Look);
    assert_eq!(viewer.focused(), "regions");
    assert_eq!(viewer.key(Key::Esc), Effect::Look);
    assert!(!viewer.ui.full_screen);
    viewer.key(Key::Enter);
    assert_eq!(viewer.key(Key::Enter), Effect::Look);
    assert!(!viewer.ui.full_screen);
}

#[test]
fn r_asks_now_but_not_while_data_stands_still() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.char('r'), Effect::Refresh);
    assert_eq!(viewer.char('p'), Effect::Look);
    assert!(viewer.ui.paused);
    assert_eq!(viewer.char('r'), Effect::None);
    assert_eq!(viewer.char('p'), Effect::Look);
    assert!(!viewer.ui.paused);
}

#[test]
fn dashboards_are_chosen_by_number_and_by_brackets() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.char('3'), Effect::Look);
    assert_eq!(viewer.ui.dashboard, 2);
    viewer.char(']');
    assert_eq!(viewer.ui.dashboard, 0);
    viewer.char('[');
    assert_eq!(viewer.ui.dashboard, 2);
    assert_eq!(viewer.char('3'), Effect::None, "it is on screen already");
    assert_eq!(viewer.char('4'), Effect::None, "there is no fourth");
}

#[test]
fn each_dashboard_remembers_its_focus_and_each_table_where_it_stands() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    viewer.key(Key::PageDown);
    viewer.key(Key::Enter);
    viewer.char('2');
    assert_eq!((viewer.ui.focus, viewer.ui.full_screen), (0, false));
    viewer.key(Key::Tab);
    viewer.char('1');
    assert_eq!(viewer.focused(), "latest");
    assert_eq!((viewer.rows().0, viewer.ui.full_screen), (6, false));
    viewer.char('2');
    assert_eq!(viewer.focused(), "right");
}

#[test]
fn a_table_scrolls_by_pages_and_stops_at_its_ends() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    assert_eq!(viewer.key(Key::PageUp), Effect::None, "it is at its top");
    // 22 lines of body: 5 + 7 + 10; a border and a head leave 7 of 60 rows in sight.
    assert_eq!(viewer.key(Key::PageDown), Effect::Redraw);
    assert_eq!(viewer.rows().0, 6);
    viewer.key(Key::End);
    assert_eq!(viewer.rows().0, 53);
    assert_eq!(viewer.key(Key::PageDown), Effect::None);
    viewer.key(Key::Home);
    assert_eq!(viewer.rows().0, 0);
}

#[test]
fn a_table_that_fills_the_screen_takes_up_and_down_for_its_rows() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    viewer.key(Key::Enter);
    viewer.key(Key::Down);
    viewer.char('j');
    assert_eq!((viewer.focused(), viewer.rows()), ("latest", (0, 2)));
    viewer.key(Key::Up);
    assert_eq!(viewer.rows(), (0, 1));
    viewer.key(Key::Right);
    assert_eq!(viewer.focused(), "latest", "left and right are for columns");
    viewer.key(Key::Tab);
    assert_eq!(viewer.focused(), "notes");
}

#[test]
fn the_column_cursor_stops_at_the_first_and_last_column() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.char('L'), Effect::None, "a stat has no columns");
    viewer.focus_on("latest");
    assert!(viewer.help().contains(&"column left, right"));
    for column in [1, 2, 3, 4, 4] {
        viewer.char('L');
        assert_eq!(viewer.column(), Some(column));
    }
    for column in [3, 2, 1, 0, 0] {
        viewer.char('H');
        assert_eq!(viewer.column(), Some(column));
    }
    viewer.char('L');
    viewer.key(Key::Tab);
    assert_eq!(viewer.column(), None);
    viewer.focus_on("latest");
    assert_eq!(viewer.column(), Some(1), "each table has its own");
}

#[test]
fn arrows_move_the_column_cursor_of_a_table_that_fills_the_screen() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    viewer.key(Key::Right);
    assert_eq!((viewer.focused(), viewer.column()), ("notes", None));
    viewer.focus_on("latest");
    viewer.key(Key::Enter);
    viewer.key(Key::Right);
    viewer.char('l');
    viewer.key(Key::Left);
    viewer.char('h');
    viewer.char('l');
    assert_eq!((viewer.focused(), viewer.column()), ("latest", Some(1)));
}

#[test]
fn a_table_that_shrank_is_scrolled_from_its_new_end() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    viewer.key(Key::End);
    let shorter = |panel: &_| PanelData {
        rows: Arc::new(latest(10)),
        ..live(panel)
    };
    viewer.snapshot = snapshot(&viewer.config, shorter);
    viewer.key(Key::PageUp);
    assert_eq!(viewer.rows().0, 0);
}

#[test]
fn a_stack_scrolls_by_pages_and_what_comes_into_sight_is_looked_at() {
    let mut viewer = Viewer::new(40, 10);
    assert!(viewer.layout().stacked);
    assert_eq!(viewer.key(Key::PageDown), Effect::Look);
    assert_eq!(viewer.ui.scroll, 7);
    assert!(viewer.layout().looked_at().all(|(panel, _)| panel > 1));
    viewer.key(Key::End);
    assert_eq!(viewer.ui.scroll, viewer.layout().last_scroll());
    assert_eq!(viewer.key(Key::PageDown), Effect::None);
    viewer.key(Key::Home);
    assert_eq!(viewer.ui.scroll, 0);
}

#[test]
fn focus_in_a_stack_scrolls_into_sight() {
    let mut viewer = Viewer::new(40, 10);
    for _ in 0..7 {
        viewer.key(Key::Tab);
        let layout = viewer.layout();
        let place = layout.places.iter().find(|p| p.panel == viewer.ui.focus);
        assert!(!place.unwrap().is_cut(), "{} is whole", viewer.focused());
    }
    assert_eq!(viewer.focused(), "notes");
    viewer.key(Key::Up);
    assert_eq!(viewer.focused(), "latest");
}

#[test]
fn a_click_focuses_and_a_second_one_fills_the_screen() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.send(&Event::Click(70, 8)), Effect::Redraw);
    assert_eq!(viewer.focused(), "regions");
    assert_eq!(viewer.send(&Event::Click(70, 8)), Effect::Look);
    assert!(viewer.ui.full_screen);
    assert_eq!(viewer.send(&Event::Click(3, 3)), Effect::Look);
    assert!(!viewer.ui.full_screen);
    assert_eq!(viewer.send(&Event::Click(3, 0)), Effect::None, "the header");
    assert_eq!(viewer.send(&Event::Click(900, 900)), Effect::None);
}

#[test]
fn the_wheel_scrolls_the_table_under_it_else_the_stack() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.send(&Event::Wheel(5, 20, 1)), Effect::Redraw);
    assert_eq!((viewer.focused(), viewer.rows().0), ("latest", 3));
    viewer.send(&Event::Wheel(5, 20, -1));
    assert_eq!(viewer.rows().0, 0);
    assert_eq!(viewer.send(&Event::Wheel(5, 3, 1)), Effect::None, "a stat");

    let mut viewer = Viewer::new(40, 10);
    viewer.send(&Event::Wheel(5, 5, 2));
    assert_eq!(viewer.ui.scroll, 6);
    assert_eq!(viewer.focused(), "orders");
}

#[test]
fn control_z_suspends_and_control_l_paints_again() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.key(Key::Ctrl('z')), Effect::Suspend);
    assert_eq!(viewer.key(Key::Ctrl('l')), Effect::Repaint);
}

#[test]
fn the_help_opens_and_closes_and_keys_act_through_it() {
    let mut viewer = Viewer::new(80, 24);
    assert_eq!(viewer.char('?'), Effect::Redraw);
    assert!(viewer.ui.overlay.is_some());
    assert_eq!(viewer.key(Key::Esc), Effect::Redraw);
    assert!(viewer.ui.overlay.is_none());
    viewer.char('?');
    viewer.char('?');
    assert!(viewer.ui.overlay.is_none());
    viewer.char('?');
    assert_eq!(viewer.key(Key::Tab), Effect::Redraw);
    assert_eq!(
        (viewer.ui.overlay.is_some(), viewer.focused()),
        (false, "revenue")
    );
    viewer.char('?');
    viewer.send(&Event::Click(1, 1));
    assert_eq!(
        (viewer.ui.overlay.is_some(), viewer.focused()),
        (false, "revenue")
    );
    viewer.char('?');
    assert_eq!(viewer.char('q'), Effect::Quit);
}

#[test]
fn a_help_that_does_not_fit_scrolls_to_its_last_line() {
    let mut viewer = Viewer::new(40, 10);
    viewer.char('?');
    viewer.key(Key::Down);
    assert_eq!(viewer.help_row(), 1);
    viewer.key(Key::End);
    let lines = viewer.help_lines();
    assert_eq!(viewer.help_row(), lines - 8);
    viewer.send(&Event::Wheel(0, 0, -1));
    assert_eq!(viewer.help_row(), lines - 11);
    viewer.key(Key::Esc);
    assert_eq!(viewer.help_row(), 0);
}

#[test]
fn the_help_lists_what_is_valid_and_nothing_else() {
    let mut viewer = Viewer::new(80, 24);
    let has = |viewer: &Viewer, words: &str| viewer.help().contains(&words);
    assert!(has(&viewer, "panel fills screen"));
    assert!(!has(&viewer, "back to all panels"));
    assert!(!has(&viewer, "scroll by a page"));
    assert!(!has(&viewer, "scroll the panels"));
    viewer.key(Key::Enter);
    assert!(has(&viewer, "back to all panels"));
    viewer.key(Key::Esc);
    viewer.focus_on("latest");
    assert!(has(&viewer, "scroll by a page"));
    viewer.char('p');
    assert!(has(&viewer, "go on after the pause"));
    assert!(!has(&viewer, "ask the database now"));

    viewer.config = config(vec![dashboard(
        "One",
        shares(1),
        shares(1),
        vec![panel("only", PanelKind::Stat, (0, 0, 1, 1))],
    )]);
    viewer.ui = Ui::default();
    viewer.snapshot = all_live(&viewer.config);
    for words in [
        "next, previous panel",
        "prev, next dashboard",
        "show that dashboard",
        "panel above, below",
    ] {
        assert!(!has(&viewer, words), "{words}");
    }
}

#[test]
fn no_key_means_two_things_at_once() {
    for (width, height) in [(80, 24), (40, 10), (1, 1)] {
        for (full_screen, paused, id) in [
            (false, false, "orders"),
            (true, false, "latest"),
            (false, true, "latest"),
            (true, true, "traffic"),
        ] {
            let mut viewer = Viewer::new(width, height);
            viewer.focus_on(id);
            (viewer.ui.full_screen, viewer.ui.paused) = (full_screen, paused);
            let layout = viewer.layout();
            let now = Situation {
                ui: &viewer.ui,
                config: &viewer.config,
                layout: &layout,
                snapshot: &viewer.snapshot,
            };
            let mut seen = std::collections::HashMap::new();
            // As they stand in the table: of two lines with one key, a help would list both.
            let holding = keys::ALL.iter().filter(|binding| now.is(binding.when));
            for (key, action) in holding.flat_map(|binding| binding.keys) {
                let other = seen.insert(*key, *action);
                assert_eq!(other, None, "{key:?} also does {action:?}");
            }
        }
    }
}

#[test]
fn a_resize_keeps_the_focus_in_sight_and_asks_for_the_new_widths() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    viewer.key(Key::End);
    viewer.screen = Rect::new(0, 0, 40, 10);
    assert_eq!(viewer.send(&Event::Resize), Effect::Look);
    let layout = viewer.layout();
    assert!(layout.places.iter().any(|p| p.panel == viewer.ui.focus));
    viewer.screen = Rect::new(0, 0, 200, 50);
    viewer.send(&Event::Resize);
    assert_eq!(viewer.ui.scroll, 0);
    // 23 lines of the lower third, less border and head: the last 37 rows and no blank line.
    let (page, last) = (viewer.layout().places[6].size.height - 3, viewer.rows().0);
    assert_eq!(usize::from(page) + last, 60);
}

#[test]
fn data_of_another_dashboard_is_not_taken_for_this_ones() {
    let mut viewer = Viewer::new(80, 24);
    viewer.focus_on("latest");
    viewer.snapshot.dashboard = 1;
    assert_eq!(viewer.key(Key::PageDown), Effect::None);
}

#[test]
fn a_range_chosen_by_the_viewer_outlives_the_dashboard() {
    let mut viewer = Viewer::new(80, 24);
    viewer.ui.range = Some(range("6h"));
    viewer.char('2');
    assert!(viewer.ui.range.is_some());
}

#[test]
fn scrolling_never_leaves_its_bounds() {
    for scroll in [
        Scroll::Lines(-128),
        Scroll::Lines(127),
        Scroll::PageUp,
        Scroll::PageDown,
        Scroll::Home,
        Scroll::End,
    ] {
        for from in [0, 3, 10, usize::MAX] {
            for page in [0, 1, 5, usize::MAX] {
                assert!(scroll.apply(from, page, 10) <= 10);
                assert_eq!(scroll.apply(from, page, 0), 0);
            }
        }
    }
}

#[test]
fn the_help_fits_its_columns() {
    use unicode_width::UnicodeWidthStr;
    for binding in keys::ALL {
        for label in [binding.label, binding.ascii] {
            assert!(label.width() < usize::from(help::LABEL), "{label}");
        }
        assert!(binding.ascii.is_ascii());
        let words = binding.words;
        assert!(words.width() <= usize::from(help::WORDS), "{words}");
    }
}

#[test]
fn every_action_can_be_reached_by_a_key() {
    // A new action without a key fails to compile here until it is listed and bound.
    fn name(action: Action) -> &'static str {
        match action {
            Action::Quit => "quit",
            Action::Help => "help",
            Action::Close => "close",
            Action::NextPanel => "next panel",
            Action::PreviousPanel => "previous panel",
            Action::Move(_) => "move",
            Action::FullScreen => "full screen",
            Action::Refresh => "refresh",
            Action::Pause => "pause",
            Action::PollMyself => "poll myself",
            Action::Dashboard(_) => "dashboard",
            Action::NextDashboard => "next dashboard",
            Action::PreviousDashboard => "previous dashboard",
            Action::ScrollRows(_) => "scroll rows",
            Action::ScrollColumns(_) => "scroll columns",
            Action::SortRows => "sort rows",
            Action::FilterRows => "filter rows",
            Action::ChooseColumns => "choose columns",
            Action::OpenCell => "open cell",
            Action::ScrollStack(_) => "scroll stack",
            Action::Zoom(_) => "zoom",
            Action::Pan(_) => "pan",
            Action::Live => "live",
            Action::Suspend => "suspend",
            Action::Repaint => "repaint",
            Action::Inspect => "inspect",
            Action::Annotate => "annotate",
            Action::FollowLink => "follow link",
            Action::Back => "back",
            Action::Ranges => "ranges",
            Action::Variables => "variables",
            Action::Compare => "compare",
            Action::CrossHair => "cross-hair",
            Action::MoveCrossHair(_) => "move cross-hair",
            Action::Palette => "palette",
            Action::Jump => "jump",
            Action::Theme => "theme",
            Action::Copy => "copy",
            Action::EndKiosk => "end kiosk",
        }
    }
    let mut reached = std::collections::BTreeSet::new();
    for (width, full_screen, id) in [
        (80, false, "latest"),
        (80, true, "latest"),
        (40, false, "orders"),
    ] {
        let mut viewer = Viewer::new(width, if width == 80 { 24 } else { 10 });
        viewer.focus_on(id);
        viewer.ui.full_screen = full_screen;
        viewer.ui.range = Some(range("3h"));
        viewer.ui.kiosk = Some(Kiosk::new(Duration::from_secs(30)));
        viewer.ui.came_from = vec![Visit {
            dashboard: 1,
            focus: 0,
            full_screen: false,
            variables: Selection::new(),
        }];
        let focus = viewer.ui.focus;
        viewer.config.dashboards[0].panels[focus].link = Some(Link {
            dashboard: "Region".into(),
            variables: Vec::new(),
        });
        viewer.config.dashboards[0].variables = vec![variable("region", &["eu", "us"])];
        viewer.snapshot.links.feed = Some(Feed {
            is_silent: true,
            own: Own::Could,
            ..Feed::default()
        });
        viewer.ui.kiosk = Some(Kiosk::new(Duration::from_secs(30)));
        for holds_cross_hair in [false, true] {
            viewer.ui.holds_cross_hair = holds_cross_hair;
            viewer.ui.cross_hair = holds_cross_hair.then_some(common::fixtures::NOW);
            let mut layout = viewer.layout();
            layout.plots = plots(&layout);
            let now = Situation {
                ui: &viewer.ui,
                config: &viewer.config,
                layout: &layout,
                snapshot: &viewer.snapshot,
            };
            let lines = keys::valid(&now);
            let actions = lines.flat_map(|line| line.keys.into_owned());
            reached.extend(actions.map(|(_, action)| name(action)));
        }
    }
    assert_eq!(reached.len(), 39, "{reached:?}");
}

proptest! {
    #[test]
    fn any_events_on_any_screen_leave_a_valid_viewer(
        sizes in prop::collection::vec((0..=120_u16, 0..=60_u16), 1..4),
        codes in prop::collection::vec(0..40_u8, 0..60),
    ) {
        let mut viewer = Viewer::new(80, 24);
        let mut sizes = sizes.into_iter().cycle();
        for code in codes {
            let event = match code {
                0..=17 => Event::Key([
                    Key::Tab, Key::BackTab, Key::Up, Key::Down, Key::Left, Key::Right, Key::Enter,
                    Key::Esc, Key::PageUp, Key::PageDown, Key::Home, Key::End, Key::Char('?'),
                    Key::Char('p'), Key::Char('2'), Key::Char('1'), Key::Char(']'), Key::Backspace,
                ][usize::from(code)]),
                18..=24 => Event::Click(u16::from(code) * 3, u16::from(code)),
                25..=32 => Event::Wheel(u16::from(code), u16::from(code) / 2, code.cast_signed() - 28),
                _ => {
                    let (width, height) = sizes.next().unwrap();
                    viewer.screen = Rect::new(0, 0, width, height);
                    Event::Resize
                }
            };
            viewer.send(&event);
            let panels = &viewer.config.dashboards[viewer.ui.dashboard].panels;
            prop_assert!(viewer.ui.focus < panels.len());
            prop_assert!(viewer.ui.scroll <= viewer.layout().last_scroll() || !viewer.layout().stacked);
        }
    }
}

fn typed(viewer: &Viewer) -> Option<&str> {
    viewer.ui.range.as_ref().map(|range| range.text.as_str())
}

/// What the hub does: the panels show the viewer's range.
fn answered(viewer: &mut Viewer) {
    let dashboard = &viewer.config.dashboards[viewer.ui.dashboard];
    let spec = viewer.ui.range.as_ref().unwrap_or(&dashboard.range);
    let window = spec.resolve(common::fixtures::NOW, &dashboard.time_zone);
    for data in &mut viewer.snapshot.panels {
        *data = Arc::new(PanelData {
            window,
            ..PanelData::clone(data)
        });
    }
}

#[test]
fn minus_and_plus_step_through_the_quick_ranges_and_zero_goes_back() {
    let mut viewer = Viewer::new(80, 24);
    for (key, wanted) in [
        ('-', "3h"),
        ('-', "6h"),
        ('+', "3h"),
        ('+', "1h"),
        ('+', "30m"),
    ] {
        answered(&mut viewer);
        assert_eq!(viewer.char(key), Effect::Look);
        assert_eq!(typed(&viewer), Some(wanted));
    }
    assert_eq!(viewer.char('0'), Effect::Look);
    assert_eq!(typed(&viewer), None);
}

#[test]
fn going_back_in_time_is_half_a_window_and_going_on_ends_live() {
    let mut viewer = Viewer::new(80, 24);
    viewer.ui.range = Some(range("3h"));
    answered(&mut viewer);
    viewer.char('<');
    // The screen's clock says 14:03:20.
    assert_eq!(typed(&viewer), Some("2026-11-22 09:33:20 to 12:33:20"));
    answered(&mut viewer);
    viewer.char('<');
    assert_eq!(typed(&viewer), Some("2026-11-22 08:03:20 to 11:03:20"));
    answered(&mut viewer);
    viewer.char('+');
    assert_eq!(typed(&viewer), Some("2026-11-22 08:48:20 to 10:18:20"));
    for _ in 0..20 {
        answered(&mut viewer);
        viewer.char('>');
    }
    assert_eq!(typed(&viewer), Some("3h"), "live as before");
}

#[test]
fn before_the_first_answer_there_is_nothing_to_zoom() {
    let mut viewer = Viewer::new(80, 24);
    for data in &mut viewer.snapshot.panels {
        *data = Arc::new(PanelData::waiting());
    }
    assert_eq!(viewer.char('-'), Effect::None);
    assert_eq!(viewer.char('<'), Effect::None);
}

#[test]
fn another_dashboard_ends_the_pause() {
    let mut viewer = Viewer::new(80, 24);
    viewer.char('p');
    assert!(viewer.ui.paused);
    assert_eq!(viewer.char('2'), Effect::Look);
    assert!(!viewer.ui.paused);
}
