use super::*;
use jiff::tz::TimeZone;
use serde_json::json;

fn text(value: &Value) -> String {
    value.display(&TimeZone::UTC).into_owned()
}

fn timestamp(text: &str) -> Value {
    Value::Timestamp(Moment::from_timestamp(text.parse().unwrap()))
}

fn decimal(digits: &str) -> Value {
    Value::Decimal(digits.into())
}

fn words(text: &str) -> Value {
    Value::Text(text.into())
}

fn interval(months: i32, days: i32, micros: i64) -> Value {
    Value::Interval {
        months,
        days,
        micros,
    }
}

#[test]
fn values_are_written_as_postgresql_writes_them() {
    const HOUR: i64 = 3_600_000_000;
    let cases = [
        (Value::Null, ""),
        (Value::Bool(true), "true"),
        (Value::Int(-42), "-42"),
        (Value::Float(0.1), "0.1"),
        (Value::Float(1e20), "1e+20"),
        (Value::Float(1.5e-7), "1.5e-07"),
        (Value::Float(f64::NEG_INFINITY), "-Infinity"),
        (decimal("-12.340"), "-12.340"),
        (Value::Bytes([0, 255].into()), "\\x00ff"),
        (
            timestamp("2026-08-01T12:00:00.250Z"),
            "2026-08-01 12:00:00.25",
        ),
        (Value::Timestamp(Moment::INFINITY), "infinity"),
        (Value::Datetime(Moment(0)), "1970-01-01 00:00:00"),
        (
            Value::Datetime(Moment(-63_517_824_000_000_000)),
            "0044-03-15 00:00:00 BC",
        ),
        (Value::Date(0), "1970-01-01"),
        (Value::Date(-719_163), "0001-12-31 BC"),
        (Value::Date(2_932_897), "10000-01-01"),
        (Value::Date(i32::MIN), "-infinity"),
        (Value::Time(86_399_999_999), "23:59:59.999999"),
        (interval(0, 1, 2 * HOUR + 184_000_000), "1 day 02:03:04"),
        (interval(14, 0, 0), "1 year 2 mons"),
        (interval(0, -1, 2 * HOUR), "-1 days +02:00:00"),
        (interval(0, 0, -500_000), "-00:00:00.5"),
        (interval(0, 0, 0), "00:00:00"),
        (interval(0, 0, 100 * HOUR), "100:00:00"),
        (
            Value::Uuid([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
            "01020304-0506-0708-090a-0b0c0d0e0f10",
        ),
        (
            Value::List([words("a"), Value::Null, words("b c"), words("\"")].into()),
            r#"{a,NULL,"b c","\""}"#,
        ),
        (
            Value::List([Value::List([Value::Int(1)].into()), Value::List([].into())].into()),
            "{{1},{}}",
        ),
        (Value::Undecoded("geometry".into()), "<geometry>"),
    ];
    for (value, expected) in cases {
        assert_eq!(text(&value), expected, "{value:?}");
    }
}

#[test]
fn a_timestamptz_is_shown_in_its_zone_and_exported_without_doubt() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let value = timestamp("2026-08-01T12:00:00Z");
    assert_eq!(value.display(&berlin), "2026-08-01 14:00:00");
    assert_eq!(value.export(&berlin), "2026-08-01T14:00:00+02:00");
    assert_eq!(value.export(&TimeZone::UTC), "2026-08-01T12:00:00Z");
}

#[test]
fn json_keeps_every_digit() {
    let long = "12345678901234567890123456789012345.6700";
    assert_eq!(decimal(long).to_json().to_string(), long);
    assert_eq!(decimal("NaN").to_json(), json!("NaN"));
    assert_eq!(Value::Float(f64::INFINITY).to_json(), json!("Infinity"));
    assert_eq!(
        Value::Int(i64::MAX).to_json().to_string(),
        "9223372036854775807"
    );
    assert_eq!(
        timestamp("2026-08-01T12:00:00Z").to_json(),
        json!("2026-08-01T12:00:00Z")
    );
    assert_eq!(
        Value::Datetime(Moment(0)).to_json(),
        json!("1970-01-01T00:00:00")
    );
    assert_eq!(
        Value::Json(r#"{"a":1.10}"#.into()).to_json().to_string(),
        r#"{"a":1.10}"#
    );
    assert_eq!(
        Value::List([Value::Null, Value::Int(1)].into()).to_json(),
        json!([null, 1])
    );
}

#[test]
fn numbers_and_moments_are_read_from_values() {
    assert_eq!(decimal("12.50").as_f64(), Some(12.5));
    assert_eq!(decimal("-Infinity").as_f64(), Some(f64::NEG_INFINITY));
    assert_eq!(Value::Bool(true).as_f64(), Some(1.0));
    assert_eq!(words("12").as_f64(), None);
    assert_eq!(Value::Date(1).as_moment(), Some(Moment(DAY)));
    assert_eq!(Value::Date(i32::MAX).as_moment(), Some(Moment::INFINITY));
    assert_eq!(Value::Int(1).as_moment(), None);
}

#[test]
fn values_are_ordered_by_what_they_mean() {
    let ordered = [
        decimal("-Infinity"),
        decimal("-2"),
        Value::Float(-1.5),
        Value::Int(0),
        decimal("9007199254740993"),
        decimal("9007199254740993.0001"),
        Value::Int(9_007_199_254_740_994),
        decimal("NaN"),
        Value::Null,
    ];
    for (index, left) in ordered.iter().enumerate() {
        for (other, right) in ordered.iter().enumerate() {
            assert_eq!(left.compare(right), index.cmp(&other), "{left:?} {right:?}");
        }
    }
    let large = |number| Value::Int(number);
    assert_eq!(
        large(i64::MAX - 1).compare(&large(i64::MAX)),
        Ordering::Less
    );
    assert_eq!(words("apple").compare(&words("Banana")), Ordering::Less);
    assert_eq!(words("a").compare(&words("A")), Ordering::Greater);
    assert_eq!(
        interval(1, 0, 0).compare(&interval(0, 30, 0)),
        Ordering::Equal
    );
    assert_eq!(decimal("1.50").compare(&decimal("1.5")), Ordering::Equal);
}
