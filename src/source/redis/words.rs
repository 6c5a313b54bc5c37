//! What went wrong between us and Redis, in one sentence and what to do.

use std::error::Error;
use std::io;

use redis::{ErrorKind, RedisError, ServerError};
use rustls::CertificateError;

use super::url::RedisTarget;
use crate::model::panel_data::Failure;

/// No answer in time: a frozen server, or one that accepts and never speaks.
pub(super) fn silent(place: &str) -> Failure {
    Failure::new(format!("Redis at {place} accepts and does not answer")).detail(
        "it is frozen or overloaded, or something else than Redis listens there, or it speaks TLS (`rediss://`)",
    )
}

/// No answer to the TLS greeting in time. A Redis in the clear waits for the end of a line.
pub(super) fn silent_handshake(place: &str) -> Failure {
    Failure::new(format!(
        "Redis at {place} accepts and does not answer the TLS greeting"
    ))
    .detail("it speaks no TLS (use redis://, or the server's tls-port), or is frozen or overloaded")
}

/// No connection in time.
pub(super) fn unreachable(place: &str) -> Failure {
    Failure::new(format!("Redis at {place} cannot be reached"))
        .detail("a firewall drops the packets, or the host is down")
}

/// A connection that could not be made or did not last.
pub(super) fn io(place: &str, error: &io::Error) -> Failure {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return handshake(place, tls);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Failure::new(format!("Redis at {place} refuses connections"))
                .detail("nothing listens there: is redis-server running, is the port right?")
        }
        io::ErrorKind::NotFound => Failure::new(format!("there is no Redis socket {place}"))
            .detail("is redis-server running, with `unixsocket` set to this path?"),
        io::ErrorKind::PermissionDenied => {
            Failure::new(format!("Redis at {place}: permission denied"))
                .detail("the socket's mode or owner (`unixsocketperm`) keeps this user out")
        }
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => closed(place),
        _ => Failure::new(format!("Redis at {place}: {}", plain(&error.to_string()))),
    }
}

fn closed(place: &str) -> Failure {
    Failure::new(format!("Redis at {place} closed the connection")).detail(
        "it ended or restarted, ran out of `maxclients`, expects TLS (`rediss://`) or a client certificate, or is something else than Redis",
    )
}

/// A name that cannot be looked up.
pub(super) fn unknown_host(place: &str, error: &io::Error) -> Failure {
    Failure::new(format!("Redis at {place}: the host name is not known"))
        .detail(plain(&error.to_string()))
}

fn handshake(place: &str, error: &rustls::Error) -> Failure {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => Failure::new(
            format!("the certificate of Redis at {place} is signed by an unknown authority"),
        )
        .detail("name the authority's certificate: sslrootcert = \"ca.pem\" under [redis]"),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Failure::new(format!(
            "the certificate of Redis at {place} is for another host name"
        ))
        .detail("use the name in the certificate, or add this one to its alternative names"),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => Failure::new(format!("the certificate of Redis at {place} has expired"))
            .detail("renew it; also compare this machine's clock"),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => Failure::new(format!(
            "the certificate of Redis at {place} is not valid yet"
        ))
        .detail("compare this machine's clock with the server's"),
        rustls::Error::InvalidMessage(_) => {
            Failure::new(format!("Redis at {place} does not speak TLS"))
                .detail("use redis:// or the server's tls-port")
        }
        rustls::Error::AlertReceived(alert) => Failure::new(format!(
            "Redis at {place} refuses the TLS connection ({alert:?})"
        ))
        .detail(
            "a server with `tls-auth-clients yes` asks for a client certificate: set it to `no`",
        ),
        other => Failure::new(format!(
            "TLS with Redis at {place} failed: {}",
            plain(&other.to_string())
        )),
    }
}

/// An error that the client library hands on.
pub(super) fn library(target: &RedisTarget, place: &str, error: &RedisError) -> Failure {
    if let Ok(refused) = ServerError::try_from(error.clone()) {
        return reply(target, place, &refused);
    }
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(inner) = inner.downcast_ref::<io::Error>() {
            return io(place, inner);
        }
        cause = inner.source();
    }
    match error.kind() {
        ErrorKind::AuthenticationFailed => refused_login(target, place),
        ErrorKind::Io => closed(place),
        ErrorKind::RESP3NotSupported => {
            Failure::new(format!("Redis at {place} is older than version 6"))
        }
        _ => Failure::new(format!(
            "Redis at {place} answers what Redis does not answer"
        ))
        .detail("is it something else that listens there?"),
    }
}

/// An error the server answered with.
pub(super) fn reply(target: &RedisTarget, place: &str, error: &ServerError) -> Failure {
    let said = error.details().unwrap_or("");
    let said = if target.is_secret_in(said) {
        String::new()
    } else {
        plain(said)
    };
    let failure = |text: &str| Failure::new(format!("Redis at {place} {text}"));
    match error.code() {
        "WRONGPASS" => refused_login(target, place),
        "NOAUTH" => failure("wants a password")
            .detail("put the login into the URL: redis://user:password@host"),
        "NOPERM" => failure("does not allow this user what is needed")
            .detail(said)
            .detail("a reader needs: ACL SETUSER … ~{kpi}:* &{kpi}:* &kpi:refresh +@read +@connection +@pubsub +info +time +multi +exec")
            .detail("a viewer of `kpi serve` also: +@scripting +zadd +zremrangebyscore")
            .detail("a writer and `kpi serve` also: +@scripting +@write"),
        "LOADING" => failure("is still loading its data"),
        "READONLY" => failure("is a read-only replica")
            .detail("connect to the master, or through Sentinel: redis+sentinel://host/master"),
        "MASTERDOWN" => failure("is a replica that lost its master"),
        "CLUSTERDOWN" => failure("belongs to a cluster that is down"),
        "OOM" => failure("is out of memory")
            .detail("raise `maxmemory`, or shorten the stream"),
        "WRONGTYPE" => failure("holds something else under the keys of kpi")
            .detail("choose another prefix under [redis]"),
        "ERR" if said.contains("without any password configured") => {
            failure("has no password, and the URL gives one")
                .detail("leave the login out, or set one with `requirepass` or ACL SETUSER")
        }
        "ERR" if said.contains("DB index is out of range") => {
            failure("has no database of that number").detail("see its `databases` setting")
        }
        "ERR" if said.contains("unknown command") => failure("does not know a command")
            .detail("version 6 or newer is needed, and commands that were not renamed"),
        code => failure(&format!("refuses ({})", plain(code))).detail(said),
    }
}

fn refused_login(target: &RedisTarget, place: &str) -> Failure {
    let user = target.login.user.as_deref().unwrap_or("default");
    Failure::new(format!(
        "Redis at {place} refuses the login of user `{}`",
        plain(user)
    ))
    .detail("wrong user or password, or the user is off (ACL LIST shows it)")
}

/// Foreign text for a screen.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect()
}
