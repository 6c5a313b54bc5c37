//! Text in the order people expect: `item 9` before `item 10`, `apple` next to `Apple`.

/// Bytes of a key at most: what differs only behind them is told apart by the texts themselves.
const MOST: usize = 256;

/// Appends to `key` the bytes by which `text` is sorted: letters without case; digits by the number they
/// make, leading zeros left out. Comparing keys byte by byte compares the texts.
pub fn natural_key(text: &str, key: &mut Vec<u8>) {
    let end = key.len() + MOST;
    let mut rest = text;
    while let Some(c) = rest.chars().next().filter(|_| key.len() < end) {
        if c.is_ascii_digit() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let (run, after) = rest.split_at(digits);
            let number = run.trim_start_matches('0');
            // A longer number is a greater one. It stands where digits stand among letters.
            key.extend([b'0', number.len().min(255) as u8]);
            key.extend(number.bytes().take(MOST));
            rest = after;
        } else {
            if c.is_ascii() {
                key.push(c.to_ascii_lowercase() as u8);
            } else {
                let mut bytes = [0; 4];
                for lower in c.to_lowercase() {
                    key.extend_from_slice(lower.encode_utf8(&mut bytes).as_bytes());
                }
            }
            rest = &rest[c.len_utf8()..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
        texts.sort_by_key(|text| {
            let mut key = Vec::new();
            natural_key(text, &mut key);
            key
        });
        texts
    }

    #[test]
    fn numbers_in_text_count_as_numbers() {
        assert_eq!(
            sorted(vec![
                "item 10",
                "item 9",
                "item",
                "item 010b",
                "Item 1",
                "v1.10",
                "v1.9"
            ]),
            [
                "item",
                "Item 1",
                "item 9",
                "item 10",
                "item 010b",
                "v1.9",
                "v1.10"
            ]
        );
        assert_eq!(
            sorted(vec!["10.0.0.10", "9.0.0.1", "10.0.0.9"]),
            ["9.0.0.1", "10.0.0.9", "10.0.0.10"]
        );
    }

    #[test]
    fn case_does_not_separate_words() {
        assert_eq!(
            sorted(vec!["banana", "Apple", "apple", "Ärger", "ärmel"]),
            ["Apple", "apple", "banana", "Ärger", "ärmel"]
        );
    }

    #[test]
    fn a_long_text_has_a_bounded_key() {
        let mut key = Vec::new();
        natural_key(&"ab7".repeat(100_000), &mut key);
        assert!(key.len() <= MOST + 8, "{}", key.len());
        key.clear();
        natural_key(&"7".repeat(100_000), &mut key);
        assert!(key.len() <= MOST + 8, "{}", key.len());
    }
}
