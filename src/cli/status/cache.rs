//! The newest numbers of a dashboard in a small file, so that a prompt need not ask the database.
//!
//! ```json
//! {"version": 2, "panels": [
//!   {"panel": "orders", "title": "Orders", "range": "1h", "variables": {}, "is_default": true,
//!    "at": 1795356200000000, "asked_at": 1795356199900000, "failing": null,
//!    "readings": [{"name": "orders", "value": 4711.0, "words": null}]}
//! ]}
//! ```
//!
//! Times are microseconds since 1970. A file is for one dashboard of one configuration on one database: its name
//! is a digest of all that, without passwords. It stands in the platform's cache folder (`~/.cache/kpi/status`),
//! readable by its owner only, and is replaced as a whole; the cache folder and not the session's run-time folder,
//! because a prompt in another session would not find that one. Whatever is not as it should be is not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::readings::{Reading, readings};
use crate::config::{Config, Dashboard, Panel};
use crate::model::panel_data::{Health, PanelData};
use crate::model::time::{MINUTE, Moment};
use crate::model::variable::Selection;
use crate::source::postgres::Target;
use crate::system::files::{make_own_folder, open_own, temporary};

/// Another one is another format.
const VERSION: u32 = 2;
/// A larger file is not ours.
const LARGEST: u64 = 1 << 20;
/// Of one dashboard at most, the newest: ranges and variables make many.
const MOST: usize = 200;
/// A number is new for so many refreshes,
const REFRESHES: u32 = 3;
/// and at least this long.
const SHORTEST: Duration = Duration::from_secs(10);
/// Files that nobody wrote for so long are removed.
const FORGOTTEN: Duration = Duration::from_secs(7 * 86_400);

/// What one panel showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The panel's id.
    pub panel: String,
    /// Its title with what variables stood for.
    pub title: String,
    /// The range as it is typed.
    pub range: String,
    /// What was chosen for variables, or what those it uses stood for.
    pub variables: Selection,
    /// It is what somebody sees who chose none.
    pub is_default: bool,
    /// When the newest poll was answered, or failed.
    pub at: i64,
    /// When the numbers were asked for; none where there never were any.
    pub asked_at: Option<i64>,
    /// Why the newest poll failed.
    pub failing: Option<String>,
    /// The numbers.
    pub readings: Vec<Reading>,
}

impl Entry {
    /// Of a panel's data at `now`; none before the first answer.
    pub fn of(
        panel: &Panel,
        title: String,
        data: &PanelData,
        range: String,
        variables: Selection,
        now: Moment,
    ) -> Option<Self> {
        let failing = match &data.health {
            Health::Waiting => return None,
            Health::Live => None,
            Health::Failed { why, .. } => Some(why.summary.clone()),
        };
        Some(Self {
            panel: panel.id.clone(),
            title,
            range,
            is_default: variables.is_empty(),
            variables,
            at: now.0,
            asked_at: data.asked_at.map(|at| at.0),
            failing,
            readings: readings(panel, data),
        })
    }

    /// Whether it is this panel's, looked at in this way.
    pub fn answers(&self, panel: &Panel, range: &str, variables: &Selection) -> bool {
        self.panel == panel.id && self.range == range && super::is_of(self, variables)
    }

    /// Whether its poll is not long ago.
    pub fn is_fresh(&self, dashboard: &Dashboard, panel: &Panel, now: Moment) -> bool {
        let refresh = panel.refresh.unwrap_or(dashboard.refresh);
        let life = (refresh * REFRESHES).max(SHORTEST);
        let at = Moment(self.at);
        // A file of the future is of a clock that was wrong.
        now <= at.after(life) && at.since(now) < MINUTE
    }

    /// The same panel looked at in the same way.
    fn replaces(&self, other: &Self) -> bool {
        self.panel == other.panel && self.range == other.range && self.variables == other.variables
    }
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    panels: Vec<Entry>,
}

/// Where the numbers of one dashboard are.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    file: PathBuf,
}

impl Shelf {
    /// That of a dashboard of `config`; none where it is from no file or asks no database.
    pub fn of(config: &Config, dashboard: &Dashboard) -> Option<Self> {
        if config.viewer.from.is_some() {
            return None;
        }
        let path = config.path.as_ref()?;
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        let target = Target::parse(&config.database.url.as_ref()?.0).ok()?;
        let mut digest = Sha256::new();
        for part in [
            env!("CARGO_PKG_VERSION"),
            &path.to_string_lossy(),
            &config.definitions,
            &dashboard.name,
            dashboard.time_zone.iana_name().unwrap_or_default(),
            &config.database.schema,
            config.database.role.as_deref().unwrap_or_default(),
            config.database.claims.as_deref().unwrap_or_default(),
            &format!("{:?}", config.database.settings),
            &format!("{:?} {:?} {:?}", target.hosts, target.user, target.database),
        ] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        let mut name = String::new();
        for byte in digest.finalize().iter().take(16) {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        let file = folder()?.join(format!("{name}.json"));
        Some(Self { file })
    }

    /// What is there; nothing where it is damaged, of another version, or somebody else's.
    pub fn read(&self) -> Vec<Entry> {
        let Ok(file) = open_own(&self.file) else {
            return Vec::new();
        };
        let Ok(about) = file.metadata() else {
            return Vec::new();
        };
        if !about.is_file() || about.len() > LARGEST {
            return Vec::new();
        }
        let mut text = Vec::new();
        if file.take(LARGEST).read_to_end(&mut text).is_err() {
            return Vec::new();
        }
        match serde_json::from_slice::<Document>(&text) {
            Ok(document) if document.version == VERSION => document.panels,
            _ => Vec::new(),
        }
    }

    /// Puts `fresh` in the place of what is older at `now`.
    ///
    /// # Errors
    /// The folder or file cannot be written.
    pub fn put(&self, fresh: Vec<Entry>, now: Moment) -> io::Result<()> {
        let mut all = fresh;
        for old in self.read() {
            if Moment(old.at).since(now) >= MINUTE {
                continue;
            }
            match all.iter_mut().find(|new| new.replaces(&old)) {
                Some(new) if new.at < old.at => *new = old,
                Some(_) => {}
                None => all.push(old),
            }
        }
        all.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        all.truncate(MOST);
        let document = Document {
            version: VERSION,
            panels: all,
        };
        let text = serde_json::to_vec(&document).map_err(io::Error::other)?;
        let Some(folder) = self.file.parent() else {
            return Ok(());
        };
        make_own_folder(folder)?;
        let mut file = temporary(0o600).prefix(".kpi").tempfile_in(folder)?;
        file.write_all(&text)?;
        file.persist(&self.file).map_err(|problem| problem.error)?;
        Ok(())
    }
}

/// The platform's cache folder for this.
fn folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "kpi")?;
    Some(folders.cache_dir().join("status"))
}

/// Removes what nobody wrote for days: each edit of a configuration leaves a file.
pub(super) fn sweep() {
    let files = folder().and_then(|folder| fs::read_dir(folder).ok());
    for file in files.into_iter().flatten().flatten() {
        let written = file.metadata().and_then(|about| about.modified());
        let age = written
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        if age.is_some_and(|age| age > FORGOTTEN) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Fresh entries by dashboard.
pub(super) type Unsaved = BTreeMap<String, Vec<Entry>>;

/// Puts `entry` among those of its dashboard.
pub(super) fn gather(unsaved: &mut Unsaved, dashboard: &str, entry: Entry) {
    let entries = unsaved.entry(dashboard.to_owned()).or_default();
    entries.retain(|old| !entry.replaces(old));
    entries.push(entry);
}
