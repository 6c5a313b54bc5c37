use proptest::prelude::*;

use super::*;

/// A field as the server describes it.
fn field(name: &[u8], table: u32, oid: u32) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.push(0);
    bytes.extend_from_slice(&table.to_be_bytes());
    bytes.extend_from_slice(&3_i16.to_be_bytes());
    bytes.extend_from_slice(&oid.to_be_bytes());
    bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    bytes.extend_from_slice(&(-1_i32).to_be_bytes());
    bytes.extend_from_slice(&1_i16.to_be_bytes());
    bytes
}

fn description(fields: &[Vec<u8>]) -> Vec<u8> {
    let mut body = (fields.len() as u16).to_be_bytes().to_vec();
    body.extend(fields.concat());
    framed(b'T', &body)
}

fn framed(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    message(tag, body, &mut out);
    out
}

fn filtered(pieces: &[&[u8]]) -> Vec<u8> {
    let mut filter = Filter::default();
    let mut out = Vec::new();
    for piece in pieces {
        filter.feed(piece, &mut out);
    }
    out
}

const ENUM: u32 = 16_412;

/// What a pipelined group sounds like: BEGIN, an empty result with an enum column, COMMIT.
fn empty_result() -> (Vec<u8>, Vec<u8>) {
    let sent = [
        framed(b'C', b"BEGIN\0"),
        framed(b'Z', b"T"),
        framed(b'1', b""),
        framed(b'2', b""),
        framed(b't', &[0, 0]),
        description(&[field(b"id", 999, 20), field(b"state", 999, ENUM)]),
        framed(b'C', b"SELECT 0\0"),
        framed(b'Z', b"T"),
        framed(b'C', b"COMMIT\0"),
        framed(b'Z', b"I"),
    ];
    let mut seen = sent.clone();
    seen[5] = description(&[
        field(b"id", 20, 20),
        field(b"state", ENUM, Type::TEXT.oid()),
    ]);
    seen[6] = [
        framed(b'D', &[0, 2, 255, 255, 255, 255, 255, 255, 255, 255]),
        framed(b'C', format!("SELECT {NO_ROWS}\0").as_bytes()),
    ]
    .concat();
    (sent.concat(), seen.concat())
}

#[test]
fn an_empty_result_gets_its_columns_and_real_types() {
    let (sent, seen) = empty_result();
    assert_eq!(filtered(&[&sent]), seen);
}

#[test]
fn every_cut_gives_the_same_bytes() {
    let (sent, seen) = empty_result();
    for cut in 0..=sent.len() {
        assert_eq!(
            filtered(&[&sent[..cut], &sent[cut..]]),
            seen,
            "cut at {cut}"
        );
    }
    let single: Vec<&[u8]> = sent.chunks(1).collect();
    assert_eq!(filtered(&single), seen);
}

#[test]
fn a_result_with_rows_keeps_them_and_its_tag() {
    let rows = [
        framed(b'D', &[0, 1, 0, 0, 0, 1, b'x']),
        framed(b'C', b"SHOW\0"),
        framed(b'Z', b"I"),
    ]
    .concat();
    let sent = [description(&[field(b"x", 0, 25)]), rows.clone()].concat();
    let seen = [description(&[field(b"x", 25, 25)]), rows].concat();
    assert_eq!(filtered(&[&sent]), seen);
}

#[test]
fn an_error_after_the_description_makes_up_no_row() {
    let sent = [
        description(&[field(b"x", 0, 25)]),
        framed(b'E', b"SERROR\0\0"),
        framed(b'Z', b"E"),
        framed(b'C', b"ROLLBACK\0"),
        framed(b'Z', b"I"),
    ];
    let out = filtered(&[&sent.concat()]);
    assert_eq!(out[sent[0].len()..], sent[1..].concat());
}

#[test]
fn a_name_that_is_no_text_becomes_one() {
    let sent = description(&[field(b"caf\xe9", 0, 25), field("über".as_bytes(), 0, 25)]);
    let seen = description(&[
        field("caf\u{fffd}".as_bytes(), 25, 25),
        field("über".as_bytes(), 25, 25),
    ]);
    assert_eq!(filtered(&[&sent]), seen);
}

#[test]
fn a_row_too_long_for_memory_is_an_error_and_the_next_message_is_fine() {
    let mut filter = Filter::default();
    let mut out = Vec::new();
    let length = LONGEST_ROW + 1;
    filter.feed(
        &[b"D".as_slice(), &(length as u32 + 4).to_be_bytes()].concat(),
        &mut out,
    );
    for _ in 0..length / 1024 {
        filter.feed(&[0; 1024], &mut out);
    }
    filter.feed(&[0], &mut out);
    let end = framed(b'Z', b"I");
    filter.feed(&end, &mut out);
    assert_eq!(out[0], b'E');
    assert!(out.ends_with(&end) && out.len() < 300, "{}", out.len());
}

#[test]
fn nonsense_passes_for_the_driver_to_refuse() {
    let sent = [b"T".as_slice(), &[0, 0, 0, 1], b"rest"].concat();
    assert_eq!(filtered(&[&sent]), sent);
    let short = framed(b'T', &[0, 9, b'a', 0, 1]);
    assert_eq!(filtered(&[&short]), short);
}

proptest! {
    #[test]
    fn any_cuts_of_any_messages_give_the_same_bytes(
        messages in proptest::collection::vec(
            (prop_oneof![Just(b'D'), Just(b'T'), Just(b'C'), Just(b'Z'), Just(b'N'), any::<u8>()],
             proptest::collection::vec(any::<u8>(), 0..40)),
            0..8,
        ),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let sent: Vec<u8> = messages.iter().flat_map(|(tag, body)| framed(*tag, body)).collect();
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(sent.len() + 1)).collect();
        ends.push(sent.len());
        ends.sort_unstable();
        let mut start = 0;
        let mut pieces = Vec::new();
        for end in ends {
            pieces.push(&sent[start..end]);
            start = end;
        }
        prop_assert_eq!(filtered(&pieces), filtered(&[&sent]));
    }
}
