//! Keys of the configuration: what they do, where they are shown, and what is wrong with them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;
use std::process::Command;

use common::viewer::Viewer;
use kpi_dashboard::config::{Config, EXAMPLE, Problem};
use kpi_dashboard::ui::event::{Effect, Key};
use kpi_dashboard::ui::{Overlay, keys};

const PANEL: &str =
    "\n[[dashboard]]\nname = \"D\"\n[dashboard.panel.a]\nkind = \"text\"\ntext = \"hello\"\n";

fn configured(keys: &str) -> Config {
    Config::from_toml(
        "config.toml",
        &format!("[keys]\n{keys}{PANEL}"),
        &BTreeMap::new(),
    )
    .unwrap()
}

fn problems(keys: &str) -> Vec<Problem> {
    keys::problems(&configured(keys))
}

/// The only problem, as it is printed.
fn problem(keys: &str) -> String {
    let problems = problems(keys);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems[0].to_string()
}

fn viewer(keys: &str) -> Viewer {
    let mut viewer = Viewer::new(160, 50);
    let config = configured(keys);
    assert_eq!(keys::problems(&config), []);
    viewer.config.keys = config.keys;
    viewer
}

#[test]
fn an_action_has_the_keys_of_the_configuration_and_no_others() {
    let mut viewer = viewer("quit = [\"Q\", \"Ctrl-X\"]\nfull-screen = \"F\"\n");
    assert_eq!(viewer.char('Q'), Effect::Quit);
    assert_eq!(viewer.key(Key::Ctrl('x')), Effect::Quit);
    assert_eq!(viewer.char('q'), Effect::None);
    assert_eq!(viewer.key(Key::Ctrl('c')), Effect::None);
    assert_eq!(viewer.char('F'), Effect::Look);
    assert!(viewer.ui.full_screen);
    viewer.char('F');
    assert!(!viewer.ui.full_screen);
    assert_eq!(viewer.key(Key::Enter), Effect::None);
}

#[test]
fn what_is_shown_is_what_works() {
    let mut viewer = viewer("quit = \"Q\"\nrange = \"Ctrl-T\"\nrefresh = []\n");
    let picture = viewer.picture();
    let status = picture.lines().last().unwrap();
    assert!(
        status.contains("Q quit") && status.contains("^T range"),
        "{status}"
    );
    assert!(!status.contains("refresh"), "{status}");
    viewer.char('?');
    let picture = viewer.picture();
    assert!(picture.contains("Q              quit"), "{picture}");
    assert!(!picture.contains("ask the database now"), "{picture}");
    viewer.key(Key::Esc);
    viewer.char(':');
    viewer.type_in("time range");
    assert!(viewer.picture().contains("^T"), "{}", viewer.picture());
}

#[test]
fn two_actions_may_change_their_keys() {
    let mut viewer = viewer("zoom-out = \"+\"\nzoom-in = \"-\"\n");
    viewer.char('+');
    assert_eq!(viewer.ui.range.as_ref().unwrap().text, "3h");
}

#[test]
fn letters_typed_in_a_field_never_trigger_actions_also_not_those_of_the_configuration() {
    let mut viewer = viewer("quit = [\"z\", \"Ctrl-W\"]\n");
    viewer.char('t');
    let before = viewer.ui.range.clone();
    for letter in ['z', 'q', '?', ':', '/'] {
        assert_ne!(viewer.char(letter), Effect::Quit);
    }
    assert_eq!(
        viewer.key(Key::Ctrl('w')),
        Effect::Redraw,
        "a word is removed"
    );
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Ranges(_))));
    assert_eq!(viewer.ui.range, before);
}

#[test]
fn an_unknown_action_is_told_with_its_place_and_the_nearest_name() {
    insta::assert_snapshot!(problem("full-sreen = \"Enter\"\n"));
    assert!(problem("frobnicate = \"x\"\n").contains("actions are annotate, back, "));
}

#[test]
fn a_key_that_cannot_be_read_says_how_keys_are_written() {
    insta::assert_snapshot!(problem("quit = [\"q\", \"Hyper-Q\"]\n"));
    assert!(problem("quit = \"Ctrl-I\"\n").contains("a terminal sends Ctrl-I as `Tab`"));
}

#[test]
fn a_key_that_would_do_two_things_at_once_names_both() {
    insta::assert_snapshot!(problem("refresh = \"t\"\n"));
    // Both of them changed: it is told once.
    assert!(problem("refresh = \"z\"\npause = \"z\"\n").contains("`refresh` and `pause`"));
    // Both keys of the other one are taken.
    let both = problems("refresh = [\"q\", \"Ctrl-C\"]\n");
    assert_eq!(both.len(), 2, "{both:#?}");
    assert!(both[0].message.contains("`refresh` and `quit`"));
}

#[test]
fn a_built_in_key_goes_to_whom_the_configuration_gives_it_while_its_action_has_another() {
    let mut viewer = viewer("range = \"l\"\nrefresh = \"q\"\n");
    viewer.focus_on("orders");
    let before = viewer.ui.focus;
    assert_eq!(viewer.char('q'), Effect::Refresh);
    viewer.char('l');
    assert!(matches!(viewer.ui.overlay, Some(Overlay::Ranges(_))));
    viewer.key(Key::Esc);
    viewer.key(Key::Right);
    assert_ne!(viewer.ui.focus, before, "the other key of it");
    assert_eq!(viewer.key(Key::Ctrl('c')), Effect::Quit);
}

#[test]
fn the_help_has_no_words_for_keys_that_are_gone() {
    let mut viewer = viewer("quit = \"Q\"\n");
    viewer.char('?');
    let picture = viewer.picture();
    assert!(picture.contains("repaint, suspend"), "{picture}");
    assert!(!picture.contains("suspend, quit"), "{picture}");
}

#[test]
fn keys_of_different_situations_may_be_the_same() {
    assert_eq!(problems("refresh = \"q\"\nquit = \"Q\"\n"), []);
    // A table that fills the screen scrolls by what elsewhere goes to another panel.
    assert_eq!(problems("row-down = [\"Down\", \"j\", \"J\"]\n"), []);
    assert_eq!(
        problems(
            "panels-down = [\"PageDown\", \"Space\"]\npage-down = [\"PageDown\", \"Space\"]\n"
        ),
        []
    );
    // The cross-hair takes the keys it needs.
    assert_eq!(problems("cross-hair-left = \"[\"\n"), []);
}

#[test]
fn there_is_always_a_way_out() {
    assert!(problem("quit = []\n").contains("`quit` needs a key"));
}

#[test]
fn what_is_no_text_is_told_by_the_reader() {
    let toml = format!("[keys]\nquit = 3\n{PANEL}");
    let problems = Config::from_toml("config.toml", &toml, &BTreeMap::new()).unwrap_err();
    insta::assert_snapshot!(problems.to_string());
}

#[test]
fn the_example_s_keys_are_the_built_in_ones() {
    let keys = EXAMPLE.lines().skip_while(|line| *line != "[keys]").skip(1);
    let keys = keys.take_while(|line| !line.starts_with('['));
    let switched_on: Vec<&str> = keys
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.contains(" = "))
        .collect();
    assert!(switched_on.len() >= 3, "{switched_on:?}");
    let config = configured(&format!("{}\n", switched_on.join("\n")));
    assert_eq!(keys::problems(&config), []);
    for setting in &config.keys {
        let built_in: Vec<Key> = keys::ALL
            .iter()
            .flat_map(|binding| binding.keys)
            .filter(|(_, action)| action.name() == setting.action)
            .map(|(key, _)| *key)
            .collect();
        for text in &setting.keys {
            let key = keys::written::parse(&text.text).unwrap();
            assert!(
                built_in.contains(&key),
                "{} = {}",
                setting.action,
                text.text
            );
        }
    }
}

#[test]
fn every_action_has_a_name_of_its_own_and_words_for_the_palette() {
    let mut named: BTreeMap<&str, keys::Action> = BTreeMap::new();
    for (_, action) in keys::ALL.iter().flat_map(|binding| binding.keys) {
        let other = named.insert(action.name(), *action);
        let is_same = other.is_none_or(|other| other == *action);
        assert!(is_same, "{}: {other:?} and {action:?}", action.name());
        assert!(!action.words().is_empty());
        assert!(
            action
                .name()
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
}

#[test]
fn check_and_start_up_report_wrong_keys_like_everything_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, format!("[keys]\nqiut = \"x\"\n{PANEL}")).unwrap();
    let kpi = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(arguments)
            .arg("--config")
            .arg(&file)
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    for arguments in [
        &["check", "--offline"][..],
        &["snapshot"],
        &["check", "--offline", "--format", "json"],
    ] {
        let (code, text) = kpi(arguments);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("there is no action `qiut`"), "{text}");
        assert!(text.contains("did you mean `quit`?"), "{text}");
    }
    assert!(kpi(&["check", "--offline"]).1.contains("config.toml:2:1"));
    // Wrong keys hide nothing else, and nothing else hides them.
    let keys = "quit = 5\nqiut = \"x\"\nrefresh = \"Hyper-Q\"";
    std::fs::write(&file, format!("[keys]\n{keys}\n{PANEL}kidn = \"x\"\n")).unwrap();
    let (_, text) = kpi(&["check", "--offline"]);
    let told = ["config.toml:2:", "`qiut`", "`Hyper-Q`", "`kidn`"].map(|one| text.find(one));
    assert!(
        told.iter().all(Option::is_some) && told.is_sorted(),
        "{text}"
    );
}
