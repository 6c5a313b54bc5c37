//! The border: title, focus, how the panel is doing and how old its data is, when that matters.

mod age;
mod part;

use ratatui::layout::Rect;
use ratatui::style::Style;

use self::age::{Ages, coarse};
pub(super) use self::age::{next_change, shown_retry};
use super::ink::{self, Ink};
use super::{Note, Scene, clock};
use crate::model::panel_data::Health;
use crate::ui::palette::Role;
use crate::ui::{Depth, Glyphs};
use crate::view::header::range_words;

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

/// Draws border, title and marks; returns the room inside, and what the border says of a
/// failure's reason.
pub(super) fn border(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> (Rect, Reason) {
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
    let reason = head(scene, area, ink);
    (inside(area), reason)
}

/// The room inside the border of a panel that has one.
pub(super) fn inside(area: Rect) -> Rect {
    let padding = u16::from(area.width >= 20);
    Rect::new(
        area.x + 1 + padding,
        area.y + 1,
        area.width - 2 - 2 * padding,
        area.height - 2,
    )
}

fn border_style(scene: &Scene<'_>) -> Style {
    scene.role(if scene.view.focused {
        Role::FocusedBorder
    } else {
        Role::Border
    })
}

/// A mark of the top border: words and their style.
type Mark = (String, Style);

/// A cut reason of fewer cells says nothing.
const LEAST_REASON: usize = 20;

/// What the top border says of the reason of a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reason {
    /// All of it; or it stands inside.
    Whole,
    /// Its beginning.
    Cut,
    /// Nothing, but how old the data is.
    Absent,
    /// Not even that.
    #[default]
    Bare,
}

/// Title on the left of the top border, marks on its right. Where both do not fit the title gives way
/// down to half the width, then shorter marks are taken, in the end none. Returns what it says of the
/// reason of a failure.
fn head(scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) -> Reason {
    let look = scene.look();
    // A corner, one piece of line and a blank on either side.
    let room = area.width.saturating_sub(6) as usize;
    let title = if scene.view.focused {
        let sign = ink.glyph("▸", ">");
        format!("{sign} {}", scene.title())
    } else {
        scene.title()
    };
    // That other numbers are shown than the header says is worth more than a title's tail.
    let is_other = part::is_other(scene.data);
    let least_title = ink::width(&title, look).min(room / if is_other { 3 } else { 2 });
    // Three cells stand between title and marks, or between two marks.
    let width = |marks: &[Mark]| -> usize {
        let widths = marks.iter().map(|(text, _)| ink::width(text, look) + 3);
        widths.sum::<usize>()
    };
    let (marks, reason) = marks(scene, room.saturating_sub(least_title + 3))
        .into_iter()
        .find(|(marks, _)| width(marks) + least_title <= room)
        .unwrap_or_default();
    if marks.is_empty() && matches!(scene.data.health, Health::Failed { .. }) {
        let sign = ink.glyph("✖", "x");
        ink.put(area.right() - 2, area.y, 1, sign, scene.role(Role::Bad));
    }
    if marks.is_empty() && is_other {
        ink.put(area.right() - 2, area.y, 1, "!", scene.role(Role::Warning));
    }
    let title = ink::cut(&title, room - width(&marks), look);
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
    if title_width > 0 {
        let free = room - width(&marks) - usize::from(title_width);
        let x = area.x + 3 + title_width;
        own_range(scene, (x, area.y), free, ink);
    }
    let Some(left) = width(&marks).checked_sub(3) else {
        return reason;
    };
    let mut x = area.right() - 3 - left as u16;
    ink.put(x - 1, area.y, 1, " ", Style::new());
    for (index, (text, style)) in marks.iter().enumerate() {
        if index > 0 {
            let dot = ink.glyph(" · ", " - ");
            x += ink.put(x, area.y, 3, dot, scene.role(Role::Muted));
        }
        x += ink.put(x, area.y, area.right() - x, text, *style);
    }
    ink.put(x, area.y, 1, " ", Style::new());
    reason
}

/// After the title, the range of a panel that has its own: the one in the header is not what it shows.
/// The first to go where there is no room.
fn own_range(scene: &Scene<'_>, (x, y): (u16, u16), room: usize, ink: &mut Ink<'_>) {
    let Some(range) = &scene.panel.range else {
        return;
    };
    // Its first blank is the one after the title.
    let text = format!("{}{} ", ink.glyph(" · ", " - "), range_words(range));
    let cells = ink::width(&text, scene.look());
    if cells <= room + 1 {
        ink.put(x, y, cells as u16, &text, scene.role(Role::Muted));
    }
}

/// What matters now, the longest form first, and what it says of a reason; `room` is for one that is
/// cut. A failure's ages stand at the bottom, with the next try, unless they are
/// all there is room for.
fn marks(scene: &Scene<'_>, room: usize) -> Vec<(Vec<Mark>, Reason)> {
    let look = scene.look();
    if let Health::Failed { why, .. } = &scene.data.health {
        let sign = match look.glyphs {
            Glyphs::Ascii => "x",
            _ => "✖",
        };
        let bad = |words: String| vec![(words, scene.role(Role::Bad))];
        // Without data the reason stands inside.
        if scene.data.asked_at.is_none() {
            let forms = [format!("{sign} failed"), sign.to_owned()];
            return forms.map(|form| (bad(form), Reason::Whole)).to_vec();
        }
        let whole = format!("{sign} {}", why.summary);
        let mut forms = vec![(bad(whole.clone()), Reason::Whole)];
        if room >= LEAST_REASON {
            forms.push((bad(ink::cut(&whole, room, look)), Reason::Cut));
        }
        let age = Ages::of(scene.data, scene.view).poll.shown(scene.view.now);
        forms.extend(age.map(|age| (bad(format!("{sign} {}", coarse(age))), Reason::Absent)));
        forms.push((bad(sign.to_owned()), Reason::Bare));
        return forms;
    }
    let warning = scene.role(Role::Warning);
    let mark = |words: &String| (words.clone(), warning);
    if part::is_other(scene.data) {
        let forms = part::forms(scene).into_iter();
        return forms
            .map(|words| (vec![mark(&words)], Reason::Whole))
            .collect();
    }
    let ages = age_words(scene);
    let mut forms: Vec<Vec<Mark>> = vec![ages.iter().map(mark).collect()];
    if let [one, ..] = ages.as_slice() {
        let shorter = one.strip_prefix("data ").unwrap_or(one).to_owned();
        let shortest = shorter.strip_suffix(" old").unwrap_or(&shorter).to_owned();
        forms.push(vec![mark(one)]);
        forms.push(vec![mark(&shorter)]);
        forms.push(vec![mark(&shortest)]);
    }
    forms
        .into_iter()
        .map(|form| (form, Reason::Whole))
        .collect()
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
pub(super) fn foot(scene: &Scene<'_>, area: Rect, note: &Note, reason: Reason, ink: &mut Ink<'_>) {
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
    if let Some(filtered) = &note.filter {
        filtered.draw(scene, Rect::new(area.x + 2, y, room as u16 + 2, 1), ink);
        room = 0;
    }
    let more = more_on_failure(scene, reason);
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
fn more_on_failure(scene: &Scene<'_>, reason: Reason) -> Vec<String> {
    let Health::Failed { why, retry_at } = &scene.data.health else {
        return Vec::new();
    };
    let retry_at = shown_retry(*retry_at, scene.view.now);
    // Without data the reason and the time stand inside.
    if scene.data.asked_at.is_none() {
        return Vec::new();
    }
    let ages = age_words(scene);
    let mut forms = Vec::new();
    let Some(retry_at) = retry_at else {
        forms.extend((reason != Reason::Whole).then(|| why.summary.clone()));
        forms.extend((!ages.is_empty()).then(|| ages.join(" · ")));
        return forms;
    };
    let retry = clock(retry_at, scene.view.zone, "%H:%M:%S");
    let next = format!("next try at {retry}");
    let all: Vec<&str> = ages.iter().map(String::as_str).chain([&*next]).collect();
    let why = &why.summary;
    if reason != Reason::Whole {
        forms.push(format!("{why} · {}", all.join(" · ")));
    }
    if matches!(reason, Reason::Absent | Reason::Bare) {
        forms.push(format!("{why} · {next}"));
        forms.push(format!("{why} · next {retry}"));
        forms.push(why.clone());
    }
    forms.push(all.join(" · "));
    if let Some(age) = ages.first() {
        forms.push(format!("{age} · {next}"));
        forms.push(format!("{age} · next {retry}"));
    }
    // How old it is says more than when it is tried again, unless that is said already.
    let age = ages.first().cloned();
    let (before, after) = if reason == Reason::Bare {
        (age, None)
    } else {
        (None, age)
    };
    forms.extend(before);
    forms.push(next);
    forms.push(format!("next {retry}"));
    forms.extend(after);
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
