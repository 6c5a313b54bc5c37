//! What canvas-map claims: the outline of the world, its projection, and the marks on it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with tests/panels.rs, which uses the rest")]
mod fixtures;
#[path = "panels/shaping.rs"]
#[allow(dead_code, reason = "shared with the tests of other kinds")]
mod shaping;

use fixtures::samples_shares::map;
use fixtures::{UNICODE, data, panel};
use kpi_dashboard::model::globe::{Projection, outlines};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Shape, Site};
use kpi_dashboard::model::rowset::ColumnKind;
use proptest::prelude::*;
use shaping::{numbers, rows, seen, shaped, words};

const NAN: f64 = f64::NAN;

fn site(name: &str, latitude: f64, longitude: f64, value: f64) -> Site {
    Site {
        name: name.to_owned(),
        latitude,
        longitude,
        value,
    }
}

// ── The world ───────────────────────────────────────────────────────────────────────────────────

/// Whether a place is on land: how often a line from it to the north pole crosses a coast.
fn is_land(latitude: f64, longitude: f64) -> bool {
    let mut crossings = 0;
    for outline in outlines().filter(|outline| !outline.is_border) {
        let points: Vec<(f64, f64)> = outline.points().collect();
        for pair in points.windows(2) {
            let ((from, west), (to, east)) = (pair[0], pair[1]);
            let is_jump = f64::abs(west - east) > 180.0;
            if !is_jump && (west > longitude) != (east > longitude) {
                let at = from + (to - from) * (longitude - west) / (east - west);
                crossings += usize::from(at > latitude);
            }
        }
    }
    crossings % 2 == 1
}

#[test]
fn the_outline_has_land_and_sea_where_the_world_has() {
    for (name, latitude, longitude) in [
        ("Berlin", 52.52, 13.40),
        ("Kansas City", 39.10, -94.58),
        ("Brasilia", -15.79, -47.88),
        ("Nairobi", -1.29, 36.82),
        ("Alice Springs", -23.70, 133.88),
        ("Novosibirsk", 55.03, 82.92),
        ("Nagpur", 21.15, 79.09),
        ("Madrid", 40.42, -3.70),
    ] {
        assert!(is_land(latitude, longitude), "{name}");
    }
    for (name, latitude, longitude) in [
        ("the Azores' deep", 35.0, -40.0),
        ("the Pacific", 0.0, -140.0),
        ("the Indian Ocean", -20.0, 80.0),
        ("the Mediterranean", 34.5, 19.0),
        ("the Gulf of Mexico", 25.0, -90.0),
        ("the Tasman Sea", -38.0, 160.0),
    ] {
        assert!(!is_land(latitude, longitude), "{name}");
    }
}

#[test]
fn known_cities_stand_where_the_formula_says() {
    let cities = [
        (51.5, -0.1),
        (40.7, -74.0),
        (35.7, 139.7),
        (-33.9, 151.2),
        (-23.5, -46.6),
        (64.1, -21.9),
    ];
    // Twice as wide as high, and cells twice as high as wide: a degree is as long both ways.
    let map = Projection::fit(cities.into_iter(), (135 * 4, 135));
    let per_degree = 135.0 / (78.0 - -57.0);
    for (latitude, longitude) in cities {
        let (x, y) = map.place(latitude, longitude);
        let expected = (270.0 + longitude * 1.5, (78.0 - latitude) * per_degree);
        assert!(
            (x - expected.0).abs() < 1e-9 && (y - expected.1).abs() < 1e-9,
            "{x} {y} {expected:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_point_is_in_sight_and_east_is_right(
        centre in -180.0..180.0_f64,
        spread in 0.0..400.0_f64,
        points in prop::collection::vec((-90.0..=90.0_f64, 0.0..1.0_f64), 1..20),
        size in (1_u16..200, 1_u16..60),
    ) {
        let wrapped = |offset: f64| (centre + offset + 180.0).rem_euclid(360.0) - 180.0;
        let points: Vec<(f64, f64)> =
            points.into_iter().map(|(latitude, part)| (latitude, wrapped(part * spread))).collect();
        let map = Projection::fit(points.iter().copied(), size);
        let (width, height) = (f64::from(size.0), f64::from(size.1));
        for (latitude, longitude) in &points {
            let (x, y) = map.place(*latitude, *longitude);
            prop_assert!((-1e-6..=width + 1e-6).contains(&x), "{x} of {width}: {map:?}");
            prop_assert!((-1e-6..=height + 1e-6).contains(&y), "{y} of {height}: {map:?}");
            prop_assert!(map.place(*latitude - 1.0, *longitude).1 > y);
        }
    }
}

#[test]
fn neighbours_across_the_date_line_are_neighbours() {
    let panel = panel(PanelKind::Map, "Pacific", "");
    let sites = vec![
        site("Suva", -18.1, 178.4, 1.0),
        site("Apia", -13.8, -171.8, 2.0),
    ];
    let seen = seen(&panel, &data(Shape::Sites(sites)), UNICODE, (60, 16));
    let column = |name: &str| seen.lines().find_map(|line| line.find(name)).unwrap();
    assert!(
        column("Apia") > column("Suva"),
        "Apia is east of Suva:\n{seen}"
    );
}

// ── Map panels ──────────────────────────────────────────────────────────────────────────────────

#[test]
fn places_on_one_spot_are_one_number_and_the_worst_speaks() {
    let (mut panel, _) = map();
    panel.legend = kpi_dashboard::config::Legend::Auto;
    let mut sites = vec![site("Lima", -12.0, -77.0, 30.0)];
    for index in 0..5 {
        let value = if index == 3 { 400.0 } else { 20.0 };
        sites.push(site(
            &format!("rack {index}"),
            50.1,
            8.68 + f64::from(index) * 0.01,
            value,
        ));
    }
    let seen = seen(&panel, &data(Shape::Sites(sites)), UNICODE, (90, 24));
    assert!(seen.contains("✖5 rack 3 +4"), "{seen}");
    assert!(seen.contains("✔ Lima 30 ms"), "{seen}");
    assert!(seen.contains("6 places, near ones as a number"), "{seen}");
}

#[test]
fn numbers_of_marks_never_touch_and_add_up() {
    let mut sites = Vec::new();
    for index in 0..3_000_u32 {
        let (a, b) = (
            f64::from(index * 7_919 % 3_001),
            f64::from(index * 104_729 % 2_999),
        );
        sites.push(site(
            "",
            a / 3_001.0 * 130.0 - 55.0,
            b / 2_999.0 * 360.0 - 180.0,
            NAN,
        ));
    }
    let panel = panel(PanelKind::Map, "", "");
    let buf = fixtures::drawn(
        &panel,
        &data(Shape::Sites(sites)),
        &fixtures::view(UNICODE, &jiff::tz::TimeZone::UTC),
        (120, 30),
    );
    let mut sum = 0;
    for y in 1..29 {
        let mut digits = String::new();
        for x in 1..120 {
            let cell = &buf[(x, y)];
            if cell.modifier.contains(ratatui::style::Modifier::REVERSED) {
                digits.push_str(cell.symbol());
            } else {
                sum += digits.parse().unwrap_or(0);
                digits.clear();
                sum += u32::from(cell.symbol() == "●" || cell.symbol() == "•");
            }
        }
    }
    assert_eq!(sum, 3_000, "{}", fixtures::text(&buf));
}

#[test]
fn columns_are_found_by_grafanas_names() {
    let expected = Shape::Sites(vec![site("Berlin", 52.5, 13.4, 7.0)]);
    let place = ("city", ColumnKind::Text, words(&["Berlin"]));
    let number = ("orders", ColumnKind::Number, numbers(&[7.0]));
    for (north, east) in [("latitude", "longitude"), ("lat", "lon"), ("LAT", "Lng")] {
        let rows = rows(vec![
            number.clone(),
            (east, ColumnKind::Number, numbers(&[13.4])),
            place.clone(),
            (north, ColumnKind::Number, numbers(&[52.5])),
        ]);
        assert_eq!(
            shaped(PanelKind::Map, &rows),
            Ok(expected.clone()),
            "{north} {east}"
        );
    }
    let hashed = rows(vec![
        ("geohash", ColumnKind::Text, words(&["u33dc0", "no!", ""])),
        ("orders", ColumnKind::Number, numbers(&[7.0, 8.0, 9.0])),
    ]);
    let Ok(Shape::Sites(sites)) = shaped(PanelKind::Map, &hashed) else {
        panic!("a geohash is a place");
    };
    assert_eq!(sites.len(), 1, "what is no geohash is left out");
    assert!((sites[0].latitude - 52.5).abs() < 0.1 && (sites[0].longitude - 13.4).abs() < 0.1);
}
