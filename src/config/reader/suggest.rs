//! What somebody may have meant.

use crate::config::keys::{SECTIONS, Section, list};

/// `text` without control characters, at most 60 characters of it.
pub(in crate::config) fn printable(text: &str) -> String {
    let clean = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut short: String = clean.clone().take(60).collect();
    if clean.count() > 60 {
        short.push('…');
    }
    short
}

/// The candidate nearest to `name`, if it is near at all.
pub(in crate::config) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let lower = name.to_lowercase();
    candidates
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &other);
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= candidate.chars().count().min(name.chars().count()) / 3 + 1
        })
        .filter(|(distance, candidate)| *distance < candidate.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?`, where something is near.
pub fn did_you_mean<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<String> {
    nearest_key(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// [`nearest`], for a name that may be long enough to make comparing it slow.
fn nearest_key<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    (name.len() <= 200)
        .then(|| nearest(name, candidates))
        .flatten()
}

/// What other programs call a key of a section.
const ELSEWHERE: [(&str, &str, &str); 4] = [
    ("`[serve]`", "host", "bind"),
    ("`[serve]`", "hostname", "bind"),
    ("`[serve]`", "address", "bind"),
    ("`[serve]`", "listen", "bind"),
];

/// Where an unknown key may have been meant to go.
pub(super) fn place_for(name: &str, section: &'static Section) -> String {
    let mut elsewhere = ELSEWHERE.iter();
    if let Some((.., here)) = elsewhere.find(|(of, other, _)| *of == section.name && *other == name)
    {
        return format!("did you mean `{here}`?");
    }
    let here = section.keys.iter().map(|key| key.name);
    if let Some(hint) = did_you_mean(name, here.clone()) {
        return hint;
    }
    let everywhere = SECTIONS.iter().flat_map(|other| other.keys);
    if let Some(near) = nearest_key(name, everywhere.map(|key| key.name)) {
        let homes: Vec<&str> = SECTIONS
            .iter()
            .filter(|other| other.key(near).is_some())
            .map(|other| other.name)
            .collect();
        let homes = homes.join(" or ");
        return if near == name {
            format!("it belongs to {homes}")
        } else {
            format!("did you mean `{near}`? It belongs to {homes}")
        };
    }
    let names: Vec<&str> = here.collect();
    format!("{} knows {}", section.name, list(&names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::{DATABASE, FILE, PANEL, SERVE};

    #[test]
    fn what_is_near_is_suggested_and_what_is_not_is_not() {
        let words = ["thresholds", "title", "sql", "min", "max"];
        let near = |name| nearest(name, words.into_iter());
        assert_eq!(near("treshold"), Some("thresholds"));
        assert_eq!(near("Title"), Some("title"));
        assert_eq!(near("mim"), Some("min"));
        assert_eq!(near("x"), None);
        assert_eq!(near("completely different"), None);
    }

    #[test]
    fn an_unknown_key_is_sent_to_its_own_section() {
        assert_eq!(place_for("pool_size", &PANEL), "it belongs to `[database]`");
        assert!(place_for("colour", &DATABASE).starts_with("did you mean `color`? It belongs to"));
        assert_eq!(place_for("host", &SERVE), "did you mean `bind`?");
        assert!(place_for("zzzzzz", &FILE).contains("knows `environment`"));
    }

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(printable("a\u{1b}[31m"), "a\u{fffd}[31m");
        assert_eq!(printable(&"x".repeat(100)).chars().count(), 61);
    }
}
