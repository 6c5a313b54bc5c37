//! Why a query got no answer, and the words for it.

use std::time::Duration;

use tokio_postgres::error::{DbError, ErrorPosition, Severity};

use super::url::UrlError;
use crate::model::panel_data::Failure;
use crate::model::text::sanitize;

/// What a role that may not read is granted.
pub(super) const READER_GRANTS: &str = "grant the login role what it needs: GRANT USAGE ON SCHEMA …; GRANT SELECT ON … (see sql/roles.sql); row level security needs a policy too";

/// What the server said. Every text is free of control characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    /// SQLSTATE, five characters.
    pub code: String,
    /// The primary message.
    pub message: String,
    /// `DETAIL`.
    pub detail: Option<String>,
    /// `HINT`.
    pub hint: Option<String>,
    /// `CONTEXT`: the call stack of PL/pgSQL functions.
    pub context: Option<String>,
    /// The place in the SQL that was sent, in characters, from 1.
    pub position: Option<usize>,
    /// The limit in force, to be named when it was the reason.
    pub statement_timeout: Option<Duration>,
    /// The server (or pooler) closes the connection after saying this.
    pub fatal: bool,
}

impl SqlError {
    pub(super) fn new(error: &DbError) -> Self {
        let clean = |text: &str| sanitize(text).into_owned();
        Self {
            code: error.code().code().to_owned(),
            message: clean(error.message()),
            detail: error.detail().map(clean),
            hint: error.hint().map(clean),
            context: error.where_().map(clean),
            position: match error.position() {
                Some(ErrorPosition::Original(at)) => Some(*at as usize),
                _ => None,
            },
            statement_timeout: None,
            fatal: matches!(
                error.parsed_severity(),
                Some(Severity::Fatal | Severity::Panic)
            ),
        }
    }

    /// Connections that are of no use any more; a new one may be.
    fn lost(&self) -> bool {
        // 57P01–57P03, 57P05: the server ends or starts. Class 08: the pooler lost its server; PgBouncer
        // uses the same code for refusals, which are answers.
        matches!(
            self.code.as_str(),
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04"
        ) || self.code.starts_with("08")
            && [
                "crashed",
                "closed",
                "terminat",
                "lost",
                "reset",
                "lifetime",
                "idle",
                "disconnect",
            ]
            .iter()
            .any(|word| self.says(word))
    }

    fn says(&self, words: &str) -> bool {
        self.message.to_ascii_lowercase().contains(words)
    }

    /// One sentence where PostgreSQL's own needs a word more.
    fn summary(&self) -> String {
        let message = &self.message;
        match self.code.as_str() {
            "57014" if self.says("statement timeout") => match self.statement_timeout {
                Some(limit) => format!("stopped by the server after {limit:?}"),
                None => "stopped by the server's statement_timeout".to_owned(),
            },
            "55P03" => "waited too long for a lock held by somebody else".to_owned(),
            "53300" => format!("the server has no connection left: {message}"),
            "28P01" => "the password is wrong for this user".to_owned(),
            "25006" => format!("panels are read-only: {message}"),
            "42P05" | "26000" => {
                format!("a pooler mixed up prepared statements: {message}")
            }
            _ if self.says("server_login_retry") => {
                format!("the pooler cannot reach the database: {message}")
            }
            _ if self.says("query_wait_timeout") || self.says("checkout") => {
                format!("the pooler had no server connection free in time: {message}")
            }
            _ if self.says("no more connections") || self.says("max client") => {
                format!("the pooler accepts no more connections: {message}")
            }
            _ => message.clone(),
        }
    }

    fn advice(&self) -> Option<&'static str> {
        Some(match self.code.as_str() {
            "57014" => {
                "make the query cheaper (an index, a shorter range) or raise [database] statement_timeout"
            }
            "53300" => {
                "lower [database] pool_size, or point the URL to a transaction pooler (Supabase: port 6543)"
            }
            "42501" => READER_GRANTS,
            "25006" => {
                "every panel runs in BEGIN READ ONLY by design; write with `kpi push` or a migration"
            }
            "28P01" => {
                "check user and password of the URL; special characters in the password must be percent-encoded"
            }
            "28000" if self.says("pg_hba.conf") => {
                "the server's pg_hba.conf has no line for this user, database and kind of connection"
            }
            "28000" if self.says("role") && self.says("does not exist") => {
                "check the user name in the URL; a new one is made with CREATE ROLE … LOGIN"
            }
            "3D000" => "check the database name in the URL, after the last /",
            "42601" if self.says("multiple commands") => "a panel is one statement; use WITH …",
            "22023" if self.says("timezone") => {
                "the server does not know this machine's time zone: name another as timezone under [database.settings]"
            }
            "22021" => {
                "the database holds bytes that are not UTF-8; client_encoding = \"SQL_ASCII\" under [database.settings] shows what is readable"
            }
            "42883" if self.says("no binary output function") => {
                "cast that column to text in the SQL: column::text"
            }
            "42P05" | "26000" => {
                "does another program share this pooler with named prepared statements? kpi itself sends none"
            }
            _ if self.says("unsupported startup parameter") => {
                "remove `options` and the parameter named above from the URL; put settings into [database.settings]"
            }
            _ if self.says("server_login_retry") => {
                "is the server up, does the pooler's login work? PgBouncer tries again after its server_login_retry, 15 s"
            }
            _ if self.says("tenant or user not found") => {
                "the shared pooler's user is postgres.<project-ref>; copy it from the project's Connect dialog"
            }
            _ if self.says("no more connections") || self.says("max client") => {
                "lower [database] pool_size, or the pooler's number of other clients"
            }
            _ => return None,
        })
    }
}

/// Why a query got no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum QueryError {
    /// The URL or a setting.
    #[error("{0}")]
    Config(String),
    /// Nothing answers there.
    #[error("cannot reach {place}: {why}")]
    Connect {
        /// `host:port`.
        place: String,
        /// The reason.
        why: String,
    },
    /// Certificates, or a server without TLS.
    #[error("{}", .0.summary)]
    Tls(Failure),
    /// Who we are is not accepted.
    #[error("{}", .0.summary())]
    Authentication(Box<SqlError>),
    /// No answer before the deadline.
    #[error("no answer within {after:?} ({stage})")]
    Timeout {
        /// The deadline.
        after: Duration,
        /// What was being waited for.
        stage: &'static str,
    },
    /// The server refused or stopped the query.
    #[error("{}", .0.summary())]
    Sql(Box<SqlError>),
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The collector was refused, as it says.
    #[error("{}", .0.summary)]
    Told(Failure),
    /// The feed does not answer.
    #[error("{}", .0.summary)]
    Feed(Failure),
}

impl From<UrlError> for QueryError {
    fn from(error: UrlError) -> Self {
        Self::Config(error.to_string())
    }
}

impl QueryError {
    /// What tokio-postgres says of a query or a login.
    pub(super) fn from_driver(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            let said = SqlError::new(said);
            return if said.lost() {
                Self::Lost(said.message)
            } else {
                Self::Sql(Box::new(said))
            };
        }
        let words = words(&error);
        // Our own, on its way through deadpool.
        let ours = error.into_source().and_then(|cause| cause.downcast().ok());
        ours.map_or(Self::Lost(words), |ours: Box<Self>| *ours)
    }

    /// The same, while logging in.
    pub(super) fn from_login(error: tokio_postgres::Error, place: &str) -> Self {
        match Self::from_driver(error) {
            Self::Sql(said) if said.code.starts_with("28") => Self::Authentication(said),
            Self::Sql(said) => Self::Sql(said),
            Self::Lost(why) if why.contains("password missing") => Self::Config(
                "the server asks for a password and the URL has none: postgres://user:password@host/database".to_owned(),
            ),
            Self::Lost(why) if why.contains("channel binding") => Self::Tls(Failure::new(
                "the server did not use channel binding, which the URL requires",
            )),
            Self::Lost(why) => Self::Connect {
                place: place.to_owned(),
                why,
            },
            other => other,
        }
    }

    /// True when a second try on a new connection is worth it.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_))
    }

    /// True when it is about the connection, not about this query.
    pub fn is_link(&self) -> bool {
        match self {
            Self::Sql(said) => said.fatal,
            Self::Told(_) => false,
            _ => true,
        }
    }

    /// True when the feed of a collector, or a file, says it: the database itself was not asked.
    pub fn is_told(&self) -> bool {
        matches!(self, Self::Told(_) | Self::Feed(_))
    }

    /// In words. `locate` maps a place in the SQL that was sent (in characters, from 1) to line,
    /// column (both from 1) and text of that line in what the user wrote.
    pub fn failure(&self, locate: impl Fn(usize) -> Option<(usize, usize, String)>) -> Failure {
        let mut failure = match self {
            Self::Tls(failure) | Self::Told(failure) | Self::Feed(failure) => {
                return failure.clone();
            }
            Self::Sql(said) | Self::Authentication(said) => {
                let mut failure = Failure::new(said.summary());
                failure.details.extend(said.detail.clone());
                if let Some((line, column, text)) = said.position.and_then(locate) {
                    failure.details.extend(caret(line, column, &text));
                    failure.at = Some((line, column));
                }
                if let Some(hint) = &said.hint {
                    failure.details.push(format!("hint: {hint}"));
                }
                failure.details.extend(said.advice().map(str::to_owned));
                if let Some(context) = &said.context {
                    failure
                        .details
                        .extend(context.lines().take(3).map(|line| format!("in {line}")));
                }
                failure
            }
            other => Failure::new(other.to_string()),
        };
        match self {
            Self::Connect { why, .. } if why.contains("unreachable") => failure.details.push(
                "Supabase's direct hosts (db.<ref>.supabase.co) have IPv6 addresses only; the pooler's host has IPv4 too".to_owned(),
            ),
            Self::Timeout { .. } => failure
                .details
                .push("the server or the network does not answer; [database] timeout is the limit".to_owned()),
            _ => {}
        }
        failure
    }
}

/// The line with a caret under the column; long lines are cut around it, with `…` where they are.
fn caret(line: usize, column: usize, text: &str) -> [String; 2] {
    use unicode_width::UnicodeWidthStr;
    const AROUND: usize = 40;
    let before: Vec<char> = text.chars().take(column.saturating_sub(1)).collect();
    let start = before.len().saturating_sub(AROUND);
    let shown: String = text
        .chars()
        .skip(start)
        .take(2 * AROUND)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let lead: String = shown.chars().take(before.len() - start).collect();
    let head = format!("{line} | ");
    let before = if start > 0 { "…" } else { "" };
    let after = if text.chars().nth(start + 2 * AROUND).is_some() {
        "…"
    } else {
        ""
    };
    let indent = head.len() + before.width() + lead.width();
    [
        format!("{head}{before}{}{after}", sanitize(&shown)),
        format!("{}^", " ".repeat(indent)),
    ]
}

/// An error and its causes in one line; tokio-postgres's own `Display` stops at the first.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = next.source();
    }
    sanitize(&text).into_owned()
}

#[cfg(test)]
mod tests;
