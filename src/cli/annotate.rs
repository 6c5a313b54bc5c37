//! `kpi annotate`: writes a note that dashboards draw on their charts.

use std::process::ExitCode;

use clap::Args;
use color_eyre::eyre::Result;

use super::{FAILED, Global, WRONG_USAGE, load, log, moment, open, runtime, say};
use crate::model::text::single_line;
use crate::model::time::Moment;
use crate::source::notes::Note;

/// What happened, and when.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi annotate \"deployed 1.4\" --tag deploy
  kpi annotate \"autumn sale\" --at now-1d --until now+2d
  kpi annotate incident --at 2026-11-22T09:00:00Z

Written into the KPI schema's table `annotations` through [database] url as the role that logs in there (sql/roles.sql makes kpi_writer for it), announced to [redis] url where there is one. A dashboard draws these notes with `notes = true`.")]
pub(super) struct Arguments {
    /// What happened, in a line
    #[arg(value_name = "TEXT")]
    text: String,
    /// When: RFC 3339, `now-5m`, or seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Until when; a moment where absent
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<String>,
    /// What it is about; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let note = match note(arguments, open::clock()) {
        Ok(note) => note,
        Err(why) => {
            say(&format!("kpi annotate: {why}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let config = match load(global) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let writer = match open::notes(&config) {
        Ok(writer) => writer,
        Err(failure) => {
            say(&format!("kpi annotate: {}", open::report(&failure)));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let runtime = runtime()?;
    let written = runtime.block_on(writer.write(&note));
    runtime.shutdown_background();
    Ok(match written {
        Ok(written) => {
            say(&match written.announced {
                Ok(true) => "note written, announced".to_owned(),
                Ok(false) => "note written; not announced: no Redis is configured".to_owned(),
                Err(why) => format!("note written; not announced: {}", why.summary),
            });
            ExitCode::SUCCESS
        }
        Err(failure) => {
            say(&format!("kpi annotate: {}", open::report(&failure)));
            ExitCode::from(FAILED)
        }
    })
}

fn note(arguments: &Arguments, now: Moment) -> Result<Note, String> {
    let text = single_line(arguments.text.trim()).into_owned();
    if text.is_empty() {
        return Err("a note says what happened: kpi annotate \"deployed 1.4\"".to_owned());
    }
    let read = |flag: &str, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| moment::read(flag, text, now)).transpose()
    };
    let at = read("--at", &arguments.at)?.unwrap_or(now);
    let until = read("--until", &arguments.until)?;
    if let Some(until) = until
        && until < at
    {
        return Err(format!(
            "--until {} is before {}, when it begins",
            until.rfc3339(),
            at.rfc3339()
        ));
    }
    let tags = arguments.tags.iter().map(|tag| tag.trim().to_owned());
    Ok(Note {
        at,
        until,
        text,
        tags: tags.filter(|tag| !tag.is_empty()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_795_338_000_000_000);

    fn arguments(text: &str, at: Option<&str>, until: Option<&str>) -> Arguments {
        Arguments {
            text: text.to_owned(),
            at: at.map(str::to_owned),
            until: until.map(str::to_owned),
            tags: vec![" deploy ".to_owned(), String::new()],
        }
    }

    #[test]
    fn a_note_is_dated_now_and_ends_after_it_begins() {
        let note = |at, until| note(&arguments(" one\nline ", at, until), NOW);
        let plain = note(None, None).unwrap();
        assert_eq!((plain.at, plain.until), (NOW, None));
        assert_eq!(plain.text, "one line");
        assert_eq!(plain.tags, ["deploy"]);
        let long = note(Some("now-1h"), Some("now+1h")).unwrap();
        assert!(long.at < NOW && long.until > Some(NOW));
        let why = note(None, Some("now-1m")).unwrap_err();
        assert!(why.contains("--until"), "{why}");
        let why = note(None, Some("noon")).unwrap_err();
        assert!(why.contains("--until"), "{why}");
    }

    #[test]
    fn a_note_without_words_is_none() {
        assert!(note(&arguments(" \t", None, None), NOW).is_err());
    }
}
