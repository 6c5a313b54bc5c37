//! A headless Chromium opens what `kpi` makes for browsers: the file of `kpi snapshot --format html`, and the pages
//! of `kpi serve` with its token. Every character is where its cell is, and what is selected is the text.
//!
//! Runs where there is a Chromium (`KPI_BROWSER` names another one, and then there must be one); elsewhere each test
//! says that it did nothing.

#![cfg(feature = "png")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod common;
mod picture;
mod stack;
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use common::viewer::{LOOK, Viewer};
use kpi_dashboard::export::html::html;
use kpi_dashboard::export::paint::Ground;
use kpi_dashboard::export::svg::svg;
use kpi_dashboard::export::text::text;
use kpi_dashboard::ui::{Look, Theme};
use picture::Pixels;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use serde_json::Value;
use stack::Stack;
use unicode_width::UnicodeWidthStr;

/// A browser with a profile of its own.
struct Browser {
    program: PathBuf,
    profile: tempfile::TempDir,
}

impl Browser {
    /// None where there is no browser, which is said.
    fn find() -> Option<Self> {
        let named = std::env::var_os("KPI_BROWSER").map(PathBuf::from);
        let is_wanted = named.is_some();
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
        let known = std::env::split_paths(&folders)
            .flat_map(|folder| names.map(|name| folder.join(name)))
            .chain([PathBuf::from(
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            )]);
        let found = named
            .into_iter()
            .chain(known)
            .find(|program| program.is_file());
        assert!(
            found.is_some() || !is_wanted,
            "KPI_BROWSER names no program"
        );
        let Some(program) = found else {
            eprintln!("SKIPPED: no Chromium on this machine; KPI_BROWSER may name one");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        Some(Self { program, profile })
    }

    fn run(&self, arguments: &[&str], address: &str) -> String {
        let done = Command::new(&self.program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args(["--no-first-run", "--disable-background-networking"])
            .args([
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
            ])
            .args(["--force-device-scale-factor=1", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", self.profile.path().display()))
            .args(arguments)
            .arg(address)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// The page after it was read, as markup.
    fn dom(&self, address: &str) -> String {
        self.run(&["--dump-dom"], address)
    }

    /// The page as it looks.
    fn picture(&self, page: &Path, (width, height): (u32, u32)) -> Pixels {
        let file = self.profile.path().join("page.png");
        let size = format!("--window-size={width},{height}");
        let shot = format!("--screenshot={}", file.display());
        self.run(&[&size, &shot], &format!("file://{}", page.display()));
        Pixels::decode(&fs::read(&file).unwrap())
    }

    /// What the page's own browser says of it: what is selected, and where each character is.
    fn measured(&self, page: &str) -> Value {
        let file = self.profile.path().join("measured.html");
        fs::write(&file, page.replace("</body>", &format!("{MEASURE}</body>"))).unwrap();
        told(&self.dom(&format!("file://{}", file.display())))
    }
}

/// What the script of a page has put into its `output`.
fn told(dom: &str) -> Value {
    let told = dom.split("<output>").nth(1).expect("the page was measured");
    let told = told.split("</output>").next().unwrap();
    let json = base64::engine::general_purpose::STANDARD
        .decode(told)
        .unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// Line, character, left and top of every character in sight, in pixels from the corner of the text.
const MEASURE: &str = r"<script>
const pre = document.querySelector('pre'), box = pre.getBoundingClientRect();
getSelection().selectAllChildren(pre);
const selected = getSelection().toString(), places = [];
const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT), range = document.createRange();
let line = 0;
while (walker.nextNode()) {
    const node = walker.currentNode;
    let at = 0;
    for (const c of node.data) {
        if (c === '\n') line++;
        else {
            range.setStart(node, at);
            range.setEnd(node, at + c.length);
            const spot = range.getBoundingClientRect();
            const cell = node.parentElement.closest('i');
            const left = cell ? cell.getBoundingClientRect().left : spot.left;
            places.push([line, c, left - box.left, (spot.top + spot.bottom) / 2 - box.top]);
        }
        at += c.length;
    }
}
const json = JSON.stringify({selected, places, width: box.width, height: box.height});
const output = document.createElement('output');
let bytes = '';
for (const byte of new TextEncoder().encode(json)) bytes += String.fromCharCode(byte);
output.textContent = btoa(bytes);
document.body.replaceChildren(output);
</script>";

/// What is selected is this text, and every character stands in its cell.
fn is_in_its_cells(measured: &Value, text: &str, columns: u16) {
    let selected = measured["selected"].as_str().unwrap();
    let lines: Vec<&str> = selected.lines().map(str::trim_end).collect();
    let wanted: Vec<&str> = text.trim_end_matches('\n').lines().collect();
    assert_eq!(lines.join("\n").trim_end(), wanted.join("\n").trim_end());

    let cell = measured["width"].as_f64().unwrap() / f64::from(columns);
    assert!(
        (cell - cell.round()).abs() < 0.01,
        "a cell is {cell} pixels wide"
    );
    let height = measured["height"].as_f64().unwrap() / text.lines().count() as f64;
    assert!(
        (height - 17.0).abs() < 0.01,
        "a cell is {height} pixels high"
    );
    let (mut line, mut column, mut seen) = (0, 0, 0);
    for place in measured["places"].as_array().unwrap() {
        let of = place[0].as_u64().unwrap();
        if of != line {
            (line, column) = (of, 0);
        }
        let c = place[1].as_str().unwrap();
        let (left, middle) = (place[2].as_f64().unwrap(), place[3].as_f64().unwrap());
        if c.width() > 0 {
            let wanted = column as f64 * cell;
            assert!(
                (left - wanted).abs() < 0.6,
                "`{c}` of {line},{column} at {left}, not {wanted}"
            );
            let wanted = (line as f64 + 0.5) * height;
            assert!(
                (middle - wanted).abs() < 3.0,
                "`{c}` of {line},{column} at {middle}, not {wanted}"
            );
        }
        column += c.width();
        seen += usize::from(!c.trim().is_empty());
    }
    let visible = |c: &char| !c.is_whitespace();
    assert_eq!(seen, text.chars().filter(visible).count());
}

/// A table, a chart and bars of rows that stay.
const CONFIG: &str = r#"
[database]
schema = "kpi"
[[dashboard]]
name = "Shop"
range = "1h"
timezone = "UTC"
columns = ["1fr", "1fr"]
rows = ["7", "1fr"]
areas = """
count regions
chart chart
"""
[dashboard.panel.count]
title = "Orders & <more>"
kind = "stat"
sql = "select count(*) as orders from samples where $__timeFilter(ts)"
[dashboard.panel.regions]
kind = "bars"
sql = "select * from (values ('Zürich', 3), ('Αθήνα', 2), ('日本', 1)) as rows (name, orders)"
[dashboard.panel.chart]
kind = "timeseries"
sql = "select $__timeGroup(ts, $__interval) as time, avg(value) as orders from samples where $__timeFilter(ts) group by 1 order by 1"
"#;

fn stack() -> Stack {
    let stack = Stack::start(&["orders"], CONFIG);
    stack.sql(
        "insert into kpi.samples (metric, ts, value)
         select 'orders', '2026-03-02T08:00:00Z'::timestamptz + n * interval '1 minute', 50 + 40 * sin(n / 9.0)
         from generate_series(0, 240) n",
    );
    stack
}

#[test]
fn the_file_of_a_snapshot_has_every_character_in_its_cell() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let stack = stack();
    for (size, columns) in [("80x24", 80), ("160x50", 160)] {
        let taken = |format: &str| {
            let what = ["snapshot", "--at", "2026-03-02T10:30:00Z", "--size", size];
            let format = ["--format", format, "--theme", "dark"];
            let done = stack
                .command(&[&what[..], &format].concat())
                .output()
                .unwrap();
            assert!(done.status.success());
            String::from_utf8(done.stdout).unwrap()
        };
        let measured = browser.measured(&taken("html"));
        is_in_its_cells(&measured, &taken("text"), columns);
    }
}

#[test]
fn wide_and_missing_characters_push_nothing_out_of_its_column() {
    let Some(browser) = Browser::find() else {
        return;
    };
    for theme in [Theme::Dark, Theme::Light] {
        let mut viewer = Viewer::new(120, 40);
        viewer.look = Look { theme, ..LOOK };
        let buf = viewer.buffer();
        let page = html(&buf, "One", Ground::of(theme));
        is_in_its_cells(&browser.measured(&page), &text(&buf), 120);
    }
}

/// Line and column of every letter of a picture, as fractions of cells.
const MEASURE_LETTERS: &str = r"<pre></pre><script>
const places = [];
for (const text of document.querySelectorAll('text')) {
    let at = 0;
    for (const c of text.textContent) {
        const spot = text.getStartPositionOfChar(at);
        places.push([(spot.y - 13.2) / 17, c, spot.x / 8.4]);
        at += c.length;
    }
}
const output = document.createElement('output');
let bytes = '';
for (const byte of new TextEncoder().encode(JSON.stringify(places))) bytes += String.fromCharCode(byte);
output.textContent = btoa(bytes);
document.body.replaceChildren(output);
</script>";

#[test]
fn letters_of_a_vector_picture_stand_in_their_cells_whatever_font_they_are_from() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let mut buf = Buffer::empty(Rect::new(0, 0, 40, 3));
    for (y, line) in [
        "ab株式会社cd ▲ x",
        "x🚀y👨\u{200d}👩\u{200d}👧z → w",
        "Ωж…é✖é|Müller GmbH, 東京",
    ]
    .into_iter()
    .enumerate()
    {
        buf.set_string(0, y as u16, line, Style::new());
    }
    let picture = svg(&buf, "One", Ground::of(Theme::Dark));
    let page = format!("<!doctype html><body>{picture}{MEASURE_LETTERS}</body>");
    let file = browser.profile.path().join("letters.html");
    fs::write(&file, page).unwrap();
    let places = told(&browser.dom(&format!("file://{}", file.display())));
    let mut seen = String::new();
    for place in places.as_array().unwrap() {
        let (line, column) = (place[0].as_f64().unwrap(), place[2].as_f64().unwrap());
        let c = place[1].as_str().unwrap();
        if c.width() == 0 || seen.ends_with('\u{200d}') {
            seen.push_str(c);
            continue;
        }
        seen.push_str(c);
        let cell = |column: f64| buf[(column.round() as u16, line.round() as u16)].symbol();
        let off = (column - column.round())
            .abs()
            .max((line - line.round()).abs());
        assert!(
            off < 0.07 && cell(column).starts_with(c),
            "`{c}` at {line},{column}"
        );
    }
    let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    assert_eq!(visible(&seen), visible(&text(&buf)));
}

#[test]
fn blocks_of_a_vector_picture_join_at_any_size() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let mut buf = Buffer::empty(Rect::new(0, 0, 12, 4));
    let green = Style::new().fg(Color::Rgb(90, 200, 90));
    for y in 0..4 {
        buf.set_string(
            0,
            y,
            ["██████████", "▀▄█▌▐██▄▀█"][usize::from(y % 2)],
            green,
        );
    }
    buf.set_style(
        Rect::new(0, 0, 12, 4),
        Style::new().bg(Color::Rgb(1, 2, 250)),
    );
    // The slices of a pie: neighbours in other colours.
    buf.set_style(
        Rect::new(4, 0, 4, 2),
        Style::new().fg(Color::Rgb(250, 2, 1)),
    );
    let picture = svg(&buf, "One", Ground::of(Theme::Dark));
    for zoom in ["1", "1.3", "0.77"] {
        let page = format!(
            "<!doctype html><body style=\"margin:0;zoom:{zoom}\">{}</body>",
            picture.replace("<svg ", "<svg style=\"display:block\" ")
        );
        let file = browser.profile.path().join("blocks.html");
        fs::write(&file, page).unwrap();
        let pixels = browser.picture(&file, (200, 200));
        let scale: f64 = zoom.parse().unwrap();
        let colours = [(90, 200, 90), (250, 2, 1), (1, 2, 250)];
        // One pixel at the picture's own edges may be halved.
        let (right, bottom) = (
            (12.0 * 8.4 * scale) as usize - 1,
            (4.0 * 17.0 * scale) as usize - 1,
        );
        for y in 0..bottom {
            for x in 0..right {
                let seen = pixels.at(x, y);
                assert!(
                    colours.contains(&seen),
                    "{seen:?} at {x},{y}, zoomed to {zoom}"
                );
            }
        }
    }
}

#[test]
fn blocks_and_lines_join_on_the_page() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let mut buf = Buffer::empty(Rect::new(0, 0, 8, 5));
    let style = Style::new().fg(Color::Rgb(90, 200, 90));
    for (y, line) in ["████▌▐██", "███▄▄███", "▀▀▀▀    ", "╭─┬───╮ ", "│ │   │ "]
        .into_iter()
        .enumerate()
    {
        buf.set_string(0, y as u16, line, style);
    }
    buf.set_style(
        Rect::new(5, 2, 3, 1),
        Style::new().bg(Color::Rgb(1, 2, 250)),
    );
    let file = browser.profile.path().join("blocks.html");
    fs::write(&file, html(&buf, "One", Ground::of(Theme::Dark))).unwrap();
    let pixels = browser.picture(&file, (200, 200));
    // The text begins one em from the corner: 13.3 pixels.
    let green: Vec<(usize, usize)> = (0..pixels.height)
        .flat_map(|y| (0..pixels.width).map(move |x| (x, y)))
        .filter(|(x, y)| pixels.at(*x, *y) == (90, 200, 90))
        .collect();
    let left = green.iter().map(|(x, _)| *x).min().unwrap();
    let top = green.iter().map(|(_, y)| *y).min().unwrap();
    let filled = |(x, y): (usize, usize)| pixels.at(left + x, top + y) == (90, 200, 90);
    for y in 0..34 {
        for x in (0..24).chain(48..64) {
            assert!(filled((x, y)), "a seam at {x},{y}");
        }
    }
    // Upper halves hang from the blocks above them.
    assert!((0..32).all(|x| filled((x, 34)) && filled((x, 41)) && !filled((x, 44))));
    // A line goes on from cell to cell, to the right and down.
    let row = (51..68).find(|y| (8..44).all(|x| filled((x, *y))));
    assert!(row.is_some(), "no line without a gap");
    let column = (16..24).find(|x| (row.unwrap()..85).all(|y| filled((*x, y))));
    assert!(column.is_some(), "no line down without a gap");
    // What is behind blanks is as high as their line.
    for y in 34..51 {
        for x in 40..64 {
            assert_eq!(pixels.at(left + x, top + y), (1, 2, 250), "{x},{y}");
        }
    }
}

/// A collector, ended when dropped.
#[cfg(feature = "serve")]
struct Serving {
    child: std::process::Child,
    /// Host and port.
    at: String,
}

#[cfg(feature = "serve")]
impl Serving {
    fn start(stack: &Stack) -> Self {
        let mut command = stack.command(&["serve", "--port", "0"]);
        let mut child = command.spawn().unwrap();
        let mut lines =
            std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
        let at = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, at) = line.split_once("http://")?;
            Some(at.split(['/', ' ', ',']).next()?.to_owned())
        });
        // What it says later must have somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            at: at.expect("it says where it answers"),
        }
    }
}

#[cfg(feature = "serve")]
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(feature = "serve")]
#[test]
fn a_browser_opens_the_pages_of_a_collector_with_the_token_as_its_password() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let mut stack = stack();
    let token = "wall-0123456789abcdef";
    stack.set("KPI_TOKEN", Some(token));
    let serving = Serving::start(&stack);
    let range = "range=2026-03-02%2009:30%20to%2010:30&size=100x30";
    let page = |who: &str, end: &str| {
        browser.dom(&format!(
            "http://{who}{}/snapshot/Shop.{end}?{range}",
            serving.at
        ))
    };
    let let_in = format!("viewer:{token}@");
    let html = page(&let_in, "html");
    assert!(html.contains("<title>Shop</title>"), "{html}");
    assert!(
        html.contains("Zürich") && html.contains("Orders &amp; &lt;more&gt;"),
        "{html}"
    );
    // The page's own rules let its own style in: cells are drawn, not only named.
    assert!(html.contains("<i class=\"g"), "{html}");
    let svg = page(&let_in, "svg");
    assert!(svg.contains("<svg") && svg.contains("Zürich"), "{svg}");
    {
        // A picture alone is a page around it, whose title says how large it is.
        let png = page(&let_in, "png");
        assert!(
            png.contains("<img") && png.contains("1600") && png.contains("960"),
            "{png}"
        );
    }
    for stranger in ["", "viewer:wrong-0123456789abcdef@"] {
        let refused = page(stranger, "html");
        assert!(
            !refused.contains("Zürich") && !refused.contains("<pre>"),
            "{refused}"
        );
    }
}
