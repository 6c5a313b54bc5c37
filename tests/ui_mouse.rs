//! The mouse does what the keys do: charts, header, status line, every overlay.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::{MINUTE, NOW, config, dashboard, panel, plots, shares};
use common::viewer::Viewer;
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::Snapshot;
use kpi_dashboard::model::variable::Chosen;
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::layout::Plot;
use kpi_dashboard::ui::{Layout, Overlay, Pressed, Situation, keys};

/// The chart of the first dashboard, as it is drawn.
fn chart(viewer: &Viewer) -> Plot {
    let layout = viewer.layout();
    let traffic = |plot: &&Plot| viewer.config.dashboards[0].panels[plot.panel].id == "traffic";
    *layout.plots.iter().find(traffic).unwrap()
}

// ── Charts ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_drag_over_a_chart_zooms_to_what_it_marked() {
    let mut viewer = Viewer::new(120, 40);
    let plot = chart(&viewer);
    let (from, to, y) = (plot.area.x + 10, plot.area.x + 30, plot.area.y + 2);
    assert_eq!(viewer.send(&Event::Click(from, y)), Effect::Redraw);
    assert_eq!(viewer.send(&Event::Drag(from + 5, y)), Effect::Redraw);
    // The pointer may leave the chart upwards.
    viewer.send(&Event::Drag(to, 0));
    assert_eq!(viewer.ui.marked, Some((plot.moment(from), plot.moment(to))));
    assert_eq!(viewer.send(&Event::Release(to, 0)), Effect::Look);
    let range = viewer.ui.range.clone().unwrap();
    let window = range.resolve(NOW, &viewer.config.dashboards[0].time_zone);
    assert!(window.from <= plot.moment(from) && plot.moment(from).since(window.from) < 1_000_000);
    assert!(window.to >= plot.moment(to) && window.to.since(plot.moment(to)) < 1_000_000);
    assert!(!viewer.ui.full_screen, "a drag is no click");
    assert_eq!((viewer.ui.marked, viewer.ui.pressed), (None, None));
    assert_eq!(viewer.focused(), "traffic");
}

#[test]
fn backwards_it_marks_the_same() {
    let mut viewer = Viewer::new(120, 40);
    let plot = chart(&viewer);
    let (a, b, y) = (plot.area.x + 30, plot.area.x + 10, plot.area.y + 2);
    viewer.send(&Event::Click(a, y));
    viewer.send(&Event::Drag(b, y));
    viewer.send(&Event::Release(b, y));
    let range = viewer.ui.range.clone().unwrap();
    let window = range.resolve(NOW, &viewer.config.dashboards[0].time_zone);
    assert!(window.from <= plot.moment(b) && plot.moment(a) <= window.to);
}

#[test]
fn a_drag_ends_at_the_charts_edges() {
    let mut viewer = Viewer::new(120, 40);
    let plot = chart(&viewer);
    viewer.send(&Event::Click(plot.area.x + 10, plot.area.y));
    viewer.send(&Event::Drag(0, plot.area.y));
    let first = plot.moment(plot.area.x);
    assert_eq!(viewer.ui.marked.unwrap().1, first);
    viewer.send(&Event::Drag(119, plot.area.y));
    assert_eq!(
        viewer.ui.marked.unwrap().1,
        plot.moment(plot.area.right() - 1)
    );
}

#[test]
fn a_click_on_a_chart_is_still_a_click() {
    let mut viewer = Viewer::new(120, 40);
    let plot = chart(&viewer);
    let cell = (plot.area.x + 10, plot.area.y + 2);
    viewer.click(cell);
    assert_eq!(
        (viewer.focused(), viewer.ui.full_screen),
        ("traffic", false)
    );
    assert_eq!(viewer.click(cell), Effect::Look);
    assert!(viewer.ui.full_screen);
}

#[test]
fn escape_gives_up_a_mark_and_nothing_else() {
    let mut viewer = Viewer::new(120, 40);
    viewer.ui.full_screen = true;
    viewer.focus_on("traffic");
    let plot = chart(&viewer);
    viewer.send(&Event::Click(plot.area.x + 10, plot.area.y));
    viewer.send(&Event::Drag(plot.area.x + 20, plot.area.y));
    viewer.key(Key::Esc);
    assert_eq!((viewer.ui.marked, viewer.ui.full_screen), (None, true));
    assert_eq!(
        viewer.send(&Event::Release(plot.area.x + 20, plot.area.y)),
        Effect::None
    );
    assert_eq!(viewer.ui.range, None);
}

#[test]
fn a_drag_back_to_where_it_began_does_nothing() {
    let mut viewer = Viewer::new(120, 40);
    let plot = chart(&viewer);
    let (x, y) = (plot.area.x + 10, plot.area.y);
    viewer.send(&Event::Click(x, y));
    viewer.send(&Event::Drag(x + 5, y));
    viewer.send(&Event::Drag(x, y));
    viewer.send(&Event::Release(x, y));
    assert_eq!(
        (viewer.ui.range.as_ref(), viewer.ui.full_screen),
        (None, false)
    );
}

#[test]
fn the_cross_hair_follows_the_mouse_over_charts_and_goes_with_it() {
    let mut viewer = Viewer::new(120, 40);
    let plot = chart(&viewer);
    let y = plot.area.y;
    assert_eq!(
        viewer.send(&Event::Move(plot.area.x + 7, y)),
        Effect::Redraw
    );
    assert_eq!(viewer.ui.cross_hair, Some(plot.moment(plot.area.x + 7)));
    assert_eq!(
        viewer.send(&Event::Move(plot.area.x + 7, y + 1)),
        Effect::None,
        "the same column"
    );
    assert_eq!(viewer.send(&Event::Move(3, 0)), Effect::Redraw);
    assert_eq!(viewer.ui.cross_hair, None);
    // The arrows go on moving the focus: nobody asked for a cross-hair by key.
    viewer.send(&Event::Move(plot.area.x + 7, y));
    viewer.key(Key::Right);
    assert_eq!(viewer.focused(), "revenue");
}

#[test]
fn the_cross_hair_put_there_by_key_follows_the_arrows() {
    let mut viewer = Viewer::new(120, 40);
    viewer.focus_on("traffic");
    let plot = chart(&viewer);
    assert_eq!(viewer.char('x'), Effect::Redraw);
    let began = plot.column(viewer.ui.cross_hair.unwrap());
    viewer.key(Key::Left);
    let at = |viewer: &Viewer| plot.column(viewer.ui.cross_hair.unwrap());
    assert_eq!((at(&viewer), viewer.focused()), (began - 1, "traffic"));
    viewer.key(Key::ShiftLeft);
    assert_eq!(at(&viewer), began - 11);
    viewer.char('L');
    assert_eq!(at(&viewer), began - 1);
    for _ in 0..60 {
        viewer.char('H');
    }
    assert_eq!(at(&viewer), plot.area.x, "it stays on the chart");
    viewer.send(&Event::Move(3, 0));
    assert!(viewer.ui.cross_hair.is_some(), "the mouse leaves it there");
    viewer.key(Key::Esc);
    assert_eq!(viewer.ui.cross_hair, None);
    viewer.key(Key::Right);
    assert_eq!(
        viewer.focused(),
        "regions",
        "the arrows are the panels' again"
    );
}

#[test]
fn the_cross_hair_is_offered_in_the_first_frame_already() {
    // A session knows the plots after drawing only: what lists keys must not need them.
    let viewer = Viewer::new(200, 50);
    let layout = Layout::solve(&viewer.config.dashboards[0], &viewer.ui, viewer.screen);
    assert!(layout.plots.is_empty());
    let now = Situation {
        ui: &viewer.ui,
        config: &viewer.config,
        layout: &layout,
        snapshot: &viewer.snapshot,
    };
    assert!(keys::valid(&now).any(|line| line.short == "cross-hair"));
}

#[test]
fn escape_ends_the_cross_hair_before_the_full_screen() {
    let mut viewer = Viewer::new(120, 40);
    viewer.focus_on("traffic");
    viewer.key(Key::Enter);
    viewer.char('x');
    viewer.key(Key::Esc);
    assert_eq!((viewer.ui.cross_hair, viewer.ui.full_screen), (None, true));
    viewer.key(Key::Esc);
    assert!(!viewer.ui.full_screen);
}

#[test]
fn every_column_has_one_moment_and_every_moment_of_it_that_column() {
    let layout = Viewer::new(120, 40).layout();
    for plot in layout.plots.iter().chain(&plots(&layout)) {
        let moments: Vec<_> = (plot.area.left()..plot.area.right())
            .map(|x| plot.moment(x))
            .collect();
        assert!(moments.is_sorted() && moments[0] > plot.window.from);
        for (x, at) in (plot.area.left()..plot.area.right()).zip(&moments) {
            assert_eq!(plot.column(*at), x);
        }
    }
}

// ── Moving over what does not care ──────────────────────────────────────────────────────────────

#[test]
fn moving_over_a_board_without_charts_asks_for_nothing() {
    let mut viewer = Viewer::new(100, 30);
    viewer.config = config(vec![dashboard(
        "Quiet",
        shares(2),
        shares(1),
        vec![
            panel("orders", PanelKind::Stat, (0, 0, 1, 1)),
            panel("latest", PanelKind::Table, (0, 1, 1, 1)),
        ],
    )]);
    viewer.snapshot = Snapshot {
        panels: viewer.snapshot.panels[..1]
            .iter()
            .chain(&viewer.snapshot.panels[6..7])
            .cloned()
            .collect(),
        ..viewer.snapshot.clone()
    };
    let before = viewer.ui.clone();
    for (x, y) in (0..100).flat_map(|x| (0..30).map(move |y| (x, y))) {
        assert_eq!(viewer.send(&Event::Move(x, y)), Effect::None);
    }
    assert_eq!(viewer.ui, before);
}

// ── Header and status line ──────────────────────────────────────────────────────────────────────

#[test]
fn the_header_s_pieces_do_what_they_say() {
    let mut viewer = Viewer::with_variables(160, 40);
    viewer.click(viewer.find("2 Sales"));
    assert_eq!(viewer.ui.dashboard, 1);

    let mut viewer = Viewer::with_variables(160, 40);
    viewer.click(viewer.find("last 1 h"));
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Ranges(_))));
    viewer.key(Key::Esc);
    viewer.click(viewer.find("region eu"));
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Variables(_))));
    viewer.key(Key::Esc);
    viewer.char('c');
    viewer.click(viewer.find("vs the period before"));
    assert_eq!(viewer.ui.compare, Compare::Yesterday);
    viewer.char('p');
    viewer.click(viewer.find("PAUSED"));
    assert!(!viewer.ui.paused);
}

#[test]
fn a_hint_of_the_status_line_presses_its_key() {
    let mut viewer = Viewer::new(160, 40);
    viewer.click(viewer.find("? help"));
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Help(_))));
    viewer.key(Key::Esc);
    let (x, y) = viewer.find("- + zoom");
    viewer.click((x, y));
    assert_eq!(viewer.ui.range.as_ref().unwrap().text, "3h");
    viewer.click((x + 2, y));
    assert_ne!(
        viewer.ui.range.as_ref().unwrap().text,
        "6h",
        "the plus zooms in"
    );
    assert_eq!(viewer.click(viewer.find("q quit")), Effect::Quit);
}

#[test]
fn each_arrow_of_a_hint_goes_its_own_way() {
    let mut viewer = Viewer::new(160, 40);
    viewer.focus_on("latest");
    viewer.key(Key::Enter);
    let (x, y) = viewer.find("↑ ↓ k j row");
    let row = |viewer: &Viewer| {
        viewer
            .ui
            .tables
            .values()
            .next()
            .map_or(0, |table| table.row)
    };
    for (at, wanted) in [(2, 1), (6, 2), (4, 1), (0, 0)] {
        viewer.click((x + at, y));
        assert_eq!(row(&viewer), wanted, "the sign at {at}");
    }
}

#[test]
fn what_stands_still_has_no_other_range_by_mouse_either() {
    let mut viewer = Viewer::new(160, 40);
    viewer.ui.compare = Compare::Yesterday;
    viewer.char('p');
    for words in ["last 1 h", "vs yesterday"] {
        viewer.click(viewer.find(words));
        assert_eq!(
            (&viewer.ui.overlay, viewer.ui.compare),
            (&None, Compare::Yesterday)
        );
    }
}

#[test]
fn no_two_spots_share_a_cell_except_the_parts_of_one_hint() {
    let viewer = Viewer::with_variables(160, 40);
    let layout = viewer.layout();
    for (area, action) in &layout.spots {
        assert!(!area.is_empty());
        let line = if area.y == 0 {
            layout.header
        } else {
            layout.status
        };
        assert_eq!(area.intersection(line), *area, "{action:?}");
    }
}

// ── Overlays ────────────────────────────────────────────────────────────────────────────────────

#[test]
fn every_overlay_is_used_and_left_by_mouse() {
    let mut viewer = Viewer::with_variables(120, 40);
    viewer.char('t');
    assert_eq!(viewer.click(viewer.find("Last 6 hours")), Effect::Look);
    assert_eq!(viewer.ui.range.as_ref().unwrap().text, "6h");
    for open in ['t', 'v', ':', '/', '?', 'i', 'y', 'T', 'a'] {
        viewer.char(open);
        assert!(viewer.ui.overlay.is_some(), "{open}");
        viewer.click((0, 39));
        assert!(
            viewer.ui.overlay.is_none(),
            "{open} closes by a click outside"
        );
    }
    viewer.char('t');
    viewer.click(viewer.find("Esc cancel"));
    assert!(viewer.ui.overlay.is_none());
}

#[test]
fn several_values_are_marked_and_applied_by_mouse() {
    let mut viewer = Viewer::with_variables(120, 40);
    viewer.char('v');
    viewer.click(viewer.find("Shop  "));
    viewer.click(viewer.find("○ oslo"));
    viewer.click(viewer.find("○ porto"));
    assert!(viewer.picture().contains("◉ oslo"));
    viewer.click(viewer.find("Enter apply"));
    let chosen = Chosen::Values(vec!["oslo".into(), "porto".into()]);
    assert_eq!(viewer.ui.variables.get("shop"), Some(&chosen));
}

#[test]
fn the_wheel_moves_through_a_list() {
    let mut viewer = Viewer::new(120, 40);
    viewer.char('t');
    let (x, y) = viewer.find("Last hour");
    for _ in 0..3 {
        viewer.send(&Event::Wheel(x, y, 1));
    }
    viewer.key(Key::Enter);
    assert_eq!(viewer.ui.range.as_ref().unwrap().text, "12h");
}

#[test]
fn a_line_of_the_help_does_what_it_says() {
    let mut viewer = Viewer::new(120, 60);
    viewer.char('?');
    viewer.click(viewer.find("choose the range"));
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Ranges(_))));
}

#[test]
fn a_right_click_offers_what_concerns_the_panel_under_it() {
    let mut viewer = Viewer::new(120, 40);
    let (x, y) = viewer.find("Latest orders");
    assert_eq!(viewer.send(&Event::RightClick(x, y)), Effect::Redraw);
    let picture = viewer.picture();
    assert_eq!(viewer.focused(), "latest");
    assert!(picture.contains("╭ Latest orders ─"), "{picture}");
    assert!(picture.contains("full screen"), "{picture}");
    assert!(!picture.contains("next dashboard"), "{picture}");
    viewer.click(viewer.find("full screen, and back"));
    assert!(viewer.ui.full_screen);
}

#[test]
fn pasted_text_goes_into_a_field_and_nowhere_else() {
    let mut viewer = Viewer::new(100, 30);
    let paste = Event::Paste("now-2d/d to\nnow-1d/d".into());
    assert_eq!(viewer.send(&paste), Effect::None);
    viewer.char('t');
    viewer.send(&paste);
    viewer.key(Key::Enter);
    assert_eq!(
        viewer.ui.range.as_ref().unwrap().text,
        "now-2d/d to now-1d/d"
    );
}

#[test]
fn a_press_that_was_never_let_go_is_forgotten() {
    let mut viewer = Viewer::new(120, 40);
    viewer.ui.pressed = Some(Pressed {
        panel: 4,
        x: 20,
        y: 12,
    });
    viewer.ui.marked = Some((NOW.plus(-MINUTE), NOW));
    viewer.send(&Event::Resize);
    assert_eq!((viewer.ui.marked, viewer.ui.pressed), (None, None));
}
