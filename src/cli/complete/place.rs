//! Where on the command line the cursor is: in which command, and what may stand there.

use clap::{Arg, ArgAction, Command};

/// A place on the command line.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The command whose arguments these are.
    pub command: &'a Command,
    /// Arguments before it with their values, in their order; flags have none.
    pub given: Vec<(&'a Arg, Option<String>)>,
    /// What is wanted here.
    pub wanted: Wanted<'a>,
}

/// What may stand at a place.
#[derive(Debug)]
pub(super) enum Wanted<'a> {
    /// The value of this argument; the word begins with what stands before it, such as `--theme=`.
    Value { arg: &'a Arg, before: String },
    /// A word of its own: a flag, a command, the value of this positional argument.
    Word {
        positional: Option<&'a Arg>,
        /// A command may stand here.
        is_first: bool,
        /// Flags may stand here: there was no `--`.
        has_flags: bool,
    },
}

impl Place<'_> {
    /// The last value given to the argument with this long flag.
    pub fn given(&self, long: &str) -> Option<&str> {
        let mut given = self.given.iter().rev();
        given.find_map(|(arg, value)| {
            let is_it = arg.get_long() == Some(long);
            value.as_deref().filter(|_| is_it)
        })
    }
}

/// The place after `words`, in the word `current`.
pub(super) fn place<'a>(root: &'a Command, words: &[String], current: &str) -> Place<'a> {
    let mut place = Place {
        command: root,
        given: Vec::new(),
        wanted: Wanted::Word {
            positional: None,
            is_first: true,
            has_flags: true,
        },
    };
    let mut open: Option<&Arg> = None;
    let mut positionals = 0;
    let mut has_flags = true;
    for word in words {
        if let Some(arg) = open.take() {
            place.given.push((arg, Some(word.clone())));
        } else if has_flags && word == "--" {
            has_flags = false;
        } else if has_flags && word.len() > 1 && word.starts_with('-') {
            open = flag(&mut place, word);
        } else if let Some(below) = command_named(place.command, word, positionals) {
            place.command = below;
        } else {
            if let Some(arg) = positional(place.command, positionals) {
                place.given.push((arg, Some(word.clone())));
            }
            positionals += 1;
        }
    }
    place.wanted = match (open, current.strip_prefix("--")) {
        (Some(arg), _) => Wanted::Value {
            arg,
            before: String::new(),
        },
        (None, Some(rest)) if has_flags && rest.contains('=') => {
            let (long, _) = rest.split_once('=').unwrap_or((rest, ""));
            match long_flag(place.command, long).filter(|arg| takes_value(arg)) {
                Some(arg) => Wanted::Value {
                    arg,
                    before: format!("--{long}="),
                },
                None => Wanted::Word {
                    positional: None,
                    is_first: false,
                    has_flags: false,
                },
            }
        }
        (None, _) => Wanted::Word {
            positional: positional(place.command, positionals),
            is_first: positionals == 0,
            has_flags,
        },
    };
    place
}

/// Notes a flag; the argument whose value is the next word.
fn flag<'a>(place: &mut Place<'a>, word: &str) -> Option<&'a Arg> {
    if let Some(long) = word.strip_prefix("--") {
        let (long, value) = match long.split_once('=') {
            Some((long, value)) => (long, Some(value.to_owned())),
            None => (long, None),
        };
        let arg = long_flag(place.command, long)?;
        if takes_value(arg) && value.is_none() {
            return Some(arg);
        }
        place.given.push((arg, value));
        return None;
    }
    // `-vd Sales`, `-dSales`, `-d=Sales`
    for (at, letter) in word[1..].char_indices() {
        let mut arguments = place.command.get_arguments();
        let arg = arguments.find(|arg| arg.get_short() == Some(letter))?;
        if takes_value(arg) {
            let value = &word[1 + at + letter.len_utf8()..];
            if value.is_empty() {
                return Some(arg);
            }
            let value = value.strip_prefix('=').unwrap_or(value);
            place.given.push((arg, Some(value.to_owned())));
            return None;
        }
        place.given.push((arg, None));
    }
    None
}

fn long_flag<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    let mut arguments = command.get_arguments();
    arguments.find(|arg| arg.get_long() == Some(long))
}

fn positional(command: &Command, index: usize) -> Option<&Arg> {
    let all: Vec<&Arg> = command.get_positionals().collect();
    let repeats = |arg: &&&Arg| {
        let most = arg.get_num_args().map(|many| many.max_values());
        most.is_some_and(|most| most > 1) || matches!(arg.get_action(), ArgAction::Append)
    };
    let last = || all.last().filter(repeats);
    all.get(index).or_else(last).copied()
}

fn command_named<'a>(command: &'a Command, word: &str, positionals: usize) -> Option<&'a Command> {
    if positionals > 0 {
        return None;
    }
    command.find_subcommand(word)
}

pub(super) fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
