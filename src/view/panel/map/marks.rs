//! Which marks a map has: points in one cell, or in the next one, are one.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::{Scene, bold};
use crate::model::globe::Projection;
use crate::model::panel_data::Site;
use crate::ui::Glyphs;

/// One mark.
pub(super) struct Mark {
    pub(super) x: u16,
    pub(super) y: u16,
    /// The foremost of its sites.
    pub(super) site: usize,
    /// How many it stands for.
    pub(super) count: usize,
    /// What is drawn.
    pub(super) text: String,
    /// How.
    pub(super) style: Style,
    /// The colour of its value.
    pub(super) tone: Style,
}

/// How much a site wants to be seen: what is bad first, then what is great.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Rank(u8, f64);

fn rank(scene: &Scene<'_>, site: &Site) -> Rank {
    let severity = match scene.sign(site.value) {
        "✖" | "x" => 3,
        "▲" | "!" => 2,
        "✔" | "+" => 0,
        _ => 1,
    };
    let value = if site.value.is_nan() {
        f64::NEG_INFINITY
    } else {
        site.value
    };
    Rank(severity, value)
}

/// The site that wants most to be seen.
pub(super) fn foremost<'s>(scene: &Scene<'_>, sites: &'s [Site]) -> Option<&'s Site> {
    let better = |best: &'s Site, site: &'s Site| {
        if rank(scene, site) > rank(scene, best) {
            site
        } else {
            best
        }
    };
    sites.iter().reduce(better)
}

/// A value with its sign, in `room` cells; empty for none.
pub(super) fn words(scene: &Scene<'_>, value: f64, room: u16) -> String {
    if value.is_nan() {
        String::new()
    } else {
        scene.fitting(value, room)
    }
}

/// The sites of one cell.
#[derive(Clone, Copy)]
struct Heap {
    x: u16,
    y: u16,
    site: usize,
    count: usize,
    rank: Rank,
}

/// The marks in `area`, those first that want most to be seen.
pub(super) fn marks(scene: &Scene<'_>, sites: &[Site], map: &Projection, area: Rect) -> Vec<Mark> {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut cells: Vec<Option<Heap>> = vec![None; width * height];
    let mut greatest = 0.0_f64;
    for (index, site) in sites.iter().enumerate() {
        if site.value.is_finite() {
            greatest = greatest.max(site.value.abs());
        }
        let (x, y) = map.place(site.latitude, site.longitude);
        let x = (x.max(0.0) as u16).min(area.width - 1);
        let y = (y.max(0.0) as u16).min(area.height - 1);
        let rank = rank(scene, site);
        let heap = cells[usize::from(y) * width + usize::from(x)].get_or_insert(Heap {
            x,
            y,
            site: index,
            count: 0,
            rank,
        });
        heap.count += 1;
        if rank > heap.rank {
            (heap.site, heap.rank) = (index, rank);
        }
    }
    let mut heaps: Vec<Heap> = cells.iter().flatten().copied().collect();
    let order = |a: &Heap, b: &Heap| b.rank.0.cmp(&a.rank.0).then(b.rank.1.total_cmp(&a.rank.1));
    heaps.sort_by(order);
    let mut kept: Vec<(Heap, usize)> = Vec::new();
    // By cell: the mark that stands there, and one cell around it.
    let mut owner: Vec<Option<usize>> = vec![None; cells.len()];
    for heap in heaps {
        let row = usize::from(heap.y) * width;
        if cells[row + usize::from(heap.x)].is_none() {
            continue;
        }
        let mut count = 0;
        for y in heap.y.saturating_sub(1)..=(heap.y + 1).min(area.height - 1) {
            let reach = if y == heap.y { 2 } else { 1 };
            for x in heap.x.saturating_sub(reach)..=(heap.x + reach).min(area.width - 1) {
                let other = cells[usize::from(y) * width + usize::from(x)].take();
                count += other.map_or(0, |other| other.count);
            }
        }
        // Numbers side by side would read as one: the lesser goes into the greater.
        let (from, to) = span(scene, &sites[heap.site], heap.x, count, area.width);
        if let Some(mark) = owner[row + from..row + to].iter().flatten().next() {
            kept[*mark].1 += count;
            continue;
        }
        owner[row + from.saturating_sub(1)..row + (to + 1).min(width)].fill(Some(kept.len()));
        kept.push((heap, count));
    }
    let mark = |(heap, count)| mark(scene, sites, heap, count, greatest, area);
    kept.into_iter().map(mark).collect()
}

/// The columns a mark takes, from and up to; a number's with room for one more digit.
fn span(scene: &Scene<'_>, site: &Site, x: u16, count: usize, width: u16) -> (usize, usize) {
    let cells = if count > 1 {
        let sign = scene.sign(site.value).chars().count();
        (sign + short(count).len() + 1).min(sign + 4)
    } else {
        1
    };
    let from = usize::from(x).min(usize::from(width).saturating_sub(cells));
    (from, (from + cells).min(usize::from(width)))
}

fn mark(
    scene: &Scene<'_>,
    sites: &[Site],
    heap: Heap,
    count: usize,
    greatest: f64,
    area: Rect,
) -> Mark {
    let value = sites[heap.site].value;
    let tone = scene.tone(value).unwrap_or_else(|| scene.series_style(0));
    let sign = scene.sign(value);
    let (text, style) = if count > 1 {
        (
            format!("{sign}{}", short(count)),
            bold(tone).add_modifier(Modifier::REVERSED),
        )
    } else if sign.is_empty() {
        (
            dot(value, greatest, scene.look().glyphs).to_owned(),
            bold(tone),
        )
    } else {
        (sign.to_owned(), bold(tone))
    };
    let cells = text.chars().count() as u16;
    Mark {
        x: (area.x + heap.x)
            .min(area.right().saturating_sub(cells))
            .max(area.x),
        y: area.y + heap.y,
        site: heap.site,
        count,
        text,
        style,
        tone,
    }
}

/// A dot as large as the value's size compared with the greatest.
fn dot(value: f64, greatest: f64, glyphs: Glyphs) -> &'static str {
    let sizes = match glyphs {
        Glyphs::Braille => ["•", "●", "◉"],
        Glyphs::Blocks => ["·", "•", "■"],
        Glyphs::Ascii => ["o", "O", "@"],
    };
    if value.is_nan() || greatest == 0.0 {
        return sizes[1];
    }
    // The area says how much, so the width is its root.
    let size = (value.abs() / greatest).sqrt();
    sizes[((size * 3.0) as usize).min(2)]
}

/// A count in at most four cells.
fn short(count: usize) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}
