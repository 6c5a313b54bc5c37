//! Imports go down: a file may name rooms on lower floors, or its own room, never one above.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

const FLOORS: [(&str, u8); 17] = [
    ("main", 7),
    ("cli", 7),
    ("check", 6),
    ("demo", 6),
    ("serve", 6),
    ("front", 5),
    ("session", 4),
    ("hub", 3),
    ("view", 3),
    ("export", 3),
    ("source", 3),
    ("ui", 2),
    ("config", 1),
    ("query", 1),
    ("assertion", 1),
    ("model", 0),
    ("system", 0),
];

/// Rooms of one floor that may know each other, in this direction only.
const NEIGHBOURS: [(&str, &str); 3] = [
    ("hub", "source"),
    ("query", "config"),
    ("assertion", "config"),
];

fn floor(room: &str) -> u8 {
    FLOORS
        .iter()
        .find(|(name, _)| *name == room)
        .unwrap_or_else(|| panic!("`{room}` has no floor: add it to FLOORS and to the house plan"))
        .1
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The rooms a file names by `crate::room` (or `kpi_dashboard::room` in the binary), with line numbers.
fn named_rooms(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for prefix in ["crate::", "kpi_dashboard::"] {
            for (at, _) in line.match_indices(prefix) {
                let rest = &line[at + prefix.len()..];
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                if !name.is_empty() {
                    found.push((index + 1, name));
                } else if let Some(list) = rest.strip_prefix('{') {
                    let names = list
                        .split([',', '}'])
                        .map(|part| part.trim().split("::").next().unwrap_or(""));
                    found.extend(
                        names
                            .filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic()))
                            .map(|n| (index + 1, n.to_owned())),
                    );
                }
            }
        }
    }
    found
}

fn offences(room: &str, path: &str, text: &str) -> Vec<String> {
    named_rooms(text)
        .into_iter()
        .filter(|(_, named)| named != room)
        .filter(|(_, named)| !NEIGHBOURS.contains(&(room, named.as_str())))
        .filter(|(_, named)| floor(named) >= floor(room) && room != "main")
        .map(|(line, named)| {
            format!(
                "{path}:{line}: `{room}` (floor {}) names `{named}` (floor {})",
                floor(room),
                floor(&named)
            )
        })
        .collect()
}

#[test]
fn imports_go_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 10, "the rooms are in {}", source.display());
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&source).expect("below src");
        let first = inside
            .components()
            .next()
            .expect("a name")
            .as_os_str()
            .to_string_lossy();
        let room = first.trim_end_matches(".rs").to_owned();
        if room == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a readable file");
        wrong.extend(offences(&room, &inside.display().to_string(), &text));
    }
    assert!(
        wrong.is_empty(),
        "imports that go up:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn an_import_that_goes_up_is_found() {
    let text = "use crate::model::time::Moment;\nuse crate::{hub, ui::Ui};\n";
    let found = offences("view", "view.rs", text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("view.rs:2: `view` (floor 3) names `hub`"),
        "{found:?}"
    );
}

#[test]
fn neighbours_know_each_other_in_one_direction_only() {
    assert!(offences("hub", "hub.rs", "use crate::source::postgres;\n").is_empty());
    assert_eq!(
        offences("source", "source.rs", "use crate::hub;\n").len(),
        1
    );
}
