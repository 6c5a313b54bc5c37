//! Tables as they are seen: sorted, filtered, a cell in full, bars, heat, changes; on every kind of terminal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fmt::Write as _;
use std::sync::Arc;

use common::fixtures::{
    HOUR, NOW, column, config, dashboard, latest, live, panel, shares, snapshot, unit,
};
use common::viewer::Viewer;
use kpi_dashboard::config::{Cells, Panel, TableColumn};
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{PanelData, Shape};
use kpi_dashboard::model::rowset::{ColumnKind, Rowset};
use kpi_dashboard::model::threshold::{Threshold, Thresholds};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::ui::event::Key;
use kpi_dashboard::ui::table::Sort;
use kpi_dashboard::ui::{Depth, Glyphs, Look, TableState, Ui};
use ratatui::style::Modifier;

const UNICODE: Look = Look {
    depth: Depth::True,
    glyphs: Glyphs::Braille,
    ..LOOK
};
const ASCII: Look = Look {
    depth: Depth::None,
    glyphs: Glyphs::Ascii,
    ..LOOK
};
const LOOK: Look = Look {
    depth: Depth::True,
    glyphs: Glyphs::Braille,
    theme: kpi_dashboard::ui::Theme::Terminal,
};

fn drawn_as(name: &str, cells: Cells) -> TableColumn {
    TableColumn {
        name: name.into(),
        cells,
        ..TableColumn::default()
    }
}

fn steps(steps: &[(f64, Color)]) -> Thresholds {
    let step = |&(at, color): &(f64, Color)| Threshold { at, color };
    Thresholds(steps.iter().map(step).collect())
}

/// Shops with what they took: a bar, a heat, a state in colour, a document.
fn shops() -> Panel {
    Panel {
        title: "Shops".into(),
        column_units: vec![("revenue".into(), unit("currencyEUR"))],
        columns: vec![
            TableColumn {
                thresholds: Some(steps(&[(f64::MIN, Color::Red), (300.0, Color::Green)])),
                ..drawn_as("revenue", Cells::Bar)
            },
            drawn_as("load", Cells::Heat),
            TableColumn {
                colors: vec![
                    ("open".into(), Color::Green),
                    ("late".into(), Color::Yellow),
                    ("closed".into(), Color::Red),
                ],
                ..drawn_as("state", Cells::Color)
            },
        ],
        ..panel("shops", PanelKind::Table, (0, 0, 1, 1))
    }
}

const NAMES: [&str; 8] = [
    "Berlin 10",
    "Berlin 9",
    "Łódź",
    "東京",
    "Oslo",
    "oslo II",
    "Paris",
    "Rio",
];

fn rows(factor: f64) -> Rowset {
    let of = |make: &dyn Fn(usize) -> Value| (0..NAMES.len()).map(make).collect::<Vec<_>>();
    let document = r#"{"manager":{"name":"Ada","since":"2019-04-01"},"phones":["+49 30 1","+49 30 2"],"area":1250.50,"outdoor":false,"notes":null}"#;
    Rowset {
        columns: vec![
            column(
                "shop",
                "text",
                ColumnKind::Text,
                of(&|row| Value::Text(NAMES[row].into())),
            ),
            column(
                "revenue",
                "numeric",
                ColumnKind::Number,
                of(&|row| match row {
                    4 => Value::Null,
                    row => Value::Float(((row * 137 + 55) % 500) as f64 * factor),
                }),
            ),
            column(
                "load",
                "float8",
                ColumnKind::Number,
                of(&|row| Value::Float((row * 31 % 70) as f64 / 10.0)),
            ),
            column(
                "state",
                "shop_state",
                ColumnKind::Text,
                of(&|row| Value::Text(["open", "late", "closed", "unknown"][row % 4].into())),
            ),
            column(
                "details",
                "jsonb",
                ColumnKind::Json,
                of(&|row| match row {
                    0 => Value::Json(document.into()),
                    _ => Value::Json("{}".into()),
                }),
            ),
        ],
        truncated: false,
    }
}

fn with_rows(panel: &Panel, rows: Rowset) -> PanelData {
    PanelData {
        rows: Arc::new(rows),
        shape: Arc::new(Shape::Rows),
        ..live(panel)
    }
}

/// A viewer with one table that fills the screen.
impl Viewer {
    fn of_a_table(panel: Panel, rows: &Rowset, (width, height): (u16, u16)) -> Self {
        let config = config(vec![dashboard("Tables", shares(1), shares(1), vec![panel])]);
        let ui = Ui {
            full_screen: true,
            ..Ui::default()
        };
        Self {
            snapshot: snapshot(&config, |panel| with_rows(panel, rows.clone())),
            config,
            ui,
            ..Self::new(width, height)
        }
    }

    fn keys(&mut self, keys: &[Key]) {
        for key in keys {
            self.key(*key);
        }
    }

    fn shops(size: (u16, u16)) -> Self {
        Self::of_a_table(shops(), &rows(1.0), size)
    }

    fn seen(&self) -> String {
        text(&self.draw(UNICODE))
    }

    /// The first column of the rows in sight.
    fn first_column(&self) -> Vec<String> {
        let seen = self.seen();
        let lines = seen.lines().skip(3);
        let cell = |line: &str| -> Option<String> {
            let inside = line.strip_prefix('│')?.trim_start_matches(['▸', ' ']);
            let cell = inside.split("  ").next()?.trim();
            (!cell.is_empty() && !cell.starts_with('│')).then(|| cell.to_owned())
        };
        lines.filter_map(cell).collect()
    }
}

/// The same on every kind of terminal, wide and narrow.
fn everywhere(name: &str, keys: &[Key], words: &str) {
    let mut all = String::new();
    for (size, look) in [
        ((100, 16), UNICODE),
        ((100, 16), ASCII),
        ((50, 12), UNICODE),
    ] {
        let mut viewer = Viewer::shops(size);
        viewer.keys(keys);
        viewer.type_in(words);
        writeln!(all, "{size:?}\n{}", text(&viewer.draw(look))).unwrap();
    }
    insta::assert_snapshot!(name, all);
}

#[test]
fn whole_screens_of_tables_are_as_they_were() {
    everywhere("bars_heat_colour", &[], "");
    everywhere("sorted", &[Key::Right, Key::Char('s'), Key::Char('s')], "");
    everywhere("filtered", &[Key::Char('f')], "os");
    everywhere("filtered_by_expression", &[Key::Char('/')], "/^(b|o)/");
    everywhere("filter_is_wrong", &[Key::Char('f')], "/(b/");
    everywhere("chooser", &[Key::Char('C'), Key::Down, Key::Char(' ')], "");
    let last = [Key::Left, Key::Right, Key::Right, Key::Right, Key::Right];
    let open = [&last[..], &[Key::Enter]].concat();
    everywhere("cell_with_a_document", &open, "");
    everywhere("row_in_full", &[Key::Enter, Key::Tab], "");
}

#[test]
fn rows_are_sorted_by_value_in_natural_order_and_null_is_last() {
    let mut viewer = Viewer::shops((100, 16));
    viewer.type_in("s");
    assert_eq!(
        viewer.first_column(),
        [
            "Berlin 9",
            "Berlin 10",
            "Oslo",
            "oslo II",
            "Paris",
            "Rio",
            "Łódź",
            "東京"
        ]
    );
    viewer.type_in("s");
    assert_eq!(viewer.first_column()[0], "東京");
    viewer.type_in("s");
    assert_eq!(viewer.first_column(), NAMES, "as the query gave them");
    viewer.type_in("lss");
    assert_eq!(
        viewer.first_column().last().unwrap(),
        "Oslo",
        "it has no revenue"
    );
    viewer.type_in("s");
    assert_eq!(viewer.first_column(), NAMES);
    viewer.type_in("s");
    assert_eq!(viewer.first_column().last().unwrap(), "Oslo", "either way");
}

#[test]
fn the_head_of_the_cursors_column_is_marked_and_the_first_column_stays() {
    let wide = Rowset {
        columns: (1..=20)
            .map(|index| {
                let values = vec![Value::Int(1_000 + index); 3];
                column(
                    &format!("column{index}"),
                    "int8",
                    ColumnKind::Number,
                    values,
                )
            })
            .collect(),
        truncated: false,
    };
    let panel = panel("wide", PanelKind::Table, (0, 0, 1, 1));
    let mut viewer = Viewer::of_a_table(panel, &wide, (60, 10));
    for index in 2..=20 {
        viewer.keys(&[Key::Right]);
        let (buf, seen) = (viewer.draw(UNICODE), viewer.seen());
        assert!(seen.contains("column1 "), "{seen}");
        let head = seen.lines().nth(2).unwrap();
        let name = format!("column{index}");
        let at = head
            .find(&name)
            .unwrap_or_else(|| panic!("{name}:\n{seen}"));
        let at = head[..at].chars().count() as u16;
        assert!(
            buf[(at, 2)].modifier.contains(Modifier::REVERSED),
            "{name}:\n{seen}"
        );
    }
    assert!(
        viewer.seen().contains("columns 1, 17–20 of 20"),
        "{}",
        viewer.seen()
    );
    viewer.keys(&[Key::Home]);
    for _ in 0..19 {
        viewer.keys(&[Key::Left]);
    }
    assert!(viewer.seen().contains("+14 columns"), "{}", viewer.seen());
}

#[test]
fn the_selected_row_is_reversed_and_has_a_sign_and_only_where_keys_move_it() {
    let mut viewer = Viewer::shops((100, 16));
    viewer.keys(&[Key::Down, Key::Down]);
    for look in [UNICODE, ASCII] {
        let buf = viewer.draw(look);
        for y in 3..10 {
            let is_selected = y == 5;
            let is_reversed = buf[(40, y)].modifier.contains(Modifier::REVERSED);
            assert_eq!(is_reversed, is_selected, "line {y}");
            assert_eq!(buf[(1, y)].symbol() != " ", is_selected, "line {y}");
        }
    }
    viewer.keys(&[Key::Esc]);
    let buf = viewer.draw(UNICODE);
    assert!((3..10).all(|y| !buf[(40, y)].modifier.contains(Modifier::REVERSED)));
}

#[test]
fn columns_keep_their_place_while_rows_scroll() {
    let mut orders = latest(2_000);
    for (row, value) in orders.columns[2].values.iter_mut().enumerate() {
        *value = Value::Text("x".repeat(3 + row % 40).into());
    }
    let panel = panel("latest", PanelKind::Table, (0, 0, 1, 1));
    let mut viewer = Viewer::of_a_table(panel, &orders, (120, 20));
    // Without the border, where the scroll mark moves.
    let head = |viewer: &Viewer| {
        let head = viewer.seen().lines().nth(2).unwrap().to_owned();
        head.trim_end_matches(['│', '┃']).to_owned()
    };
    let at_top = head(&viewer);
    for _ in 0..30 {
        viewer.keys(&[Key::PageDown]);
        assert_eq!(head(&viewer), at_top);
    }
}

#[test]
fn a_refresh_keeps_sort_filter_and_the_selected_row() {
    let panel = panel("latest", PanelKind::Table, (0, 0, 1, 1));
    let mut orders = latest(200);
    // The order's number names each row once.
    orders.columns.swap(0, 1);
    let mut viewer = Viewer::of_a_table(panel, &orders, (100, 16));
    viewer.type_in("fpaid");
    viewer.keys(&[Key::Enter]);
    viewer.type_in("s");
    viewer.keys(&[Key::PageDown, Key::Down, Key::Down]);
    let selected = |viewer: &Viewer| -> String {
        let seen = viewer.seen();
        let line = seen
            .lines()
            .find(|line| line.contains('▸') && !line.contains("latest"));
        line.unwrap_or_else(|| panic!("no row is selected:\n{seen}"))
            .to_owned()
    };
    let (before, line) = (selected(&viewer), |seen: &str| {
        seen.lines()
            .position(|line| line.contains('▸') && !line.contains("latest"))
    });
    let at = line(&viewer.seen());
    // Three orders more, with smaller numbers, in front of all.
    let mut more = orders.clone();
    let newer = latest(3);
    let order = [1, 0, 2, 3, 4];
    for (index, column) in more.columns.iter_mut().enumerate() {
        let values = newer.columns[order[index]].values.clone();
        column.values.splice(0..0, values);
    }
    for (row, value) in more.columns[0].values.iter_mut().take(3).enumerate() {
        *value = Value::Int(row as i64);
    }
    for value in more.columns[4].values.iter_mut().take(3) {
        *value = Value::Text("paid".into());
    }
    viewer.ui.follow(&viewer.config, &viewer.snapshot);
    viewer.snapshot = snapshot(&viewer.config, |panel| with_rows(panel, more.clone()));
    viewer.ui.follow(&viewer.config, &viewer.snapshot);
    assert_eq!(selected(&viewer), before);
    assert_eq!(line(&viewer.seen()), at, "it stays where the eye is");
    let state = &viewer.ui.tables[&(0, 0)];
    assert_eq!((state.row, state.filter.as_str()), (15, "paid"));
    // The same row is gone: the place stays.
    let shorter = latest(60);
    viewer.snapshot = snapshot(&viewer.config, |panel| with_rows(panel, shorter.clone()));
    viewer.ui.follow(&viewer.config, &viewer.snapshot);
    assert_eq!(viewer.ui.tables[&(0, 0)].row, 15);
    let few = latest(4);
    viewer.snapshot = snapshot(&viewer.config, |panel| with_rows(panel, few.clone()));
    viewer.ui.follow(&viewer.config, &viewer.snapshot);
    assert_eq!(viewer.ui.tables[&(0, 0)].row, 1, "the last of what is left");
}

#[test]
fn a_sort_follows_its_column_by_name() {
    let panel = panel("latest", PanelKind::Table, (0, 0, 1, 1));
    let mut orders = latest(9);
    let mut viewer = Viewer::of_a_table(panel, &orders, (100, 16));
    viewer.keys(&[Key::Right, Key::Char('s')]);
    let first = viewer.first_column();
    assert_ne!(
        first,
        Viewer::of_a_table(
            viewer.config.dashboards[0].panels[0].clone(),
            &orders,
            (100, 16)
        )
        .first_column()
    );
    orders.columns.swap(1, 4);
    viewer.snapshot = snapshot(&viewer.config, |panel| with_rows(panel, orders.clone()));
    assert_eq!(viewer.first_column(), first);
    orders.columns.remove(4);
    viewer.snapshot = snapshot(&viewer.config, |panel| with_rows(panel, orders.clone()));
    assert_ne!(
        viewer.first_column(),
        first,
        "without the column it is not sorted"
    );
}

#[test]
fn two_columns_of_one_name_are_sorted_apart() {
    let rows = Rowset {
        columns: vec![
            column(
                "n",
                "int8",
                ColumnKind::Number,
                [1, 2, 3].map(Value::Int).to_vec(),
            ),
            column(
                "n",
                "int8",
                ColumnKind::Number,
                [9, 7, 8].map(Value::Int).to_vec(),
            ),
        ],
        truncated: false,
    };
    let panel = panel("twice", PanelKind::Table, (0, 0, 1, 1));
    let mut viewer = Viewer::of_a_table(panel, &rows, (40, 10));
    viewer.keys(&[Key::Right, Key::Char('s')]);
    assert_eq!(viewer.first_column(), ["2", "3", "1"]);
}

/// Each shop took a quarter more, and stands in another place.
fn compared(size: (u16, u16)) -> Viewer {
    let mut viewer = Viewer::shops(size);
    let mut before = rows(0.8);
    for column in &mut before.columns {
        column.values.rotate_left(3);
    }
    let ghost = with_rows(&shops(), before);
    viewer.snapshot.compare = Compare::Yesterday;
    viewer.snapshot.ghosts = vec![Some(Arc::new(ghost))].into();
    viewer
}

#[test]
fn a_compared_table_says_how_each_row_changed_whatever_its_place() {
    let viewer = compared((120, 16));
    let seen = viewer.seen();
    for name in NAMES.iter().filter(|name| **name != "Oslo") {
        let line = seen.lines().find(|line| line.contains(name)).unwrap();
        assert!(line.contains("↑ 25%"), "{line}");
        // Of no load nothing can be said, and that of the others is the same.
        assert_eq!(line.contains("→ 0%"), *name != "Berlin 10", "{line}");
    }
    let oslo = seen.lines().find(|line| line.contains("Oslo ")).unwrap();
    assert!(!oslo.contains("25%"), "{oslo}");
    insta::assert_snapshot!(
        "compared",
        format!(
            "{seen}\n{}\n{}",
            text(&viewer.draw(ASCII)),
            compared((60, 12)).seen()
        )
    );
}

#[test]
fn times_name_rows_on_the_axis_of_now() {
    let panel = panel("hours", PanelKind::Table, (0, 0, 1, 1));
    let hours = |ago: i64, value: i64| Rowset {
        columns: vec![
            column(
                "time",
                "timestamptz",
                ColumnKind::Time,
                (0..3)
                    .map(|row| Value::Timestamp(Moment(NOW.0 - ago - row * HOUR)))
                    .collect(),
            ),
            column(
                "orders",
                "int8",
                ColumnKind::Number,
                (1..=3).map(|row| Value::Int(row * value)).collect(),
            ),
        ],
        truncated: false,
    };
    let mut viewer = Viewer::of_a_table(panel.clone(), &hours(0, 3), (80, 10));
    viewer.snapshot.compare = Compare::Yesterday;
    let day = 24 * HOUR;
    viewer.snapshot.ghosts = vec![Some(Arc::new(with_rows(&panel, hours(day, 2))))].into();
    assert_eq!(
        viewer.seen().matches("↑ 50%").count(),
        3,
        "{}",
        viewer.seen()
    );
}

#[test]
fn any_table_can_be_drawn_at_any_size_in_any_state() {
    for width in (0..30).chain([60, 120]) {
        for height in 0..12 {
            for look in [UNICODE, ASCII] {
                let mut viewer = compared((width, height));
                viewer.ui.tables.insert(
                    (0, 0),
                    TableState {
                        top: 99,
                        row: 99,
                        column: Some(99),
                        past: 99,
                        sort: Some(Sort {
                            name: "load".into(),
                            index: 7,
                            descending: true,
                        }),
                        filter: "/o/".into(),
                        ..TableState::default()
                    },
                );
                for keys in [&[][..], &[Key::Char('f')], &[Key::Esc, Key::Char('C')]] {
                    viewer.keys(keys);
                    viewer.draw(look);
                }
                viewer.keys(&[Key::Esc, Key::Enter]);
                for _ in 0..2 {
                    viewer.draw(look);
                    viewer.keys(&[Key::Tab, Key::End]);
                }
            }
        }
    }
}

#[test]
fn ascii_tables_are_seven_bit() {
    let viewer = compared((120, 16));
    let seen = text(&viewer.draw(ASCII));
    assert!(seen.is_ascii(), "{seen}");
}
