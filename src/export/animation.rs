//! What a screen showed over a while as one vector picture that moves, for pages that play no recording (a README).
//!
//! No script: CSS turns parts of rows on and off (`@keyframes` with steps,
//! <https://www.w3.org/TR/css-animations-1/>). What is in several pictures at the same place is there once.
//! Where nothing is animated, or the reader wants little motion, it is the last picture.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::Duration;

use ratatui::buffer::Buffer;

use super::paint::Ground;
use super::svg;

/// How long the last picture stays before it begins anew.
const REST: Duration = Duration::from_secs(3);

/// The picture of `pictures`, each of the same size and with the time since when it was seen; `length` is when the last
/// one was left. `title` is what a screen reader calls it. Empty without a picture.
pub fn animation(
    pictures: &[(Duration, Buffer)],
    length: Duration,
    title: &str,
    ground: Ground,
) -> String {
    let Some((_, last)) = pictures.last() else {
        return String::new();
    };
    let whole = length + REST;
    // In which pictures something is to be seen → its class.
    let mut classes: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut rows = String::new();
    for y in last.area.top()..last.area.bottom() {
        let mut open = None;
        for (part, seen) in parts(pictures, y, ground) {
            let next = classes.len();
            let class = (seen.len() < pictures.len()).then(|| *classes.entry(seen).or_insert(next));
            if open != class {
                rows.push_str(if open.is_some() { "</g>\n" } else { "" });
                if let Some(class) = class {
                    let _ = writeln!(rows, "<g class=\"a k{class}\">");
                }
                open = class;
            }
            rows.push_str(&part);
            rows.push('\n');
        }
        rows.push_str(if open.is_some() { "</g>\n" } else { "" });
    }
    let seconds = whole.as_secs_f64();
    let mut style = format!(".a{{animation:{seconds:.2}s step-end infinite;visibility:hidden}}");
    for (seen, class) in classes {
        let _ = write!(style, ".k{class}{{animation-name:k{class}");
        if seen.last() == Some(&(pictures.len() - 1)) {
            style.push_str(";visibility:visible");
        }
        let _ = write!(style, "}}@keyframes k{class}{{");
        let mut before = None;
        for (index, (at, _)) in pictures.iter().enumerate() {
            let is_seen = seen.binary_search(&index).is_ok();
            if before != Some(is_seen) {
                let part = at.as_secs_f64() / seconds * 100.0;
                let visibility = if is_seen { "visible" } else { "hidden" };
                // The first is there from the beginning.
                let part = if index == 0 { 0.0 } else { part };
                let _ = write!(style, "{part:.2}%{{visibility:{visibility}}}");
                before = Some(is_seen);
            }
        }
        style.push('}');
    }
    let _ = write!(
        style,
        ".d{{fill:none;stroke-width:{DOT};stroke-linecap:square}}"
    );
    style.push_str("@media(prefers-reduced-motion){.a{animation:none}}");
    let size = (last.area.width, last.area.height);
    let mut picture = svg::opened(size, title, ground, &style);
    picture.push_str(&rows);
    picture.push_str("</svg>\n");
    picture
}

/// What row `y` is made of, and in which pictures each part of it is, by their index. What lies behind letters comes
/// first, as in the row.
fn parts(pictures: &[(Duration, Buffer)], y: u16, ground: Ground) -> Vec<(String, Vec<usize>)> {
    let mut order: Vec<(String, Vec<usize>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, (_, buf)) in pictures.iter().enumerate() {
        let mut row = String::new();
        if y < buf.area.bottom() {
            svg::row(buf, y, ground, &mut row);
        }
        for part in row.lines() {
            let place = *known.entry(part.to_owned()).or_insert_with(|| {
                order.push((joined(part), Vec::new()));
                order.len() - 1
            });
            let seen = &mut order[place].1;
            if seen.last() != Some(&index) {
                seen.push(index);
            }
        }
    }
    order.sort_by_key(|(part, _)| !part.starts_with("<rect"));
    order
}

/// A path with boxes that touch as one (a line across the screen is drawn cell by cell), and the dots of braille as
/// strokes without a length: there are many of both.
fn joined(part: &str) -> String {
    let Some((head, data)) = part.split_once(" d=\"M") else {
        return part.to_owned();
    };
    let (mut path, mut dots) = (String::new(), Dots::default());
    let mut open: Option<Flat<'_>> = None;
    for piece in data.trim_end_matches("\"/>").split('M') {
        match (Flat::parse(piece), &mut open) {
            (Some(next), _) if next.is_dot() => dots.add(&next),
            (Some(next), Some(flat)) if flat.touches(&next) => flat.right = next.right,
            (next, open) => {
                if let Some(flat) = std::mem::replace(open, next) {
                    flat.write(&mut path);
                }
                if open.is_none() {
                    let _ = write!(path, "M{piece}");
                }
            }
        }
    }
    if let Some(flat) = open {
        flat.write(&mut path);
    }
    let mut written = String::new();
    if !path.is_empty() {
        let _ = write!(written, "{head} d=\"{path}\"/>");
    }
    if !dots.path.is_empty() {
        let head = head.replace("fill=", "class=\"d\" stroke=");
        let _ = write!(written, "{head} d=\"{}\"/>", dots.path);
    }
    written
}

/// How wide a dot of braille is, and high.
const DOT: f64 = 2.2;

/// Dots as strokes of no length, each from the one before where that is shorter.
#[derive(Default)]
struct Dots {
    path: String,
    /// In tenths.
    at: Option<(i64, i64)>,
}

impl Dots {
    fn add(&mut self, dot: &Flat<'_>) {
        let tenths = |value: f64| (value * 10.0).round() as i64;
        let top = dot.top.parse().unwrap_or(0.0);
        let to = (tenths(dot.left + DOT / 2.0), tenths(top + DOT / 2.0));
        let _ = match self.at {
            Some((x, y)) => write!(
                self.path,
                "m{} {}h0",
                (to.0 - x) as f64 / 10.0,
                (to.1 - y) as f64 / 10.0
            ),
            None => write!(
                self.path,
                "M{} {}h0",
                to.0 as f64 / 10.0,
                to.1 as f64 / 10.0
            ),
        };
        self.at = Some(to);
    }
}

/// A box of a path: `x yhWvHh-Wz`.
struct Flat<'a> {
    left: f64,
    right: f64,
    top: &'a str,
    height: &'a str,
}

impl<'a> Flat<'a> {
    fn parse(piece: &'a str) -> Option<Self> {
        let (left, rest) = piece.split_once(' ')?;
        let (top, rest) = rest.split_once('h')?;
        let (width, rest) = rest.split_once('v')?;
        let (height, rest) = rest.split_once('h')?;
        let closed = rest.strip_prefix('-')?.strip_suffix('z')?;
        let (left, width) = (left.parse::<f64>().ok()?, width.parse::<f64>().ok()?);
        (closed.parse() == Ok(width)).then_some(Self {
            left,
            right: left + width,
            top,
            height,
        })
    }

    fn is_dot(&self) -> bool {
        (self.right - self.left - DOT).abs() < 0.01 && self.height.parse() == Ok(DOT)
    }

    /// Where they are written to a tenth, they may be that far apart.
    fn touches(&self, next: &Self) -> bool {
        self.top == next.top
            && self.height == next.height
            && next.left >= self.left
            && next.left <= self.right + 0.1
            && next.right >= self.right
    }

    fn write(&self, path: &mut String) {
        let width = self.right - self.left;
        let Self {
            left, top, height, ..
        } = self;
        let _ = write!(path, "M{left:.1} {top}h{width:.1}v{height}h-{width:.1}z");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::theme::Theme;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn picture(lines: [&str; 2]) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        for (y, line) in lines.iter().enumerate() {
            buf.set_string(0, y as u16, line, Style::new());
        }
        buf
    }

    #[test]
    fn a_line_of_many_cells_is_one_box_and_dots_stay_apart() {
        let buf = picture(["──────────", "⣀ █ ▁"]);
        let ground = Ground::of(Theme::Dark);
        let mut row = String::new();
        svg::row(&buf, 0, ground, &mut row);
        let line = joined(row.trim());
        assert_eq!(line.matches('z').count(), 1, "{line}");
        assert!(line.contains("M0.0 ") && line.contains("h84.0v"), "{line}");
        let mut row = String::new();
        svg::row(&buf, 1, ground, &mut row);
        let row: String = row.lines().map(joined).collect();
        assert_eq!(row.matches("h0").count(), 2, "two dots: {row}");
        assert_eq!(row.matches('z').count(), 2, "two blocks: {row}");
        assert_eq!(
            joined("<text x=\"0\">M1 2</text>"),
            "<text x=\"0\">M1 2</text>"
        );
    }

    #[test]
    fn what_stays_is_there_once_and_what_changes_has_its_time() {
        let pictures = [
            (Duration::ZERO, picture(["stays", "one"])),
            (Duration::from_secs(2), picture(["stays", "two"])),
            (Duration::from_secs(5), picture(["stays", "one"])),
        ];
        let length = Duration::from_secs(7);
        let svg = animation(&pictures, length, "A & B", Ground::of(Theme::Dark));
        assert_eq!(svg.matches(">stays<").count(), 1);
        assert_eq!(svg.matches(">one<").count(), 1);
        assert_eq!(svg.matches(">two<").count(), 1);
        // 7 s and 3 s of rest.
        assert!(
            svg.contains(".a{animation:10.00s step-end infinite"),
            "{svg}"
        );
        assert!(
            svg.contains(
                "{0.00%{visibility:hidden}20.00%{visibility:visible}50.00%{visibility:hidden}}"
            ),
            "{svg}"
        );
        assert!(svg.contains(
            "{0.00%{visibility:visible}20.00%{visibility:hidden}50.00%{visibility:visible}}"
        ));
        assert!(svg.contains("<title>A &amp; B</title>"));
    }
}
