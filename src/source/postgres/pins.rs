//! What every query pins with `SET LOCAL`: poolers keep nothing else, and mix up what they keep.

use crate::config;
use crate::model::panel_data::Failure;

/// True when the settings name a zone.
pub(super) fn names_time_zone(config: &config::Database) -> bool {
    config
        .settings
        .keys()
        .any(|name| name.eq_ignore_ascii_case("timezone"))
}

/// The statement that pins another zone.
pub(super) fn set_time_zone(zone: &str) -> String {
    format!("SET LOCAL timezone={};", literal(zone))
}

/// The zone for the server: `settings.timezone` where it is given, else this machine's, else UTC.
pub(super) fn time_zone(config: &config::Database) -> String {
    config
        .settings
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("timezone"))
        .map(|(_, zone)| zone.clone())
        .or_else(|| {
            jiff::tz::TimeZone::system()
                .iana_name()
                .filter(|name| *name != "Etc/Unknown")
                .map(str::to_owned)
        })
        .unwrap_or_else(|| "UTC".to_owned())
}

/// The statements, each with a `;`. The role comes last: it may be allowed less than who logged in.
///
/// # Errors
/// A text with a zero byte, which no message can carry.
pub(super) fn sql(config: &config::Database, time_zone: &str) -> Result<String, Failure> {
    // Supabase keeps its extensions' types and operators in a schema of that name; where there is none,
    // PostgreSQL passes over it.
    let mut sql = format!(
        "SET LOCAL lock_timeout={};SET LOCAL search_path={},public,extensions;SET LOCAL timezone={};",
        config.lock_timeout.as_millis(),
        identifier(&config.schema),
        literal(time_zone),
    );
    for (name, value) in &config.settings {
        set(name, value, &mut sql);
    }
    if let Some(claims) = &config.claims {
        set("request.jwt.claims", claims, &mut sql);
    }
    if let Some(role) = &config.role {
        sql.push_str("SET LOCAL ROLE ");
        sql.push_str(&identifier(role));
        sql.push(';');
    }
    if sql.contains('\0') {
        return Err(Failure::new("a setting of [database] holds a zero byte"));
    }
    Ok(sql)
}

fn set(name: &str, value: &str, sql: &mut String) {
    let name: Vec<String> = name.split('.').map(identifier).collect();
    sql.push_str("SET LOCAL ");
    sql.push_str(&name.join("."));
    sql.push('=');
    sql.push_str(&literal(value));
    sql.push(';');
}

pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string, whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!(" E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_claims_are_data() {
        let config = config::Database {
            schema: "k\"pi".to_owned(),
            role: Some("authenticated".to_owned()),
            claims: Some(r#"{"sub":"it's","x":"a\\b"}"#.to_owned()),
            settings: [("app.tenant".to_owned(), "x'; drop table t; --".to_owned())].into(),
            ..config::Database::default()
        };
        let sql = sql(&config, "Europe/Zurich").unwrap();
        assert!(
            sql.contains(r#"SET LOCAL search_path="k""pi",public,extensions;"#),
            "{sql}"
        );
        assert!(sql.contains("SET LOCAL timezone='Europe/Zurich';"), "{sql}");
        assert!(
            sql.contains(r#"SET LOCAL "app"."tenant"='x''; drop table t; --';"#),
            "{sql}"
        );
        assert!(
            sql.contains(r#""request"."jwt"."claims"= E'{"sub":"it''s","x":"a\\\\b"}';"#),
            "{sql}"
        );
        assert!(sql.ends_with(r#"SET LOCAL ROLE "authenticated";"#), "{sql}");
    }
}
