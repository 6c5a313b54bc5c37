//! Going through the time that a bundle holds.

use std::net::TcpListener;
use std::path::Path;

use super::incident::{open, opened, recorded};
use crate::terminal::{PATIENCE, Terminal};

const SIZE: (u16, u16) = (150, 40);

/// What SQL says of a minute in one region.
fn visits(stack: &crate::stack::Stack, minute: &str, region: &str) -> String {
    stack.sql(&format!(
        "select sum(n) from public.visits where region = '{region}'
         and ts >= '2026-11-20 {minute}:00+00' and ts < '2026-11-20 {minute}:00+00'::timestamptz + interval '1 minute'"
    ))
}

/// The line of the three numbers.
fn numbers(screen: &str) -> &str {
    screen.lines().nth(2).unwrap_or("")
}

fn show(file: &Path, arguments: &[&str]) -> Terminal {
    opened(file, arguments, "127.0.0.1:1", SIZE)
}

#[test]
fn every_moment_within_a_bundle_shows_what_sql_says_of_it() {
    let stack = open();
    let mean = |from: &str, to: &str| {
        stack.sql(&format!(
            "select round(avg(n), 3) from (select sum(n) as n from public.visits where region = 'eu'
             and ts >= '2026-11-20 {from}+00' and ts < '2026-11-20 {to}+00' group by date_trunc('minute', ts)) as minutes"
        ))
    };
    let wanted = [
        // All of it, an inner half, half a window back, and by hand.
        (visits(&stack, "13:59", "eu"), mean("08:00", "14:00")),
        (visits(&stack, "12:29", "eu"), mean("09:30", "12:30")),
        (visits(&stack, "10:59", "eu"), mean("08:00", "11:00")),
        (visits(&stack, "09:19", "eu"), mean("09:00", "09:20")),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incident.kpib");
    super::incident::bundle(&stack, &[file.to_str().unwrap()]);
    drop(stack);
    let mut viewer = show(&file, &[]);
    let keys = ["", "+", "<", "t2026-11-20 09:00 to 09:20\r"];
    for (keys, (visits, mean)) in keys.into_iter().zip(wanted) {
        viewer.send(keys);
        viewer.wait_for(&format!("{visits} and {mean}"), |screen| {
            let line = numbers(screen).replace(',', "");
            line.contains(&visits) && line.contains(&mean)
        });
    }
    // Rows without a time stay, and say of when they are; those with one do not go on.
    let screen = viewer.screen();
    assert!(screen.contains("as of "), "{screen}");
    assert!(screen.contains("2026-11-20 09:19:30"), "{screen}");
    assert!(!screen.contains("2026-11-20 09:20"), "{screen}");
    // What had not happened by then is not in the log.
    assert!(!screen.contains("payments are down"), "{screen}");
    viewer.send("0");
    viewer.wait_for("the event", |screen| screen.contains("payments are down"));
    // Outside of it there is nothing, and that is said.
    viewer.send("t2026-11-19\r");
    let outside = "nothing recorded then: the bundle holds 2026-11-20 08:00 to 2026-11-20 14:00";
    let screen = viewer.wait_for("the way back", |screen| screen.contains(outside));
    assert!(screen.contains("no data in this range"), "{screen}");
    viewer.send("q");
    assert!(viewer.wait(PATIENCE).success());
}

#[test]
fn a_narrow_screen_says_which_part_is_shown_rather_than_when_it_was_recorded() {
    let (_folder, file) = recorded(&[]);
    let mut viewer = opened(&file, &[], "127.0.0.1:1", (80, 24));
    viewer.wait_for("the bundle", |screen| screen.contains("bundle"));
    viewer.send("+");
    let header = |screen: &str| screen.lines().next().unwrap_or("").to_owned();
    viewer.wait_for("the inner half", |screen| {
        header(screen).contains("2026-11-20 09:30:00 to 12:30:00")
    });
    viewer.send("<");
    let screen = viewer.wait_for("the part before", |screen| {
        header(screen).contains("2026-11-20 08:00:00 to 11:00:00")
    });
    assert!(header(&screen).contains("bundle"), "{screen}");
}

#[test]
fn a_part_can_be_opened_and_the_marks_are_where_they_were() {
    let (_folder, file) = recorded(&[]);
    let mut wider = show(&file, &["--range", "2026-11-20 07:00 to 10:00"]);
    wider.wait_for("what was recorded", |screen| {
        screen.contains("only 11-20 08:00–10:00")
    });
    wider.send("q");
    assert!(wider.wait(PATIENCE).success());
    let viewer = show(&file, &["--range", "2026-11-20 09:30 to 10:30"]);
    let screen = viewer.wait_for("the part", |screen| {
        screen.contains("09:30:00") || screen.contains("09:45")
    });
    assert!(screen.contains("division by zero"), "{screen}");
    assert!(
        !screen.contains("next try"),
        "nothing is tried again: {screen}"
    );
    assert!(
        screen.contains('▲') || screen.contains('┊'),
        "the deploy: {screen}"
    );
}

#[test]
fn what_was_not_recorded_says_so() {
    let (_folder, file) = recorded(&["--compare", "yesterday"]);
    let mut viewer = show(&file, &[]);
    let has = |words: &'static str| move |screen: &str| screen.contains(words);
    viewer.wait_for("the comparison", has("vs yesterday"));
    viewer.send("c");
    viewer.wait_for("none", |screen| !screen.contains("vs yesterday"));
    viewer.send("c");
    viewer.wait_for("the same again", has("vs yesterday"));
    for (key, words) in [
        ("r", "there is no database to ask"),
        ("a", "a bundle is not written to"),
        ("B", "this is a bundle already"),
    ] {
        viewer.send(key);
        viewer.wait_for(words, has(words));
    }
    // Its time stands still, but what is told goes away.
    viewer.wait_for("the hints", |screen| {
        !screen.contains("this is a bundle already")
    });
    viewer.send("v");
    viewer.wait_for("the choices", has("us"));
    viewer.send("us\r");
    viewer.wait_for("the reason", has("not in the bundle: it was made for"));
    viewer.send("iA");
    viewer.send("y\r");
    viewer.send("\x1b[27uq");
    assert!(viewer.wait(PATIENCE).success());
}

#[test]
fn nobody_is_called() {
    let (_folder, file) = recorded(&[]);
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let address = trap.local_addr().unwrap().to_string();
    let mut viewer = opened(&file, &[], &address, SIZE);
    viewer.wait_for("the header", |screen| {
        screen.contains("bundle · recorded 20") && screen.contains("post-mortem")
    });
    for keys in [
        "+", "<", ">", "0", "x", "\x1b[27u", "i", "\x1b[27u", "r", "p", "p",
    ] {
        viewer.send(keys);
    }
    viewer.wait_for("the answer to r", |screen| {
        screen.contains("no database to ask")
    });
    // Not even a socket that could: the only ones are the pair that signals wake the program through.
    let sockets = sockets(viewer.pid());
    assert!(
        sockets.iter().all(|kind| kind == "unix pair"),
        "{sockets:?}"
    );
    viewer.send("q");
    assert!(viewer.wait(PATIENCE).success());
    let called = trap.accept().map(|(_, who)| who);
    assert_eq!(
        called.unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock,
        "somebody was called"
    );
}

/// What the sockets of a process are, as Linux lists them; none elsewhere.
fn sockets(pid: u32) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    let table =
        |name: &str| std::fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
    let unix = table("unix");
    files
        .filter_map(|file| {
            let link = std::fs::read_link(file.ok()?.path()).ok()?;
            let name = link
                .to_str()?
                .strip_prefix("socket:[")?
                .strip_suffix(']')?
                .to_owned();
            // A named one has a path at the end of its line.
            let is_pair = unix
                .lines()
                .any(|line| line.split_whitespace().last() == Some(&name));
            Some(if is_pair {
                "unix pair".to_owned()
            } else {
                name
            })
        })
        .collect()
}
