//! Where is it red? A region is chosen, a row leads to another dashboard, and back.

use crate::shop::{ESC, HOSTILE, agree, cell, click, header, open};
use crate::stack::Stack;
use crate::terminal::Terminal;

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "Regions"
range = "6h"
refresh = "300ms"
rows = ["5", "1fr"]
areas = """
sum
customers
"""
[[dashboard.variable]]
name = "region"
label = "Region"
kind = "query"
sql = "select distinct region from orders order by region"
default = "eu"
[dashboard.panel.sum]
title = "All of $region"
kind = "table"
sql = "select count(*) as orders, sum(amount) as amount from orders where region = $region"
[dashboard.panel.customers]
title = "Customers"
kind = "table"
link = { dashboard = "Customer", vars = { customer = "${row.customer}" } }
sql = """
select customer, count(*) as orders, sum(amount) as amount
from orders where region = '$region' group by 1 order by 1
"""

[[dashboard]]
name = "Customer"
range = "6h"
refresh = "300ms"
areas = "one"
[[dashboard.variable]]
name = "customer"
kind = "query"
sql = "select distinct customer from orders order by 1"
[dashboard.panel.one]
title = "Of $customer"
kind = "table"
sql = "select region, sum(amount) as amount from orders where customer = $customer group by 1 order by 1"
"#;

/// `text` as a literal of the test's own, by dollar quotes that are not in it.
fn literal(text: &str) -> String {
    format!("$test${text}$test$")
}

/// Every row SQL finds is on the screen: its cells in this order on one line.
fn rows_are(terminal: &Terminal, stack: &Stack, select: &str) {
    agree(terminal, stack, select, |screen, rows| {
        !rows.is_empty() && rows.lines().all(|row| has_row(screen, row))
    });
}

fn has_row(screen: &str, row: &str) -> bool {
    screen.lines().any(|line| {
        let mut rest = line;
        row.split('\t').all(|cell| {
            let found = rest.split_once(cell);
            rest = found.map_or("", |(_, rest)| rest);
            found.is_some()
        })
    })
}

fn customers(region: &str) -> String {
    format!(
        "select concat_ws(E'\\t', customer, count(*), sum(amount)) from kpi.orders \
         where region = {} group by customer order by customer",
        literal(region)
    )
}

fn sum(region: &str) -> String {
    format!(
        "select concat_ws(E'\\t', count(*), sum(amount)) from kpi.orders where region = {}",
        literal(region)
    )
}

/// Chooses a region by some of its letters.
fn choose(terminal: &mut Terminal, letters: &str, region: &str) {
    terminal.send("v");
    terminal.wait_for("the choices", |screen| {
        ["eu", "us", HOSTILE].iter().all(|one| screen.contains(one))
    });
    terminal.send(letters);
    terminal.wait_for("the one found", |screen| {
        screen.contains(region) && screen.contains(letters)
    });
    terminal.send("\r");
    let title = format!("All of {region}");
    terminal.wait_for(&title, |screen| screen.contains(&title));
}

#[test]
fn a_region_is_chosen_and_every_panel_asks_with_it_whatever_it_is_called() {
    let stack = open(DASHBOARDS);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the default", |screen| screen.contains("All of eu"));
    rows_are(&terminal, &stack, &sum("eu"));
    rows_are(&terminal, &stack, &customers("eu"));
    choose(&mut terminal, "us", "us");
    rows_are(&terminal, &stack, &sum("us"));
    rows_are(&terminal, &stack, &customers("us"));
    // Quotes, a backslash, a second statement and a comment: a name like others, in quotes and without.
    choose(&mut terminal, "drop", HOSTILE);
    rows_are(&terminal, &stack, &sum(HOSTILE));
    rows_are(&terminal, &stack, &customers(HOSTILE));
    // By mouse: the header's variable, then the line of the list.
    let screen = terminal.screen();
    terminal.send(&click(cell(header(&screen), "Region O'Re")));
    let screen = terminal.wait_for("the choices", |screen| {
        screen.contains("type to find one") && screen.contains(HOSTILE)
    });
    let (x, y) = cell(&screen, " us ");
    terminal.send(&click((x + 1, y)));
    terminal.wait_for("that region", |screen| screen.contains("All of us"));
    rows_are(&terminal, &stack, &customers("us"));
    terminal.quit();
    assert_eq!(stack.sql("select count(*) from kpi.orders"), "14401");
}

#[test]
fn a_row_leads_to_its_customer_and_backspace_back_to_the_row() {
    let stack = open(DASHBOARDS);
    let mut terminal = stack.viewer_with(&["--var", "region=us"], 120, 40);
    terminal.wait_for("the flag's region", |screen| screen.contains("All of us"));
    rows_are(&terminal, &stack, &customers("us"));
    // The table alone, so that it has a row to select.
    terminal.send("j\r");
    terminal.wait_for("the table alone", |screen| !screen.contains("All of us"));
    let names =
        stack.sql("select distinct customer from kpi.orders where region = 'us' order by 1");
    for (index, name) in names.lines().enumerate() {
        terminal.send("\x1b[H");
        terminal.send(&"j".repeat(index));
        terminal.send("g");
        let title = format!("Of {name}");
        terminal.wait_for(&title, |screen| screen.contains(&title));
        let rows = format!(
            "select concat_ws(E'\\t', region, sum(amount)) from kpi.orders where customer = {} \
             group by region order by region",
            literal(name)
        );
        rows_are(&terminal, &stack, &rows);
        terminal.send("\x7f");
        terminal.wait_for("the table again", |screen| {
            screen.contains("Customers") && !screen.contains("Of ") && !screen.contains("All of")
        });
        rows_are(&terminal, &stack, &customers("us"));
    }
    terminal.send(ESC);
    terminal.wait_for("all panels", |screen| screen.contains("All of us"));
    terminal.quit();
}
