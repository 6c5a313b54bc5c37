use super::*;

fn sql(code: &str, message: &str) -> SqlError {
    SqlError {
        code: code.to_owned(),
        message: message.to_owned(),
        detail: None,
        hint: None,
        context: None,
        position: None,
        statement_timeout: None,
        fatal: false,
    }
}

#[test]
fn the_caret_stands_under_the_user_s_character() {
    let mut error = sql("42703", "column \"x\" does not exist");
    error.position = Some(8);
    error.hint = Some("Perhaps you meant y.".to_owned());
    let failure = QueryError::Sql(Box::new(error)).failure(|at| {
        assert_eq!(at, 8);
        Some((2, 8, "select x from t".to_owned()))
    });
    assert_eq!(failure.summary, "column \"x\" does not exist");
    assert_eq!(failure.details[0], "2 | select x from t");
    assert_eq!(failure.details[1], "           ^");
    assert_eq!(failure.details[2], "hint: Perhaps you meant y.");
}

#[test]
fn a_caret_in_a_long_line_stays_near() {
    let text = format!("{}X{}", "a".repeat(300), "b".repeat(300));
    let [line, mark] = caret(1, 301, &text);
    assert!(line.len() < 100, "{line}");
    assert_eq!(line.chars().nth(mark.len() - 1), Some('X'));
    assert!(line.starts_with("1 | …a") && line.ends_with("b…"), "{line}");
    let [whole, _] = caret(1, 8, "select x from t");
    assert_eq!(whole, "1 | select x from t");
}

#[test]
fn the_usual_refusals_say_what_to_do() {
    let mut timeout = sql("57014", "canceling statement due to statement timeout");
    timeout.statement_timeout = Some(Duration::from_millis(1500));
    let cases = [
        (timeout, "1.5s", "statement_timeout"),
        (
            sql("53300", "sorry, too many clients already"),
            "no connection left",
            "pool_size",
        ),
        (
            sql("42501", "permission denied for table t"),
            "permission denied",
            "GRANT SELECT",
        ),
        (
            sql("25006", "cannot execute INSERT in a read-only transaction"),
            "read-only",
            "kpi push",
        ),
        (
            sql("28P01", "password authentication failed for user \"u\""),
            "password",
            "percent-encoded",
        ),
        (
            sql("3D000", "database \"x\" does not exist"),
            "does not exist",
            "database name",
        ),
        (
            sql("08P01", "unsupported startup parameter: options"),
            "unsupported startup parameter",
            "[database.settings]",
        ),
        (
            sql("42P05", "prepared statement \"s1\" already exists"),
            "pooler",
            "named prepared",
        ),
        (
            sql(
                "08P01",
                "server login has been failing, try again later (server_login_retry)",
            ),
            "the pooler cannot reach the database",
            "is the server up",
        ),
    ];
    for (error, summary, advice) in cases {
        let failure = QueryError::Sql(Box::new(error)).failure(|_| None);
        assert!(failure.summary.contains(summary), "{failure:?}");
        assert!(
            failure.details.iter().any(|line| line.contains(advice)),
            "{failure:?}"
        );
    }
}

#[test]
fn only_a_refusal_by_pg_hba_conf_is_blamed_on_it() {
    let advice = |message: &str| {
        let error = QueryError::Authentication(Box::new(sql("28000", message)));
        error.failure(|_| None).details.join(" ")
    };
    let entry = advice("no pg_hba.conf entry for host \"::1\", user \"u\"");
    assert!(entry.contains("pg_hba.conf has no line"), "{entry}");
    let role = advice("role \"nobody\" does not exist");
    assert!(role.contains("user name in the URL"), "{role}");
    assert!(!role.contains("pg_hba"), "{role}");
    let login = advice("role \"r\" is not permitted to log in");
    assert!(!login.contains("pg_hba"), "{login}");
}

#[test]
fn a_refusal_by_the_pooler_is_not_tried_again() {
    for message in [
        "query_wait_timeout",
        "no such database: x",
        "no more connections allowed (max_client_conn)",
    ] {
        assert!(!sql("08P01", message).lost(), "{message}");
    }
}

#[test]
fn an_ended_server_is_a_lost_connection_and_a_bad_parameter_is_not() {
    assert!(sql("57P01", "terminating connection").lost());
    assert!(sql("08P01", "server conn crashed?").lost());
    assert!(!sql("08P01", "unsupported startup parameter: options").lost());
    assert!(!sql("42601", "syntax error").lost());
}
