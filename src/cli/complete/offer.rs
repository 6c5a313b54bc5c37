//! What may stand at a place: commands, flags, values.

use std::path::Path;

use clap::{Arg, ArgAction, Command, ValueHint};

use super::names::Names;
use super::place::{Place, Wanted, place, takes_value};
use crate::export::ExportFormat;
use crate::model::compare::Compare;
use crate::model::live::LiveLevel;
use crate::model::theme::Theme;
use crate::ui::overlay::ranges::quick;

/// A word to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The whole word, without quotes.
    pub word: String,
    /// A few words on it.
    pub about: String,
}

impl Candidate {
    pub fn new(word: &str, about: &str) -> Self {
        Self {
            word: word.to_owned(),
            about: about.to_owned(),
        }
    }
}

/// What may stand at a place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    pub candidates: Vec<Candidate>,
    /// The shell's own: files, or folders only.
    pub paths: Option<Paths>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paths {
    Files,
    Folders,
}

impl Offer {
    /// Files, or only folders.
    pub fn paths(only_folders: bool) -> Self {
        let paths = if only_folders {
            Paths::Folders
        } else {
            Paths::Files
        };
        Self {
            paths: Some(paths),
            ..Self::default()
        }
    }
}

/// What may stand after `words`, where `typed` is the word the cursor is in.
pub(super) fn offer(root: &Command, words: &[String], typed: &str, config: Option<&Path>) -> Offer {
    let place = place(root, words, typed);
    let names = || Names::at(&place, config);
    let mut offer = match &place.wanted {
        Wanted::Value { arg, before } => values(root, &place, arg, before, typed, &names),
        Wanted::Word {
            positional,
            is_first,
            has_flags,
        } => {
            if *has_flags && typed.starts_with('-') {
                Offer {
                    candidates: flags(&place),
                    paths: None,
                }
            } else {
                let mut offer = match positional {
                    Some(arg) => values(root, &place, arg, "", typed, &names),
                    None => Offer::default(),
                };
                if *is_first {
                    offer.candidates.extend(commands(place.command));
                }
                if offer == Offer::default() && *has_flags && typed.is_empty() {
                    offer.candidates = flags(&place);
                }
                offer
            }
        }
    };
    // No shell can be trusted with these on a line, and nobody can type them.
    offer
        .candidates
        .retain(|one| !one.word.chars().any(char::is_control));
    offer
}

fn commands(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
    shown
        .map(|one| Candidate::new(one.get_name(), &first_line(one.get_about())))
        .collect()
}

/// The commands that have a page of their own, below those that are named already.
fn pages(root: &Command, place: &Place<'_>, arg: &Arg) -> Vec<Candidate> {
    let named = place
        .given
        .iter()
        .filter(|(one, _)| one.get_id() == arg.get_id());
    let mut names = named.filter_map(|(_, name)| name.as_deref());
    let Some(above) = names.try_fold(root, |above, name| above.find_subcommand(name)) else {
        return Vec::new();
    };
    let mut below = commands(above);
    below.retain(|one| one.word != "help");
    below
}

/// Those that can still be given.
fn flags(place: &Place<'_>) -> Vec<Candidate> {
    let can_be_given = |arg: &&Arg| {
        let again = matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
        let given = place
            .given
            .iter()
            .any(|(one, _)| one.get_id() == arg.get_id());
        !arg.is_hide_set() && (again || !given)
    };
    let arguments = place.command.get_arguments().filter(can_be_given);
    arguments
        .filter_map(|arg| {
            let word = format!("--{}", arg.get_long()?);
            Some(Candidate::new(&word, &first_line(arg.get_help())))
        })
        .collect()
}

/// The values of `arg`, each after what stands `before` it in its word.
fn values(
    root: &Command,
    place: &Place<'_>,
    arg: &Arg,
    before: &str,
    typed: &str,
    names: &dyn Fn() -> Names,
) -> Offer {
    let candidates = known(root, place, arg, &typed[before.len()..], names);
    let paths = match arg.get_value_hint() {
        _ if !candidates.is_empty() => None,
        ValueHint::DirPath => Some(Paths::Folders),
        ValueHint::AnyPath | ValueHint::FilePath => Some(Paths::Files),
        _ => None,
    };
    let candidates = candidates
        .into_iter()
        .map(|one| Candidate {
            word: format!("{before}{}", one.word),
            ..one
        })
        .collect();
    Offer { candidates, paths }
}

/// The values of an argument by clap's list, else by what it is called.
fn known(
    root: &Command,
    place: &Place<'_>,
    arg: &Arg,
    typed: &str,
    names: &dyn Fn() -> Names,
) -> Vec<Candidate> {
    if !takes_value(arg) {
        return Vec::new();
    }
    let listed: Vec<Candidate> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| Candidate::new(value.get_name(), &first_line(value.get_help())))
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let plain = |words: &[&str]| words.iter().map(|word| Candidate::new(word, "")).collect();
    match (place.command.get_name(), arg.get_long()) {
        (_, Some("dashboard")) => names().dashboards(),
        ("status", Some("panel")) => names().numbers(),
        (_, Some("panel")) => names().panels(),
        (_, Some("var")) => names().variables(typed),
        // An expression begins with a panel.
        ("assert", _) if is_expression(arg) => names().panels(),
        (_, Some("schema")) => plain(&["test"]),
        ("push", None) if arg.get_id() == "name" => names().metrics(),
        ("man", None) => pages(root, place, arg),
        (_, Some("theme")) => plain(&Theme::ALL.map(Theme::name)),
        (_, Some("compare")) => plain(&Compare::ALL.map(Compare::name)),
        ("snapshot", Some("format")) => plain(&ExportFormat::ALL.map(ExportFormat::name)),
        ("push", Some("level")) => plain(&LiveLevel::ALL.map(LiveLevel::name)),
        (_, Some("range")) => quick()
            .map(|(words, range)| Candidate::new(&range.text, words))
            .collect(),
        (_, Some("kiosk")) => plain(&["15s", "30s", "1m", "5m"]),
        (_, Some("size")) => plain(&["80x24", "120x40", "160x50"]),
        _ => Vec::new(),
    }
}

fn is_expression(arg: &Arg) -> bool {
    ["expression", "warning", "critical"]
        .iter()
        .any(|name| arg.get_id() == name)
}

fn first_line(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}
