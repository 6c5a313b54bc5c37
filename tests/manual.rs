//! `kpi man`: a page for every command, and none that a formatter complains of.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

fn kpi(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
    command.args(words).env_remove("KPI_CONFIG");
    command.output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Without overstrikes, which are bold in some formatters' set-up, and colours, which are in others'.
fn plain(page: &str) -> String {
    let mut plain = String::new();
    let mut chars = page.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{8}' => {
                plain.pop();
            }
            '\u{1b}' => {
                let _ = chars.find(|c| *c == 'm');
            }
            c => plain.push(c),
        }
    }
    plain
}

/// The commands below this one, by its help.
fn below(words: &[&str]) -> Vec<String> {
    let help = kpi(&[words, &["--help"]].concat());
    let help = text(help.stdout);
    let Some((_, listed)) = help.split_once("Commands:\n") else {
        return Vec::new();
    };
    listed
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_a_page_that_says_what_its_help_says() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    let written = kpi(&["man", "--out", out.to_str().unwrap()]);
    assert!(written.status.success(), "{written:?}");
    let mut wanted = BTreeSet::from(["kpi.1".to_owned()]);
    for command in below(&[]) {
        for deeper in below(&[&command]) {
            wanted.insert(format!("kpi-{command}-{deeper}.1"));
            let page = kpi(&["man", &command, &deeper]);
            assert!(page.status.success(), "{command} {deeper}");
        }
        wanted.insert(format!("kpi-{command}.1"));
    }
    assert!(wanted.len() > 10, "{wanted:?}");
    let files: BTreeSet<String> = fs::read_dir(&out)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, wanted);
    for file in files {
        let page = fs::read_to_string(out.join(&file)).unwrap();
        for part in [
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH EXAMPLES",
            ".SH \"EXIT STATUS\"",
        ] {
            assert!(page.contains(part), "{file} has no {part}:\n{page}");
        }
    }
}

#[test]
fn no_formatter_complains_of_a_page() {
    let groff = Command::new("groff").arg("--version").output();
    if !groff.is_ok_and(|groff| groff.status.success()) {
        eprintln!("SKIPPED: there is no groff here; install it to check the manual pages");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    kpi(&["man", "--out", folder.path().to_str().unwrap()]);
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap().path();
        let said = Command::new("groff")
            .args(["-man", "-ww", "-Tutf8", "-rLL=80n"])
            .arg(&file)
            .output()
            .unwrap();
        let complaints = text(said.stderr);
        assert_eq!(complaints, "", "{}", file.display());
        let page = plain(&text(said.stdout));
        for part in ["EXAMPLES", "wrong usage or configuration"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}

#[test]
fn a_page_that_is_not_there_is_wrong_usage() {
    let said = kpi(&["man", "config", "nothing"]);
    assert_eq!(said.status.code(), Some(2));
    let words = text(said.stderr);
    assert!(
        words.contains("`kpi config` has no command `nothing`"),
        "{words}"
    );
    assert!(said.stdout.is_empty());
}
