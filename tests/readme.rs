//! The README's pictures are what `kpi snapshot` makes today of the demo as it is at one moment: from real rows, on a
//! real PostgreSQL. And its dashboards are some.
//!
//! `KPI_UPDATE_PICTURES=1 cargo test --test readme` makes them anew.

#![cfg(feature = "png")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod picture;

use std::collections::BTreeMap;
use std::process::Command;

use kpi_dashboard::config::Config;
use kpi_dashboard::demo::{DASHBOARDS, Demo, DemoOptions, start};
use picture::is_current;

/// A Friday in Europe's afternoon: 2026-11-20T15:02:36Z.
const AT: i64 = 1_795_186_956;

async fn demo() -> Demo {
    let options = DemoOptions {
        at: Some(AT),
        ..DemoOptions::default()
    };
    start(options).await.unwrap()
}

/// What `kpi snapshot` with these arguments makes of the demo's database at that moment.
fn taken(demo: &Demo, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), DASHBOARDS).unwrap();
    let url = &demo.config.database.url.as_ref().unwrap().0;
    let done = Command::new(env!("CARGO_BIN_EXE_kpi"))
        .args(["snapshot", "--at", &AT.to_string()])
        .args(arguments)
        .current_dir(&folder)
        .env_clear()
        .envs([("TZ", "UTC"), ("LANG", "C.UTF-8"), ("KPI_ENV", "demo")])
        .envs([("DATABASE_URL", url.as_str()), ("HOME", "/nonexistent")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert_eq!(said, "");
    done.stdout
}

#[tokio::test]
async fn the_pictures_are_those_of_today() {
    let demo = demo().await;
    let picture = |dashboard: &str, size: &str| {
        let format = ["--format", "png", "--theme", "dark"];
        let what = ["--dashboard", dashboard, "--size", size];
        taken(&demo, &[format, what].concat())
    };
    is_current("assets/demo.png", &picture("Shop", "150x44"));
    is_current("assets/gallery.png", &picture("Gallery", "170x46"));
}

#[tokio::test]
async fn the_demo_that_stands_still_is_the_same_each_time() {
    let rows = |demo: &Demo| {
        let all = "select md5(string_agg(s::text, ',' order by s::text)) from kpi.samples s";
        demo.postgres().psql("postgres", all).unwrap()
    };
    let first = demo().await;
    let before = rows(&first);
    let frame = taken(&first, &["--size", "150x44"]);
    drop(first);
    let second = demo().await;
    assert_eq!(rows(&second), before);
    let again = taken(&second, &["--size", "150x44"]);
    let (frame, again) = (String::from_utf8(frame), String::from_utf8(again));
    assert_eq!(frame.unwrap(), again.unwrap());
}

#[test]
fn every_dashboard_it_shows_is_one() {
    let readme = include_str!("../README.md");
    let samples = readme.split("```toml\n").skip(1);
    let samples = samples.map(|rest| rest.split("```").next().unwrap());
    let whole: Vec<&str> = samples
        .filter(|sample| sample.starts_with("[[dashboard]]\nname"))
        .collect();
    assert!(!whole.is_empty());
    for sample in whole {
        let read = Config::from_toml("README.md", sample, &BTreeMap::new());
        assert!(read.is_ok(), "{}", read.unwrap_err());
    }
}
