//! What pie, bargauge, canvas-map and candlestick claim.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with tests/panels.rs, which uses the rest")]
mod fixtures;

use std::fmt::Write as _;

use fixtures::{ASCII, BLOCKS, UNICODE, bar_gauge, candlestick, drawn, map, pie, text, view};
use jiff::tz::TimeZone;

#[test]
fn three_looks_at_two_sizes() {
    let zone = TimeZone::UTC;
    for (panel, data) in [pie(), bar_gauge(), map(), candlestick()] {
        let mut out = String::new();
        for size in [(100, 24), (48, 12)] {
            for (name, look) in [("braille", UNICODE), ("blocks", BLOCKS), ("ascii", ASCII)] {
                let seen = text(&drawn(&panel, &data, &view(look, &zone), size));
                writeln!(out, "{name}, {} x {}\n{seen}", size.0, size.1).unwrap();
            }
        }
        insta::assert_snapshot!(format!("looks_{}", panel.kind.name()), out);
    }
}
