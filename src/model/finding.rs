//! What `kpi check` found out about a connection.

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingLevel {
    /// As it should be.
    Ok,
    /// Works, but may fail or lose something one day.
    Warning,
    /// Does not work.
    Bad,
}

/// One thing that was looked at, in words for a person. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub level: FindingLevel,
    /// What was found.
    pub what: String,
    /// What to do about it; empty when all is well.
    pub advice: String,
}

impl Finding {
    /// All is well.
    pub fn ok(what: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Ok,
            what: what.into(),
            advice: String::new(),
        }
    }

    /// May go wrong.
    pub fn warning(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Warning,
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// Is wrong.
    pub fn bad(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Bad,
            what: what.into(),
            advice: advice.into(),
        }
    }
}
