//! Where Redis is, from a URL.
//!
//! `redis://[user][:password]@host[:port][/database]`, `rediss://…` with TLS, `unix:///path?db=1`, and
//! `redis+sentinel://[user][:password]@host[:port],host[:port]/master[/database]` (or `rediss+sentinel`),
//! the sentinels' own login as `?sentinel_user=…&sentinel_password=…`. `?prefix=…` names another prefix of all keys
//! than the configuration's. `valkey` does for `redis`.

use std::fmt;
use std::path::PathBuf;

use crate::model::panel_data::Failure;

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// A Redis to connect to, parsed. Neither `Debug` nor any error shows a password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisTarget {
    pub(super) place: Place,
    pub(super) tls: bool,
    pub(super) root_cert: Option<PathBuf>,
    pub(super) login: Login,
    pub(super) database: i64,
    prefix: Option<String>,
}

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Host(Address),
    Socket(PathBuf),
    Sentinel {
        sentinels: Vec<Address>,
        master: String,
        login: Login,
    },
}

/// A host name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub host: String,
    pub port: u16,
}

/// Who logs in.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub user: Option<String>,
    pub password: Option<String>,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .finish()
    }
}

impl fmt::Debug for RedisTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisTarget({self})")
    }
}

/// The place without a login: `127.0.0.1:6379`, a socket's path, `mymaster of 10.0.0.1:26379,…`.
impl fmt::Display for RedisTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Host(address) => address.fmt(f),
            Place::Socket(path) => path.display().fmt(f),
            Place::Sentinel {
                sentinels, master, ..
            } => {
                write!(f, "{master} of ")?;
                for (index, sentinel) in sentinels.iter().enumerate() {
                    write!(f, "{}{sentinel}", if index == 0 { "" } else { "," })?;
                }
                Ok(())
            }
        }
    }
}

impl RedisTarget {
    /// Reads a URL. `root_cert` is a PEM file with the authorities to trust in place of the system's.
    /// Errors name what is wrong and never hold a part of the login.
    pub fn parse(url: &str, root_cert: Option<PathBuf>) -> Result<Self, Failure> {
        let url = url.trim();
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| Failure::new("the Redis URL does not begin with `redis://`"))?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        if rest.contains('#') || options.contains('#') {
            return Err(Failure::new("the Redis URL holds a `#`")
                .detail("in a password it is written %23; `#insecure` is not supported: name the authority's certificate with `root_cert`"));
        }
        let mut target = Self {
            place: Place::Socket(PathBuf::new()),
            tls: false,
            root_cert,
            login: Login::default(),
            database: 0,
            prefix: None,
        };
        let mut sentinel_login = Login::default();
        target.read_options(options, &mut sentinel_login)?;
        match scheme {
            "redis" | "valkey" => target.read_host(rest)?,
            "rediss" | "valkeys" => {
                target.tls = true;
                target.read_host(rest)?;
            }
            "redis+sentinel" | "redis-sentinel" | "valkey+sentinel" => {
                target.read_sentinels(rest, sentinel_login)?;
            }
            "rediss+sentinel" | "rediss-sentinel" | "valkeys+sentinel" => {
                target.tls = true;
                target.read_sentinels(rest, sentinel_login)?;
            }
            "unix" | "redis+unix" | "valkey+unix" => {
                if !rest.starts_with('/') {
                    return Err(Failure::new("a Redis socket's URL holds an absolute path")
                        .detail("write it like unix:///run/redis/redis.sock?db=0"));
                }
                target.place = Place::Socket(PathBuf::from(decoded(rest, "path")?));
            }
            _ => {
                return Err(Failure::new("the Redis URL's scheme is not known")
                    .detail("known are redis, rediss, unix, redis+sentinel and rediss+sentinel"));
            }
        }
        Ok(target)
    }

    /// The prefix of all keys: the URL's `prefix`, else what is `configured`.
    pub fn prefix<'a>(&'a self, configured: &'a str) -> &'a str {
        self.prefix.as_deref().unwrap_or(configured)
    }

    /// For the error of a server that repeats what it was sent.
    pub(super) fn is_secret_in(&self, text: &str) -> bool {
        let mut logins = vec![&self.login];
        if let Place::Sentinel { login, .. } = &self.place {
            logins.push(login);
        }
        logins
            .into_iter()
            .filter_map(|login| login.password.as_deref())
            .any(|password| !password.is_empty() && text.contains(password))
    }

    fn read_options(&mut self, options: &str, sentinel: &mut Login) -> Result<(), Failure> {
        for pair in options.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let text = || decoded(value, name);
            match name {
                "db" => self.database = database(value)?,
                "user" | "username" => self.login.user = Some(text()?),
                "pass" | "password" => self.login.password = Some(text()?),
                "sentinel_user" | "sentinel_username" => sentinel.user = Some(text()?),
                "sentinel_password" => sentinel.password = Some(text()?),
                "prefix" => self.prefix = Some(text()?),
                // The protocol is chosen per connection here.
                "protocol" => {}
                _ => {
                    return Err(Failure::new(format!(
                        "the Redis URL's parameter `{}` is not known",
                        word(name)
                    ))
                    .detail("known are db, user, password, prefix, sentinel_user, sentinel_password; other characters in a password are percent-encoded (`?` is %3F, `&` is %26)"));
                }
            }
        }
        Ok(())
    }

    /// `[user][:password]@`; answers the rest.
    fn read_login<'a>(&mut self, rest: &'a str) -> Result<&'a str, Failure> {
        let Some((login, rest)) = rest.rsplit_once('@') else {
            return Ok(rest);
        };
        if login.contains(['@', '/']) {
            return Err(
                Failure::new("the Redis URL's password holds an `@` or a `/`")
                    .detail("percent-encode the password: `@` is %40, `/` is %2F, `:` is %3A"),
            );
        }
        let (user, password) = login
            .split_once(':')
            .map_or((login, None), |(user, password)| (user, Some(password)));
        if !user.is_empty() {
            self.login.user = Some(decoded(user, "user")?);
        }
        if let Some(password) = password {
            self.login.password = Some(decoded(password, "password")?);
        }
        Ok(rest)
    }

    fn read_host(&mut self, rest: &str) -> Result<(), Failure> {
        let rest = self.read_login(rest)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !path.is_empty() {
            self.database = database(path)?;
        }
        if host.contains(',') {
            return Err(Failure::new("the Redis URL names several hosts")
                .detail("for Sentinel write redis+sentinel://host,host/master"));
        }
        self.place = Place::Host(address(host, PORT)?);
        Ok(())
    }

    fn read_sentinels(&mut self, rest: &str, login: Login) -> Result<(), Failure> {
        let rest = self.read_login(rest)?;
        let mut parts = rest.split('/');
        let hosts = parts.next().unwrap_or("");
        let master = parts.next().unwrap_or("");
        if master.is_empty() {
            return Err(Failure::new("the Sentinel URL names no master")
                .detail("write it like redis+sentinel://host1:26379,host2:26379/mymaster/0"));
        }
        if let Some(number) = parts.next().filter(|part| !part.is_empty()) {
            self.database = database(number)?;
        }
        self.place = Place::Sentinel {
            sentinels: hosts
                .split(',')
                .map(|host| address(host, SENTINEL_PORT))
                .collect::<Result<_, _>>()?,
            master: decoded(master, "master")?,
            login,
        };
        Ok(())
    }
}

fn address(text: &str, default_port: u16) -> Result<Address, Failure> {
    let (host, port) = if let Some(inside) = text.strip_prefix('[') {
        let (host, after) = inside
            .split_once(']')
            .ok_or_else(|| Failure::new("the Redis URL's IPv6 address lacks its `]`"))?;
        (host, after.strip_prefix(':'))
    } else {
        text.rsplit_once(':')
            .map_or((text, None), |(host, port)| (host, Some(port)))
    };
    if host.contains(':') && !text.starts_with('[') {
        // Either a bare IPv6 address or a password without its `@`: the text is not shown.
        return Err(
            Failure::new("the Redis URL's host holds more than one `:`").detail(
                "write an IPv6 address in brackets, and a password before an `@`, percent-encoded",
            ),
        );
    }
    let port = match port {
        None | Some("") => default_port,
        Some(port) => port.parse().map_err(|_| {
            Failure::new("the Redis URL's port is not a number from 1 to 65535")
                .detail("a login ends with an `@`: redis://user:password@host:6379")
        })?,
    };
    let host = match decoded(host, "host")? {
        host if host.is_empty() => "127.0.0.1".to_owned(),
        host => host,
    };
    if host.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Failure::new("the Redis URL's host holds blanks"));
    }
    Ok(Address { host, port })
}

fn database(text: &str) -> Result<i64, Failure> {
    text.trim_end_matches('/')
        .parse()
        .ok()
        .filter(|number| (0..=i64::from(u32::MAX)).contains(number))
        .ok_or_else(|| {
            Failure::new("the Redis URL's database is not a number")
                .detail("write it like redis://host:6379/0")
        })
}

fn decoded(text: &str, what: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::new(format!(
            "the Redis URL's {} is wrongly percent-encoded",
            word(what)
        ))
        .detail("a `%` itself is written %25")
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = after.get(..2).ok_or_else(wrong)?;
            let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// A name from the URL, as long as it looks like one: it may be half a password.
fn word(name: &str) -> &str {
    let plain = name.len() <= 30 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { name } else { "…" }
}

#[cfg(test)]
mod tests;
