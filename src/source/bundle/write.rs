//! Putting a bundle together.

use super::chunk::{self, Kind};
use super::contents::{self, Contents, Part, Picture, Shown, What};
use super::{LARGEST, MAGIC, MAJOR, MINOR};
use crate::model::annotation::Annotation;
use crate::model::panel_data::{Failure, LogLine};
use crate::model::rowset::Rowset;
use crate::model::time::Moment;
use crate::model::variable::Choice;

/// What goes into a bundle.
#[derive(Debug)]
pub struct Recording {
    made_at: Moment,
    definitions: String,
    dashboards: Vec<Shown>,
    parts: Vec<(Part, Vec<u8>)>,
    too_large: Vec<Part>,
}

/// A bundle's bytes.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Panels whose rows are too many for a file: it says so in their place.
    pub too_large: Vec<Part>,
}

impl Recording {
    /// Of dashboards with these definitions, at `made_at`.
    pub fn new(made_at: Moment, definitions: String) -> Self {
        Self {
            made_at,
            definitions,
            dashboards: Vec::new(),
            parts: Vec::new(),
            too_large: Vec::new(),
        }
    }

    /// One more dashboard; in the order of the definitions.
    pub fn dashboard(&mut self, shown: Shown) {
        self.dashboards.push(shown);
    }

    /// What a panel showed.
    pub fn picture(&mut self, part: Part, picture: &Picture) {
        let mut bytes = contents::put_picture(picture, LARGEST);
        if bytes.len() > LARGEST {
            let why = Failure::new("its rows were too many for a bundle (more than 32 MiB)");
            let without = Picture {
                rows: Rowset::default(),
                moved: None,
                asked_at: None,
                failing: Some(why),
                ..picture.clone()
            };
            bytes = contents::put_picture(&without, LARGEST);
            self.too_large.push(part.clone());
        }
        self.parts.push((part, bytes));
    }

    /// What a variable may stand for.
    pub fn choices(&mut self, dashboard: &str, variable: &str, choices: &[Choice]) {
        let part = Part::new(dashboard, What::Choices(variable.to_owned()));
        self.parts.push((part, contents::put_choices(choices)));
    }

    /// What happened.
    pub fn annotations(&mut self, dashboard: &str, annotations: &[Annotation]) {
        let part = Part::new(dashboard, What::Annotations);
        self.parts
            .push((part, contents::put_annotations(annotations)));
    }

    /// The lines of logs that no query gave.
    pub fn lines(&mut self, dashboard: &str, lines: &[LogLine]) {
        let part = Part::new(dashboard, What::Events);
        self.parts.push((part, contents::put_lines(lines)));
    }

    /// The file. Takes a second for some 20 MiB of rows.
    pub fn write(mut self) -> Written {
        // A file that is cut short loses its end: what panels need goes before them.
        self.parts
            .sort_by_key(|(part, _)| !matches!(part.what, What::Choices(_)));
        let contents = Contents {
            format: u32::from(MAJOR),
            program: concat!("kpi ", env!("CARGO_PKG_VERSION")).to_owned(),
            made_at: self.made_at.0,
            dashboards: self.dashboards,
            parts: self.parts.iter().map(|(part, _)| part.clone()).collect(),
        };
        // Names, numbers and maps with text keys: nothing of it can fail.
        let contents = serde_json::to_vec(&contents).unwrap_or_default();
        let mut bytes = Vec::from(MAGIC);
        bytes.extend([MAJOR, MINOR, 0, 0]);
        let both = |bytes: &mut Vec<u8>| {
            chunk::put(bytes, Kind::Contents, &[], &contents);
            chunk::put(bytes, Kind::Definitions, &[], self.definitions.as_bytes());
        };
        both(&mut bytes);
        for (part, plain) in &self.parts {
            let key = serde_json::to_vec(part).unwrap_or_default();
            chunk::put(&mut bytes, part.kind(), &key, plain);
        }
        both(&mut bytes);
        Written {
            bytes,
            too_large: self.too_large,
        }
    }
}
