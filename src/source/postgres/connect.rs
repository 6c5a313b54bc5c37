//! One connection: TCP or Unix socket, TLS as the URL says, login, and the [`wire`](super::wire) filter.
//!
//! The handshake is done here because tokio-postgres knows neither `allow` nor `verify-ca`, and its
//! TLS errors say only that there was one.

mod stream;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_postgres::config::{ChannelBinding as DriverBinding, SslMode, SslNegotiation};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::QueryError;
use super::tls;
use super::url::{Binding, Host, Place, Session, Target, TlsMode};
use super::wire::Wire;
use crate::system::sockets;

pub(super) use stream::Socket;
use stream::{Plain, Ready};

/// Per address, where the URL sets no `connect_timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For one of several addresses of a name: an IPv6 address that swallows packets must not eat the deadline.
const NEXT_ADDRESS: Duration = Duration::from_secs(2);

/// Moves the bytes of one connection and hears what the server says unasked.
pub(super) type Driver = tokio_postgres::Connection<tokio::io::Empty, Wire>;

type Encrypted = <MakeRustlsConnect as MakeTlsConnect<TcpStream>>::Stream;

/// Opens connections to one target.
#[derive(Debug)]
pub(super) struct Connector {
    target: Arc<Target>,
    /// Root certificates are read once.
    tls: OnceLock<Result<MakeTls, QueryError>>,
    /// Whether answers pass the filter of [`super::wire`].
    filtered: bool,
    /// What the last attempt was shown; none without TLS.
    certificate: tls::Shown,
}

#[derive(Clone)]
struct MakeTls(MakeRustlsConnect);

impl std::fmt::Debug for MakeTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MakeTls")
    }
}

impl Connector {
    pub(super) fn new(target: Arc<Target>, filtered: bool) -> Self {
        Self {
            target,
            tls: OnceLock::new(),
            filtered,
            certificate: tls::Shown::default(),
        }
    }

    /// The certificate the server showed last, in DER; none where the connection is in the clear.
    pub(super) fn certificate(&self) -> Option<Vec<u8>> {
        self.certificate.get()
    }

    /// What tokio-postgres needs to log in; host and TLS are ours.
    pub(super) fn config(&self) -> Config {
        let target = &self.target;
        let mut config = Config::new();
        if let Some(user) = &target.user {
            config.user(user);
        }
        if let Some(password) = &target.password {
            config.password(&password.0);
        }
        if let Some(database) = &target.database {
            config.dbname(database);
        }
        if let Some(options) = &target.options {
            config.options(options);
        }
        config.application_name(target.application_name.as_deref().unwrap_or("kpi"));
        // The stream handed over is ready: no second negotiation.
        config
            .ssl_mode(SslMode::Require)
            .ssl_negotiation(SslNegotiation::Direct);
        config.channel_binding(match target.binding {
            Binding::Disable => DriverBinding::Disable,
            Binding::Prefer => DriverBinding::Prefer,
            Binding::Require => DriverBinding::Require,
        });
        config
    }

    /// Opens one connection and starts the task that moves its bytes.
    ///
    /// # Errors
    /// The last host's reason, where no host would do.
    pub(super) async fn open(&self) -> Result<(Client, JoinHandle<()>), QueryError> {
        let (client, driver) = self.dial().await?;
        let task = tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(why = super::error::words(&error), "connection ended");
            }
        });
        Ok((client, task))
    }

    /// Opens one connection; nothing moves unless its driver is polled.
    ///
    /// # Errors
    /// The last host's reason, where no host would do.
    pub(super) async fn dial(&self) -> Result<(Client, Driver), QueryError> {
        let mut wanted = vec![self.target.session];
        if wanted[0] == Session::PreferStandby {
            wanted = vec![Session::Standby, Session::Any];
        }
        let mut last = None;
        for session in wanted {
            for host in &self.target.hosts {
                match self.open_host(host, session).await {
                    Ok(connection) => return Ok(connection),
                    Err(error) => {
                        let wrong_password = matches!(error, QueryError::Authentication(_));
                        // Of three socket folders, the one that exists has the better reason.
                        let absent = matches!(&error, QueryError::Connect { why, .. } if why.contains("No such file"));
                        if !absent || last.is_none() {
                            last = Some(error);
                        }
                        if wrong_password {
                            break;
                        }
                    }
                }
            }
        }
        Err(last.unwrap_or_else(|| QueryError::Config("the URL names no host".to_owned())))
    }

    async fn open_host(
        &self,
        host: &Host,
        session: Session,
    ) -> Result<(Client, Driver), QueryError> {
        let place = host.to_string();
        let limit = self.target.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let addresses = match (&host.place, host.address) {
            (Place::Unix(_), _) => Vec::new(),
            (Place::Tcp(_), Some(address)) => vec![SocketAddr::new(address, host.port)],
            (Place::Tcp(name), None) => look_up(name, host.port, limit, &place).await?,
        };
        let unix = usize::from(addresses.is_empty());
        let mut last = None;
        for index in 0..addresses.len() + unix {
            let address = addresses.get(index).copied();
            for encrypt in self.attempts(host).iter().copied() {
                let more = index + 1 < addresses.len();
                let attempt = self.attempt(host, address, encrypt, session, more);
                let error = match tokio::time::timeout(limit, attempt).await {
                    Ok(Ok(connection)) => return Ok(connection),
                    Ok(Err(error)) => error,
                    Err(_) => QueryError::Connect {
                        place: place.clone(),
                        why: format!("no answer within {limit:?}"),
                    },
                };
                tracing::debug!(%place, ?address, encrypt, %error, "connection attempt failed");
                let other_mode_may_do = match &error {
                    QueryError::Tls(_) => true,
                    QueryError::Authentication(said) => said.code == "28000",
                    _ => false,
                };
                let refused = matches!(error, QueryError::Authentication(_) | QueryError::Sql(_));
                last = Some(error);
                if !other_mode_may_do {
                    if refused {
                        return Err(last.unwrap_or_else(|| unreachable_host(&place)));
                    }
                    break;
                }
            }
        }
        Err(last.unwrap_or_else(|| unreachable_host(&place)))
    }

    /// With (true) or without TLS, in the order `sslmode` wants.
    fn attempts(&self, host: &Host) -> &'static [bool] {
        match (&host.place, self.target.tls) {
            // libpq has no TLS on Unix sockets either.
            (Place::Unix(_), _) | (_, TlsMode::Disable) => [false].as_slice(),
            (_, TlsMode::Allow) => &[false, true],
            (_, TlsMode::Prefer) => &[true, false],
            _ => &[true],
        }
    }

    async fn attempt(
        &self,
        host: &Host,
        address: Option<SocketAddr>,
        encrypt: bool,
        session: Session,
        more: bool,
    ) -> Result<(Client, Driver), QueryError> {
        self.certificate.forget();
        let place = host.to_string();
        let cannot = |error: io::Error| QueryError::Connect {
            place: place.clone(),
            why: error.to_string(),
        };
        let socket: Box<dyn Socket> = match (&host.place, address) {
            (Place::Unix(folder), _) => {
                let file = folder.join(format!(".s.PGSQL.{}", host.port));
                Box::new(Plain(sockets::connect(&file).await.map_err(cannot)?))
            }
            (Place::Tcp(_), None) => return Err(unreachable_host(&place)),
            (Place::Tcp(name), Some(address)) => {
                let stream = self.tcp(address, more).await.map_err(cannot)?;
                if encrypt {
                    Box::new(self.encrypt(stream, &place, name).await?)
                } else {
                    Box::new(Plain(stream))
                }
            }
        };
        let wire = Wire::new(socket, self.filtered);
        let (client, connection) = self
            .config()
            .connect_raw(tokio::io::empty(), Ready(Ok(wire)))
            .await
            .map_err(|error| QueryError::from_login(error, &place))?;
        let says = |name: &str| connection.parameter(name).map(|value| value == "on");
        check_session(
            session,
            says("in_hot_standby"),
            says("default_transaction_read_only"),
        )
        .map_err(|why| QueryError::Connect { place, why })?;
        Ok((client, connection))
    }

    async fn tcp(&self, address: SocketAddr, more: bool) -> io::Result<TcpStream> {
        let connect = TcpStream::connect(address);
        let stream = if more {
            tokio::time::timeout(NEXT_ADDRESS, connect).await??
        } else {
            connect.await?
        };
        stream.set_nodelay(true)?;
        let alive = self.target.keep_alive;
        if alive.on {
            let idle = alive.idle.unwrap_or(Duration::from_secs(60));
            let interval = alive.interval.unwrap_or(Duration::from_secs(10));
            sockets::keep_alive(&stream, idle, interval, alive.count.unwrap_or(3))?;
        }
        if let Some(limit) = self.target.user_timeout {
            sockets::give_up_after(&stream, limit)?;
        }
        Ok(stream)
    }

    async fn encrypt(
        &self,
        mut stream: TcpStream,
        place: &str,
        name: &str,
    ) -> Result<Encrypted, QueryError> {
        let broken = |error: io::Error| QueryError::Connect {
            place: place.to_owned(),
            why: error.to_string(),
        };
        if !self.target.direct_tls {
            // SSLRequest: length 8, code 80877103. The answer is one byte.
            stream
                .write_all(&[0, 0, 0, 8, 4, 210, 22, 47])
                .await
                .map_err(broken)?;
            match stream.read_u8().await.map_err(broken)? {
                b'S' => {}
                b'N' => return Err(tls::no_tls(place, self.target.tls)),
                _ => {
                    return Err(QueryError::Connect {
                        place: place.to_owned(),
                        why: "what answers there is not PostgreSQL, or has no connection left"
                            .to_owned(),
                    });
                }
            }
        }
        let mut make = self
            .tls
            .get_or_init(|| {
                tls::client_config(&self.target, &self.certificate)
                    .map(|c| MakeTls(MakeRustlsConnect::new(c)))
            })
            .clone()?
            .0;
        let connect = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut make, name);
        let Ok(connect) = connect;
        connect
            .connect(stream)
            .await
            .map_err(|error| tls::handshake(&error, place, name))
    }
}

fn unreachable_host(place: &str) -> QueryError {
    QueryError::Connect {
        place: place.to_owned(),
        why: "the host name has no address".to_owned(),
    }
}

async fn look_up(
    name: &str,
    port: u16,
    limit: Duration,
    place: &str,
) -> Result<Vec<SocketAddr>, QueryError> {
    let failed = |why: String| QueryError::Connect {
        place: place.to_owned(),
        why,
    };
    match tokio::time::timeout(limit, tokio::net::lookup_host((name, port))).await {
        Err(_) => Err(failed(format!("the name was not found within {limit:?}"))),
        Ok(Err(error)) => Err(failed(format!("the name was not found: {error}"))),
        Ok(Ok(found)) => {
            let found: Vec<_> = found.collect();
            if found.is_empty() {
                return Err(unreachable_host(place));
            }
            Ok(found)
        }
    }
}

/// Servers since PostgreSQL 14 say what they are while logging in; poolers keep it to themselves and pass.
fn check_session(
    wanted: Session,
    standby: Option<bool>,
    read_only: Option<bool>,
) -> Result<(), String> {
    let (fits, word) = match wanted {
        Session::Any | Session::PreferStandby => (true, ""),
        Session::ReadWrite => (
            standby != Some(true) && read_only != Some(true),
            "read-write",
        ),
        Session::ReadOnly => (
            standby != Some(false) || read_only != Some(false),
            "read-only",
        ),
        Session::Primary => (standby != Some(true), "primary"),
        Session::Standby => (standby != Some(false), "standby"),
    };
    if fits {
        Ok(())
    } else {
        Err(format!(
            "the server is not {word}, as target_session_attrs wants"
        ))
    }
}

/// [`Connector`] as deadpool wants it.
pub(super) struct PoolConnector(pub(super) Arc<Connector>);

impl deadpool_postgres::Connect for PoolConnector {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<
        Box<
            dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>>
                + Send
                + '_,
        >,
    > {
        Box::pin(async move {
            match self.0.open().await {
                Ok(connection) => Ok(connection),
                // deadpool carries tokio-postgres errors only, and those have no public constructor:
                // a failing hand-over makes one around ours.
                Err(error) => {
                    let refused = self
                        .0
                        .config()
                        .connect_raw(tokio::io::empty(), Ready(Err(error)))
                        .await;
                    match refused {
                        Err(error) => Err(error),
                        Ok(_) => Err(tokio_postgres::Error::__private_api_timeout()),
                    }
                }
            }
        })
    }
}
