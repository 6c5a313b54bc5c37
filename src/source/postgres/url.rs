//! `postgres://` URLs, read by us: Prisma's and libpq's parameters mean what they mean there.
//!
//! tokio-postgres refuses `pgbouncer=true`, `sslmode=verify-full` and a dozen more, and prints the rest
//! of a password that has an unescaped `@` as a host name. Nothing here ever prints a value.
//! Sources: <https://www.postgresql.org/docs/current/libpq-connect.html>,
//! <https://www.prisma.io/docs/orm/overview/databases/postgresql>.

mod assemble;
mod parameters;

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{self, Secret};
use crate::model::panel_data::Failure;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder with a `.s.PGSQL.<port>` socket.
    Unix(PathBuf),
    /// A host name or address.
    Tcp(String),
}

/// One server to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Where; for TCP also the name its certificate must carry.
    pub place: Place,
    /// An address to use instead of looking the name up (`hostaddr`).
    pub address: Option<std::net::IpAddr>,
    /// The port.
    pub port: u16,
}

impl Host {
    /// Unix sockets, `localhost` and loopback addresses: nobody is in between.
    pub fn is_local(&self) -> bool {
        if let Some(address) = self.address {
            return address.is_loopback();
        }
        match &self.place {
            Place::Unix(_) => true,
            Place::Tcp(name) => {
                name.eq_ignore_ascii_case("localhost")
                    || name
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Place::Unix(folder) => write!(f, "{}/.s.PGSQL.{}", folder.display(), self.port),
            Place::Tcp(name) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            Place::Tcp(name) => write!(f, "{name}:{}", self.port),
        }
    }
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Never.
    Disable,
    /// Only where the server refuses plaintext.
    Allow,
    /// Where the server offers it.
    Prefer,
    /// Always, with any certificate (with `sslrootcert`: as [`TlsMode::VerifyCa`]).
    Require,
    /// Always, and the chain must end in a trusted root.
    VerifyCa,
    /// Always, the chain must hold and the certificate must be for this host.
    VerifyFull,
}

/// Which certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// `~/.postgresql/root.crt` (on Windows `%APPDATA%\postgresql\root.crt`) where it exists, else the platform's.
    Default,
    /// The platform's (`sslrootcert=system`).
    System,
    /// A PEM file.
    File(PathBuf),
}

/// libpq's `channel_binding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Never.
    Disable,
    /// Where both sides can.
    Prefer,
    /// Refuse to log in without.
    Require,
}

/// libpq's `target_session_attrs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// The first server that answers.
    Any,
    /// One that accepts writes.
    ReadWrite,
    /// One that does not.
    ReadOnly,
    /// One that is not a hot standby.
    Primary,
    /// A hot standby.
    Standby,
    /// A hot standby, else any.
    PreferStandby,
}

/// TCP keep-alive; `None` leaves the system's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// On unless `keepalives=0`.
    pub on: bool,
    /// Silence before the first probe.
    pub idle: Option<Duration>,
    /// Between probes.
    pub interval: Option<Duration>,
    /// Unanswered probes before the connection counts as dead.
    pub count: Option<u32>,
}

/// What a URL says about things that are configured elsewhere too; the configuration wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Prisma's `connection_limit`.
    pub pool_size: Option<usize>,
    /// Prisma's `schema`, or `search_path`.
    pub schema: Option<String>,
    /// `statement_timeout`, read as milliseconds where it has no unit.
    pub statement_timeout: Option<Duration>,
    /// Prisma's `pool_timeout`.
    pub pool_timeout: Option<Duration>,
    /// `pgbouncer=true`: a transaction pooler is in between (which is assumed anyway).
    pub pooler: bool,
}

/// A URL, taken apart. `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// At least one; tried in order.
    pub hosts: Vec<Host>,
    /// The role to log in as; the system's user where the URL names none.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// The database; the server takes the user's name where the URL names none.
    pub database: Option<String>,
    /// How much TLS.
    pub tls: TlsMode,
    /// Trusted by `verify-ca` and `verify-full`.
    pub roots: Roots,
    /// `sslnegotiation=direct`: TLS from the first byte (PostgreSQL 17).
    pub direct_tls: bool,
    /// Channel binding for SCRAM.
    pub binding: Binding,
    /// Per address: TCP, TLS and login together.
    pub connect_timeout: Option<Duration>,
    /// Shown in `pg_stat_activity`.
    pub application_name: Option<String>,
    /// `options` of the start-up message; most poolers refuse it.
    pub options: Option<String>,
    /// TCP keep-alive.
    pub keep_alive: KeepAlive,
    /// `tcp_user_timeout`.
    pub user_timeout: Option<Duration>,
    /// Which sort of server will do.
    pub session: Session,
    /// What is configured elsewhere too.
    pub hints: Hints,
    /// Sentences for `kpi check` and the log.
    pub warnings: Vec<String>,
}

/// Why a URL is refused. Holds names of parameters at most, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not a PostgreSQL URL.
    #[error(
        "a database URL starts with postgres:// or postgresql://, as in postgresql://user:password@host:5432/database"
    )]
    Scheme,
    /// A character of the password ends the password too early.
    #[error(
        "the password (or user name) has a character with a meaning in URLs: percent-encode the password (@ is %40, / is %2F, # is %23, ? is %3F, % is %25, & is %26)"
    )]
    Unescaped,
    /// `%` without two hex digits.
    #[error(
        "a % in the {0} is not followed by two hex digits: percent-encode it (a % itself is %25)"
    )]
    Percent(&'static str),
    /// Decodes to bytes that are no text.
    #[error("the {0} is not UTF-8 after percent-decoding")]
    NotText(&'static str),
    /// Not a port.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// An IPv6 address without its brackets, or half of them.
    #[error("an IPv6 address is written in brackets, as in [::1]:5432")]
    Address,
    /// A parameter nobody knows.
    #[error("the URL has an unknown parameter `{name}`{}", near(.nearest.as_deref()))]
    Unknown {
        /// Its name.
        name: String,
        /// The closest known one.
        nearest: Option<String>,
    },
    /// A value that does not fit.
    #[error("the URL's `{name}` must be {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// Known, but not done here.
    #[error("the URL's `{name}` is not supported: {advice}")]
    Unsupported {
        /// The parameter.
        name: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
}

fn near(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

impl Target {
    /// Reads a URL. Does no I/O.
    ///
    /// # Errors
    /// A [`UrlError`] that names the part at fault and prints no value.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let url = url.trim();
        let rest = ["postgres://", "postgresql://"]
            .iter()
            .find_map(|scheme| {
                let head = url.get(..scheme.len())?;
                head.eq_ignore_ascii_case(scheme)
                    .then(|| &url[scheme.len()..])
            })
            .ok_or(UrlError::Scheme)?;
        // A `#` is always a mistake: PostgreSQL URLs have no fragment.
        if rest.contains('#') {
            return Err(UrlError::Unescaped);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        // An `@` belongs between password and host, once. Anywhere else it shows that the password
        // was cut short by an `@`, `/` or `?` of its own.
        if authority.matches('@').count() > 1 || tail.contains('@') {
            return Err(UrlError::Unescaped);
        }
        let (login, places) = match authority.split_once('@') {
            Some((login, places)) => (Some(login), places),
            None => (None, authority),
        };
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, query),
            None => (tail, ""),
        };
        let path = path.strip_prefix('/').unwrap_or(path);
        if path.contains('/') {
            return Err(UrlError::Value {
                name: "database",
                expected: "one name (a / in it is written %2F)",
            });
        }

        let mut parts = parameters::Parts::default();
        if let Some(login) = login {
            let (user, password) = match login.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (login, None),
            };
            parts.user = text(user, "user name")?;
            parts.password = password
                .map(|password| decode(password, "password"))
                .transpose()?
                .filter(|password| !password.is_empty());
        }
        parts.database = text(path, "database name")?;
        (parts.names, parts.ports) = places_of(places)?;
        parameters::read(query, &mut parts)?;
        parts.target()
    }

    /// Where `[database] url` leads to.
    ///
    /// # Errors
    /// No URL, or one that cannot be right.
    pub fn of(config: &config::Database) -> Result<Self, Failure> {
        let secret = config.url.as_ref().ok_or_else(|| {
            Failure::new("no database is configured")
                .detail("set DATABASE_URL, or `url` under [database]")
        })?;
        let target = Self::parse(&secret.0)
            .map_err(|error| Failure::new(format!("[database] url: {error}")))?;
        Ok(match &config.sslrootcert {
            Some(file) => target.with_root_certificates(file.clone()),
            None => target,
        })
    }

    /// Trusts the certificates of a PEM file, as `sslrootcert=` in the URL would; the URL's own wins.
    #[must_use]
    pub fn with_root_certificates(mut self, file: PathBuf) -> Self {
        if self.roots == Roots::Default {
            self.roots = Roots::File(file);
        }
        self
    }

    /// What certificates are checked for: `require` with a root file is `verify-ca`, as in libpq.
    pub fn verification(&self) -> TlsMode {
        match (self.tls, &self.roots) {
            (TlsMode::Require, Roots::File(_)) => TlsMode::VerifyCa,
            (mode, _) => mode,
        }
    }

    /// The first server, for messages: `host:port`.
    pub fn place(&self) -> String {
        self.hosts
            .first()
            .map_or_else(String::new, ToString::to_string)
    }
}

/// Hosts and ports of `a:1,[::1]:2,%2Fvar%2Frun`; an empty list where nothing is named.
fn places_of(text: &str) -> Result<(Vec<String>, Vec<Option<u16>>), UrlError> {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    if text.is_empty() {
        return Ok((names, ports));
    }
    for one in text.split(',') {
        let (name, port) = if let Some(inside) = one.strip_prefix('[') {
            let (name, rest) = inside.split_once(']').ok_or(UrlError::Address)?;
            match rest.strip_prefix(':') {
                Some(port) => (name, Some(port)),
                None if rest.is_empty() => (name, None),
                None => return Err(UrlError::Address),
            }
        } else if one.matches(':').count() > 1 {
            return Err(UrlError::Address);
        } else {
            match one.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (one, None),
            }
        };
        names.push(decode(name, "host name")?);
        ports.push(match port {
            None | Some("") => None,
            Some(port) => Some(parameters::port(port)?),
        });
    }
    Ok((names, ports))
}

fn text(raw: &str, part: &'static str) -> Result<Option<String>, UrlError> {
    Ok(Some(decode(raw, part)?).filter(|text| !text.is_empty()))
}

/// Percent-decodes. `+` stays `+`, as in libpq.
fn decode(raw: &str, part: &'static str) -> Result<String, UrlError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut left = raw.bytes();
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
        match (digit(left.next()), digit(left.next())) {
            (Some(high), Some(low)) if high + low > 0 => bytes.push((high * 16 + low) as u8),
            _ => return Err(UrlError::Percent(part)),
        }
    }
    String::from_utf8(bytes).map_err(|_| UrlError::NotText(part))
}

#[cfg(test)]
mod tests;
