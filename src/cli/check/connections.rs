//! The connections under `kpi check`: what the doctors of PostgreSQL and Redis find.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::open;
use crate::config::Config;
use crate::model::finding::{Finding, FindingLevel};
use crate::model::panel_data::Failure;
use crate::source::postgres::doctor::{self, Purpose};
use crate::source::redis;

/// One finding, for the JSON form.
#[derive(Debug, Serialize)]
pub(super) struct ConnectionReport {
    /// `database`, `direct` or `redis`.
    connection: &'static str,
    /// `ok`, `advice` (it works, and could do better: no finding) or `bad`.
    level: &'static str,
    what: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    advice: String,
}

impl ConnectionReport {
    fn new(connection: &'static str, finding: Finding) -> Self {
        Self {
            connection,
            level: match finding.level {
                FindingLevel::Ok => "ok",
                FindingLevel::Warning => "advice",
                FindingLevel::Bad => "bad",
            },
            what: finding.what,
            advice: finding.advice,
        }
    }

    pub fn is_bad(&self) -> bool {
        self.level == "bad"
    }

    /// The same for one connection.
    pub fn is_bad_for(&self, connection: &str) -> bool {
        self.is_bad() && self.connection == connection
    }

    /// What is bad about it, in a sentence.
    pub fn complaint(&self) -> Option<String> {
        self.is_bad().then(|| self.sentence())
    }

    /// What could be better, in a sentence.
    pub fn hint(&self) -> Option<String> {
        (self.level == "advice").then(|| self.sentence())
    }

    fn sentence(&self) -> String {
        format!("{}: {}", self.connection, self.what)
    }
}

/// Looks at what is configured, one connection after the other: they share this machine's clock and network.
pub(super) async fn examine(config: &Config) -> Vec<ConnectionReport> {
    let database = &config.database;
    let mut reports = Vec::new();
    for (name, url, purpose) in [
        ("database", &database.url, Purpose::Panels),
        ("direct", &database.direct_url, Purpose::Direct),
    ] {
        let Some(url) = url else { continue };
        let findings = match open::target(database, url) {
            Ok(target) => doctor::examine(&target, purpose, &database.schema, open::clock).await,
            Err(failure) => vec![bad(failure)],
        };
        reports.extend(
            findings
                .into_iter()
                .map(|finding| ConnectionReport::new(name, finding)),
        );
    }
    let findings = match open::redis_target(config) {
        Ok(Some((target, keys))) => redis::examine(&target, &keys).await,
        Ok(None) => Vec::new(),
        Err(failure) => vec![bad(failure)],
    };
    reports.extend(
        findings
            .into_iter()
            .map(|finding| ConnectionReport::new("redis", finding)),
    );
    reports
}

fn bad(failure: Failure) -> Finding {
    Finding::bad(failure.summary, failure.details.join("; "))
}

/// For people, a line each and the advice under it.
pub(super) fn words(reports: &[ConnectionReport]) -> String {
    let mut text = String::new();
    for report in reports {
        let sign = if report.is_bad() {
            "failed"
        } else {
            report.level
        };
        let _ = writeln!(text, "{sign:7} {}: {}", report.connection, report.what);
        if !report.advice.is_empty() {
            let _ = writeln!(text, "          {}", report.advice);
        }
    }
    text
}
