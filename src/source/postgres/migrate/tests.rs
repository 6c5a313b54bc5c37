//! Tests of the room above.

use super::embedded::EMBEDDED;
use super::*;

fn migration(version: i32, sql: &str) -> Migration {
    Migration {
        version,
        name: format!("m{version}"),
        sql: sql.to_owned(),
    }
}

fn done(migration: &Migration) -> Applied {
    Applied {
        version: migration.version,
        name: migration.name.clone(),
        checksum: migration.checksum(),
        at: "2026-01-01 00:00:00".into(),
    }
}

#[test]
fn every_file_of_the_folder_is_embedded_in_order_under_its_own_number() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let known: Vec<&str> = EMBEDDED.iter().map(|(file, _)| *file).collect();
    assert_eq!(files, known);
    let versions: Vec<i32> = embedded()
        .unwrap()
        .iter()
        .map(|migration| migration.version)
        .collect();
    assert!(
        versions
            .iter()
            .zip(1..)
            .all(|(version, number)| *version == number),
        "{versions:?}"
    );
}

#[test]
fn a_file_name_is_four_digits_and_a_name() {
    assert_eq!(
        Migration::parse("0012_more_teams.sql", "").unwrap().version,
        12
    );
    for wrong in [
        "12_a.sql",
        "0001.sql",
        "0001_.sql",
        "0000_a.sql",
        "+001_a.sql",
        "0001_a",
        "a_0001.sql",
    ] {
        assert!(
            Migration::parse(wrong, "")
                .unwrap_err()
                .summary
                .contains(wrong)
        );
    }
}

#[test]
fn the_checksum_is_sha256_and_blind_to_line_ends() {
    // The well-known digest of "abc" (FIPS 180-4's example).
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(migration(1, "abc").checksum(), abc);
    assert_eq!(
        migration(1, "a\r\nb\r\n").checksum(),
        migration(1, "a\nb\n").checksum()
    );
    assert_ne!(
        migration(1, "a\nb").checksum(),
        migration(1, "a b").checksum()
    );
}

#[test]
fn what_is_not_applied_yet_is_planned_in_order() {
    let known = [migration(1, "a"), migration(2, "b"), migration(3, "c")];
    let versions = |applied: &[Applied]| -> Vec<i32> {
        plan(&known, applied)
            .unwrap()
            .iter()
            .map(|migration| migration.version)
            .collect()
    };
    assert_eq!(versions(&[]), [1, 2, 3]);
    assert_eq!(versions(&[done(&known[0])]), [2, 3]);
    assert_eq!(versions(&known.each_ref().map(done)), [0_i32; 0]);
}

#[test]
fn an_edited_migration_is_refused_by_name() {
    let known = [migration(1, "a"), migration(2, "b")];
    let failure = plan(&known, &[done(&migration(1, "other"))]).unwrap_err();
    assert_eq!(
        failure.summary,
        "sql/migrations/0001_m1.sql was edited after it was applied"
    );
    assert!(failure.details[0].contains("new migration"));
}

#[test]
fn a_missing_migration_is_refused_by_name() {
    let known = [migration(1, "a")];
    let failure = plan(&known, &[done(&known[0]), done(&migration(2, "b"))]).unwrap_err();
    assert!(
        failure
            .summary
            .starts_with("sql/migrations/0002_m2.sql was applied"),
        "{failure:?}"
    );
    assert!(failure.details[0].contains("restore it"));
}

#[test]
fn a_migration_that_comes_too_late_is_refused_by_name() {
    let known = [migration(1, "a"), migration(2, "b"), migration(3, "c")];
    let failure = plan(&known, &[done(&known[0]), done(&known[2])]).unwrap_err();
    assert_eq!(
        failure.summary,
        "sql/migrations/0002_m2.sql comes before sql/migrations/0003_m3.sql, which is applied already"
    );
    assert!(failure.details[0].contains("next free number"));
}

#[test]
fn the_status_knows_all_five_states() {
    let known = [
        migration(1, "a"),
        migration(2, "b"),
        migration(3, "c"),
        migration(6, "f"),
    ];
    let applied = [
        done(&known[0]),
        done(&migration(2, "other")),
        done(&migration(5, "e")),
    ];
    let states: Vec<(i32, State)> = compare(&known, &applied)
        .iter()
        .map(|entry| (entry.version, entry.state))
        .collect();
    assert_eq!(
        states,
        [
            (1, State::Applied),
            (2, State::Edited),
            (3, State::OutOfOrder),
            (5, State::Missing),
            (6, State::Pending)
        ]
    );
}
