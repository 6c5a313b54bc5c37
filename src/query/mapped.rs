//! Text that knows where it came from.

use std::ops::Range;

/// What a byte of a statement is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    /// The user's SQL, or an expansion of ours.
    #[default]
    Sql,
    /// A variable's value in quotes: nothing in it means anything.
    Value,
    /// A variable's value as it is: macros leave it alone all the same.
    Unquoted,
}

/// A text and, for each of its bytes, the byte of the template it stems from and what it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    text: String,
    origins: Vec<u32>,
    marks: Vec<Mark>,
}

impl Mapped {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The place in the template of byte `at`; behind the end that of the last byte.
    pub(super) fn origin(&self, at: usize) -> u32 {
        let last = || self.origins.last().copied().unwrap_or(0);
        self.origins.get(at).copied().unwrap_or_else(last)
    }

    /// What byte `at` is; SQL behind the end.
    pub(super) fn mark(&self, at: usize) -> Mark {
        self.marks.get(at).copied().unwrap_or_default()
    }

    /// Adds a part of `other`, which keeps its origins. `range` lies on character boundaries.
    pub(super) fn copy(&mut self, other: &Self, range: Range<usize>) {
        self.text.push_str(&other.text[range.clone()]);
        self.origins
            .extend_from_slice(&other.origins[range.clone()]);
        self.marks.extend_from_slice(&other.marks[range]);
    }

    /// Adds new SQL that stands for something at `origin`.
    pub(super) fn put(&mut self, text: &str, origin: u32) {
        self.put_as(text, origin, Mark::Sql);
    }

    /// Adds new text of a kind.
    pub(super) fn put_as(&mut self, text: &str, origin: u32, mark: Mark) {
        self.text.push_str(text);
        self.origins.resize(self.text.len(), origin);
        self.marks.resize(self.text.len(), mark);
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
        self.origins.truncate(length);
        self.marks.truncate(length);
    }

    /// The byte ranges that came from a variable as they are.
    pub(super) fn unquoted(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (at, mark) in self.marks.iter().enumerate() {
            if *mark != Mark::Unquoted {
                continue;
            }
            match ranges.last_mut() {
                Some(last) if last.end == at => last.end += 1,
                _ => ranges.push(at..at + 1),
            }
        }
        ranges
    }

    pub(super) fn into_parts(self) -> (String, Vec<u32>) {
        (self.text, self.origins)
    }
}

/// A place in a template. One of four gigabytes does not happen; its tail would map to the last place.
pub(super) fn position(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}
