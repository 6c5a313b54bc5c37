//! `--template '{orders} req/s'`: text with panels in braces.

/// A template, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(pub Vec<Part>);

/// A part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As it is.
    Text(String),
    /// A panel's number, by its id.
    Panel(String),
}

impl Template {
    /// Reads one; two braces stand for one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
            } else if brace == "}" {
                return Err("a `}` closes nothing; `}}` writes one".to_owned());
            } else {
                let end = rest
                    .find('}')
                    .ok_or("a `{` is never closed; `{{` writes one")?;
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Panel(rest[..end].trim().to_owned()));
                rest = &rest[end + 1..];
            }
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        parts.retain(|part| *part != Part::Text(String::new()));
        if parts.iter().all(|part| matches!(part, Part::Text(_))) {
            return Err(
                "the template names no panel: write its id in braces, as in {orders}".to_owned(),
            );
        }
        Ok(Self(parts))
    }

    /// The panels it names.
    pub fn panels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Panel(id) => Some(id.as_str()),
            Part::Text(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_name_panels_and_two_are_one() {
        let template = Template::parse("{{{orders}}} of { errors }%").unwrap();
        let text = |text: &str| Part::Text(text.to_owned());
        let panel = |id: &str| Part::Panel(id.to_owned());
        let parts = [
            text("{"),
            panel("orders"),
            text("} of "),
            panel("errors"),
            text("%"),
        ];
        assert_eq!(template.0, parts);
        for (wrong, why) in [
            ("{orders", "never closed"),
            ("a } b", "closes nothing"),
            ("orders", "names no panel"),
        ] {
            assert!(Template::parse(wrong).unwrap_err().contains(why), "{wrong}");
        }
    }
}
