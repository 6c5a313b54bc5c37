//! A shop that took an order a minute for ten days, and what can be read of it on a screen.

use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use crate::stack::Stack;
use crate::terminal::{PATIENCE, Terminal};

/// Escape in a form that does not become Alt with what follows it.
pub const ESC: &str = "\x1b[27u";

/// Where the program's sources are.
pub const SERVERS: &str = r#"
[database]
url = "${DATABASE_URL}"
schema = "kpi"
[redis]
url = "${REDIS_URL:-}"
"#;

/// A region that would end the table if it were not data.
pub const HOSTILE: &str = r#"O'Re"il\ly'; drop table kpi.orders; --"#;

/// Orders and errors by the minute. Their values depend on the time alone, and no two windows have the same sum.
const HISTORY: &str = r#"
create table kpi.orders (
    ts timestamptz not null, region text not null, customer text not null, amount numeric not null, doc jsonb
);
insert into kpi.orders
select
    t,
    (array['eu', 'us', $$O'Re"il\ly'; drop table kpi.orders; --$$])[1 + n % 3],
    (array['Ada', 'Björn $1', $$D'Arcy "\\" -- ${region}$$, 'Zoë'])[1 + (n / 3) % 4],
    round((50 + 30 * sin(n / 97.0) + n % 7)::numeric, 2),
    jsonb_build_object('order', n, 'items', jsonb_build_array(n % 5, n % 3), 'note', 'kept "cool"')
from generate_series(0, 14400) n, lateral (select date_trunc('minute', now()) - make_interval(mins => n) as t) at;
insert into kpi.metrics (name) values ('errors');
insert into kpi.samples (metric, ts, value)
select 'errors', t, round((20 + 9 * sin(n / 211.0) + 5 * cos(n / 1700.0))::numeric, 3)
from generate_series(0, 14400) n, lateral (select date_trunc('minute', now()) - make_interval(mins => n) as t) at;
analyze kpi.orders; analyze kpi.samples;
"#;

/// The stack with the shop's history and these dashboards.
pub fn open(dashboards: &str) -> Stack {
    let stack = Stack::start(&[], &format!("{SERVERS}{dashboards}"));
    stack.sql(HISTORY);
    stack
}

/// The first line.
pub fn header(screen: &str) -> &str {
    screen.lines().next().unwrap_or("")
}

/// The last line.
pub fn status(screen: &str) -> &str {
    screen.lines().last().unwrap_or("")
}

/// A mouse report in SGR form; columns and rows count from 1.
pub fn mouse(button: u8, (x, y): (usize, usize), end: char) -> String {
    format!("\x1b[<{button};{x};{y}{end}")
}

/// A press and a release of the left button.
pub fn click(at: (usize, usize)) -> String {
    mouse(0, at, 'M') + &mouse(0, at, 'm')
}

/// The first cell of the first place where this is written, counted as the mouse counts.
pub fn cell(screen: &str, words: &str) -> (usize, usize) {
    let found = screen.lines().enumerate().find_map(|(y, line)| {
        let at = line.find(words)?;
        Some((line[..at].width() + 1, y + 1))
    });
    found.unwrap_or_else(|| panic!("`{words}` is not on the screen:\n{screen}"))
}

/// Waits until the screen agrees with what SQL says now: windows move while people look.
pub fn agree(terminal: &Terminal, stack: &Stack, sql: &str, agrees: impl Fn(&str, &str) -> bool) {
    let mut wanted = String::new();
    let start = Instant::now();
    loop {
        let before = std::mem::replace(&mut wanted, stack.sql(sql));
        let screen = terminal.screen();
        if agrees(&screen, &wanted) || (!before.is_empty() && agrees(&screen, &before)) {
            return;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "SQL says `{wanted}`, the screen:\n{screen}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
