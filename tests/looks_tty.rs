//! Looks in a real terminal: one that tells its background and one that does not, the clipboard, a wall.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod terminal;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use portable_pty::CommandBuilder;
use tempfile::TempDir;
use terminal::{PATIENCE, Terminal};

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "500ms"
rows = ["7", "1fr"]
areas = """
orders huge
latest latest
"""
[dashboard.panel.orders]
title = "Orders"
kind = "stat"
thresholds = [{ at = 0, color = "green" }]
sql = "select 4711 as orders"
[dashboard.panel.huge]
title = "Huge"
kind = "text"
sql = "select repeat('x', 90000)"
[dashboard.panel.latest]
title = "Latest"
kind = "table"
sql = "select 'row ' || n as name, n from generate_series(1, 30) n"

[[dashboard]]
name = "Second"
areas = "words"
[dashboard.panel.words]
title = "Words"
kind = "text"
text = "nothing but words"
"#;

/// The green of each: middle brightness, on dark, on light.
const GREENS: [vt100::Color; 3] = [
    vt100::Color::Rgb(0x5f, 0xb3, 0x5b),
    vt100::Color::Rgb(0x6c, 0xc6, 0x6a),
    vt100::Color::Rgb(0x1f, 0x7a, 0x33),
];
const QUESTION: &[u8] = b"\x1b]11;?";
const WHITE: &str = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";

struct Setup {
    postgres: Postgres,
    folder: TempDir,
}

impl Setup {
    fn new(screen: &str) -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).expect("a private PostgreSQL");
        let setup = Self {
            postgres,
            folder: tempfile::tempdir().unwrap(),
        };
        setup.write(screen);
        setup
    }

    fn write(&self, screen: &str) {
        let config = format!("{screen}\n{DASHBOARDS}");
        std::fs::write(self.folder.path().join("config.toml"), config).unwrap();
    }

    fn start(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        command.args(arguments);
        command.env_clear();
        command.cwd(self.folder.path());
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
        ]
        .iter()
        .chain(variables)
        {
            command.env(name, value);
        }
        command.env("HOME", self.folder.path());
        command.env("DATABASE_URL", self.postgres.url("postgres"));
        Terminal::start(command, 100, 30)
    }
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn end(mut terminal: Terminal) {
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
    assert!(!terminal.is_alternate());
    assert!(!terminal.saw(b"11;rgb"), "the answer was echoed");
}

#[test]
fn a_terminal_that_answers_is_drawn_for_and_keys_around_the_answer_are_not_lost() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&[], &[]);
    wait_until("the question", || terminal.saw(QUESTION));
    // A key before and one after; the answer's own 1s would show the first dashboard.
    terminal.send(&format!("2{WHITE}?"));
    terminal.wait_for("the help", |screen| screen.contains("this help"));
    terminal.send("\x1b");
    terminal.wait_for("the second dashboard", |screen| {
        screen.contains("nothing but words") && !screen.contains("this help")
    });
    terminal.send("1");
    wait_until("the colours for a light background", || {
        terminal.shows_color(GREENS[2])
    });
    end(terminal);
}

#[test]
fn an_answer_in_two_pieces_and_late_is_still_none_of_the_keys() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&[], &[]);
    terminal.wait_for("the data, before any answer", |screen| {
        screen.contains("row 1")
    });
    assert!(terminal.shows_color(GREENS[0]), "neither dark nor light");
    terminal.send("\x1b]11;rgb:1e1e/1e");
    std::thread::sleep(Duration::from_millis(20));
    terminal.send("1e/1e1e\x07");
    wait_until("the colours for a dark background", || {
        terminal.shows_color(GREENS[1])
    });
    assert!(terminal.screen().contains("row 1"), "still the first");
    end(terminal);
}

#[test]
fn a_terminal_that_never_answers_is_drawn_at_once_and_left_at_once() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&[], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.saw(QUESTION) && terminal.shows_color(GREENS[0]));
    // Alt-] is a key like others, and so is what follows it.
    terminal.send("\x1b]");
    terminal.send("2");
    terminal.wait_for("the second dashboard", |screen| {
        screen.contains("nothing but words")
    });
    end(terminal);
}

#[test]
fn an_answer_that_comes_after_q_does_not_reach_the_shell() {
    let setup = Setup::new("");
    for _ in 0..20 {
        let mut terminal = setup.start(&[], &[]);
        wait_until("the question", || terminal.saw(QUESTION));
        let asked = Instant::now();
        terminal.send("q");
        std::thread::sleep(Duration::from_millis(40));
        terminal.send(WHITE);
        // A starved machine is tried again: an answer is waited for a quarter of a second.
        let in_time = asked.elapsed() < Duration::from_millis(150);
        assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
        if in_time {
            assert!(!terminal.saw(b"11;rgb"), "the answer was echoed");
            return;
        }
    }
    panic!("no answer could be given in time");
}

#[test]
fn what_is_known_is_not_asked() {
    let setup = Setup::new("[screen]\nbackground = \"light\"");
    let terminal = setup.start(&[], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.shows_color(GREENS[2]) && !terminal.saw(QUESTION));
    end(terminal);
    let setup = Setup::new("");
    let terminal = setup.start(&[], &[("COLORFGBG", "0;15")]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.shows_color(GREENS[2]), "COLORFGBG says light");
    end(terminal);
    let terminal = setup.start(&["--no-color"], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(
        !terminal.saw(QUESTION),
        "without colours it does not matter"
    );
    end(terminal);
}

#[test]
fn a_theme_is_chosen_by_flag_and_live() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&["--theme", "solarized"], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.shows_color(vt100::Color::Rgb(0x93, 0xa8, 0x00)));
    terminal.send("Tdark");
    wait_until("the preview", || terminal.shows_color(GREENS[1]));
    terminal.send("\x1b");
    wait_until("it as it was", || {
        terminal.shows_color(vt100::Color::Rgb(0x93, 0xa8, 0x00))
    });
    end(terminal);
}

/// The clipboard's new text, once the program has sent one.
fn copied(terminal: &Terminal) -> String {
    let mut encoded = Vec::new();
    wait_until("a copy", || terminal.saw(b"\x1b]52;c;"));
    wait_until("its end", || {
        terminal
            .after(b"\x1b]52;c;")
            .is_some_and(|rest| rest.contains(&7))
    });
    let rest = terminal.after(b"\x1b]52;c;").unwrap();
    encoded.extend(rest.iter().take_while(|byte| **byte != 7));
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

#[test]
fn the_value_is_in_the_terminals_clipboard_and_the_status_line_says_so() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&[], &[]);
    terminal.wait_for("the data", |screen| {
        screen.contains("row 1") && screen.contains('✔')
    });
    terminal.send("yv");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the value to the")
    });
    assert_eq!(copied(&terminal), "4.71 K");
    assert!(!terminal.saw(b"\x1bPtmux;"));
    terminal.send("\t\tyc");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent 30 rows as CSV to the")
    });
    let csv = copied(&terminal);
    assert!(csv.starts_with("name,n\r\nrow 1,1\r\n"), "{csv}");
    assert_eq!(csv.lines().count(), 31);
    terminal.send("yr");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the row to the")
    });
    assert_eq!(copied(&terminal), "row 1\t1");
    // Alone on the screen the table has a selected row and a cell under the cursor.
    terminal.send("\r");
    terminal.wait_for("the table alone", |screen| !screen.contains("Huge"));
    terminal.send("jjyr");
    wait_until("the selected row", || copied(&terminal) == "row 3\t3");
    terminal.send("yv");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the cell to the")
    });
    assert_eq!(copied(&terminal), "row 3");
    terminal.send("yt");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the screen to the")
    });
    let screen = copied(&terminal);
    assert!(
        screen.contains("Latest") && !screen.contains("Copy"),
        "{screen}"
    );
    // A notice goes without a key, since the clock alone takes it away.
    terminal.wait_for("the keys again", |screen| !screen.contains("copied"));
    end(terminal);
}

#[test]
fn what_is_too_large_for_a_clipboard_is_refused_in_words() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&[], &[("TMUX", "/tmp/tmux-0/default,1,0")]);
    terminal.wait_for("the data", |screen| {
        screen.contains("row 1") && screen.contains("xxxx")
    });
    terminal.send("\tyv");
    terminal.wait_for("the refusal", |screen| {
        screen.contains("90 kB are more than a terminal's clipboard takes")
    });
    assert!(!terminal.saw(b"\x1b]52;"));
    terminal.send("\tyr");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the row to the")
    });
    let past = terminal.after(b"\x1bPtmux;\x1b\x1b]52;c;").unwrap();
    assert!(past.starts_with(STANDARD.encode("row 1\t1").as_bytes()));
    end(terminal);
}

#[test]
fn a_wall_shows_one_dashboard_after_the_other_and_a_key_brings_the_chrome() {
    let mut setup = Setup::new("");
    let mut terminal = setup.start(&["--kiosk", "2s"], &[]);
    let screen = terminal.wait_for("the first", |screen| screen.contains("row 1"));
    assert!(
        !screen.contains("Shop") && !screen.contains("help"),
        "{screen}"
    );
    let screen = terminal.wait_for("the second", |screen| screen.contains("nothing but words"));
    assert!(!screen.contains("Second"), "{screen}");
    terminal.wait_for("the first again", |screen| screen.contains("row 1"));
    setup.postgres.stop();
    let screen = terminal.wait_for("the line about the failure", |screen| {
        let last = screen.lines().last().unwrap_or_default();
        last.contains("failing") && screen.contains("row 1")
    });
    assert!(!screen.contains("Shop"), "{screen}");
    setup.postgres.restart().unwrap();
    terminal.wait_for("the line to go", |screen| !screen.contains("failing"));
    terminal.send("]");
    let dashboards = |screen: &str| screen.contains("1 Shop") && screen.contains("2 Second");
    terminal.wait_for("the chrome", dashboards);
    terminal.send("?");
    terminal.wait_for("the way out", |screen| screen.contains("leave kiosk mode"));
    terminal.send("\x1b");
    terminal.wait_for("the panels", |screen| !screen.contains("leave kiosk mode"));
    // Escape in a form that does not become Alt with what follows.
    terminal.send("\x1b[27u?");
    let screen = terminal.wait_for("the help", |screen| screen.contains("this help"));
    assert!(!screen.contains("leave kiosk mode"), "{screen}");
    end(terminal);
}

#[test]
fn a_wall_with_nothing_new_writes_nothing() {
    let setup = Setup::new("");
    let mut terminal = setup.start(&["--kiosk", "1h", "--dashboard", "Second"], &[]);
    terminal.wait_for("the words", |screen| screen.contains("nothing but words"));
    let mut before = terminal.written();
    wait_until("the start to be over", || {
        std::thread::sleep(Duration::from_millis(500));
        let now = terminal.written();
        std::mem::replace(&mut before, now) == now
    });
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(terminal.written(), before);
    terminal.send("\x1b");
    terminal.wait_for("the chrome", |screen| screen.contains("2 Second"));
    end(terminal);
}

#[test]
fn flags_that_make_no_sense_say_what_does() {
    let setup = Setup::new("");
    for (arguments, words) in [
        (
            &["--theme", "pink"][..],
            "the themes are terminal, dark, light",
        ),
        (&["--kiosk", "10ms"], "a second"),
        (&["--kiosk", "30s", "--linear"], "cannot be used with"),
        (&["--linear", "check"], "`--linear` before a command"),
    ] {
        let mut terminal = setup.start(arguments, &[]);
        assert_eq!(terminal.wait(PATIENCE).exit_code(), 2, "{arguments:?}");
        let screen = terminal.screen().replace('\n', "");
        assert!(screen.contains(words), "{arguments:?}:\n{screen}");
    }
}

#[test]
fn an_edited_theme_is_on_the_screen_unless_the_command_line_named_one() {
    let dark = "[screen]\ntheme = \"dark\"";
    let light = "[screen]\ntheme = \"light\"";
    let setup = Setup::new(dark);
    let edited = setup.start(&[], &[]);
    let named = setup.start(&["--theme", "dark"], &[]);
    for terminal in [&edited, &named] {
        terminal.wait_for("the data", |screen| screen.contains("row 1"));
        assert!(terminal.shows_color(GREENS[1]));
    }
    setup.write(&light.replace("theme", "max_fps = 30\ntheme"));
    wait_until("the other theme", || edited.shows_color(GREENS[2]));
    named.wait_for("the word of what was read", |screen| {
        screen.contains("the configuration was read again")
    });
    assert!(named.shows_color(GREENS[1]) && !named.shows_color(GREENS[2]));
    end(edited);
    end(named);
}
