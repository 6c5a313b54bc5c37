//! Panels as they are seen: every kind in every state of health, on every kind of terminal.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
mod fixtures;

use std::fmt::Write as _;
use std::sync::Arc;

use fixtures::{
    ASCII, BLOCKS, HOUR, LOOKS, NOW, SECOND, UNICODE, column, data, drawn, failed, kinds,
    never_answered, orders, panel, rising, states, table, text, view, wave,
};
use jiff::tz::TimeZone;
use kpi_dashboard::config::Panel;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::live::LiveLevel;
use kpi_dashboard::model::panel_data::{Bar, LogLine, PanelData, Shape};
use kpi_dashboard::model::rowset::{ColumnKind, Rowset};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::unit::Unit;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::ui::{Depth, Glyphs, Look, TableState};
use kpi_dashboard::view::panel::{self as view_panel, PanelView, TableView};
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

fn every_state(kind: PanelKind, look: Look) -> String {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().into_iter().find(|(p, _)| p.kind == kind).unwrap();
    let mut out = String::new();
    for (name, data) in states(&live) {
        let buf = drawn(&panel, &data, &view(look, &zone), (56, 9));
        writeln!(out, "{name}\n{}", text(&buf)).unwrap();
    }
    out
}

/// The live panel from the whole screen down to a few cells.
fn every_size(kind: PanelKind, look: Look) -> String {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().into_iter().find(|(p, _)| p.kind == kind).unwrap();
    let mut out = String::new();
    for size in [
        (110, 18),
        (44, 12),
        (26, 6),
        (40, 5),
        (18, 3),
        (14, 2),
        (6, 1),
    ] {
        let mut view = view(look, &zone);
        view.focused = size.0 == 44;
        view.full_screen = size.0 == 110;
        let buf = drawn(&panel, &live, &view, size);
        writeln!(out, "{} x {}\n{}", size.0, size.1, text(&buf)).unwrap();
    }
    out
}

#[test]
fn every_kind_in_every_state() {
    for kind in PanelKind::ALL {
        insta::assert_snapshot!(
            format!("states_{}", kind.name()),
            every_state(kind, UNICODE)
        );
        insta::assert_snapshot!(
            format!("states_{}_ascii", kind.name()),
            every_state(kind, ASCII)
        );
    }
}

#[test]
fn every_kind_in_every_size() {
    for kind in PanelKind::ALL {
        insta::assert_snapshot!(format!("sizes_{}", kind.name()), every_size(kind, UNICODE));
    }
    for kind in [PanelKind::Stat, PanelKind::Timeseries, PanelKind::Gauge] {
        insta::assert_snapshot!(
            format!("sizes_{}_blocks", kind.name()),
            every_size(kind, BLOCKS)
        );
    }
}

#[test]
fn several_series_share_a_panel() {
    let zone = TimeZone::UTC;
    let mut out = String::new();
    let series = ["db-1", "db-2", "replica"]
        .into_iter()
        .zip([30.0, 55.0, 72.0])
        .map(|(name, middle)| wave(name, middle, 8.0, middle, 30))
        .collect();
    let data = data(Shape::Series(series));
    for kind in [PanelKind::Stat, PanelKind::Gauge, PanelKind::Bars] {
        let mut panel = panel(kind, "Load", "percent");
        panel.thresholds = rising(50.0, 80.0);
        let buf = drawn(&panel, &data, &view(UNICODE, &zone), (60, 7));
        writeln!(out, "{}\n{}", kind.name(), text(&buf)).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn more_categories_than_rows_are_counted() {
    let bars = (0..12)
        .map(|index| Bar {
            label: format!("shop {index}"),
            value: if index == 3 {
                f64::NAN
            } else {
                f64::from(index * 10)
            },
        })
        .collect();
    let zone = TimeZone::UTC;
    let panel = panel(PanelKind::Bars, "Shops", "short");
    let seen = text(&drawn(
        &panel,
        &data(Shape::Bars(bars)),
        &view(UNICODE, &zone),
        (30, 6),
    ));
    let rows: Vec<&str> = seen.lines().collect();
    assert!(rows[1].contains("shop 11"), "the greatest first:\n{seen}");
    assert!(rows[4].contains("+9 more"), "{seen}");
}

#[test]
fn an_isolated_reading_between_gaps_is_visible() {
    let value = |index: i64| if index == 30 { 50.0 } else { f64::NAN };
    let points = (0..60)
        .map(|index| Point {
            at: Moment(HOUR.from.0 + index * 60 * SECOND),
            value: value(index),
        })
        .collect();
    let name = "alone".to_owned();
    let data = data(Shape::Series(vec![Series { name, points }]));
    let zone = TimeZone::UTC;
    let panel = panel(PanelKind::Timeseries, "Alone", "");
    for (look, mark) in [(UNICODE, '\u{2800}'..='\u{28ff}'), (ASCII, '*'..='*')] {
        let seen = text(&drawn(&panel, &data, &view(look, &zone), (60, 10)));
        let marks = seen.chars().filter(|c| mark.contains(c)).count();
        assert_eq!(marks, 1, "{seen}");
    }
}

fn scrolled(top: usize) -> TableState {
    TableState {
        top,
        row: top,
        ..TableState::default()
    }
}

fn of_state(state: &TableState) -> TableView<'_> {
    TableView {
        state,
        arranged: None,
        earlier: None,
        typing: None,
    }
}

#[test]
fn a_table_scrolls_and_says_where_it_is() {
    let zone = TimeZone::UTC;
    let data = table(orders(40));
    let panel = panel(PanelKind::Table, "Orders", "");
    let view = view(UNICODE, &zone);
    for (row, first, said) in [
        (0, "10400", "1–7 of 40"),
        (20, "10420", "21–27 of 40"),
        (999, "10433", "34–40 of 40"),
    ] {
        let state = scrolled(row);
        let view = PanelView {
            table: Some(of_state(&state)),
            ..view
        };
        let seen = text(&drawn(&panel, &data, &view, (90, 10)));
        assert!(seen.lines().nth(2).unwrap().contains(first), "{seen}");
        assert!(seen.lines().last().unwrap().contains(said), "{seen}");
        assert!(seen.contains('┃'), "{seen}");
    }
    let seen = text(&drawn(&panel, &data, &view, (30, 10)));
    assert!(
        seen.lines().last().unwrap().contains('+'),
        "columns without room are counted:\n{seen}"
    );
}

#[test]
fn a_table_without_a_unit_writes_every_digit() {
    let zone = TimeZone::UTC;
    let numbers = [
        Value::Int(1_234_567),
        Value::Int(2026),
        Value::Float(19.99),
        Value::Float(0.1 + 0.2),
        Value::Decimal("123456789012345678901234567890.12".into()),
        Value::Decimal("5.00".into()),
    ];
    let one = |value: &Value| Rowset {
        columns: vec![column("n", "any", ColumnKind::Number, vec![value.clone()])],
        truncated: false,
    };
    let mut panel = panel(PanelKind::Table, "Exact", "");
    let seen = |panel: &Panel, value: &Value| {
        text(&drawn(
            panel,
            &table(one(value)),
            &view(UNICODE, &zone),
            (50, 4),
        ))
    };
    for (value, expected) in numbers.iter().zip([
        "1234567",
        "2026",
        "19.99",
        "0.30000000000000004",
        "123456789012345678901234567890.12",
        "5.00",
    ]) {
        let seen = seen(&panel, value);
        assert!(
            seen.contains(&format!(" {expected} ")),
            "{expected}:\n{seen}"
        );
    }
    panel.decimals = Some(1);
    for (value, expected) in numbers.iter().zip(["1234567", "2026", "20.0", "0.3"]) {
        let seen = seen(&panel, value);
        assert!(
            seen.contains(&format!(" {expected} ")),
            "{expected}:\n{seen}"
        );
    }
    panel.decimals = None;
    panel.column_units = vec![("n".to_owned(), Unit::parse("short").unwrap())];
    let seen = seen(&panel, &numbers[0]);
    assert!(seen.contains(" 1.23 Mil "), "{seen}");
}

#[test]
fn every_column_of_a_wide_table_can_be_reached() {
    let zone = TimeZone::UTC;
    let number = |index: i64| {
        let name = format!("column{index}");
        column(
            &name,
            "int8",
            ColumnKind::Number,
            vec![Value::Int(1_000 + index)],
        )
    };
    let rows = Rowset {
        columns: (1..=20).map(number).collect(),
        truncated: false,
    };
    let panel = panel(PanelKind::Table, "Wide", "");
    let seen = |past: usize, width: u16| {
        let state = TableState {
            past,
            column: Some(past + 1),
            ..TableState::default()
        };
        let view = PanelView {
            table: Some(of_state(&state)),
            ..view(UNICODE, &zone)
        };
        text(&drawn(&panel, &table(rows.clone()), &view, (width, 5)))
    };
    for past in 0..30 {
        let seen = seen(past, 60);
        assert!(seen.contains("column1 "), "the first stays:\n{seen}");
        let next = (past + 2).min(20);
        assert!(seen.contains(&format!("column{next} ")), "{past}:\n{seen}");
        assert!(
            seen.contains(&format!(" {} ", 1_000 + next)),
            "{past}:\n{seen}"
        );
    }
    assert!(seen(0, 60).contains("+14 columns"), "{}", seen(0, 60));
    assert!(
        seen(3, 60).contains("columns 1, 5–9 of 20"),
        "{}",
        seen(3, 60)
    );
    // Where all fit nothing is passed.
    assert_eq!(seen(0, 250), seen(7, 250));
}

#[test]
fn a_stat_shows_a_text() {
    let zone = TimeZone::UTC;
    let stat = panel(PanelKind::Stat, "Status", "short");
    let rows = |values: &[&str]| Rowset {
        columns: vec![column(
            "status",
            "text",
            ColumnKind::Text,
            values
                .iter()
                .map(|text| Value::Text((*text).into()))
                .collect(),
        )],
        truncated: false,
    };
    let seen = |values: &[&str], size: (u16, u16)| {
        let rows = rows(values);
        let shape = shape(PanelKind::Stat, stat.reduce, &rows, HOUR).unwrap();
        assert_eq!(shape, Shape::Rows);
        let buf = drawn(&stat, &table(rows), &view(UNICODE, &zone), size);
        text(&buf)
    };
    let one = seen(&["all good"], (30, 7));
    assert!(one.lines().nth(3).unwrap().contains("│ all good "), "{one}");
    assert!(!one.contains("status"), "{one}");
    let long = seen(&["the night's import is still running"], (20, 4));
    assert!(long.contains("the night's") && long.contains("…"), "{long}");
    let none = seen(&[], (30, 7));
    assert!(none.contains("no data"), "{none}");
    let several = shape(PanelKind::Stat, stat.reduce, &rows(&["a", "b"]), HOUR);
    assert!(several.is_err(), "of two texts none is the one");
}

#[test]
fn times_in_a_table_lose_their_fraction_then_their_date() {
    let zone = TimeZone::UTC;
    let at = |ago: i64| Value::Timestamp(Moment(NOW.0 - ago * SECOND + 123_456));
    let words = |text: &str| vec![Value::Text(text.into()); 2];
    let rows = |ago: i64| Rowset {
        columns: vec![
            column("at", "timestamptz", ColumnKind::Time, vec![at(0), at(ago)]),
            column(
                "what",
                "text",
                ColumnKind::Text,
                words("something happened"),
            ),
        ],
        truncated: false,
    };
    let panel = panel(PanelKind::Table, "Times", "");
    let seen = |ago: i64, width: u16| {
        text(&drawn(
            &panel,
            &table(rows(ago)),
            &view(UNICODE, &zone),
            (width, 5),
        ))
    };
    for (width, shown) in [
        (60, "│ 2026-06-01 14:03:00.123456 "),
        (46, "│ 2026-06-01 14:03:00 "),
        (34, "│ 14:03:00 "),
        (22, "│ 14:03:00 "),
    ] {
        let seen = seen(60, width);
        assert!(seen.contains(shown), "{width}:\n{seen}");
    }
    // Of two days the date stays, as long as there is any other way.
    let seen = seen(86_400, 34);
    assert!(seen.contains("│ 2026-05-31 14:03:00 "), "{seen}");
}

#[test]
fn a_hundred_thousand_rows_cost_what_the_visible_ones_cost() {
    let zone = TimeZone::UTC;
    let data = table(orders(100_000));
    let panel = panel(PanelKind::Table, "Orders", "");
    let state = scrolled(60_000);
    let view = PanelView {
        table: Some(of_state(&state)),
        ..view(UNICODE, &zone)
    };
    let start = std::time::Instant::now();
    for _ in 0..20 {
        drawn(&panel, &data, &view, (100, 20));
    }
    // Writing all rows once takes longer than this, even without optimisation.
    assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());
}

#[test]
fn a_point_just_outside_the_window_is_drawn_and_one_far_outside_is_spoken_of() {
    let zone = TimeZone::UTC;
    let panel = panel(PanelKind::Timeseries, "One", "");
    let seen = |at: i64| {
        let points = vec![Point {
            at: Moment(at),
            value: 42.0,
        }];
        let name = "one".to_owned();
        let data = data(Shape::Series(vec![Series { name, points }]));
        text(&drawn(&panel, &data, &view(UNICODE, &zone), (60, 10)))
    };
    let dots = |seen: &str| {
        let braille = |c: &char| ('\u{2801}'..='\u{28ff}').contains(c);
        seen.chars().filter(braille).count()
    };
    let (from, to) = (HOUR.from.0, HOUR.to.0);
    for at in [to, to + 5_000, to + 9 * SECOND, from - 9 * SECOND, from] {
        let seen = seen(at);
        assert_eq!(dots(&seen), 1, "{}:\n{seen}", at - to);
    }
    for at in [to + 3_600 * SECOND, from - 3_600 * SECOND] {
        let seen = seen(at);
        assert!(seen.contains("no data in this range"), "{seen}");
        assert_eq!(dots(&seen), 0, "{seen}");
    }
}

#[test]
fn a_log_line_of_another_day_has_its_date() {
    let panel = panel(PanelKind::Log, "Events", "none");
    let line = |at: Moment, text: &str| LogLine {
        at,
        level: LiveLevel::Info,
        text: text.to_owned(),
    };
    let lines = vec![
        line(NOW, "now"),
        line(Moment(NOW.0 - 13 * 3_600 * SECOND), "this night"),
        line(Moment(NOW.0 - 15 * 3_600 * SECOND), "last evening"),
    ];
    let seen = |lines: &[LogLine], zone: &str, width: u16| {
        let zone = TimeZone::get(zone).unwrap();
        let data = data(Shape::Log(lines.to_vec()));
        text(&drawn(&panel, &data, &view(UNICODE, &zone), (width, 6)))
    };
    let today = seen(&lines[..2], "UTC", 50);
    assert!(today.contains(" 01:03:00 · this night"), "{today}");
    let both = seen(&lines, "UTC", 50);
    assert!(both.contains(" 05-31 23:03 · last evening"), "{both}");
    assert!(both.contains(" 06-01 14:03 · now"), "{both}");
    let wide = seen(&lines, "UTC", 80);
    assert!(wide.contains(" 05-31 23:03:00 · last evening"), "{wide}");
    // Days begin in the dashboard's zone.
    let tokyo = seen(&lines, "Asia/Tokyo", 50);
    assert!(tokyo.contains(" 08:03:00 · last evening"), "{tokyo}");
}

#[test]
fn only_kinds_with_a_time_speak_of_the_range() {
    let zone = TimeZone::UTC;
    for (mut panel, live) in kinds() {
        panel.text = None;
        let (_, empty) = states(&live).swap_remove(5);
        let seen = text(&drawn(&panel, &empty, &view(UNICODE, &zone), (50, 8)));
        let without = [
            PanelKind::Table,
            PanelKind::Bars,
            PanelKind::Text,
            PanelKind::Pie,
            PanelKind::BarGauge,
            PanelKind::Map,
        ];
        let has_time = !without.contains(&panel.kind);
        assert_eq!(seen.contains("no data in this range"), has_time, "{seen}");
        assert_eq!(seen.contains("13:03 – 14:03"), has_time, "{seen}");
        assert_eq!(seen.contains(" no rows "), !has_time, "{seen}");
    }
}

#[test]
fn a_window_that_slides_leaves_the_picture_alone_until_there_is_a_cell_to_move() {
    let zone = TimeZone::UTC;
    let panel = panel(PanelKind::Timeseries, "Slow", "");
    let series = vec![wave("slow", 50.0, 20.0, 0.0, 10)];
    let mut frames: Vec<Buffer> = (0..60)
        .map(|second| {
            let shift = second * SECOND;
            let data = PanelData {
                window: TimeWindow {
                    from: Moment(HOUR.from.0 + shift),
                    to: Moment(HOUR.to.0 + shift),
                },
                ..data(Shape::Series(series.clone()))
            };
            drawn(&panel, &data, &view(UNICODE, &zone), (80, 12))
        })
        .collect();
    frames.dedup();
    // An hour on some 70 cells: a cell is about 50 seconds.
    assert!(
        frames.len() <= 3,
        "{} different frames in a minute",
        frames.len()
    );
}

#[test]
fn nothing_changes_before_next_change_and_something_does_then() {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().swap_remove(1);
    for data in [live.clone(), failed(&live)] {
        let mut view = view(UNICODE, &zone);
        view.now = NOW;
        for step in 0..40 {
            let next = view_panel::next_change(&data, &view).expect("ages grow for ever");
            let at = |now: Moment| drawn(&panel, &data, &PanelView { now, ..view }, (90, 12));
            let before = at(view.now);
            assert_eq!(before, at(Moment(next.0 - 1)), "step {step}");
            assert_ne!(before, at(next), "step {step}");
            view.now = next;
        }
    }
    let view = view(UNICODE, &zone);
    let waiting = PanelData::waiting();
    assert_eq!(view_panel::next_change(&waiting, &view), None);
}

#[test]
fn focus_is_seen_without_colour() {
    let zone = TimeZone::UTC;
    for glyphs in [Glyphs::Braille, Glyphs::Blocks, Glyphs::Ascii] {
        for depth in [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let look = Look {
                depth,
                glyphs,
                theme: kpi_dashboard::ui::Theme::Terminal,
            };
            let (panel, data) = kinds().swap_remove(0);
            let mut view = view(look, &zone);
            let calm = text(&drawn(&panel, &data, &view, (30, 5)));
            view.focused = true;
            assert_ne!(
                calm,
                text(&drawn(&panel, &data, &view, (30, 5))),
                "{look:?}"
            );
        }
    }
}

#[test]
fn no_color_draws_no_colour_and_ascii_draws_ascii() {
    let zone = TimeZone::UTC;
    for (panel, live) in kinds() {
        for (state, data) in states(&live) {
            let view = view(ASCII, &zone);
            let buf = drawn(&panel, &data, &view, (70, 14));
            for cell in &buf.content {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
                assert!(
                    cell.symbol().is_ascii(),
                    "{} {state}: {:?}",
                    panel.title,
                    cell.symbol()
                );
            }
        }
    }
}

#[test]
fn a_narrow_panel_that_never_answered_says_when_it_is_tried_again() {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().swap_remove(1);
    let data = never_answered(&live);
    let seen = text(&drawn(&panel, &data, &view(UNICODE, &zone), (20, 6)));
    assert!(seen.contains(" next 14:03:20 "), "{seen}");
}

#[test]
fn marks_on_a_border_are_never_cut_to_pieces() {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().swap_remove(1);
    let stale = PanelData {
        newest_at: Some(Moment(NOW.0 - 250 * SECOND)),
        ..live.clone()
    };
    let failed = failed(&PanelData {
        asked_at: Some(Moment(NOW.0 - 25 * SECOND)),
        ..live.clone()
    });
    let reason = "column \"reveneu\" does not exist";
    for width in 8..70 {
        let border = |data: &PanelData, y: usize| {
            let seen = text(&drawn(&panel, data, &view(UNICODE, &zone), (width, 6)));
            seen.lines().nth(y).unwrap().to_owned()
        };
        let top = border(&stale, 0);
        let after = top.split_once("Latency ").map_or("", |(_, after)| after);
        let mark = after.trim_matches(|c| "─╮ ".contains(c));
        let whole = ["data 4m old", "4m old", "4m", ""];
        assert!(whole.contains(&mark), "{width}: {top}");
        let top = border(&failed, 0);
        let mark = top.split('✖').nth(1).expect("a failure has its sign");
        let mark = mark.trim_matches(|c| "─╮ ".contains(c));
        let words = mark.strip_suffix('…').unwrap_or(mark);
        assert!(
            mark == "20s" || mark.is_empty() || reason.starts_with(words) && words.len() >= 12,
            "{width}: {top}"
        );
        let bottom = border(&failed, 5);
        let next = bottom.contains("next 14:03:20") || bottom.contains("next try at 14:03:20");
        // Where the top has no room for the age, it comes before the next try.
        let next = next || mark.is_empty() && bottom.contains("20s old");
        assert!(width < 19 || next || bottom.contains(reason), "{bottom}");
        let said = mark.len() >= 12 || bottom.contains(reason);
        assert!(width < 37 || said, "{width}: {top} {bottom}");
    }
}

#[test]
fn a_caret_stays_under_its_word() {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().swap_remove(1);
    for width in [40, 60, 100, 140] {
        let seen = text(&drawn(
            &panel,
            &never_answered(&live),
            &view(UNICODE, &zone),
            (width, 12),
        ));
        let lines: Vec<Vec<char>> = seen.lines().map(|line| line.chars().collect()).collect();
        let row = lines
            .iter()
            .position(|line| line.contains(&'^'))
            .expect("a caret");
        let column = lines[row].iter().position(|c| *c == '^').unwrap();
        let under: String = lines[row - 1][column..].iter().take(4).collect();
        assert_eq!(under, "reve", "at {width}:\n{seen}");
        assert!(seen.contains("next try at 14:03:20"), "{seen}");
    }
}

#[test]
fn titles_cannot_steer_the_terminal() {
    let zone = TimeZone::UTC;
    let mut panel = panel(PanelKind::Stat, "evil\u{1b}[2J\ttitle\r\n\u{9b}31m", "");
    panel.text = Some("a\u{1b}]0;pwned\u{7}b".to_owned());
    for kind in PanelKind::ALL {
        panel.kind = kind;
        let buf = drawn(
            &panel,
            &PanelData::waiting(),
            &view(UNICODE, &zone),
            (60, 5),
        );
        let control = |cell: &Cell| cell.symbol().chars().any(char::is_control);
        assert!(!buf.content.iter().any(control));
    }
}

#[test]
fn what_is_wrong_is_said_in_colour_and_in_signs() {
    let zone = TimeZone::UTC;
    let (panel, live) = kinds().swap_remove(0);
    let style_of = |buf: &Buffer, sign: &str| {
        let cell = buf.content.iter().find(|cell| cell.symbol() == sign);
        cell.unwrap_or_else(|| panic!("no {sign} in:\n{}", text(buf)))
            .fg
    };
    let calm = drawn(&panel, &live, &view(UNICODE, &zone), (50, 9));
    let broken = drawn(&panel, &failed(&live), &view(UNICODE, &zone), (50, 9));
    assert_eq!(style_of(&calm, "✔"), Color::Rgb(0x5f, 0xb3, 0x5b));
    assert_eq!(style_of(&broken, "✖"), Color::Rgb(0xf2, 0x49, 0x5c));
    assert!(!text(&calm).contains('✖'));
    // The title is not written in the border's gray.
    assert_eq!(style_of(&calm, "O"), Color::Reset);
}

#[test]
fn lines_differ_without_colour() {
    let zone = TimeZone::UTC;
    let look = Look {
        depth: Depth::None,
        glyphs: Glyphs::Braille,
        theme: kpi_dashboard::ui::Theme::Terminal,
    };
    let flat = |name: &str, value: f64| {
        let mut series = wave(name, value, 0.0, 0.0, 10);
        series.points.truncate(360);
        series
    };
    let series = vec![flat("a", 10.0), flat("b", 50.0), flat("c", 90.0)];
    let panel = panel(PanelKind::Timeseries, "Lines", "");
    let seen = text(&drawn(
        &panel,
        &data(Shape::Series(series)),
        &view(look, &zone),
        (60, 14),
    ));
    let dots = |line: &str| -> u32 {
        let braille = line
            .chars()
            .filter(|c| ('\u{2800}'..='\u{28ff}').contains(c));
        braille.map(|c| (c as u32 - 0x2800).count_ones()).sum()
    };
    let mut counts: Vec<u32> = seen.lines().map(dots).filter(|dots| *dots > 0).collect();
    counts.sort_unstable();
    counts.dedup();
    assert_eq!(counts.len(), 3, "solid, dashed and dotted:\n{seen}");
}

#[test]
fn thresholds_colour_numbers_in_tables_and_null_steps_back() {
    let zone = TimeZone::UTC;
    let mut panel = panel(PanelKind::Table, "t", "");
    panel.thresholds = rising(50.0, 80.0);
    let values = vec![Value::Int(90), Value::Null];
    let rows = Rowset {
        columns: vec![column("n", "int8", ColumnKind::Number, values)],
        truncated: false,
    };
    let buf = drawn(&panel, &table(rows), &view(UNICODE, &zone), (20, 5));
    let cell_of = |symbol: &str| {
        buf.content
            .iter()
            .find(|cell| cell.symbol() == symbol)
            .unwrap()
    };
    let ninety = cell_of("9");
    assert_ne!(ninety.fg, Color::Reset);
    assert!(ninety.modifier.contains(Modifier::BOLD));
    assert!(cell_of("–").modifier.contains(Modifier::DIM));
}

fn odd_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e6..1e6f64,
        1 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 0.0, -0.0, 1e-300, 1e15,
        ]),
    ]
}

fn odd_points() -> impl Strategy<Value = Vec<Point>> {
    let time = prop_oneof![
        8 => (HOUR.from.0 - SECOND)..(HOUR.to.0 + SECOND),
        1 => prop::sample::select(vec![i64::MIN, 0, i64::MAX]),
    ];
    prop::collection::vec((time, odd_number()), 0..40).prop_map(|pairs| {
        let mut points: Vec<Point> = pairs
            .into_iter()
            .map(|(at, value)| Point {
                at: Moment(at),
                value,
            })
            .collect();
        points.sort_by_key(|point| point.at);
        points
    })
}

fn odd_shape() -> impl Strategy<Value = Shape> {
    let name = "[a-z日µ\\n ]{0,12}";
    prop_oneof![
        prop::collection::vec((name, odd_points()), 0..5).prop_map(|series| {
            let series = series
                .into_iter()
                .map(|(name, points)| Series { name, points });
            Shape::Series(series.collect())
        }),
        prop::collection::vec((name, odd_number()), 0..20).prop_map(|bars| {
            let bars = bars.into_iter().map(|(label, value)| Bar { label, value });
            Shape::Bars(bars.collect())
        }),
        Just(Shape::Rows),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any panel with any data in any area, from one cell up: no panic, no cell touched outside, no
    /// wide character split, ASCII where ASCII was asked for.
    #[test]
    fn any_area_can_be_drawn_into(
        kind in prop::sample::select(PanelKind::ALL.to_vec()),
        size in (1u16..70, 1u16..24),
        shape in odd_shape(),
        rows in 0usize..30,
        state in 0usize..7,
        look in prop::sample::select(LOOKS.to_vec()),
        flags in (any::<bool>(), any::<bool>(), any::<bool>()),
        ends in (prop::option::of(odd_number()), prop::option::of(odd_number())),
        table_row in prop_oneof![0usize..50, Just(usize::MAX)],
    ) {
        let zone = TimeZone::UTC;
        let mut panel = panel(kind, "日本 title", "");
        (panel.min, panel.max) = ends;
        if flags.0 {
            panel.thresholds = rising(10.0, 1e5);
        }
        let live = PanelData {
            shape: Arc::new(shape),
            rows: Arc::new(orders(rows)),
            ..data(Shape::Rows)
        };
        let (_, data) = states(&live).swap_remove(state);
        let state = TableState { column: Some(table_row), past: table_row, ..scrolled(table_row) };
        let table = Some(of_state(&state));
        let view = PanelView { focused: flags.1, full_screen: flags.2, table, ..view(look, &zone) };
        let whole = Rect::new(0, 0, size.0 + 4, size.1 + 4);
        let inside = Rect::new(2, 2, size.0, size.1);
        let mut buf = Buffer::filled(whole, Cell::new("X"));
        for y in inside.rows() {
            for x in y.columns() {
                buf[(x.x, x.y)].reset();
            }
        }
        view_panel::draw(&panel, &data, &view, inside, &mut buf);
        for y in 0..whole.height {
            for x in 0..whole.width {
                let symbol = buf[(x, y)].symbol();
                if !inside.contains((x, y).into()) {
                    prop_assert_eq!(symbol, "X", "outside at {},{}", x, y);
                    continue;
                }
                prop_assert!(look.glyphs != Glyphs::Ascii || symbol.is_ascii(), "{symbol:?}");
                if symbol.width() == 2 {
                    prop_assert_eq!(buf[(x + 1, y)].symbol(), " ");
                    prop_assert!(x + 1 < inside.right());
                }
            }
        }
    }
}
