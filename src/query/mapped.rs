//! Text that knows where it came from.

use std::ops::Range;

/// A text and, for each of its bytes, the byte of the template it stems from.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    text: String,
    origins: Vec<u32>,
}

impl Mapped {
    /// The template itself.
    pub(super) fn whole(template: &str) -> Self {
        Self {
            text: template.to_owned(),
            origins: (0..template.len()).map(position).collect(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the template of byte `at`; behind the end that of the last byte.
    pub(super) fn origin(&self, at: usize) -> u32 {
        let last = || self.origins.last().copied().unwrap_or(0);
        self.origins.get(at).copied().unwrap_or_else(last)
    }

    /// Adds a part of `other`, which keeps its origins. `range` lies on character boundaries.
    pub(super) fn copy(&mut self, other: &Self, range: Range<usize>) {
        self.text.push_str(&other.text[range.clone()]);
        self.origins.extend_from_slice(&other.origins[range]);
    }

    /// Adds new text that stands for something at `origin`.
    pub(super) fn put(&mut self, text: &str, origin: u32) {
        self.text.push_str(text);
        self.origins.resize(self.text.len(), origin);
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
        self.origins.truncate(length);
    }

    pub(super) fn into_parts(self) -> (String, Vec<u32>) {
        (self.text, self.origins)
    }
}

/// A template of four gigabytes does not happen; its tail would map to the last place.
fn position(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}
