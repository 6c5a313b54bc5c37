//! Tab in real shells: names of the configuration are completed, and what they are called runs nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod terminal;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use tempfile::TempDir;
use terminal::Terminal;

/// Names as nobody should give them, and some would.
const CONFIG: &str = r#"
[[dashboard]]
name = "Shop"
areas = "orders errors latest"
[dashboard.panel.latest]
kind = "table"
sql = "select 1 as a"
[dashboard.panel.orders]
title = "Orders"
kind = "stat"
sql = "select 1"
live = "orders"
[dashboard.panel.errors]
kind = "stat"
sql = "select 1"
[[dashboard.variable]]
name = "region"
kind = "list"
values = ["eu", "us west", "$(touch ran)"]
include_all = true
[[dashboard.variable]]
name = "fixed"
kind = "constant"
value = "1"
[[dashboard]]
name = 'Back "office" $(touch ran)'
areas = "queue"
[dashboard.panel.queue]
kind = "stat"
sql = "select 1"
[[dashboard]]
name = "It's; touch ran"
areas = "queue"
[dashboard.panel.queue]
kind = "stat"
sql = "select 1"
[[dashboard]]
name = "Überblick `touch ran` {a,b}"
areas = "queue"
[dashboard.panel.queue]
kind = "stat"
sql = "select 1"
[[dashboard]]
name = "~Wow!! #1: 100%"
areas = "queue"
[dashboard.panel.queue]
kind = "stat"
sql = "select 1"
"#;

/// What is typed after `show`, Tab being `\t`, and the arguments that come of it; `show` prints its own.
const CASES: [(&str, &[&str]); 12] = [
    ("snap\t--pan\tord\t", &["snapshot", "--panel", "orders"]),
    (
        "--dashboard Ba\t",
        &["--dashboard", r#"Back "office" $(touch ran)"#],
    ),
    ("-d \"Ba\t", &["-d", r#"Back "office" $(touch ran)"#]),
    ("-d 'Ba\t", &["-d", r#"Back "office" $(touch ran)"#]),
    ("-d It\t", &["-d", "It's; touch ran"]),
    ("-d \"It\t", &["-d", "It's; touch ran"]),
    (
        "--dashboard=Üb\t",
        &["--dashboard=Überblick `touch ran` {a,b}"],
    ),
    ("--var reg\tus\t", &["--var", "region=us west"]),
    (
        "snapshot --dashboard Shop --panel er\t",
        &["snapshot", "--dashboard", "Shop", "--panel", "errors"],
    ),
    (
        "--config other.toml --dashboard Oth\t",
        &["--config", "other.toml", "--dashboard", "Other"],
    ),
    ("--theme solar\t", &["--theme", "solarized"]),
    ("--config oth\t", &["--config", "other.toml"]),
];

/// Where quoting differs: history, and what only that shell can type.
const IN_BASH: [(&str, &[&str]); 4] = [
    (r"-d \~W\t", &["-d", "~Wow!! #1: 100%"]),
    ("-d \"~W\t", &["-d", "~Wow!! #1: 100%"]),
    (r"--var region=\$\t", &["--var", "region=$(touch ran)"]),
    ("--var 'region=$\t", &["--var", "region=$(touch ran)"]),
];

struct Place(TempDir);

impl Place {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), config).unwrap();
        let other = "[[dashboard]]\nname = \"Other\"\nareas = \"a\"\n[dashboard.panel.a]\nkind = \"stat\"\nsql = \"select 1\"\n";
        fs::write(folder.path().join("other.toml"), other).unwrap();
        Self(folder)
    }

    /// The shell in a terminal, with the completions loaded and `show` completed like `kpi`.
    fn shell(&self, name: &str, arguments: &[&str], set_up: &str) -> Terminal {
        let program = Path::new(env!("CARGO_BIN_EXE_kpi"));
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", program.parent().unwrap().display());
        let mut command = CommandBuilder::new(name);
        command.args(arguments);
        command.env_clear();
        for (key, value) in [
            ("PATH", path.as_str()),
            ("HOME", self.0.path().to_str().unwrap()),
            ("TERM", "xterm"),
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C.UTF-8"),
        ] {
            command.env(key, value);
        }
        command.cwd(self.0.path());
        let mut terminal = Terminal::start(command, 200, 50);
        // Not the words as they were typed, but as they were printed.
        terminal.send(set_up);
        terminal.send("\rprintf '%s%s\\n' rea dy\r");
        terminal.wait_for("the shell", |screen| {
            screen.lines().any(|line| line.trim() == "ready")
        });
        terminal
    }

    /// Types every case and sees what came of it.
    fn completes(&self, terminal: &mut Terminal, cases: &[(&str, &[&str])]) {
        for (number, (typed, arguments)) in cases.iter().enumerate() {
            // A number, for two cases may come to the same.
            let number = format!("{}-{number}", cases.len());
            let wanted = format!("{number}<{}>", arguments.join("><"));
            let typed = typed.replace("\\t", "\t");
            terminal.send(&format!("at {number}\rshow {typed}\r"));
            terminal.wait_for(&format!("{wanted} of {typed:?}"), |screen| {
                screen.lines().any(|line| line.trim_end() == wanted)
            });
            assert!(!self.0.path().join("ran").exists(), "{typed:?} ran");
        }
    }
}

fn is_here(shell: &str) -> bool {
    let version = Command::new(shell)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let is_here = version.is_ok_and(|status| status.success());
    if !is_here {
        eprintln!("SKIPPED: there is no {shell} here; install it to test its completions");
    }
    is_here
}

const BASH: &str = "PS1='> '; set +o histexpand; source <(kpi completions bash); \
                    at() { n=$1; }; show() { printf %s \"$n\"; printf '<%s>' \"$@\"; echo; }; complete -F _kpi show; set -o histexpand";
const ZSH: &str = "PROMPT='> '; autoload -U compinit; compinit -u -D; source <(kpi completions zsh); \
                   at() { n=$1 }; show() { printf %s \"$n\"; printf '<%s>' \"$@\"; echo }; compdef _kpi show";
const FISH: &str = "function fish_prompt; echo '> '; end; set -g fish_autosuggestion_enabled 0; \
                    kpi completions fish | source; function at; set -g n $argv[1]; end; function show; printf %s $n; printf '<%s>' $argv; echo; end; \
                    complete -c show -f -a '(__kpi_complete)'";

#[test]
fn bash_completes_names_and_runs_none_of_them() {
    if !is_here("bash") {
        return;
    }
    let place = Place::new(CONFIG);
    let mut bash = place.shell("bash", &["--norc", "--noprofile", "-i"], BASH);
    place.completes(&mut bash, &CASES);
    place.completes(&mut bash, &IN_BASH);
}

#[test]
fn zsh_completes_names_and_runs_none_of_them() {
    if !is_here("zsh") {
        return;
    }
    let place = Place::new(CONFIG);
    let mut zsh = place.shell("zsh", &["-f", "-i"], ZSH);
    place.completes(&mut zsh, &CASES);
}

#[test]
fn zsh_loads_the_script_from_a_folder_too() {
    if !is_here("zsh") {
        return;
    }
    let place = Place::new(CONFIG);
    let folder = place.0.path().join("functions");
    fs::create_dir(&folder).unwrap();
    let script = Command::new(env!("CARGO_BIN_EXE_kpi"))
        .args(["completions", "zsh"])
        .output()
        .unwrap();
    fs::write(folder.join("_kpi"), script.stdout).unwrap();
    let set_up = "PROMPT='> '; fpath=(~/functions $fpath); autoload -U compinit; compinit -u -D; \
                  at() { n=$1 }; show() { printf %s \"$n\"; printf '<%s>' \"$@\"; echo }; compdef _kpi show";
    let mut zsh = place.shell("zsh", &["-f", "-i"], set_up);
    place.completes(&mut zsh, &CASES[..2]);
}

#[test]
fn fish_completes_names_and_runs_none_of_them() {
    if !is_here("fish") {
        return;
    }
    let place = Place::new(CONFIG);
    let mut fish = place.shell("fish", &["--no-config", "-i"], FISH);
    place.completes(&mut fish, &CASES);
}

#[test]
fn a_broken_configuration_is_silence() {
    let broken = "[[dashboard]\nname = ";
    for (shell, arguments, set_up) in [
        ("bash", &["--norc", "--noprofile", "-i"][..], BASH),
        ("zsh", &["-f", "-i"], ZSH),
        ("fish", &["--no-config", "-i"], FISH),
    ] {
        if !is_here(shell) {
            continue;
        }
        let place = Place::new(broken);
        let mut terminal = place.shell(shell, arguments, set_up);
        // The built-in dashboard needs no file.
        let cases: [(&str, &[&str]); 2] = [
            ("-d Sho\tx", &["-d", "Shox"]),
            ("-d supa\t", &["-d", "supabase"]),
        ];
        place.completes(&mut terminal, &cases);
        let screen = terminal.screen();
        assert!(!screen.contains("error"), "{shell}:\n{screen}");
    }
}

impl Place {
    /// What is offered at the end of `line`: words, and what the shell adds of its own.
    fn offered(&self, line: &str) -> Vec<String> {
        let (before, typed) = line.rsplit_once(' ').unwrap_or(("", line));
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        let current = format!("--current={typed}");
        command.args(["complete", "fish", &current, "--", "kpi"]);
        command.args(before.split(' ').filter(|word| !word.is_empty()));
        command.env_clear().env("HOME", self.0.path());
        let output = command.current_dir(self.0.path()).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{line}"
        );
        let text = String::from_utf8(output.stdout).unwrap();
        let (shells, words) = text.split_once('\n').unwrap();
        let words = words.lines().map(|line| line.split('\t').next().unwrap());
        words
            .chain(Some(shells).filter(|own| !own.is_empty()))
            .map(str::to_owned)
            .collect()
    }
}

#[test]
fn names_come_from_the_configuration() {
    let place = Place::new(CONFIG);
    let offered = |line| place.offered(line);
    let dashboards = offered("--dashboard ");
    assert_eq!(dashboards.len(), 6, "{dashboards:?}");
    assert_eq!(
        (dashboards[0].as_str(), dashboards[5].as_str()),
        ("Shop", "supabase")
    );
    assert_eq!(offered("snapshot -p "), ["orders", "errors", "latest"]);
    assert_eq!(offered("snapshot --dashboard 2 --panel "), ["queue"]);
    assert_eq!(offered("snapshot -d Nowhere --panel "), [""; 0]);
    assert_eq!(offered("run --var "), ["region="]);
    let values = ["eu", "us west", "$(touch ran)", "All"];
    assert_eq!(
        offered("--var region="),
        values.map(|value| format!("region={value}"))
    );
    assert_eq!(
        offered("--var=region="),
        values.map(|value| format!("--var=region={value}"))
    );
    assert_eq!(offered("push "), ["orders"]);
    assert_eq!(offered("assert "), ["orders", "errors", "latest"]);
    assert_eq!(
        offered("status --panel "),
        ["orders", "errors"],
        "a table has no number"
    );
    assert_eq!(
        offered("demo -d ")[..2],
        ["Shop", "Service"],
        "the demo has its own"
    );
}

#[test]
fn values_that_are_known_are_offered_and_paths_left_to_the_shell() {
    let place = Place::new(CONFIG);
    let offered = |line| place.offered(line);
    assert_eq!(offered("check --format ")[..2], ["human", "json"]);
    assert!(offered("--theme ").contains(&"solarized".to_owned()));
    assert!(offered("snapshot --format ").contains(&"svg".to_owned()));
    assert!(offered("--range ").contains(&"now-1d/d to now-1d/d".to_owned()));
    assert_eq!(offered("completions z")[1], "zsh");
    for (line, paths) in [
        ("--config ", "files"),
        ("snapshot --output=", "files"),
        ("snapshot --from ", "files"),
        ("open ", "files"),
        ("init ", "folders"),
    ] {
        assert_eq!(offered(line), [paths], "{line}");
    }
    assert_eq!(offered("annotate --at "), [""; 0]);
}

#[test]
fn commands_and_flags_stand_where_they_may() {
    let place = Place::new(CONFIG);
    let offered = |line| place.offered(line);
    let first = offered("");
    assert!(first.contains(&"snapshot".to_owned()), "{first:?}");
    assert!(!first.contains(&"complete".to_owned()), "{first:?}");
    assert_eq!(offered("config ")[..1], ["schema"]);
    let pages = offered("man s");
    assert!(pages.contains(&"snapshot".to_owned()), "{pages:?}");
    assert!(!pages.contains(&"help".to_owned()), "{pages:?}");
    assert_eq!(offered("man config "), ["schema", "print"]);
    assert_eq!(
        offered("man config print "),
        [
            "--out",
            "--config",
            "--verbose",
            "--ascii",
            "--no-color",
            "--help"
        ]
    );
    let flags = offered("snapshot --panel orders --");
    assert!(flags.contains(&"--ascii".to_owned()), "{flags:?}");
    assert!(!flags.contains(&"--panel".to_owned()), "{flags:?}");
    assert!(offered("run --var a=b --").contains(&"--var".to_owned()));
    assert_eq!(offered("annotate -- --"), [""; 0]);
    // After a value that looks like a command.
    assert!(offered("--dashboard snapshot ").contains(&"check".to_owned()));
    assert_eq!(
        offered("-vd Shop snapshot -fsvg -p "),
        ["orders", "errors", "latest"]
    );
}

#[test]
fn nonsense_and_broken_files_are_silence() {
    let place = Place::new(CONFIG);
    for line in [
        "--nowhere=",
        "--",
        "-",
        "snapshot -Z",
        "check check check ",
        "man nowhere ",
        "--var=x=",
        "-d",
    ] {
        let _ = place.offered(line);
    }
    assert_eq!(
        place.offered("--config /nowhere/config.toml snapshot --panel "),
        [""; 0]
    );
}

#[test]
fn names_are_there_before_anybody_waits_for_them_and_mistakes_say_nothing() {
    let place = Place::new(CONFIG);
    let ask = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        command
            .args(words)
            .env_clear()
            .env("HOME", place.0.path())
            .current_dir(place.0.path());
        let begun = Instant::now();
        let output = command.output().unwrap();
        (begun.elapsed(), output)
    };
    let words = ["complete", "zsh", "--current=", "--", "kpi", "--dashboard"];
    let took = (0..10).map(|_| ask(&words).0).min().unwrap();
    eprintln!("names in {took:?}");
    // A build without optimization, beside other tests; a release build takes a tenth.
    assert!(took < Duration::from_millis(500), "{took:?}");
    let (_, output) = ask(&words);
    assert!(String::from_utf8(output.stdout).unwrap().contains("Shop\t"));
    for words in [
        &["complete", "bash", "--", "kpi --config /nowhere -d "][..],
        &["complete", "bash"],
        &["complete", "fish", "--current=-", "--", "kpi", "--var", "x"],
        &["complete", "powershell", "--current=", "--"],
    ] {
        let (_, output) = ask(words);
        assert!(output.status.success(), "{words:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{words:?}");
    }
}
