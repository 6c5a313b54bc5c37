//! Charts as they are seen: styles, axes, the cross-hair, comparison, events, and changes of clocks.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::{NOW, all_live, three_dashboards};
use kpi_dashboard::ui::{Layout, Look, Ui};
use kpi_dashboard::view::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[test]
fn the_mouse_finds_each_chart_where_it_is_drawn() {
    let config = three_dashboards();
    let snapshot = all_live(&config);
    for (width, height) in [(200, 50), (100, 30), (60, 20), (30, 8)] {
        for scroll in [0, 3, 11] {
            let ui = Ui {
                scroll,
                ..Ui::default()
            };
            let area = Rect::new(0, 0, width, height);
            let mut layout = Layout::solve(&config.dashboards[0], &ui, area);
            let screen = Screen {
                config: &config,
                ui: &ui,
                layout: &layout,
                snapshot: &snapshot,
                look: Look::default(),
                now: NOW,
            };
            let mut buf = Buffer::empty(area);
            let drawn = view::draw(&screen, area, &mut buf);
            assert_eq!(view::plots(&screen), drawn);
            for plot in &drawn {
                let place = layout.places.iter().find(|place| place.panel == plot.panel);
                assert_eq!(plot.area.intersection(place.unwrap().area), plot.area);
                assert!(plot.window.from < NOW && plot.window.to >= NOW);
            }
            if width >= 100 {
                assert!(!drawn.is_empty(), "{width}x{height}");
            }
            layout.plots = drawn;
            for plot in &layout.plots {
                let first = layout.moment_at(plot.area.x, plot.area.y).unwrap();
                let last = layout
                    .moment_at(plot.area.right() - 1, plot.area.bottom() - 1)
                    .unwrap();
                assert_eq!((first.0, last.0), (plot.panel, plot.panel));
                assert!(first.1 >= plot.window.from && last.1 < plot.window.to);
            }
        }
    }
}
