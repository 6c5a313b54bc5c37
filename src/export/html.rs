//! A drawn screen as a web page of its own: no script, nothing to load, text that can be selected.
//!
//! A glyph that a monospaced font may lack gets a box of its cell's width, so that a fallback font cannot push
//! what follows out of its column.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell, CellWidth};

use super::paint::{Ground, Paint, escaped, hex};
use super::text::cells;

/// The page. `title` names it in the browser.
pub fn html(buf: &Buffer, title: &str, ground: Ground) -> String {
    let mut classes: BTreeMap<Paint, usize> = BTreeMap::new();
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
         pre{{margin:1em;width:{}ch;font:14px/1.17 \"DejaVu Sans Mono\",\"JetBrains Mono\",Menlo,Consolas,monospace;\
         font-variant-ligatures:none}}\n\
         i{{display:inline-block;width:1ch;font-style:inherit;text-align:center}}\n\
         i.w{{width:2ch}}\n",
        hex(ground.paper),
        hex(ground.ink),
        buf.area.width,
    );
    for (paint, class) in &classes {
        let _ = write!(page, ".c{class}{{{}", paint.css("color"));
        if let Some(paper) = paint.paper {
            let _ = write!(page, ";background:{}", hex(paper));
        }
        page.push_str("}\n");
    }
    page.push_str("</style>\n</head>\n<body>\n<pre>");
    page.push_str(&body);
    page.push_str("</pre>\n</body>\n</html>\n");
    page
}

fn line(
    buf: &Buffer,
    y: u16,
    ground: Ground,
    classes: &mut BTreeMap<Paint, usize>,
    into: &mut String,
) {
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
                let next = classes.len();
                let class = *classes.entry(paint).or_insert(next);
                let _ = write!(into, "<span class=\"c{class}\">");
            }
            open = wanted;
        }
        glyph(cell.symbol(), into);
    }
    if open.is_some() {
        into.push_str("</span>");
    }
    into.push('\n');
}

fn plain(ground: Ground) -> String {
    format!("color:{}", hex(ground.ink))
}

fn glyph(symbol: &str, into: &mut String) {
    let is_latin = symbol.chars().all(|c| c < '\u{300}');
    if is_latin {
        escaped(symbol, into);
        return;
    }
    into.push_str(if symbol.cell_width() > 1 {
        "<i class=\"w\">"
    } else {
        "<i>"
    });
    escaped(symbol, into);
    into.push_str("</i>");
}
