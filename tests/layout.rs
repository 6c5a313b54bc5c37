//! Where panels go on any screen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::{dashboard, operations, panel};
use kpi_dashboard::config::{Dashboard, Track};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::ui::{Layout, Ui, layout};
use proptest::prelude::*;
use ratatui::layout::Rect;

fn solve(dashboard: &Dashboard, width: u16, height: u16) -> Layout {
    Layout::solve(dashboard, &Ui::default(), Rect::new(0, 0, width, height))
}

#[test]
fn the_drawing_is_followed_where_there_is_room() {
    let layout = solve(&operations(), 80, 24);
    assert!(!layout.stacked);
    assert_eq!(layout.body, Rect::new(0, 1, 80, 22));
    let areas: Vec<Rect> = layout.places.iter().map(|place| place.area).collect();
    assert_eq!(areas[0], Rect::new(0, 1, 20, 5));
    assert_eq!(areas[3], Rect::new(60, 1, 20, 5));
    assert_eq!(areas[4], Rect::new(0, 6, 60, 7));
    assert_eq!(areas[7], Rect::new(60, 13, 20, 10));
}

#[test]
fn header_and_status_line_leave_when_every_line_counts() {
    let heights = |height| {
        let layout = solve(&operations(), 80, height);
        (
            layout.header.height,
            layout.body.height,
            layout.status.height,
        )
    };
    assert_eq!(heights(6), (1, 4, 1));
    assert_eq!(heights(5), (1, 4, 0));
    assert_eq!(heights(3), (0, 3, 0));
    assert_eq!(heights(0), (0, 0, 0));
}

#[test]
fn a_small_screen_stacks_stats_in_pairs_and_charts_alone() {
    let layout = solve(&operations(), 40, 10);
    assert!(layout.stacked);
    assert_eq!(layout.content[0], Rect::new(0, 0, 20, 5));
    assert_eq!(layout.content[1], Rect::new(20, 0, 20, 5));
    assert_eq!(layout.content[2], Rect::new(0, 5, 20, 5));
    assert_eq!(layout.content[4], Rect::new(0, 10, 40, 8));
    let cut = layout.places[2];
    assert_eq!((cut.area.height, cut.size.height, cut.above), (3, 5, 0));
}

#[test]
fn a_stack_beside_an_editor_uses_its_height() {
    let layout = solve(&operations(), 40, 80);
    assert!(layout.stacked);
    assert_eq!(layout.content_height, layout.body.height);
    assert_eq!(layout.content[0].height, 5, "a stat does not grow");
}

fn track() -> impl Strategy<Value = Track> {
    prop_oneof![
        (1..12_u16).prop_map(Track::Cells),
        (1..6_u16).prop_map(Track::Share),
    ]
}

/// Dashboards whose panels fill a grid of tracks, neighbours sometimes merged.
fn drawing() -> impl Strategy<Value = Dashboard> {
    let tracks = || prop::collection::vec(track(), 1..5);
    let kinds = prop::collection::vec(prop::sample::select(PanelKind::ALL.to_vec()), 16);
    (tracks(), tracks(), kinds, any::<[bool; 4]>()).prop_map(|(columns, rows, kinds, wide)| {
        let mut panels = Vec::new();
        for (row, wide) in wide.into_iter().take(rows.len()).enumerate() {
            let mut column = 0;
            while column < columns.len() {
                let span = if wide && column == 0 {
                    columns.len()
                } else {
                    1
                };
                let id = format!("p{}", panels.len());
                panels.push(panel(&id, kinds[panels.len()], (row, column, 1, span)));
                column += span;
            }
        }
        dashboard("D", columns, rows, panels)
    })
}

fn cells(area: Rect) -> u32 {
    u32::from(area.width) * u32::from(area.height)
}

proptest! {
    #[test]
    fn places_are_inside_the_body_and_apart(
        dashboard in drawing(),
        (width, height) in (0..=500_u16, 0..=200_u16),
        scroll in 0..300_u16,
        full_screen in any::<bool>(),
        focus in 0..20_usize,
    ) {
        let ui = Ui { scroll, full_screen, focus, ..Ui::default() };
        let layout = Layout::solve(&dashboard, &ui, Rect::new(0, 0, width, height));
        prop_assert_eq!(
            u32::from(layout.header.height) + u32::from(layout.body.height) + u32::from(layout.status.height),
            u32::from(height)
        );
        prop_assert_eq!(layout.content.len(), dashboard.panels.len());
        for (index, place) in layout.places.iter().enumerate() {
            prop_assert!(!place.area.is_empty());
            prop_assert_eq!(layout.body.intersection(place.area), place.area);
            prop_assert!(place.above + place.area.height <= place.size.height);
            for other in &layout.places[index + 1..] {
                prop_assert!(!place.area.intersects(other.area), "{:?} {:?}", place, other);
            }
            prop_assert_eq!(layout.panel_at(place.area.x, place.area.y), Some(place.panel));
        }
        let again = Layout::solve(&dashboard, &ui, Rect::new(0, 0, width, height));
        prop_assert_eq!(layout, again);
    }

    #[test]
    fn every_panel_of_a_drawing_is_there_and_readable(
        dashboard in drawing(),
        (width, height) in (1..=500_u16, 1..=200_u16),
    ) {
        let layout = solve(&dashboard, width, height);
        if !layout.stacked {
            prop_assert_eq!(layout.places.len(), dashboard.panels.len());
            for place in &layout.places {
                let least = layout::least(dashboard.panels[place.panel].kind);
                prop_assert!(place.area.width >= least.width && place.area.height >= least.height);
                prop_assert!(!place.is_cut());
            }
        }
    }

    #[test]
    fn a_drawing_with_shares_leaves_no_cell_unused(
        dashboard in drawing(),
        (width, height) in (1..=500_u16, 1..=200_u16),
    ) {
        let has_share = |tracks: &[Track]| tracks.iter().any(|t| matches!(t, Track::Share(_)));
        let layout = solve(&dashboard, width, height);
        if !layout.stacked && has_share(&dashboard.columns) && has_share(&dashboard.rows) {
            let used: u32 = layout.places.iter().map(|place| cells(place.area)).sum();
            prop_assert_eq!(used, cells(layout.body));
        }
    }

    #[test]
    fn scrolling_a_stack_shows_every_panel(
        dashboard in drawing(),
        (width, height) in (1..=60_u16, 1..=30_u16),
    ) {
        let screen = Rect::new(0, 0, width, height);
        let first = solve(&dashboard, width, height);
        let mut seen = std::collections::BTreeSet::new();
        for scroll in 0..=first.last_scroll() {
            let ui = Ui { scroll, ..Ui::default() };
            seen.extend(Layout::solve(&dashboard, &ui, screen).places.iter().map(|p| p.panel));
        }
        prop_assert_eq!(seen.len(), dashboard.panels.len());
    }
}
