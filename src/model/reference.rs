//! Where a text names a variable: `$name`, `${name}`, `${name:format}`, `[[name]]`, `[[name:format]]`
//! (Grafana's spellings).

use std::ops::Range;

/// One place where a text names something; whether there is such a variable is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The bytes from the `$` or `[[` to the end.
    pub range: Range<usize>,
    /// ASCII letters, digits and `_`; never empty.
    pub name: &'a str,
    /// What stands behind the `:`.
    pub format: Option<&'a str>,
}

/// The reference that begins at byte `at` of `text`.
pub fn reference_at(text: &str, at: usize) -> Option<Reference<'_>> {
    let rest = text.get(at..)?;
    let found = |name, format, length| {
        Some(Reference {
            range: at..at + length,
            name,
            format,
        })
    };
    if let Some(inside) = rest.strip_prefix("${") {
        let name = word(inside);
        let after = inside.get(name.len()..)?;
        if name.is_empty() {
            return None;
        }
        if after.starts_with('}') {
            return found(name, None, name.len() + 3);
        }
        let format = after.strip_prefix(':')?;
        let end = format.find('}').filter(|end| *end > 0)?;
        return found(name, format.get(..end), name.len() + end + 4);
    }
    if let Some(inside) = rest.strip_prefix("[[") {
        let name = word(inside);
        let after = inside.get(name.len()..)?;
        if name.is_empty() {
            return None;
        }
        if after.starts_with("]]") {
            return found(name, None, name.len() + 4);
        }
        let format = word(after.strip_prefix(':')?);
        let is_closed = after.get(1 + format.len()..)?.starts_with("]]");
        return (is_closed && !format.is_empty())
            .then(|| found(name, Some(format), name.len() + format.len() + 5))?;
    }
    let name = word(rest.strip_prefix('$')?);
    (!name.is_empty()).then(|| found(name, None, name.len() + 1))?
}

/// Every reference of `text`, in its order.
pub fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += text.get(at..)?.find(['$', '['])?;
            if let Some(reference) = reference_at(text, at) {
                at = reference.range.end;
                return Some(reference);
            }
            at += 1;
        }
    })
}

/// Whether `name` can be a variable's: letters, digits and `_`, not a digit first; names that begin with
/// `__` are built in.
pub fn is_variable_name(name: &str) -> bool {
    name.len() == word(name).len()
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !name.starts_with("__")
}

/// The word at the start of `text`.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    text.split_at(end.unwrap_or(text.len())).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &str, Option<&str>)> {
        references(text)
            .map(|found| (&text[found.range.clone()], found.name, found.format))
            .collect()
    }

    #[test]
    fn every_spelling_is_found() {
        assert_eq!(
            found("a $x, ${y}, ${z:csv} [[u]][[v:pipe]] ${w:date:iso}$x$y."),
            [
                ("$x", "x", None),
                ("${y}", "y", None),
                ("${z:csv}", "z", Some("csv")),
                ("[[u]]", "u", None),
                ("[[v:pipe]]", "v", Some("pipe")),
                ("${w:date:iso}", "w", Some("date:iso")),
                ("$x", "x", None),
                ("$y", "y", None),
            ]
        );
        assert_eq!(found("$naïve"), [("$na", "na", None)]);
    }

    #[test]
    fn what_is_no_reference_is_left_alone() {
        for text in [
            "$", "$$", "${", "${}", "${a", "${a:}", "${a.b}", "[[", "[[a]", "[[a:]]", "a[1]",
            "[[]]", "$-",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_variables_name_is_a_word_that_is_not_built_in() {
        for name in ["a", "_", "Region_2"] {
            assert!(is_variable_name(name), "{name}");
        }
        for name in ["", "1a", "__from", "a-b", "a b", "é"] {
            assert!(!is_variable_name(name), "{name}");
        }
    }
}
