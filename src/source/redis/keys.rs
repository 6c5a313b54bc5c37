//! Names of keys and channels.

use crate::model::panel_data::Failure;

/// The keys of one prefix. The hash tag (`{…}`) keeps them on one node of a Redis Cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Hash: metric → newest sample.
    pub latest: String,
    /// Capped stream of samples and events.
    pub log: String,
    /// List of the newest events.
    pub events: String,
    /// Channel: wakes those who do not read the stream.
    pub tick: String,
    /// Channel: metrics to poll again.
    pub refresh: String,
    /// Hash: the collector's sign of life.
    pub beat: String,
    /// Hash: the dashboards' definitions.
    pub dashboards: String,
    /// Sorted set: what viewers look at.
    pub wanted: String,
    /// Channel: something new is wanted.
    pub new: String,
    /// Channel: results that changed.
    pub changed: String,
    results: String,
}

impl Keys {
    /// The keys under `prefix` (`kpi` unless configured): 1 to 100 characters without braces or blanks.
    pub fn new(prefix: &str) -> Result<Self, Failure> {
        let fits = (1..=100).contains(&prefix.len())
            && !prefix
                .chars()
                .any(|c| "{}".contains(c) || c.is_whitespace() || c.is_control());
        if !fits {
            return Err(Failure::new("this cannot be the prefix of Redis keys")
                .detail("1 to 100 characters, no braces, no blanks; `kpi` unless configured"));
        }
        Ok(Self {
            latest: format!("{{{prefix}}}:latest"),
            log: format!("{{{prefix}}}:log"),
            events: format!("{{{prefix}}}:events"),
            tick: format!("{{{prefix}}}:tick"),
            refresh: format!("{prefix}:refresh"),
            beat: format!("{{{prefix}}}:feed:beat"),
            dashboards: format!("{{{prefix}}}:feed:dashboards"),
            wanted: format!("{{{prefix}}}:feed:wanted"),
            new: format!("{{{prefix}}}:feed:new"),
            changed: format!("{{{prefix}}}:feed:changed"),
            results: format!("{{{prefix}}}:feed:result:"),
        })
    }

    /// Where the result of an identity's digest is.
    pub fn result(&self, digest: &str) -> String {
        format!("{}{digest}", self.results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_a_hash_tag_and_the_channel_for_people_does_not() {
        let keys = Keys::new("kpi").unwrap();
        assert_eq!(
            (keys.latest.as_str(), keys.log.as_str()),
            ("{kpi}:latest", "{kpi}:log")
        );
        assert_eq!(keys.refresh, "kpi:refresh");
        for wrong in ["", "a{b", "a b", "a\n"] {
            assert!(Keys::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
