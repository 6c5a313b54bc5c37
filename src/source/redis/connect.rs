//! Connections that are logged in, and every answer within a deadline.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, Pipeline, ProtocolVersion, RedisConnectionInfo, Value};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::dial::{Stream, dial};
use super::sentinel::find_master;
use super::url::{Address, Login, Place, RedisTarget};
use super::words;
use crate::model::panel_data::Failure;
use crate::system::sockets;

/// How long one answer, or one step of connecting, may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// One connection that is logged in. Closed when dropped.
#[derive(Debug)]
pub(super) struct Line {
    connection: MultiplexedConnection,
    driver: JoinHandle<()>,
    target: Arc<RedisTarget>,
    place: String,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What a connection is for.
pub(super) enum Purpose<'a> {
    /// Commands on this key; on a cluster, the node that has it.
    Commands(&'a str),
    /// Pushes, handed to the configuration's sender.
    Pushes(AsyncConnectionConfig),
}

impl Line {
    /// Connects and logs in, within a few seconds.
    pub async fn open(target: &Arc<RedisTarget>, purpose: Purpose<'_>) -> Result<Self, Failure> {
        match &target.place {
            Place::Socket(path) => {
                let place = path.display().to_string();
                let stream = timeout(PATIENCE, sockets::connect(path))
                    .await
                    .map_err(|_| words::unreachable(&place))?
                    .map_err(|error| words::io(&place, &error))?;
                Self::greet(target, place, Box::new(stream), purpose).await
            }
            Place::Host(address) => Self::open_address(target, address, purpose).await,
            Place::Sentinel {
                sentinels,
                master,
                login,
            } => {
                let address = find_master(target, sentinels, master, login).await?;
                let mut line = Self::open_address(target, &address, purpose).await?;
                line.must_be_master(master).await?;
                Ok(line)
            }
        }
    }

    async fn open_address(
        target: &Arc<RedisTarget>,
        address: &Address,
        purpose: Purpose<'_>,
    ) -> Result<Self, Failure> {
        let stream = dial(target, address).await?;
        let Purpose::Commands(key) = purpose else {
            return Self::greet(target, address.to_string(), stream, purpose).await;
        };
        let line = Self::greet(target, address.to_string(), stream, purpose).await?;
        let Some(elsewhere) = line.moved(key).await? else {
            return Ok(line);
        };
        let stream = dial(target, &elsewhere).await?;
        Self::greet(
            target,
            elsewhere.to_string(),
            stream,
            Purpose::Commands(key),
        )
        .await
    }

    /// Where a cluster keeps `key`, when it is not this node.
    async fn moved(&self, key: &str) -> Result<Option<Address>, Failure> {
        let answer = self.raw(redis::cmd("EXISTS").arg(key), PATIENCE).await?;
        let Value::ServerError(error) = answer else {
            return Ok(None);
        };
        if error.code() != "MOVED" {
            // Whoever needs the key will be told.
            return Ok(None);
        }
        let address = error
            .details()
            .and_then(|text| text.split_whitespace().nth(1));
        let found = address.and_then(|text| {
            let (host, port) = text.rsplit_once(':')?;
            Some(Address {
                host: host.trim_matches(['[', ']']).to_owned(),
                port: port.parse().ok()?,
            })
        });
        Ok(found.filter(|address| !address.host.is_empty()))
    }

    async fn greet(
        target: &Arc<RedisTarget>,
        place: String,
        stream: Box<dyn Stream>,
        purpose: Purpose<'_>,
    ) -> Result<Self, Failure> {
        Self::greet_as(
            target,
            place,
            stream,
            purpose,
            &target.login,
            target.database,
        )
        .await
    }

    /// Makes a connection of a stream, with this login.
    pub(super) async fn greet_as(
        target: &Arc<RedisTarget>,
        place: String,
        stream: Box<dyn Stream>,
        purpose: Purpose<'_>,
        login: &Login,
        database: i64,
    ) -> Result<Self, Failure> {
        let mut info = RedisConnectionInfo::default().set_skip_set_lib_name();
        let (config, push) = match purpose {
            Purpose::Commands(_) => (AsyncConnectionConfig::new(), false),
            Purpose::Pushes(config) => (config, true),
        };
        info = info.set_protocol(if push {
            ProtocolVersion::RESP3
        } else {
            ProtocolVersion::RESP2
        });
        if push {
            // Changing the protocol carries the login.
            if let Some(user) = &login.user {
                info = info.set_username(user);
            }
            if let Some(password) = &login.password {
                info = info.set_password(password);
            }
        }
        let config = config.set_response_timeout(None);
        let made = timeout(
            PATIENCE,
            MultiplexedConnection::new_with_config(&info, stream, config),
        );
        let (connection, driver) = made
            .await
            .map_err(|_| words::silent(&place))?
            .map_err(|error| words::library(target, &place, &error))?;
        let line = Self {
            connection,
            driver: tokio::spawn(driver),
            target: Arc::clone(target),
            place,
        };
        if !push {
            line.log_in(login, database).await?;
        }
        Ok(line)
    }

    async fn log_in(&self, login: &Login, database: i64) -> Result<(), Failure> {
        let mut steps = redis::pipe();
        if let Some(password) = &login.password {
            let mut auth = redis::cmd("AUTH");
            if let Some(user) = &login.user {
                auth.arg(user);
            }
            steps.add_command(auth.arg(password).to_owned());
        }
        if database != 0 {
            steps.cmd("SELECT").arg(database);
        }
        // For whoever reads CLIENT LIST; it also proves that somebody answers.
        steps.cmd("CLIENT").arg("SETNAME").arg("kpi");
        let answers = self.ask_all(&steps).await?;
        let last = answers.len().saturating_sub(1);
        for (index, answer) in answers.iter().enumerate() {
            if let Value::ServerError(error) = answer
                && (index < last || matches!(error.code(), "NOAUTH" | "LOADING"))
            {
                return Err(words::reply(&self.target, &self.place, error));
            }
        }
        Ok(())
    }

    async fn must_be_master(&mut self, master: &str) -> Result<(), Failure> {
        // A user who may not ask for the role is not kept out.
        if let Ok(Value::Array(role)) = self.raw(&redis::cmd("ROLE"), PATIENCE).await
            && let Some(role) = role.first().and_then(text)
            && role != "master"
        {
            return Err(Failure::new(format!(
                "Redis at {} is not the master of `{master}` yet",
                self.place
            ))
            .detail("a fail-over is under way"));
        }
        Ok(())
    }

    /// Where it is connected to.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Sends one command; an error of the server is a failure.
    pub async fn ask(&self, command: &Cmd) -> Result<Value, Failure> {
        self.ask_within(command, PATIENCE).await
    }

    /// The same with another deadline, for commands that block.
    pub async fn ask_within(&self, command: &Cmd, patience: Duration) -> Result<Value, Failure> {
        match self.raw(command, patience).await? {
            Value::ServerError(error) => Err(self.refused(&error)),
            answer => Ok(answer),
        }
    }

    async fn raw(&self, command: &Cmd, patience: Duration) -> Result<Value, Failure> {
        let mut connection = self.connection.clone();
        timeout(patience, connection.send_packed_command(command))
            .await
            .map_err(|_| words::silent(&self.place))?
            .map_err(|error| words::library(&self.target, &self.place, &error))
    }

    /// Sends commands together; errors of the server are among the answers.
    pub async fn ask_all(&self, commands: &Pipeline) -> Result<Vec<Value>, Failure> {
        let mut connection = self.connection.clone();
        timeout(
            PATIENCE,
            connection.send_packed_commands(commands, 0, commands.len()),
        )
        .await
        .map_err(|_| words::silent(&self.place))?
        .map_err(|error| words::library(&self.target, &self.place, &error))
    }

    /// Sends commands as one transaction: nothing of others comes in between.
    pub async fn ask_atomically(&self, commands: &[Cmd]) -> Result<Vec<Value>, Failure> {
        let mut steps = redis::pipe();
        steps.cmd("MULTI");
        for command in commands {
            steps.add_command(command.clone());
        }
        steps.cmd("EXEC");
        let mut answers = self.ask_all(&steps).await?;
        match answers.pop() {
            Some(Value::Array(results)) if results.len() == commands.len() => Ok(results),
            last => {
                // A command that was refused while queued says why; EXEC only says that there was one.
                let queued = answers.into_iter().find_map(server_error);
                Err(match queued.or_else(|| last.and_then(server_error)) {
                    Some(error) => self.refused(&error),
                    None => Failure::new(format!("Redis at {} lost a transaction", self.place)),
                })
            }
        }
    }

    /// Runs a script by its hash, loading it where the server does not know it.
    pub async fn run(&self, script: &redis::ScriptInvocation<'_>) -> Result<Value, Failure> {
        let mut connection = self.connection.clone();
        timeout(PATIENCE, script.invoke_async::<Value>(&mut connection))
            .await
            .map_err(|_| words::silent(&self.place))?
            .map_err(|error| words::library(&self.target, &self.place, &error))
    }

    /// Listens to a channel; what comes goes to the connection's push sender.
    pub async fn subscribe(&self, channel: &str) -> Result<(), Failure> {
        let mut connection = self.connection.clone();
        timeout(PATIENCE, connection.subscribe(channel))
            .await
            .map_err(|_| words::silent(&self.place))?
            .map_err(|error| words::library(&self.target, &self.place, &error))
    }

    /// The failure of an error among the answers.
    pub fn refused(&self, error: &redis::ServerError) -> Failure {
        words::reply(&self.target, &self.place, error)
    }
}

fn server_error(value: Value) -> Option<redis::ServerError> {
    match value {
        Value::ServerError(error) => Some(error),
        _ => None,
    }
}

/// Text of an answer.
pub(super) fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text),
        _ => None,
    }
}
