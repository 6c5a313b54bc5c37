//! A drawn screen as a vector picture and as a web page: the same letters at the same places in the same colours.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::viewer::{LOOK, Viewer};
use kpi_dashboard::export::html::html;
use kpi_dashboard::export::paint::Ground;
use kpi_dashboard::export::svg::svg;
use kpi_dashboard::export::text::text;
use kpi_dashboard::ui::{Look, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthStr;

fn viewer(theme: Theme) -> (Viewer, Ground) {
    let mut viewer = Viewer::new(120, 40);
    viewer.look = Look { theme, ..LOOK };
    (viewer, Ground::of(theme))
}

/// What a browser shows of the text between `open` and `close`.
fn shown(markup: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn a_page_selected_and_copied_is_the_text_of_the_screen() {
    for theme in Theme::ALL {
        let (mut viewer, ground) = viewer(theme);
        for dashboard in 0..3 {
            viewer.ui.dashboard = dashboard;
            viewer.answered();
            let buf = viewer.buffer();
            let page = html(&buf, "One & <two>", ground);
            assert!(page.contains("<title>One &amp; &lt;two&gt;</title>"));
            let body = page.split("<pre>").nth(1).unwrap();
            let body = body.split("</pre>").next().unwrap();
            let body = shown(body);
            let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
            assert_eq!(lines.join("\n") + "\n", text(&buf), "{theme:?} {dashboard}");
        }
    }
}

#[test]
fn every_letter_of_a_picture_stands_in_its_cell() {
    let (viewer, ground) = viewer(Theme::Dark);
    let buf = viewer.buffer();
    let picture = svg(&buf, "One", ground);
    let number = |tag: &str, name: &str| -> f64 {
        let start = tag.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        tag[start..].split('"').next().unwrap().parse().unwrap()
    };
    let mut letters = 0;
    for element in picture.split("<text").skip(1) {
        let (tag, rest) = element.split_once('>').unwrap();
        let written = shown(rest.split("</text>").next().unwrap());
        let (x, y) = (number(tag, "x"), number(tag, "y"));
        let (column, row) = ((x / 8.4).round() as u16, (y / 17.0).floor() as u16);
        let mut at = column;
        for c in written.chars() {
            let symbol = buf[(at, row)].symbol();
            assert_eq!(symbol, c.to_string(), "at {at},{row} in {written:?}");
            at += symbol.width() as u16;
            letters += usize::from(c != ' ');
        }
        // What has two cells stands alone, as wide as its font has it.
        if at - column == 2 && written.width() == 2 && written.chars().count() == 1 {
            assert!(!tag.contains("textLength"), "{tag}");
            continue;
        }
        let length = number(tag, "textLength");
        assert!((length - f64::from(at - column) * 8.4).abs() < 0.1, "{tag}");
    }
    // What is not a letter is a shape.
    let is_drawn =
        |c: char| ('\u{2500}'..='\u{259f}').contains(&c) || ('\u{2801}'..='\u{28ff}').contains(&c);
    let wanted = text(&buf)
        .chars()
        .filter(|c| !c.is_whitespace() && !is_drawn(*c))
        .count();
    assert_eq!(letters, wanted);
}

#[test]
fn colours_are_those_of_the_cells_and_text_is_never_markup() {
    let mut buf = Buffer::empty(Rect::new(0, 0, 30, 2));
    let style = Style::new()
        .fg(Color::Rgb(1, 2, 3))
        .bg(Color::Rgb(250, 251, 252));
    buf.set_string(2, 0, "</text><script>", style);
    buf.set_string(0, 1, "世界 ▄▄", Style::new().fg(Color::LightRed));
    let ground = Ground::of(Theme::Light);
    let (picture, page) = (
        svg(&buf, "</title>", ground),
        html(&buf, "</title>", ground),
    );
    for made in [&picture, &page] {
        assert!(!made.contains("<script"), "{made}");
        assert_eq!(made.matches("</title>").count(), 1, "{made}");
        for color in ["#010203", "#fafbfc", "#f14c4c", "#ffffff"] {
            assert!(made.contains(color), "{color} in {made}");
        }
    }
    assert!(
        picture.contains("<rect x=\"16.8\" y=\"0\" width=\"126.0\""),
        "{picture}"
    );
    assert!(page.contains("<i class=\"w\">世</i>"), "{page}");
}

#[test]
fn the_smallest_picture_is_one() {
    for area in [Rect::new(0, 0, 0, 0), Rect::new(0, 0, 1, 1)] {
        let buf = Buffer::empty(area);
        let ground = Ground::of(Theme::Terminal);
        assert!(svg(&buf, "", ground).ends_with("</svg>\n"));
        assert!(html(&buf, "", ground).ends_with("</html>\n"));
    }
}
