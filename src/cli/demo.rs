//! `kpi demo`: the dashboards on private servers with generated KPIs.

use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::{FAILED, Global, log, open, run, say};
use crate::demo;

pub(super) fn run(global: &Global, arguments: run::Arguments) -> Result<ExitCode> {
    if let Some(code) = run::refuse_a_pipe() {
        return Ok(code);
    }
    let demo = match demo::start() {
        Ok(demo) => demo,
        Err(failure) => {
            say(&format!("error: {}", open::report(&failure)));
            return Ok(ExitCode::from(FAILED));
        }
    };
    log::start(demo.config(), global.verbose);
    // The servers live as long as `demo`: until the viewer has left.
    run::show(global, arguments, demo.config().clone())
}
