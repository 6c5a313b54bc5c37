//! What stands in a panel that has nothing to draw: calm, in the middle, and saying why.

use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

use super::frame::shown_retry;
use super::ink::{self, Ink};
use super::{Scene, clock};
use crate::model::kind::PanelKind;
use crate::model::panel_data::Failure;
use crate::model::time::{Moment, TimeWindow};
use crate::ui::palette::Role;

/// Not answered yet. Nothing moves: waiting must cost no bytes.
pub(super) fn waiting(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
    let words = first_that_fits(
        &["waiting for the first answer…", "waiting…", "…"],
        area,
        scene,
    );
    ink.put_centred(area, middle(area, 1), words, scene.role(Role::Muted));
}

/// Answered, with nothing in it. Kinds that need no time say nothing of a range: their query may not
/// know of one.
pub(super) fn no_data(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
    if let PanelKind::Table
    | PanelKind::Bars
    | PanelKind::Text
    | PanelKind::Pie
    | PanelKind::BarGauge
    | PanelKind::Map = scene.panel.kind
    {
        let words = first_that_fits(&["no rows", "–"], area, scene);
        ink.put_centred(area, middle(area, 1), words, scene.role(Role::Muted));
        return;
    }
    let words = first_that_fits(&["no data in this range", "no data", "–"], area, scene);
    let muted = scene.role(Role::Muted);
    let range = range_words(scene);
    let with_range = area.height >= 2 && ink::width(&range, scene.look()) <= area.width as usize;
    let y = middle(area, if with_range { 2 } else { 1 });
    ink.put_centred(area, y, words, muted);
    if with_range {
        ink.put_centred(area, y + 1, &range, muted);
    }
}

/// A log that only live events fill, before the first.
pub(super) fn no_events(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
    let words = first_that_fits(&["no events yet", "–"], area, scene);
    ink.put_centred(area, middle(area, 1), words, scene.role(Role::Muted));
}

fn middle(area: Rect, lines: u16) -> u16 {
    area.y + area.height.saturating_sub(lines) / 2
}

fn first_that_fits<'w>(words: &[&'w str], area: Rect, scene: &Scene<'_>) -> &'w str {
    words
        .iter()
        .find(|text| ink::width(text, scene.look()) <= area.width as usize)
        .or(words.last())
        .copied()
        .unwrap_or_default()
}

/// `10:23 – 11:23`; with days where they differ.
fn range_words(scene: &Scene<'_>) -> String {
    let TimeWindow { from, to } = scene.data.window;
    if from >= to {
        return String::new();
    }
    let zone = scene.view.zone;
    let day = |at: Moment| clock(at, zone, "%b %-d");
    let format = if day(from) == day(to) {
        "%H:%M"
    } else {
        "%b %-d %H:%M"
    };
    format!(
        "{} – {}",
        clock(from, zone, format),
        clock(to, zone, format)
    )
}

/// Never answered, because it failed: the reason, its details, and when it is tried again.
pub(super) fn failed(
    scene: &Scene<'_>,
    why: &Failure,
    retry_at: Moment,
    area: Rect,
    ink: &mut Ink<'_>,
) {
    let look = scene.look();
    let sign = ink.glyph("✖", "x");
    let room = area.width as usize;
    if room < 6 {
        ink.put(area.x, area.y, area.width, sign, scene.role(Role::Bad));
        return;
    }
    let next = shown_retry(retry_at, scene.view.now).map_or_else(String::new, |at| {
        let retry = clock(at, scene.view.zone, "%H:%M:%S");
        let next = format!("next try at {retry}");
        if ink::width(&next, look) + 2 > room {
            format!("next {retry}")
        } else {
            next
        }
    });
    let mut lines: Vec<(String, Role)> = ink::wrap(&why.summary, room - 2, look)
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let before = if index == 0 { sign } else { " " };
            (format!("{before} {line}"), Role::Bad)
        })
        .collect();
    let details: Vec<&str> = why.details.iter().flat_map(|text| text.lines()).collect();
    lines.extend(
        detail_lines(&details, room - 2, ink)
            .into_iter()
            .map(|line| (format!("  {line}"), Role::Text)),
    );
    // The last row is for the next try; what is cut above it is marked.
    let height = area.height as usize;
    let shown = if height >= 3 { height - 1 } else { height };
    let cut = lines.len() > shown;
    lines.truncate(shown);
    if cut && let Some((line, _)) = lines.last_mut() {
        *line = ink::cut(&format!("{line} …"), room.saturating_sub(1), look);
        if !line.ends_with(['…', '.']) {
            line.push('…');
        }
    }
    let gap = usize::from(height > lines.len() + 1);
    let used = lines.len() + if height >= 3 { 1 + gap } else { 0 };
    let mut y = middle(area, used as u16);
    for (line, role) in &lines {
        ink.put_cut(area.x, y, area.width, line, scene.role(*role));
        y += 1;
    }
    if height >= 3 {
        y += gap as u16;
        ink.put_cut(
            area.x + 2,
            y,
            area.width - 2,
            &next,
            scene.role(Role::Muted),
        );
    }
}

/// Details as they are shown: words wrap; a line of SQL and the caret under it stay aligned, moved
/// to the left together until the caret is in sight.
fn detail_lines(details: &[&str], room: usize, ink: &Ink<'_>) -> Vec<String> {
    let look = ink.look();
    let mut lines = Vec::new();
    let mut rest = details;
    while let [first, after @ ..] = rest {
        rest = after;
        if let [second, after @ ..] = rest
            && let Some(column) = caret(second)
        {
            rest = after;
            let length = first.graphemes(true).count().max(column + 1);
            let skip = if length <= room || column < room.saturating_sub(2) {
                0
            } else {
                (column + room / 3)
                    .min(length)
                    .saturating_sub(room)
                    .min(column.saturating_sub(1))
            };
            for (line, mark) in [(first, ink.glyph("…", "~")), (second, " ")] {
                let mark = if skip > 0 { mark } else { "" };
                let skip = skip + mark.chars().count();
                let moved: String = line.graphemes(true).skip(skip).collect();
                lines.push(ink::cut(&format!("{mark}{moved}"), room, look));
            }
        } else {
            lines.extend(ink::wrap(first, room, look));
        }
    }
    lines
}

/// The column of the caret, if the line is one: `    ^` or `  | ^^^`.
fn caret(line: &str) -> Option<usize> {
    let column = line
        .chars()
        .take_while(|c| matches!(c, ' ' | '|' | '\t'))
        .count();
    line.chars()
        .nth(column)
        .filter(|c| *c == '^')
        .map(|_| column)
}
