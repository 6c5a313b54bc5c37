//! Finding things: the palette, the list of panels, the help, a theme; and a screen on a wall.

use crate::shop::{ESC, agree, header, open, status};

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "300ms"
rows = ["5", "1fr"]
areas = """
good total
traffic traffic
"""
[dashboard.panel.good]
title = "Good"
kind = "stat"
thresholds = [{ at = 0, color = "green" }]
sql = "select 7 as good"
[dashboard.panel.total]
title = "Total"
kind = "table"
sql = "select sum(amount) as amount from orders where $__timeFilter(ts)"
[dashboard.panel.traffic]
title = "Traffic"
kind = "timeseries"
sql = "select ts as time, amount as orders from orders where $__timeFilter(ts) order by 1"

[[dashboard]]
name = "Second"
range = "1h"
refresh = "300ms"
areas = "runbook all"
[dashboard.panel.runbook]
title = "Runbook"
kind = "text"
text = "page the team"
[dashboard.panel.all]
title = "All"
kind = "table"
sql = "select count(*) as orders from orders"
"#;

/// The green of a terminal that told nothing of itself, and of the dark theme.
const GREENS: [vt100::Color; 2] = [
    vt100::Color::Rgb(0x5f, 0xb3, 0x5b),
    vt100::Color::Rgb(0x6c, 0xc6, 0x6a),
];

#[test]
fn the_palette_finds_panels_and_actions_and_slash_jumps() {
    let stack = open(DASHBOARDS);
    let mut terminal = stack.viewer(120, 40);
    terminal.wait_for("the first dashboard", |screen| screen.contains("Traffic"));
    // A panel of the other dashboard.
    terminal.send(":runb");
    terminal.wait_for("the panel", |screen| {
        screen.contains("▸ go to Runbook") && !screen.contains("go to Traffic")
    });
    terminal.send("\r");
    terminal.wait_for("the other dashboard", |screen| {
        screen.contains("▸ Runbook") && screen.contains("page the team")
    });
    // An action, with its key beside it; letters such as q are letters.
    terminal.send("\x10q full screen");
    let screen = terminal.wait_for("nothing of that name", |screen| {
        screen.contains("q full screen")
    });
    assert!(!screen.contains("and back"), "{screen}");
    terminal.send("\x15full scr");
    let screen = terminal.wait_for("the action", |screen| screen.contains("▸ full screen"));
    let line = screen.lines().find(|line| line.contains("▸ full screen"));
    assert!(line.unwrap().contains('⏎'), "{screen}");
    terminal.send("\r");
    terminal.wait_for("the panel alone", |screen| {
        screen.contains("page the team") && !screen.contains("orders")
    });
    // A panel of the first dashboard.
    terminal.send("/traf");
    terminal.wait_for("the panel", |screen| screen.contains("▸ Traffic"));
    terminal.send("\r");
    terminal.wait_for("the first dashboard", |screen| {
        screen.contains("▸ Traffic") && screen.contains("Total")
    });
    // Comparison and range without their keys.
    terminal.send(":yesterday");
    terminal.wait_for("the comparison", |screen| {
        screen.contains("▸ compare with yesterday")
    });
    terminal.send("\r");
    terminal.wait_for("it", |screen| header(screen).contains("vs yesterday"));
    terminal.send(":range 3 hours");
    terminal.wait_for("the range", |screen| {
        screen.contains("▸ range: last 3 hours")
    });
    terminal.send("\r");
    terminal.wait_for("it", |screen| header(screen).contains("last 3 h"));
    let sum =
        "select sum(amount) from kpi.orders where ts between now() - interval '3 hours' and now()";
    agree(&terminal, &stack, sum, |screen, sum| screen.contains(sum));
    terminal.quit();
}

#[test]
fn the_help_lists_what_works_and_a_theme_is_worn_while_it_is_looked_at() {
    let mut stack = open(DASHBOARDS);
    stack.set("COLORTERM", Some("truecolor"));
    let mut terminal = stack.viewer(120, 50);
    terminal.wait_for("the stat", |screen| screen.contains('✔'));
    terminal.send("?");
    let screen = terminal.wait_for("the help", |screen| screen.contains("this help"));
    for words in [
        "compare with earlier",
        "choose the range",
        "find a panel",
        "inspect: SQL, plan",
        "write an annotation",
        "theme",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    // What has no meaning here is not there: no variables, no link, no table under the focus.
    for words in ["choose variables", "go where it links", "sort: up"] {
        assert!(!screen.contains(words), "{words}\n{screen}");
    }
    // A table under the focus: its keys are listed.
    terminal.send(ESC);
    terminal.send("\t?");
    terminal.wait_for("its keys", |screen| screen.contains("sort: up, down, not"));
    terminal.send(ESC);
    terminal.wait_for("the panels", |screen| !screen.contains("Esc closes"));

    assert!(terminal.shows_color(GREENS[0]) && !terminal.shows_color(GREENS[1]));
    terminal.send("Tdark");
    terminal.until("the preview", || terminal.shows_color(GREENS[1]));
    terminal.send(ESC);
    terminal.until("the old one", || {
        terminal.shows_color(GREENS[0]) && !terminal.shows_color(GREENS[1])
    });
    terminal.quit();
}

#[test]
fn a_wall_turns_every_second_and_its_numbers_go_on() {
    let stack = open(DASHBOARDS);
    let mut terminal = stack.viewer_with(&["--kiosk", "1s"], 120, 30);
    for _ in 0..2 {
        let screen = terminal.wait_for("the first", |screen| screen.contains("Traffic"));
        assert!(
            !screen.contains("1 Shop") && !status(&screen).contains("help"),
            "{screen}"
        );
        terminal.wait_for("the second", |screen| screen.contains("page the team"));
    }
    stack.sql("insert into kpi.orders values (now(), 'eu', 'Ada', 1)");
    terminal.wait_for("one order more", |screen| {
        screen.contains("page the team") && screen.contains("14402")
    });
    terminal.send("2");
    terminal.wait_for("the chrome", |screen| header(screen).contains("2 Second"));
    terminal.quit();
}
