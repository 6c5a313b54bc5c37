//! Thousands of keys at once: the screen is the one they lead to, soon, and data goes on.

use crate::shop::{ESC, agree, header, open};
use crate::terminal::PATIENCE;

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "300ms"
areas = "traffic count"
[dashboard.panel.traffic]
title = "Traffic"
kind = "timeseries"
sql = "select ts as time, amount as orders from orders where $__timeFilter(ts) order by 1"
[dashboard.panel.count]
title = "Count"
kind = "table"
sql = "select count(*) as orders from orders"

[[dashboard]]
name = "Rows"
refresh = "1h"
areas = "rows words"
[dashboard.panel.rows]
title = "Rows"
kind = "table"
sql = "select row_number() over (order by ts) as number, customer, amount from orders order by ts limit 5000"
[dashboard.panel.words]
title = "Words"
kind = "text"
text = "nothing but words"
"#;

#[test]
fn two_thousand_keys_in_a_table_end_on_the_right_row() {
    let stack = open(DASHBOARDS);
    let mut terminal = stack.viewer_with(&["--dashboard", "Rows"], 120, 40);
    terminal.wait_for("the rows", |screen| screen.contains("Björn"));
    terminal.send("\r");
    terminal.wait_for("the table alone", |screen| !screen.contains("nothing but"));
    // Down by 1,500, up by 300, left and right by 200: row 1,201, first column.
    let mut keys = "j".repeat(1_500) + &"k".repeat(300) + &"lh".repeat(100);
    assert_eq!(keys.len(), 2_000);
    keys.push_str("yr");
    let (frames, _) = terminal.written();
    terminal.send(&keys);
    let row = "select concat_ws(E'\\t', number, customer, amount) from \
               (select row_number() over (order by ts) as number, * from kpi.orders) o where number = 1201";
    terminal.wait_within(PATIENCE, "the row", |screen| {
        screen.contains("sent the row") && screen.lines().any(|line| line.contains(" 1201 "))
    });
    assert_eq!(terminal.copied(""), stack.sql(row));
    // Never a frame for a key that already has one behind it waiting.
    let frames = terminal.written().0 - frames;
    assert!(frames < 2_000, "{frames} frames for 2,002 keys");
    terminal.quit();
}

#[test]
fn two_thousand_keys_of_every_kind_end_where_they_lead() {
    let stack = open(DASHBOARDS);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the first answers", |screen| screen.contains("14401"));
    // Keys that end where they began: dashboards, palette, list, help, full screen, comparison, range.
    let round = format!("][:qx{ESC}/qa{ESC}??\r{ESC}cccctz{ESC}\t\t");
    let keys = round.chars().count() - 4 * (ESC.len() - 1);
    terminal.send(&round.repeat(2_000_usize.div_ceil(keys)));
    terminal.send("cc]");
    terminal.wait_for("the other dashboard, compared", |screen| {
        header(screen).contains("vs yesterday") && screen.contains("nothing but words")
    });
    terminal.send("[");
    stack.sql("insert into kpi.orders values (now(), 'eu', 'Ada', 1)");
    let count = "select count(*) from kpi.orders";
    agree(&terminal, &stack, count, |screen, count| {
        screen.contains(count) && screen.contains("▸ Traffic")
    });
    terminal.quit();
}
