//! What happened is written down, inside the program and outside, and is on every chart at once.

use crate::shop::{cell, header, mouse, open, status};
use crate::terminal::Terminal;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "1h"
notes = true
areas = "traffic"
[dashboard.panel.traffic]
title = "Traffic"
kind = "timeseries"
sql = "select ts as time, amount as orders from orders where $__timeFilter(ts) order by 1"
"#;

/// Marks on the time axis.
fn marks(screen: &str) -> usize {
    let axis = screen.lines().rev().nth(2).unwrap_or("");
    axis.matches('▲').count()
}

/// Points at the chart above the first mark on its axis: the cross-hair tells what happened there.
fn point_at_the_first_mark(terminal: &mut Terminal) {
    let screen = terminal.screen();
    let axis = screen.lines().rev().nth(2).unwrap();
    let (x, _) = cell(axis, "▲");
    terminal.send(&mouse(35, (x, 15), 'M'));
}

#[test]
fn a_note_is_in_the_table_and_on_the_chart_whoever_wrote_it() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the chart", |screen| {
        screen.contains('┈') && screen.contains("● redis")
    });
    terminal.send("a");
    terminal.wait_for("the field", |screen| screen.contains("Annotate"));
    // Nothing typed is told; quotes and `q` are letters.
    terminal.send("\r");
    terminal.wait_for("what is missing", |screen| {
        screen.contains("an annotation needs a text")
    });
    terminal.send("quietly deployed '1.4' \\ \"b\"\r");
    let screen = terminal.wait_for("the mark", |screen| marks(screen) == 1);
    assert!(
        screen.contains('┊') && !screen.contains("Annotate"),
        "{screen}"
    );
    terminal.wait_for("the notice", |screen| {
        status(screen).contains("note written")
    });
    let written = "select text || '|' || (now() - ts < interval '1 minute') from kpi.annotations";
    assert_eq!(stack.sql(written), "quietly deployed '1.4' \\ \"b\"|true");

    // From outside, dated twenty minutes ago. The dashboard asks once an hour: the announcement makes it ask.
    let at = stack.sql("select to_char((now() - interval '20 minutes') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    let told = stack
        .command(&["annotate", "sold out of tea", "--at", &at])
        .output()
        .unwrap();
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    terminal.wait_for("the other mark", |screen| marks(screen) == 2);
    let count =
        "select count(*) from kpi.annotations where text = 'sold out of tea' and ts = timestamptz ";
    assert_eq!(stack.sql(&format!("{count} '{at}'")), "1");
    point_at_the_first_mark(&mut terminal);
    let screen = terminal.wait_for("its words", |screen| screen.contains("sold out of tea"));
    assert!(header(&screen).contains("last 1 h"), "{screen}");

    // A third one, where the cross-hair stands.
    terminal.send("x");
    terminal.wait_for("its keys", |screen| status(screen).contains("← → h l"));
    terminal.send("HHa");
    let screen = terminal.wait_for("its date", |screen| {
        screen.contains("Annotate") && screen.contains(" at 2")
    });
    let (x, y) = cell(&screen, " at 2");
    let line: String = screen
        .lines()
        .nth(y - 1)
        .unwrap()
        .chars()
        .skip(x + 3)
        .collect();
    let date = &line[..19];
    terminal.send("first complaint\r");
    terminal.wait_for("its words", |screen| screen.contains("▲ first complaint"));
    terminal.send("x");
    terminal.wait_for("the third mark", |screen| marks(screen) == 3);
    let dated = format!(
        "select count(*) from kpi.annotations where text = 'first complaint' \
         and abs(extract(epoch from ts - timestamp '{date}' at time zone 'UTC')) <= 1"
    );
    assert_eq!(stack.sql(&dated), "1", "{date}");
    terminal.quit();
}
