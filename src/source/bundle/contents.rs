//! What chunks hold, as bytes and back.

use serde::{Deserialize, Serialize};

use super::MAJOR;
use super::chunk::Kind;
use crate::model::annotation::Annotation;
use crate::model::color::Color;
use crate::model::compare::Compare;
use crate::model::inspection::Timings;
use crate::model::live::LiveLevel;
use crate::model::panel_data::{Bar, Failure, LogLine, Shape};
use crate::model::rowset::Rowset;
use crate::model::series::{Point, Series};
use crate::model::time::{Moment, TimeWindow};
use crate::model::variable::{Choice, Selection};
use crate::source::feed::codec::{Reader, Writer};

/// What a bundle holds, and of when it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The format's major number.
    pub format: u32,
    /// What wrote it: `kpi 0.1.0`.
    pub program: String,
    /// When, in microseconds since 1970: the clock of whoever opens it.
    pub made_at: i64,
    /// The dashboards, in the order of the definitions.
    pub dashboards: Vec<Shown>,
    /// Everything that was written: what is missing is damaged.
    pub parts: Vec<Part>,
}

/// What was looked at of a dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its name.
    pub dashboard: String,
    /// The range as it is typed.
    pub range: String,
    /// What it meant, in microseconds since 1970: from.
    pub from: i64,
    /// To.
    pub to: i64,
    /// What the panels were compared with.
    pub compare: Compare,
    /// What its variables stood for.
    pub values: Selection,
}

/// The key of a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    /// The dashboard's name.
    pub dashboard: String,
    /// What of it.
    pub what: What,
}

/// A part of a dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// The panel of this id, today.
    Panel(String),
    /// The same in the earlier window.
    Earlier(String),
    /// The choices of the variable of this name.
    Choices(String),
    /// The events on its charts.
    Annotations,
    /// The live lines of its logs.
    Events,
}

impl Part {
    /// Of a dashboard.
    pub fn new(dashboard: &str, what: What) -> Self {
        Self {
            dashboard: dashboard.to_owned(),
            what,
        }
    }

    /// What kind of chunk holds it.
    pub(super) fn kind(&self) -> Kind {
        match self.what {
            What::Panel(_) | What::Earlier(_) => Kind::Panel,
            What::Choices(_) => Kind::Choices,
            What::Annotations => Kind::Annotations,
            What::Events => Kind::Events,
        }
    }
}

/// What a panel showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its range as it is typed.
    pub range: String,
    /// The window that was asked for.
    pub window: TimeWindow,
    /// What `$__interval` stood for, in microseconds.
    pub interval: i64,
    /// When it was asked; none where there never was an answer.
    pub asked_at: Option<Moment>,
    /// What it cost.
    pub timings: Timings,
    /// The rows.
    pub rows: Rowset,
    /// What was drawn, where live samples had moved it on from the rows: series or bars.
    pub moved: Option<Shape>,
    /// The newest time in the data, live samples included.
    pub newest_at: Option<Moment>,
    /// Why the newest question failed.
    pub failing: Option<Failure>,
}

/// Reads the contents. An error names the format and the program of a later version, where it is one.
pub(super) fn read(json: &[u8]) -> Result<Contents, Option<(u32, String)>> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
        #[serde(default)]
        program: String,
    }
    let version: Version = serde_json::from_slice(json).map_err(|_| None)?;
    if version.format > u32::from(MAJOR) {
        let program = crate::model::text::single_line(&version.program).into_owned();
        return Err(Some((version.format, program)));
    }
    serde_json::from_slice(json).map_err(|_| None)
}

/// Writes what a panel showed; not all of it where that is more than `most` bytes.
pub(super) fn put_picture(picture: &Picture, most: usize) -> Vec<u8> {
    let mut out = Writer::default();
    out.text(&picture.range);
    out.window(picture.window);
    out.signed(picture.interval);
    out.option(picture.asked_at, |out, at| out.signed(at.0));
    out.option(picture.newest_at, |out, at| out.signed(at.0));
    out.timings(picture.timings);
    out.option(picture.failing.as_ref(), Writer::failure);
    match &picture.moved {
        Some(Shape::Series(series)) => {
            out.bytes.push(1);
            out.number(series.len() as u64);
            for one in series {
                out.text(&one.name);
                out.number(one.points.len() as u64);
                for point in &one.points {
                    out.signed(point.at.0);
                    out.bytes.extend(point.value.to_bits().to_le_bytes());
                }
            }
        }
        Some(Shape::Bars(bars)) => {
            out.bytes.push(2);
            out.number(bars.len() as u64);
            for bar in bars {
                out.text(&bar.label);
                out.bytes.extend(bar.value.to_bits().to_le_bytes());
            }
        }
        _ => out.bytes.push(0),
    }
    out.rowset(&picture.rows, most);
    out.bytes
}

pub(super) fn picture(bytes: &[u8]) -> Option<Picture> {
    let reader = &mut Reader::new(bytes);
    let picture = Picture {
        range: reader.text()?.into(),
        window: reader.window()?,
        interval: reader.signed()?,
        asked_at: reader.option(Reader::moment)?,
        newest_at: reader.option(Reader::moment)?,
        timings: reader.timings()?,
        failing: reader.option(Reader::failure)?,
        moved: match reader.byte()? {
            0 => None,
            1 => Some(Shape::Series(list(reader, series)?)),
            2 => Some(Shape::Bars(list(reader, |reader| {
                Some(Bar {
                    label: reader.text()?.into(),
                    value: reader.float()?,
                })
            })?)),
            _ => return None,
        },
        rows: reader.rowset()?,
    };
    reader.left.is_empty().then_some(picture)
}

fn series(reader: &mut Reader<'_>) -> Option<Series> {
    Some(Series {
        name: reader.text()?.into(),
        points: list(reader, |reader| {
            Some(Point {
                at: reader.moment()?,
                value: reader.float()?,
            })
        })?,
    })
}

/// How many, then each.
fn list<T>(
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = reader.count()?;
    (0..count).map(|_| read(reader)).collect()
}

fn whole<T>(bytes: &[u8], read: impl FnMut(&mut Reader<'_>) -> Option<T>) -> Option<Vec<T>> {
    let mut reader = Reader::new(bytes);
    let all = list(&mut reader, read)?;
    reader.left.is_empty().then_some(all)
}

pub(super) fn put_choices(choices: &[Choice]) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(choices.len() as u64);
    for choice in choices {
        out.text(&choice.text);
        out.text(&choice.value);
    }
    out.bytes
}

pub(super) fn choices(bytes: &[u8]) -> Option<Vec<Choice>> {
    whole(bytes, |reader| {
        Some(Choice {
            text: reader.text()?.into(),
            value: reader.text()?.into(),
        })
    })
}

pub(super) fn put_annotations(annotations: &[Annotation]) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(annotations.len() as u64);
    for one in annotations {
        out.signed(one.at.0);
        out.option(one.until, |out, until| out.signed(until.0));
        out.text(&one.text);
        out.option(one.color, put_color);
    }
    out.bytes
}

pub(super) fn annotations(bytes: &[u8]) -> Option<Vec<Annotation>> {
    whole(bytes, |reader| {
        Some(Annotation {
            at: reader.moment()?,
            until: reader.option(Reader::moment)?,
            text: reader.text()?.into(),
            color: reader.option(color)?,
        })
    })
}

/// The named colours by their number in the file.
const COLORS: [Color; 9] = [
    Color::Green,
    Color::Yellow,
    Color::Orange,
    Color::Red,
    Color::Blue,
    Color::Cyan,
    Color::Purple,
    Color::Gray,
    Color::Text,
];
/// Three bytes follow.
const RGB: u8 = 255;

fn put_color(out: &mut Writer, color: Color) {
    if let Color::Rgb(red, green, blue) = color {
        out.bytes.extend([RGB, red, green, blue]);
    } else {
        let at = COLORS.iter().position(|one| *one == color);
        out.bytes.push(at.unwrap_or_default() as u8);
    }
}

fn color(reader: &mut Reader<'_>) -> Option<Color> {
    match reader.byte()? {
        RGB => Some(Color::Rgb(reader.byte()?, reader.byte()?, reader.byte()?)),
        named => COLORS.get(usize::from(named)).copied(),
    }
}

pub(super) fn put_lines(lines: &[LogLine]) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(lines.len() as u64);
    for line in lines {
        out.signed(line.at.0);
        out.text(line.level.name());
        out.text(&line.text);
    }
    out.bytes
}

pub(super) fn lines(bytes: &[u8]) -> Option<Vec<LogLine>> {
    whole(bytes, |reader| {
        Some(LogLine {
            at: reader.moment()?,
            level: LiveLevel::from_name(&reader.text()?)?,
            text: reader.text()?.into(),
        })
    })
}
