use proptest::prelude::*;

use super::*;
use crate::model::time::Moment;

fn read(decoder: &Decoder, bytes: &[u8]) -> Value {
    decoder.value(Some(bytes), "t")
}

fn decimal(count: i16, weight: i16, sign: u16, scale: u16, groups: &[u16]) -> Value {
    let mut bytes = Vec::new();
    bytes.extend(count.to_be_bytes());
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(scale.to_be_bytes());
    bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
    read(&Decoder::Numeric, &bytes)
}

#[test]
fn a_numeric_keeps_every_digit() {
    let is = |text: &str| Value::Decimal(text.into());
    assert_eq!(decimal(2, 0, 0x4000, 3, &[12, 3400]), is("-12.340"));
    assert_eq!(decimal(0, 0, 0, 2, &[]), is("0.00"));
    assert_eq!(decimal(1, -2, 0, 8, &[1]), is("0.00000001"));
    assert_eq!(decimal(1, -1, 0, 1, &[5000]), is("0.5"));
    assert_eq!(decimal(1, 2, 0, 0, &[7]), is("700000000"));
    assert_eq!(decimal(0, 0, 0xC000, 0, &[]), is("NaN"));
    assert_eq!(decimal(0, 0, 0xF000, 0, &[]), is("-Infinity"));
}

#[test]
fn a_column_of_a_built_in_type_is_read_without_a_server() {
    let fields = [Some(&[0, 0, 0, 7][..]), None];
    let values = crate::source::postgres::decode(23, &fields).unwrap();
    assert_eq!(values, [Value::Int(7), Value::Null]);
    assert!(crate::source::postgres::decode(16_400, &fields).is_none());
}

#[test]
fn infinite_times_stay_infinite() {
    assert_eq!(
        read(&Decoder::TimestampTz, &i64::MAX.to_be_bytes()),
        Value::Timestamp(Moment::INFINITY)
    );
    assert_eq!(
        read(&Decoder::Date, &i32::MIN.to_be_bytes()),
        Value::Date(i32::MIN)
    );
    assert_eq!(
        read(&Decoder::Timestamp, &0_i64.to_be_bytes()),
        Value::Datetime(Moment(946_684_800_000_000))
    );
}

#[test]
fn bytes_left_over_or_missing_show_the_type() {
    for bytes in [&[0, 0, 0][..], &[0; 5]] {
        assert_eq!(
            Decoder::Int4.value(Some(bytes), "int4"),
            Value::Undecoded("int4".into())
        );
    }
    assert_eq!(Decoder::Unknown.value(None, "geometry"), Value::Null);
}

#[test]
fn text_of_any_encoding_becomes_text_without_controls() {
    assert_eq!(
        read(&Decoder::Text, b"caf\xe9 \x1b[31m"),
        Value::Text("caf\u{fffd} ␛[31m".into())
    );
    assert_eq!(
        read(&Decoder::Json, b"{\r\n\"a\": 1}"),
        Value::Json("{ \n\"a\": 1}".into())
    );
}

#[test]
fn an_array_that_claims_more_than_it_has_is_not_believed() {
    let mut bytes = Vec::new();
    for part in [1_i32, 0, 23, i32::MAX, 1] {
        bytes.extend(part.to_be_bytes());
    }
    assert_eq!(
        read(&Decoder::Array(None), &bytes),
        Value::Undecoded("t".into())
    );
}

proptest! {
    #[test]
    fn no_bytes_make_any_decoder_panic(oid in 16_u32..6200, bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Some(decoder) = Decoder::built_in(oid) {
            let _ = decoder.value(Some(&bytes), "t");
        }
        for name in ["hstore", "ltree", "vector", "citext"] {
            let _ = Decoder::extension(name).value(Some(&bytes), name);
        }
    }

    #[test]
    fn a_decoded_float_reads_back_as_itself(number in any::<f64>()) {
        let text = number::float8(number);
        let back: f64 = text.parse().unwrap();
        prop_assert!(back == number || number.is_nan());
    }
}
