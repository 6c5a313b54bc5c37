//! The file itself: whose it is, what is in it and what not, and when it is damaged.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kpi_dashboard::model::variable::Chosen;
use kpi_dashboard::source::bundle::{Bundle, Part, What};
use portable_pty::CommandBuilder;

use super::incident::{bundle, dress, open, opened, piped, recorded};
use crate::terminal::{PATIENCE, Terminal};

const SIZE: (u16, u16) = (150, 40);

/// Where each chunk's key is, and its body; by the format as it is documented.
fn chunks(bytes: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let number = |at: usize, count: usize| -> usize {
        let digits = bytes[at..at + count].iter().rev();
        digits.fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let mut found = Vec::new();
    let mut at = 8;
    while at < bytes.len() {
        assert_eq!(&bytes[at..at + 4], b"\xb5KPC", "a chunk at {at}");
        let (key, stored) = (number(at + 5, 2), number(at + 7, 4));
        let start = at + 4 + 19 + key + 8;
        let name = String::from_utf8(bytes[at + 23..at + 23 + key].to_vec()).unwrap();
        found.push((name, start..start + stored));
        at = start + stored;
    }
    found
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut plain = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(bytes);
    reader.read_to_end(&mut plain).unwrap();
    plain
}

#[test]
fn the_file_is_its_owners_and_holds_no_secret() {
    let stack = open();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.kpib");
    bundle(&stack, &[file.to_str().unwrap()]);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let bytes = std::fs::read(&file).unwrap();
    let mut all = bytes.clone();
    for (_, body) in chunks(&bytes) {
        all.extend(inflated(&bytes[body]));
    }
    let holds = |words: &str| {
        let mut windows = all.windows(words.len());
        windows.any(|some| some == words.as_bytes())
    };
    assert!(holds("release 1.4") && holds("payments are down") && holds("division by zero"));
    let socket = stack.postgres.url("postgres");
    let socket = socket.split('@').nth(1).unwrap().split(':').next().unwrap();
    for secret in [
        "hunter22password",
        "hunter22token",
        "postgresql://",
        "redis://",
        &stack.redis.url(),
        socket,
        "of another dashboard",
    ] {
        assert!(!holds(secret), "{secret}");
    }
    // All dashboards, where they are asked for.
    let done = bundle(&stack, &["all.kpib", "--all"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let bytes = std::fs::read(stack.folder.path().join("all.kpib")).expect(&said);
    let all = Bundle::open(bytes).unwrap();
    assert_eq!(all.contents.dashboards.len(), 2);
    let part = Part::new("Elsewhere", What::Panel("secret".into()));
    assert!(all.picture(&part).whole().is_some());
}

#[test]
fn a_damaged_part_is_one_panel_that_says_so() {
    let (_folder, file) = recorded(&[]);
    let mut bytes = std::fs::read(&file).unwrap();
    let all = chunks(&bytes);
    let (_, body) = all.iter().find(|(key, _)| key.contains("worst")).unwrap();
    bytes[body.start + 9] ^= 0x20;
    std::fs::write(&file, &bytes).unwrap();
    let mut viewer = opened(&file, &[], "127.0.0.1:1", SIZE);
    let screen = viewer.wait_for("the damage", |screen| {
        screen.contains("this part of the file is damaged")
    });
    assert!(screen.contains("· damaged"), "{screen}");
    let screen = viewer.wait_for("the rest", |screen| {
        screen.contains("payments are down") && screen.contains("2026-11-20 13:59:30")
    });
    // The panel that failed then, and the one that is damaged.
    assert!(screen.contains("2 panels failing"), "{screen}");
    viewer.send("q");
    assert!(viewer.wait(PATIENCE).success());
    // Without its second half: what is there is shown.
    let (_, body) = all.iter().find(|(key, _)| key.contains("traffic")).unwrap();
    std::fs::write(&file, &bytes[..body.start]).unwrap();
    let viewer = opened(&file, &[], "127.0.0.1:1", SIZE);
    let screen = viewer.wait_for("the damage", |screen| {
        screen.contains("this part of the file is damaged")
    });
    assert!(screen.contains("division by zero"), "{screen}");
    // What uses a variable needs its choices: they come before the panels.
    assert!(screen.contains("2356"), "{screen}");
    assert!(!screen.contains("has no value"), "{screen}");
}

#[test]
fn a_value_that_there_is_not_leaves_no_bundle() {
    let mut stack = open();
    let file = stack.folder.path().join("a.kpib");
    std::fs::write(&file, "older").unwrap();
    for all in [&[][..], &["--all"]] {
        let words = [&["a.kpib", "--force", "--var", "region=mars"], all].concat();
        let done = bundle(&stack, &words);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(
            said.contains("region: `mars` is not one of its values"),
            "{said}"
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "older");
    }
    // Who cannot be asked has not said that.
    stack.set("DATABASE_URL", Some("postgres://kpi@127.0.0.1:1/kpi"));
    let done = bundle(&stack, &["a.kpib", "--force", "--var", "region=eu"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("no panel has an answer"), "{said}");
    stack.set("DATABASE_URL", Some(&stack.postgres.url("postgres")));
    bundle(&stack, &["a.kpib", "--force", "--var", "region=us"]);
    let written = Bundle::open(std::fs::read(&file).unwrap()).unwrap();
    let values = &written.contents.dashboards[0].values;
    assert_eq!(values["region"], Chosen::Values(vec!["us".to_owned()]));
}

#[test]
fn a_dashboard_that_is_not_in_a_bundle_is_told_with_those_that_are() {
    let (_folder, file) = recorded(&[]);
    let mut viewer = opened(&file, &["-d", "supabase"], "127.0.0.1:1", SIZE);
    assert_eq!(viewer.wait(PATIENCE).exit_code(), 2);
    let said = viewer.screen();
    let words = "there is no dashboard `supabase`; there is: Incident";
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("built in"), "{said}");
}

/// What is said on a terminal, and the exit code.
fn refused(file: &Path) -> (String, u32) {
    let mut viewer = opened(file, &[], "127.0.0.1:1", SIZE);
    let status = viewer.wait(PATIENCE);
    (viewer.screen(), status.exit_code())
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.kpib");
    let (said, code) = refused(&file);
    assert!(
        said.contains("cannot open") && said.contains("No such file"),
        "{said}"
    );
    assert_eq!(code, 1);
    std::fs::write(&file, "%PDF-1.7 not ours").unwrap();
    let (said, code) = refused(&file);
    assert!(said.contains("this is no bundle of kpi"), "{said}");
    assert_eq!(code, 1);
    std::fs::write(&file, b"KPIB\x02\0\0\0whatever comes then").unwrap();
    let (said, code) = refused(&file);
    assert!(said.contains("this kpi reads up to 1"), "{said}");
    assert_eq!(code, 1);
    // There is nothing to be shown on.
    let done = piped(&["open", "a.kpib"], folder.path());
    assert_eq!(done.status.code(), Some(2));
    assert!(done.stdout.is_empty());
}

#[test]
fn a_database_that_is_away_leaves_the_older_bundle() {
    let mut stack = open();
    std::fs::write(stack.folder.path().join("a.kpib"), "older").unwrap();
    stack.set("DATABASE_URL", Some("postgres://kpi@127.0.0.1:1/kpi"));
    let done = bundle(&stack, &["a.kpib", "--force"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("no panel has an answer"), "{said}");
    let kept = std::fs::read_to_string(stack.folder.path().join("a.kpib"));
    assert_eq!(kept.unwrap(), "older");
}

#[test]
fn a_file_that_is_there_is_replaced_only_with_force() {
    let stack = open();
    let path = |name: &str| stack.folder.path().join(name);
    std::fs::write(path("a.kpib"), "evidence").unwrap();
    std::os::unix::fs::symlink("a.kpib", path("link.kpib")).unwrap();
    for name in ["a.kpib", "link.kpib"] {
        let done = bundle(&stack, &[name]);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        let words = format!("{name} is there already and was left as it is");
        assert!(said.contains(&words) && said.contains("--force"), "{said}");
        assert_eq!(std::fs::read(path("a.kpib")).unwrap(), b"evidence");
    }
    bundle(&stack, &["a.kpib", "--force"]);
    assert!(Bundle::open(std::fs::read(path("a.kpib")).unwrap()).is_ok());
    // A pipe is there, too, and nothing of it is lost.
    let made = std::process::Command::new("mkfifo")
        .arg(path("pipe"))
        .status();
    assert!(made.unwrap().success());
    let pipe = path("pipe");
    let reader = std::thread::spawn(move || std::fs::read(pipe).unwrap());
    let done = bundle(&stack, &["pipe"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "the panel that fails: {said}");
    assert!(Bundle::open(reader.join().unwrap()).is_ok());
}

#[test]
fn a_pipe_can_be_opened_and_keys_come_from_the_terminal() {
    let (_folder, file) = recorded(&[]);
    let mut command = CommandBuilder::new("/bin/sh");
    let line = format!(
        "'{}' open - < '{}'",
        env!("CARGO_BIN_EXE_kpi"),
        file.display()
    );
    command.args(["-c", &line]);
    dress(&mut command, &file, "127.0.0.1:1");
    let mut viewer = Terminal::start(command, SIZE.0, SIZE.1);
    viewer.wait_for("the bundle", |screen| screen.contains("payments are down"));
    viewer.send("q");
    assert!(viewer.wait(PATIENCE).success());
}

#[test]
fn a_viewer_replaces_nothing_and_is_told_what_went_wrong() {
    let stack = open();
    let mut viewer = stack.viewer(SIZE.0, SIZE.1);
    viewer.wait_for("the dashboard", |screen| screen.contains("13:59:30"));
    let file = stack.folder.path().join("mine.kpib");
    std::fs::write(&file, "mine").unwrap();
    for (name, words) in [
        (
            "mine.kpib",
            "cannot write mine.kpib: there is a file of this name already",
        ),
        (
            "no/folder.kpib",
            "cannot write no/folder.kpib: there is no such folder",
        ),
        ("new.kpib", "bundle written to new.kpib"),
    ] {
        viewer.send(&format!("B{name}\r"));
        viewer.wait_for(words, |screen| screen.contains(words));
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    let bytes = std::fs::read(stack.folder.path().join("new.kpib")).unwrap();
    let written = Bundle::open(bytes).unwrap();
    assert_eq!(written.contents.dashboards[0].dashboard, "Incident");
    // Without a name it gets one that says what it is.
    viewer.send("B\r");
    viewer.wait_for("its name", |screen| {
        screen.contains("bundle written to kpi-incident-20")
    });
}
