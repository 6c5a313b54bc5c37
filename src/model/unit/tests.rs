use super::*;
use jiff::tz::TimeZone;

fn written(id: &str, value: f64, decimals: Option<u8>) -> String {
    let unit = Unit::parse(id).unwrap_or_else(|near| panic!("`{id}` is unknown: {near:?}"));
    unit.write(value, decimals).to_string()
}

/// Values chosen to show each rule; the results follow from Grafana's formatters.
#[test]
fn numbers_are_written_as_grafana_writes_them() {
    let cases: &[(&str, f64, Option<u8>, &str)] = &[
        ("short", 98_765.0, None, "98.8 K"),
        ("short", 98_765.0, Some(0), "99 K"),
        ("short", 1e6, None, "1 Mil"),
        ("short", 2.5e12, None, "2.50 Tri"),
        ("short", 0.0, None, "0"),
        ("short", -1_500.0, None, "-1.5 K"),
        ("none", 1_234.5, None, "1235"),
        ("none", 0.1234, None, "0.123"),
        ("none", 12.34, None, "12.3"),
        ("none", 2.5, None, "2.50"),
        ("none", 1.5, None, "1.50"),
        ("none", 1_234.5, Some(2), "1234.50"),
        ("none", -0.3, Some(0), "0"),
        ("none", -2.5, Some(0), "-2"),
        ("none", 2.5, Some(0), "3"),
        ("none", 0.0, Some(2), "0.00"),
        ("none", 1e21, None, "1e+21"),
        ("none", f64::INFINITY, None, "∞"),
        ("none", f64::NAN, None, "-"),
        ("percent", 12.5, None, "12.5%"),
        ("percent", 100.0, None, "100%"),
        ("percentunit", 0.125, None, "12.5%"),
        ("humidity", 40.0, None, "40 %H"),
        ("s", 90.0, None, "1.50 min"),
        ("s", 0.0, None, "0 s"),
        ("s", 0.025, None, "25 ms"),
        ("s", 0.000_05, None, "50 µs"),
        ("s", 0.000_000_5, None, "500 ns"),
        ("s", 5_400.0, None, "1.50 hour"),
        ("s", 604_800.0, None, "1 week"),
        ("s", 63_113_800.0, None, "2 year"),
        ("ms", 1.0, None, "1 ms"),
        ("ms", 90_000.0, None, "1.50 min"),
        ("ms", 0.0, None, "0 ms"),
        ("µs", 1_500.0, None, "1.50 ms"),
        ("ns", 1_500.0, None, "1.50 µs"),
        ("m", 90.0, None, "1.50 hour"),
        ("h", 36.0, None, "1.50 day"),
        ("d", 14.0, None, "2 week"),
        ("timeticks", 9_000.0, None, "1.50 min"),
        ("bytes", 1_536.0, None, "1.50 KiB"),
        ("bytes", 0.0, None, "0 B"),
        ("bytes", 1_073_741_824.0, None, "1 GiB"),
        ("decbytes", 1_500.0, None, "1.50 kB"),
        ("decmbytes", 1_500.0, None, "1.50 GB"),
        ("mbytes", 1_536.0, None, "1.50 GiB"),
        ("Bps", 1_500.0, None, "1.50 kB/s"),
        ("binBps", 1_536.0, None, "1.50 KiB/s"),
        ("kwatth", 1_500.0, None, "1.50 MWh"),
        ("kwatt", 0.0, None, "0 kW"),
        ("kwatt", 0.5, None, "500 W"),
        ("lengthkm", 1_500.0, None, "1.50 Mm"),
        ("lengthmi", 1_500.0, None, "1500 mi"),
        ("volt", 0.005, None, "5 mV"),
        ("celsius", 21.5, None, "21.5 °C"),
        ("degree", 90.0, None, "90 °"),
        ("reqps", 1_200.0, None, "1.20K req/s"),
        ("reqps", 12.0, None, "12 req/s"),
        ("ops", 3.0, None, "3 ops/s"),
        ("rowsps", 5_000_000.0, None, "5M rows/s"),
        ("currencyUSD", 1_530.0, None, "$1.53K"),
        ("currencyUSD", -1_530.0, None, "-$1.53K"),
        ("currencyEUR", 12.0, Some(2), "€12.00"),
        ("currencySEK", 1_530.0, None, "1.53Kkr"),
        ("currency:₿", 2.0, None, "₿2"),
        ("pressurebar", 0.001, None, "1 mbar"),
        ("pressurepsi", 1_500.0, None, "1.50ksi"),
        ("pressurehpa", 1_013.0, None, "1013 hPa"),
        ("locale", 1_234_567.0, None, "1,234,567"),
        ("locale", -1_234.567_8, None, "-1,234.568"),
        ("locale", 1_234.5, Some(0), "1,234"),
        ("string", 12.0, None, "12"),
        ("sci", 12_345.0, Some(2), "1.23e+4"),
        ("hex", 255.0, None, "FF"),
        ("hex0x", -255.0, None, "-0xFF"),
        ("bool_on_off", 0.0, None, "Off"),
        ("bool_on_off", 2.0, None, "On"),
        ("bool_yes_no", 1.0, None, "Yes"),
        ("bool:up/down", 0.0, None, "down"),
        ("suffix:rpm", 800.0, None, "800 rpm"),
        ("suffix:m3/h", 0.5, None, "0.500 m3/h"),
        ("prefix:#", 7.0, None, "#7"),
        ("si:kX", 1_500.0, None, "1.50 MX"),
        ("si:V", 1_500.0, None, "1.50 kV"),
        ("count:jobs", 1_500.0, None, "1.50K jobs"),
    ];
    for (id, value, decimals, text) in cases {
        assert_eq!(written(id, *value, *decimals), *text, "{id} of {value}");
    }
}

#[test]
fn durations_are_written_as_words_and_clocks() {
    let cases: &[(&str, f64, Option<u8>, &str)] = &[
        ("dtdurations", 3_900.0, Some(1), "1 hour, 5 minutes"),
        ("dtdurations", 3_900.0, None, "1 hour"),
        ("dtdurations", -60.0, None, "1 minute ago"),
        ("dtdurations", 0.0, None, "0 seconds"),
        (
            "dtdurationms",
            1_500.0,
            Some(1),
            "1 second, 500 milliseconds",
        ),
        ("dthms", 3_723.0, None, "01:02:03"),
        ("dthms", 360_000.0, None, "100:00:00"),
        ("dtdhms", 90_061.0, None, "1 d 01:01:01"),
        ("clocks", 7_530.0, None, "02h:05m:30s:000ms"),
        ("clocks", 7_530.0, Some(0), "02h"),
        ("clocks", 7_530.0, Some(1), "02h:05m"),
        ("clocks", 7_530.0, Some(2), "02h:05m:30s"),
        ("clockms", 500.0, None, "500ms"),
    ];
    for (id, value, decimals, text) in cases {
        assert_eq!(written(id, *value, *decimals), *text, "{id} of {value}");
    }
}

#[test]
fn points_in_time_are_written_in_their_zone() {
    let millis = 1_785_585_600_000.0; // 2026-08-01T12:00:00Z
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let cases = [
        ("dateTimeAsIso", "2026-08-01 14:00:00"),
        ("dateTimeAsUS", "08/01/2026 2:00:00 pm"),
        ("dateTimeAsLocal", "2026-08-01 14:00:00"),
        ("time: YYYY-MM-DD HH:mm:ss", "2026-08-01 14:00:00"),
        ("time:HH:mm", "14:00"),
        ("time: MM/DD/YY h:mm:ss a", "08/01/26 2:00:00 pm"),
        ("time:ddd, MMM Do [at] H Z", "Sat, Aug 1st at 14 +02:00"),
        ("dateTimeFromNow", "2026-08-01 14:00:00"),
    ];
    for (id, text) in cases {
        let unit = Unit::parse(id).unwrap();
        assert!(unit.is_time());
        assert_eq!(
            unit.write_in(millis, None, &berlin).to_string(),
            text,
            "{id}"
        );
    }
    assert_eq!(
        written("dateTimeAsIso", millis, None),
        "2026-08-01 12:00:00"
    );
}

#[test]
fn with_a_clock_times_can_be_relative() {
    let now = Moment(1_785_585_600_000_000);
    let zone = TimeZone::UTC;
    let from_now = |seconds: f64| {
        let unit = Unit::parse("dateTimeFromNow").unwrap();
        unit.write_at(1_785_585_600_000.0 + seconds * 1e3, None, &zone, now)
            .to_string()
    };
    assert_eq!(from_now(-10.0), "a few seconds ago");
    assert_eq!(from_now(-300.0), "5 minutes ago");
    assert_eq!(from_now(7_200.0), "in 2 hours");
    assert_eq!(from_now(-86_400.0 * 400.0), "a year ago");
    let today = Unit::parse("dateTimeAsIsoNoDateIfToday").unwrap();
    let text = today.write_at(1_785_585_600_000.0, None, &zone, now);
    assert_eq!(text.to_string(), "12:00:00");
}

#[test]
fn every_id_writes_any_number() {
    for id in Unit::ids() {
        let unit = Unit::parse(id).unwrap();
        for value in [
            0.0,
            -0.0,
            1e-30,
            -12.5,
            1e30,
            f64::MAX,
            f64::MIN,
            f64::NAN,
            f64::INFINITY,
        ] {
            for decimals in [None, Some(0), Some(20), Some(255)] {
                assert!(!unit.write(value, decimals).to_string().is_empty(), "{id}");
            }
        }
    }
}

#[test]
fn an_unknown_id_names_the_nearest() {
    let first = |id| Unit::parse(id).unwrap_err().first().copied();
    assert_eq!(first("us"), Some("µs"));
    assert_eq!(first("percents"), Some("percent"));
    assert_eq!(first("currencyUsd"), Some("currencyUSD"));
    assert_eq!(first("byte"), Some("bytes"));
    assert_eq!(first("%"), Some("percent"));
    assert_eq!(first("MB"), Some("decmbytes"));
    assert_eq!(first("zzzzqqqq"), None);
    assert!(Unit::parse("km").is_err(), "not a suffix by accident");
    assert!(Unit::parse("Wh/km").is_err());
    assert_eq!(Unit::default(), Unit::parse("none").unwrap());
    assert!(Unit::parse("μs").is_ok(), "the other micro sign");
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<_> = Unit::ids().collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
