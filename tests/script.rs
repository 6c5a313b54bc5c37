//! `kpi demo --script`: keys from a file, played on real servers, come back as a recording that any terminal can show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::{Command, Output};

use kpi_dashboard::front::script::Script;
use serde_json::Value;
use tempfile::TempDir;

fn play(folder: &TempDir, script: &str, words: &[&str]) -> Output {
    let file = folder.path().join("demo.script");
    fs::write(&file, script).unwrap();
    Command::new(env!("CARGO_BIN_EXE_kpi"))
        .args(["demo", "--script", "demo.script"])
        .args(words)
        .env_remove("NO_COLOR")
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .env("LC_ALL", "C.UTF-8")
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Times and what came then.
fn events(cast: &str) -> Vec<(f64, String, String)> {
    let lines = cast.lines().skip(1);
    lines
        .map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            let text = |at: usize| event[at].as_str().unwrap().to_owned();
            (event[0].as_f64().unwrap(), text(1), text(2))
        })
        .collect()
}

#[test]
fn what_was_recorded_shows_a_terminal_what_the_viewer_saw() {
    let folder = TempDir::new().unwrap();
    let script = "\
# Another range, by its name.
size 100x30
title a \"test\"
idle 2s
await Orders / min
wait 1s
key t
await Time range
type 6h
key Enter
await last 6 h
size 90x25
wait 500ms
";
    let said = play(&folder, script, &[]);
    assert!(said.status.success(), "{}", words(&said.stderr));
    let told = "warning: line 12: `size` after the first step is a resize event, which not every player heeds\n";
    assert_eq!(words(&said.stderr), told);
    let cast = words(&said.stdout);
    let header: Value = serde_json::from_str(cast.lines().next().unwrap()).unwrap();
    assert_eq!(header["version"], 2);
    assert_eq!(
        (&header["width"], &header["height"]),
        (&100.into(), &30.into())
    );
    assert_eq!(header["title"], "a \"test\"");
    assert_eq!(header["idle_time_limit"], 2.0);
    assert!(header["timestamp"].as_i64().unwrap() > 1_700_000_000);

    let size = |lines: u16, columns: u16| (lines.try_into().unwrap(), columns.try_into().unwrap());
    let (lines, columns) = size(30, 100);
    let mut screen = vt100::Parser::new(lines, columns, 0);
    let (mut last, mut saw_picker, mut saw_range) = (0.0, false, false);
    let events = events(&cast);
    for (at, code, data) in &events {
        assert!(*at >= last, "time goes on: {at} after {last}");
        last = *at;
        match code.as_str() {
            "o" => screen.process(data.as_bytes()),
            "r" => {
                assert_eq!(data, "90x25");
                let (lines, columns) = size(25, 90);
                screen.screen_mut().set_size(lines, columns);
            }
            other => panic!("what is `{other}`?"),
        }
        let text = screen.screen().contents();
        saw_picker |= text.contains("Time range") && text.contains("Last 6 hours");
        saw_range |= text.contains("last 6 h") && !text.contains("Time range");
    }
    assert!(saw_picker && saw_range, "{}", screen.screen().contents());
    let text = screen.screen().contents();
    assert!(
        text.contains("1 Shop") && text.contains("Orders / min"),
        "{text}"
    );
    assert!(text.lines().count() <= 25, "{text}");
    assert!(screen.screen().alternate_screen());
    // 1 s, three keys and two letters, half a second after the size; at most a second for each of three waits for
    // words, however long they took.
    assert!((1.0..=6.5).contains(&last), "{last}");
}

#[test]
fn who_leaves_gets_the_terminal_back_and_nothing_can_follow() {
    let folder = TempDir::new().unwrap();
    let said = play(&folder, "await Orders\nkey q\n", &["--output", "left.cast"]);
    assert!(said.status.success(), "{}", words(&said.stderr));
    assert!(said.stdout.is_empty());
    let cast = fs::read_to_string(folder.path().join("left.cast")).unwrap();
    let mut screen = vt100::Parser::default();
    for (_, _, data) in events(&cast) {
        screen.process(data.as_bytes());
    }
    assert!(!screen.screen().alternate_screen());
    assert!(!screen.screen().hide_cursor());

    let said = play(&folder, "await Orders\nkey q\nwait 1s\n", &[]);
    assert_eq!(said.status.code(), Some(1));
    let why = words(&said.stderr);
    assert!(why.contains("line 3: the viewer has left"), "{why}");
    assert!(said.stdout.is_empty());
}

#[test]
fn a_picture_that_moves_holds_what_was_seen() {
    let folder = TempDir::new().unwrap();
    let said = play(
        &folder,
        "size 90x25\nawait Orders\nkey t\nkey Esc\n",
        &["--output", "demo.svg", "--theme", "light"],
    );
    assert!(said.status.success(), "{}", words(&said.stderr));
    let svg = fs::read_to_string(folder.path().join("demo.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.contains("@keyframes"), "{svg}");
    assert!(
        svg.contains(">Last 6 hours") || svg.contains("Last 6 hours"),
        "{svg}"
    );
    assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
}

#[test]
fn mistakes_are_told_before_any_server_starts() {
    let folder = TempDir::new().unwrap();
    let said = play(&folder, "wait 1s\nkey Entre\njump\n", &[]);
    assert_eq!(said.status.code(), Some(2));
    let why = words(&said.stderr);
    for part in ["demo.script:2:5", "demo.script:3:1", "`jump`", "2 problems"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert!(said.stdout.is_empty());
    let said = play(&folder, "wait 1s\nsize 80x24\n", &["--output", "x.svg"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(words(&said.stderr).contains("one size"));
}

#[test]
fn the_script_of_the_readme_is_one_and_its_picture_is_small() {
    let asset = |name: &str| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(root.join(name)).unwrap()
    };
    assert!(asset("README.md").contains("assets/demo.svg"));
    let script = Script::parse("demo.script", &asset("assets/demo.script")).unwrap();
    let svg = asset("assets/demo.svg");
    assert!(svg.len() < 400_000, "{} bytes", svg.len());
    let title = script.title.unwrap();
    assert!(svg.contains(&format!("<title>{title}</title>")));
    // The same number of cells.
    let (columns, lines) = script.size;
    let (width, height) = (f64::from(columns) * 8.4, f64::from(lines) * 17.0);
    let size = format!("width=\"{width:.1}\" height=\"{height:.0}\"");
    assert!(svg.contains(&size), "{size}");
}
