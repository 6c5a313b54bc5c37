//! A table by itself: its order, what is left of it, one cell in full, and copies of each.

use crate::shop::{ESC, agree, cell, click, open};
use crate::terminal::Terminal;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "Orders"
range = "6h"
refresh = "1h"
areas = "orders words"
[dashboard.panel.orders]
title = "Latest"
kind = "table"
sql = """
select customer, region, amount, doc
from orders order by ts desc limit 300
"""
[dashboard.panel.words]
title = "Words"
kind = "text"
text = "nothing but words"
"#;

/// The rows the panel asks for, as SQL of the test.
const LATEST: &str =
    "(select customer, region, amount, doc from kpi.orders order by ts desc limit 300) o";

/// The first amount under the table's head.
fn first_row(screen: &str) -> &str {
    let mut lines = screen.lines().skip_while(|line| !line.contains("customer"));
    lines.nth(1).unwrap_or("")
}

fn alone(terminal: &mut Terminal) {
    terminal.wait_for("the rows", |screen| screen.contains("Björn"));
    terminal.send("\r");
    terminal.wait_for("the table alone", |screen| !screen.contains("nothing but"));
}

#[test]
fn a_table_is_sorted_filtered_read_and_copied() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 30);
    alone(&mut terminal);
    // Numbers by value: 9 before 10.
    terminal.send("llss");
    let most = format!("select max(amount) from {LATEST}");
    agree(&terminal, &stack, &most, |screen, most| {
        first_row(screen).contains(most)
    });
    terminal.send("ss");
    let least = format!("select min(amount) from {LATEST}");
    agree(&terminal, &stack, &least, |screen, least| {
        first_row(screen).contains(least)
    });
    // A filter of plain words, then of an expression; letters in it are no keys.
    terminal.send("/us zo");
    let left = format!(
        "select count(*) || ' of 300' from {LATEST} where region = 'us' and customer = 'Zoë'"
    );
    agree(&terminal, &stack, &left, |screen, left| {
        screen.contains(left)
    });
    terminal.send("\x15/^D'Arcy/");
    let left = format!("select count(*) || ' of 300' from {LATEST} where customer like 'D''Arcy%'");
    agree(&terminal, &stack, &left, |screen, left| {
        screen.contains(left)
    });
    terminal.send("\r");
    let least = format!("select min(amount) from {LATEST} where customer like 'D''Arcy%'");
    agree(&terminal, &stack, &least, |screen, least| {
        first_row(screen).contains(least) && screen.contains("D'Arcy") && !screen.contains("Björn")
    });

    let row = format!(
        "select concat_ws(E'\\t', customer, region, amount, doc) from {LATEST} \
         where customer like 'D''Arcy%' order by amount limit 1"
    );
    terminal.send("yr");
    let mut last = terminal.copied("");
    assert_eq!(last, stack.sql(&row));
    terminal.send("yv");
    last = terminal.copied(&last);
    assert_eq!(last, stack.sql(&least));
    terminal.send("yc");
    last = terminal.copied(&last);
    let rows = stack.sql(&format!(
        "select amount from {LATEST} where customer like 'D''Arcy%' order by amount"
    ));
    assert_eq!(last.lines().count(), 1 + rows.lines().count());
    assert_eq!(last.lines().next(), Some("customer,region,amount,doc"));
    for (line, amount) in last.lines().skip(1).zip(rows.lines()) {
        assert!(line.contains(amount), "{line} has {amount}");
        assert!(line.starts_with(r#""D'Arcy "#), "{line}");
    }
    terminal.send("ys");
    last = terminal.copied(&last);
    assert!(last.contains("from orders order by ts desc limit 300"));

    // The document under the cursor, written one member to a line.
    terminal.send("l\r");
    let screen = terminal.wait_for("the cell", |screen| screen.contains("doc (jsonb)"));
    assert!(screen.contains(r#""note": "kept \"cool\"""#), "{screen}");
    assert!(screen.contains(r#""items": ["#), "{screen}");
    let order = format!(
        "select doc ->> 'order' from {LATEST} where customer like 'D''Arcy%' order by amount limit 1"
    );
    let order = format!(r#""order": {}"#, stack.sql(&order));
    assert!(screen.contains(&order), "{order}\n{screen}");
    terminal.send("y");
    last = terminal.copied(&last);
    let document: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!(document["note"], r#"kept "cool""#);
    terminal.send("\t");
    terminal.wait_for("the row", |screen| screen.contains("row 1 of"));
    terminal.send(ESC);
    terminal.wait_for("the table", |screen| !screen.contains("row 1 of"));
    terminal.send(ESC);
    terminal.wait_for("both panels", |screen| screen.contains("nothing but"));
    terminal.quit();
}

#[test]
fn the_mouse_sorts_selects_and_opens() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 30);
    alone(&mut terminal);
    let screen = terminal.screen();
    let head = cell(&screen, "amount");
    terminal.send(&click(head));
    let least = format!("select min(amount) from {LATEST}");
    agree(&terminal, &stack, &least, |screen, least| {
        first_row(screen).contains(least)
    });
    terminal.send(&click(head));
    let most = format!("select max(amount) from {LATEST}");
    agree(&terminal, &stack, &most, |screen, most| {
        first_row(screen).contains(most)
    });
    // The third row, then once more on its cell.
    let third = (head.0, head.1 + 3);
    terminal.send(&click(third));
    terminal.send("yv");
    let amount = format!("select amount from {LATEST} order by amount desc offset 2 limit 1");
    terminal.until("the third amount", || {
        terminal.copied("") == stack.sql(&amount)
    });
    terminal.send(&click(third));
    let screen = terminal.wait_for("the cell", |screen| screen.contains("amount (numeric)"));
    let (x, y) = cell(&screen, "whole row");
    terminal.send(&click((x, y)));
    terminal.wait_for("the row", |screen| screen.contains("row 3 of 300"));
    // Outside the box is back.
    terminal.send(&click((2, 2)));
    terminal.wait_for("the table", |screen| !screen.contains("row 3 of"));
    terminal.quit();
}
