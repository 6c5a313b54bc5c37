//! Theme picker, copy menu and kiosk mode: what events do to a viewer, and how each is drawn.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::fixtures::{NOW, SECOND, all_failing, all_live};
use common::viewer::Viewer;
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::inspection::Inspection;
use kpi_dashboard::model::panel_data::{Notice, PanelData};
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::overlay::copy::{Part, parts};
use kpi_dashboard::ui::{Glyphs, Kiosk, Look, Overlay, Situation, Theme};
use kpi_dashboard::view::{self};

impl Viewer {
    fn parts_of(&mut self, id: &str) -> Vec<Part> {
        let panels = &self.config.dashboards[0].panels;
        self.ui.focus = panels.iter().position(|panel| panel.id == id).unwrap();
        let layout = self.layout();
        parts(&Situation {
            ui: &self.ui,
            config: &self.config,
            layout: &layout,
            snapshot: &self.snapshot,
        })
    }

    /// As a session does when time is up.
    fn turn(&mut self) -> bool {
        let (before, layout) = (self.ui.clone(), self.layout());
        self.ui.turn(&Situation {
            ui: &before,
            config: &self.config,
            layout: &layout,
            snapshot: &self.snapshot,
        })
    }
}

#[test]
fn the_screen_wears_the_theme_under_the_cursor_and_esc_takes_it_off() {
    let mut viewer = Viewer::new(120, 40);
    viewer.type_in("T");
    assert_eq!(viewer.ui.theme, None, "looking is not choosing");
    assert_eq!(viewer.key(Key::Down), Effect::Redraw);
    assert_eq!(viewer.ui.theme, Some(Theme::Dark));
    viewer.key(Key::Down);
    assert_eq!(viewer.ui.theme, Some(Theme::Light));
    viewer.key(Key::Esc);
    assert_eq!((viewer.ui.theme, viewer.ui.overlay.is_none()), (None, true));
}

#[test]
fn enter_keeps_the_theme_and_the_next_time_the_cursor_is_on_it() {
    let mut viewer = Viewer::new(120, 40);
    viewer.type_in("Tsolar");
    assert_eq!(
        viewer.ui.theme,
        Some(Theme::Solarized),
        "typing previews too"
    );
    viewer.key(Key::Enter);
    assert!(viewer.ui.overlay.is_none());
    viewer.type_in("T");
    viewer.key(Key::Up);
    assert_eq!(viewer.ui.theme, Some(Theme::ColourBlind));
    viewer.key(Key::Esc);
    assert_eq!(viewer.ui.theme, Some(Theme::Solarized));
}

#[test]
fn the_configured_theme_is_where_the_picker_begins() {
    let mut viewer = Viewer::new(120, 40);
    viewer.config.screen.theme = Theme::Light;
    viewer.type_in("T");
    viewer.key(Key::Down);
    assert_eq!(viewer.ui.theme, Some(Theme::HighContrast));
    viewer.key(Key::Up);
    assert_eq!(viewer.ui.theme, None);
}

#[test]
fn letters_typed_into_the_picker_trigger_nothing_and_a_press_outside_restores() {
    let mut viewer = Viewer::new(120, 40);
    viewer.type_in("Tqp");
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Theme(_))));
    assert!(!viewer.ui.paused);
    viewer.type_in("T");
    viewer.send(&Event::Click(0, 0));
    assert_eq!((viewer.ui.theme, viewer.ui.overlay.is_none()), (None, true));
}

#[test]
fn a_click_on_a_theme_keeps_it() {
    let mut viewer = Viewer::new(120, 40);
    viewer.type_in("T");
    let row = text(&viewer.draw(Look::default()));
    let y = row.lines().position(|line| line.contains("light")).unwrap();
    let y = row
        .lines()
        .enumerate()
        .skip(y)
        .find(|(_, line)| line.contains("dark on light"))
        .map(|(y, _)| y)
        .unwrap();
    viewer.send(&Event::Click(60, u16::try_from(y).unwrap()));
    assert_eq!(viewer.ui.theme, Some(Theme::Light));
    assert!(viewer.ui.overlay.is_none());
}

#[test]
fn what_can_be_copied_depends_on_the_panel() {
    let mut viewer = Viewer::new(120, 40);
    assert_eq!(
        viewer.parts_of("orders"),
        [Part::Value, Part::Csv, Part::Screen]
    );
    assert_eq!(
        viewer.parts_of("regions"),
        [Part::Value, Part::Csv, Part::Screen]
    );
    assert_eq!(
        viewer.parts_of("latest"),
        [Part::Row, Part::Csv, Part::Screen]
    );
    assert_eq!(viewer.parts_of("notes"), [Part::Value, Part::Screen]);
    let asked = Inspection {
        sql: "select 1".into(),
        unquoted: [].into(),
        asked_at: NOW,
        timings: None,
        rows: 1,
        asked_per_minute: 1,
        busy_per_minute: Duration::ZERO,
    };
    for data in &mut viewer.snapshot.panels {
        *data = Arc::new(PanelData {
            inspection: Some(Arc::new(asked.clone())),
            ..PanelData::clone(data)
        });
    }
    assert_eq!(
        viewer.parts_of("latest"),
        [Part::Row, Part::Csv, Part::Sql, Part::Screen]
    );
}

#[test]
fn a_letter_copies_and_closes_and_others_do_nothing() {
    let mut viewer = Viewer::new(120, 40);
    viewer.type_in("y");
    assert_eq!(viewer.char('q'), Effect::None);
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Copy(_))));
    assert_eq!(viewer.char('c'), Effect::CopyPart(Part::Csv));
    assert!(viewer.ui.overlay.is_none());
    viewer.type_in("y");
    viewer.key(Key::Down);
    assert_eq!(viewer.key(Key::Enter), Effect::CopyPart(Part::Csv));
    viewer.type_in("y");
    assert_eq!(viewer.key(Key::Esc), Effect::Redraw);
    assert!(viewer.ui.overlay.is_none());
}

#[test]
fn the_menus_stand_in_the_middle_of_any_screen() {
    let ascii = Look {
        glyphs: Glyphs::Ascii,
        ..Look::default()
    };
    let mut pictures = String::new();
    for (keys, look, (width, height)) in [
        ("T", Look::default(), (100, 30)),
        ("Tcolour", Look::default(), (60, 20)),
        ("y", Look::default(), (100, 30)),
        ("y", ascii, (60, 20)),
    ] {
        let mut viewer = Viewer::new(width, height);
        viewer.type_in(keys);
        pictures.push_str(&format!("── {keys} ──\n{}", text(&viewer.draw(look))));
    }
    insta::assert_snapshot!(pictures);
    for keys in ["T", "y"] {
        for (width, height) in (0..50).flat_map(|width| (0..16).map(move |height| (width, height)))
        {
            let mut viewer = Viewer::new(width, height);
            viewer.type_in(keys);
            viewer.key(Key::Down);
            viewer.send(&Event::Click(width / 2, height / 2));
            text(&viewer.draw(ascii));
        }
    }
}

fn on_a_wall(width: u16, height: u16) -> Viewer {
    let mut viewer = Viewer::new(width, height);
    viewer.ui.kiosk = Some(Kiosk::new(Duration::from_secs(30)));
    viewer.ui.still = true;
    viewer
}

#[test]
fn a_screen_on_a_wall_shows_panels_and_nothing_else() {
    let viewer = on_a_wall(100, 30);
    let layout = viewer.layout();
    assert_eq!(layout.body, viewer.screen);
    let drawn = text(&viewer.draw(Look::default()));
    insta::assert_snapshot!(drawn);
    assert!(!drawn.contains('▸'), "no focus");
}

#[test]
fn only_a_failure_gets_a_line_and_recovery_takes_it_away() {
    let mut viewer = on_a_wall(100, 30);
    viewer.snapshot = all_failing(&viewer.config);
    viewer.snapshot.links.database = kpi_dashboard::model::panel_data::Link::Up;
    assert!(viewer.ui.watch(&viewer.config, &viewer.snapshot));
    let layout = viewer.layout();
    assert_eq!((layout.header.height, layout.status.height), (0, 1));
    let drawn = text(&viewer.draw(Look::default()));
    let last = drawn.lines().last().unwrap();
    assert!(last.contains("7 panels failing"), "{last}");
    assert!(last.contains("kpi_sample"), "{last}");
    viewer.snapshot = all_live(&viewer.config);
    assert!(viewer.ui.watch(&viewer.config, &viewer.snapshot));
    assert!(!viewer.ui.watch(&viewer.config, &viewer.snapshot));
    assert_eq!(viewer.layout().body, viewer.screen);
}

#[test]
fn dashboards_take_turns_and_a_single_one_stays() {
    let mut viewer = on_a_wall(100, 30);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(viewer.ui.dashboard);
        assert!(viewer.turn());
    }
    assert_eq!(seen, [0, 1, 2, 0]);
    viewer.config.dashboards.truncate(1);
    viewer.ui.dashboard = 0;
    assert!(!viewer.turn(), "nothing changed, nothing is drawn");
}

#[test]
fn a_key_does_what_it_does_brings_the_chrome_and_time_takes_it_away() {
    let mut viewer = on_a_wall(100, 30);
    viewer.key(Key::Enter);
    assert!(viewer.ui.full_screen);
    assert!(viewer.ui.attend());
    assert_eq!(viewer.layout().header.height, 1);
    assert!(viewer.turn(), "first the chrome goes");
    assert!(viewer.ui.is_unattended() && !viewer.ui.full_screen);
    assert_eq!(viewer.ui.dashboard, 0);
    assert!(viewer.turn());
    assert_eq!(viewer.ui.dashboard, 1);
}

#[test]
fn a_pause_holds_the_rounds() {
    let mut viewer = on_a_wall(100, 30);
    viewer.type_in("p");
    viewer.ui.attend();
    assert!(!viewer.turn());
    assert!(!viewer.ui.still && viewer.ui.paused);
}

#[test]
fn esc_leaves_the_kiosk_and_q_the_program() {
    let mut viewer = on_a_wall(100, 30);
    assert_eq!(viewer.char('q'), Effect::Quit);
    viewer.key(Key::Enter);
    viewer.key(Key::Esc);
    assert!(viewer.ui.kiosk.is_some(), "first back from the full screen");
    viewer.key(Key::Esc);
    assert_eq!((viewer.ui.kiosk, viewer.ui.still), (None, false));
    assert_eq!(viewer.layout().header.height, 1);
    assert!(!viewer.turn());
}

#[test]
fn a_notice_stays_five_seconds_and_the_newer_one_wins() {
    let mut viewer = Viewer::new(100, 30);
    let notice = |at: i64, is_bad: bool, text: &str| Notice {
        at: kpi_dashboard::model::time::Moment(NOW.0 + at * SECOND),
        is_bad,
        text: text.into(),
    };
    viewer.ui.notice = Some(notice(-1, false, "copied the value"));
    let status = |viewer: &Viewer| {
        text(&viewer.draw(Look::default()))
            .lines()
            .last()
            .unwrap()
            .to_owned()
    };
    assert!(
        status(&viewer).starts_with(" ✔ copied the value"),
        "{}",
        status(&viewer)
    );
    let change = viewer.on(&viewer.layout(), view::next_change);
    assert!(change.unwrap().since(NOW) <= 4 * SECOND);
    viewer.snapshot.notice = Some(Arc::new(notice(0, true, "no such file")));
    assert!(
        status(&viewer).starts_with(" ✖ no such file"),
        "{}",
        status(&viewer)
    );
    viewer.snapshot.notice = None;
    viewer.ui.notice = Some(notice(-5, false, "copied the value"));
    assert!(!status(&viewer).contains("copied"));
}
