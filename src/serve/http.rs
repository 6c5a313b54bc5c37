//! What a replica answers over HTTP: health, figures for Prometheus, dashboards as data and pictures, and events
//! when a panel changed. Which addresses there are stands once, in [`routes`].
//!
//! HTTP/1.1 without TLS: that belongs to the proxy or ingress in front. Only `GET` and `HEAD`; nothing here
//! changes anything.

mod ask;
mod events;
mod gallery;
mod guard;
mod listen;
mod metrics;
mod openapi;
mod pages;
mod patient;
mod reply;
pub mod routes;
mod token;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::state::State;
use crate::config::Config;
use crate::hub::Clock;
use crate::model::panel_data::Failure;
use gallery::Gallery;
use metrics::Traffic;

pub use token::Tokens;

/// Where to answer, and whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address; beyond loopback only with a token.
    pub bind: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Who may ask; empty lets everybody in.
    pub tokens: Tokens,
    /// How much and how long.
    pub limits: Limits,
}

impl Settings {
    /// What `[serve]` says.
    pub fn of(config: &Config) -> Self {
        Self {
            bind: config.serve.bind,
            port: config.serve.port,
            tokens: Tokens::of(&config.serve.tokens),
            limits: Limits::default(),
        }
    }

    /// Whether it can be answered there at all.
    ///
    /// # Errors
    /// The address is beyond loopback and there is no token.
    pub fn check(&self) -> Result<(), Failure> {
        if self.bind.to_canonical().is_loopback() || !self.tokens.is_empty() {
            return Ok(());
        }
        let wanted = SocketAddr::new(self.bind, self.port);
        Err(Failure::new(format!(
            "{wanted} can be reached from other machines, and there is no token"
        ))
        .detail("set KPI_TOKEN (or `token` in `[serve]`), or answer on 127.0.0.1")
        .detail("`openssl rand -hex 32` makes a good one"))
    }
}

/// What one client may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the whole head of a request, and between two requests on one connection.
    pub head: Duration,
    /// For a client that takes nothing of its answer.
    pub write: Duration,
    /// For an answer to begin.
    pub answer: Duration,
    /// For answers on their way when the process ends.
    pub drain: Duration,
    /// Connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// Streams of events at a time; further ones are refused.
    pub streams: usize,
    /// Between two comments on a stream of events where nothing changes.
    pub heartbeat: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            write: Duration::from_secs(20),
            answer: Duration::from_secs(60),
            drain: Duration::from_secs(5),
            connections: 1024,
            streams: 256,
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// What every handler knows.
#[derive(Clone, Debug)]
struct Room {
    state: State,
    /// Those of the configuration in force.
    tokens: watch::Receiver<Tokens>,
    gallery: Gallery,
    /// The OpenAPI document.
    description: Bytes,
    traffic: Arc<Traffic>,
    /// One permit per stream of events.
    streams: Arc<Semaphore>,
    limits: Limits,
    /// Other machines cannot reach us. Then only this machine's own names are answered where no token is needed: a
    /// page of another site must not reach us by a name that it lets point here (DNS rebinding).
    only_local: bool,
    /// True from when the process is told to end.
    ending: watch::Receiver<bool>,
}

/// A listening socket.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
}

impl Server {
    /// Takes the address.
    ///
    /// # Errors
    /// As [`Settings::check`]; or the address cannot be had.
    pub async fn bind(settings: Settings) -> Result<Self, Failure> {
        settings.check()?;
        let wanted = SocketAddr::new(settings.bind, settings.port);
        let taken = |error: std::io::Error| {
            Failure::new(format!("cannot answer HTTP on {wanted}: {error}"))
                .detail("PORT, or `port` in `[serve]`, names another port; 0 takes a free one")
        };
        let listener = TcpListener::bind(wanted).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        Ok(Self {
            listener,
            address,
            settings,
        })
    }

    /// Where it listens: the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown`; then takes nobody in, lets answers on their way finish for at most
    /// [`Limits::drain`], and ends streams of events.
    pub async fn run(self, state: State, clock: Clock, shutdown: impl Future<Output = ()>) {
        let Self {
            listener, settings, ..
        } = self;
        let Settings {
            tokens,
            limits,
            bind,
            ..
        } = settings;
        let (end, ending) = watch::channel(false);
        let only_local = bind.to_canonical().is_loopback();
        let (keep, tokens) = watch::channel(tokens);
        let following = token::follow(state.hub.watch_configs(), keep, only_local);
        let following = tokio::spawn(following);
        let room = Room {
            gallery: Gallery::new(state.hub.clone(), clock),
            only_local,
            description: Bytes::from(format!("{:#}\n", openapi::document())),
            traffic: Arc::default(),
            streams: Arc::new(Semaphore::new(limits.streams)),
            state,
            tokens,
            limits,
            ending,
        };
        listen::run(listener, room, end, shutdown).await;
        following.abort();
    }
}
