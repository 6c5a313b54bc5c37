//! A bundle: what a dashboard showed, in one file that is looked at without any connection.
//!
//! ```text
//! file  = "KPIB" major minor 0 0   chunk*
//! chunk = b5 "KPC" | kind u8 | key length u16 | stored u32 | plain u32 | check of body [8] | key | check of head [8] | body
//! ```
//!
//! Numbers are little-endian; a check is the beginning of a SHA-256, the head's over all before it but the marker.
//! A body is a zlib stream of `stored` bytes that gives `plain` ones. The key is JSON and stays readable when the
//! body is not.
//!
//! | kind | key | body |
//! |---|---|---|
//! | 1 contents | none | JSON: [`Contents`] |
//! | 2 definitions | none | TOML: the dashboards, without connections and secrets |
//! | 3 panel | [`Part`] | [`Picture`]: rows, their question, how it went, what live samples made of it |
//! | 4 choices | [`Part`] | what a variable may stand for |
//! | 5 annotations | [`Part`] | the events on its charts |
//! | 6 events | [`Part`] | the lines of its logs that came live |
//!
//! Contents and definitions stand at the start and once more at the end; choices stand before the panels, which
//! need them. Every chunk stands for itself: one that is damaged loses nothing else, and after a damaged head the
//! next marker is looked for. What the contents list and the file no longer has is damaged. Unknown kinds, and
//! unknown fields of the JSON, are for later versions with the same major number; another major number is refused.
//!
//! A file may come from anybody: sizes, counts and depths are bounded, and bodies are read when they are asked for.
//!
//! Rows are those of the bundled question. Asked about a part of its range, [`replay`] gives the rows whose time
//! lies there (the end excluded): in the buckets of the bundled range, which are as wide as `$__interval` was. Where
//! the question reaches outside of that range, the answer is marked with the part that was recorded. Rows
//! without a time stay what they are, and are marked as of then; so are those of a `limit` that was reached, for
//! times before the first of them: nobody knows what it cut off.

mod chunk;
mod contents;
mod file;
mod replay;
mod write;

use std::collections::HashMap;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use crate::model::annotation::Annotation;
use crate::model::panel_data::LogLine;
use crate::model::variable::Choice;

use chunk::{Body, Kind};

pub use contents::{Contents, Part, Picture, Shown, What};
pub use file::{LARGEST_FILE, read};
pub use replay::{events, replay};
pub use write::{Recording, Written};

/// The first bytes.
const MAGIC: [u8; 4] = *b"KPIB";
/// The format's version.
pub const MAJOR: u8 = 1;
const MINOR: u8 = 0;
/// A body of more bytes is not written, and not read.
const LARGEST: usize = 32 << 20;

/// Why a file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Something else.
    #[error("this is no bundle of kpi")]
    Foreign,
    /// A later version of the format.
    #[error(
        "this bundle has format {format}, this kpi reads up to {MAJOR}: open it with {program} or later"
    )]
    Newer {
        /// Its major number.
        format: u32,
        /// Who wrote it, as far as that is known.
        program: String,
    },
    /// Neither copy of the contents, or of the definitions, can be read.
    #[error("this bundle is damaged at both ends: neither copy of its {0} can be read")]
    Damaged(&'static str),
}

/// A bundle in memory.
#[derive(Debug)]
pub struct Bundle {
    bytes: Vec<u8>,
    /// What it holds.
    pub contents: Contents,
    /// Its dashboards as TOML.
    pub definitions: String,
    parts: HashMap<Part, Body>,
    is_damaged: bool,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<T> {
    /// Here it is.
    Whole(T),
    /// It was written, and cannot be read.
    Damaged,
    /// It was never written.
    Missing,
}

impl<T> Found<T> {
    /// What is there.
    pub fn whole(self) -> Option<T> {
        match self {
            Self::Whole(part) => Some(part),
            Self::Damaged | Self::Missing => None,
        }
    }
}

impl Bundle {
    /// Reads the contents; the parts wait until they are asked for.
    ///
    /// # Errors
    /// It is no bundle, a later one, or damaged in both places that everything depends on.
    pub fn open(bytes: Vec<u8>) -> Result<Self, Unreadable> {
        let (chunks, mut is_damaged) = chunk::scan(&bytes);
        let is_marked = bytes.starts_with(&MAGIC);
        let of = |kind: Kind| {
            let chunks = chunks.iter().filter(move |chunk| chunk.kind == kind as u8);
            chunks.filter_map(|chunk| plain(&bytes, chunk.body.as_ref()?))
        };
        let mut contents = None;
        for text in of(Kind::Contents) {
            match contents::read(&text) {
                Ok(read) => contents = contents.or(Some(read)),
                Err(Some((format, program))) => {
                    return Err(Unreadable::Newer { format, program });
                }
                Err(None) => is_damaged = true,
            }
        }
        let Some(contents) = contents else {
            return Err(match bytes.get(4) {
                Some(major) if is_marked && *major > MAJOR => Unreadable::Newer {
                    format: u32::from(*major),
                    program: "the version that wrote it".to_owned(),
                },
                _ if is_marked || !chunks.is_empty() => Unreadable::Damaged("contents"),
                _ => return Err(Unreadable::Foreign),
            });
        };
        let definitions = of(Kind::Definitions).find_map(|text| String::from_utf8(text).ok());
        let Some(definitions) = definitions else {
            return Err(Unreadable::Damaged("definitions"));
        };
        let mut parts = HashMap::new();
        for chunk in &chunks {
            let Ok(part) = serde_json::from_slice::<Part>(&bytes[chunk.key.clone()]) else {
                continue;
            };
            if let (Some(body), true) = (&chunk.body, part.kind() as u8 == chunk.kind) {
                parts.entry(part).or_insert_with(|| body.clone());
            }
        }
        is_damaged |= contents.parts.iter().any(|part| !parts.contains_key(part));
        Ok(Self {
            bytes,
            contents,
            definitions,
            parts,
            is_damaged,
        })
    }

    /// Something of it cannot be read.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// What a panel showed.
    pub fn picture(&self, part: &Part) -> Found<Picture> {
        self.read(part, contents::picture)
    }

    /// What a variable may stand for.
    pub fn choices(&self, part: &Part) -> Found<Vec<Choice>> {
        self.read(part, contents::choices)
    }

    /// What happened, of every source that the dashboard draws.
    pub fn annotations(&self, part: &Part) -> Found<Vec<Annotation>> {
        self.read(part, contents::annotations)
    }

    /// The lines of logs that no query gave.
    pub fn lines(&self, part: &Part) -> Found<Vec<LogLine>> {
        self.read(part, contents::lines)
    }

    fn read<T>(&self, part: &Part, read: impl FnOnce(&[u8]) -> Option<T>) -> Found<T> {
        let Some(body) = self.parts.get(part) else {
            return if self.contents.parts.contains(part) {
                Found::Damaged
            } else {
                Found::Missing
            };
        };
        let plain = plain(&self.bytes, body);
        plain
            .and_then(|plain| read(&plain))
            .map_or(Found::Damaged, Found::Whole)
    }
}

/// A body as it was before it was compressed; none for what says another size.
fn plain(bytes: &[u8], body: &Body) -> Option<Vec<u8>> {
    let limit = body.plain.min(LARGEST);
    let plain = decompress_to_vec_zlib_with_limit(bytes.get(body.at.clone())?, limit).ok()?;
    (plain.len() == body.plain).then_some(plain)
}

#[cfg(test)]
mod tests;
