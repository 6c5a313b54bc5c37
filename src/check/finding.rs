//! One thing that is wrong with a query.

use serde::{Serialize, Serializer};
use serde_json::json;

use super::subject::{self, Subject, What};
use crate::config::{Dashboard, Places, Problem};
use crate::model::panel_data::Failure;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The configuration cannot be read.
    Config,
    /// The statement is refused.
    Sql,
    /// Its columns do not fit the panel.
    Columns,
    /// A link or a column's settings name a column that is not there.
    MissingColumn,
    /// It would write.
    ReadOnly,
    /// It is expensive.
    Cost,
    /// It reads a large table from its beginning to its end.
    SequentialScan,
    /// It reads another schema's table than the one that is checked.
    OtherSchema,
    /// A name in quotes that is nearly a variable's.
    VariableName,
    /// It is to be recorded, and may not be.
    Record,
    /// It could not be checked.
    NotChecked,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 11] = [
        Self::Config,
        Self::Sql,
        Self::Columns,
        Self::MissingColumn,
        Self::ReadOnly,
        Self::Cost,
        Self::SequentialScan,
        Self::OtherSchema,
        Self::VariableName,
        Self::Record,
        Self::NotChecked,
    ];

    /// Its name in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Sql => "sql",
            Self::Columns => "columns",
            Self::MissingColumn => "missing-column",
            Self::ReadOnly => "read-only",
            Self::Cost => "cost",
            Self::SequentialScan => "sequential-scan",
            Self::OtherSchema => "other-schema",
            Self::VariableName => "variable-name",
            Self::Record => "record",
            Self::NotChecked => "not-checked",
        }
    }

    /// What it means, in a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Config => "The configuration cannot be read.",
            Self::Sql => "PostgreSQL or a macro refuses the SQL.",
            Self::Columns => "The query's columns are not what the panel's kind draws.",
            Self::MissingColumn => {
                "A link, unit or column setting names a column that the query does not give."
            }
            Self::ReadOnly => "The SQL would write; panels only ever read.",
            Self::Cost => "PostgreSQL expects the query to cost more than `max_cost`.",
            Self::SequentialScan => {
                "The query reads a table of more than `max_scan` rows from beginning to end."
            }
            Self::OtherSchema => {
                "The query reads a table of another schema than the one that is checked."
            }
            Self::VariableName => "A name in quotes is nearly that of a variable.",
            Self::Record => "A panel has `record = true`, and the role may not write samples.",
            Self::NotChecked => "The query could not be checked: a value it needs is not known.",
        }
    }

    /// How bad it is.
    pub fn level(self) -> Level {
        match self {
            Self::Config | Self::Sql | Self::Columns | Self::ReadOnly => Level::Error,
            Self::NotChecked => Level::Note,
            _ => Level::Warning,
        }
    }
}

/// How bad a finding is; the words are SARIF's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It does not work.
    Error,
    /// It works, and will not do so well or for ever.
    Warning,
    /// To know.
    Note,
}

/// One thing that is wrong with a query.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was looked for.
    pub rule: Rule,
    /// How bad it is.
    pub level: Level,
    /// The dashboard's name.
    pub dashboard: String,
    /// As in [`QueryReport`](super::QueryReport).
    pub panel: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What else to know, what to do.
    pub details: Vec<String>,
    /// Where; none for what is built in.
    pub place: Option<Problem>,
}

impl Finding {
    /// A finding about the whole of a query.
    pub(super) fn new(rule: Rule, subject: &Subject<'_>, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level(),
            dashboard: subject.dashboard.name.clone(),
            panel: subject.label(),
            message: message.into(),
            details: Vec::new(),
            place: None,
        }
    }

    /// A failure of a query, at its own place in the SQL.
    pub(super) fn of(rule: Rule, subject: &Subject<'_>, failure: Failure, places: &Places) -> Self {
        let mut finding = Self::new(rule, subject, failure.summary);
        finding.details = failure.details;
        let Some((line, column)) = failure.at else {
            return finding.at_beginning(subject, places);
        };
        let mark = subject
            .spot
            .and_then(|spot| places.word(spot, subject.sql, line, column));
        if let Some(mark) = mark {
            finding.place = Some(mark.problem(""));
            finding.forget_place_in_sql(line, column);
        }
        finding
    }

    /// What running the query of `panel` showed; `panel` as in [`QueryReport`](super::QueryReport).
    pub fn of_run(
        dashboard: &Dashboard,
        panel: &str,
        why: Failure,
        places: &Places,
    ) -> Option<Self> {
        let mut subjects = subject::all(dashboard);
        let subject = subjects.find(|subject| subject.label() == panel)?;
        Some(Self::of(Rule::Sql, &subject, why, places))
    }

    /// A panel with `record = true` whose numbers would not become samples: what is missing for that, and what to do.
    pub fn unrecorded(
        dashboard: &Dashboard,
        panel: &str,
        missing: &[String],
        advice: &str,
        places: &Places,
    ) -> Option<Self> {
        let mut subjects = subject::of_rest(dashboard);
        let subject = subjects.find(|subject| subject.label() == panel)?;
        let message = format!("cannot be recorded: no {}", missing.join(", no "));
        let finding = Self::new(Rule::Record, &subject, message).detail(advice);
        Some(finding.at_beginning(&subject, places))
    }

    /// What running the queries for events showed, in the words of the screen: it may be any of them.
    pub fn of_events(dashboard: &Dashboard, words: &str, places: &Places) -> Option<Self> {
        let events = subject::all(dashboard)
            .filter(|subject| matches!(subject.what, What::Annotation(_) | What::Notes));
        let named = |subject: &Subject<'_>| match subject.what {
            What::Annotation(query) => words.contains(&format!("`{}`", query.name)),
            _ => false,
        };
        let mut events: Vec<Subject<'_>> = events.collect();
        events.sort_by_key(|subject| !named(subject));
        let subject = events.first()?;
        let why = Failure::new(words);
        Some(Self::of(Rule::Sql, subject, why, places))
    }

    /// The words count lines of the SQL, the file's place counts those of the file: one of them is enough.
    fn forget_place_in_sql(&mut self, line: usize, column: usize) {
        let suffix = format!(" (line {line}, column {column})");
        if let Some(short) = self.message.strip_suffix(&suffix) {
            self.message = short.to_owned();
        }
        let prefix = format!("{line} | ");
        let is_caret = |pair: &[String]| pair[0].starts_with(&prefix) && pair[1].trim() == "^";
        if let Some(at) = self.details.windows(2).position(is_caret) {
            self.details.drain(at..at + 2);
        }
    }

    /// With something more to know.
    #[must_use]
    pub(super) fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// At the first line of the SQL.
    #[must_use]
    pub(super) fn at_beginning(mut self, subject: &Subject<'_>, places: &Places) -> Self {
        let mark = subject
            .spot
            .and_then(|spot| places.beginning(spot, subject.sql));
        self.place = mark.map(|mark| mark.problem(""));
        self
    }

    /// At the first time the SQL says `word`, else at its beginning.
    #[must_use]
    pub(super) fn at_word(mut self, word: &str, subject: &Subject<'_>, places: &Places) -> Self {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let sql = subject.sql;
        let mut found = sql.match_indices(word).map(|(at, _)| at);
        let found = found.find(|at| {
            !sql[..*at].ends_with(is_word) && !sql[at + word.len()..].starts_with(is_word)
        });
        let Some(at) = found else {
            return self.at_beginning(subject, places);
        };
        let mark = subject
            .spot
            .and_then(|spot| places.mark(spot, sql, at..at + word.len()));
        self.place = mark.map(|mark| mark.problem(""));
        self
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.place.as_ref();
        json!({
            "rule": self.rule.id(),
            "level": self.level,
            "dashboard": self.dashboard,
            "panel": self.panel,
            "message": self.message,
            "details": self.details,
            "file": place.map(|place| &place.file),
            "line": place.and_then(|place| place.line),
            "column": place.and_then(|place| place.column),
        })
        .serialize(serializer)
    }
}
