//! The same cells.

use std::path::PathBuf;
use std::time::Duration;

use portable_pty::CommandBuilder;

use super::incident;
use crate::terminal::{PATIENCE, Terminal};

/// A demo takes seconds to start; many tests at once make that many.
const START: Duration = Duration::from_secs(120);

fn demo(folder: &std::path::Path, size: (u16, u16)) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
    command.arg("demo");
    command.env_clear();
    command.cwd(folder);
    for (name, value) in [
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
    ] {
        command.env(name, value);
    }
    command.env("HOME", folder);
    command.env("PATH", std::env::var("PATH").unwrap());
    let demo = Terminal::start(command, size.0, size.1);
    demo.wait_within(START, "the demo", |screen| screen.contains("Orders / min"));
    demo
}

/// The cells between header and status line.
type Cells = Vec<Vec<String>>;

fn is_quiet(screen: &str) -> bool {
    !screen.contains("waiting") && !screen.contains("PAUSED")
}

/// Lets the picture stand still and has it written; what was on screen, and the file.
fn take(demo: &mut Terminal, name: &str, size: (u16, u16)) -> Cells {
    // A bundle waits for every answer, annotations too, which come after the panels' and leave no gap on the
    // screen before. After one all are there.
    write(demo, &format!("early-{name}"), size);
    write(demo, name, size)
}

fn write(demo: &mut Terminal, name: &str, size: (u16, u16)) -> Cells {
    demo.wait_for("all panels", is_quiet);
    demo.send("p");
    demo.wait_for("the pause", |screen| screen.contains("PAUSED"));
    demo.send("B");
    demo.wait_for("the file's name", |screen| screen.contains("kpi open FILE"));
    demo.send(&format!("{name}\r"));
    demo.wait_for("the bundle", |screen| {
        screen.contains(&format!("bundle written to {name}"))
    });
    // Not before: a picture that was on its way when `p` was pressed is still drawn.
    let live = demo.cells(1..size.1 - 1);
    demo.send("p");
    live
}

#[test]
fn a_bundle_of_the_demo_opens_offline_with_the_same_cells_as_the_live_screen() {
    let folder = tempfile::tempdir().unwrap();
    let size = (160, 50);
    let mut live = demo(folder.path(), size);
    let mut taken: Vec<(PathBuf, (u16, u16), Cells)> = Vec::new();
    for dashboard in 1..=4 {
        live.send(&dashboard.to_string());
        let title = ["Orders / min", "Queue", "Region", "Gallery"][dashboard - 1];
        live.wait_for(title, |screen| screen.contains(title) && is_quiet(screen));
        if dashboard == 3 {
            live.send("c");
            live.wait_for("the comparison", |screen| {
                screen.contains("vs the period before") && is_quiet(screen)
            });
        }
        let name = format!("{dashboard}.kpib");
        let cells = take(&mut live, &name, size);
        taken.push((folder.path().join(name), size, cells));
    }
    let narrow = (80, 24);
    live.send("1ccc");
    live.wait_for("no comparison", |screen| !screen.contains(" vs "));
    live.resize(narrow.0, narrow.1);
    live.wait_for("the first dashboard", |screen| {
        screen.contains("Orders / min") && is_quiet(screen)
    });
    let cells = take(&mut live, "narrow.kpib", narrow);
    taken.push((folder.path().join("narrow.kpib"), narrow, cells));
    live.send("q");
    assert!(live.wait(PATIENCE).success());
    // The demo's servers are gone with it.
    for (file, size, cells) in taken {
        let mut opened = incident::opened(&file, &[], "127.0.0.1:1", size);
        let screen = opened.wait_for("the bundle", |screen| screen.contains("bundle · recorded"));
        let begun = std::time::Instant::now();
        while opened.cells(1..size.1 - 1) != cells {
            let screen = opened.screen();
            let seen = opened.cells(1..size.1 - 1);
            let differs = cells.iter().flatten().zip(seen.iter().flatten());
            let differs: Vec<_> = differs
                .filter(|(live, seen)| live != seen)
                .take(9)
                .collect();
            assert!(
                begun.elapsed() < PATIENCE,
                "{}: {differs:#?}\n{screen}",
                file.display()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        let bytes = std::fs::metadata(&file).unwrap().len();
        eprintln!(
            "{}: {bytes} bytes, {}",
            file.display(),
            screen.lines().next().unwrap()
        );
        opened.send("q");
        assert!(opened.wait(PATIENCE).success());
    }
}
