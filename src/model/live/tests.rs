use proptest::prelude::*;

use super::*;

const NOW: Moment = Moment(1_000_000);

fn sample(json: &str) -> LiveSample {
    match LiveItem::from_json(json.as_bytes(), NOW) {
        Ok(LiveItem::Sample(sample)) => sample,
        other => panic!("{json} gave {other:?}"),
    }
}

fn refused(json: &str) -> LiveError {
    LiveItem::from_json(json.as_bytes(), NOW).unwrap_err()
}

fn fields<'a>(flat: &'a [&'a str]) -> Result<LiveItem, LiveError> {
    LiveItem::from_fields(
        flat.chunks(2)
            .map(|pair| (pair[0].as_bytes(), pair[1].as_bytes())),
        NOW,
    )
}

#[test]
fn the_contracts_payload_is_read() {
    let got = sample(
        r#"{"v":1,"metric":"orders","value":"1234.50","ts":"2026-11-22T09:00:00Z","labels":{"region":"eu"}}"#,
    );
    assert_eq!(got.metric, "orders");
    assert_eq!((got.value, got.text.as_str()), (1234.5, "1234.50"));
    assert_eq!(got.at, Moment(1_795_338_000_000_000));
    assert_eq!(got.labels["region"], "eu");
}

#[test]
fn every_digit_of_a_json_number_is_kept() {
    let digits = "12345678901234567890.123456789012345678901234567890";
    assert_eq!(
        sample(&format!(r#"{{"metric":"a","value":{digits}}}"#)).text,
        digits
    );
}

#[test]
fn a_missing_time_is_the_servers_and_unknown_fields_are_ignored() {
    let got = sample(r#"{"v":1,"metric":"a","value":7,"shiny":[{"new":null}]}"#);
    assert_eq!((got.at, got.value), (NOW, 7.0));
}

#[test]
fn an_unknown_version_is_an_error_of_its_own_even_when_its_types_are_others() {
    for json in [
        r#"{"v":2,"metric":"orders","value":1}"#,
        r#"{"v":2,"metric":"orders","value":1,"ts":5}"#,
        r#"{"v":"2","metric":"orders","value":{"sum":1}}"#,
    ] {
        let error = refused(json);
        let LiveError::Version { version, metric } = &error else {
            panic!("{json} gave {error:?}");
        };
        assert_eq!((version.as_str(), metric.as_deref()), ("2", Some("orders")));
        assert!(error.to_string().contains("upgrade"), "{error}");
    }
}

#[test]
fn what_is_not_a_finite_decimal_is_refused() {
    for value in [
        "\"NaN\"",
        "\"Infinity\"",
        "\"-inf\"",
        "1e999",
        "\"\"",
        "\"0x10\"",
        "\"1_0\"",
        "\"1 \"",
        "\"e5\"",
        "\"--1\"",
        "true",
        "null",
        "[1]",
    ] {
        let error = refused(&format!(r#"{{"metric":"a","value":{value}}}"#));
        assert!(matches!(error, LiveError::Value(_)), "{value}: {error:?}");
    }
    for value in ["-0", "1e6", "-12.340", "\"+5\"", "\".5\"", "\"1E-3\""] {
        sample(&format!(r#"{{"metric":"a","value":{value}}}"#));
    }
}

#[test]
fn a_metrics_name_cannot_steer_a_terminal_or_hide_the_sequence() {
    let long = "m".repeat(201);
    for name in ["", "_seq", "a\\u001b[2J", "a\\u202eb", &long] {
        let error = refused(&format!(r#"{{"metric":"{name}","value":1}}"#));
        assert!(
            matches!(error, LiveError::Metric { .. }),
            "{name}: {error:?}"
        );
        assert!(
            !error.to_string().contains(['\u{1b}', '\u{202e}']),
            "{error}"
        );
    }
}

#[test]
fn control_characters_in_events_and_labels_are_replaced() {
    let json = r#"{"event":"done\u001b]0;x\u0007","level":"warning","labels":{"a\n":"b\r"}}"#;
    let Ok(LiveItem::Event(event)) = LiveItem::from_json(json.as_bytes(), NOW) else {
        panic!("an event");
    };
    assert_eq!(event.text, "done\u{fffd}]0;x\u{fffd}");
    assert_eq!(event.level, LiveLevel::Warning);
    assert_eq!(event.labels["a\u{fffd}"], "b\u{fffd}");
}

#[test]
fn a_payload_too_long_for_notify_is_refused() {
    let json = format!(
        r#"{{"metric":"a","value":1,"note":"{}"}}"#,
        "x".repeat(8000)
    );
    assert!(matches!(refused(&json), LiveError::Size(n) if n > 8000));
    let long = "x".repeat(8000);
    assert!(matches!(
        fields(&["metric", "a", "note", &long]),
        Err(LiveError::Size(_))
    ));
}

#[test]
fn a_stream_entry_made_by_hand_is_a_sample() {
    let flat = [
        "metric",
        "orders",
        "value",
        "42",
        "ts",
        "2026-11-22T09:00:00+01:00",
        "label.region",
        "eu",
        "labels",
        r#"{"shop":7}"#,
        "seq",
        "9",
    ];
    let Ok(LiveItem::Sample(got)) = fields(&flat) else {
        panic!("a sample");
    };
    assert_eq!((got.metric.as_str(), got.value), ("orders", 42.0));
    assert_eq!(got.at, Moment(1_795_334_400_000_000));
    assert_eq!(
        (got.labels["region"].as_str(), got.labels["shop"].as_str()),
        ("eu", "7")
    );
    assert!(matches!(
        fields(&["event", "up", "level", "error"]),
        Ok(LiveItem::Event(_))
    ));
    assert_eq!(fields(&["value", "42"]), Err(LiveError::Nameless));
    assert_eq!(
        fields(&["event", "up", "level", "loud"]),
        Err(LiveError::Level("loud".into()))
    );
}

#[test]
fn written_times_sort_as_text() {
    let written = |at| {
        let item =
            LiveItem::Sample(LiveSample::new("a", "1", Moment(at), BTreeMap::new()).unwrap());
        item.to_json()
    };
    assert!(
        written(0).contains(r#""ts":"1970-01-01T00:00:00.000000Z""#),
        "{}",
        written(0)
    );
    assert!(written(500_000) < written(1_000_000));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = LiveItem::from_json(&bytes, NOW);
        let halves = bytes.split_at(bytes.len() / 2);
        let _ = LiveItem::from_fields([halves], NOW);
        for name in ["metric", "value", "ts", "v", "labels", "level", "event", "label.x"] {
            let _ = LiveItem::from_fields([(name.as_bytes(), &bytes[..])], NOW);
        }
    }

    #[test]
    fn near_misses_of_json_never_panic(value in "[-+.eE0-9\"a-z{}\\[\\]:, \\\\]{0,40}", at in 0_usize..40) {
        let mut json = format!(r#"{{"v":1,"metric":"a","value":{value},"ts":"2026-11-22T09:00:00Z"}}"#);
        let _ = LiveItem::from_json(json.as_bytes(), NOW);
        if json.is_char_boundary(at) {
            json.truncate(at);
        }
        let _ = LiveItem::from_json(json.as_bytes(), NOW);
    }

    #[test]
    fn samples_survive_the_round_trip(
        metric in "[a-z][a-z0-9_.\"\\\\ é]{0,20}",
        whole in any::<i64>(),
        fraction in "[0-9]{0,20}",
        at in -62_135_596_800_000_000_i64..253_370_000_000_000_000,
        labels in proptest::collection::btree_map("[a-z\"\\\\é]{0,8}", "[ -~é]{0,8}", 0..4),
    ) {
        let text = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
        let item = LiveItem::Sample(LiveSample::new(&metric, &text, Moment(at), labels).unwrap());
        prop_assert_eq!(LiveItem::from_json(item.to_json().as_bytes(), NOW), Ok(item));
    }

    #[test]
    fn events_survive_the_round_trip(text in "[ -~éß]{0,60}", at in 0_i64..4_000_000_000_000_000) {
        let item = LiveItem::Event(LiveEvent {
            text,
            level: LiveLevel::Error,
            at: Moment(at),
            labels: BTreeMap::new(),
        });
        prop_assert_eq!(LiveItem::from_json(item.to_json().as_bytes(), NOW), Ok(item));
    }
}
