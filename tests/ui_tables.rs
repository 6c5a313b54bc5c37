//! What every key and click does to a table.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::{all_live, config, dashboard, operations, panel, shares};
use common::viewer::Viewer;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::table::Sort;
use kpi_dashboard::ui::{Layout, Overlay, TableState, Ui, keys, update};
use ratatui::layout::Rect;

/// The table of `operations`.
const LATEST: usize = 6;

/// One viewer on a screen, with the places that drawing fills in.
impl Viewer {
    fn on_the_table(width: u16, height: u16) -> Self {
        let mut viewer = Self::new(width, height);
        viewer.ui.focus = LATEST;
        viewer
    }

    fn full_screen(width: u16, height: u16) -> Self {
        let mut viewer = Self::on_the_table(width, height);
        viewer.key(Key::Enter);
        viewer
    }

    fn state(&self) -> TableState {
        self.ui
            .tables
            .get(&(0, LATEST))
            .cloned()
            .unwrap_or_default()
    }

    fn sort(&self) -> Option<(String, bool)> {
        let sort = self.state().sort;
        sort.map(
            |Sort {
                 name, descending, ..
             }| (name, descending),
        )
    }

    /// How many rows are shown.
    fn count(&self) -> usize {
        self.situation(|now| now.arranged(LATEST).unwrap().order.len())
    }

    fn help(&self) -> Vec<&'static str> {
        self.situation(|now| keys::valid(now).map(|line| line.words).collect())
    }
}

#[test]
fn s_sorts_by_the_column_under_the_cursor_up_down_and_not() {
    for mut viewer in [Viewer::on_the_table(80, 24), Viewer::full_screen(80, 24)] {
        viewer.type_in("LL");
        let steps = [
            Some(("customer".to_owned(), false)),
            Some(("customer".to_owned(), true)),
            None,
        ];
        for step in steps {
            assert_eq!(viewer.key(Key::Char('s')), Effect::Redraw);
            assert_eq!(viewer.sort(), step);
        }
        viewer.type_in("ssLs");
        assert_eq!(
            viewer.sort(),
            Some(("amount".to_owned(), false)),
            "another begins anew"
        );
    }
}

#[test]
fn a_sort_goes_to_the_top() {
    let mut viewer = Viewer::full_screen(80, 24);
    viewer.key(Key::End);
    viewer.key(Key::Char('s'));
    assert_eq!((viewer.state().top, viewer.state().row), (0, 0));
}

#[test]
fn f_filters_while_it_is_typed_enter_keeps_and_escape_clears() {
    let mut viewer = Viewer::on_the_table(80, 24);
    assert_eq!(viewer.key(Key::Char('f')), Effect::Redraw);
    viewer.type_in("qac");
    assert_eq!((viewer.state().filter.as_str(), viewer.count()), ("qac", 0));
    viewer.key(Key::Home);
    assert_eq!(viewer.key(Key::Delete), Effect::Redraw);
    assert_eq!(viewer.count(), 15, "the cursor moves in what is typed");
    viewer.key(Key::End);
    viewer.type_in("me");
    assert_eq!(viewer.count(), 15, "of 60 every fourth");
    viewer.key(Key::Enter);
    assert_eq!((&viewer.ui.overlay, viewer.count()), (&None, 15));
    viewer.key(Key::Char('f'));
    viewer.type_in(" open");
    assert_eq!(viewer.count(), 5, "words are searched for one by one");
    viewer.key(Key::Esc);
    assert_eq!((&viewer.ui.overlay, viewer.count()), (&None, 60));
    assert_eq!(viewer.state().filter, "");
}

#[test]
fn letters_of_a_filter_are_no_keys() {
    let mut viewer = Viewer::on_the_table(80, 24);
    viewer.key(Key::Char('f'));
    viewer.type_in("qpsCHL?/[]1:");
    assert_eq!(viewer.state().filter, "qpsCHL?/[]1:");
    assert_eq!(
        (viewer.ui.paused, viewer.ui.dashboard, viewer.sort()),
        (false, 0, None)
    );
    viewer.send(&Event::Paste("a\nb".into()));
    assert_eq!(viewer.state().filter, "qpsCHL?/[]1:a b");
    assert_eq!(viewer.key(Key::Ctrl('c')), Effect::Quit);
}

#[test]
fn a_slash_filters_a_table_that_fills_the_screen() {
    let mut viewer = Viewer::on_the_table(80, 24);
    viewer.key(Key::Char('/'));
    assert!(
        !matches!(viewer.ui.overlay, Some(Overlay::Filter(_))),
        "it finds panels"
    );
    let mut viewer = Viewer::full_screen(80, 24);
    viewer.type_in("//^ac/");
    assert_eq!(viewer.count(), 15);
    viewer.key(Key::Ctrl('u'));
    viewer.type_in("/(");
    let problem = viewer.situation(|now| now.arranged(LATEST).unwrap().problem.clone());
    assert_eq!(
        (problem.as_deref(), viewer.count()),
        (Some("unclosed group"), 60)
    );
}

#[test]
fn rows_can_be_gone_through_while_a_filter_is_typed() {
    let mut viewer = Viewer::full_screen(80, 24);
    viewer.type_in("facme");
    for _ in 0..20 {
        viewer.key(Key::Down);
    }
    assert_eq!(viewer.state().row, 14, "the last of 15");
    viewer.send(&Event::Wheel(5, 5, 1));
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Filter(_))));
    viewer.key(Key::Up);
    assert_eq!(viewer.state().row, 13);
    viewer.key(Key::Char('x'));
    assert_eq!(viewer.state().row, 0, "other rows begin at their top");
}

#[test]
fn a_click_beside_the_field_keeps_the_filter_and_acts() {
    let mut viewer = Viewer::on_the_table(80, 24);
    viewer.type_in("facme");
    viewer.send(&Event::Click(3, 3));
    assert_eq!((&viewer.ui.overlay, viewer.ui.focus), (&None, 0));
    assert_eq!(viewer.state().filter, "acme");
}

#[test]
fn columns_are_chosen_and_one_always_stays() {
    let mut viewer = Viewer::full_screen(80, 24);
    let shown = |viewer: &Viewer| viewer.situation(|now| now.shown_columns(LATEST));
    viewer.key(Key::Char('C'));
    viewer.key(Key::Char(' '));
    assert_eq!(shown(&viewer), [1, 2, 3, 4]);
    for _ in 0..6 {
        viewer.key(Key::Down);
        viewer.key(Key::Char(' '));
    }
    // The last one was reached twice more and came back.
    assert_eq!(shown(&viewer).len(), 1);
    viewer.key(Key::Char(' '));
    assert_eq!(shown(&viewer).len(), 1, "the last one stays");
    viewer.type_in("cust");
    viewer.key(Key::Char(' '));
    assert!(shown(&viewer).contains(&2), "found by its name");
    assert_eq!(viewer.key(Key::Enter), Effect::Redraw);
    assert_eq!(viewer.ui.overlay, None);
    assert!(viewer.state().hidden.contains("time"));
}

#[test]
fn the_cursor_skips_hidden_columns() {
    let mut viewer = Viewer::full_screen(80, 24);
    viewer
        .ui
        .edit_table(LATEST, |state| state.hidden = ["id".to_owned()].into());
    viewer.key(Key::Right);
    assert_eq!(viewer.state().column, Some(2));
    viewer.key(Key::Left);
    assert_eq!(viewer.state().column, Some(0));
}

#[test]
fn what_needs_columns_is_offered_where_there_are_some() {
    let words = [
        "sort: up, down, not",
        "filter rows",
        "choose columns",
        "column left, right",
    ];
    let mut viewer = Viewer::on_the_table(80, 24);
    assert!(
        words.iter().all(|words| viewer.help().contains(words)),
        "{:?}",
        viewer.help()
    );
    viewer.ui.focus = 0;
    assert!(
        words.iter().all(|words| !viewer.help().contains(words)),
        "{:?}",
        viewer.help()
    );
    viewer.ui.focus = LATEST;
    let mut data = viewer.snapshot.panels[LATEST].as_ref().clone();
    let mut rows = data.rows.as_ref().clone();
    rows.columns.truncate(1);
    data.rows = rows.into();
    viewer.snapshot.panels[LATEST] = data.into();
    let help = viewer.help();
    assert!(help.contains(&"sort: up, down, not") && !help.contains(&"column left, right"));
    assert!(!help.contains(&"choose columns"));
}

#[test]
fn a_table_that_fills_the_screen_has_a_selected_row_that_stays_in_sight() {
    let mut viewer = Viewer::full_screen(80, 24);
    // 22 lines of body, less border and head.
    let page = 19;
    let at = |viewer: &Viewer| (viewer.state().top, viewer.state().row);
    for key in [Key::Down, Key::Char('j')] {
        viewer.key(key);
    }
    assert_eq!(at(&viewer), (0, 2));
    viewer.key(Key::PageDown);
    assert_eq!(at(&viewer), (2 + page - 1 + 1 - page, 2 + page - 1));
    viewer.key(Key::End);
    assert_eq!(at(&viewer), (60 - page, 59));
    viewer.key(Key::PageUp);
    assert_eq!(at(&viewer), (60 - page, 59 - page + 1));
    viewer.key(Key::Home);
    assert_eq!(at(&viewer), (0, 0));
    assert_eq!(viewer.key(Key::Up), Effect::None);
    viewer.send(&Event::Wheel(5, 5, 1));
    assert_eq!(at(&viewer), (3, 3), "the page moves, the row stays in it");
    viewer.send(&Event::Wheel(5, 5, -1));
    assert_eq!(at(&viewer), (0, 3));
}

#[test]
fn a_table_in_the_grid_scrolls_without_a_selected_row() {
    let mut viewer = Viewer::on_the_table(80, 24);
    viewer.key(Key::PageDown);
    assert_eq!((viewer.state().top, viewer.state().row), (6, 0));
    viewer.key(Key::Enter);
    assert_eq!(viewer.state().row, 6, "what is selected is in sight");
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_its_cell() {
    let mut viewer = Viewer::full_screen(80, 24);
    let table = viewer.layout().table.unwrap();
    let (customer, from, _) = table.columns[2];
    assert_eq!(viewer.send(&Event::Click(from, 7)), Effect::Redraw);
    // The first row is on line 3: header, border, head.
    assert_eq!(
        (viewer.state().row, viewer.state().column),
        (4, Some(customer))
    );
    assert!(viewer.ui.full_screen && viewer.ui.overlay.is_none());
    viewer.send(&Event::Click(from + 1, 7));
    let Some(Overlay::Cell(detail)) = &viewer.ui.overlay else {
        panic!("{:?}", viewer.ui.overlay);
    };
    assert_eq!((detail.at, detail.row), (2, (5, 60)));
    viewer.key(Key::Esc);
    viewer.send(&Event::Click(0, 5));
    assert!(!viewer.ui.full_screen, "the border goes back to all panels");
}

#[test]
fn a_click_on_the_head_sorts() {
    for mut viewer in [Viewer::on_the_table(80, 24), Viewer::full_screen(80, 24)] {
        let table = viewer.layout().table.unwrap();
        let (_, from, _) = table.columns[2];
        let head = table.head.unwrap();
        let click = Event::Click(from + 2, head);
        for wanted in [Some(false), Some(true), None] {
            viewer.send(&click);
            assert_eq!(viewer.sort().map(|(_, down)| down), wanted);
        }
        assert_eq!(viewer.state().column, Some(2));
    }
    let mut viewer = Viewer::on_the_table(80, 24);
    let table = viewer.layout().table.unwrap();
    viewer.ui.focus = 0;
    viewer.send(&Event::Click(table.area.x, table.head.unwrap()));
    assert_eq!(
        (viewer.ui.focus, viewer.sort()),
        (LATEST, None),
        "the first click focuses"
    );
}

#[test]
fn enter_opens_the_cell_escape_goes_back_and_again_to_the_grid() {
    let mut viewer = Viewer::on_the_table(80, 24);
    viewer.key(Key::Enter);
    assert!(viewer.ui.full_screen && viewer.ui.overlay.is_none());
    viewer.key(Key::Down);
    viewer.key(Key::Right);
    viewer.key(Key::Enter);
    let opened = |viewer: &Viewer| match &viewer.ui.overlay {
        Some(Overlay::Cell(detail)) => Some(detail.clone()),
        _ => None,
    };
    let detail = opened(&viewer).unwrap();
    assert_eq!(
        (detail.title(), detail.cells[1].text.as_deref()),
        ("id (int8)".into(), Some("90411"))
    );
    viewer.key(Key::Right);
    assert_eq!(opened(&viewer).unwrap().title(), "customer (text)");
    assert_eq!(
        viewer.state().column,
        Some(2),
        "the table's cursor goes along"
    );
    for _ in 0..3 {
        viewer.key(Key::Left);
    }
    assert_eq!(opened(&viewer).unwrap().at, 4, "round the end");
    viewer.key(Key::Tab);
    assert_eq!(opened(&viewer).unwrap().title(), "row 2 of 60");
    let copy = viewer.key(Key::Char('y'));
    let Effect::Copy { text, what } = copy else {
        panic!("{copy:?}")
    };
    assert!(
        text.contains("customer: 株式会社サンプル\n") && what == "the row",
        "{text}"
    );
    viewer.key(Key::Esc);
    assert!(viewer.ui.overlay.is_none() && viewer.ui.full_screen);
    viewer.key(Key::Esc);
    assert!(!viewer.ui.full_screen);
}

#[test]
fn a_long_cell_scrolls_and_stops_at_its_ends() {
    let mut viewer = Viewer::full_screen(60, 16);
    let mut data = viewer.snapshot.panels[LATEST].as_ref().clone();
    let mut rows = data.rows.as_ref().clone();
    let words: Vec<String> = (0..400).map(|n| format!("word{n}")).collect();
    rows.columns[0].values[0] = kpi_dashboard::model::value::Value::Text(words.join(" ").into());
    data.rows = rows.into();
    viewer.snapshot.panels[LATEST] = data.into();
    viewer.key(Key::Enter);
    let top = |viewer: &Viewer| match &viewer.ui.overlay {
        Some(Overlay::Cell(detail)) => detail.top,
        other => panic!("{other:?}"),
    };
    assert_eq!(viewer.key(Key::Up), Effect::None);
    viewer.key(Key::Char('j'));
    assert_eq!(top(&viewer), 1);
    viewer.key(Key::End);
    let last = top(&viewer);
    assert!(last > 20, "{last}");
    assert_eq!(viewer.key(Key::PageDown), Effect::None);
    viewer.send(&Event::Wheel(30, 8, -1));
    assert_eq!(top(&viewer), last - 3);
    viewer.send(&Event::Click(0, 0));
    assert_eq!(viewer.ui.overlay, None, "a click beside it closes");
}

#[test]
fn a_table_without_rows_has_nothing_to_open() {
    let mut viewer = Viewer::full_screen(80, 24);
    viewer.type_in("fzzz");
    viewer.key(Key::Enter);
    assert_eq!(viewer.count(), 0);
    viewer.key(Key::Down);
    assert_eq!(
        viewer.key(Key::Enter),
        Effect::Look,
        "it goes back to all panels"
    );
    assert!(!viewer.ui.full_screen);
}

#[test]
fn a_log_scrolls_as_before() {
    let log = panel("events", PanelKind::Log, (0, 0, 1, 1));
    let config = config(vec![dashboard("Log", shares(1), shares(1), vec![log])]);
    let snapshot = all_live(&config);
    let screen = Rect::new(0, 0, 40, 4);
    let mut ui = Ui::default();
    let layout = Layout::solve(&config.dashboards[0], &ui, screen);
    // Three events, one line of them in sight.
    update(&mut ui, &Event::Wheel(3, 2, 1), &config, &layout, &snapshot);
    assert_eq!(ui.tables[&(0, 0)].top, 2, "the last one");
    assert_eq!(ui.tables[&(0, 0)].row, 0, "a log has no selected row");
}

#[test]
fn tables_of_two_panels_are_sorted_apart() {
    let mut board = operations();
    let mut second = board.panels[LATEST].clone();
    second.area.row = 0;
    board.panels.push(second);
    let mut viewer = Viewer::on_the_table(80, 24);
    viewer.config.dashboards[0] = board;
    viewer.snapshot = all_live(&viewer.config);
    viewer.type_in("s");
    viewer.ui.focus = 8;
    viewer.type_in("Ls");
    let sorts: Vec<_> = viewer
        .ui
        .tables
        .values()
        .map(|state| state.sort.clone().unwrap().name)
        .collect();
    assert_eq!(sorts, ["time", "id"]);
}
