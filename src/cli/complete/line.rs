//! A line of bash, as far as it was typed, in words.
//!
//! Quotes and backslashes are taken away; nothing is expanded, and nothing is ever run
//! (<https://www.gnu.org/software/bash/manual/html_node/Quoting.html>).

/// What stands before the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Line {
    /// The words before, the program's name first.
    pub words: Vec<String>,
    /// The word the cursor is in.
    pub typed: Typed,
}

/// The word the cursor is in, up to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Typed {
    /// Without its quotes.
    pub text: String,
    /// The quote that is open.
    pub quote: Option<char>,
    /// How much of `text`, in bytes, readline leaves as it is: it replaces what follows the last break.
    pub kept: usize,
    /// It is the target of a redirection.
    pub is_redirection: bool,
}

impl Typed {
    /// A word without quotes, to be replaced as a whole.
    pub fn plain(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl Line {
    /// Divides `text`; `breaks` is readline's `COMP_WORDBREAKS`.
    pub fn parse(text: &str, breaks: &str) -> Self {
        let mut line = Self::default();
        let mut typed = Typed::default();
        let mut is_word = false;
        // What would stay if the open quote were closed.
        let mut outside = 0;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (typed.quote, c) {
                (Some('\'' | '$'), '\'') | (Some('"'), '"') => {
                    (typed.quote, typed.kept) = (None, outside);
                }
                (Some('$'), '\\') => {
                    // What it stands for is not worth knowing: nothing is offered in such a word.
                    typed.text.extend(chars.next());
                }
                (Some('"'), '\\') => match chars.next_if(|c| "$`\"\\\n".contains(*c)) {
                    Some(escaped) => typed.text.push(escaped),
                    None => typed.text.push('\\'),
                },
                (Some(_), c) => typed.text.push(c),
                (None, '$') if chars.next_if_eq(&'\'').is_some() => {
                    outside = typed.kept;
                    (typed.quote, typed.kept, is_word) = (Some('$'), typed.text.len(), true);
                }
                (None, '\'' | '"') => {
                    outside = typed.kept;
                    (typed.quote, typed.kept, is_word) = (Some(c), typed.text.len(), true);
                }
                (None, '\\') => {
                    is_word = true;
                    typed.text.extend(chars.next());
                }
                (None, ' ' | '\t' | '\n') => {
                    line.end_word(&mut typed, is_word);
                    is_word = false;
                }
                (None, '<' | '>') => {
                    line.end_word(&mut typed, is_word);
                    (typed.is_redirection, is_word) = (true, false);
                }
                (None, c) => {
                    is_word = true;
                    typed.text.push(c);
                    if breaks.contains(c) {
                        typed.kept = typed.text.len();
                    }
                }
            }
        }
        line.typed = typed;
        line
    }

    fn end_word(&mut self, typed: &mut Typed, is_word: bool) {
        if is_word {
            let word = std::mem::take(typed);
            if !word.is_redirection {
                self.words.push(word.text);
            }
        }
    }
}

/// The words of a whole line.
#[cfg(test)]
pub(in crate::cli) fn words(text: &str) -> Vec<String> {
    Line::parse(&format!("{text} "), "").words
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREAKS: &str = " \t\n\"'><=;|&(:";

    fn typed(text: &str) -> (String, Option<char>, usize) {
        let typed = Line::parse(text, BREAKS).typed;
        (typed.text, typed.quote, typed.kept)
    }

    #[test]
    fn words_are_as_bash_hands_them_on() {
        for (line, expected) in [
            (r"kpi a\ b 'c d' e", vec!["kpi", "a b", "c d", "e"]),
            (r#"kpi "a \$x \"q\" \n""#, vec!["kpi", r#"a $x "q" \n"#]),
            ("kpi a'b'\"c\"", vec!["kpi", "abc"]),
            ("kpi '' x", vec!["kpi", "", "x"]),
            ("kpi 'ü $(touch x)'", vec!["kpi", "ü $(touch x)"]),
            ("kpi a > file b", vec!["kpi", "a", "b"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn the_word_at_the_cursor_knows_its_quote_and_what_stays() {
        assert_eq!(typed("kpi "), (String::new(), None, 0));
        assert_eq!(typed("kpi Da"), ("Da".to_owned(), None, 0));
        assert_eq!(typed(r#"kpi "My D"#), ("My D".to_owned(), Some('"'), 0));
        assert_eq!(typed("kpi region=e"), ("region=e".to_owned(), None, 7));
        assert_eq!(
            typed("kpi region='e u"),
            ("region=e u".to_owned(), Some('\''), 7)
        );
        assert_eq!(typed(r#"kpi "My "D"#), ("My D".to_owned(), None, 0));
        assert_eq!(typed(r"kpi a\:b"), ("a:b".to_owned(), None, 0));
        assert_eq!(typed(r"kpi My\"), ("My".to_owned(), None, 0));
        assert!(Line::parse("kpi > f", BREAKS).typed.is_redirection);
        assert!(Line::parse("kpi >", BREAKS).typed.is_redirection);
    }
}
