//! From the parts of a URL to a [`Target`]: hosts with their ports, trust, and what is left unsaid.

use std::path::PathBuf;

use super::parameters::{CLIENT_CERTIFICATE, Parts};
use super::{Binding, Host, KeepAlive, Place, Roots, Session, Target, TlsMode, UrlError};
use crate::config::Secret;
use crate::system::sockets::POSTGRESQL;

impl Parts {
    fn hosts(&self) -> Result<Vec<Host>, UrlError> {
        let port = |index: usize| {
            self.ports
                .get(index)
                .or(self.ports.first())
                .copied()
                .flatten()
                .unwrap_or(5432)
        };
        let count = self.names.len().max(self.addresses.len());
        if count == 0 || (count == 1 && self.addresses.is_empty() && self.names[0].is_empty()) {
            // As libpq: the system's socket folders; then what is left to try.
            return Ok(POSTGRESQL
                .iter()
                .map(|folder| Place::Unix(folder.into()))
                .chain([Place::Tcp("localhost".to_owned())])
                .map(|place| Host {
                    place,
                    address: None,
                    port: port(0),
                })
                .collect());
        }
        (0..count)
            .map(|index| {
                let address = match self.addresses.get(index).filter(|text| !text.is_empty()) {
                    Some(text) => {
                        Some(
                            text.parse::<std::net::IpAddr>()
                                .map_err(|_| UrlError::Value {
                                    name: "hostaddr",
                                    expected: "an IP address",
                                })?,
                        )
                    }
                    None => None,
                };
                let name = self.names.get(index).filter(|name| !name.is_empty());
                let place = match (name, address) {
                    (Some(name), _) if name.starts_with('/') => Place::Unix(PathBuf::from(name)),
                    (Some(name), _) => Place::Tcp(name.clone()),
                    (None, Some(address)) => Place::Tcp(address.to_string()),
                    (None, None) => Place::Tcp("localhost".to_owned()),
                };
                Ok(Host {
                    place,
                    address,
                    port: port(index),
                })
            })
            .collect()
    }

    fn trust(&self) -> Result<(Option<TlsMode>, Roots), UrlError> {
        if self.key {
            return Err(UrlError::Unsupported {
                name: "sslkey",
                advice: CLIENT_CERTIFICATE,
            });
        }
        let mut mode = self.mode;
        if self.strict == Some(true) && mode.is_none_or(|mode| mode < TlsMode::VerifyFull) {
            mode = Some(TlsMode::VerifyFull);
        }
        // Prisma calls the root certificate `sslcert`; in libpq that is the client's, and needs `sslkey`.
        let root = self.root.as_ref().or(self.certificate.as_ref());
        let roots = match root.map(String::as_str) {
            None => Roots::Default,
            Some("system") => {
                if mode.is_some_and(|mode| mode < TlsMode::VerifyFull) {
                    return Err(UrlError::Value {
                        name: "sslmode",
                        expected: "verify-full with sslrootcert=system",
                    });
                }
                mode = Some(TlsMode::VerifyFull);
                Roots::System
            }
            Some(path) => Roots::File(expand_home(path)),
        };
        if self.strict == Some(false) && self.root.is_none() && mode <= Some(TlsMode::Require) {
            // Prisma: any certificate will do, whatever file is named.
            return Ok((mode, Roots::Default));
        }
        Ok((mode, roots))
    }

    pub(super) fn target(mut self) -> Result<Target, UrlError> {
        let hosts = self.hosts()?;
        let (mode, roots) = self.trust()?;
        let local = hosts.iter().all(Host::is_local);
        let tls = mode.unwrap_or(if local {
            TlsMode::Prefer
        } else {
            TlsMode::Require
        });
        if self.direct_tls && tls < TlsMode::Require {
            return Err(UrlError::Value {
                name: "sslmode",
                expected: "require or stricter with sslnegotiation=direct",
            });
        }
        let shared_pooler = hosts.iter().any(|host| {
            matches!(&host.place, Place::Tcp(name)
                if name.to_ascii_lowercase().ends_with(".pooler.supabase.com"))
        });
        if shared_pooler && self.user.as_deref() == Some("postgres") {
            self.warnings.push(
                "Supabase's shared pooler refuses the user `postgres`: it is called `postgres.<project-ref>` there (copy the user from the project's Connect dialog)".to_owned(),
            );
        }
        Ok(Target {
            hosts,
            user: self.user,
            password: self.password.map(Secret),
            database: self.database,
            tls,
            roots,
            direct_tls: self.direct_tls,
            binding: self.binding.unwrap_or(Binding::Prefer),
            connect_timeout: self.connect_timeout,
            application_name: self.application_name.or(self.fallback_name),
            options: self.options,
            keep_alive: self.keep_alive.unwrap_or(KeepAlive {
                on: true,
                idle: None,
                interval: None,
                count: None,
            }),
            user_timeout: self.user_timeout,
            session: self.session.unwrap_or(Session::Any),
            hints: self.hints,
            warnings: self.warnings,
        })
    }
}

/// `~/x` as shells read it; libpq does not, but people write it.
fn expand_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(path),
    }
}
