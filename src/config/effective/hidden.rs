//! Taking secrets out of values.

use toml::Value;

use crate::config::secret::is_secret_name;
use crate::config::secret::url::{ELLIPSIS, shown};

/// `…` for every text.
pub(super) fn blank(value: &mut Value) {
    match value {
        Value::String(text) => ELLIPSIS.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| blank(value)),
        _ => {}
    }
}

/// `…` for `secrets` in every text; true where there was one.
pub(super) fn mask(value: &mut Value, secrets: &[String]) -> bool {
    match value {
        Value::String(text) => {
            let mut found = false;
            for secret in secrets {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), ELLIPSIS);
                    found = true;
                }
            }
            // A login of somebody else's.
            if let Some(shown) = logins_hidden(text) {
                *text = shown;
                found = true;
            }
            found
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| mask(item, secrets) | found),
        Value::Table(table) => table
            .iter_mut()
            .fold(false, |found, (_, value)| mask(value, secrets) | found),
        _ => false,
    }
}

/// `text` with the passwords of every URL in it hidden; none where there is no such URL.
fn logins_hidden(text: &str) -> Option<String> {
    let is_end = |c: char| c.is_whitespace() || "'\"`<>()".contains(c);
    let mut shown_text = String::new();
    let mut found = false;
    for piece in text.split_inclusive(is_end) {
        let word = piece.trim_end_matches(is_end);
        let login = word.split_once("://").map_or("", |(_, rest)| rest);
        let has_password = login
            .split_once('@')
            .is_some_and(|(login, _)| login.contains(':'));
        if has_password {
            let url = shown(word);
            found |= url != word;
            shown_text.push_str(&url);
            shown_text.push_str(&piece[word.len()..]);
        } else {
            shown_text.push_str(piece);
        }
    }
    found.then_some(shown_text)
}

/// Claims with `…` for what has a telling name; true where there is one.
pub(super) fn hidden_claims(claims: &str) -> (String, bool) {
    let Ok(mut json) = serde_json::from_str::<serde_json::Value>(claims) else {
        return (ELLIPSIS.to_owned(), true);
    };
    if hide_claims(&mut json) {
        (json.to_string(), true)
    } else {
        (claims.to_owned(), false)
    }
}

fn hide_claims(json: &mut serde_json::Value) -> bool {
    match json {
        serde_json::Value::Object(fields) => {
            let mut found = false;
            for (name, value) in fields {
                if is_secret_name(name) {
                    *value = ELLIPSIS.into();
                    found = true;
                } else {
                    found |= hide_claims(value);
                }
            }
            found
        }
        serde_json::Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| hide_claims(item) | found),
        _ => false,
    }
}
