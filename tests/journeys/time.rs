//! A window of the past by words and by mouse, and back to live.

use crate::shop::{agree, header, mouse, open, status};
use crate::stack::Stack;
use crate::terminal::Terminal;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "300ms"
timezone = "Europe/Berlin"
rows = ["6", "1fr"]
areas = """
total
traffic
"""
[dashboard.panel.total]
title = "Total"
kind = "table"
sql = "select count(*) as orders, sum(amount) as amount from orders where $__timeFilter(ts)"
[dashboard.panel.traffic]
title = "Traffic"
kind = "timeseries"
sql = "select ts as time, amount as orders from orders where $__timeFilter(ts) order by 1"
"#;

/// The table's sum is the one SQL finds between two local times.
fn sum_is_of(terminal: &Terminal, stack: &Stack, from: &str, to: &str) {
    let sql = format!(
        "select sum(amount) from kpi.orders where ts between \
         (timestamp '{from}' at time zone 'Europe/Berlin') and (timestamp '{to}' at time zone 'Europe/Berlin')"
    );
    agree(terminal, stack, &sql, |screen, sum| {
        !sum.is_empty() && screen.contains(sum)
    });
}

/// `A to B` of the header; B has the day of A where it says none.
fn fixed(header: &str) -> Option<(String, String)> {
    let (before, after) = header.split_once(" to ")?;
    let from = before.get(before.len().checked_sub(19)?..)?;
    let words: Vec<&str> = after.split_whitespace().collect();
    let to = match words[0].len() {
        10 => format!("{} {}", words[0], words[1]),
        _ => format!("{} {}", &from[..10], words[0]),
    };
    Some((from.to_owned(), to))
}

fn back_to_live(terminal: &mut Terminal) {
    terminal.send("0");
    let screen = terminal.wait_for("the dashboard's range", |screen| {
        header(screen).contains("last 1 h")
    });
    assert!(!status(&screen).contains("back to live"), "{screen}");
}

#[test]
fn a_typed_window_of_the_past_is_marked_as_such_and_zero_is_live_again() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the first answers", |screen| screen.contains("● pg"));
    let day = stack.sql("select (now() at time zone 'Europe/Berlin' - interval '2 days')::date");
    terminal.send("t");
    terminal.wait_for("the picker", |screen| screen.contains("Time range"));
    // What is no range is told while it is typed, and Enter does not take it.
    terminal.send("2026-13-");
    terminal.wait_for("why it is none", |screen| screen.contains("a range is"));
    terminal.send("\r\x15");
    let typed = format!("{day} 08:00 to 12:00");
    terminal.send(&typed);
    terminal.wait_for("what is typed", |screen| screen.contains(&typed));
    terminal.send("\r");
    let screen = terminal.wait_for("the mark", |screen| {
        header(screen).contains(&typed) && status(screen).contains("back to live")
    });
    assert!(!header(&screen).contains("last 1 h"), "{screen}");
    sum_is_of(
        &terminal,
        &stack,
        &format!("{day} 08:00"),
        &format!("{day} 12:00"),
    );
    // The axis tells the hours of that morning.
    terminal.wait_for("the axis", |screen| {
        screen.contains("09:00") && screen.contains("11:00")
    });
    // Half a window back: SQL finds the same orders.
    terminal.send("<");
    let screen = terminal.wait_for("an earlier window", |screen| {
        header(screen).contains(&format!("{day} 06:00:00 to 10:00:00"))
    });
    let (from, to) = fixed(header(&screen)).unwrap();
    sum_is_of(&terminal, &stack, &from, &to);
    back_to_live(&mut terminal);
    terminal.quit();
}

#[test]
fn a_drag_over_a_chart_asks_for_what_was_marked() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the chart", |screen| {
        screen.contains("Traffic") && screen.contains('┈')
    });
    let y = 20;
    terminal.send(&mouse(0, (40, y), 'M'));
    for x in 41..=80 {
        terminal.send(&mouse(32, (x, y), 'M'));
    }
    terminal.send(&mouse(0, (80, y), 'm'));
    let screen = terminal.wait_for("a fixed window", |screen| {
        fixed(header(screen)).is_some() && status(screen).contains("back to live")
    });
    let (from, to) = fixed(header(&screen)).unwrap();
    sum_is_of(&terminal, &stack, &from, &to);
    // Forty of some 110 columns of an hour.
    let seconds = format!("select extract(epoch from timestamp '{to}' - timestamp '{from}')::int");
    let seconds: u32 = stack.sql(&seconds).parse().unwrap();
    assert!((1_000..1_800).contains(&seconds), "{from} to {to}");
    back_to_live(&mut terminal);
    terminal.quit();
}
