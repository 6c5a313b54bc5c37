//! Places in the user's SQL.

use crate::model::panel_data::Failure;

/// A place in the SQL as written in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePosition {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// That line.
    pub line_text: String,
}

impl SourcePosition {
    /// The place of byte `at` of `text`; behind the end its end.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            line_text: line.to_owned(),
        }
    }

    /// The line with its number and a caret under the place, for a failure's details. Tabs become
    /// blanks so that the caret stands where it should.
    pub fn caret(&self) -> [String; 2] {
        let shown: String = self
            .line_text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let prefix = format!("{} | ", self.line);
        // Wide characters take two cells: the caret goes by cells, not characters.
        let before: String = shown.chars().take(self.column - 1).collect();
        let indent = prefix.len() + unicode_width::UnicodeWidthStr::width(before.as_str());
        [format!("{prefix}{shown}"), format!("{:indent$}^", "")]
    }
}

/// A failure at byte `at` of `template`, with the line and a caret under the place.
pub(super) fn failure_at(template: &str, at: usize, why: &str) -> Failure {
    let place = SourcePosition::of(template, at);
    let [line, caret] = place.caret();
    Failure::new(format!(
        "{why} (line {}, column {})",
        place.line, place.column
    ))
    .detail(line)
    .detail(caret)
    .at(place.line, place.column)
}
