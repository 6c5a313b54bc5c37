//! Looks in a real terminal: one that tells its background and one that does not, the clipboard, a wall.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use stack::Stack;
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

fn configured(screen: &str) -> String {
    format!("{screen}\n{DASHBOARDS}")
}

/// A stack that knows nothing but its database, in a terminal of all colours.
fn shop(screen: &str) -> Stack {
    let mut stack = Stack::start(&[], &configured(screen));
    stack.set("REDIS_URL", None);
    stack.set("COLORTERM", Some("truecolor"));
    stack
}

fn start(stack: &Stack, arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
    stack.viewer_in(arguments, variables, 100, 30)
}

fn end(terminal: Terminal) {
    assert!(!terminal.saw(b"11;rgb"), "the answer was echoed");
    terminal.quit();
}

#[test]
fn a_terminal_that_answers_is_drawn_for_and_keys_around_the_answer_are_not_lost() {
    let stack = shop("");
    let mut terminal = start(&stack, &[], &[]);
    terminal.until("the question", || terminal.saw(QUESTION));
    // A key before and one after; the answer's own 1s would show the first dashboard.
    terminal.send(&format!("2{WHITE}?"));
    terminal.wait_for("the help", |screen| screen.contains("this help"));
    terminal.send("\x1b");
    terminal.wait_for("the second dashboard", |screen| {
        screen.contains("nothing but words") && !screen.contains("this help")
    });
    terminal.send("1");
    terminal.until("the colours for a light background", || {
        terminal.shows_color(GREENS[2])
    });
    end(terminal);
}

#[test]
fn an_answer_in_two_pieces_and_late_is_still_none_of_the_keys() {
    let stack = shop("");
    let mut terminal = start(&stack, &[], &[]);
    terminal.wait_for("the data, before any answer", |screen| {
        screen.contains("row 1")
    });
    assert!(terminal.shows_color(GREENS[0]), "neither dark nor light");
    terminal.send("\x1b]11;rgb:1e1e/1e");
    std::thread::sleep(Duration::from_millis(20));
    terminal.send("1e/1e1e\x07");
    terminal.until("the colours for a dark background", || {
        terminal.shows_color(GREENS[1])
    });
    assert!(terminal.screen().contains("row 1"), "still the first");
    end(terminal);
}

#[test]
fn a_terminal_that_never_answers_is_drawn_at_once_and_left_at_once() {
    let stack = shop("");
    let mut terminal = start(&stack, &[], &[]);
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
    let stack = shop("");
    for _ in 0..20 {
        let mut terminal = start(&stack, &[], &[]);
        terminal.until("the question", || terminal.saw(QUESTION));
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
    let stack = shop("[screen]\nbackground = \"light\"");
    let terminal = start(&stack, &[], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.shows_color(GREENS[2]) && !terminal.saw(QUESTION));
    end(terminal);
    let stack = shop("");
    let terminal = start(&stack, &[], &[("COLORFGBG", "0;15")]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.shows_color(GREENS[2]), "COLORFGBG says light");
    end(terminal);
    let terminal = start(&stack, &["--no-color"], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(
        !terminal.saw(QUESTION),
        "without colours it does not matter"
    );
    end(terminal);
}

#[test]
fn a_theme_is_chosen_by_flag_and_live() {
    let stack = shop("");
    let mut terminal = start(&stack, &["--theme", "solarized"], &[]);
    terminal.wait_for("the data", |screen| screen.contains("row 1"));
    assert!(terminal.shows_color(vt100::Color::Rgb(0x93, 0xa8, 0x00)));
    terminal.send("Tdark");
    terminal.until("the preview", || terminal.shows_color(GREENS[1]));
    terminal.send("\x1b");
    terminal.until("it as it was", || {
        terminal.shows_color(vt100::Color::Rgb(0x93, 0xa8, 0x00))
    });
    end(terminal);
}

#[test]
fn the_value_is_in_the_terminals_clipboard_and_the_status_line_says_so() {
    let stack = shop("");
    let mut terminal = start(&stack, &[], &[]);
    terminal.wait_for("the data", |screen| {
        screen.contains("row 1") && screen.contains('✔')
    });
    terminal.send("yv");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the value to the")
    });
    assert_eq!(terminal.copied(""), "4.71 K");
    assert!(!terminal.saw(b"\x1bPtmux;"));
    terminal.send("\t\tyc");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent 30 rows as CSV to the")
    });
    let csv = terminal.copied("");
    assert!(csv.starts_with("name,n\r\nrow 1,1\r\n"), "{csv}");
    assert_eq!(csv.lines().count(), 31);
    terminal.send("yr");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the row to the")
    });
    assert_eq!(terminal.copied(""), "row 1\t1");
    // Alone on the screen the table has a selected row and a cell under the cursor.
    terminal.send("\r");
    terminal.wait_for("the table alone", |screen| !screen.contains("Huge"));
    terminal.send("jjyr");
    terminal.until("the selected row", || terminal.copied("") == "row 3\t3");
    terminal.send("yv");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the cell to the")
    });
    assert_eq!(terminal.copied(""), "row 3");
    terminal.send("yt");
    terminal.wait_for("the notice", |screen| {
        screen.contains("sent the screen to the")
    });
    let screen = terminal.copied("");
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
    let stack = shop("");
    let mut terminal = start(&stack, &[], &[("TMUX", "/tmp/tmux-0/default,1,0")]);
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
    let mut stack = shop("");
    let mut terminal = start(&stack, &["--kiosk", "2s"], &[]);
    let screen = terminal.wait_for("the first", |screen| screen.contains("row 1"));
    assert!(
        !screen.contains("Shop") && !screen.contains("help"),
        "{screen}"
    );
    let screen = terminal.wait_for("the second", |screen| screen.contains("nothing but words"));
    assert!(!screen.contains("Second"), "{screen}");
    terminal.wait_for("the first again", |screen| screen.contains("row 1"));
    stack.postgres.stop();
    let screen = terminal.wait_for("the line about the failure", |screen| {
        let last = screen.lines().last().unwrap_or_default();
        last.contains("failing") && screen.contains("row 1")
    });
    assert!(!screen.contains("Shop"), "{screen}");
    stack.postgres.restart().unwrap();
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
    let stack = shop("");
    let mut terminal = start(&stack, &["--kiosk", "1h", "--dashboard", "Second"], &[]);
    terminal.wait_for("the words", |screen| screen.contains("nothing but words"));
    let mut before = terminal.written();
    terminal.until("the start to be over", || {
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
    let stack = shop("");
    for (arguments, words) in [
        (
            &["--theme", "pink"][..],
            "the themes are terminal, dark, light",
        ),
        (&["--kiosk", "10ms"], "a second"),
        (&["--kiosk", "30s", "--linear"], "cannot be used with"),
        (&["--linear", "check"], "`--linear` before a command"),
    ] {
        let mut terminal = start(&stack, arguments, &[]);
        assert_eq!(terminal.wait(PATIENCE).exit_code(), 2, "{arguments:?}");
        let screen = terminal.screen().replace('\n', "");
        assert!(screen.contains(words), "{arguments:?}:\n{screen}");
    }
}

#[test]
fn an_edited_theme_is_on_the_screen_unless_the_command_line_named_one() {
    let dark = "[screen]\ntheme = \"dark\"";
    let light = "[screen]\ntheme = \"light\"";
    let stack = shop(dark);
    let edited = start(&stack, &[], &[]);
    let named = start(&stack, &["--theme", "dark"], &[]);
    for terminal in [&edited, &named] {
        terminal.wait_for("the data", |screen| screen.contains("row 1"));
        assert!(terminal.shows_color(GREENS[1]));
    }
    stack.configure(&configured(&light.replace("theme", "max_fps = 30\ntheme")));
    edited.until("the other theme", || edited.shows_color(GREENS[2]));
    named.wait_for("the word of what was read", |screen| {
        screen.contains("the configuration was read again")
    });
    assert!(named.shows_color(GREENS[1]) && !named.shows_color(GREENS[2]));
    end(edited);
    end(named);
}
