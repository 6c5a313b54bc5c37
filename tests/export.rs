//! What is exported reads back as what was drawn or answered.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::num::NonZero;
use std::sync::Arc;

use common::fixtures::{NOW, all_live, operations};
use common::fixtures::{
    all_failing, column, config, dashboard, failed, latest, live, panel, shares, snapshot,
};
use kpi_dashboard::config::Config;
use kpi_dashboard::export::ExportFormat;
use kpi_dashboard::export::ansi::ansi;
use kpi_dashboard::export::csv::{csv, csv_compared};
use kpi_dashboard::export::json::json;
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Feed, Link, PanelData};
use kpi_dashboard::model::rowset::{ColumnKind, Rowset};
use kpi_dashboard::model::time::SECOND;
use kpi_dashboard::model::value::Value;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

fn screen(width: u16, lines: &[(&str, Style)]) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, lines.len() as u16));
    for (y, (line, style)) in lines.iter().enumerate() {
        buf.set_string(0, y as u16, line, *style);
    }
    buf
}

#[test]
fn formats_are_found_by_their_names() {
    for format in ExportFormat::ALL {
        assert_eq!(ExportFormat::from_name(format.name()), Some(format));
    }
    assert_eq!(ExportFormat::from_name("TEXT"), None);
}

#[test]
fn text_is_the_screen_without_blanks_at_line_ends() {
    let plain = Style::new();
    let buf = screen(10, &[("  ab  ", plain), ("", plain), ("漢字x", plain)]);
    assert_eq!(text(&buf), "  ab\n\n漢字x\n");
}

#[test]
fn a_buffer_that_begins_elsewhere_is_written_whole() {
    let mut buf = Buffer::empty(Rect::new(5, 7, 4, 1));
    buf.set_string(5, 7, "here", Style::new());
    assert_eq!(text(&buf), "here\n");
    assert_eq!(ansi(&buf), "here\n");
}

#[test]
fn ansi_writes_a_sequence_only_where_the_style_changes() {
    let mut buf = screen(12, &[("plain red! ", Style::new())]);
    buf.set_style(Rect::new(6, 0, 4, 1), Style::new().fg(Color::Red));
    buf.set_style(Rect::new(9, 0, 1, 1), Modifier::BOLD);
    assert_eq!(ansi(&buf), "plain \x1b[31mred\x1b[1m!\x1b[m\n");
}

#[test]
fn ansi_switches_a_modifier_off_alone_where_that_is_shorter() {
    let mut buf = screen(2, &[("ab", Style::new().fg(Color::Indexed(208)))]);
    buf.set_style(Rect::new(0, 0, 1, 1), Modifier::BOLD);
    assert_eq!(ansi(&buf), "\x1b[1;38;5;208ma\x1b[22mb\x1b[m\n");
}

#[test]
fn ansi_leaves_the_pen_alone_for_blanks() {
    let mut buf = screen(7, &[("one two", Style::new())]);
    buf.set_style(Rect::new(0, 0, 3, 1), Style::new().fg(Color::Red));
    buf.set_style(Rect::new(4, 0, 3, 1), Style::new().fg(Color::Red));
    assert_eq!(ansi(&buf), "\x1b[31mone two\x1b[m\n");
}

#[test]
fn ansi_keeps_blanks_that_can_be_seen() {
    let buf = screen(6, &[("a  ", Style::new().bg(Color::Rgb(1, 2, 3)))]);
    assert_eq!(ansi(&buf), "\x1b[48;2;1;2;3ma  \x1b[m\n");
}

fn colour() -> impl Strategy<Value = Color> {
    prop_oneof![
        Just(Color::Reset),
        Just(Color::Red),
        Just(Color::DarkGray),
        Just(Color::White),
        any::<u8>().prop_map(Color::Indexed),
        any::<[u8; 3]>().prop_map(|[r, g, b]| Color::Rgb(r, g, b)),
    ]
}

/// What a terminal shows of one cell.
fn seen(cell: &vt100::Cell) -> (String, vt100::Color, vt100::Color, [bool; 5]) {
    let symbol = if cell.has_contents() {
        cell.contents()
    } else {
        " "
    };
    let flags = [
        cell.bold(),
        cell.dim(),
        cell.italic(),
        cell.underline(),
        cell.inverse(),
    ];
    (symbol.to_owned(), cell.fgcolor(), cell.bgcolor(), flags)
}

fn expected(cell: &ratatui::buffer::Cell) -> (String, vt100::Color, vt100::Color, [bool; 5]) {
    let colour = |color| match color {
        Color::Red => vt100::Color::Idx(1),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::White => vt100::Color::Idx(15),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        _ => vt100::Color::Default,
    };
    let flags = [
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED,
    ]
    .map(|modifier| cell.modifier.contains(modifier));
    (
        cell.symbol().to_owned(),
        colour(cell.fg),
        colour(cell.bg),
        flags,
    )
}

proptest! {
    #[test]
    fn a_terminal_shows_what_was_drawn(
        cells in prop::collection::vec(
            (prop::sample::select(vec!["a", "█", "⣿", "é", " "]), colour(), colour(), 0..32_u16),
            40,
        )
    ) {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 4));
        for (index, (symbol, fg, bg, modifiers)) in cells.iter().enumerate() {
            // Bold and dim are one attribute to the terminal that checks: never both here.
            let mut modifier = Modifier::empty();
            modifier.set(Modifier::BOLD, modifiers & 3 == 1);
            modifier.set(Modifier::DIM, modifiers & 3 == 2);
            modifier.set(Modifier::ITALIC, modifiers & 4 != 0);
            modifier.set(Modifier::UNDERLINED, modifiers & 8 != 0);
            modifier.set(Modifier::REVERSED, modifiers & 16 != 0);
            let style = Style::new().fg(*fg).bg(*bg).add_modifier(modifier);
            let (x, y) = (index as u16 % 10, index as u16 / 10);
            buf.set_string(x, y, symbol, style);
        }
        let mut terminal = vt100::Parser::new(NonZero::new(4).unwrap(), NonZero::new(10).unwrap(), 0);
        terminal.process(ansi(&buf).trim_end().replace('\n', "\r\n").as_bytes());
        for y in 0..4 {
            for x in 0..10 {
                let shown = terminal.screen().cell(y, x).unwrap();
                let (mut seen, mut wanted) = (seen(shown), expected(&buf[(x, y)]));
                // Of a blank only what can be seen must agree.
                if wanted.0 == " " {
                    for cell in [&mut seen, &mut wanted] {
                        let [_, _, _, underline, inverse] = cell.3;
                        if !(underline || inverse) {
                            cell.1 = vt100::Color::Default;
                        }
                        cell.3 = [false, false, false, underline, inverse];
                    }
                }
                prop_assert_eq!(seen, wanted, "at {},{}", x, y);
            }
        }
    }
}

/// One table with a value of every awkward sort.
fn awkward() -> Rowset {
    let numbers = [
        "12345678901234567890123456789012345.6700",
        "-0.000000000000000000000000000001",
        "NaN",
    ];
    let number = numbers.map(|text| Value::Decimal(text.into())).to_vec();
    let texts = vec![
        Value::Text("say \"hi\", then\nleave".into()),
        Value::Text("".into()),
        Value::Null,
    ];
    let whole = vec![Value::Int(i64::MAX), Value::Int(i64::MIN), Value::Null];
    Rowset {
        columns: vec![
            column(
                "at",
                "timestamptz",
                ColumnKind::Time,
                vec![Value::Timestamp(NOW); 3],
            ),
            column("amount", "numeric", ColumnKind::Number, number),
            column("whole", "int8", ColumnKind::Number, whole),
            column("words, quoted", "text", ColumnKind::Text, texts),
        ],
        truncated: true,
    }
}

#[test]
fn csv_keeps_every_digit_and_tells_null_from_empty() {
    let lines = [
        "at,amount,whole,\"words, quoted\"",
        "2026-11-22T14:03:20Z,12345678901234567890123456789012345.6700,9223372036854775807,\"say \"\"hi\"\", then\nleave\"",
        "2026-11-22T14:03:20Z,-0.000000000000000000000000000001,-9223372036854775808,\"\"",
        "2026-11-22T14:03:20Z,NaN,,",
        "",
    ];
    assert_eq!(csv(&awkward()), lines.join("\r\n"));
}

#[test]
fn csv_of_what_is_compared_says_of_which_time_each_row_is() {
    let ids = |ids: Vec<i64>| Rowset {
        columns: vec![column(
            "id",
            "int8",
            ColumnKind::Number,
            ids.into_iter().map(Value::Int).collect(),
        )],
        truncated: false,
    };
    let (now, then) = (ids(vec![1, 2]), ids(vec![3]));
    let csv = |now: &Rowset, then: Option<&Rowset>| csv_compared(now, Compare::LastWeek, then);
    assert_eq!(
        csv(&now, Some(&then)),
        "id,period\r\n1,now\r\n2,now\r\n3,last-week\r\n"
    );
    assert_eq!(csv(&now, None), "id,period\r\n1,now\r\n2,now\r\n");
    let none = Rowset::default();
    assert_eq!(csv(&none, Some(&then)), "id,period\r\n3,last-week\r\n");
    assert_eq!(csv(&none, None), "period\r\n");
}

#[test]
fn csv_of_an_empty_result_keeps_its_columns() {
    let rows = Rowset {
        columns: vec![column("id", "int8", ColumnKind::Number, vec![])],
        truncated: false,
    };
    assert_eq!(csv(&rows), "id\r\n");
}

fn two_tables() -> Config {
    let panels = vec![
        panel("good", PanelKind::Table, (0, 0, 1, 1)),
        panel("bad", PanelKind::Table, (0, 1, 1, 1)),
        panel("none", PanelKind::Table, (0, 2, 1, 1)),
    ];
    config(vec![dashboard("Tables", shares(3), shares(1), panels)])
}

#[test]
fn json_has_this_shape() {
    let config = two_tables();
    let mut snapshot = snapshot(&config, |panel| match panel.id.as_str() {
        "none" => PanelData::waiting(),
        "bad" => failed(PanelData {
            rows: Arc::new(latest(2)),
            ..live(panel)
        }),
        _ => PanelData {
            rows: Arc::new(awkward()),
            ..live(panel)
        },
    });
    snapshot.links = all_failing(&common::fixtures::three_dashboards()).links;
    insta::assert_snapshot!(json(&config, &snapshot, NOW, None).unwrap());
}

#[test]
fn json_of_a_silent_feed_says_so_and_since_when() {
    let config = two_tables();
    let mut snapshot = snapshot(&config, live);
    let feed = |seconds: i64| {
        let heard_at = NOW.plus(-seconds * SECOND);
        Some(Feed {
            link: Link::Up,
            heard_at: Some(heard_at),
            ..Feed::default()
        })
    };
    let mut taken = |seconds| -> serde_json::Value {
        snapshot.links.feed = feed(seconds);
        serde_json::from_str(&json(&config, &snapshot, NOW, None).unwrap()).unwrap()
    };
    let heard = taken(1);
    assert_eq!(heard["links"]["feed"]["state"], "up");
    let at = NOW.plus(-SECOND).rfc3339();
    assert_eq!(heard["links"]["feed"]["heard_at"], at);
    let silent = taken(61);
    let (link, at) = (&silent["links"]["feed"], NOW.plus(-61 * SECOND).rfc3339());
    assert_eq!(link["state"], "down");
    assert_eq!(link["since"], at);
    assert_eq!(link["heard_at"], at);
    let why = &link["why"]["summary"];
    assert_eq!(why, "the collector is silent since 1 m");
}

#[test]
fn json_of_what_is_compared_has_the_earlier_rows_a_line_each() {
    let config = two_tables();
    let mut snapshot = snapshot(&config, |panel| PanelData {
        rows: Arc::new(latest(1)),
        ..live(panel)
    });
    snapshot.compare = Compare::Yesterday;
    let earlier = PanelData {
        rows: Arc::new(latest(2)),
        ..live(&config.dashboards[0].panels[0])
    };
    snapshot.ghosts = vec![Some(Arc::new(earlier)), None, None].into();
    insta::assert_snapshot!(json(&config, &snapshot, NOW, Some(0)).unwrap());
}

#[test]
fn json_numbers_are_the_database_s_to_the_last_digit() {
    let config = two_tables();
    let snapshot = snapshot(&config, |panel| PanelData {
        rows: Arc::new(awkward()),
        ..live(panel)
    });
    let text = json(&config, &snapshot, NOW, None).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let amount = &parsed["panels"][0]["rows"][0][1];
    assert!(amount.is_number());
    assert_eq!(
        amount.to_string(),
        "12345678901234567890123456789012345.6700"
    );
    assert_eq!(parsed["panels"][0]["rows"][2][1], "NaN");
    assert_eq!(parsed["panels"][0]["truncated"], true);
}

#[test]
fn json_of_one_panel_has_only_that() {
    let config = config(vec![operations()]);
    let text = json(&config, &all_live(&config), NOW, Some(5)).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<_> = parsed["panels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["id"])
        .collect();
    assert_eq!(ids, ["regions"]);
}
