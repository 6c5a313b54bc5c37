//! Taking comments out of SQL.

use super::mapped::Mapped;

/// Removes `-- …` up to the end of its line and puts a blank for `/* … */` (nested as in
/// PostgreSQL: a comment separates words). Quoted text, `E''` strings, quoted names and dollar
/// quotes keep what looks like one.
pub(super) fn strip(sql: &Mapped) -> Mapped {
    let text = sql.as_str();
    let mut stripped = Mapped::default();
    let mut kept = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("--") {
            stripped.copy(sql, kept..at);
            at += rest.find('\n').unwrap_or(rest.len());
            kept = at;
        } else if rest.starts_with("/*") {
            stripped.copy(sql, kept..at);
            let length = block_comment(rest);
            stripped.put(" ", sql.origin(at));
            at += length;
            kept = at;
        } else {
            at += quoted(text, at).unwrap_or_else(|| first_length(rest));
        }
    }
    stripped.copy(sql, kept..text.len());
    stripped
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// The length of the block comment at the start of `text`; all of it when it never ends.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// The length of the string, quoted name or dollar quote that starts at `at`, with its quotes.
pub(super) fn quoted(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    match rest.as_bytes().first()? {
        b'\'' => Some(until_quote(rest, '\'', is_escape_string(&text[..at]))),
        b'"' => Some(until_quote(rest, '"', false)),
        b'$' if !text[..at].ends_with(is_name) => {
            let tag = dollar_tag(rest)?;
            let after = &rest[tag.len()..];
            let inside = after.find(tag).map_or(after.len(), |end| end + tag.len());
            Some(tag.len() + inside)
        }
        _ => None,
    }
}

/// A doubled quote ends and starts at once, which comes to the same as staying inside.
fn until_quote(text: &str, quote: char, backslash: bool) -> usize {
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if backslash && c == '\\' {
            escaped = true;
        } else if c == quote {
            return index + 1;
        }
    }
    text.len()
}

/// `E'…'`: the quote follows an E that is a word of its own.
fn is_escape_string(before: &str) -> bool {
    let Some(rest) = before.strip_suffix(['e', 'E']) else {
        return false;
    };
    !rest.ends_with(is_name)
}

/// `$$` or `$tag$` at the start of `text`.
fn dollar_tag(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let length = name.find(|c: char| !is_name(c) || c == '$')?;
    let starts_with_digit = name.starts_with(|c: char| c.is_ascii_digit());
    (name[length..].starts_with('$') && !starts_with_digit).then(|| &text[..length + 2])
}

/// A character of an SQL name.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}
