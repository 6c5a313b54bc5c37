//! Points on the outline of the world: a mark where each is, in the colour and with the sign of its
//! threshold, else larger the greater its value; points on one spot are one mark with their number.

mod marks;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::chart::canvas::{Canvas, dots_per_cell};
use super::ink::{self, Ink};
use super::{Note, Scene, bold};
use crate::model::globe::{Projection, outlines};
use crate::model::panel_data::Site;
use crate::ui::Glyphs;
use crate::ui::palette::Role;

use marks::{Mark, marks};

/// Borders between countries are drawn where no more than this many degrees are in sight.
const BORDERS_BELOW: f64 = 120.0;
/// One label per so many cells: more would hide the map.
const CELLS_PER_LABEL: usize = 60;

/// Draws `sites`; the note counts them where marks stand for several.
pub(super) fn draw(scene: &Scene<'_>, sites: &[Site], area: Rect, ink: &mut Ink<'_>) -> Note {
    if area.height < 3 || area.width < 10 {
        draw_words(scene, sites, area, ink);
        return Note::default();
    }
    let points = sites.iter().map(|site| (site.latitude, site.longitude));
    let map = Projection::fit(points, (area.width, area.height));
    draw_outline(scene, &map, area, ink);
    let marks = marks(scene, sites, &map, area);
    let mut taken = Taken::new(area);
    for mark in &marks {
        let cells = mark.text.chars().count() as u16;
        ink.put(mark.x, mark.y, cells, &mark.text, mark.style);
        taken.take(mark.x, mark.y, cells);
    }
    let cells = usize::from(area.width) * usize::from(area.height);
    for mark in marks.iter().take(cells.div_ceil(CELLS_PER_LABEL)) {
        draw_label(scene, sites, mark, &mut taken, ink);
    }
    note(sites.len(), marks.len())
}

fn note(sites: usize, marks: usize) -> Note {
    if sites == marks {
        return Note::default();
    }
    let count = super::grouped(sites);
    Note {
        forms: vec![
            format!("{count} places, near ones as a number"),
            format!("{count} places"),
            count,
        ],
        ..Note::default()
    }
}

/// Where there is no room for a map: the foremost point.
fn draw_words(scene: &Scene<'_>, sites: &[Site], area: Rect, ink: &mut Ink<'_>) {
    let Some(site) = marks::foremost(scene, sites) else {
        return;
    };
    let more = sites.len() - 1;
    let more = if more > 0 {
        format!(" +{}", super::grouped(more))
    } else {
        String::new()
    };
    let tone = scene.tone(site.value).unwrap_or_default();
    let y = area.y + area.height.saturating_sub(1) / 2;
    let room = area
        .width
        .saturating_sub(ink::width(&more, scene.look()) as u16);
    let value = marks::words(scene, site.value, room);
    let cells = (ink::width(&value, scene.look()) as u16).min(room);
    let names = room.saturating_sub(cells + 1);
    let mut x = area.x;
    if names >= 3 && !site.name.is_empty() {
        x += ink.put_cut(x, y, names, &site.name, scene.role(Role::Text)) + 1;
    }
    x += ink.put(x, y, cells, &value, bold(tone));
    ink.put(
        x,
        y,
        area.right().saturating_sub(x),
        &more,
        scene.role(Role::Muted),
    );
}

/// Coasts, and borders where the map is near enough.
fn draw_outline(scene: &Scene<'_>, map: &Projection, area: Rect, ink: &mut Ink<'_>) {
    let glyphs = scene.look().glyphs;
    let mut canvas = Canvas::new(area, glyphs);
    let has_borders = map.breadth() <= BORDERS_BELOW && glyphs != Glyphs::Ascii;
    let (columns, rows) = dots_per_cell(glyphs);
    let (width, height) = canvas.size();
    for outline in outlines().filter(|line| has_borders || !line.is_border) {
        let mut before: Option<(f64, (i32, i32))> = None;
        for (latitude, longitude) in outline.points() {
            let (x, y) = map.place(latitude, longitude);
            let dot = (
                (x * f64::from(columns)).floor() as i32,
                (y * f64::from(rows)).floor() as i32,
            );
            let east = map.east(longitude);
            let is_seen = |(x, y): (i32, i32), (to_x, to_y): (i32, i32)| {
                x.max(to_x) >= 0 && x.min(to_x) < width && y.max(to_y) >= 0 && y.min(to_y) < height
            };
            if let Some((from_east, from)) = before
                && (east - from_east).abs() < 180.0
                && is_seen(from, dot)
            {
                canvas.line(from, dot, u16::from(outline.is_border), |_| true);
            }
            before = Some((east, dot));
        }
    }
    let coast = scene.role(Role::Border);
    if glyphs == Glyphs::Ascii {
        for (x, y) in canvas.lit() {
            ink.cell(x, y, '.', coast);
        }
    } else {
        canvas.paint(&[coast, coast.add_modifier(Modifier::DIM)], ink);
    }
}

/// A mark's name and value beside, above or below it, as much as fits without covering another's.
fn draw_label(
    scene: &Scene<'_>,
    sites: &[Site],
    mark: &Mark,
    taken: &mut Taken,
    ink: &mut Ink<'_>,
) {
    let look = scene.look();
    let site = &sites[mark.site];
    let name = ink::cut(&site.name, 24, look);
    let value = match mark.count {
        1 if site.value.is_nan() => String::new(),
        1 => scene.write(site.value).to_string(),
        count => format!("+{}", super::grouped(count - 1)),
    };
    let muted = scene.role(Role::Muted);
    let number = if mark.count == 1 {
        bold(mark.tone)
    } else {
        muted
    };
    let text: Style = scene.role(Role::Text);
    let alone: &[(&str, Style)] = if mark.count == 1 {
        &[(&value, number)]
    } else {
        &[]
    };
    let forms: [&[(&str, Style)]; 3] =
        [&[(&name, text), (&value, number)], &[(&name, text)], alone];
    let cells = mark.text.chars().count() as u16;
    for form in forms {
        let parts: Vec<_> = form.iter().filter(|(words, _)| !words.is_empty()).collect();
        let width: usize = parts
            .iter()
            .map(|(words, _)| ink::width(words, look) + 1)
            .sum();
        let Some(width) = width.checked_sub(1).map(|width| width as u16) else {
            continue;
        };
        let centred = (mark.x + cells / 2).saturating_sub(width / 2);
        let places = [
            (mark.x + cells + 1, mark.y),
            (mark.x.wrapping_sub(width + 1), mark.y),
            (centred, mark.y + 1),
            (centred, mark.y.wrapping_sub(1)),
        ];
        if let Some((mut x, y)) = places
            .into_iter()
            .find(|(x, y)| taken.is_free(*x, *y, width))
        {
            taken.take(x, y, width);
            // Between words, and between a word and its mark, a coast would only disturb.
            for beside in x.saturating_sub(1)..=x + width {
                if taken.is_blank(beside, y) || (x..x + width).contains(&beside) {
                    ink.cell(beside, y, ' ', Style::new());
                }
            }
            for (words, style) in parts {
                x += ink.put(x, y, width, words, *style) + 1;
            }
            return;
        }
    }
}

/// The cells that marks and labels stand in.
struct Taken {
    area: Rect,
    cells: Vec<bool>,
}

impl Taken {
    fn new(area: Rect) -> Self {
        Self {
            area,
            cells: vec![false; usize::from(area.width) * usize::from(area.height)],
        }
    }

    fn index(&self, x: u16, y: u16) -> Option<usize> {
        let is_inside = self.area.contains((x, y).into());
        let (column, row) = (x.wrapping_sub(self.area.x), y.wrapping_sub(self.area.y));
        is_inside.then(|| usize::from(row) * usize::from(self.area.width) + usize::from(column))
    }

    /// Whether `width` cells and one on each side of them are free.
    fn is_free(&self, x: u16, y: u16, width: u16) -> bool {
        let end = x.checked_add(width).filter(|end| *end <= self.area.right());
        let Some(end) = end.filter(|_| x >= self.area.x) else {
            return false;
        };
        let is_taken = |x: u16| self.index(x, y).is_some_and(|index| self.cells[index]);
        (x..end).all(|x| self.is_blank(x, y))
            && !is_taken(end)
            && !x.checked_sub(1).is_some_and(is_taken)
    }

    /// Whether a cell of the map holds neither mark nor label.
    fn is_blank(&self, x: u16, y: u16) -> bool {
        self.index(x, y).is_some_and(|index| !self.cells[index])
    }

    fn take(&mut self, x: u16, y: u16, width: u16) {
        for x in x..x.saturating_add(width) {
            if let Some(index) = self.index(x, y) {
                self.cells[index] = true;
            }
        }
    }
}
