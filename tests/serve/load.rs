//! Hundreds of viewers, and a thousand panels.
//!
//! Viewers are sessions or hubs of this process, each with connections of its own to a real Redis, as `kpi --from`
//! has them. Figures for the closing note, on a machine that has two cores or more:
//!
//! ```sh
//! KPI_TEST_VIEWERS=200 KPI_TEST_SECONDS=60 cargo test --release --test serve many_sessions -- --nocapture
//! KPI_TEST_DASHBOARDS=50 KPI_TEST_VIEWERS=200 KPI_TEST_SECONDS=1800 \
//!     cargo test --release --test serve -- --nocapture of_twenty_panels
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kpi_dashboard::config::{Config, Secret};
use kpi_dashboard::demo::servers::PgbouncerOptions;
use kpi_dashboard::hub::{DatabaseLink, Hub, Looking, Sources, Viewer};
use kpi_dashboard::model::panel_data::{Feed, Health};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::session::{Frames, Session};
use kpi_dashboard::source::LiveKind;
use kpi_dashboard::source::redis::feed::{definitions, read};
use kpi_dashboard::source::redis::{Keys, RedisTarget, follow};
use kpi_dashboard::ui::{Depth, Glyphs, Look, Theme, Ui};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use crate::serve::stage::{CONFIG, PATIENCE, Replica, Stage, wait};

const PANELS: usize = 20;
const REFRESH: Duration = Duration::from_secs(5);
/// Per replica.
const MOST_KIB: u64 = 128 * 1024;
/// Of one core.
const MOST_CPU: f64 = 0.5;

fn setting(name: &str, otherwise: u64) -> u64 {
    let said = std::env::var(name).ok();
    said.map_or(otherwise, |said| said.parse().unwrap())
}

fn clock() -> Moment {
    Moment(jiff::Timestamp::now().as_microsecond())
}

/// A hub that knows nothing but the feed: its connections are those of a `kpi --from` process.
async fn fed(stage: &Stage) -> Hub {
    let target = RedisTarget::parse(&stage.stack.redis.url(), None).unwrap();
    let keys = Keys::new("kpi").unwrap();
    let shared = Arc::new(target.clone());
    let config = loop {
        if let Some(found) = definitions(&shared, &keys).await.unwrap() {
            break Config::from_toml("feed", &found.text, &BTreeMap::new()).unwrap();
        }
        sleep(Duration::from_millis(50)).await;
    };
    let mut config = config;
    config.redis.url = Some(Secret(stage.stack.redis.url()));
    let (requests, inbox) = mpsc::channel(32);
    let (outbox, updates) = mpsc::channel(32);
    let (heard, feed) = watch::channel(Feed::default());
    tokio::spawn(read(target.clone(), keys.clone(), inbox, outbox, heard));
    let (outbox, live) = mpsc::channel(32);
    tokio::spawn(follow(target, keys, outbox));
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        live: Some((LiveKind::Redis, live)),
        feed: Some(feed),
        ..Sources::default()
    };
    Hub::spawn(Arc::new(config), sources, clock)
}

/// A whole viewer but for the terminal. Counts its frames.
async fn session(stage: &Stage, frames: Arc<AtomicU64>) {
    let hub = fed(stage).await;
    let look = Look {
        depth: Depth::True,
        glyphs: Glyphs::Braille,
        theme: Theme::Terminal,
    };
    let opened = Session::open(&hub, Ui::default(), look, (120, 30), clock);
    let mut session = opened.await.unwrap();
    let (send, mut terminal) = mpsc::channel(1);
    let (done, written) = mpsc::channel(1);
    tokio::spawn(async move {
        while terminal.recv().await.is_some() {
            frames.fetch_add(1, Ordering::Relaxed);
            if done.send(Ok(())).await.is_err() {
                return;
            }
        }
    });
    let mut frames = Frames { send, written };
    tokio::spawn(async move {
        let (_keys, mut inputs) = mpsc::channel(1);
        session.run(&mut inputs, &mut frames).await;
    });
}

/// A thread for viewers, which goes on while the test waits. Ends with what is answered second.
fn backstage() -> (Handle, oneshot::Sender<()>) {
    let (end, ended) = oneshot::channel();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().unwrap();
        tell.send(runtime.handle().clone()).unwrap();
        let _ = runtime.block_on(ended);
    });
    (told.recv().unwrap(), end)
}

#[test]
fn many_sessions_cost_what_one_does() {
    let many = setting("KPI_TEST_VIEWERS", 30);
    let seconds = setting("KPI_TEST_SECONDS", 6).min(60);
    let mut stage = Stage::start(CONFIG);
    stage.count_statements();
    let collector = stage.replica();
    collector.says("leader");
    let (viewers, _end) = backstage();
    let frames = Arc::new(AtomicU64::new(0));
    let rate = || {
        let before = (stage.statements(), frames.load(Ordering::Relaxed));
        std::thread::scope(|both| {
            both.spawn(|| {
                let began = Instant::now();
                while began.elapsed() + Duration::from_secs(1) < Duration::from_secs(seconds) {
                    // Something to see; no statement that is counted.
                    let change = "update public.price set price = price + 1";
                    stage.stack.sql(change);
                    std::thread::sleep(Duration::from_millis(500));
                }
            });
            std::thread::sleep(Duration::from_secs(seconds));
        });
        let drawn = frames.load(Ordering::Relaxed) - before.1;
        (stage.statements() - before.0, drawn)
    };
    viewers.block_on(session(&stage, Arc::clone(&frames)));
    wait("a frame", || frames.load(Ordering::Relaxed) > 0);
    let (one, _) = rate();
    viewers.block_on(async {
        for _ in 1..many {
            session(&stage, Arc::clone(&frames)).await;
        }
    });
    wait("everybody's frames", || {
        frames.load(Ordering::Relaxed) > 2 * many
    });
    let (all, drawn) = rate();
    eprintln!("statements in {seconds} s: one viewer {one}, {many} viewers {all}; {drawn} frames");
    // One more round of the four panels where the time begins or ends.
    assert!(one.abs_diff(all) <= 4, "one: {one}, {many}: {all}");
    assert!(
        one.abs_diff(4 * seconds) <= 4,
        "four panels a second: {one}"
    );
    assert!(
        drawn >= many * seconds / 2,
        "everybody sees: {drawn} frames"
    );
}

/// Dashboards of twenty panels each: numbers, charts, bars and tables, each of a metric of its own.
fn boards(dashboards: usize) -> String {
    let mut text = String::from(
        "[database]\nurl = \"${DATABASE_URL}\"\nschema = \"kpi\"\n[redis]\nurl = \"${REDIS_URL}\"\n",
    );
    for dashboard in 0..dashboards {
        let areas = (0..5).map(|row| {
            let names = (0..4).map(|column| format!("p{}", row * 4 + column));
            names.collect::<Vec<_>>().join(" ")
        });
        let areas = areas.collect::<Vec<_>>().join("\n");
        let _ = write!(
            text,
            "[[dashboard]]\nname = \"Board {dashboard}\"\nrange = \"1h\"\nrefresh = \"5s\"\ntimezone = \"UTC\"\nareas = \"\"\"\n{areas}\n\"\"\"\n"
        );
        for panel in 0..PANELS {
            let metric = format!("m{}", dashboard * PANELS + panel);
            let over_time = format!(
                "select $__timeGroup(ts, $__interval) as time, avg(value) as value from kpi.samples where metric = '{metric}' and $__timeFilter(ts) group by 1 order by 1"
            );
            let (kind, sql) = match panel % 5 {
                0 | 1 => ("stat", over_time),
                2 => ("timeseries", over_time),
                3 => (
                    "bars",
                    format!(
                        "select (extract(minute from ts)::int / 6)::text as part, sum(value) as value from kpi.samples where metric = '{metric}' and $__timeFilter(ts) group by 1 order by 1"
                    ),
                ),
                _ => (
                    "table",
                    format!(
                        "select ts, metric, value from kpi.samples where metric = '{metric}' order by ts desc limit 20"
                    ),
                ),
            };
            let _ = write!(
                text,
                "[dashboard.panel.p{panel}]\nkind = \"{kind}\"\nsql = \"\"\"{sql}\"\"\"\n"
            );
        }
    }
    text
}

/// What a process has used: seconds of processors, and resident KiB.
fn used(replica: &Replica) -> (f64, u64) {
    let path = |file: &str| format!("/proc/{}/{file}", replica.pid());
    let stat = std::fs::read_to_string(path("stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // utime and stime: fields 14 and 15 of proc(5), in hundredths of a second on Linux.
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: f64 = ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    let status = std::fs::read_to_string(path("status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.unwrap().trim().trim_end_matches(" kB");
    (ticks / 100.0, resident.parse().unwrap())
}

/// How many panels of all viewers are live, and the age of the oldest answer.
fn seen(viewers: &[(Hub, Viewer)]) -> (usize, Duration) {
    let now = clock();
    let mut oldest = 0;
    let mut live = 0;
    for (_, viewer) in viewers {
        for panel in &viewer.snapshot().panels {
            if let (Health::Live, Some(at)) = (&panel.health, panel.asked_at) {
                live += 1;
                oldest = oldest.max(now.0 - at.0);
            }
        }
    }
    (live, Duration::from_micros(oldest.unsigned_abs()))
}

#[test]
fn dashboards_of_twenty_panels_for_each_of_many_viewers_are_little_work() {
    let seconds = setting("KPI_TEST_SECONDS", 20);
    let dashboards = setting("KPI_TEST_DASHBOARDS", 5) as usize;
    let many = setting("KPI_TEST_VIEWERS", 20) as usize;
    let pooler = PgbouncerOptions {
        pool_size: 4,
        ..PgbouncerOptions::default()
    };
    let stage = Stage::with(&boards(dashboards), &pooler);
    stage.stack.sql(
        "insert into kpi.metrics (name) select 'm' || n from generate_series(0, 999) as n;
         insert into kpi.samples (metric, ts, value)
         select 'm' || n, now() - i * interval '15 s', 100 + 50 * sin(n + i / 10.0)::numeric(9, 4)
         from generate_series(0, 999) as n, generate_series(0, 240) as i;
         analyze kpi.samples",
    );
    let replicas = [stage.replica(), stage.replica(), stage.replica()];
    wait("a leader", || replicas.iter().any(Replica::leads));
    let (feeding, _end) = backstage();
    let mut viewers = Vec::new();
    feeding.block_on(async {
        for index in 0..many {
            let hub = fed(&stage).await;
            let looking = Looking {
                dashboard: index % dashboards,
                panels: (0..PANELS).map(|panel| (panel, 40)).collect(),
                ..Looking::default()
            };
            let viewer = hub.open(looking).await.unwrap();
            viewers.push((hub, viewer));
        }
    });
    let opened = Instant::now();
    while seen(&viewers).0 < many * PANELS {
        let failed = viewers.iter().find_map(|(_, viewer)| {
            let snapshot = viewer.snapshot();
            let mut health = snapshot.panels.iter().map(|panel| &panel.health);
            health.find_map(|health| match health {
                Health::Failed { why, .. } => Some(why.summary.clone()),
                _ => None,
            })
        });
        let (live, _) = seen(&viewers);
        assert!(
            opened.elapsed() < 2 * PATIENCE,
            "{live} panels are live after {:?}, others: {failed:?}",
            opened.elapsed()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    eprintln!("all panels of all viewers after {:?}", opened.elapsed());
    // The first round is another thing than the daily work.
    std::thread::sleep(3 * REFRESH);
    let began = Instant::now();
    let first: Vec<_> = replicas.iter().map(used).collect();
    // Transactions: one a query, and some of the lease's.
    let commits = || -> f64 {
        let all = "select xact_commit from pg_stat_database where datname = 'postgres'";
        stage.stack.sql(all).parse().unwrap()
    };
    let at_first = commits();
    let mut last = (began, first.clone(), at_first);
    let mut early = None;
    let queries = (dashboards * PANELS) as f64 / REFRESH.as_secs_f64();
    let mut next = began;
    let mut sample = began + Duration::from_secs(30).min(Duration::from_secs(seconds) / 4);
    let mut all = Vec::new();
    while began.elapsed() < Duration::from_secs(seconds) {
        if Instant::now() >= next {
            // Every panel has something new to show at each refresh.
            stage.stack.sql(
                "insert into kpi.samples (metric, value)
                 select 'm' || n, 100 + 50 * random()::numeric(9, 4) from generate_series(0, 999) as n",
            );
            next += REFRESH;
        }
        std::thread::sleep(Duration::from_millis(100));
        if Instant::now() < sample {
            continue;
        }
        let now: Vec<_> = replicas.iter().map(used).collect();
        let wall = last.0.elapsed().as_secs_f64();
        let cpu = now
            .iter()
            .zip(&last.1)
            .map(|(now, last)| (now.0 - last.0) / wall);
        let cpu: Vec<f64> = cpu.collect();
        let (live, oldest) = seen(&viewers);
        let resident: Vec<u64> = now.iter().map(|one| one.1).collect();
        let asked = commits();
        let rate = (asked - last.2) / wall;
        eprintln!(
            "{:5.0} s  cpu {cpu:.3?}  rss {resident:?} KiB  {rate:.0} transactions a second  {live} panels live, the oldest {oldest:.1?}",
            began.elapsed().as_secs_f64(),
        );
        assert_eq!(live, many * PANELS, "everybody sees everything");
        assert!(oldest < 4 * REFRESH, "refreshes late: {oldest:?}");
        // What it settles at, before what may leak.
        if early.is_none() && began.elapsed() >= Duration::from_secs(seconds) / 4 {
            early = Some(resident.clone());
        }
        all.push(resident);
        last = (Instant::now(), now, asked);
        sample += Duration::from_secs(30).min(Duration::from_secs(seconds) / 4);
    }
    let wall = began.elapsed().as_secs_f64();
    let rate = (commits() - at_first) / wall;
    // Two rounds at the ends, and what PostgreSQL has not counted yet.
    let rounds = wall / REFRESH.as_secs_f64();
    assert!(
        rate > queries * (1.0 - 2.0 / rounds),
        "{rate} queries a second"
    );
    let end: Vec<_> = replicas.iter().map(used).collect();
    for (replica, (end, first)) in end.iter().zip(&first).enumerate() {
        let cpu = (end.0 - first.0) / wall;
        let most = all.iter().map(|sample| sample[replica]).max().unwrap();
        let early = early.as_ref().unwrap()[replica];
        eprintln!(
            "replica {replica}{}: {:.1} % of a core, at most {most} KiB, {early} KiB after a quarter, {} KiB at the end",
            if replicas[replica].leads() {
                " (leader)"
            } else {
                ""
            },
            100.0 * cpu,
            end.1,
        );
        assert!(cpu < MOST_CPU, "{cpu}");
        assert!(most < MOST_KIB, "{most} KiB");
        assert!(
            end.1 < early + early / 10 + 2048,
            "it grows: {early} KiB, then {}",
            end.1
        );
    }
    drop(viewers);
}
