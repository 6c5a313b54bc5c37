//! The configuration is edited while somebody looks: nothing chosen is lost.

use crate::shop::{SERVERS, agree, header, open};
use crate::stack::Stack;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "300ms"
rows = ["5", "1fr"]
areas = """
total
customers
"""
[[dashboard.variable]]
name = "region"
kind = "query"
sql = "select distinct region from orders order by region"
default = "eu"
[dashboard.panel.total]
title = "Total of $region"
kind = "table"
sql = "select count(*) as orders from orders where region = $region"
[dashboard.panel.customers]
title = "Customers"
kind = "table"
sql = "select customer, sum(amount) as amount from orders where region = $region and $__timeFilter(ts) group by 1 order by 1"
"#;

fn edit(stack: &Stack, dashboards: &str) {
    // As editors do it: a new file in the old one's place.
    let path = stack.folder.path().join("config.toml");
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, format!("{SERVERS}{dashboards}")).unwrap();
    std::fs::rename(fresh, path).unwrap();
}

#[test]
fn a_broken_edit_changes_nothing_and_says_its_line_and_a_mended_one_keeps_what_was_chosen() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the default", |screen| screen.contains("Total of eu"));
    // The second panel, another range, another region.
    terminal.send("\tvus");
    terminal.wait_for("the choice", |screen| screen.contains("▸ us"));
    terminal.send("\rt3h");
    terminal.wait_for("the range", |screen| screen.contains("typed"));
    terminal.send("\r");
    let chosen = |screen: &str| {
        screen.contains("Total of us")
            && header(screen).contains("last 3 h")
            && screen.contains("▸ Cust")
    };
    terminal.wait_for("what was chosen", chosen);

    let broken = DASHBOARD.replace("title = \"Customers\"", "titel = \"Buyers\"");
    let whole = format!("{SERVERS}{broken}");
    let line = 1 + whole
        .lines()
        .position(|line| line.starts_with("titel"))
        .unwrap();
    edit(&stack, &broken);
    let place = format!("config.toml:{line}:1: ");
    let screen = terminal.wait_for("the place", |screen| screen.contains(&place));
    assert!(screen.contains("titel") && chosen(&screen), "{screen}");
    // The old one runs on: a new order is counted.
    stack.sql("insert into kpi.orders values (now(), 'us', 'Ada', 1)");
    let count = "select count(*) from kpi.orders where region = 'us'";
    agree(&terminal, &stack, count, |screen, count| {
        screen.contains(count) && chosen(screen)
    });

    edit(
        &stack,
        &DASHBOARD.replace("title = \"Customers\"", "title = \"Custodians\""),
    );
    let screen = terminal.wait_for("the new title", |screen| {
        screen.contains("▸ Custodians") && !screen.contains(&place)
    });
    assert!(chosen(&screen), "{screen}");
    let sum = "select sum(amount) from kpi.orders where region = 'us' and customer = 'Ada' \
               and ts between now() - interval '3 hours' and now()";
    agree(&terminal, &stack, sum, |screen, sum| screen.contains(sum));
    terminal.quit();
}
