//! Red number → full screen → zoom → compare → inspect → back.

use crate::shop::{ESC, agree, header, open};
use crate::terminal::Terminal;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "300ms"
timezone = "Europe/Berlin"
rows = ["5", "1fr"]
areas = """
fine errors
traffic traffic
"""
[dashboard.panel.fine]
title = "Fine"
kind = "stat"
thresholds = [{ at = 0, color = "green" }]
sql = "select 7 as fine"
[dashboard.panel.errors]
title = "Errors"
kind = "stat"
reduce = "mean"
thresholds = [{ at = 0, color = "green" }, { at = 5, color = "red" }]
sql = """
select ts as time, value as errors from samples
where metric = 'errors' and $__timeFilter(ts) order by 1
"""
[dashboard.panel.traffic]
title = "Traffic"
kind = "timeseries"
sql = "select ts as time, amount as orders from orders where $__timeFilter(ts) order by 1"
"#;

/// How the mean of the last `hours` compares with the same hours `back` in the dashboard's zone, in percent.
fn change(hours: u8, back: &str) -> String {
    format!(
        "select round(100 * (n.mean - e.mean) / abs(e.mean), 4) from \
         (select avg(value) as mean from kpi.samples where metric = 'errors' \
          and ts between now() - interval '{hours} hours' and now()) n, \
         (select avg(value) as mean from kpi.samples where metric = 'errors' and ts between \
          (((now() - interval '{hours} hours') at time zone 'Europe/Berlin' - interval '{back}') at time zone 'Europe/Berlin') \
          and ((now() at time zone 'Europe/Berlin' - interval '{back}') at time zone 'Europe/Berlin')) e"
    )
}

/// `12.3` → `↑ 12%`, as the screen writes it.
fn written(percent: &str) -> String {
    let percent: f64 = percent.parse().unwrap();
    let direction = match percent {
        _ if percent.abs() < 0.05 => return "→ 0%".to_owned(),
        _ if percent > 0.0 => '↑',
        _ => '↓',
    };
    let decimals = usize::from(percent.abs() < 9.95);
    format!("{direction} {:.decimals$}%", percent.abs())
}

/// Goes to the next comparison: the header says it, and the change is the one SQL finds.
fn compare(terminal: &mut Terminal, stack: &crate::stack::Stack, words: &str, sql: &str) {
    terminal.send("c");
    terminal.wait_for(words, |screen| header(screen).contains(words));
    agree(terminal, stack, sql, |screen, percent| {
        header(screen).contains(words) && screen.contains(&written(percent))
    });
}

#[test]
fn from_a_red_number_to_its_plan_and_back() {
    let stack = open(DASHBOARD);
    let mut terminal = stack.viewer(120, 40);
    let screen = terminal.wait_for("the number, red and signed", |screen| {
        screen.contains("Errors") && screen.contains('✖') && screen.contains("● pg")
    });
    assert!(screen.contains("Traffic"), "{screen}");
    // One panel to the right, and alone.
    terminal.send("l\r");
    terminal.wait_for("the panel alone", |screen| {
        screen.contains("Errors") && !screen.contains("Traffic")
    });
    // Out twice, in once; the number follows (its change below does, too).
    for (key, words) in [("-", "last 3 h"), ("-", "last 6 h"), ("+", "last 3 h")] {
        terminal.send(key);
        terminal.wait_for(words, |screen| header(screen).contains(words));
        terminal.wait_for("its data", |screen| !screen.contains("waiting"));
        wait_for_window(&mut terminal, words);
    }
    compare(
        &mut terminal,
        &stack,
        "vs the period before",
        &change(3, "3 hours"),
    );
    compare(&mut terminal, &stack, "vs yesterday", &change(3, "1 day"));
    compare(&mut terminal, &stack, "vs last week", &change(3, "7 days"));
    inspect(&mut terminal, &stack);
    terminal.send(ESC);
    terminal.wait_for("the panel alone", |screen| {
        !screen.contains("Inspect") && !screen.contains("Traffic")
    });
    terminal.send(ESC);
    let screen = terminal.wait_for("all panels", |screen| {
        screen.contains("Traffic") && screen.contains("Fine")
    });
    assert!(header(&screen).contains("last 3 h") && header(&screen).contains("vs last week"));
    terminal.quit();
}

/// A zoom step starts from what is shown: the inspection says which window was asked for.
fn wait_for_window(terminal: &mut Terminal, words: &str) {
    terminal.send("i");
    let hours = words.trim_start_matches("last ").trim_end_matches(" h");
    let span = hours.parse::<i64>().unwrap();
    terminal.wait_for("a statement of that window", |screen| {
        window_hours(screen) == Some(span)
    });
    terminal.send(ESC);
    terminal.wait_for("the panel", |screen| !screen.contains("Inspect"));
}

/// The hours between the two times of the statement on the screen.
fn window_hours(screen: &str) -> Option<i64> {
    let times: Vec<jiff::Timestamp> = screen
        .split('\'')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [from, to] = times[..] else { return None };
    Some(to.duration_since(from).as_hours())
}

fn inspect(terminal: &mut Terminal, stack: &crate::stack::Stack) {
    terminal.send("i");
    let screen = terminal.wait_for("the statement", |screen| {
        screen.contains("Inspect: Errors") && screen.contains("metric = 'errors' and ts")
    });
    assert!(
        screen.contains("round trip") && window_hours(&screen) == Some(3),
        "{screen}"
    );
    terminal.send("\t");
    let screen = terminal.wait_for("the plan", |screen| screen.contains("cost="));
    assert!(
        screen.contains("Estimated") && screen.contains("samples_metric_ts"),
        "{screen}"
    );
    assert!(!screen.contains("actual"), "{screen}");
    // Any key but y leaves it at that.
    terminal.send("A");
    terminal.wait_for("the question", |screen| screen.contains("EXPLAIN ANALYZE?"));
    terminal.send("n");
    let screen = terminal.wait_for("the plan", |screen| screen.contains("cost="));
    assert!(!screen.contains("actual"), "{screen}");
    terminal.send("A");
    terminal.wait_for("the question", |screen| screen.contains("EXPLAIN ANALYZE?"));
    terminal.send("y");
    let screen = terminal.wait_for("the measured plan", |screen| screen.contains("actual"));
    assert!(
        screen.contains("It was run") && screen.contains("Execution Time"),
        "{screen}"
    );
    terminal.send("\t");
    let value = "select value from kpi.samples where metric = 'errors' and ts > now() - interval '3 hours' \
                 order by ts offset 5 limit 1";
    agree(terminal, stack, value, |screen, value| {
        screen.contains("errors") && screen.contains(value)
    });
}
