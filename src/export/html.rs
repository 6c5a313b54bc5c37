//! A drawn screen as a web page of its own: no script, nothing to load, text that can be selected.
//!
//! A glyph that a monospaced font may lack gets a box of its cell's width, so that a fallback font cannot push
//! what follows out of its column. Lines, blocks and braille dots are drawn by CSS; their characters are there to be
//! copied. Where the browser can round, a cell is a whole number of pixels wide: its edges are those of pixels.

mod glyph;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell, CellWidth};

use super::graphic::graphic;
use super::paint::{Ground, Paint, escaped, hex};
use super::text::cells;

/// Numbers for what elements have in common.
#[derive(Debug, Default)]
struct Classes {
    paints: BTreeMap<Paint, usize>,
    graphics: BTreeMap<char, usize>,
}

/// The page. `title` names it in the browser.
pub fn html(buf: &Buffer, title: &str, ground: Ground) -> String {
    let mut classes = Classes::default();
    let mut body = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        line(buf, y, ground, &mut classes, &mut body);
    }
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>",
    );
    escaped(title, &mut page);
    let _ = write!(
        page,
        "</title>\n<style>\n\
         body{{margin:0;background:{};color:{}}}\n\
         pre{{--w:1ch;margin:1em;width:calc({} * var(--w));font:13.3px/17px \"DejaVu Sans Mono\",\"JetBrains Mono\",Menlo,Consolas,monospace;\
         font-variant-ligatures:none}}\n\
         @supports(width:round(1ch,1px)){{pre{{--w:round(1ch,1px);letter-spacing:calc(var(--w) - 1ch)}}}}\n\
         i{{display:inline-block;width:var(--w);height:17px;vertical-align:top;font-style:inherit;text-align:center}}\n\
         i.w{{width:calc(2 * var(--w))}}\n\
         i[class^=g]{{-webkit-text-fill-color:#0000}}\n",
        hex(ground.paper),
        hex(ground.ink),
        buf.area.width,
    );
    for (paint, class) in &classes.paints {
        let _ = write!(page, ".c{class}{{{}", paint.css("color"));
        if let Some(paper) = paint.paper {
            // As high as its line: what is above and below joins.
            let _ = write!(
                page,
                ";background:{};display:inline-block;height:17px;vertical-align:top",
                hex(paper)
            );
        }
        page.push_str("}\n");
    }
    for (c, class) in &classes.graphics {
        if let Some(graphic) = graphic(*c) {
            let _ = writeln!(page, ".g{class}{{{}}}", glyph::css(&graphic));
        }
    }
    page.push_str("</style>\n</head>\n<body>\n<pre>");
    page.push_str(&body);
    page.push_str("</pre>\n</body>\n</html>\n");
    page
}

fn line(buf: &Buffer, y: u16, ground: Ground, classes: &mut Classes, into: &mut String) {
    let cells: Vec<(&Cell, Paint)> = cells(buf, y)
        .map(|cell| (cell, Paint::of(cell, ground)))
        .collect();
    let is_blank = |(cell, paint): &(&Cell, Paint)| {
        cell.symbol().trim().is_empty() && paint.paper.is_none() && paint.leaves_blanks()
    };
    let end = cells
        .iter()
        .rposition(|cell| !is_blank(cell))
        .map_or(0, |last| last + 1);
    let mut open: Option<Paint> = None;
    for (cell, paint) in &cells[..end] {
        // A blank may stand in any colour of ink.
        let wanted = if is_blank(&(cell, *paint)) {
            open.filter(|open| open.paper.is_none() && open.leaves_blanks())
        } else if paint.ink == ground.ink
            && paint.css("color") == plain(ground)
            && paint.paper.is_none()
        {
            None
        } else {
            Some(*paint)
        };
        if wanted != open {
            if open.is_some() {
                into.push_str("</span>");
            }
            if let Some(paint) = wanted {
                let next = classes.paints.len();
                let class = *classes.paints.entry(paint).or_insert(next);
                let _ = write!(into, "<span class=\"c{class}\">");
            }
            open = wanted;
        }
        symbol(cell.symbol(), classes, into);
    }
    if open.is_some() {
        into.push_str("</span>");
    }
    into.push('\n');
}

fn plain(ground: Ground) -> String {
    format!("color:{}", hex(ground.ink))
}

fn symbol(symbol: &str, classes: &mut Classes, into: &mut String) {
    let is_latin = symbol.chars().all(|c| c < '\u{300}');
    if is_latin {
        escaped(symbol, into);
        return;
    }
    let mut chars = symbol.chars();
    let drawn = chars
        .next()
        .filter(|c| chars.next().is_none() && graphic(*c).is_some());
    if let Some(c) = drawn {
        let next = classes.graphics.len();
        let class = *classes.graphics.entry(c).or_insert(next);
        let _ = write!(into, "<i class=\"g{class}\">");
    } else if symbol.cell_width() > 1 {
        into.push_str("<i class=\"w\">");
    } else {
        into.push_str("<i>");
    }
    escaped(symbol, into);
    into.push_str("</i>");
}
