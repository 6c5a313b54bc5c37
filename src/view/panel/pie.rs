//! Shares of a whole: a round pie with a legend where there are colours to tell its slices apart and
//! cells enough to make it round, else ranked bars. Both say the percentages, which add up to 100.

mod round;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::ink::{self, Ink};
use super::{Note, Scene, bold};
use crate::config::Legend;
use crate::model::panel_data::Bar;
use crate::model::share::{Share, Shares, shares};
use crate::ui::palette::{self, Role};
use crate::ui::{Depth, Glyphs};

/// Hues of the palette: more slices could not be told apart. The rest is gray.
const HUES: usize = 7;
/// The least and the greatest height of a pie in cells; it is twice as wide.
const ROUND: std::ops::RangeInclusive<u16> = 5..=17;
/// The least width of a legend beside it.
const LEGEND: u16 = 16;

/// Draws the shares of `bars`; the note says what has none.
pub(super) fn draw(scene: &Scene<'_>, bars: &[Bar], area: Rect, ink: &mut Ink<'_>) -> Note {
    let values = || bars.iter().map(|bar| bar.value);
    let round = place(scene, bars, area);
    let rows = match round {
        Some(place) => place.rows.min(HUES + 1),
        // One line has all that fit side by side.
        None if area.height == 1 => HUES + 1,
        None => usize::from(area.height),
    };
    let all = shares(values(), rows);
    if all.shares.is_empty() {
        let words = match all.negative {
            0 => "nothing to share out: all are 0",
            _ => "no shares: nothing is above 0",
        };
        let y = area.y + area.height.saturating_sub(1) / 2;
        ink.put_centred(area, y, words, scene.role(Role::Muted));
        return note(&all);
    }
    let entries = entries(scene, bars, &all);
    match round {
        Some(place) => {
            round::draw(scene, &all, &entries, place.pie, ink);
            draw_legend(scene, &all, &entries, place.legend, ink);
        }
        None if area.height == 1 => draw_line(scene, &entries, area, ink),
        None => draw_bars(scene, &entries, area, ink),
    }
    note(&all)
}

fn note(all: &Shares) -> Note {
    let negative = all.negative;
    if negative == 0 {
        return Note::default();
    }
    let are = if negative == 1 {
        "value is"
    } else {
        "values are"
    };
    Note {
        forms: vec![
            format!("{negative} negative {are} in no share"),
            format!("{negative} negative left out"),
            format!("-{negative}"),
        ],
        ..Note::default()
    }
}

/// A round form's parts.
#[derive(Clone, Copy, Debug)]
struct Place {
    pie: Rect,
    legend: Rect,
    /// Entries the legend has room for.
    rows: usize,
}

/// Where pie and legend go; none where bars say more.
fn place(scene: &Scene<'_>, bars: &[Bar], area: Rect) -> Option<Place> {
    let look = scene.look();
    if look.depth == Depth::None || look.glyphs == Glyphs::Ascii {
        return None;
    }
    let centred = |pie: u16, within: Rect| Rect {
        x: within.x + within.width.saturating_sub(2 * pie) / 2,
        y: within.y + within.height.saturating_sub(pie) / 2,
        width: 2 * pie,
        height: pie,
    };
    let largest = |height: u16, width: u16| height.min(width / 2).min(*ROUND.end());
    let fits = |pie: &u16| *pie >= *ROUND.start();
    if scene.panel.legend == Legend::Hide {
        let pie = Some(largest(area.height, area.width)).filter(fits)?;
        let (pie, rows) = (centred(pie, area), HUES + 1);
        let legend = Rect::default();
        return Some(Place { pie, legend, rows });
    }
    let names = bars.iter().take(HUES * 4);
    let names = names.map(|bar| ink::width(&bar.label, look)).max();
    let least = names.unwrap_or(0).min(usize::from(area.width)) as u16 + 10;
    let least = least.clamp(LEGEND, LEGEND.max(area.width / 2));
    let beside = largest(area.height, area.width.saturating_sub(least + 3));
    let wanted = bars.iter().filter(|bar| bar.value > 0.0).take(HUES + 1);
    let wanted = wanted.count().max(1) as u16;
    let below = largest(area.height.saturating_sub(wanted + 1), area.width);
    if fits(&beside) && beside >= below {
        // Both stand in the middle together.
        let legend = (area.width - 2 * beside - 3).min(52);
        let used = 2 * beside + 3 + legend;
        let x = area.x + (area.width - used) / 2;
        let pie = Rect {
            y: centred(beside, area).y,
            ..Rect::new(x, 0, 2 * beside, beside)
        };
        let legend = Rect {
            width: legend,
            x: pie.right() + 3,
            ..area
        };
        let rows = usize::from(area.height);
        return Some(Place { pie, legend, rows });
    }
    let pie = Some(below).filter(fits)?;
    let upper = Rect {
        height: area.height - wanted - 1,
        ..area
    };
    let legend = Rect {
        y: upper.bottom() + 1,
        height: wanted,
        ..area
    };
    let rows = usize::from(wanted);
    Some(Place {
        pie: centred(pie, upper),
        legend,
        rows,
    })
}

/// One line of a legend, or one bar.
struct Entry {
    name: String,
    percent: String,
    value: String,
    part: f64,
    style: Style,
}

fn entries(scene: &Scene<'_>, bars: &[Bar], all: &Shares) -> Vec<Entry> {
    let entry = |(place, share): (usize, &Share)| Entry {
        name: match share.index {
            Some(index) => bars[index].label.clone(),
            None => format!("other ({})", super::grouped(all.rest)),
        },
        percent: percent(share),
        value: scene.write(share.value).to_string(),
        part: share.part,
        style: match share.index {
            Some(_) => scene.series_style(place),
            None => palette::color(crate::model::color::Color::Gray, scene.look()),
        },
    };
    all.shares.iter().enumerate().map(entry).collect()
}

/// `38.4%`; what is there but rounds to nothing is `<0.1%`.
fn percent(share: &Share) -> String {
    match share.tenths {
        0 => "<0.1%".to_owned(),
        tenths => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A line per slice: its colour, name, percentage and value, and the total where there is room.
fn draw_legend(scene: &Scene<'_>, all: &Shares, entries: &[Entry], area: Rect, ink: &mut Ink<'_>) {
    if area.is_empty() {
        return;
    }
    let look = scene.look();
    let total = scene.write(all.total).to_string();
    let has_total = entries.len() > 1 && usize::from(area.height) >= entries.len() + 2;
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| ink::width(text, look)).max().unwrap_or(0) as u16
    };
    let percents = widest(&mut entries.iter().map(|entry| entry.percent.as_str())).max(6);
    let names = widest(&mut entries.iter().map(|entry| entry.name.as_str())).max(5);
    let mut values = entries.iter().map(|entry| entry.value.as_str());
    let values = widest(&mut values).max(ink::width(&total, look) as u16);
    let fixed = 3 + 1 + percents;
    let has_values = area.width >= fixed + names.min(10) + 2 + values;
    let after = if has_values { values + 2 } else { 0 };
    let names = names.min(area.width.saturating_sub(fixed + after));
    let lines = entries.len() as u16 + if has_total { 2 } else { 0 };
    let mut y = area.y + area.height.saturating_sub(lines) / 2;
    let mut line = |swatch: Option<Style>, name: &str, percent: &str, value: &str, style: Style| {
        if let Some(style) = swatch {
            ink.put(area.x, y, 2, "██", style);
        }
        let mut x = area.x + 3;
        ink.put_cut(x, y, names, name, style);
        x += names + 1 + percents;
        ink.put_right(x, y, percents, percent, bold(style));
        if has_values {
            ink.put_right(x + after, y, values, value, scene.role(Role::Muted));
        }
        y += 1;
    };
    for entry in entries {
        line(
            Some(entry.style),
            &entry.name,
            &entry.percent,
            &entry.value,
            scene.role(Role::Text),
        );
    }
    if has_total {
        line(None, "", "", "", Style::new());
        line(None, "total", "100.0%", &total, scene.role(Role::Muted));
    }
}

/// A percentage in `room` cells: without its decimal where it must be, never without a digit that
/// counts.
fn percent_in(entry: &Entry, room: u16) -> String {
    let fits = |text: &str| text.len() <= usize::from(room);
    let whole = format!("{:.0}%", entry.part * 100.0);
    let forms = [&entry.percent, &whole].into_iter().find(|text| fits(text));
    forms.map_or_else(|| "…".to_owned(), String::clone)
}

/// One line: the names and percentages that fit, the greatest first.
fn draw_line(scene: &Scene<'_>, entries: &[Entry], area: Rect, ink: &mut Ink<'_>) {
    let look = scene.look();
    let mut x = area.x;
    for (index, entry) in entries.iter().enumerate() {
        let percent = ink::width(&entry.percent, look) as u16;
        let room = area.right().saturating_sub(x);
        let name = ink::width(&entry.name, look) as u16;
        if index > 0 && name + 1 + percent > room {
            return;
        }
        let name = name.min(room.saturating_sub(percent + 1));
        if name >= 2 {
            x += ink.put_cut(x, area.y, name, &entry.name, scene.role(Role::Text)) + 1;
        }
        let room = area.right().saturating_sub(x);
        let percent = percent_in(entry, room);
        x += ink.put(x, area.y, room, &percent, bold(entry.style)) + 2;
    }
}

/// A line per share: name, bar, percentage, value.
fn draw_bars(scene: &Scene<'_>, entries: &[Entry], area: Rect, ink: &mut Ink<'_>) {
    let look = scene.look();
    let widest = |text: fn(&Entry) -> &str| {
        let widths = entries.iter().map(|entry| ink::width(text(entry), look));
        widths.max().unwrap_or(0) as u16
    };
    let width = area.width;
    let percents = widest(|entry| &entry.percent).min(width);
    let values = widest(|entry| &entry.value);
    let names = widest(|entry| &entry.name);
    let has_values = width >= names.min(12) + percents + values + 12;
    let after = percents + if has_values { values + 2 } else { 0 };
    let names = names
        .min(width.saturating_sub(after + 1))
        .min((width * 2 / 5).max(width.saturating_sub(after + 2) / 2));
    let bar = width.saturating_sub(names + after + 2);
    let greatest = entries.iter().map(|entry| entry.part).fold(0.0, f64::max);
    let count = entries.len() as u16;
    let spacing = 1 + u16::from(count > 1 && area.height >= 2 * count - 1);
    for (row, entry) in (0u16..).zip(entries) {
        let y = area.y + row * spacing;
        if y >= area.bottom() {
            break;
        }
        ink.put_cut(area.x, y, names, &entry.name, scene.role(Role::Text));
        if bar >= 4 {
            let eighths = (entry.part / greatest * f64::from(bar) * 8.0).round() as usize;
            super::bars::draw_bar(area.x + names + 1, y, 0, eighths, entry.style, ink);
        }
        let end = area.right().saturating_sub(after - percents);
        let percent = percent_in(entry, percents);
        ink.put_right(end, y, percents, &percent, bold(entry.style));
        if has_values {
            let muted = scene.role(Role::Muted);
            ink.put_right(area.right(), y, values, &entry.value, muted);
        }
    }
}
