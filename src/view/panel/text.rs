//! Words: a small part of Markdown (headings, **bold**, `code`, lists), wrapped; or a query's first column.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::ink::{self, Ink};
use super::{Scene, message};
use crate::model::color::Color;
use crate::model::value::Value;
use crate::ui::Look;
use crate::ui::palette::{self, Role};

/// Draws the configuration's words.
pub(super) fn draw_words(scene: &Scene<'_>, words: &str, area: Rect, ink: &mut Ink<'_>) {
    let mut y = area.y;
    let mut lines = words.trim_end().lines().peekable();
    while let Some(line) = lines.next() {
        let block = Block::of(line, scene);
        let indent = ink::width(&block.mark, scene.look()) as u16;
        let room = area.width.saturating_sub(indent).max(1);
        let rows = wrap(
            &spans(block.text, block.style, scene),
            room as usize,
            scene.look(),
        );
        for (row, pieces) in rows.iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            let more = y + 1 == area.bottom() && (row + 1 < rows.len() || lines.peek().is_some());
            if row == 0 {
                ink.put(area.x, y, area.width, &block.mark, scene.role(Role::Muted));
            }
            let mut x = area.x + indent;
            for (text, style) in pieces {
                x += ink.put(x, y, area.right().saturating_sub(x), text, *style);
            }
            if more {
                // Words that do not fit are not silently gone.
                let x = x.min(area.right() - 1);
                ink.put(x, y, 1, ink.glyph("…", "~"), scene.role(Role::Muted));
            }
            y += 1;
        }
    }
}

/// Draws each row's first value as words.
pub(super) fn draw_rows(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
    let rows = &scene.data.rows;
    let Some(column) = rows.columns.first().filter(|_| !rows.is_empty()) else {
        message::no_data(scene, area, ink);
        return;
    };
    // More rows than the panel is high cannot be seen.
    let words: Vec<String> = column
        .values
        .iter()
        .take(area.height as usize + 1)
        .map(|value| match value {
            Value::Null => "–".to_owned(),
            value => value.display(scene.view.zone).into_owned(),
        })
        .collect();
    draw_words(scene, &words.join("\n"), area, ink);
}

/// One line of Markdown: what stands before it, and the style of the rest.
struct Block<'t> {
    mark: String,
    text: &'t str,
    style: Style,
}

impl<'t> Block<'t> {
    fn of(line: &'t str, scene: &Scene<'_>) -> Self {
        let text = line.trim_start();
        let indent = " ".repeat((line.len() - text.len()).min(8));
        let heading = text.trim_start_matches('#');
        let level = text.len() - heading.len();
        if (1..=6).contains(&level) && heading.starts_with(' ') {
            let style = match level {
                1 => palette::color(Color::Blue, scene.look()),
                _ => Style::new(),
            };
            return Self {
                mark: String::new(),
                text: heading.trim(),
                style: style.add_modifier(Modifier::BOLD),
            };
        }
        for bullet in ["- ", "* ", "+ "] {
            if let Some(text) = text.strip_prefix(bullet) {
                return Self {
                    mark: format!("{indent}• "),
                    text,
                    style: Style::new(),
                };
            }
        }
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        if digits > 0 && digits < 4 && text[digits..].starts_with(". ") {
            return Self {
                mark: format!("{indent}{} ", &text[..=digits]),
                text: &text[digits + 2..],
                style: Style::new(),
            };
        }
        Self {
            mark: indent,
            text,
            style: Style::new(),
        }
    }
}

/// `**bold**` and `` `code` `` inside a line; a mark without its partner is an ordinary character.
fn spans(text: &str, style: Style, scene: &Scene<'_>) -> Vec<(String, Style)> {
    let code = match scene.look().depth {
        crate::ui::Depth::None => style.add_modifier(Modifier::UNDERLINED),
        _ => palette::color(Color::Cyan, scene.look()),
    };
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let marked = [("**", style.add_modifier(Modifier::BOLD)), ("`", code)]
            .into_iter()
            .find_map(|(mark, style)| {
                let inside = rest.strip_prefix(mark)?;
                let end = inside.find(mark).filter(|end| *end > 0)?;
                Some((&inside[..end], &inside[end + mark.len()..], style))
            });
        if let Some((inside, after, marked_style)) = marked {
            out.push((std::mem::take(&mut plain), style));
            out.push((inside.to_owned(), marked_style));
            rest = after;
        } else {
            plain.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out.push((plain, style));
    out.retain(|(text, _)| !text.is_empty());
    out
}

/// Breaks styled text at blanks into rows of at most `room` cells; a style may change inside a word.
fn wrap(spans: &[(String, Style)], room: usize, look: Look) -> Vec<Vec<(String, Style)>> {
    let shown: Vec<_> = spans
        .iter()
        .map(|(text, style)| (ink::shown(text, look), *style))
        .collect();
    let graphemes: Vec<(&str, Style)> = shown
        .iter()
        .flat_map(|(text, style)| text.graphemes(true).map(|grapheme| (grapheme, *style)))
        .collect();
    let mut rows = vec![Vec::new()];
    let mut used = 0;
    for word in graphemes.chunk_by(|a, b| (a.0 == " ") == (b.0 == " ")) {
        let cells: usize = word.iter().map(|(grapheme, _)| grapheme.width()).sum();
        let blank = word.first().is_some_and(|(grapheme, _)| *grapheme == " ");
        if used + cells > room && used > 0 {
            rows.push(Vec::new());
            used = 0;
        }
        // A break swallows the blanks it stands for.
        if blank && used == 0 {
            continue;
        }
        for (grapheme, style) in word {
            if used > 0 && used + grapheme.width() > room {
                rows.push(Vec::new());
                used = 0;
            }
            used += grapheme.width();
            if let Some(row) = rows.last_mut() {
                push(row, grapheme, *style);
            }
        }
    }
    rows
}

fn push(row: &mut Vec<(String, Style)>, text: &str, style: Style) {
    match row.last_mut() {
        Some((last, last_style)) if *last_style == style => last.push_str(text),
        _ => row.push((text.to_owned(), style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_at_blanks_whatever_their_style() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let spans = [
            ("see ".to_owned(), Style::new()),
            ("this".to_owned(), bold),
            (", now".to_owned(), Style::new()),
        ];
        let rows: Vec<String> = wrap(&spans, 9, Look::default())
            .iter()
            .map(|row| row.iter().map(|(text, _)| text.as_str()).collect())
            .collect();
        assert_eq!(rows, ["see this,", "now"]);
    }
}
