use proptest::prelude::*;

use super::*;
use crate::model::annotation::Annotation;
use crate::model::color::Color;
use crate::model::compare::Compare;
use crate::model::inspection::Timings;
use crate::model::live::LiveLevel;
use crate::model::panel_data::{Bar, Failure, Shape};
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::series::{Point, Series};
use crate::model::time::{Moment, TimeWindow};
use crate::model::value::Value;

const AT: Moment = Moment(1_795_183_385_000_000);
const DEFINITIONS: &str = "[[dashboard]]\nname = \"Shop\"\n";

fn panel(id: &str) -> Part {
    Part::new("Shop", What::Panel(id.to_owned()))
}

fn picture_of(id: &str) -> Picture {
    let texts = (0..40).map(|row| Value::Text(format!("{id} {row}").into()));
    let column = Column {
        name: id.to_owned(),
        type_name: "text".to_owned(),
        kind: ColumnKind::Text,
        values: texts.collect(),
    };
    let points = vec![
        Point {
            at: AT,
            value: f64::INFINITY,
        },
        Point {
            at: AT.plus(1),
            value: -0.5,
        },
    ];
    let series = Series {
        name: id.to_owned(),
        points,
    };
    Picture {
        range: "1h".to_owned(),
        window: TimeWindow {
            from: AT.plus(-3_600_000_000),
            to: AT,
        },
        interval: 15_000_000,
        asked_at: Some(AT),
        timings: Timings::default(),
        rows: Rowset {
            columns: vec![column],
            truncated: false,
        },
        moved: Some(Shape::Series(vec![series])),
        newest_at: Some(AT),
        failing: Some(Failure::new("stopped").detail("twice")),
    }
}

const IDS: [&str; 4] = ["orders", "errors", "latency", "regions"];

fn events() -> Vec<Annotation> {
    vec![
        Annotation {
            at: AT,
            until: Some(AT.plus(5)),
            text: "deployed".into(),
            color: Some(Color::Rgb(1, 2, 3)),
        },
        Annotation {
            at: AT,
            until: None,
            text: "rolled back".into(),
            color: Some(Color::Text),
        },
    ]
}

fn lines() -> Vec<LogLine> {
    vec![LogLine {
        at: AT,
        level: LiveLevel::Error,
        text: "down".into(),
    }]
}

fn bytes() -> Vec<u8> {
    let mut recording = Recording::new(AT, DEFINITIONS.to_owned());
    recording.dashboard(Shown {
        dashboard: "Shop".to_owned(),
        range: "1h".to_owned(),
        from: AT.0 - 3_600_000_000,
        to: AT.0,
        compare: Compare::Off,
        values: [].into(),
    });
    for id in IDS {
        recording.picture(panel(id), &picture_of(id));
    }
    recording.choices("Shop", "region", &[Choice::of("eu"), Choice::of("us")]);
    recording.annotations("Shop", &events());
    recording.lines("Shop", &lines());
    recording.write().bytes
}

/// Which of all parts are whole; those that are say what was written.
fn whole(bundle: &Bundle) -> usize {
    assert_eq!(bundle.definitions, DEFINITIONS);
    assert_eq!(bundle.contents.made_at, AT.0);
    let mut count = 0;
    for id in IDS {
        if let Found::Whole(picture) = bundle.picture(&panel(id)) {
            assert_eq!(picture, picture_of(id));
            count += 1;
        }
    }
    let part = |what| Part::new("Shop", what);
    let choices = bundle.choices(&part(What::Choices("region".into())));
    count += usize::from(choices == Found::Whole(vec![Choice::of("eu"), Choice::of("us")]));
    count += usize::from(bundle.annotations(&part(What::Annotations)) == Found::Whole(events()));
    count += usize::from(bundle.lines(&part(What::Events)) == Found::Whole(lines()));
    count
}

const ALL: usize = IDS.len() + 3;

#[test]
fn everything_comes_back() {
    let bundle = Bundle::open(bytes()).unwrap();
    assert_eq!(whole(&bundle), ALL);
    assert!(!bundle.is_damaged());
    let missing = Part::new("Shop", What::Earlier("orders".into()));
    assert_eq!(bundle.picture(&missing), Found::Missing);
}

#[test]
fn any_byte_that_flips_loses_at_most_its_part() {
    let good = bytes();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        let bundle = Bundle::open(bad).unwrap_or_else(|why| panic!("byte {at}: {why}"));
        assert!(whole(&bundle) >= ALL - 1, "byte {at}");
        // Of the file's own head only the marks matter, and they do not change what is in it.
        assert!(bundle.is_damaged() || at < 8, "byte {at} is told");
    }
}

#[test]
fn a_file_that_was_cut_short_shows_what_came_before() {
    let good = bytes();
    let (chunks, _) = chunk::scan(&good);
    let ends: Vec<usize> = chunks
        .iter()
        .map(|chunk| chunk.body.as_ref().unwrap().at.end)
        .collect();
    for length in 0..good.len() {
        let opened = Bundle::open(good[..length].to_vec());
        if length < ends[1] {
            assert!(opened.is_err(), "{length}");
            continue;
        }
        let bundle = opened.unwrap_or_else(|why| panic!("{length} bytes: {why}"));
        let parts = ends[2..2 + ALL].iter().filter(|end| **end <= length);
        assert_eq!(whole(&bundle), parts.count(), "{length} bytes");
        // A cut exactly between the copies at the end loses nothing.
        assert!(bundle.is_damaged() || length >= ends[1 + ALL], "{length}");
    }
}

#[test]
fn bytes_put_in_or_taken_out_lose_at_most_two_parts() {
    let good = bytes();
    for at in (8..good.len()).step_by(7) {
        let mut more = good.clone();
        more.splice(at..at, *b"\xb5KPC some words");
        assert!(whole(&Bundle::open(more).unwrap()) >= ALL - 1, "{at}");
        let mut less = good.clone();
        less.drain(at..(at + 20).min(good.len()));
        let bundle = Bundle::open(less).unwrap();
        assert!(whole(&bundle) >= ALL - 2, "{at}");
    }
}

#[test]
fn a_damaged_part_says_so_and_the_contents_know_its_name() {
    let mut bytes = bytes();
    let (chunks, _) = chunk::scan(&bytes);
    let body = chunks[4].body.clone().unwrap();
    bytes[body.at.start + 4] ^= 0xff;
    let bundle = Bundle::open(bytes).unwrap();
    assert_eq!(bundle.picture(&panel("errors")), Found::Damaged);
    assert_eq!(whole(&bundle), ALL - 1);
}

/// A head that is whole, for a body of whoever comes next.
fn head(kind: u8, key: &[u8], stored: u32, sum: [u8; 8]) -> Vec<u8> {
    let mut fields = vec![kind];
    fields.extend((key.len() as u16).to_le_bytes());
    fields.extend(stored.to_le_bytes());
    fields.extend(5_u32.to_le_bytes());
    fields.extend(sum);
    fields.extend(key);
    let mut head = b"\xb5KPC".to_vec();
    head.extend(&fields);
    head.extend(chunk::check(&fields));
    head
}

fn contents_of(format: u32) -> Vec<u8> {
    let json = format!(
        r#"{{"format":{format},"program":"kpi 9.0.0","made_at":1,"dashboards":[],"parts":[],"later":[1]}}"#
    );
    json.into_bytes()
}

#[test]
fn a_later_version_is_refused_with_what_to_do_and_what_is_only_more_is_skipped() {
    let file = |major: u8, format: u32| {
        let mut bytes = vec![b'K', b'P', b'I', b'B', major, 7, 0, 0];
        chunk::put(&mut bytes, Kind::Contents, &[], &contents_of(format));
        chunk::put(&mut bytes, Kind::Definitions, &[], DEFINITIONS.as_bytes());
        bytes.extend(head(99, b"{\"moon\":1}", 5, chunk::check(b"later")));
        bytes.extend(b"later");
        bytes
    };
    let refused = Bundle::open(file(2, 2)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this bundle has format 2, this kpi reads up to 1: open it with kpi 9.0.0 or later"
    );
    let known = Bundle::open(file(1, 1)).unwrap();
    assert!(!known.is_damaged());
    // Nothing but the file's head tells the version.
    let mut bare = vec![b'K', b'P', b'I', b'B', 3, 0, 0, 0];
    bare.extend([9; 100]);
    let refused = Bundle::open(bare).unwrap_err().to_string();
    assert!(refused.contains("has format 3"), "{refused}");
}

#[test]
fn what_is_no_bundle_says_so() {
    for bytes in [&b""[..], b"KPI", b"\x1f\x8b\x08 a zip", &[0; 5_000]] {
        assert_eq!(
            Bundle::open(bytes.to_vec()).unwrap_err(),
            Unreadable::Foreign
        );
    }
    let marked = Bundle::open(b"KPIB\x01\0\0\0".to_vec()).unwrap_err();
    assert_eq!(marked, Unreadable::Damaged("contents"));
}

#[test]
fn a_bomb_is_a_damaged_part() {
    let mut bytes = bytes();
    let key = serde_json::to_vec(&panel("bomb")).unwrap();
    chunk::put(&mut bytes, Kind::Panel, &key, &vec![0; LARGEST + 1]);
    assert!(bytes.len() < 200_000, "it is small: {}", bytes.len());
    let bundle = Bundle::open(bytes).unwrap();
    assert_eq!(bundle.picture(&panel("bomb")), Found::Damaged);
    assert_eq!(whole(&bundle), ALL);
}

#[test]
fn chunks_that_claim_each_others_bytes_cost_no_more_than_the_file() {
    // Heads are whole, bodies are said to be a megabyte of what follows: 20 GB to be checked.
    let one = head(3, &[], 1 << 20, [0; 8]);
    let mut bytes = b"KPIB\x01\0\0\0".to_vec();
    for _ in 0..20_000 {
        bytes.extend(&one);
    }
    bytes.resize(2 << 20, 7);
    let begun = std::time::Instant::now();
    assert!(Bundle::open(bytes).is_err());
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn rows_that_are_too_many_leave_a_word_in_their_place() {
    let mut recording = Recording::new(AT, DEFINITIONS.to_owned());
    let mut picture = picture_of("orders");
    let long: Value = Value::Text("x".repeat(LARGEST / 30).into());
    picture.rows.columns[0].values = vec![long; 40];
    recording.picture(panel("orders"), &picture);
    let written = recording.write();
    assert_eq!(written.too_large, [panel("orders")]);
    let bundle = Bundle::open(written.bytes).unwrap();
    let read = bundle.picture(&panel("orders")).whole().unwrap();
    assert!(read.failing.unwrap().summary.contains("too many"));
    assert_eq!(read.asked_at, None);
}

#[test]
fn bars_and_failures_without_rows_come_back() {
    let picture = Picture {
        asked_at: None,
        rows: Rowset::default(),
        moved: Some(Shape::Bars(vec![Bar {
            label: "eu".into(),
            value: 2.5,
        }])),
        ..picture_of("a")
    };
    let bytes = contents::put_picture(&picture, LARGEST);
    assert_eq!(contents::picture(&bytes), Some(picture));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, marked: bool) {
        let _ = contents::picture(&bytes);
        let _ = contents::choices(&bytes);
        let _ = contents::annotations(&bytes);
        let _ = contents::lines(&bytes);
        let mut file = if marked { b"KPIB\x01\0\0\0\xb5KPC".to_vec() } else { Vec::new() };
        file.extend(bytes);
        let _ = Bundle::open(file);
    }

    #[test]
    fn many_flipped_bytes_are_read_without_a_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let mut bad = bytes();
        for (at, flip) in flips {
            let at = at.index(bad.len());
            bad[at] ^= flip;
        }
        if let Ok(bundle) = Bundle::open(bad) {
            whole(&bundle);
        }
    }

    #[test]
    fn a_part_that_was_tampered_with_is_read_without_a_panic(at: prop::sample::Index, flip: u8) {
        let mut plain = contents::put_picture(&picture_of("orders"), LARGEST);
        let at = at.index(plain.len());
        plain[at] ^= flip;
        let _ = contents::picture(&plain);
    }
}
