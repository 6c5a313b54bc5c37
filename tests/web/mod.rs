//! The server in this process, over a real hub and a real PostgreSQL, and a client that can misbehave.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kpi_dashboard::config::{self, Config, Secret};
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::hub::{DatabaseLink, Hub, Sources};
use kpi_dashboard::model::panel_data::Feed;
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::serve::http::{Limits, Server, Settings};
use kpi_dashboard::serve::state::{Counters, Standing, State};
use kpi_dashboard::source::postgres::{Database, feed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

pub const TOKEN: &str = "wall-0123456789abcdef";
pub const OTHER: &str = "prometheus-0123456789";

pub const DASHBOARDS: &str = r#"
environment = "test"

[[dashboard]]
name = "Shop floor"
range = "1h"
refresh = "200ms"
areas = "orders latest"

[[dashboard.variable]]
name = "region"
kind = "list"
values = ["eu", "us"]
default = "eu"

[dashboard.panel.orders]
title = "Orders <b>&amp;</b>"
kind = "stat"
sql = "select count(*) as orders from orders"

[dashboard.panel.latest]
kind = "table"
sql = "select id, region, note from orders where region = $region order by id"

[[dashboard]]
name = "Still"
range = "1h"
refresh = "1h"
areas = "big"
[dashboard.panel.big]
kind = "table"
sql = "select n, repeat('x', 50) as filler from generate_series(1, 200) n"

[[dashboard]]
name = "Dense"
range = "1h"
refresh = "1h"
areas = "noise"
[dashboard.panel.noise]
kind = "table"
sql = "select md5(n::text) as a, md5((-n)::text) as b, md5(n||'c') as c, md5(n||'d') as d, md5(n||'e') as e, md5(n||'f') as f, md5(n||'g') as g, md5(n||'h') as h, md5(n||'i') as i, md5(n||'j') as j from generate_series(1, 200) n"
"#;

const SCHEMA: &str = "
    create table orders (id int primary key, region text not null, note text);
    insert into orders values (1, 'eu', 'first'), (2, 'us', 'second');
";

pub fn clock() -> Moment {
    Moment(jiff::Timestamp::now().as_microsecond())
}

/// A running server. Ends when dropped, and waits for it with [`Web::stop`].
pub struct Web {
    pub postgres: Postgres,
    pub address: SocketAddr,
    pub standing: watch::Sender<Standing>,
    pub feed: watch::Sender<Feed>,
    pub counters: Arc<Counters>,
    pub hub: Hub,
    pub config: Config,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

/// Short enough for tests.
pub fn limits() -> Limits {
    Limits {
        drain: Duration::from_secs(2),
        heartbeat: Duration::from_millis(200),
        ..Limits::default()
    }
}

impl Web {
    /// With both tokens.
    pub async fn start(limits: Limits) -> Self {
        Self::with(limits, &[TOKEN, OTHER]).await
    }

    pub async fn with(limits: Limits, tokens: &[&str]) -> Self {
        Self::on(limits, tokens, None).await
    }

    /// With a token, on this address.
    pub async fn beyond(limits: Limits, bind: IpAddr) -> Self {
        Self::on(limits, &[TOKEN], Some(bind)).await
    }

    async fn on(limits: Limits, tokens: &[&str], bind: Option<IpAddr>) -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).expect("a private PostgreSQL");
        postgres.psql("postgres", SCHEMA).unwrap();
        let mut config = Config::from_toml("config.toml", DASHBOARDS, &BTreeMap::new())
            .unwrap_or_else(|problems| panic!("{problems}"));
        config.database = config::Database {
            url: Some(Secret(postgres.url("postgres"))),
            schema: "public".into(),
            ..config::Database::default()
        };
        config.serve.port = 0;
        config.serve.bind = bind.unwrap_or(config.serve.bind);
        config.serve.tokens = tokens
            .iter()
            .map(|token| Secret((*token).to_owned()))
            .collect();
        let hub = hub(&config);
        let settings = Settings {
            limits,
            ..Settings::of(&config)
        };
        assert_eq!(settings.tokens.is_empty(), tokens.is_empty());
        let server = Server::bind(settings).await.expect("a free port");
        let mut address = server.address();
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        let (standing, stands) = watch::channel(Standing::Follower);
        let (feed, fed) = watch::channel(Feed::default());
        let counters = Arc::new(Counters::default());
        let state = State {
            hub: hub.clone(),
            standing: stands,
            feed: fed,
            counters: Arc::clone(&counters),
            since: Instant::now(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(state, clock, async {
            let _ = stopped.await;
        }));
        Self {
            postgres,
            address,
            standing,
            feed,
            counters,
            hub,
            config,
            stop: Some(stop),
            running,
        }
    }

    /// Tells the server to end, as SIGTERM does.
    pub fn tell_to_end(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }

    /// Waits until it has ended; says how long that took.
    pub async fn ended(&mut self) -> Duration {
        let before = Instant::now();
        let ended = tokio::time::timeout(Duration::from_secs(30), &mut self.running).await;
        ended.expect("the server ends").unwrap();
        before.elapsed()
    }

    pub fn sql(&self, text: &str) {
        self.postgres.psql("postgres", text).unwrap();
    }

    /// With the token.
    pub async fn get(&self, path: &str) -> Reply {
        self.ask(path, &[("Authorization", &format!("Bearer {TOKEN}"))])
            .await
    }

    /// With these headers only.
    pub async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut lines = String::new();
        for (name, value) in headers {
            lines.push_str(&format!("{name}: {value}\r\n"));
        }
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{lines}\r\n",
            self.address
        );
        self.send(head.as_bytes()).await
    }

    /// Whatever bytes, and all that comes back.
    pub async fn send(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect().await;
        // A server that has seen enough may hang up before everything is written.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(60), read).await;
        let _ = read.expect("an answer within a minute");
        Reply::parse(&answer)
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Asks again until the answer is as wanted.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let reply = self.get(path).await;
            if wanted(&reply) {
                return reply;
            }
            assert!(Instant::now() < deadline, "{path} stays {reply:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub fn hub(config: &Config) -> Hub {
    let pool = Database::connect(&config.database).unwrap();
    let (requests, inbox) = mpsc::channel(8);
    let (outbox, updates) = mpsc::channel(8);
    feed::spawn(pool, inbox, outbox);
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        ..Sources::default()
    };
    Hub::spawn(Arc::new(config.clone()), sources, clock)
}

/// An answer, its body put together.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {:?}\n{body}", self.status, self.headers)
    }
}

impl Reply {
    /// Of a whole connection's bytes; status 0 where nothing came.
    pub fn parse(bytes: &[u8]) -> Self {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Self {
                status: 0,
                headers: Vec::new(),
                body: bytes.to_vec(),
            };
        };
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        let is_chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = &bytes[end + 4..];
        Self {
            status: status.parse().unwrap(),
            body: if is_chunked {
                chunks(body)
            } else {
                body.to_vec()
            },
            headers,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The sentence of a refusal.
    pub fn why(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

fn chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n");
        let Some(line) = line else { return body };
        let size = std::str::from_utf8(&rest[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 4 + size..];
    }
}
