//! Everything is cut at random, and what Redis was told in that time is read back line by line.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::serve::stage::{CONFIG, PATIENCE, Replica, Stage, wait};

/// The lease's length, a heartbeat and the dashboard's refresh.
const GAP: Duration = Duration::from_secs(3 + 1 + 1);
/// How long a leader stands still when there is time for it.
const FROZEN: Duration = Duration::from_secs(30);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(4);

/// What Redis was told, in its order.
#[derive(Default)]
struct Told {
    /// Epochs under which something was accepted.
    epochs: Vec<u64>,
    /// Who gave signs of life under an epoch.
    holders: BTreeMap<u64, Vec<String>>,
    /// When results were set.
    results: Vec<Instant>,
}

/// The words of a line of `MONITOR` that a script ran: `… [0 lua] "SET" "key" …`.
fn words(line: &str) -> Option<Vec<&str>> {
    let (_, command) = line.split_once(" lua] ")?;
    Some(command.split('"').skip(1).step_by(2).collect())
}

fn listen(stage: &Stage) -> Arc<Mutex<Told>> {
    let told = Arc::new(Mutex::new(Told::default()));
    let mut stream = UnixStream::connect(stage.stack.redis.socket()).unwrap();
    stream.write_all(b"MONITOR\r\n").unwrap();
    let into = Arc::clone(&told);
    std::thread::spawn(move || {
        // Payloads are escaped, so that a line is a command.
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let Some(words) = words(&line) else { continue };
            let mut told = into.lock().unwrap();
            match words.as_slice() {
                ["HSET", "{kpi}:latest", "_epoch", epoch] => {
                    told.epochs.push(epoch.parse().unwrap());
                }
                [
                    "HSET",
                    "{kpi}:feed:beat",
                    "epoch",
                    epoch,
                    "holder",
                    holder,
                    ..,
                ] => {
                    let holders = told.holders.entry(epoch.parse().unwrap()).or_default();
                    if !holders.iter().any(|known| known == holder) {
                        holders.push((*holder).to_owned());
                    }
                }
                ["SET", key, ..] if key.starts_with("{kpi}:feed:result:") => {
                    told.results.push(Instant::now());
                }
                _ => {}
            }
        }
    });
    told
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Kill,
    Freeze,
    CutRedis,
    CutDatabase,
    FreezePooler,
}

impl Fault {
    const ALL: [Self; 5] = [
        Self::Kill,
        Self::Freeze,
        Self::CutRedis,
        Self::CutDatabase,
        Self::FreezePooler,
    ];
}

/// The only one that leads, once there is one.
fn leader(replicas: &[Replica]) -> usize {
    let led = || replicas.iter().filter(|replica| replica.leads()).count();
    wait("one leader", || led() == 1);
    replicas.iter().position(Replica::leads).unwrap()
}

/// How a leader stood still.
struct Freeze {
    lasted: Duration,
    /// The epochs that published before it, and when it was over.
    epochs: [u64; 2],
}

/// Does it; how long the servers themselves were away.
fn strike(
    fault: Fault,
    stage: &Stage,
    replicas: &mut [Replica],
    freezes: &mut Vec<Freeze>,
    long: bool,
) -> Duration {
    match fault {
        Fault::Kill => {
            let led = leader(replicas);
            replicas[led].signal(Signal::KILL);
            let _ = replicas[led].ended();
            replicas[led] = stage.replica();
        }
        Fault::Freeze => {
            let led = leader(replicas);
            let epoch = || {
                stage
                    .beat("epoch")
                    .map_or(0, |epoch| epoch.parse().unwrap())
            };
            let before = epoch();
            let began = Instant::now();
            replicas[led].signal(Signal::STOP);
            let short = || Duration::from_millis(fastrand::u64(2_000..=6_000));
            std::thread::sleep(if long { FROZEN } else { short() });
            let after = epoch();
            replicas[led].signal(Signal::CONT);
            freezes.push(Freeze {
                lasted: began.elapsed(),
                epochs: [before, after],
            });
        }
        Fault::CutRedis => {
            let mut control = stage.stack.control();
            let list: String = redis::cmd("CLIENT")
                .arg("LIST")
                .query(&mut control)
                .unwrap();
            let ours = list.lines().filter(|line| line.contains("name=kpi"));
            for id in ours.filter_map(|line| line.strip_prefix("id=")?.split(' ').next()) {
                let mut kill = redis::cmd("CLIENT");
                let _: Result<u64, _> = kill.arg("KILL").arg("ID").arg(id).query(&mut control);
            }
        }
        Fault::CutDatabase => {
            stage.stack.sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()");
        }
        Fault::FreezePooler => {
            let began = Instant::now();
            stage.pooler.freeze();
            std::thread::sleep(Duration::from_millis(fastrand::u64(500..=6_000)));
            stage.pooler.thaw();
            return began.elapsed();
        }
    }
    Duration::ZERO
}

#[test]
fn whatever_is_cut_no_two_epochs_publish_and_the_gap_is_short() {
    let seconds = std::env::var("KPI_TEST_SECONDS").ok();
    let seconds = seconds.map_or(20, |seconds| seconds.parse().unwrap());
    let stage = Stage::start(CONFIG);
    let told = listen(&stage);
    let mut replicas = [stage.replica(), stage.replica(), stage.replica()];
    wait("a leader", || replicas.iter().any(Replica::leads));
    let viewers = [stage.fed(100, 30), stage.fed(80, 24)];
    for viewer in &viewers {
        viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    }
    let began = Instant::now();
    let mut gaps: Vec<(Fault, Duration)> = Vec::new();
    let mut faults = Vec::new();
    let mut freezes = Vec::new();
    while began.elapsed() < Duration::from_secs(seconds) || gaps.len() < Fault::ALL.len() {
        if faults.is_empty() {
            faults = Fault::ALL.to_vec();
            fastrand::shuffle(&mut faults);
        }
        let Some(fault) = faults.pop() else { continue };
        let from = told.lock().unwrap().results.len();
        let struck = Instant::now();
        let away = strike(fault, &stage, &mut replicas, &mut freezes, seconds >= 300);
        // Six results are more than one round of the four panels.
        wait("the feed to go on", || {
            let told = told.lock().unwrap();
            let after = told.results.iter().filter(|at| **at > struck + away);
            after.count() >= 6
        });
        let told = told.lock().unwrap();
        let around = &told.results[from.saturating_sub(1)..];
        let gap = around.windows(2).map(|pair| pair[1] - pair[0]).max();
        let gap = gap.unwrap_or_default().saturating_sub(away);
        assert!(gap < GAP + SLACK, "{fault:?}: {gap:?}");
        gaps.push((fault, gap));
    }
    // In the order of Redis: once a later epoch has spoken, no earlier one does.
    let told = told.lock().unwrap();
    assert!(told.epochs.is_sorted(), "{:?}", told.epochs);
    for (epoch, holders) in &told.holders {
        assert_eq!(holders.len(), 1, "epoch {epoch}: {holders:?}");
    }
    for fault in Fault::ALL {
        let name = format!("{fault:?}");
        let of_it = gaps.iter().filter(|(one, _)| format!("{one:?}") == name);
        let of_it: Vec<Duration> = of_it.map(|(_, gap)| *gap).collect();
        eprintln!(
            "{name}: {} times, longest gap {:?}",
            of_it.len(),
            of_it.iter().max()
        );
    }
    let superseded = |one: &&Freeze| one.epochs[0] < one.epochs[1];
    let whole: Vec<&Freeze> = freezes.iter().filter(|one| one.lasted >= FROZEN).collect();
    assert!(whole.iter().all(superseded), "nobody took over");
    eprintln!(
        "leaders frozen {} times, {} times for {FROZEN:?}, longest {:?}; a later epoch published before {} of them woke",
        freezes.len(),
        whole.len(),
        freezes.iter().map(|one| one.lasted).max(),
        freezes.iter().filter(superseded).count(),
    );
    eprintln!("longest gap allowed: {GAP:?} and {SLACK:?} for a busy machine");
    eprintln!(
        "{} epochs, {} results in {:?}",
        told.holders.len(),
        told.results.len(),
        began.elapsed()
    );
    drop(told);
    stage.stack.sql("update public.price set price = 999");
    for mut viewer in viewers {
        viewer.wait_within(PATIENCE, "the last price", |screen| screen.contains("999"));
        viewer.send("q");
        assert!(viewer.wait(PATIENCE).success());
    }
}
