//! Whole screens in every theme, as the terminal gets them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::{NOW, all_live, config, operations, three_dashboards};
use kpi_dashboard::export::ansi::ansi;
use kpi_dashboard::model::panel_data::Snapshot;
use kpi_dashboard::session::surface::Surface;
use kpi_dashboard::ui::{Background, Depth, Glyphs, Layout, Look, Overlay, Theme, Ui, help::Help};
use kpi_dashboard::view::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

fn look(theme: Theme, depth: Depth) -> Look {
    Look {
        depth,
        glyphs: Glyphs::Braille,
        theme,
    }
}

fn draw(ui: &Ui, look: Look, (width, height): (u16, u16)) -> Buffer {
    let config = config(vec![operations()]);
    let snapshot: Snapshot = all_live(&config);
    let area = Rect::new(0, 0, width, height);
    let layout = Layout::solve(&config.dashboards[0], ui, area);
    let mut buf = Buffer::empty(area);
    let screen = Screen {
        config: &config,
        ui,
        layout: &layout,
        snapshot: &snapshot,
        look,
        now: NOW,
    };
    view::draw(&screen, area, &mut buf);
    buf
}

/// Escape sequences that a reviewer can read.
fn readable(buf: &Buffer) -> String {
    ansi(buf).replace('\x1b', "␛")
}

#[test]
fn a_board_in_every_theme() {
    for theme in Theme::ALL {
        let buf = draw(&Ui::default(), look(theme, Depth::True), (90, 24));
        insta::assert_snapshot!(format!("board_{}", theme.name()), readable(&buf));
    }
}

#[test]
fn a_board_on_a_light_terminal_and_in_few_colours() {
    for (name, theme, depth) in [
        (
            "terminal_on_light",
            Theme::Terminal.on(Background::Light),
            Depth::True,
        ),
        ("terminal_in_16", Theme::Terminal, Depth::Ansi16),
        ("light_in_16", Theme::Light, Depth::Ansi16),
        ("high_contrast_in_16", Theme::HighContrast, Depth::Ansi16),
        ("solarized_in_256", Theme::Solarized, Depth::Ansi256),
    ] {
        let buf = draw(&Ui::default(), look(theme, depth), (90, 24));
        insta::assert_snapshot!(format!("board_{name}"), readable(&buf));
    }
}

#[test]
fn every_cell_has_the_background_of_a_theme_that_sets_one_also_under_an_overlay() {
    let help = Ui {
        overlay: Some(Overlay::Help(Help::default())),
        ..Ui::default()
    };
    for theme in Theme::ALL {
        for ui in [&Ui::default(), &help] {
            let buf = draw(ui, look(theme, Depth::True), (100, 30));
            let ground = buf[(0, 29)].bg;
            assert_eq!(ground == Color::Reset, theme == Theme::Terminal);
            assert!(
                buf.content().iter().all(|cell| cell.bg == ground),
                "{theme:?} has holes"
            );
        }
    }
}

#[test]
fn without_colours_every_theme_is_drawn_with_modifiers_alone() {
    for theme in Theme::ALL {
        let buf = draw(&Ui::default(), look(theme, Depth::None), (100, 30));
        assert!(
            buf.content()
                .iter()
                .all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)),
            "{theme:?}"
        );
    }
}

#[test]
fn a_background_costs_few_bytes() {
    let config = three_dashboards();
    let (mut plain, mut dressed) = (Vec::new(), Vec::new());
    for (theme, sizes) in [(Theme::Terminal, &mut plain), (Theme::Dark, &mut dressed)] {
        let mut surface = Surface::new(200, 50);
        for seconds in [0, 61, 62] {
            let ui = Ui::default();
            let snapshot = all_live(&config);
            let layout = Layout::solve(&config.dashboards[0], &ui, surface.area());
            let screen = Screen {
                config: &config,
                ui: &ui,
                layout: &layout,
                snapshot: &snapshot,
                look: look(theme, Depth::True),
                now: NOW.plus(seconds * 1_000_000),
            };
            let bytes = surface.frame(|area, buf| {
                view::draw(&screen, area, buf);
            });
            sizes.push(bytes.map_or(0, |bytes| bytes.len()));
        }
    }
    // The first frame writes the blanks, too: once, and no more than a cell each.
    assert!(dressed[0] <= plain[0] + 200 * 50, "{dressed:?} {plain:?}");
    // Afterwards a changed cell costs the same but for the pen's first dip.
    for (dressed, plain) in dressed.iter().zip(&plain).skip(1) {
        assert!(
            *dressed <= plain * 2 + 40,
            "{dressed} bytes, {plain} without"
        );
    }
}
