//! What is offered, as each shell's script reads it, and quoted where the shell itself does not.
//!
//! The first line is `files`, `folders` or empty: what the shell has to add of its own. Then a candidate a line.

use unicode_width::UnicodeWidthStr;

use super::Shell;
use super::line::Typed;
use super::offer::{Candidate, Offer, Paths};

/// Letters of a few words on a candidate at most.
const SHOWN: usize = 60;

/// The answer to `shell`.
pub(super) fn written(shell: Shell, typed: &Typed, offer: &Offer) -> String {
    let mut text = String::from(match offer.paths {
        Some(Paths::Files) => "files",
        Some(Paths::Folders) => "folders",
        None => "",
    });
    text.push('\n');
    let widest = offer.candidates.iter().map(|one| one.word.width()).max();
    let begins_so = |one: &&Candidate| match shell {
        Shell::Bash => one.word.starts_with(&typed.text),
        // As PowerShell does: capitals do not matter.
        Shell::Power => {
            let [word, typed] = [&one.word, &typed.text].map(|text| text.to_lowercase());
            word.starts_with(&typed)
        }
        // These choose themselves, as their user likes it.
        Shell::Zsh | Shell::Fish => true,
    };
    for one in offer.candidates.iter().filter(begins_so) {
        let line = match shell {
            Shell::Bash => bash(typed, one),
            // These quote what they insert.
            Shell::Fish => Some(format!("{}\t{}", one.word, short(&one.about))),
            Shell::Zsh => {
                let blanks = " ".repeat(widest.unwrap_or(0) - one.word.width());
                let about = match short(&one.about) {
                    about if about.is_empty() => about,
                    about => format!("{blanks}  {about}"),
                };
                Some(format!("{}\t{}{about}", one.word, one.word))
            }
            Shell::Power => {
                let about = if one.about.is_empty() {
                    &one.word
                } else {
                    &one.about
                };
                Some(format!("{}\t{}\t{about}", power_shell(&one.word), one.word))
            }
        };
        if let Some(line) = line {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// As much as fits beside a word.
fn short(about: &str) -> String {
    if about.chars().count() <= SHOWN {
        return about.to_owned();
    }
    let cut: String = about.chars().take(SHOWN - 1).collect();
    format!("{}…", cut.trim_end())
}

/// What readline puts in place of the word from its last break or open quote; it closes the quote itself.
fn bash(typed: &Typed, one: &Candidate) -> Option<String> {
    let rest = one.word.get(typed.kept..)?;
    let mut text = String::new();
    for (at, c) in rest.char_indices() {
        match typed.quote {
            None => {
                // `~` and `#` mean something only at the beginning of a word; so does `=`, which no name begins with.
                let is_safe = c.is_alphanumeric()
                    || !c.is_ascii()
                    || "%+,-./:=@^_".contains(c)
                    || c == '#' && at > 0;
                if !is_safe {
                    text.push('\\');
                }
                text.push(c);
            }
            Some('\'') if c == '\'' => text.push_str(r"'\''"),
            Some('\'') => text.push(c),
            Some('"') => match c {
                // History: nothing keeps it from expanding between double quotes.
                '!' => text.push_str(r#""\!""#),
                '$' | '`' | '"' | '\\' => {
                    text.push('\\');
                    text.push(c);
                }
                c => text.push(c),
            },
            // `$'…'`
            Some(_) => return None,
        }
    }
    Some(text)
}

/// A word for PowerShell: plain where nothing in it means anything, else in single quotes, of which it knows five
/// (<https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules>).
fn power_shell(word: &str) -> String {
    let plain = |(at, c): (usize, char)| {
        c.is_ascii_alphanumeric() || "_=:./\\".contains(c) || c == '-' || c == '+' && at > 0
    };
    // An empty word would vanish; a number would be read as one, which changes nothing.
    if !word.is_empty() && word.char_indices().all(plain) {
        return word.to_owned();
    }
    let mut text = String::from("'");
    for c in word.chars() {
        if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            text.push(c);
        }
        text.push(c);
    }
    text.push('\'');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::complete::line::{Line, words};

    const BREAKS: &str = " \t\n\"'@><=;|&(:";
    const HOSTILE: [&str; 9] = [
        "My \"d\" $(touch x)",
        "it's `touch x`; touch x",
        "a!b !! #c",
        "~root {a,b} *?[x]",
        "back\\slash\\",
        "ü ä – ’quoted‘",
        "region=a:b c=d",
        "-x --y",
        "(a) <b> |c &",
    ];

    /// The line that readline makes of `typed` and the one candidate there is.
    fn completed(typed: &str, name: &str) -> Option<String> {
        let line = Line::parse(typed, BREAKS);
        let offer = Offer {
            candidates: vec![Candidate::new(name, "")],
            paths: None,
        };
        let answer = written(Shell::Bash, &line.typed, &offer);
        let insert = answer.lines().nth(1)?;
        // Readline's own rule: from the open quote, else from the last break that is not quoted.
        let is_from = |c: char| match line.typed.quote {
            Some(quote) => c == quote,
            None => BREAKS.contains(c),
        };
        let from = typed.rfind(is_from).unwrap() + 1;
        let close = line.typed.quote.map(String::from).unwrap_or_default();
        Some(format!("{}{insert}{close}", &typed[..from]))
    }

    #[test]
    fn what_bash_inserts_is_one_word_again_and_the_name() {
        for name in HOSTILE {
            for typed in ["kpi -d ", "kpi -d \"", "kpi -d '"] {
                let line = completed(typed, name).unwrap();
                assert_eq!(words(&line), ["kpi", "-d", name], "{line}");
            }
            for typed in ["kpi --var=", "kpi --var=\"", "kpi --var='"] {
                let line = completed(typed, &format!("--var={name}")).unwrap();
                assert_eq!(words(&line), ["kpi", &format!("--var={name}")], "{line}");
            }
        }
    }

    #[test]
    fn between_double_quotes_history_is_not_expanded() {
        let line = completed("kpi -d \"a", "a!b").unwrap();
        assert_eq!(line, r#"kpi -d "a"\!"b""#);
    }

    #[test]
    fn in_a_quote_with_escapes_nothing_is_offered() {
        assert_eq!(completed("kpi -d $'a", "a b"), None);
    }

    #[test]
    fn powershell_gets_a_literal_word() {
        for (name, wanted) in [
            ("Shop", "Shop"),
            ("--theme=dark", "--theme=dark"),
            ("a b", "'a b'"),
            ("it's ’so‘", "'it''s ’’so‘‘'"),
            ("$(touch x)", "'$(touch x)'"),
            ("a;b", "'a;b'"),
            ("@x", "'@x'"),
            ("120x40", "120x40"),
            ("ü", "'ü'"),
            ("", "''"),
        ] {
            assert_eq!(power_shell(name), wanted);
        }
    }
}
