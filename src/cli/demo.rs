//! `kpi demo`: the dashboards on private servers with generated KPIs; for a viewer, or for a recording.

mod record;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use color_eyre::eyre::Result;

use super::{FAILED, Global, WRONG_USAGE, log, open, run, runtime, say};
use crate::demo::{self, DemoOptions};

/// What to show first, or what to play.
#[derive(Args, Debug)]
#[group(skip)]
#[command(mut_arg("from", |from| from.hide(true)))]
#[command(after_help = "\
Examples:
  kpi demo
  kpi demo --dashboard Gallery --theme light
  kpi demo --script assets/demo.script --output demo.cast    play it: asciinema
  kpi demo --script assets/demo.script --output demo.svg     for a page

A script has a step a line: `size 120x36`, `title TEXT` and `idle 2s` at its beginning, then `await WORDS` (until the screen shows them), `wait 2s`, `key t Down Enter`, `type last 6`, `click 10,5`; `#` at its beginning or after two blanks begins a comment. A `size` after the first step resizes the terminal: the recording says so (an event `r`), but not every player heeds it, and a picture that moves cannot. It is played without a terminal, at the real session on real servers.")]
pub(super) struct Arguments {
    #[command(flatten)]
    run: run::Arguments,
    /// Play the keys of this file and record what a terminal would receive
    #[arg(long, value_name = "FILE", conflicts_with_all = ["linear", "kiosk"])]
    script: Option<PathBuf>,
    /// Write the recording to this file instead of standard output: an asciicast (version 2), or where it ends in
    /// .svg a picture that moves
    #[arg(long, short, value_name = "FILE", requires = "script")]
    output: Option<PathBuf>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.run.from.is_some() {
        say("error: the demo has its own servers; without `demo`, `kpi --from URL` shows a feed");
        return Ok(ExitCode::from(WRONG_USAGE));
    }
    let script = match &arguments.script {
        Some(file) => match record::script(file) {
            Ok(script) => Some(script),
            Err(code) => return Ok(code),
        },
        None => None,
    };
    if script.is_none()
        && let Some(code) = run::refuse_a_pipe(&arguments.run)
    {
        return Ok(code);
    }
    let runtime = runtime()?;
    let demo = match runtime.block_on(demo::start(DemoOptions::default())) {
        Ok(demo) => demo,
        Err(failure) => {
            say(&format!("error: {}", open::report(&failure)));
            return Ok(ExitCode::from(FAILED));
        }
    };
    log::start(&demo.config, global.verbose);
    let config = demo.config.clone();
    let code = match script {
        Some(script) => {
            let output = arguments.output.as_deref();
            record::run(global, &arguments.run, config, &script, output, &runtime)
        }
        None => run::show(global, &arguments.run, config, None, &runtime),
    };
    // The servers live until the viewer has left.
    drop(demo);
    code
}
