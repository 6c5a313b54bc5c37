//! A picture, as pixels and as vectors, beside the terminal's own cells: the same glyphs in the same places in the
//! same colours.

#![cfg(feature = "png")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod picture;

use std::collections::HashMap;
use std::num::NonZero;

use common::viewer::{LOOK, Viewer};
use kpi_dashboard::export::ansi::ansi;
use kpi_dashboard::export::paint::{Ground, Paint, Rgb};
use kpi_dashboard::export::png::{HEIGHT, WIDTH, png};
use kpi_dashboard::export::svg::svg;
use kpi_dashboard::ui::{Look, Theme};
use picture::{Pixels, is_current};
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (200, 50)];

/// What a terminal shows of the frame: its text and its escape sequences, read by a terminal.
fn terminal(buf: &Buffer) -> Vec<Vec<Cell>> {
    let (width, height) = (buf.area.width, buf.area.height);
    let size = |cells: u16| NonZero::new(cells).unwrap();
    let mut terminal = vt100::Parser::new(size(height), size(width), 0);
    terminal.process(
        ansi(buf)
            .trim_end_matches('\n')
            .replace('\n', "\r\n")
            .as_bytes(),
    );
    let cell = |y, x| {
        let seen = terminal.screen().cell(y, x).unwrap();
        let colour = |colour| match colour {
            vt100::Color::Default => Color::Reset,
            vt100::Color::Idx(index) => Color::Indexed(index),
            vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
        };
        let mut cell = Cell::default();
        if seen.has_contents() {
            cell.set_symbol(seen.contents());
        } else if seen.is_wide_continuation() {
            cell.set_symbol("");
        }
        cell.fg = colour(seen.fgcolor());
        cell.bg = colour(seen.bgcolor());
        cell.modifier.set(Modifier::BOLD, seen.bold());
        cell.modifier.set(Modifier::DIM, seen.dim());
        cell.modifier.set(Modifier::ITALIC, seen.italic());
        cell.modifier.set(Modifier::UNDERLINED, seen.underline());
        cell.modifier.set(Modifier::REVERSED, seen.inverse());
        cell
    };
    (0..height)
        .map(|y| (0..width).map(|x| cell(y, x)).collect())
        .collect()
}

/// Frames of every size: each dashboard of the fixtures in this theme.
fn frames(theme: Theme, then: impl Fn(&Buffer, Ground)) {
    frames_of(&SIZES, theme, then);
}

fn frames_of(sizes: &[(u16, u16)], theme: Theme, then: impl Fn(&Buffer, Ground)) {
    for &(width, height) in sizes {
        // Those that wait for data look alike at every size.
        let dashboards = if width > 80 { 1 } else { 3 };
        for dashboard in 0..dashboards {
            let mut viewer = Viewer::new(width, height);
            viewer.look = Look { theme, ..LOOK };
            viewer.ui.dashboard = dashboard;
            viewer.answered();
            then(&viewer.buffer(), Ground::of(theme));
        }
    }
}

/// How far a pixel is from paper to ink, 0 to 1; none when it is of another colour.
fn ink_of(pixel: Rgb, paper: Rgb, ink: Rgb) -> Option<f64> {
    let channels = [
        (pixel.0, paper.0, ink.0),
        (pixel.1, paper.1, ink.1),
        (pixel.2, paper.2, ink.2),
    ];
    let widest = channels
        .into_iter()
        .max_by_key(|(_, paper, ink)| paper.abs_diff(*ink))?;
    let way = f64::from(widest.2) - f64::from(widest.1);
    let part = if way == 0.0 {
        0.0
    } else {
        (f64::from(widest.0) - f64::from(widest.1)) / way
    };
    let fits = channels.into_iter().all(|(pixel, paper, ink)| {
        let wanted = f64::from(paper) + part * (f64::from(ink) - f64::from(paper));
        (f64::from(pixel) - wanted).abs() <= 3.0
    });
    (fits && (-0.01..=1.01).contains(&part)).then_some(part)
}

/// The ink of each pixel of a cell, row by row; every pixel is a mixture of its two colours.
fn inks(
    pixels: &Pixels,
    (x, y): (usize, usize),
    cells: usize,
    paint: &Paint,
    ground: Ground,
) -> Vec<f64> {
    let paper = paint.paper.unwrap_or(ground.paper);
    let mut inks = Vec::new();
    for row in y * HEIGHT..(y + 1) * HEIGHT {
        for column in x * WIDTH..(x + cells) * WIDTH {
            let pixel = pixels.at(column, row);
            let ink = ink_of(pixel, paper, paint.ink);
            inks.push(ink.unwrap_or_else(|| {
                panic!(
                    "cell {x},{y}: {pixel:?} is no mixture of {paper:?} and {:?}",
                    paint.ink
                )
            }));
        }
    }
    inks
}

#[test]
fn every_cell_has_its_paper_and_ink_exactly_where_its_glyph_is_seen() {
    for (theme, sizes) in [
        (Theme::Dark, &SIZES[..]),
        (Theme::HighContrastLight, &SIZES[..1]),
    ] {
        frames_of(sizes, theme, |buf, ground| {
            let pixels = Pixels::decode(&png(buf, "One", ground).unwrap());
            let cells = terminal(buf);
            assert_eq!(pixels.width, usize::from(buf.area.width) * WIDTH);
            assert_eq!(pixels.height, usize::from(buf.area.height) * HEIGHT);
            let mut shapes: HashMap<(String, bool), Vec<f64>> = HashMap::new();
            for (y, row) in cells.iter().enumerate() {
                for (x, cell) in row.iter().enumerate() {
                    let symbol = cell.symbol();
                    if symbol.is_empty() {
                        continue;
                    }
                    let paint = Paint::of(cell, ground);
                    let wide = symbol.width().max(1);
                    let inks = inks(&pixels, (x, y), wide, &paint, ground);
                    let most = inks.iter().copied().fold(0.0, f64::max);
                    if symbol.trim().is_empty() || symbol == "\u{2800}" {
                        assert!(most == 0.0 || paint.is_underlined, "ink at {x},{y}");
                        continue;
                    }
                    if paint.ink == paint.paper.unwrap_or(ground.paper) {
                        continue;
                    }
                    let least = if "░▒".contains(symbol) { 0.2 } else { 0.6 };
                    assert!(most > least, "`{symbol}` at {x},{y} is pale: {most}");
                    if !paint.is_underlined {
                        // The same glyph is the same everywhere, and no other looks like it.
                        let known = shapes.entry((symbol.to_owned(), paint.is_bold));
                        let known = known.or_insert_with(|| inks.clone());
                        // Of two colours that are near each other only some steps are between.
                        let same = |(one, other): (&f64, &f64)| (one - other).abs() < 0.08;
                        let is_same = known.iter().zip(&inks).all(same);
                        assert!(is_same, "`{symbol}` at {x},{y} is not as elsewhere");
                    }
                }
            }
            let is_drawn =
                |symbol: &str| ('\u{2500}'..='\u{28ff}').contains(&symbol.chars().next().unwrap());
            for ((one, bold), shape) in &shapes {
                for ((other, other_bold), like) in &shapes {
                    if one != other && bold == other_bold && !(is_drawn(one) && is_drawn(other)) {
                        let differs = |(a, b): (&f64, &f64)| (a - b).abs() > 0.2;
                        let is_other =
                            shape.len() != like.len() || shape.iter().zip(like).any(differs);
                        assert!(is_other, "`{one}` looks like `{other}`");
                    }
                }
            }
        });
    }
}

/// Which eighths of a block's cell, or which of the places of dots, are filled.
fn filled(c: char) -> Option<(usize, usize, Vec<bool>)> {
    let code = u32::from(c);
    match code {
        0x2801..=0x28ff => {
            // Unicode numbers the dots 1-2-3-7 down the left side and 4-5-6-8 down the right one.
            let bits = code - 0x2800;
            let dots = [0, 3, 1, 4, 2, 5, 6, 7].map(|bit| bits >> bit & 1 == 1);
            Some((2, 4, dots.to_vec()))
        }
        0x2581..=0x2588 => Some((1, 8, (0..8).map(|row| row >= 8 - (code - 0x2580)).collect())),
        0x2589..=0x258f => Some((8, 1, (0..8).map(|column| column < 0x2590 - code).collect())),
        0x2580 => Some((1, 2, vec![true, false])),
        0x2590 => Some((2, 1, vec![false, true])),
        _ => None,
    }
}

/// The colour in which a vector picture fills this point, the last one drawn; none for the ground. Letters are not looked at.
struct Vectors {
    rects: Vec<([f64; 4], String)>,
}

impl Vectors {
    fn read(svg: &str) -> Self {
        let mut rects = Vec::new();
        for line in svg.lines() {
            let value = |name: &str| {
                let start = line.find(&format!(" {name}=\""))? + name.len() + 3;
                line[start..].split('"').next()
            };
            let Some(fill) = value("fill") else { continue };
            if line.starts_with("<rect x=") {
                let number = |name: &str| value(name).unwrap().parse::<f64>().unwrap();
                let rect = [number("x"), number("y"), number("width"), number("height")];
                rects.push((rect, fill.to_owned()));
            }
            // Rectangles of a path: `Mx yhWvHh-Wz`.
            let parts = value("d").unwrap_or_default().split('M').skip(1);
            for part in parts.filter(|part| !part.contains(['Q', 'l'])) {
                let parts: Vec<f64> = part
                    .split(['h', 'v', ' ', 'z'])
                    .filter_map(|number| number.parse().ok())
                    .collect();
                if let [x, y, width, height, _] = parts[..] {
                    rects.push(([x, y, width, height], fill.to_owned()));
                }
            }
        }
        Self { rects }
    }

    fn at(&self, x: f64, y: f64) -> Option<&str> {
        let holds = |[left, top, width, height]: [f64; 4]| {
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        };
        let found = self.rects.iter().rev().find(|(rect, _)| holds(*rect));
        found.map(|(_, fill)| fill.as_str())
    }
}

#[test]
fn blocks_and_dots_are_filled_alike_as_pixels_as_vectors_and_by_unicode() {
    frames(Theme::Dark, |buf, ground| {
        let pixels = Pixels::decode(&png(buf, "One", ground).unwrap());
        let vectors = Vectors::read(&svg(buf, "One", ground));
        for (y, row) in terminal(buf).iter().enumerate() {
            for (x, cell) in row.iter().enumerate() {
                let mut chars = cell.symbol().chars();
                let Some((columns, rows, wanted)) = chars.next().and_then(filled) else {
                    continue;
                };
                let paint = Paint::of(cell, ground);
                let paper = paint.paper.unwrap_or(ground.paper);
                for (place, wanted) in wanted.into_iter().enumerate() {
                    let across = ((place % columns) as f64 + 0.5) / columns as f64;
                    let down = ((place / columns) as f64 + 0.5) / rows as f64;
                    let expected = if wanted { paint.ink } else { paper };
                    let pixel = pixels.at(
                        ((x as f64 + across) * WIDTH as f64) as usize,
                        ((y as f64 + down) * HEIGHT as f64) as usize,
                    );
                    assert_eq!(pixel, expected, "`{}` at {x},{y}, {place}", cell.symbol());
                    let fill = vectors.at((x as f64 + across) * 8.4, (y as f64 + down) * 17.0);
                    let hex = kpi_dashboard::export::paint::hex(expected);
                    let ground = kpi_dashboard::export::paint::hex(ground.paper);
                    assert_eq!(
                        fill.unwrap_or(&ground),
                        hex,
                        "`{}` at {x},{y}, {place}",
                        cell.symbol()
                    );
                }
            }
        }
    });
}

#[test]
fn the_letters_and_colours_of_a_vector_picture_are_the_terminal_s() {
    for theme in [Theme::Dark, Theme::Light] {
        frames(theme, |buf, ground| {
            let picture = svg(buf, "One", ground);
            let cells = terminal(buf);
            let mut seen = 0;
            for element in picture.split("<text ").skip(1) {
                let (tag, rest) = element.split_once('>').unwrap();
                let number = |name: &str| -> f64 {
                    let start = tag.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
                    tag[start..].split('"').next().unwrap().parse().unwrap()
                };
                let (column, line) = ((number("x") / 8.4).round(), (number("y") / 17.0).floor());
                let text = rest.split("</text>").next().unwrap();
                let text = text
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&");
                let mut at = column as usize;
                for c in text.chars() {
                    let cell = &cells[line as usize][at];
                    assert_eq!(cell.symbol(), c.to_string(), "at {at},{line}");
                    if c != ' ' {
                        let paint = Paint::of(cell, ground);
                        assert!(
                            tag.contains(&paint.css("fill")),
                            "{tag} at {at},{line}: {paint:?}"
                        );
                        seen += 1;
                    }
                    at += cell.symbol().width();
                }
            }
            let is_letter = |cell: &&Cell| {
                let c = cell.symbol().chars().next().unwrap_or(' ');
                !c.is_whitespace()
                    && !('\u{2500}'..='\u{259f}').contains(&c)
                    && !('\u{2800}'..='\u{28ff}').contains(&c)
            };
            assert_eq!(seen, cells.iter().flatten().filter(is_letter).count());
        });
    }
}

#[test]
fn neighbours_join_without_a_seam() {
    let mut buf = Buffer::empty(Rect::new(0, 0, 6, 4));
    let style = Style::new().fg(Color::Rgb(90, 200, 90));
    for (y, line) in ["██▌▐██", "██▄▄██", "╭─┬─╮│", "├─┼─┤│"]
        .into_iter()
        .enumerate()
    {
        buf.set_string(0, y as u16, line, style);
    }
    let ground = Ground::of(Theme::Dark);
    let pixels = Pixels::decode(&png(&buf, "One", ground).unwrap());
    for y in 0..2 * HEIGHT {
        for x in (0..2 * WIDTH).chain(4 * WIDTH..6 * WIDTH) {
            assert_eq!(pixels.at(x, y), (90, 200, 90), "{x},{y}");
        }
    }
    // A ring is round: where it ends it is one part in a hundred pale.
    let is_inked = |x, y| pixels.at(x, y).1 > 195;
    // One line from the first corner to the last, and one beside it from top to bottom.
    for x in WIDTH..=(4 * WIDTH) {
        for y in [2 * HEIGHT + HEIGHT / 2 - 1, 2 * HEIGHT + HEIGHT / 2] {
            assert!(is_inked(x, y), "{x},{y}: {:?}", pixels.at(x, y));
        }
    }
    for y in 2 * HEIGHT..4 * HEIGHT {
        for x in [5 * WIDTH + WIDTH / 2 - 1, 5 * WIDTH + WIDTH / 2] {
            assert!(is_inked(x, y), "{x},{y}: {:?}", pixels.at(x, y));
        }
    }
}

#[test]
fn underlines_reverse_dim_and_slanted_letters_are_seen() {
    let ground = Ground::of(Theme::Dark);
    let shown = |modifier: Modifier| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        let style = Style::new()
            .fg(Color::Rgb(200, 100, 50))
            .add_modifier(modifier);
        buf.set_string(0, 0, "nHn", style);
        Pixels::decode(&png(&buf, "One", ground).unwrap())
    };
    let plain = shown(Modifier::empty());
    for modifier in [
        Modifier::BOLD,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::CROSSED_OUT,
    ] {
        assert!(plain.differ(&shown(modifier)) > 20, "{modifier:?}");
    }
    assert_eq!(shown(Modifier::REVERSED).at(0, 0), (200, 100, 50));
    let colours = |pixels: &Pixels| {
        (0..HEIGHT).any(|y| (0..3 * WIDTH).any(|x| pixels.at(x, y) == (200, 100, 50)))
    };
    assert!(colours(&plain) && !colours(&shown(Modifier::DIM)));
    assert!(!colours(&shown(Modifier::HIDDEN)));
}

#[test]
fn the_smallest_picture_and_one_that_begins_elsewhere_are_pictures() {
    let ground = Ground::of(Theme::Terminal);
    for (area, size) in [
        (Rect::new(0, 0, 0, 0), (1, 1)),
        (Rect::new(3, 4, 2, 1), (2 * WIDTH, HEIGHT)),
    ] {
        let pixels = Pixels::decode(&png(&Buffer::empty(area), "", ground).unwrap());
        assert_eq!((pixels.width, pixels.height), size);
        assert_eq!(pixels.at(0, 0), ground.paper);
    }
}

#[test]
fn a_frame_of_the_fixtures_looks_as_it_did() {
    let mut viewer = Viewer::new(80, 24);
    viewer.look = Look {
        theme: Theme::Dark,
        ..LOOK
    };
    viewer.ui.still = true;
    let made = png(&viewer.buffer(), "One", Ground::of(Theme::Dark)).unwrap();
    is_current("tests/snapshots/pixels__frame.png", &made);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a database sends: wide, unknown, combined, at the edge.
    #[test]
    fn any_text_is_a_picture(text in "\\PC{0,12}", x in 0_u16..8) {
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 2));
        buf.set_stringn(x, 0, &text, usize::from(8 - x), Style::new());
        if let Some(c) = text.chars().next() {
            // A wide one in the last cell, as nobody should draw it.
            buf[(7, 1)].set_symbol(&c.to_string());
        }
        let pixels = Pixels::decode(&png(&buf, &text, Ground::of(Theme::Dark)).unwrap());
        prop_assert_eq!((pixels.width, pixels.height), (8 * WIDTH, 2 * HEIGHT));
    }
}
