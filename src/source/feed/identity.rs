//! Who asks for what, in words that mean the same in every process.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::compare::Compare;
use crate::model::variable::Selection;

/// A longer identity (as JSON, in bytes) is nobody's.
pub const LONGEST: usize = 8 << 10;

/// Whose query it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// The panel of this id.
    Panel(String),
    /// The choices of the variable of this name.
    Variable(String),
    /// The annotations of this name.
    Annotation(String),
    /// The notes of the KPI schema.
    Notes,
}

/// One question: what the configuration knows by these names, and what a viewer may choose. No SQL: a viewer
/// cannot make the collector run anything but what its own configuration holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The dashboard's name.
    pub dashboard: String,
    /// What of it.
    pub wanted: Wanted,
    /// The range as it is typed.
    pub range: String,
    /// `$__interval`, in microseconds.
    pub interval: i64,
    /// Which earlier window is asked for; off is today's.
    pub compare: Compare,
    /// Every variable the statement uses, and those that these depend on.
    pub values: Selection,
}

impl Identity {
    /// As it stands in the interest set: JSON in one line, always the same for the same identity.
    pub fn to_json(&self) -> String {
        // Strings, numbers and maps with text keys: nothing of it can fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a member of the interest set; none for anything else, also for what is longer than [`LONGEST`].
    pub fn from_json(json: &[u8]) -> Option<Self> {
        (json.len() <= LONGEST).then(|| serde_json::from_slice(json).ok())?
    }

    /// What its result is called: 32 hexadecimal digits of the JSON's SHA-256.
    pub fn digest(&self) -> String {
        let hash = Sha256::digest(self.to_json());
        hash.iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::variable::Chosen;

    fn identity() -> Identity {
        Identity {
            dashboard: "Operations".into(),
            wanted: Wanted::Panel("orders".into()),
            range: "1h".into(),
            interval: 15_000_000,
            compare: Compare::Yesterday,
            values: Selection::from([
                ("region".into(), Chosen::Values(vec!["eu".into()])),
                ("shop".into(), Chosen::All),
            ]),
        }
    }

    #[test]
    fn an_identity_comes_back_from_its_json_with_the_same_digest() {
        let read = Identity::from_json(identity().to_json().as_bytes()).unwrap();
        assert_eq!(read, identity());
        assert_eq!(read.digest(), identity().digest());
        assert_eq!(read.digest().len(), 32);
    }

    #[test]
    fn whatever_differs_has_another_digest() {
        let mut others = vec![identity(); 5];
        others[0].range = "2h".into();
        others[1].interval += 1;
        others[2].compare = Compare::Off;
        others[3].values.remove("shop");
        others[4].wanted = Wanted::Variable("orders".into());
        for other in others {
            assert_ne!(other.digest(), identity().digest(), "{other:?}");
        }
    }

    #[test]
    fn what_is_no_identity_is_none() {
        let long = Identity {
            range: "1".repeat(LONGEST),
            ..identity()
        };
        for wrong in [
            b"" as &[u8],
            b"{}",
            b"\xff\xfe",
            b"[1,2]",
            b"{\"dashboard\":1}",
            long.to_json().as_bytes(),
            "[".repeat(LONGEST).as_bytes(),
            br#"{"dashboard":"a","wanted":"notes","range":"1h","interval":1,"compare":"off","values":{},"sql":"select 1"}"#,
        ] {
            assert_eq!(Identity::from_json(wrong), None);
        }
    }
}
