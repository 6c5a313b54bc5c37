//! `kpi demo`: the dashboards on private servers with generated KPIs.

use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::{FAILED, Global, log, open, run, runtime, say};
use crate::demo::{self, DemoOptions};

pub(super) fn run(global: &Global, arguments: run::Arguments) -> Result<ExitCode> {
    if let Some(code) = run::refuse_a_pipe(&arguments) {
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
    let code = run::show(global, arguments, demo.config.clone(), None, &runtime);
    // The servers live until the viewer has left.
    drop(demo);
    code
}
