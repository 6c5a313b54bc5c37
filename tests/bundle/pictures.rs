//! Pictures and data of a bundle, for scripts.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::incident::{open, opened, piped, recorded};

/// `kpi snapshot --from FILE` by somebody who has no configuration, with addresses where nobody may call.
fn snapshot(file: &Path, arguments: &[&str]) -> Output {
    let words = ["snapshot", "--from", file.to_str().unwrap()];
    piped(&[&words, arguments].concat(), file.parent().unwrap())
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

#[test]
fn a_picture_of_a_bundle_is_what_opening_it_shows() {
    let (_folder, file) = recorded(&[]);
    let picture = snapshot(&file, &["--size", "150x40"]);
    // What failed then is told, as with any snapshot.
    assert_eq!(
        (picture.status.code(), said(&picture).as_str()),
        (Some(1), "broken: division by zero\n")
    );
    let picture = text(&picture);
    let lines: Vec<&str> = picture.lines().collect();
    assert!(lines[0].contains("bundle · recorded "), "{picture}");
    let mut viewer = opened(&file, &[], "127.0.0.1:1", (150, 40));
    // All but the panel that has the focus in the one, and in the other none; and the keys below.
    viewer.wait_for("the same", |screen| {
        let seen: Vec<&str> = screen.lines().collect();
        seen.len() > 38 && (7..39).all(|line| seen[line].trim_end() == lines[line])
    });
    viewer.send("q");

    for (format, beginning) in [
        ("svg", &b"<svg"[..]),
        ("html", b"<!"),
        #[cfg(feature = "png")]
        ("png", b"\x89PNG"),
    ] {
        let output = snapshot(&file, &["--format", format]);
        assert!(
            output.stdout.starts_with(beginning),
            "{format}: {}",
            said(&output)
        );
    }
    let ansi = snapshot(&file, &["--format", "ansi"]);
    assert!(text(&ansi).contains("\u{1b}[0;"), "{}", text(&ansi));
    // From a pipe, too.
    let mut piped = Command::new(env!("CARGO_BIN_EXE_kpi"));
    piped.args(["snapshot", "--from", "-", "--size", "150x40"]);
    piped.env_clear().current_dir(file.parent().unwrap());
    piped.stdin(Stdio::from(fs::File::open(&file).unwrap()));
    assert_eq!(text(&piped.output().unwrap()), picture);
}

#[test]
fn the_data_of_a_bundle_is_what_sql_said() {
    let stack = open();
    let total = |until: &str| {
        stack.sql(&format!(
            "select sum(n) from public.visits where region = 'eu' and ts >= '2026-11-20 08:00+00' and ts < '2026-11-20 {until}+00'"
        ))
    };
    let (all, part) = (total("14:00"), total("10:00"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incident.kpib");
    super::incident::bundle(&stack, &[file.to_str().unwrap()]);
    drop(stack);

    let sum = |arguments: &[&str]| {
        let taken = json(&snapshot(
            &file,
            &[&["--format", "json", "--panel", "traffic"], arguments].concat(),
        ));
        assert_eq!(taken["links"]["recorded"]["damaged"], false);
        let rows = taken["panels"][0]["rows"].as_array().unwrap().clone();
        let rows = rows.iter().map(|row| row[2].as_i64().unwrap());
        (rows.sum::<i64>().to_string(), taken["taken_at"].clone())
    };
    assert_eq!(sum(&[]).0, all);
    // As it was at ten: what came later is not there, and the clock stands there.
    let then = sum(&["--at", "2026-11-20 09:59:59"]);
    assert_eq!(then, (part.clone(), "2026-11-20T09:59:59Z".into()));
    assert_eq!(sum(&["--range", "2026-11-20 08:00 to 09:59:59"]).0, part);
    let frame = text(&snapshot(&file, &["--at", "2026-11-20 10:30"]));
    assert!(
        frame
            .lines()
            .next()
            .unwrap()
            .contains("2026-11-20 10:30 UTC"),
        "{frame}"
    );
    // That had not happened yet.
    assert!(!frame.contains("payments are down"), "{frame}");

    let csv = snapshot(&file, &["--format", "csv", "--panel", "latest"]);
    assert!(csv.status.success(), "{}", said(&csv));
    assert!(
        text(&csv).starts_with("ts,host,n\r\n2026-11-20T13:59:30Z,"),
        "{}",
        text(&csv)
    );
}

#[test]
fn a_range_that_reaches_outside_of_a_bundle_is_marked_with_what_was_recorded() {
    let (_folder, file) = recorded(&[]);
    let warned = "of this range only 2026-11-20 08:00 to 2026-11-20 ";
    let asked = |arguments: &[&str]| snapshot(&file, &[&["--size", "150x40"], arguments].concat());
    let (day, noon) = ("2026-11-20", "2026-11-20 12:00");
    for (arguments, end) in [
        (&["--range", day][..], "14:00"),
        // Its six hours began two hours before what was recorded did.
        (&["--range", "6h", "--at", noon], "12:00"),
    ] {
        let frame = asked(arguments);
        let part = format!("08:00–{end} ");
        // Two numbers, narrow, the chart and the log of rows.
        let marks = text(&frame).matches(&part).count();
        assert_eq!(marks, 4, "{arguments:?}: {}", text(&frame));
        let words = said(&frame);
        let line = format!("warning: visits, mean, traffic, latest: {warned}{end} was recorded");
        assert!(words.contains(&line), "{words}");
        // What has no time is of then, whatever is asked for.
        assert!(text(&frame).contains("as of "), "{}", text(&frame));
        let data = json(&asked(&[&["--format", "json"], arguments].concat()));
        let panel = |id: &str| {
            let mut panels = data["panels"].as_array().unwrap().iter();
            panels.find(|panel| panel["id"] == id).unwrap()
        };
        let until = format!("2026-11-20T{end}:00Z");
        let recorded = serde_json::json!({"from": "2026-11-20T08:00:00Z", "to": until});
        assert_eq!(panel("visits")["recorded"], recorded);
        assert_eq!(panel("visits")["as_of"], serde_json::Value::Null);
        assert!(panel("worst")["as_of"].is_string(), "{}", panel("worst"));
    }
    // All of it, however it is asked for, and a part of it: nothing is missing.
    for arguments in [
        &[][..],
        &["--range", "2026-11-20 08:00:00 to 14:00:00"],
        &["--range", "2026-11-20 09:00 to 10:00"],
        &["--range", "2h", "--at", noon],
    ] {
        let taken = asked(&[&["--format", "json"], arguments].concat());
        assert_eq!(said(&taken), "broken: division by zero\n", "{arguments:?}");
        let data = json(&taken);
        for panel in data["panels"].as_array().unwrap() {
            assert!(panel.get("recorded").is_none(), "{arguments:?}: {panel}");
        }
    }
}

#[test]
fn what_a_bundle_does_not_hold_is_said() {
    let (folder, file) = recorded(&[]);
    for (arguments, code, says) in [
        (&["--at", "2026-11-20 07:00"][..], 2, "begins after that"),
        (
            &["--range", "2026-11-19"],
            1,
            "nothing recorded then: the bundle holds 2026-11-20 08:00 to 2026-11-20 14:00",
        ),
        (&["--var", "region=us"], 1, "it was made for `region` = eu"),
        (
            &["--compare", "yesterday", "--format", "json"],
            1,
            "visits, yesterday: yesterday is not in the bundle",
        ),
        (
            &["--dashboard", "Elsewhere"],
            2,
            "there is no dashboard `Elsewhere`; there is: Incident\n",
        ),
        (
            &["--watch", "60s", "--output", "x"],
            2,
            "a bundle stays as it is",
        ),
    ] {
        let output = snapshot(&file, arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let missing = snapshot(&folder.path().join("no.kpib"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("cannot open"), "{}", said(&missing));
}
