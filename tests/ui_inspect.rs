//! Inspecting a panel, annotating, following links: what keys and mouse do, and whole screens of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::fixtures::NOW;
use common::viewer::Viewer;
use kpi_dashboard::config::dashboard::{Link, Variable, VariableKind};
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::inspection::{Inspection, Plan, Timings};
use kpi_dashboard::model::panel_data::{Failure, Health, PanelData};
use kpi_dashboard::model::variable::{Choice, Chosen, VariableState, VariableValue};
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::overlay::inspect::{Inspect, Page};
use kpi_dashboard::ui::{Depth, Glyphs, Look, Overlay, Theme};

const TABLE: usize = 6;

impl Viewer {
    /// On the table, with what an inspection has to say of every panel.
    fn inspecting(width: u16, height: u16) -> Self {
        let mut viewer = Self::new(width, height);
        viewer.ui.focus = TABLE;
        for data in &mut viewer.snapshot.panels {
            let sql = "select region, name, total\nfrom orders_eu\nwhere ts between '2026-06-01T13:03:00Z' \
                       and '2026-06-01T14:03:00Z' order by total desc";
            let start = sql.find("orders_eu").unwrap();
            *data = Arc::new(PanelData {
                inspection: Some(Arc::new(Inspection {
                    sql: sql.into(),
                    unquoted: std::iter::once(start + 7..start + 9).collect(),
                    asked_at: NOW,
                    timings: Some(Timings {
                        wait: Duration::from_micros(120),
                        round_trip: Duration::from_micros(2_340),
                        decode: Duration::from_micros(85),
                    }),
                    rows: data.rows.len(),
                    asked_per_minute: 12,
                    busy_per_minute: Duration::from_millis(28),
                })),
                ..PanelData::clone(data)
            });
        }
        viewer
    }

    fn page(&self) -> Option<Page> {
        match &self.ui.overlay {
            Some(Overlay::Inspect(inspect)) => Some(inspect.page),
            _ => None,
        }
    }

    fn drawn(&self, glyphs: Glyphs) -> String {
        text(&self.draw(Look {
            depth: Depth::None,
            glyphs,
            theme: Theme::Terminal,
        }))
    }
}

#[test]
fn tab_turns_the_pages_and_a_plan_is_asked_for_when_it_is_looked_at() {
    let mut viewer = Viewer::inspecting(100, 30);
    assert_eq!(viewer.char('i'), Effect::Redraw);
    assert_eq!(viewer.page(), Some(Page::Sql));
    let plan = |analyze| Effect::Explain {
        panel: TABLE,
        analyze,
    };
    assert_eq!(viewer.key(Key::Tab), plan(false));
    assert_eq!(viewer.page(), Some(Page::Plan));
    assert_eq!(viewer.key(Key::Tab), Effect::Redraw);
    assert_eq!(viewer.page(), Some(Page::Rows));
    assert_eq!(viewer.key(Key::BackTab), plan(false));
    viewer.key(Key::Esc);
    assert_eq!(viewer.page(), None);
}

#[test]
fn the_statement_is_run_for_its_plan_only_after_a_yes() {
    let mut viewer = Viewer::inspecting(100, 30);
    viewer.char('i');
    viewer.key(Key::Tab);
    for no in [Key::Esc, Key::Char('n'), Key::Enter, Key::Char('A')] {
        assert_eq!(viewer.char('A'), Effect::Redraw);
        assert_eq!(viewer.key(no), Effect::Redraw);
        assert_eq!(viewer.page(), Some(Page::Plan), "still open after {no:?}");
    }
    viewer.char('A');
    let analyzed = Effect::Explain {
        panel: TABLE,
        analyze: true,
    };
    assert_eq!(viewer.char('y'), analyzed);
}

#[test]
fn y_copies_the_statement_and_no_key_of_the_panels_works_below() {
    let mut viewer = Viewer::inspecting(100, 30);
    viewer.char('i');
    let Effect::Copy { text, .. } = viewer.char('y') else {
        panic!("nothing was copied");
    };
    assert!(text.starts_with("select region"));
    let before = viewer.ui.clone();
    for letter in ['p', 'r', '0', ']', '+', 'z'] {
        viewer.char(letter);
    }
    assert_eq!(viewer.ui, before);
}

#[test]
fn a_click_on_a_page_shows_it_and_one_outside_closes() {
    let mut viewer = Viewer::inspecting(100, 30);
    viewer.char('i');
    let place = Inspect::place(viewer.screen);
    let (_, tab) = Inspect::tabs(&place)
        .find(|(page, _)| *page == Page::Rows)
        .unwrap();
    viewer.send(&Event::Click(tab.x + 1, tab.y));
    assert_eq!(viewer.page(), Some(Page::Rows));
    viewer.send(&Event::Click(0, 0));
    assert_eq!(viewer.page(), None);
}

#[test]
fn rows_scroll_as_far_as_there_are_some() {
    let mut viewer = Viewer::inspecting(60, 16);
    viewer.char('i');
    viewer.key(Key::Tab);
    viewer.key(Key::Tab);
    viewer.key(Key::End);
    let Some(Overlay::Inspect(inspect)) = &viewer.ui.overlay else {
        panic!("closed");
    };
    let rows = viewer.snapshot.panels[TABLE].rows.len();
    let page = usize::from(Inspect::place(viewer.screen).list.height) - 1;
    assert_eq!(inspect.row, rows.saturating_sub(page));
    assert!(inspect.row > 0, "the fixture has more rows than fit");
}

#[test]
fn an_annotation_is_written_with_enter_and_dated_at_the_cross_hair() {
    let mut viewer = Viewer::inspecting(80, 24);
    viewer.char('a');
    assert_eq!(
        viewer.key(Key::Enter),
        Effect::Redraw,
        "nothing to write yet"
    );
    for letter in " deployed 1.4 ".chars() {
        viewer.char(letter);
    }
    let written = Effect::Annotate {
        text: "deployed 1.4".into(),
        at: None,
    };
    assert_eq!(viewer.key(Key::Enter), written);
    assert_eq!(viewer.ui.overlay, None);
    viewer.ui.cross_hair = Some(NOW);
    viewer.char('a');
    viewer.send(&Event::Paste("rolled\nback".into()));
    let Effect::Annotate { text, at } = viewer.key(Key::Enter) else {
        panic!("not written");
    };
    assert_eq!(at, Some(NOW));
    assert!(!text.contains('\n'), "{text:?}");
}

fn linked(viewer: &mut Viewer) {
    let target = &mut viewer.config.dashboards[1];
    target.variables.push(Variable {
        name: "region".into(),
        label: "Region".into(),
        kind: VariableKind::Text,
        is_multi: false,
        has_all: false,
        all_value: None,
        default: None,
        is_hidden: false,
        sql_at: kpi_dashboard::config::SourceSpot::default(),
    });
    let name = target.name.clone();
    let column = viewer.snapshot.panels[TABLE].rows.columns[0].name.clone();
    viewer.config.dashboards[0].panels[TABLE].link = Some(Link {
        dashboard: name,
        variables: vec![
            ("region".into(), format!("${{row.{column}}}")),
            ("missing".into(), "${row.no_such_column}".into()),
        ],
    });
}

#[test]
fn a_link_goes_there_with_the_rows_value_and_backspace_comes_back() {
    let mut viewer = Viewer::inspecting(100, 30);
    linked(&mut viewer);
    viewer.ui.full_screen = true;
    let before = viewer.ui.clone();
    let first = viewer.snapshot.panels[TABLE].rows.columns[0].values[0]
        .export(&viewer.config.dashboards[0].time_zone)
        .into_owned();
    assert_eq!(viewer.char('g'), Effect::Look);
    assert_eq!(viewer.ui.dashboard, 1);
    assert_eq!(
        viewer.ui.variables.get("region"),
        Some(&Chosen::Values(vec![first]))
    );
    assert_eq!(
        viewer.ui.variables.len(),
        1,
        "a column that is not there sets nothing"
    );
    viewer.snapshot.dashboard = 1;
    assert_eq!(viewer.key(Key::Backspace), Effect::Look);
    assert_eq!((viewer.ui.dashboard, viewer.ui.focus), (0, TABLE));
    assert!(viewer.ui.full_screen);
    assert_eq!(viewer.ui.variables, before.variables);
    assert_eq!(viewer.key(Key::Backspace), Effect::None);
}

#[test]
fn a_link_of_a_row_asks_for_the_row_before_it_is_followed() {
    let mut viewer = Viewer::inspecting(100, 30);
    linked(&mut viewer);
    assert_eq!(viewer.char('g'), Effect::Look);
    assert_eq!((viewer.ui.dashboard, viewer.ui.full_screen), (0, true));
    let said = viewer.ui.said.take().unwrap();
    assert_eq!(said, (false, "choose a row, then g".to_owned()));
    viewer.key(Key::Down);
    let second = viewer.snapshot.panels[TABLE].rows.columns[0].values[1]
        .export(&viewer.config.dashboards[0].time_zone)
        .into_owned();
    viewer.char('g');
    assert_eq!(viewer.ui.dashboard, 1);
    let region = viewer.ui.variables.get("region");
    assert_eq!(region, Some(&Chosen::Values(vec![second])));
}

#[test]
fn a_link_that_takes_no_row_is_followed_at_once() {
    let mut viewer = Viewer::inspecting(100, 30);
    linked(&mut viewer);
    let link = viewer.config.dashboards[0].panels[TABLE].link.as_mut();
    link.unwrap().variables.clear();
    viewer.char('g');
    assert_eq!(viewer.ui.dashboard, 1);
}

#[test]
fn a_link_hands_on_what_a_variable_stands_for_and_not_what_people_read() {
    let mut viewer = Viewer::inspecting(100, 30);
    linked(&mut viewer);
    let link = viewer.config.dashboards[0].panels[TABLE].link.as_mut();
    link.unwrap().variables = vec![
        ("same".into(), "$region".into()),
        ("every".into(), "${plan}".into()),
        ("within".into(), "in-${region}".into()),
    ];
    let state = |name: &str, is_all| VariableState {
        revision: 1,
        value: VariableValue {
            name: name.into(),
            chosen: [("Europe", "eu"), ("America", "us")]
                .map(|(text, value)| Choice {
                    text: text.into(),
                    value: value.into(),
                })
                .into(),
            is_all,
            is_list: true,
            ..VariableValue::default()
        },
        choices: [].into(),
        health: Health::Live,
    };
    viewer.snapshot.variables = [state("region", false), state("plan", true)].into();
    viewer.char('g');
    assert_eq!(viewer.ui.dashboard, 1);
    let values = |values: &[&str]| Chosen::Values(values.iter().copied().map(Into::into).collect());
    let expected = [
        ("every".to_owned(), Chosen::All),
        ("same".to_owned(), values(&["eu", "us"])),
        ("within".to_owned(), values(&["in-eu,us"])),
    ];
    assert_eq!(viewer.ui.variables, expected.into());
}

#[test]
fn where_there_is_no_link_its_key_says_so() {
    let mut viewer = Viewer::inspecting(100, 30);
    assert_eq!(viewer.char('g'), Effect::Redraw);
    let said = viewer.ui.said.take().unwrap();
    assert_eq!(said, (true, "this panel links nowhere".to_owned()));
}

#[test]
fn going_elsewhere_by_hand_forgets_the_way_back() {
    let mut viewer = Viewer::inspecting(100, 30);
    linked(&mut viewer);
    viewer.ui.full_screen = true;
    viewer.char('g');
    viewer.char('3');
    assert!(viewer.ui.came_from.is_empty());
    assert_eq!(viewer.key(Key::Backspace), Effect::None);
}

#[test]
fn whole_screens_of_an_inspection_are_as_they_were() {
    let plan = |lines| {
        Some(Arc::new(Plan {
            panel: TABLE,
            analyzed: false,
            lines,
        }))
    };
    let lines: Arc<[String]> = [
        "Sort  (cost=35.54..36.54 rows=400 width=72)",
        "  Sort Key: total DESC",
        "  ->  Seq Scan on orders_eu  (cost=0.00..18.25 rows=400 width=72)",
    ]
    .map(str::to_owned)
    .into();
    let failed = Failure::new("permission denied for table orders_eu")
        .detail("hint: grant select on it to the dashboard's role");
    let open = |page, asks| Inspect {
        page,
        asks,
        ..Inspect::of(TABLE)
    };
    let cases = [
        ("sql", open(Page::Sql, false), None),
        ("plan_asked", open(Page::Plan, false), plan(None)),
        ("plan", open(Page::Plan, false), plan(Some(Ok(lines)))),
        (
            "plan_failed",
            open(Page::Plan, false),
            plan(Some(Err(Arc::new(failed)))),
        ),
        ("question", open(Page::Plan, true), None),
        ("rows", open(Page::Rows, false), None),
    ];
    for (name, inspect, plan) in cases {
        for (width, height) in [(100, 30), (40, 12)] {
            let mut viewer = Viewer::inspecting(width, height);
            viewer.snapshot.plan.clone_from(&plan);
            viewer.ui.overlay = Some(Overlay::Inspect(inspect));
            let drawn = viewer.drawn(Glyphs::Braille);
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn);
        }
    }
    let mut viewer = Viewer::inspecting(60, 20);
    viewer.char('i');
    insta::assert_snapshot!("sql_ascii", viewer.drawn(Glyphs::Ascii));
    viewer.key(Key::Esc);
    viewer.char('a');
    insta::assert_snapshot!("annotate", viewer.drawn(Glyphs::Braille));
}

#[test]
fn any_screen_size_holds_an_inspection() {
    for page in Page::ALL {
        for (width, height) in [(0, 0), (1, 1), (3, 2), (8, 40), (200, 1), (20, 5), (30, 8)] {
            let mut viewer = Viewer::inspecting(width, height);
            viewer.ui.overlay = Some(Overlay::Inspect(Inspect {
                page,
                ..Inspect::of(TABLE)
            }));
            viewer.key(Key::PageDown);
            viewer.drawn(Glyphs::Braille);
            viewer.key(Key::Esc);
            viewer.char('a');
            viewer.drawn(Glyphs::Ascii);
        }
    }
}
