//! What the help of a command says after its flags: examples, and a word on what happens.
//!
//! Written as clap's `after_help`: a line `Examples:`, then a command a line, two blanks before it and at least two
//! between it and the word on it. Paragraphs are one line each, so that only clap breaks them.

use clap::Command;

/// A line of `Examples:`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Example {
    /// As a shell takes it.
    pub line: String,
    /// A word on it; may be empty.
    pub about: String,
}

/// The examples, and the paragraphs and lines that follow them.
pub(super) fn of(command: &Command) -> (Vec<Example>, Vec<String>) {
    let help = command.get_after_long_help().or(command.get_after_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut lines = help.lines().peekable();
    let (mut examples, mut rest) = (Vec::new(), Vec::new());
    while let Some(line) = lines.next() {
        if line != "Examples:" {
            rest.push(line.to_owned());
            continue;
        }
        while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
            let (line, about) = line.trim().split_once("  ").unwrap_or((line.trim(), ""));
            examples.push(Example {
                line: line.trim().to_owned(),
                about: about.trim().to_owned(),
            });
        }
    }
    (examples, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::complete::line::words;
    use crate::cli::{CommandLine, parse};
    use clap::CommandFactory;
    use std::ffi::OsString;

    /// Every command that the help shows, with the words that lead to it.
    fn shown() -> Vec<(String, Command)> {
        let mut root = CommandLine::command();
        root.build();
        let mut found = vec![("kpi".to_owned(), root)];
        let mut next = 0;
        while next < found.len() {
            let (name, command) = found[next].clone();
            let below = command.get_subcommands();
            let below = below.filter(|one| !one.is_hide_set() && one.get_name() != "help");
            found.extend(below.map(|one| (format!("{name} {}", one.get_name()), one.clone())));
            next += 1;
        }
        assert!(found.len() > 10, "{}", found.len());
        found
    }

    /// The commands of one line of a shell; where their output goes is left out.
    fn commands(line: &str) -> Vec<Vec<String>> {
        let all = words(line);
        let parts = all.split(|word| word == "&&" || word == "|");
        parts.map(<[String]>::to_vec).collect()
    }

    #[test]
    fn every_command_has_examples_of_itself_that_this_program_understands() {
        for (name, command) in shown() {
            let (examples, _) = of(&command);
            let mut own = 0;
            for example in &examples {
                for words in commands(&example.line) {
                    if words[0] != "kpi" {
                        continue;
                    }
                    let spoken = words.join(" ");
                    let given = words.into_iter().map(OsString::from);
                    let understood = parse(given);
                    assert!(
                        understood.is_ok(),
                        "`{}` of `{name} --help`:\n{}",
                        example.line,
                        understood.unwrap_err()
                    );
                    // `kpi migrate --schema test status`, too.
                    let leads_here = name
                        .split(' ')
                        .all(|word| spoken.split(' ').any(|one| one == word) || name == "kpi run");
                    own += usize::from(leads_here);
                }
            }
            assert!(own > 0, "`{name} --help` has no example of its own");
        }
    }

    #[test]
    fn help_fits_the_terminal_and_leaves_examples_whole() {
        for (name, command) in shown() {
            for columns in [80, 100] {
                let help = command.clone().term_width(columns).render_long_help();
                let help = help.to_string();
                for line in help.lines() {
                    let width = line.chars().count();
                    assert!(width <= columns, "`{name} --help` at {columns}: {line}");
                }
                for example in of(&command).0 {
                    assert!(help.contains(&example.line), "{name}: {}", example.line);
                }
            }
        }
    }

    #[test]
    fn no_example_is_broken_on_a_narrow_terminal_and_only_clap_breaks_paragraphs() {
        let mut wide = Vec::new();
        for (name, command) in shown() {
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let lines: Vec<&str> = help.lines().collect();
            for pair in lines.windows(2) {
                let both = pair.iter().all(|line| {
                    !line.is_empty() && !line.starts_with("  ") && !line.ends_with(':')
                });
                assert!(!both, "`{name} --help` breaks a paragraph:\n{pair:#?}");
            }
            for line in lines.iter().filter(|line| line.starts_with("  ")) {
                let width = line.chars().count();
                if width > 80 {
                    wide.push(format!("`{name} --help`, {width} columns: {line}"));
                }
            }
        }
        assert!(wide.is_empty(), "{wide:#?}");
    }
}
