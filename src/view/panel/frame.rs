//! The border: title, focus, how the panel is doing and how old its data is, when that matters.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::ink::{self, Ink};
use super::{Note, PanelView, Scene, clock};
use crate::model::panel_data::{Health, PanelData, Shape};
use crate::model::time::Moment;
use crate::ui::palette::Role;
use crate::ui::{Depth, Glyphs};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The eight characters of a border: corners from top left clockwise, horizontal, vertical, and the
/// vertical's heavy form for a scroll mark.
struct Line {
    corners: [char; 4],
    horizontal: char,
    vertical: char,
    heavy: char,
}

fn line(scene: &Scene<'_>) -> Line {
    let focused = scene.view.focused;
    match (scene.look().glyphs, focused, scene.look().depth) {
        (Glyphs::Ascii, true, _) => Line {
            corners: ['+'; 4],
            horizontal: '=',
            vertical: '|',
            heavy: '#',
        },
        (Glyphs::Ascii, false, _) => Line {
            corners: ['+'; 4],
            horizontal: '-',
            vertical: '|',
            heavy: '#',
        },
        (_, true, Depth::None) => Line {
            corners: ['╔', '╗', '╝', '╚'],
            horizontal: '═',
            vertical: '║',
            heavy: '█',
        },
        _ => Line {
            corners: ['╭', '╮', '╯', '╰'],
            horizontal: '─',
            vertical: '│',
            heavy: '┃',
        },
    }
}

/// Draws border, title and marks; returns the room inside, and whether a reason was cut.
pub(super) fn border(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> (Rect, bool) {
    let style = border_style(scene);
    let line = line(scene);
    let (left, right) = (area.left(), area.right() - 1);
    let (top, bottom) = (area.top(), area.bottom() - 1);
    for x in left + 1..right {
        ink.cell(x, top, line.horizontal, style);
        ink.cell(x, bottom, line.horizontal, style);
    }
    for y in top + 1..bottom {
        ink.cell(left, y, line.vertical, style);
        ink.cell(right, y, line.vertical, style);
    }
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    for ((x, y), corner) in corners.into_iter().zip(line.corners) {
        ink.cell(x, y, corner, style);
    }
    let cut = head(scene, area, ink);
    let padding = u16::from(area.width >= 20);
    let inside = Rect::new(
        left + 1 + padding,
        top + 1,
        area.width - 2 - 2 * padding,
        area.height - 2,
    );
    (inside, cut)
}

fn border_style(scene: &Scene<'_>) -> Style {
    scene.role(if scene.view.focused {
        Role::FocusedBorder
    } else {
        Role::Border
    })
}

/// Title on the left of the top border, marks on its right. Where both do not fit the title gives way
/// down to half the width, then ages are left out, then the reason is cut. Returns whether it was.
fn head(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> bool {
    let look = scene.look();
    // A corner, one piece of line and a blank on either side.
    let room = area.width.saturating_sub(6) as usize;
    let title = if scene.view.focused {
        let sign = ink.glyph("▸", ">");
        format!("{sign} {}", scene.panel.title)
    } else {
        scene.panel.title.clone()
    };
    let least_title = ink::width(&title, look).min(room / 2);
    let mut marks = marks(scene);
    let marks_width = |marks: &[(String, Style)]| -> usize {
        let widths = marks.iter().map(|(text, _)| ink::width(text, look) + 3);
        widths.sum::<usize>()
    };
    while marks.len() > 1 && marks_width(&marks) + least_title > room {
        marks.pop();
    }
    let marks_room = marks_width(&marks).min(room.saturating_sub(least_title));
    let title = ink::cut(&title, room - marks_room, look);
    let title_width = ink::width(&title, look) as u16;
    let style = if scene.view.focused {
        super::bold(border_style(scene))
    } else {
        scene.role(Role::Title)
    };
    if title_width > 0 {
        let text = format!(" {title} ");
        ink.put(area.x + 2, area.y, title_width + 2, &text, style);
    }
    // Three cells stand between title and marks, or between two marks.
    let Some(mut left) = marks_room.checked_sub(3).filter(|room| *room > 0) else {
        return !marks.is_empty();
    };
    let mut x = area.right() - 3 - left as u16;
    ink.put(x - 1, area.y, 1, " ", Style::new());
    let mut cut = false;
    for (index, (text, style)) in marks.iter().enumerate() {
        if index > 0 {
            let dot = ink.glyph(" · ", " - ");
            x += ink.put(x, area.y, 3, dot, scene.role(Role::Muted));
            left = left.saturating_sub(3);
        }
        cut |= ink::width(text, look) > left;
        let used = ink.put_cut(x, area.y, left as u16, text, *style);
        x += used;
        left = left.saturating_sub(used.into());
    }
    ink.put(x, area.y, 1, " ", Style::new());
    cut
}

/// What matters now, most important first. A failure's ages stand at the bottom, with the next try.
fn marks(scene: &Scene<'_>) -> Vec<(String, Style)> {
    if let Health::Failed { why, .. } = &scene.data.health {
        let sign = match scene.look().glyphs {
            Glyphs::Ascii => "x",
            _ => "✖",
        };
        // Without data the reason stands inside.
        let reason = match scene.data.asked_at {
            Some(_) => &why.summary,
            None => "failed",
        };
        return vec![(format!("{sign} {reason}"), scene.role(Role::Bad))];
    }
    let warning = scene.role(Role::Warning);
    let ages = age_words(scene).into_iter();
    ages.map(|words| (words, warning)).collect()
}

/// The ages that matter: since the data was asked for, then of the newest time in it.
fn age_words(scene: &Scene<'_>) -> Vec<String> {
    let ages = Ages::of(scene.data, scene.view);
    let now = scene.view.now;
    let poll = ages.poll.shown(now);
    let data = ages.data.shown(now);
    poll.map(|age| format!("{} old", coarse(age)))
        .into_iter()
        .chain(data.map(|age| format!("data {} old", coarse(age))))
        .collect()
}

/// The bottom border: on the left more about a failure, on the right what is not shown; on the right
/// border where a scrolled table stands.
pub(super) fn foot(
    scene: &Scene<'_>,
    area: Rect,
    note: &Note,
    reason_cut: bool,
    ink: &mut Ink<'_>,
) {
    let look = scene.look();
    let mut room = area.width.saturating_sub(6) as usize;
    let mut forms = note.forms.clone();
    if scene.data.rows.truncated && scene.data.asked_at.is_some() {
        let count = super::grouped(scene.data.rows.len());
        forms = match forms.as_slice() {
            [] => vec![format!("first {count} rows"), format!("first {count}")],
            [long, ..] => [format!("{long} · first {count} rows")]
                .into_iter()
                .chain(forms.iter().map(|form| format!("{form}+")))
                .collect(),
        };
    }
    let fits = |form: &&String| ink::width(form, look) <= room;
    let words = forms.iter().find(fits).or(forms.last()).cloned();
    let words = words.unwrap_or_default();
    let y = area.bottom() - 1;
    if !words.is_empty() {
        let words = ink::cut(&words, room, look);
        let cells = ink::width(&words, look);
        let x = area.right() - 3 - cells as u16;
        ink.put(
            x - 1,
            y,
            cells as u16 + 2,
            &format!(" {words} "),
            scene.role(Role::Muted),
        );
        room = room.saturating_sub(cells + 3);
    }
    let more = more_on_failure(scene, reason_cut);
    let fitting = more.iter().find(|text| ink::width(text, look) <= room);
    if let Some(text) = fitting {
        let cells = ink::width(text, look) as u16 + 2;
        let text = format!(" {text} ");
        ink.put(area.x + 2, y, cells, &text, scene.role(Role::Muted));
    }
    if let Some(scrolled) = note.scrolled {
        scroll_mark(scene, area, scrolled, ink);
    }
}

/// What the top border has no room for: the reason where it was cut, how old the data is, when it is
/// tried again. The longest form first.
fn more_on_failure(scene: &Scene<'_>, reason_cut: bool) -> Vec<String> {
    let Health::Failed { why, retry_at } = &scene.data.health else {
        return Vec::new();
    };
    // Without data the reason and the time stand inside.
    if scene.data.asked_at.is_none() {
        return Vec::new();
    }
    let retry = clock(*retry_at, scene.view.zone, "%H:%M:%S");
    let next = format!("next try at {retry}");
    let ages = age_words(scene);
    let mut forms = Vec::new();
    let all: Vec<&str> = ages.iter().map(String::as_str).chain([&*next]).collect();
    if reason_cut {
        forms.push(format!("{} · {}", why.summary, all.join(" · ")));
    }
    forms.push(all.join(" · "));
    if let Some(age) = ages.first() {
        forms.push(format!("{age} · {next}"));
        forms.push(format!("{age} · next {retry}"));
        forms.push(age.clone());
    }
    forms.push(next);
    forms
}

fn scroll_mark(scene: &Scene<'_>, area: Rect, at: super::Scrolled, ink: &mut Ink<'_>) {
    let track = area.height.saturating_sub(2) as usize;
    if at.all <= at.shown || track < 2 {
        return;
    }
    let length = (track * at.shown / at.all).clamp(1, track - 1);
    let last = at.all - at.shown;
    let start = ((track - length) * at.first.min(last) + last / 2) / last;
    let heavy = line(scene).heavy;
    for y in start..start + length {
        ink.cell(
            area.right() - 1,
            area.y + 1 + y as u16,
            heavy,
            border_style(scene),
        );
    }
}

/// Since when, and from which age on it is shown.
#[derive(Clone, Copy, Debug)]
struct Age {
    since: Option<Moment>,
    from: i64,
}

impl Age {
    /// The age now, when it is old enough to matter.
    fn shown(&self, now: Moment) -> Option<i64> {
        let age = now.since(self.since?);
        (age > self.from).then_some(age)
    }

    /// When what is shown of it changes.
    fn next_change(&self, now: Moment) -> Option<Moment> {
        let since = self.since?;
        let age = now.since(since);
        let next = if age > self.from {
            age - age.rem_euclid(step(age)) + step(age)
        } else {
            self.from + 1
        };
        Some(Moment(since.0.saturating_add(next)))
    }
}

/// The two ages of a panel, never mixed.
struct Ages {
    /// Since the shown data was asked for.
    poll: Age,
    /// Since the newest time in the data.
    data: Age,
}

impl Ages {
    fn of(data: &PanelData, view: &PanelView<'_>) -> Self {
        let refresh = view.refresh.max(0);
        let newest = data
            .newest_at
            .filter(|at| *at != Moment::INFINITY && *at != Moment::NEG_INFINITY);
        let interval = data.interval.max(0).saturating_mul(2);
        Self {
            poll: Age {
                since: data.asked_at,
                from: refresh.saturating_mul(3).saturating_add(2 * SECOND),
            },
            data: Age {
                // That nothing happened lately is no sign of old data.
                since: newest.filter(|_| {
                    data.asked_at.is_some() && !matches!(data.shape.as_ref(), Shape::Log(_))
                }),
                from: refresh.saturating_mul(5).max(interval).max(MINUTE),
            },
        }
    }
}

pub(super) fn next_change(data: &PanelData, view: &PanelView<'_>) -> Option<Moment> {
    let ages = Ages::of(data, view);
    let poll = ages.poll.next_change(view.now);
    let data = ages.data.next_change(view.now);
    poll.into_iter().chain(data).min()
}

/// The width of the steps in which an age is shown.
fn step(age: i64) -> i64 {
    match age {
        age if age < MINUTE => 10 * SECOND,
        age if age < HOUR => MINUTE,
        age if age < 2 * DAY => HOUR,
        _ => DAY,
    }
}

/// An age in its steps: `20s`, `3m`, `5h`, `12d`.
fn coarse(age: i64) -> String {
    let whole = age - age.rem_euclid(step(age));
    match whole {
        0 => "a few s".to_owned(),
        whole if whole < MINUTE => format!("{}s", whole / SECOND),
        whole if whole < HOUR => format!("{}m", whole / MINUTE),
        whole if whole < 2 * DAY => format!("{}h", whole / HOUR),
        whole => format!("{}d", whole / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_coarse() {
        let seen: Vec<_> = [6, 19, 59, 60, 119, 3_599, 7_300, 172_799, 172_800]
            .map(|seconds| coarse(seconds * SECOND))
            .into();
        assert_eq!(
            seen,
            [
                "a few s", "10s", "50s", "1m", "1m", "59m", "2h", "47h", "2d"
            ]
        );
    }

    #[test]
    fn an_age_is_shown_only_from_where_it_matters_and_changes_only_at_its_steps() {
        let age = Age {
            since: Some(Moment(0)),
            from: 17 * SECOND,
        };
        assert_eq!(age.shown(Moment(17 * SECOND)), None);
        let first = age.next_change(Moment(5 * SECOND)).unwrap();
        assert_eq!(age.shown(Moment(first.0 - 1)), None);
        assert_eq!(age.shown(first), Some(17 * SECOND + 1));
        let mut at = first;
        for expected in ["20s", "30s", "40s", "50s", "1m", "2m"] {
            let before = coarse(at.0);
            let next = age.next_change(at).unwrap();
            assert_eq!(coarse(next.0 - 1), before);
            assert_eq!(coarse(next.0), expected);
            at = next;
        }
    }
}
