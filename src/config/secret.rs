//! Texts that must not be seen: the type that holds them, and the masks for lines they stand in.

pub(super) mod url;

use std::fmt;
use std::ops::Range;

use super::Config;

/// What stands in a secret's place.
pub(super) const MASK: &str = "[hidden]";

/// A text that no `Debug` or error message shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// Whether a value under `name` is a secret, also where the name is misspelled.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token", "credential", "url", "dsn"]
        .iter()
        .any(|part| name.contains(part))
        || ["url", "direct_url", "password"]
            .iter()
            .any(|word| strsim::damerau_levenshtein(word, &name) <= word.len() / 3)
}

/// The secrets of `config`, see [`secrets_in`].
pub(super) fn secrets_of(config: &Config) -> Vec<String> {
    let urls = [
        &config.database.url,
        &config.database.direct_url,
        &config.redis.url,
        &config.viewer.from,
    ];
    let urls = urls.into_iter().flatten();
    let tokens = config.serve.tokens.iter();
    secrets_in(
        urls.map(|Secret(url)| url.as_str()),
        tokens.map(|Secret(token)| token.as_str()),
    )
}

/// What no other text may hold: these URLs, the passwords in them, and these tokens. Longer ones first.
pub(super) fn secrets_in<'a>(
    urls: impl Iterator<Item = &'a str>,
    tokens: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for url in urls {
        found.push(url.to_owned());
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        if let Some((login, _)) = rest.rsplit_once('@') {
            let password = login
                .split_once(':')
                .map_or(login, |(_, password)| password);
            found.push(password.to_owned());
        }
        let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
        for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
            if is_secret_name(&name) {
                found.push(value.into_owned());
            }
        }
    }
    // Written plainly elsewhere, a password has no percent signs.
    let decoded: Vec<String> = found.iter().map(|text| plain(text)).collect();
    found.extend(decoded);
    found.extend(tokens.map(str::to_owned));
    // Shorter ones are in every text by chance.
    found.retain(|secret| secret.len() >= 4);
    found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    found.dedup();
    found
}

/// Without percent-encoding.
fn plain(text: &str) -> String {
    // A plus is a plus here.
    let pair = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

/// Byte ranges of `line` that may hold a secret: values of telling names, and what stands before
/// the host of a URL. It hides too much rather than too little.
pub(super) fn hidden(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices('=') {
        let before = line[..at].trim_end().trim_end_matches(['"', '\'']);
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        if is_secret_name(&before[start..]) {
            found.extend(value(line, at + 1));
        }
    }
    for (at, _) in line.match_indices("://") {
        let start = at + 3;
        let end = line[start..]
            .find(|c: char| c.is_whitespace() || c == '"' || c == '\'')
            .map_or(line.len(), |length| start + length);
        if let Some(host) = line[start..end].rfind('@') {
            found.push(start..start + host);
        }
    }
    found
}

/// The value that starts after an equals sign, unless it only refers to a variable.
fn value(line: &str, from: usize) -> Option<Range<usize>> {
    let rest = &line[from..];
    let start = from + rest.len() - rest.trim_start().len();
    let quote = line[start..].chars().next()?;
    let range = if quote == '"' || quote == '\'' {
        let inner = &line[start + 1..];
        start + 1..inner.find(quote).map_or(line.len(), |end| start + 1 + end)
    } else {
        start..line.len()
    };
    let text = line[range.clone()].trim();
    let reference = text
        .strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'))
        .map(|name| name.strip_suffix(":-").unwrap_or(name))
        .is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    (!range.is_empty() && !reference).then_some(range)
}

/// `text` with everything [`hidden`] masked.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            masked.push('\n');
        }
        let ranges = hidden(line);
        let mut inside = false;
        for (at, c) in line.char_indices() {
            let hide = ranges.iter().any(|range| range.contains(&at));
            if hide && !inside {
                masked.push_str(MASK);
            } else if !hide {
                masked.push(c);
            }
            inside = hide;
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Secret("hunter2".to_owned())), "<hidden>");
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_in_a_line() {
        for line in [
            r#"url = "postgres://u:hunter2@host/db""#,
            r#"url="hunter2""#,
            "direct_url = 'hunter2",
            r#"database = { url = "hunter2", pool_size = 4 }"#,
            r#"database.url = "hunter2""#,
            r#""url" = "hunter2""#,
            r#"title = "postgres://u:hunter2@host/db""#,
            r#"title = "postgres://u:hunt@hunter2@host/db""#,
            r"host=db password=hunter2 user=u",
            r#"urll = "hunter2""#,
            r#"pasword = "hunter2""#,
            r#"url = "${DATABASE_URL:-postgres://u:hunter2@host/db}""#,
            r"url = hunter2",
            r#"é.url = "hunter2""#,
        ] {
            assert!(!mask(line).contains("hunter2"), "{line} → {}", mask(line));
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for line in [
            r#"url = "${DATABASE_URL}""#,
            r#"url = "${REDIS_URL:-}""#,
            r#"title = "https://example.com/a""#,
            "treshold = 3",
            r#"unit = "short""#,
            r#"url = """#,
        ] {
            assert_eq!(mask(line), line);
        }
    }
}
