//! A drawn screen as a vector picture.
//!
//! Letters are text, so that they can be selected and searched; lines, blocks and braille dots are drawn as
//! shapes, so that no font decides whether a chart has gaps.

mod glyph;

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, CellWidth};

use super::graphic::{Graphic, graphic};
use super::paint::{Ground, Paint, escaped, hex};
use super::text::cells;

/// A cell's width and height in user units, and the font's size in it: those of DejaVu Sans Mono.
pub(super) const WIDTH: f64 = 8.4;
/// A cell's height.
pub(super) const HEIGHT: f64 = 17.0;
const FONT: f64 = 14.0;
/// From a cell's top to the letters' foot.
const BASE: f64 = 13.2;

/// Cells of one row painted alike.
struct Run {
    x: u16,
    width: u16,
    paint: Paint,
    /// Every font for code has these letters, all as wide as each other. Of others each is put into its own cell: who
    /// looks has them from another font, which knows no cells.
    is_common: bool,
    text: String,
    /// As path data, for glyphs that are drawn.
    path: String,
    /// Those are rectangles, whose edges are the neighbours' edges too.
    is_block: bool,
}

/// The picture. `title` is what a screen reader calls it.
pub fn svg(buf: &Buffer, title: &str, ground: Ground) -> String {
    let mut svg = opened((buf.area.width, buf.area.height), title, ground, "");
    for y in buf.area.top()..buf.area.bottom() {
        row(buf, y, ground, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

/// A picture of `columns` × `lines` without anything on it, to be closed; `style` is CSS.
pub(super) fn opened(
    (columns, lines): (u16, u16),
    title: &str,
    ground: Ground,
    style: &str,
) -> String {
    let (width, height) = (f64::from(columns) * WIDTH, f64::from(lines) * HEIGHT);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.1}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.0}\" role=\"img\" \
         font-family=\"DejaVu Sans Mono,JetBrains Mono,Menlo,Consolas,monospace\" font-size=\"{FONT}\">\n<title>"
    );
    escaped(title, &mut svg);
    let _ = writeln!(
        svg,
        "</title>\n<style>text{{white-space:pre}}rect,.b{{shape-rendering:crispEdges}}{style}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>",
        hex(ground.paper)
    );
    svg
}

/// One row, at its place.
pub(super) fn row(buf: &Buffer, y: u16, ground: Ground, svg: &mut String) {
    let top = f64::from(y - buf.area.top()) * HEIGHT;
    let runs = runs(buf, y, ground, top);
    // Backgrounds first: a letter may lean into its neighbour.
    let mut behind: Option<(f64, f64, String)> = None;
    for run in &runs {
        let (left, width) = (f64::from(run.x) * WIDTH, f64::from(run.width) * WIDTH);
        let paper = run.paint.paper.map(hex);
        match (&mut behind, paper) {
            (Some((_, wide, color)), Some(paper)) if *color == paper => *wide += width,
            (_, paper) => {
                flush(behind.take(), top, svg);
                behind = paper.map(|paper| (left, width, paper));
            }
        }
    }
    flush(behind, top, svg);
    for run in &runs {
        if !run.path.is_empty() {
            let class = if run.is_block { "class=\"b\" " } else { "" };
            let _ = writeln!(
                svg,
                "<path {class}fill=\"{}\" d=\"{}\"/>",
                hex(run.paint.ink),
                run.path
            );
        } else if !(run.text.trim().is_empty() && run.paint.leaves_blanks()) {
            letters(run, top, svg);
        }
    }
}

fn flush(behind: Option<(f64, f64, String)>, top: f64, svg: &mut String) {
    if let Some((left, width, color)) = behind {
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{color}\"/>"
        );
    }
}

fn letters(run: &Run, top: f64, svg: &mut String) {
    // Blanks at both ends only make the text longer.
    let text = run.text.trim_end();
    let shown = text.trim_start();
    let (text, skipped) = if run.paint.leaves_blanks() {
        (shown, text.len() - shown.len())
    } else {
        (run.text.as_str(), 0)
    };
    let left = (f64::from(run.x) + skipped as f64) * WIDTH;
    let cells = text.cell_width();
    let _ = write!(svg, "<text x=\"{left:.1}\" y=\"{:.1}\" ", top + BASE);
    // What has two cells has room: made as wide as those it would be distorted.
    if run.is_common || cells < 2 {
        let length = f64::from(cells) * WIDTH;
        let _ = write!(
            svg,
            "textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" "
        );
    }
    let _ = write!(svg, "style=\"{}\">", run.paint.css("fill"));
    escaped(text, svg);
    svg.push_str("</text>\n");
}

fn runs(buf: &Buffer, y: u16, ground: Ground, top: f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    for cell in cells(buf, y) {
        let paint = Paint::of(cell, ground);
        let symbol = cell.symbol();
        let width = symbol.cell_width().max(1);
        let mut path = String::new();
        let mut is_block = false;
        let mut chars = symbol.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            glyph::draw(c, f64::from(x) * WIDTH, top, &mut path);
            is_block = matches!(graphic(c), Some(Graphic::Parts(_)));
        }
        // A run of letters ends where the next two cells are blank: columns of a table stay in place in any font.
        let is_common = symbol.chars().all(is_common);
        let same = runs.last_mut().filter(|run| {
            run.paint == paint
                && run.path.is_empty() == path.is_empty()
                && run.is_block == is_block
                && (!path.is_empty() || is_common && run.is_common)
                && !(run.text.ends_with("  ") && !symbol.trim().is_empty() && paint.leaves_blanks())
        });
        match same {
            Some(run) => {
                run.width += width;
                run.text.push_str(symbol);
                run.path.push_str(&path);
            }
            None => runs.push(Run {
                x,
                width,
                paint,
                is_common,
                text: symbol.to_owned(),
                path,
                is_block,
            }),
        }
        x += width;
    }
    runs
}

/// Latin, Greek and Cyrillic, their punctuation, and the signs that fonts have had since WGL4.
fn is_common(c: char) -> bool {
    matches!(c,
        '\0'..='\u{52f}' | '\u{2010}'..='\u{2027}' | '€' | '←'..='↕' | '▲' | '▼' | '○' | '●')
}
