//! One frame in every format it can be written in, as it was last looked at. (Its pixels: `tests/pixels.rs`.)

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fixtures::NOW;
use common::viewer::{LOOK, Viewer};
use kpi_dashboard::export::ExportFormat;
use kpi_dashboard::export::ansi::ansi;
use kpi_dashboard::export::csv::csv;
use kpi_dashboard::export::html::html;
use kpi_dashboard::export::json::json;
use kpi_dashboard::export::paint::Ground;
use kpi_dashboard::export::svg::svg;
use kpi_dashboard::export::text::text;
use kpi_dashboard::ui::{Look, Theme};

#[test]
fn a_frame_is_written_as_it_was() {
    let mut viewer = Viewer::new(40, 10);
    viewer.look = Look {
        theme: Theme::Dark,
        ..LOOK
    };
    viewer.ui.still = true;
    let (frame, ground) = (viewer.buffer(), Ground::of(Theme::Dark));
    for format in ExportFormat::ALL {
        let written = match format {
            ExportFormat::Text => text(&frame),
            // Escape is no character for a file that is read by people.
            ExportFormat::Ansi => ansi(&frame).replace('\u{1b}', "␛"),
            ExportFormat::Svg => svg(&frame, "Operations", ground),
            ExportFormat::Html => html(&frame, "Operations", ground),
            ExportFormat::Json => json(&viewer.config, &viewer.snapshot, NOW, Some(0)).unwrap(),
            ExportFormat::Csv => csv(&viewer.snapshot.panels[0].rows),
            ExportFormat::Png => continue,
        };
        insta::assert_snapshot!(format.name(), written);
    }
}
