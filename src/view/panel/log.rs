//! What happened, newest first: time, sign and colour of the level, words.

use ratatui::layout::Rect;

use super::ink::Ink;
use super::{Note, Scene, Scrolled, bold, clock, message};
use crate::model::live::LiveLevel;
use crate::model::panel_data::LogLine;
use crate::model::time::Moment;
use crate::ui::palette::Role;

pub(super) fn draw(scene: &Scene<'_>, lines: &[LogLine], area: Rect, ink: &mut Ink<'_>) -> Note {
    if lines.is_empty() {
        if scene.panel.sql.is_some() {
            message::no_data(scene, area, ink);
        } else {
            message::no_events(scene, area, ink);
        }
        return Note::default();
    }
    let height = usize::from(area.height);
    let first = scene.top().min(lines.len().saturating_sub(height));
    let shown = &lines[first..lines.len().min(first + height)];
    // One form for all lines, so that the words stand under each other.
    let day = |at: Moment| clock(at, scene.view.zone, "%Y-%m-%d");
    let today = day(scene.view.now);
    let old = shown.iter().any(|line| day(line.at) != today);
    let format = match old {
        true if area.width >= 60 => "%m-%d %H:%M:%S",
        true => "%m-%d %H:%M",
        false => "%H:%M:%S",
    };
    for (y, line) in (area.y..).zip(shown) {
        let time = clock(line.at, scene.view.zone, format);
        let (sign, role) = match line.level {
            LiveLevel::Info => (ink.glyph("·", "-"), Role::Muted),
            LiveLevel::Warning => (ink.glyph("▲", "!"), Role::Warning),
            LiveLevel::Error => (ink.glyph("✖", "x"), Role::Bad),
        };
        let mut x = area.x;
        // Where cells are scarce the words matter more than the time.
        if area.width >= 30 {
            x += ink.put(x, y, area.width, &time, scene.role(Role::Muted)) + 1;
        }
        let style = match line.level {
            LiveLevel::Info => scene.role(role),
            LiveLevel::Warning | LiveLevel::Error => bold(scene.role(role)),
        };
        x += ink.put(x, y, 1, sign, style) + 1;
        let room = area.right().saturating_sub(x);
        let words = match line.level {
            LiveLevel::Info => scene.role(Role::Text),
            LiveLevel::Warning | LiveLevel::Error => scene.role(role),
        };
        ink.put_cut(x, y, room, &line.text, words);
    }
    if lines.len() <= height {
        return Note::default();
    }
    let last = first + shown.len();
    Note {
        forms: vec![format!("{}–{last} of {}", first + 1, lines.len())],
        scrolled: Some(Scrolled {
            first,
            shown: shown.len(),
            all: lines.len(),
        }),
        ..Note::default()
    }
}
