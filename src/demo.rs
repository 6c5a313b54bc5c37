//! Floor 6: `kpi demo`: private servers from the binaries on this machine, filled with believable KPIs.
//!
//! The integration tests start their servers from the same room.

pub mod generator;
pub mod history;
mod live;
#[cfg_attr(not(unix), path = "demo/no_servers.rs")]
pub mod servers;
pub mod story;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::model::panel_data::Failure;
use crate::source::postgres::direct::Client;
use crate::source::postgres::{Target, direct, migrate};
use crate::source::redis::{Announcer, Keys, RedisTarget};
use generator::Generator;
use servers::{Postgres, PostgresOptions, Redis, RedisOptions};

/// Whoever looks at the demo may write notes.
const NOTES: &str = "grant insert on annotations to kpi_reader; \
     create policy kpi_notes on annotations for insert to kpi_reader with check (true)";
/// The demo's dashboards, a configuration like any other.
pub const DASHBOARDS: &str = include_str!("demo/dashboard.toml");
const ROLES: &str = include_str!("../sql/roles.sql");
/// The database that initdb makes: one more would take a third of a second.
const DATABASE: &str = "postgres";
const SCHEMA: &str = "kpi";

/// How to start a [`Demo`].
#[derive(Clone, Copy, Debug)]
pub struct DemoOptions {
    /// The same seed tells the same story.
    pub seed: u64,
    /// Stands still in this second (Unix, in a shop at UTC), so that it is the same to the last row each time; none
    /// goes on from now.
    pub at: Option<i64>,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            seed: 2026,
            at: None,
        }
    }
}

/// A running demo. Dropping it stops the servers and removes their folders; a killed process leaves that
/// to their watchdogs.
#[derive(Debug)]
pub struct Demo {
    /// What to run the screen with: its database user only reads.
    pub config: Config,
    /// Why nothing new is written any more, if so.
    pub stopped: watch::Receiver<Option<Failure>>,
    writer: Option<JoinHandle<()>>,
    postgres: Postgres,
    redis: Option<Redis>,
}

/// Starts the servers, migrates, fills 24 hours of history and goes on writing every second, unless it stands still.
/// Ready when it returns.
/// Needs PostgreSQL's programs; without `redis-server` it does without.
pub async fn start(options: DemoOptions) -> Result<Demo, Failure> {
    // Redis is up long before initdb is done.
    let redis = tokio::task::spawn_blocking(|| Redis::start(&RedisOptions::default()));
    let postgres = blocking(|| Postgres::start(&PostgresOptions::default())).await?;
    let redis = match redis.await {
        Ok(Ok(redis)) => Some(redis),
        Ok(Err(failure)) => {
            tracing::warn!(why = failure.summary, "the demo runs without Redis");
            None
        }
        Err(_) => None,
    };
    let config = config(&postgres, redis.as_ref())?;
    let (start, offset) = if let Some(at) = options.at {
        (at, 0)
    } else {
        let now = jiff::Zoned::now();
        (now.timestamp().as_second(), now.offset().seconds())
    };
    let generator = Generator::new(options.seed, offset.into(), start);
    let client = connect(&postgres.url(DATABASE)).await?;
    migrate::apply(&client, SCHEMA, &migrate::embedded()?).await?;
    client
        .batch_execute(&format!("set search_path to {SCHEMA}"))
        .await
        .map_err(|error| history::failed(&error))?;
    let samples = history::fill(&client, &generator, start).await?;
    tracing::debug!(samples, "the demo has a history");
    // Some ten milliseconds, while nobody else runs yet.
    postgres.script(DATABASE, &[("schema", SCHEMA)], ROLES)?;
    client
        .batch_execute(NOTES)
        .await
        .map_err(|error| history::failed(&error))?;
    let announcer = announcer(&config)?;
    let (say, stopped) = watch::channel(None);
    let writer = options.at.is_none().then(|| {
        tokio::spawn(async move {
            let failure = live::write(client, generator, start, announcer).await;
            tracing::warn!(why = failure.summary, "the demo writes no more samples");
            say.send_replace(Some(failure));
        })
    });
    Ok(Demo {
        config,
        stopped,
        writer,
        postgres,
        redis,
    })
}

impl Demo {
    /// Its PostgreSQL.
    pub fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    /// Its Redis, where there is one.
    pub fn redis(&self) -> Option<&Redis> {
        self.redis.as_ref()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            writer.abort();
        }
    }
}

fn announcer(config: &Config) -> Result<Option<Announcer>, Failure> {
    let Some(url) = &config.redis.url else {
        return Ok(None);
    };
    let target = RedisTarget::parse(&url.0, None)?;
    Ok(Some(Announcer::new(
        target,
        Keys::new(&config.redis.prefix)?,
    )))
}

fn config(postgres: &Postgres, redis: Option<&Redis>) -> Result<Config, Failure> {
    let mut environment = BTreeMap::from([
        (
            "DATABASE_URL".to_owned(),
            postgres.url_as("kpi_reader", DATABASE),
        ),
        ("DIRECT_URL".to_owned(), postgres.url(DATABASE)),
        ("KPI_ENV".to_owned(), "demo".to_owned()),
    ]);
    if let Some(redis) = redis {
        environment.insert("REDIS_URL".to_owned(), redis.url());
    }
    Config::from_toml("the demo's dashboards", DASHBOARDS, &environment).map_err(|problems| {
        Failure::new("the demo's dashboards are wrong").detail(problems.to_string())
    })
}

async fn connect(url: &str) -> Result<Client, Failure> {
    let target = Target::parse(url).map_err(|error| Failure::new(error.to_string()))?;
    let connected = tokio::time::timeout(Duration::from_secs(10), direct::connect(&target)).await;
    match connected {
        Ok(Ok((client, _))) => Ok(client),
        Ok(Err(error)) => Err(error.failure(|_| None)),
        Err(_) => Err(Failure::new("the demo's database does not answer")),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Failure::new(format!("the demo could not start: {error}"))))
}
