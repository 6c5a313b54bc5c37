//! `kpi demo --script FILE`: somebody's keys, and what they saw.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::eyre::{Result, WrapErr, eyre};
use tokio::runtime::Runtime;

use crate::cli::replace;
use crate::cli::{FAILED, Global, WRONG_USAGE, look, open, print, run, say};
use crate::config::Config;
use crate::export::animation::animation;
use crate::export::cast::cast;
use crate::export::paint::Ground;
use crate::front::recorder::{Recording, record};
use crate::front::script::{Act, Script};
use crate::model::theme::Background;
use crate::ui::{Depth, Look};

/// What a recording without a `title` is called.
const TITLE: &str = "kpi demo";

/// The script in `file`, or its mistakes on standard error and the exit code for them.
pub(super) fn script(file: &Path) -> Result<Script, ExitCode> {
    let name = file.display().to_string();
    let read =
        std::fs::read_to_string(file).map_err(|why| format!("error: cannot read {name}: {why}"));
    read.and_then(|text| Script::parse(&name, &text).map_err(|problems| problems.to_string()))
        .map_err(|words| {
            say(&words);
            ExitCode::from(WRONG_USAGE)
        })
}

/// Plays `script` and writes the recording.
pub(super) fn run(
    global: &Global,
    arguments: &run::Arguments,
    mut config: Config,
    script: &Script,
    output: Option<&Path>,
    runtime: &Runtime,
) -> Result<ExitCode> {
    let is_picture = output.is_some_and(|file| {
        let ending = file.extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("svg"))
    });
    let mut steps = script.steps.iter();
    if let Some(resize) = steps.find(|step| matches!(step.act, Act::Resize(..))) {
        if is_picture {
            say("error: a picture has one size: no `size` after the first step of its script");
            return Ok(ExitCode::from(WRONG_USAGE));
        }
        say(&format!(
            "warning: line {}: `size` after the first step is a resize event, which not every player heeds",
            resize.line
        ));
    }
    config.screen.theme = arguments.theme.unwrap_or(config.screen.theme);
    // Nobody can be asked what is behind the text; a picture has a ground of its own.
    let background = match config.screen.background {
        Background::Unknown => Background::Dark,
        said => said,
    };
    let look = Look {
        depth: if look::is_colourless(global) {
            Depth::None
        } else {
            Depth::True
        },
        ..look::detect(global, &config)
    };
    let ui = match run::first(&config, arguments) {
        Ok(ui) => ui,
        Err(report) => {
            say(&format!("error: {report}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let ground = Ground::of(config.screen.theme.on(background));
    let config = Arc::new(config);
    let played = runtime.block_on(async {
        let hub = open::hub(&config)?;
        record(&hub, ui, look, background, open::clock, script)
            .await
            .map_err(|why| eyre!("{why}"))
    });
    let recording = match played {
        Ok(recording) => recording,
        Err(report) => {
            say(&format!(
                "error: the script was not played to its end: {report}"
            ));
            return Ok(ExitCode::from(FAILED));
        }
    };
    let data = if is_picture {
        picture(&recording, ground)
    } else {
        cast(&recording.cast).wrap_err("cannot write the recording")?
    };
    match output {
        Some(file) => replace(file, data.as_bytes())?,
        None => print(data.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn picture(recording: &Recording, ground: Ground) -> String {
    let title = recording.cast.title.as_deref().unwrap_or(TITLE);
    animation(&recording.pictures, recording.length, title, ground)
}
