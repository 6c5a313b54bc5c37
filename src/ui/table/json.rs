//! A JSON document over several lines, each piece with what it is. The text stays as it came: order, digits and
//! names that occur twice included.

/// What a piece of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Ordinary text, signs and blanks.
    Plain,
    /// The name of a value.
    Name,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// Pieces that stand on one line.
pub type Line = Vec<(Part, String)>;

/// Blanks per level.
const STEP: usize = 2;

/// The lines of a document that is known to be one.
pub fn pretty(document: &str) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    let mut level = 0_usize;
    let mut rest = document.trim_start();
    let new_line = |lines: &mut Vec<Line>, level: usize| {
        lines.push(vec![(Part::Plain, " ".repeat(level.min(40) * STEP))]);
    };
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '{' | '[' => {
                let close = if c == '{' { '}' } else { ']' };
                let inside = rest[1..].trim_start();
                if inside.starts_with(close) {
                    put(&mut lines, Part::Plain, &format!("{c}{close}"));
                    taken = rest.len() - inside.len() + 1;
                } else {
                    put(&mut lines, Part::Plain, &c.to_string());
                    level += 1;
                    new_line(&mut lines, level);
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                new_line(&mut lines, level);
                put(&mut lines, Part::Plain, &c.to_string());
            }
            ',' => {
                put(&mut lines, Part::Plain, ",");
                new_line(&mut lines, level);
            }
            ':' => put(&mut lines, Part::Plain, ": "),
            '"' => {
                taken = end_of_text(rest);
                let is_name = rest[taken..].trim_start().starts_with(':');
                let part = if is_name { Part::Name } else { Part::Text };
                put(&mut lines, part, &rest[..taken]);
            }
            _ => {
                let end = |c: char| c.is_whitespace() || ",:{}[]\"".contains(c);
                taken = rest.find(end).unwrap_or(rest.len()).max(taken);
                let is_number = c == '-' || c.is_ascii_digit();
                let part = if is_number { Part::Number } else { Part::Word };
                put(&mut lines, part, &rest[..taken]);
            }
        }
        rest = rest[taken..].trim_start();
    }
    lines
}

fn put(lines: &mut [Line], part: Part, text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push((part, text.to_owned()));
    }
}

/// The byte after the closing quote of the text that `rest` begins with.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(document: &str) -> String {
        let lines = pretty(document);
        let line = |line: &Line| {
            line.iter()
                .map(|(_, text)| text.as_str())
                .collect::<String>()
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_document_keeps_its_order_and_its_digits() {
        assert_eq!(
            text(r#"{"b":1.50,"a":[],"c":{"x, \"y\"":[true,null,"z:{"]},"e":{ }}"#),
            "{\n  \"b\": 1.50,\n  \"a\": [],\n  \"c\": {\n    \"x, \\\"y\\\"\": [\n      true,\n      null,\n      \"z:{\"\n    ]\n  },\n  \"e\": {}\n}"
        );
        assert_eq!(text(" 12 "), "12");
    }

    #[test]
    fn names_are_told_from_texts() {
        let parts: Vec<Part> = pretty(r#"{"a": "b", "c": -1, "d": null}"#)
            .into_iter()
            .flatten()
            .map(|(part, _)| part)
            .filter(|part| *part != Part::Plain)
            .collect();
        assert_eq!(
            parts,
            [
                Part::Name,
                Part::Text,
                Part::Name,
                Part::Number,
                Part::Name,
                Part::Word
            ]
        );
    }

    proptest! {
        #[test]
        fn whatever_it_is_given_it_ends(document in "[\\[\\]{}\",:a1 \\\\é]{0,60}") {
            let blank = |text: String| text.replace(char::is_whitespace, "");
            prop_assert_eq!(blank(text(&document)), blank(document));
        }
    }
}
