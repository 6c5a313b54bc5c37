//! A URL that may be shown: where it leads to, and nothing that opens a door.

/// Stands for what is not shown.
pub(in crate::config) const ELLIPSIS: &str = "…";

/// Parameters whose values are no secrets, of PostgreSQL's and Redis' URLs. What is not known is not shown.
const HARMLESS: [&str; 24] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "connection_limit",
    "db",
    "dbname",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "pgbouncer",
    "pool_timeout",
    "port",
    "protocol",
    "schema",
    "search_path",
    "socket_timeout",
    "sslmode",
    "sslrootcert",
    "statement_timeout",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
    "username",
];

/// `url` with `…` for its password, for every parameter that might be one, and for what is in a place where a
/// password ends up by mistake. All of it for what is no URL.
pub(in crate::config) fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return ELLIPSIS.to_owned();
    };
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if scheme.is_empty() || !scheme.chars().all(is_scheme) {
        return ELLIPSIS.to_owned();
    }
    // A password may hold `/`, `?`, `#` and `@` unescaped: whatever stands before the last `@` is a login.
    let (login, rest) = match rest.rsplit_once('@') {
        Some((login, rest)) => (Some(login), rest),
        None => (None, rest),
    };
    let login = login.map_or_else(String::new, |login| match login.split_once(':') {
        Some((user, _)) if is_name(user) => format!("{user}:{ELLIPSIS}@"),
        // In a URL of Redis, what stands alone may be the password.
        None if scheme.starts_with("postgres") && is_name(login) => format!("{login}@"),
        _ => format!("{ELLIPSIS}@"),
    });
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, _)) => (rest, format!("#{ELLIPSIS}")),
        None => (rest, String::new()),
    };
    let (place, query) = match rest.split_once('?') {
        Some((place, query)) => (place, format!("?{}", parameters(query))),
        None => (rest, String::new()),
    };
    let (hosts, path) = match place.split_once('/') {
        Some((hosts, path)) => (hosts, format!("/{path}")),
        None => (place, String::new()),
    };
    let hosts: Vec<&str> = hosts.split(',').map(host).collect();
    format!(
        "{scheme}://{login}{}{path}{query}{fragment}",
        hosts.join(",")
    )
}

/// A user's name as it is written in URLs: nothing that could be more than that.
fn is_name(user: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "._-%+~".contains(c);
    user.chars().all(is_plain)
}

/// `name:port`, or `…` where the port is none: a login without its `@`.
fn host(host: &str) -> &str {
    let port = match host.rsplit_once(']') {
        Some((_, behind)) => behind.strip_prefix(':'),
        None => host.split_once(':').map(|(_, port)| port),
    };
    match port {
        Some(port) if !port.chars().all(|c| c.is_ascii_digit()) => ELLIPSIS,
        _ => host,
    }
}

fn parameters(query: &str) -> String {
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if HARMLESS.contains(&name) => pair.to_owned(),
        Some((name, _)) if is_name(name) => format!("{name}={ELLIPSIS}"),
        _ => ELLIPSIS.to_owned(),
    });
    shown.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn where_it_leads_to_stays() {
        for (url, wanted) in [
            ("postgres://user:pw@host/db", "postgres://user:…@host/db"),
            (
                "postgresql://user@host:5432/db",
                "postgresql://user@host:5432/db",
            ),
            (
                "postgresql://postgres.ref:pw@aws-0.pooler.supabase.com:6543/postgres?pgbouncer=true&sslmode=verify-full",
                "postgresql://postgres.ref:…@aws-0.pooler.supabase.com:6543/postgres?pgbouncer=true&sslmode=verify-full",
            ),
            (
                "postgres://u:p@a:1,[::1]:2/db",
                "postgres://u:…@a:1,[::1]:2/db",
            ),
            (
                "postgresql:///db?host=/run/pg&user=u",
                "postgresql:///db?host=/run/pg&user=u",
            ),
            ("redis://localhost:6379/0", "redis://localhost:6379/0"),
            ("redis://:pw@host", "redis://:…@host"),
            ("redis://pw@host", "redis://…@host"),
            (
                "unix:///run/redis.sock?db=0&pass=pw",
                "unix:///run/redis.sock?db=0&pass=…",
            ),
            (
                "postgres://u:pw/with?odd#signs@host/db",
                "postgres://u:…@host/db",
            ),
            ("postgres://u:pw", "postgres://…"),
            ("host=db password=pw", "…"),
            ("pw", "…"),
        ] {
            assert_eq!(shown(url), wanted, "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_password_is_shown_wherever_it_stands(
            secret in "s3cr3t[-a-zA-Z0-9!$'()*+,;=%@/?#&:]{0,12}",
            scheme in "(postgres|postgresql|redis|rediss|redis\\+sentinel)",
            name in "(password|sslpassword|sentinel_password|passfile|token|options|apikey|PASSWORD)",
        ) {
            for url in [
                format!("{scheme}://user:{secret}@host:1/db?sslmode=require"),
                format!("{scheme}://:{secret}@host/0"),
                format!("{scheme}://host/db?{name}={secret}"),
                format!("{scheme}://user:x@host/db?db=1&{name}={secret}"),
                format!("{scheme}://user:{secret}"),
            ] {
                // What is cut into a `schema=…` of its own is somebody's joke on himself.
                let shown = shown(&url);
                prop_assert!(!shown.contains("s3cr3t"), "{} → {}", url, shown);
            }
        }
    }
}
