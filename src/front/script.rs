//! What somebody would do at the terminal, written down: a step a line.
//!
//! ```text
//! # What the picture in the README shows.
//! size 120x36           # columns and lines; later than the first step a resize, which not every player heeds
//! title kpi demo        # for players
//! idle 2s               # players wait no longer than this where nothing happens
//! await Orders / min    # until the screen shows these words, 30 s at most
//! wait 2s               # look on
//! key t Down Enter      # keys, as the configuration writes them: t, Ctrl-P, Enter, PageUp, Space
//! type last 6           # letters, one after the other
//! click 10,5            # the left button, at column and line from 0
//! ```
//!
//! A `#` begins a comment at the beginning of a line, or after two blanks.
//!
//! Nothing of it needs a terminal; [`recorder`](super::recorder) plays it.

use std::ops::Range;
use std::time::Duration;

use crate::config::{Problem, Problems, Source};
use crate::model::range::parse_duration;
use crate::ui::event::Key;
use crate::ui::keys::written;

/// Columns and lines without a `size`.
const SIZE: (u16, u16) = (120, 36);
/// A recording is no archive.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// A checked script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Columns and lines at the beginning.
    pub size: (u16, u16),
    /// For players.
    pub title: Option<String>,
    /// Players wait no longer than this where nothing happens.
    pub idle: Option<Duration>,
    /// In their order.
    pub steps: Vec<Step>,
}

/// A step, and the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Counted from 1.
    pub line: usize,
    /// What to do.
    pub act: Act,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Look on for so long.
    Wait(Duration),
    /// Look on until the screen shows these words.
    Await(String),
    /// Press these.
    Keys(Vec<Key>),
    /// Type this, letter by letter.
    Type(String),
    /// Click at column, line.
    Click(u16, u16),
    /// The terminal gets this size.
    Resize(u16, u16),
}

impl Script {
    /// Reads `text`; problems call it `name`.
    ///
    /// # Errors
    /// Everything that is wrong with it, with line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problems> {
        let source = Source::new(name, text);
        let mut script = Self {
            size: SIZE,
            title: None,
            idle: None,
            steps: Vec::new(),
        };
        let mut problems = Vec::new();
        let mut at = 0;
        for (index, line) in text.split('\n').enumerate() {
            let begin = at;
            at += line.len() + 1;
            let end = line.find("  #").unwrap_or(line.len());
            let line = &line[..end];
            let words = line.trim();
            if words.is_empty() || words.starts_with('#') {
                continue;
            }
            let begin = begin + (line.len() - line.trim_start().len());
            let (verb, rest) = words.split_once([' ', '\t']).unwrap_or((words, ""));
            let rest = Part {
                text: rest.trim(),
                at: begin + words.len() - rest.trim().len(),
            };
            let whole = begin..begin + words.len();
            let done = script.line(index + 1, verb, rest, begin);
            problems.extend(done.err().map(|(span, message, hint)| {
                let span = if span.is_empty() { whole } else { span };
                source.problem(span, message).hint(hint)
            }));
        }
        if script.steps.is_empty() && problems.is_empty() {
            problems.push(
                Problem::of_file(name, "there is nothing to play")
                    .hint("write a step a line, such as `wait 2s` or `key t`"),
            );
        }
        if problems.is_empty() {
            Ok(script)
        } else {
            Err(Problems(problems))
        }
    }

    fn line(
        &mut self,
        number: usize,
        verb: &str,
        rest: Part<'_>,
        begin: usize,
    ) -> Result<(), Wrong> {
        let act = match verb {
            "title" | "idle" if !self.steps.is_empty() => {
                let message = format!("`{verb}` comes before the first step");
                return Err((begin..begin + verb.len(), message, ""));
            }
            "title" => {
                self.title = Some(rest.some("title kpi demo")?.to_owned());
                return Ok(());
            }
            "idle" => {
                self.idle = Some(rest.duration("idle 2s")?);
                return Ok(());
            }
            "size" => {
                let (columns, lines) = rest.pair(['x', '×'], 1..=1000, "size 120x36")?;
                if self.steps.is_empty() {
                    self.size = (columns, lines);
                    return Ok(());
                }
                Act::Resize(columns, lines)
            }
            "wait" => Act::Wait(rest.duration("wait 2s")?),
            "await" => Act::Await(rest.some("await Orders")?.to_owned()),
            "key" => Act::Keys(rest.keys()?),
            "type" => Act::Type(rest.some("type orders")?.to_owned()),
            "click" => {
                let (x, y) = rest.pair([',', ' '], 0..=999, "click 10,5")?;
                Act::Click(x, y)
            }
            _ => {
                return Err((
                    begin..begin + verb.len(),
                    format!("`{verb}` is nothing that can be done"),
                    "there is: size, title, idle, wait, await, key, type, click; `#` begins a comment",
                ));
            }
        };
        self.steps.push(Step { line: number, act });
        Ok(())
    }
}

/// Where, what, what to do. An empty place is the whole line.
type Wrong = (Range<usize>, String, &'static str);

/// What follows the first word of a line.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    /// In bytes of the script.
    at: usize,
}

impl<'a> Part<'a> {
    fn span(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    fn some(self, example: &'static str) -> Result<&'a str, Wrong> {
        if self.text.is_empty() {
            return Err((0..0, "something is missing here".to_owned(), example));
        }
        Ok(self.text)
    }

    fn duration(self, example: &'static str) -> Result<Duration, Wrong> {
        let text = self.some(example)?;
        let duration = parse_duration(text).map_err(|why| (self.span(), why, example))?;
        if duration > LONGEST {
            let message = "this is longer than ten minutes".to_owned();
            return Err((self.span(), message, ""));
        }
        Ok(duration)
    }

    fn pair<const N: usize>(
        self,
        between: [char; N],
        bounds: std::ops::RangeInclusive<u16>,
        example: &'static str,
    ) -> Result<(u16, u16), Wrong> {
        let text = self.some(example)?;
        let number = |part: &str| {
            let number = part.trim().parse().ok();
            number.filter(|number| bounds.contains(number))
        };
        let pair = text.split_once(between);
        pair.and_then(|(first, second)| number(first).zip(number(second)))
            .ok_or_else(|| {
                let (least, most) = (bounds.start(), bounds.end());
                let message = format!("these are no two numbers from {least} to {most}");
                (self.span(), message, example)
            })
    }

    fn keys(self) -> Result<Vec<Key>, Wrong> {
        let text = self.some("key t")?;
        let mut keys = Vec::new();
        for word in text.split_whitespace() {
            let at = self.at + (word.as_ptr() as usize - text.as_ptr() as usize);
            keys.push(
                written::parse(word)
                    .map_err(|why| (at..at + word.len(), why, "letters in a row are `type`"))?,
            );
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_step_by_step() {
        let script = Script::parse(
            "demo.script",
            "# nothing\nsize 100x30\ntitle  kpi demo \nidle 2s\n\n  await Orders / min\nwait 500ms   # or so\r\nkey t Ctrl-P Enter # +\n\
             type last # 6\nclick 10,5\nsize 80×24\n",
        );
        // With one blank before it a `#` is a key, or a letter.
        let step = |line, act| Step { line, act };
        assert_eq!(
            script,
            Ok(Script {
                size: (100, 30),
                title: Some("kpi demo".to_owned()),
                idle: Some(Duration::from_secs(2)),
                steps: vec![
                    step(6, Act::Await("Orders / min".to_owned())),
                    step(7, Act::Wait(Duration::from_millis(500))),
                    step(
                        8,
                        Act::Keys(vec![
                            Key::Char('t'),
                            Key::Ctrl('p'),
                            Key::Enter,
                            Key::Char('#'),
                            Key::Char('+')
                        ])
                    ),
                    step(9, Act::Type("last # 6".to_owned())),
                    step(10, Act::Click(10, 5)),
                    step(11, Act::Resize(80, 24)),
                ],
            })
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "wait soon\nkey t Entre\n  jump 3\nsize 0x10\nclick 5\ntype\nwait 2h\nwait 1s\ntitle late\n";
        let Problems(problems) = Script::parse("demo.script", text).unwrap_err();
        let places: Vec<(usize, usize)> = problems
            .iter()
            .map(|problem| (problem.line.unwrap(), problem.column.unwrap()))
            .collect();
        assert_eq!(
            places,
            [
                (1, 6),
                (2, 7),
                (3, 3),
                (4, 6),
                (5, 7),
                (6, 1),
                (7, 6),
                (9, 1)
            ]
        );
        let told = problems[2].to_string();
        assert!(
            told.contains("`jump`") && told.contains("demo.script:3:3"),
            "{told}"
        );
        assert!(Script::parse("empty", "# nothing\n").is_err());
    }
}
