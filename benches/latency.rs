//! From `XADD` to the changed cells in a terminal, and what a flood of samples costs the viewer.
//!
//! `cargo bench --bench latency`; `KPI_BENCH_SECONDS` for a flood of another length than 30 s.
//! No criterion: what is measured is another process in a pseudo-terminal, end to end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

#[path = "../tests/stack/mod.rs"]
mod stack;
#[path = "../tests/terminal/mod.rs"]
mod terminal;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kpi_dashboard::model::live::{LiveItem, LiveSample};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::source::redis::{Announcer, Keys, RedisTarget};

use stack::{Stack, add};
use terminal::Terminal;

const PROBES: u32 = 300;
const METRICS: usize = 8;

/// Twelve panels: four numbers, four lines, a gauge and a table that samples move, and the probe.
fn config(frames: u32) -> String {
    let mut text = format!(
        r#"
[database]
url = "${{DATABASE_URL}}"
schema = "kpi"
[redis]
url = "${{REDIS_URL}}"
[screen]
max_fps = {frames}
[[dashboard]]
name = "Latency"
range = "15m"
refresh = "5s"
rows = ["4", "1fr", "1fr"]
areas = """
probe m0 m1 m2
m4 m4 m5 m5
m6 m7 m3 table
"""
[dashboard.panel.probe]
kind = "stat"
unit = "none"
decimals = 0
refresh = "10m"
live = {{ metric = "probe", apply = "replace" }}
sql = "select 0 as probe"
[dashboard.panel.table]
kind = "table"
live = "m0"
sql = "select name from metrics order by 1"
"#
    );
    for metric in 0..METRICS {
        let kind = match metric {
            0..3 => "stat",
            3 => "gauge",
            _ => "timeseries",
        };
        let _ = write!(
            text,
            "[dashboard.panel.m{metric}]\nkind = \"{kind}\"\nlive = \"m{metric}\"\nsql = \"\"\"\n\
             select $__timeGroup(ts, $__interval) as time, avg(value) as m{metric} from samples\n\
             where metric = 'm{metric}' and $__timeFilter(ts) group by 1 order by 1\"\"\"\n"
        );
    }
    text
}

fn started(frames: u32) -> (Stack, Terminal) {
    let names: Vec<String> = (0..METRICS).map(|n| format!("m{n}")).collect();
    let mut metrics: Vec<&str> = names.iter().map(String::as_str).collect();
    metrics.push("probe");
    let stack = Stack::start(&metrics, &config(frames));
    stack.sql(
        "insert into kpi.samples select name, ts, random() * 100 from kpi.metrics, \
         generate_series(now() - interval '15 minutes', now(), interval '1 second') as ts",
    );
    let terminal = stack.viewer(200, 50);
    terminal.wait_for("both connections", |screen| {
        screen.contains("● pg") && screen.contains("● redis")
    });
    (stack, terminal)
}

/// User and system time of a process in seconds, from `/proc`.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    ticks.filter_map(|one| one.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The probe's way while `rate` other samples a second arrive one by one.
fn latency(frames: u32, rate: u32) {
    let (stack, terminal) = started(frames);
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let mut background = stack.control();
    let pushing = std::thread::spawn(move || {
        let began = Instant::now();
        let mut sent = 0_u32;
        while !stopped.load(Ordering::Relaxed) {
            if rate == 0 {
                std::thread::sleep(Duration::from_millis(20));
                continue;
            }
            add(
                &mut background,
                &format!("m{}", sent as usize % METRICS),
                &fastrand::u32(0..100).to_string(),
            );
            sent += 1;
            let due = began + Duration::from_secs(1) * sent / rate;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        f64::from(sent) / began.elapsed().as_secs_f64()
    });
    std::thread::sleep(Duration::from_secs(2));
    let mut probe = stack.control();
    let (frames_before, cpu_before, began) =
        (terminal.written().0, cpu(terminal.pid()), Instant::now());
    let mut delays: Vec<f64> = Vec::new();
    for n in 0..PROBES {
        std::thread::sleep(Duration::from_millis(fastrand::u64(40..120)));
        let value = (1_000_000 + n).to_string();
        let sent = Instant::now();
        add(&mut probe, "probe", &value);
        let wanted = |screen: &str| screen.contains(&value);
        let (_, at) = terminal.wait_within(Duration::from_secs(10), "the probe", wanted);
        delays.push(at.saturating_duration_since(sent).as_secs_f64() * 1000.0);
    }
    let took = began.elapsed().as_secs_f64();
    let drawn = (terminal.written().0 - frames_before) as f64 / took;
    let used = (cpu(terminal.pid()) - cpu_before) / took * 100.0;
    stop.store(true, Ordering::Relaxed);
    let reached = pushing.join().unwrap();
    delays.sort_by(f64::total_cmp);
    let share = |part: f64| delays[((delays.len() - 1) as f64 * part) as usize];
    println!(
        "max_fps {frames}, {reached:.0} samples/s beside it: XADD → cells median {:.1} ms, p90 {:.1}, p99 {:.1}, max {:.1}; \
         {drawn:.1} frames/s, CPU {used:.1} % of a core, {:.1} MB",
        share(0.5),
        share(0.9),
        share(0.99),
        share(1.0),
        terminal.resident() as f64 / 1024.0,
    );
}

fn samples(metric_of: impl Fn(usize) -> String, count: usize, value: &str) -> Vec<LiveItem> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(since.as_micros()).unwrap();
    (0..count)
        .map(|n| {
            let at = Moment(now + i64::try_from(n).unwrap());
            let sample = LiveSample::new(&metric_of(n), value, at, BTreeMap::new());
            LiveItem::Sample(sample.unwrap())
        })
        .collect()
}

/// 50,000 samples a second.
fn flood(seconds: u64) {
    const RATE: usize = 50_000;
    const BATCH: usize = 500;
    let (stack, terminal) = started(60);
    let url = stack.redis.url();
    let before = terminal.resident();
    let (frames, bytes) = terminal.written();
    let used = cpu(terminal.pid());
    let began = Instant::now();
    let writing = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let target = RedisTarget::parse(&url, None).unwrap();
            let mut announcer = Announcer::new(target, Keys::new("kpi").unwrap());
            let began = Instant::now();
            let batches = RATE / BATCH * usize::try_from(seconds).unwrap();
            for batch in 0..batches {
                let value = (batch % 100).to_string();
                let items = samples(|n| format!("m{}", n % METRICS), BATCH, &value);
                announcer.announce(&items).await.unwrap();
                let due = began
                    + Duration::from_secs(1) * u32::try_from((batch + 1) * BATCH).unwrap()
                        / u32::try_from(RATE).unwrap();
                tokio::time::sleep_until(due.into()).await;
            }
            let took = began.elapsed();
            let last = samples(|_| "probe".to_owned(), 1, "4711");
            let sent = Instant::now();
            announcer.announce(&last).await.unwrap();
            (took, sent, batches * BATCH)
        })
    });
    let mut memory = vec![before];
    while !writing.is_finished() {
        std::thread::sleep(Duration::from_millis(500));
        memory.push(terminal.resident());
    }
    let (took, sent, count) = writing.join().unwrap();
    let (screen, at) = terminal.wait_within(Duration::from_secs(30), "the last sample", |screen| {
        screen.contains("4711")
    });
    let total = began.elapsed().as_secs_f64();
    let drawn = terminal.written();
    let dropped = screen.lines().next().unwrap_or_default();
    let megabytes = |kilobytes: u64| kilobytes as f64 / 1024.0;
    let at_quarter = memory[memory.len() / 4];
    println!(
        "{count} samples in {:.1} s ({:.0}/s): the last one on the screen {:.1} ms after it was sent; {:.1} frames/s, \
         {:.0} bytes/s, CPU {:.1} % of a core; memory {:.1} MB before, {:.1} after a quarter, {:.1} at the end, {:.1} at most; \
         header: {}",
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64(),
        at.saturating_duration_since(sent).as_secs_f64() * 1000.0,
        (drawn.0 - frames) as f64 / total,
        (drawn.1 - bytes) as f64 / total,
        (cpu(terminal.pid()) - used) / total * 100.0,
        megabytes(before),
        megabytes(at_quarter),
        megabytes(*memory.last().unwrap()),
        megabytes(memory.iter().copied().max().unwrap()),
        dropped.trim(),
    );
}

fn main() {
    // `cargo test --all-targets` starts benchmarks too: there it is enough that they start.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    for (frames, rate) in [(60, 0), (60, 1000), (30, 1000)] {
        latency(frames, rate);
    }
    let seconds = std::env::var("KPI_BENCH_SECONDS").ok();
    flood(seconds.map_or(30, |text| text.parse().unwrap()));
}
