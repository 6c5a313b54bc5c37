//! An incident of a day that is over: what its dashboard showed, bundled and opened.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use portable_pty::CommandBuilder;

use crate::stack::Stack;
use crate::terminal::Terminal;

/// A number, a chart, rows with a time and without, live events, a failure; between two fixed times.
const CONFIG: &str = r#"
environment = "post-mortem"
[database]
url = "${DATABASE_URL}"
schema = "kpi"
[redis]
url = "${REDIS_URL}"
[serve]
token = "hunter22token-of-no-use"

[[dashboard]]
name = "Incident"
range = "2026-11-20 08:00 to 14:00"
refresh = "1s"
timezone = "UTC"
columns = ["1fr", "1fr", "1fr"]
rows = ["3", "1fr", "1fr"]
areas = """
visits  mean   broken
traffic traffic traffic
worst   latest events
"""
[[dashboard.variable]]
name = "region"
kind = "query"
sql = "select distinct region from public.visits order by 1"
[[dashboard.annotation]]
name = "deploys"
color = "purple"
sql = "select ts as time, what as text from public.deploys where $__timeFilter(ts)"

[dashboard.panel.visits]
kind = "stat"
decimals = 0
unit = "none"
min_interval = "1m"
sql = """
select $__timeGroup(ts, '1m') as time, sum(n) as visits from public.visits
where region = $region and $__timeFilter(ts) group by 1 order by 1
"""
[dashboard.panel.mean]
kind = "stat"
reduce = "mean"
decimals = 3
unit = "none"
sql = """
select $__timeGroup(ts, '1m') as time, sum(n) as visits from public.visits
where region = $region and $__timeFilter(ts) group by 1 order by 1
"""
[dashboard.panel.broken]
kind = "stat"
sql = "select 1 / 0 as never"
[dashboard.panel.traffic]
kind = "timeseries"
sql = """
select $__timeGroup(ts, '1m') as time, host, sum(n) as n from public.visits
where region = $region and $__timeFilter(ts) group by 1, 2 order by 1
"""
[dashboard.panel.worst]
kind = "table"
sql = """
select host, sum(n) as total from public.visits
where region = $region and $__timeFilter(ts) group by 1 order by 2 desc
"""
[dashboard.panel.latest]
kind = "table"
sql = """
select ts, host, n from public.visits
where region = $region and $__timeFilter(ts) order by ts desc limit 1000
"""
[dashboard.panel.events]
kind = "log"

[[dashboard]]
name = "Elsewhere"
areas = "secret"
[dashboard.panel.secret]
kind = "table"
sql = "select 'of another dashboard'"
"#;

/// A row a minute and region and host, from 08:00 to 14:00; no two minutes have the same sum.
const HISTORY: &str = "
create table public.visits (ts timestamptz, region text, host text, n int);
insert into public.visits
select timestamptz '2026-11-20 08:00:30+00' + make_interval(mins => m), region, host, 100 + m * 3 + rank
from generate_series(0, 359) m, (values ('eu', 1), ('us', 1000)) as r (region, rank),
     (values ('web'), ('api')) as h (host);
create table public.deploys (ts timestamptz, what text);
insert into public.deploys values ('2026-11-20 10:00+00', 'release 1.4');
";

/// Running servers with that history.
pub fn open() -> Stack {
    let mut stack = Stack::start(&[], CONFIG);
    stack.sql(HISTORY);
    // Whoever may log in says no password; one that is said all the same must not get into a file.
    let url = stack.postgres.url("postgres");
    let url = url.replace("postgres@", "postgres:hunter22password@");
    stack.set("DATABASE_URL", Some(&url));
    let words = ["push", "--event", "payments are down", "--level", "error"];
    let mut push = stack.command(&words);
    push.args(["--at", "2026-11-20T11:00:00Z"]);
    assert!(push.status().unwrap().success());
    stack
}

/// `kpi bundle` with these arguments, in the stack's folder.
pub fn bundle(stack: &Stack, arguments: &[&str]) -> Output {
    let mut words = vec!["bundle"];
    words.extend(arguments);
    stack.command(&words).output().unwrap()
}

/// A viewer of a file who knows nothing else: no configuration, and addresses where nobody may call.
pub fn opened(file: &Path, arguments: &[&str], trap: &str, size: (u16, u16)) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
    command.arg("open");
    command.arg(file);
    command.args(arguments);
    dress(&mut command, file, trap);
    Terminal::start(command, size.0, size.1)
}

/// The environment of such a viewer.
pub fn dress(command: &mut CommandBuilder, file: &Path, trap: &str) {
    let nowhere = file.parent().unwrap().join("nowhere");
    std::fs::create_dir_all(&nowhere).unwrap();
    command.env_clear();
    command.cwd(&nowhere);
    command.env("HOME", &nowhere);
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("TZ", "UTC");
    command.env("DATABASE_URL", format!("postgres://kpi@{trap}/kpi"));
    command.env("DIRECT_URL", format!("postgres://kpi@{trap}/kpi"));
    command.env("REDIS_URL", format!("redis://{trap}"));
}

/// The incident's bundle in a folder of its own. The servers are gone.
pub fn recorded(arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let stack = open();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incident.kpib");
    let mut words = vec![file.to_str().unwrap()];
    words.extend(arguments);
    let done = bundle(&stack, &words);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    // One panel fails, which is told, and is a part of the picture.
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("broken: division by zero"), "{said}");
    assert!(file.exists(), "{said}");
    (folder, file)
}

/// The program with its streams piped, as scripts run it.
pub fn piped(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kpi"))
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .current_dir(folder)
        .output()
        .unwrap()
}
