//! Environment variables: the process's, then those of a `.env` file, and `${VAR}` in values.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use super::problem::Problem;

/// A snapshot of the process's environment over the `.env` beside the configuration.
///
/// Nothing here sets a variable of the process. An empty variable counts as unset; one of the process hides that of
/// the file even so: `REDIS_URL= kpi` switches off what `.env` says.
#[derive(Clone, Default)]
pub(super) struct Variables {
    process: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl Variables {
    pub(super) fn new(process: &BTreeMap<String, String>) -> Self {
        Self {
            process: process.clone(),
            file: BTreeMap::new(),
        }
    }

    /// Reads `path` if it exists; `name` is how problems call it. Of two lines with one name the
    /// first counts, as everywhere with `.env` files.
    pub(super) fn read_file(&mut self, path: &Path, name: &str) -> Vec<Problem> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                return vec![
                    Problem::of_file(name, format!("cannot be read: {error}"))
                        .hint("it is read because it lies beside the configuration"),
                ];
            }
        };
        // Some editors on Windows put a mark before the first name.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut problems = Vec::new();
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            match entry {
                Ok((key, value)) => {
                    self.file.entry(key).or_insert(value);
                }
                Err(error) => {
                    // The line itself is not shown: it may hold a password.
                    let mut problem = Problem::of_file(name, "this line is not `NAME=value`")
                        .hint("put values with blanks, `#` or `$` into single quotes");
                    if let dotenvy::Error::LineParse(line, _) = error {
                        let first = line.lines().next().unwrap_or_default();
                        problem.line = text
                            .lines()
                            .position(|candidate| candidate.trim() == first.trim())
                            .map(|index| index + 1);
                    }
                    problems.push(problem);
                }
            }
        }
        problems
    }

    /// The variable's value, unless it is unset or empty. Where the process sets it, the file is not asked.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.process.get(name).or_else(|| self.file.get(name))?;
        (!value.is_empty()).then_some(value)
    }

    /// Whether the process itself (not `.env`) sets `name`.
    pub(super) fn in_process(&self, name: &str) -> bool {
        self.process
            .get(name)
            .is_some_and(|value| !value.is_empty())
    }

    /// Whether the file says anything.
    pub(super) fn has_file(&self) -> bool {
        !self.file.is_empty()
    }

    /// Names that are set, for "did you mean".
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.process
            .keys()
            .chain(self.file.keys())
            .map(String::as_str)
    }
}

/// Why `${…}` could not be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// `${NAME}` without a default, and NAME is not set.
    Unset(String),
    /// No `}`.
    Open,
    /// What stands between the braces is no name.
    Name(String),
}

/// Replaces `${NAME}` and `${NAME:-default}` in `text`; `$${` stands for `${`. A `$` without a
/// brace is an ordinary character. `${NAME}` and `${NAME:…}` with a name of `kept` stay as they are.
/// On failure: each reason with its byte range in `text`.
pub(super) fn expand_around(
    text: &str,
    variables: &Variables,
    kept: &[String],
) -> Result<String, Vec<(Range<usize>, Unresolved)>> {
    let mut out = String::with_capacity(text.len());
    let mut wrong = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        if text[..start].ends_with('$') && start > at {
            out.push_str(&text[at..start - 1]);
            out.push_str("${");
            at = start + 2;
            continue;
        }
        out.push_str(&text[at..start]);
        let Some(length) = text[start..].find('}') else {
            wrong.push((start..text.len(), Unresolved::Open));
            at = text.len();
            break;
        };
        let end = start + length + 1;
        let inner = &text[start + 2..end - 1];
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        if kept.iter().any(|kept| inside_names(inner, kept)) {
            out.push_str(&text[start..end]);
            at = end;
            continue;
        }
        let valid = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !valid {
            wrong.push((start..end, Unresolved::Name(name.to_owned())));
        } else if let Some(value) = variables.get(name).or(default) {
            out.push_str(value);
        } else {
            wrong.push((start..end, Unresolved::Unset(name.to_owned())));
        }
        at = end;
    }
    out.push_str(&text[at..]);
    if wrong.is_empty() {
        Ok(out)
    } else {
        Err(wrong)
    }
}

/// The names of the variables that [`expand_around`] replaces in `text`, each once.
pub(super) fn named(text: &str, kept: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        if text[..start].ends_with('$') && start > at {
            at = start + 2;
            continue;
        }
        let Some(length) = text[start..].find('}') else {
            break;
        };
        let inner = &text[start + 2..start + length];
        let name = inner.split(":-").next().unwrap_or(inner);
        let is_kept = kept.iter().any(|kept| inside_names(inner, kept));
        if !is_kept && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        at = start + length + 1;
    }
    names
}

/// Whether what stands between braces is `name` or `name:format`. With a default (`:-`) it is a variable
/// of the environment all the same.
pub(super) fn inside_names(inner: &str, name: &str) -> bool {
    inner
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':') && !rest.starts_with(":-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(
        text: &str,
        variables: &Variables,
    ) -> Result<String, Vec<(Range<usize>, Unresolved)>> {
        expand_around(text, variables, &[])
    }

    #[test]
    fn names_that_are_kept_stay() {
        let kept = ["HOST".to_owned(), "region".to_owned()];
        let expand = |text| expand_around(text, &variables(), &kept);
        assert_eq!(
            expand("${HOST} ${region} ${region:csv} ${HOST:-d} $${x}").unwrap(),
            "${HOST} ${region} ${region:csv} db ${x}"
        );
        assert!(expand("${regions}").is_err());
    }

    fn variables() -> Variables {
        let process = [("HOST", "db"), ("EMPTY", "")];
        Variables::new(&process.map(|(k, v)| (k.to_owned(), v.to_owned())).into())
    }

    #[test]
    fn references_are_replaced_and_defaults_step_in() {
        let expand = |text| expand(text, &variables()).unwrap();
        assert_eq!(expand("x://${HOST}:1"), "x://db:1");
        assert_eq!(expand("${NONE:-a:-b}"), "a:-b");
        assert_eq!(expand("${EMPTY:-d}"), "d");
        assert_eq!(expand("${NONE:-}"), "");
        assert_eq!(expand("$5 $${HOST} $$ é$"), "$5 ${HOST} $$ é$");
        assert_eq!(expand("${HOST}$${HOST}${HOST}"), "db${HOST}db");
    }

    #[test]
    fn every_unresolved_reference_is_reported_with_its_place() {
        let wrong = expand("${A}-${EMPTY} ${1x} ${", &variables()).unwrap_err();
        assert_eq!(
            wrong,
            [
                (0..4, Unresolved::Unset("A".to_owned())),
                (5..13, Unresolved::Unset("EMPTY".to_owned())),
                (14..19, Unresolved::Name("1x".to_owned())),
                (20..22, Unresolved::Open),
            ]
        );
    }

    #[test]
    fn the_process_wins_over_the_file_and_nothing_is_exported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let text = "HOST=other\nKPI_TEST_ONLY='a$b'\nEMPTY=filled\nKPI_TEST_ONLY=second\n";
        std::fs::write(&path, text).unwrap();
        let mut variables = variables();
        assert_eq!(variables.read_file(&path, ".env"), []);
        assert_eq!(variables.get("HOST"), Some("db"));
        assert_eq!(variables.get("EMPTY"), None, "an empty one wins, too");
        assert_eq!(variables.get("KPI_TEST_ONLY"), Some("a$b"));
        assert!(std::env::var_os("KPI_TEST_ONLY").is_none());
    }

    #[test]
    fn a_dotenv_file_may_be_written_on_windows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "\u{feff}FIRST='a b'\r\n# words\r\nLAST=c\r\n").unwrap();
        let mut variables = variables();
        assert_eq!(variables.read_file(&path, ".env"), []);
        assert_eq!(variables.get("FIRST"), Some("a b"));
        assert_eq!(variables.get("LAST"), Some("c"));
    }

    #[test]
    fn a_broken_line_of_a_dotenv_file_is_named_but_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "A=1\n\nPASSWORD = 'hunter2\n").unwrap();
        let problems = variables().read_file(&path, ".env");
        let shown = problems[0].to_string();
        assert!(shown.contains(".env:3"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
