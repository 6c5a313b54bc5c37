//! A hub on a database that answers when told to.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kpi_dashboard::config::{Config, SourceSpot, Variable, VariableKind};
use kpi_dashboard::hub::{DatabaseLink, Hub, Looking, Sources, Viewer};
use kpi_dashboard::model::panel_data::Snapshot;
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::postgres::QueryError;
use kpi_dashboard::source::{Answer, Request, Update};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The database's two ends.
pub struct Database {
    pub requests: mpsc::Receiver<Request>,
    pub updates: mpsc::Sender<Update>,
}

impl Database {
    /// A database and the hub's way to it.
    pub fn new() -> (Self, DatabaseLink) {
        let (requests, inbox) = mpsc::channel(8);
        let (outbox, updates) = mpsc::channel(8);
        let database = Self {
            requests: inbox,
            updates: outbox,
        };
        (database, DatabaseLink { requests, updates })
    }

    /// A hub on nothing but this.
    pub fn with_hub(config: Config) -> (Hub, Self) {
        let (database, link) = Self::new();
        let sources = Sources {
            database: Some(link),
            ..Sources::default()
        };
        (Hub::spawn(Arc::new(config), sources, clock), database)
    }

    /// The next request.
    pub async fn asked(&mut self) -> Request {
        timeout(Duration::from_secs(60), self.requests.recv())
            .await
            .expect("a request within a minute")
            .unwrap()
    }

    /// The next requests, by their SQL.
    pub async fn asked_all(&mut self, count: usize) -> BTreeMap<String, Request> {
        let mut asked = BTreeMap::new();
        for _ in 0..count {
            let request = self.asked().await;
            let again = asked.insert(request.sql.clone(), request);
            assert!(again.is_none(), "asked twice: {again:?}");
        }
        asked
    }

    pub async fn asked_nothing_for(&mut self, wait: Duration) {
        let asked = timeout(wait, self.requests.recv()).await;
        assert!(asked.is_err(), "asked {asked:?}");
    }

    /// One column of texts.
    pub async fn answer(&self, request: &Request, values: &[&str]) {
        let values = values.iter().map(|text| Value::Text((*text).into()));
        self.give(
            request,
            vec![column("value", ColumnKind::Text, values.collect())],
        )
        .await;
    }

    pub async fn number(&self, request: &Request, value: i64) {
        let values = vec![Value::Int(value)];
        self.give(request, vec![column("value", ColumnKind::Number, values)])
            .await;
    }

    pub async fn give(&self, request: &Request, columns: Vec<Column>) {
        let rowset = Rowset {
            columns,
            truncated: false,
        };
        self.update(request, Ok(Answer::of(rowset))).await;
    }

    pub async fn fail(&self, request: &Request) {
        let lost = QueryError::Lost("the server closed the connection".into());
        self.update(request, Err(Box::new(lost))).await;
    }

    pub async fn update(&self, request: &Request, result: Result<Answer, Box<QueryError>>) {
        let key = request.key;
        self.updates.send(Update { key, result }).await.unwrap();
    }
}

pub fn column(name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.into(),
        type_name: "text".into(),
        kind,
        values,
    }
}

/// A clock that stands still.
pub fn clock() -> Moment {
    Moment(1_790_000_000_000_000)
}

pub fn config(text: &str) -> Config {
    Config::from_toml("config.toml", text, &BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// A variable whose choices are a query's.
pub fn variable(name: &str, sql: &str) -> Variable {
    Variable {
        name: name.into(),
        label: name.into(),
        kind: VariableKind::Query {
            sql: sql.into(),
            on_range: false,
        },
        is_multi: false,
        has_all: false,
        all_value: None,
        default: None,
        is_hidden: false,
        sql_at: SourceSpot::default(),
    }
}

/// These panels of a dashboard in sight.
pub fn at(dashboard: usize, panels: &[usize]) -> Looking {
    Looking {
        dashboard,
        panels: panels.iter().map(|panel| (*panel, 40)).collect(),
        ..Looking::default()
    }
}

pub async fn until(
    viewer: &mut Viewer,
    wanted: impl FnMut(&Arc<Snapshot>) -> bool,
) -> Arc<Snapshot> {
    let seen = timeout(Duration::from_secs(120), viewer.snapshots.wait_for(wanted)).await;
    let seen = seen.expect("the wanted snapshot within two minutes");
    Arc::clone(&seen.unwrap())
}
