//! The part after `?`: one `match` reads as the list of parameters.

use std::time::Duration;

use super::{Binding, Hints, KeepAlive, Session, TlsMode, UrlError, decode};

/// What has been read so far.
#[derive(Default)]
pub(super) struct Parts {
    pub names: Vec<String>,
    pub ports: Vec<Option<u16>>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub database: Option<String>,
    pub addresses: Vec<String>,
    pub mode: Option<TlsMode>,
    pub strict: Option<bool>,
    pub root: Option<String>,
    pub certificate: Option<String>,
    pub key: bool,
    pub direct_tls: bool,
    pub binding: Option<Binding>,
    pub connect_timeout: Option<Duration>,
    pub application_name: Option<String>,
    pub fallback_name: Option<String>,
    pub options: Option<String>,
    pub keep_alive: Option<KeepAlive>,
    pub user_timeout: Option<Duration>,
    pub session: Option<Session>,
    pub hints: Hints,
    pub warnings: Vec<String>,
}

/// Known and without effect here; none of them changes what a read-only dashboard gets.
const IGNORED: &[&str] = &[
    "pgbouncer",
    "statement_cache_size",
    "socket_timeout",
    "single_use_connections",
    "max_idle_connection_lifetime",
    "max_connection_lifetime",
    "supa",
    "workaround",
    "passfile",
    "sslcompression",
    "sslsni",
    "sslcrl",
    "sslcrldir",
    "sslcertmode",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "sslkeylogfile",
    "krbsrvname",
    "gsslib",
    "gssdelegation",
    "load_balance_hosts",
    "min_protocol_version",
    "max_protocol_version",
    "require_auth",
    "requirepeer",
];

/// The other names, for "did you mean".
const KNOWN: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "connection_limit",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "options",
    "password",
    "pgbouncer",
    "pool_timeout",
    "port",
    "schema",
    "search_path",
    "sslaccept",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "statement_timeout",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Reads `a=1&b=2` into `parts`.
pub(super) fn read(query: &str, parts: &mut Parts) -> Result<(), UrlError> {
    let mut after_secret = false;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name, "parameters")?;
        let value = decode(value, "parameters")?;
        match one(&name, value, parts) {
            // What follows an unescaped `&` in a password would be printed as a name.
            Err(UrlError::Unknown { .. }) if after_secret => return Err(UrlError::Unescaped),
            other => other?,
        }
        after_secret = matches!(name.as_str(), "password" | "sslpassword");
    }
    Ok(())
}

fn one(name: &str, value: String, parts: &mut Parts) -> Result<(), UrlError> {
    match name {
        "host" => {
            parts.names = value.split(',').map(str::to_owned).collect();
            if parts.ports.len() != parts.names.len() {
                parts.ports = vec![parts.ports.first().copied().flatten(); parts.names.len()];
            }
        }
        "hostaddr" => parts.addresses = value.split(',').map(str::to_owned).collect(),
        "port" => {
            parts.ports = value
                .split(',')
                .map(|one| port(one).map(Some))
                .collect::<Result<_, _>>()?;
        }
        "user" => parts.user = Some(value),
        "password" => parts.password = Some(value),
        "dbname" => parts.database = Some(value),
        "sslmode" => parts.mode = Some(mode(&value)?),
        "requiressl" => parts.mode = (value == "1").then_some(TlsMode::Require).or(parts.mode),
        "sslaccept" => {
            parts.strict = Some(match value.as_str() {
                "strict" => true,
                "accept_invalid_certs" => false,
                _ => {
                    return Err(UrlError::Value {
                        name: "sslaccept",
                        expected: "strict or accept_invalid_certs",
                    });
                }
            });
        }
        "sslrootcert" => parts.root = Some(value).filter(|path| !path.is_empty()),
        "sslcert" => parts.certificate = Some(value).filter(|path| !path.is_empty()),
        "sslkey" => parts.key = true,
        "sslidentity" | "sslpassword" => {
            return Err(UrlError::Unsupported {
                name: if name == "sslidentity" {
                    "sslidentity"
                } else {
                    "sslpassword"
                },
                advice: CLIENT_CERTIFICATE,
            });
        }
        "sslnegotiation" => {
            parts.direct_tls = choose(
                "sslnegotiation",
                &value,
                &[("postgres", false), ("direct", true)],
                "postgres or direct",
            )?;
        }
        "channel_binding" => {
            parts.binding = Some(choose(
                "channel_binding",
                &value,
                &[
                    ("disable", Binding::Disable),
                    ("prefer", Binding::Prefer),
                    ("require", Binding::Require),
                ],
                "disable, prefer or require",
            )?);
        }
        "gssencmode" => {
            if value == "require" {
                return Err(UrlError::Unsupported {
                    name: "gssencmode",
                    advice: "use TLS instead (sslmode=verify-full)",
                });
            }
        }
        "connect_timeout" => {
            parts.connect_timeout = duration("connect_timeout", &value, 1000)?;
        }
        "pool_timeout" => parts.hints.pool_timeout = duration("pool_timeout", &value, 1000)?,
        "statement_timeout" => {
            parts.hints.statement_timeout = duration("statement_timeout", &value, 1)?;
        }
        "connection_limit" => {
            parts.hints.pool_size = Some(number("connection_limit", &value)?)
                .filter(|size| *size > 0)
                .map(|size| size as usize);
        }
        "schema" => parts.hints.schema = Some(value).filter(|schema| !schema.is_empty()),
        "search_path" => {
            parts.hints.schema = value
                .split(',')
                .map(|one| one.trim().trim_matches('"').to_owned())
                .find(|one| !one.is_empty());
        }
        "application_name" => parts.application_name = Some(value),
        "fallback_application_name" => parts.fallback_name = Some(value),
        "options" => {
            parts
                .warnings
                .push("`options` is a start-up parameter that transaction poolers refuse or drop; put settings into [database.settings] instead".to_owned());
            parts.options = Some(value).filter(|options| !options.is_empty());
        }
        "keepalives" => parts.alive().on = value != "0",
        "keepalives_idle" => parts.alive().idle = duration("keepalives_idle", &value, 1000)?,
        "keepalives_interval" => {
            parts.alive().interval = duration("keepalives_interval", &value, 1000)?;
        }
        "keepalives_count" => {
            parts.alive().count =
                Some(number("keepalives_count", &value)? as u32).filter(|count| *count > 0);
        }
        "tcp_user_timeout" => parts.user_timeout = duration("tcp_user_timeout", &value, 1)?,
        "target_session_attrs" => {
            parts.session = Some(choose(
                "target_session_attrs",
                &value,
                &[
                    ("any", Session::Any),
                    ("read-write", Session::ReadWrite),
                    ("read-only", Session::ReadOnly),
                    ("primary", Session::Primary),
                    ("standby", Session::Standby),
                    ("prefer-standby", Session::PreferStandby),
                ],
                "any, read-write, read-only, primary, standby or prefer-standby",
            )?);
        }
        "client_encoding" => {
            if !["utf8", "utf-8", "unicode", "auto"].contains(&value.to_ascii_lowercase().as_str())
            {
                return Err(UrlError::Unsupported {
                    name: "client_encoding",
                    advice: "answers are always asked for in UTF8",
                });
            }
        }
        "replication" => {
            return Err(UrlError::Unsupported {
                name: "replication",
                advice: "a replication connection runs no queries; leave it out",
            });
        }
        "service" | "servicefile" => {
            return Err(UrlError::Unsupported {
                name: "service",
                advice: "write host, port, user and database into the URL",
            });
        }
        _ if IGNORED.contains(&name) => {
            if name == "pgbouncer" {
                parts.hints.pooler = value != "false";
            } else if name == "passfile" {
                parts
                    .warnings
                    .push("`passfile` is not read: put the password into the URL".to_owned());
            }
        }
        _ => return Err(unknown(name)),
    }
    Ok(())
}

pub(super) const CLIENT_CERTIFICATE: &str =
    "client certificates are not supported; log in with a password";

fn unknown(name: &str) -> UrlError {
    let printable = name.len() <= 40
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !printable || name.is_empty() {
        return UrlError::Unescaped;
    }
    UrlError::Unknown {
        nearest: KNOWN
            .iter()
            .map(|known| (strsim::osa_distance(known, name), *known))
            .filter(|(distance, _)| *distance <= 3)
            .min()
            .map(|(_, known)| known.to_owned()),
        name: name.to_owned(),
    }
}

fn mode(value: &str) -> Result<TlsMode, UrlError> {
    choose(
        "sslmode",
        value,
        &[
            ("disable", TlsMode::Disable),
            ("allow", TlsMode::Allow),
            ("prefer", TlsMode::Prefer),
            ("require", TlsMode::Require),
            ("verify-ca", TlsMode::VerifyCa),
            ("verify-full", TlsMode::VerifyFull),
        ],
        "disable, allow, prefer, require, verify-ca or verify-full",
    )
}

fn choose<T: Copy>(
    name: &'static str,
    value: &str,
    choices: &[(&str, T)],
    expected: &'static str,
) -> Result<T, UrlError> {
    choices
        .iter()
        .find(|(choice, _)| *choice == value)
        .map(|(_, meaning)| *meaning)
        .ok_or(UrlError::Value { name, expected })
}

fn number(name: &'static str, value: &str) -> Result<u64, UrlError> {
    value.trim().parse().map_err(|_| UrlError::Value {
        name,
        expected: "a whole number",
    })
}

/// A number in `unit` milliseconds, or with one of PostgreSQL's units; zero means no limit.
fn duration(name: &'static str, value: &str, unit: u64) -> Result<Option<Duration>, UrlError> {
    let value = value.trim();
    let digits = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let scale = match value[digits..].trim() {
        "" => unit,
        "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        // libpq takes -1 for "no limit".
        "-1" if digits == 0 => return Ok(None),
        _ => {
            return Err(UrlError::Value {
                name,
                expected: "a number",
            });
        }
    };
    let count = number(name, &value[..digits])?;
    Ok(Some(count.saturating_mul(scale))
        .filter(|millis| *millis > 0)
        .map(Duration::from_millis))
}

/// Reads a port.
pub(super) fn port(text: &str) -> Result<u16, UrlError> {
    match text.trim().parse() {
        Ok(0) | Err(_) => Err(UrlError::Port),
        Ok(port) => Ok(port),
    }
}

impl Parts {
    fn alive(&mut self) -> &mut KeepAlive {
        self.keep_alive.get_or_insert(KeepAlive {
            on: true,
            idle: None,
            interval: None,
            count: None,
        })
    }
}
