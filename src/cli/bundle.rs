//! `kpi bundle`: a dashboard and all its data in one file.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::Result;

use super::{
    FAILED, Global, WRONG_USAGE, fed, load_with, log, open, runtime, say, snapshot, variables,
};
use crate::config::Config;
use crate::front::bundle::{Recorder, size_words};
use crate::model::compare::Compare;
use crate::model::panel_data::Failure;
use crate::model::range::RangeSpec;
use crate::ui::Ui;

/// What goes into it, and where it goes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi bundle outage.kpib --range 6h
  kpi bundle outage.kpib --dashboard Sales --var region=eu
  kpi bundle all.kpib --all --range 7d
  kpi open outage.kpib                     look at it, without any connection")]
pub(super) struct Arguments {
    /// The file, which only its owner may read; one that is there is left alone
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    /// The dashboard, by name or number; `supabase` is built in: the database's health
    #[arg(long, short, value_name = "NAME")]
    dashboard: Option<String>,
    /// Every dashboard of the configuration
    #[arg(long, conflicts_with = "dashboard")]
    all: bool,
    /// The time range, in place of the dashboard's
    #[arg(long, short, value_name = "RANGE", value_parser = RangeSpec::parse)]
    range: Option<RangeSpec>,
    #[command(flatten)]
    variables: variables::Variables,
    /// What to compare with: previous, yesterday, last-week
    #[arg(long, value_name = "TIME", value_parser = Compare::parse)]
    compare: Option<Compare>,
    /// The screen that buckets are as fine as
    #[arg(long, short, default_value = "160x50", value_parser = snapshot::parse_size)]
    size: (u16, u16),
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    // Said before anybody is asked. Pipes and devices are no files.
    if !arguments.force && arguments.file.is_file() {
        say(&format!(
            "error: {} is there already and was left as it is; name another file, or replace it with --force",
            arguments.file.display()
        ));
        return Ok(ExitCode::from(WRONG_USAGE));
    }
    let mut config = match load_with(global, arguments.dashboard.as_deref()) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let runtime = runtime()?;
    if let Some(url) = fed::source(&config) {
        config = match runtime.block_on(fed::config(config, url)) {
            Ok(config) => config,
            Err(failure) => return Ok(failed(&failure)),
        };
    }
    let chosen = open::dashboard(&config, arguments.dashboard.as_deref())
        .and_then(|index| Ok((index, arguments.variables.selection(&config, index)?)));
    let (first, variables) = match chosen {
        Ok(chosen) => chosen,
        Err(report) => {
            say(&format!("error: {report}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let dashboards: Vec<usize> = if arguments.all {
        (0..config.dashboards.len()).collect()
    } else {
        vec![first]
    };
    let ui = Ui {
        range: arguments.range.clone(),
        compare: arguments.compare.unwrap_or_default(),
        variables,
        ..Ui::default()
    };
    let written = runtime.block_on(write(Arc::new(config), arguments, ui, &dashboards));
    runtime.shutdown_background();
    written
}

async fn write(
    config: Arc<Config>,
    arguments: &Arguments,
    ui: Ui,
    dashboards: &[usize],
) -> Result<ExitCode> {
    let hub = if config.viewer.from.is_some() {
        fed::hub(&config, None).map_err(|failure| open::report(&failure))?
    } else {
        open::hub(&config)?
    };
    let mut recorder = Recorder::new(&hub, hub.configs(), dashboards, open::clock());
    for dashboard in dashboards {
        let ui = Ui {
            dashboard: *dashboard,
            ..ui.clone()
        };
        let variables = recorder.add(ui.clone(), arguments.size, None).await?;
        if let Some(missed) = variables::missed(&ui.variables, &variables).first() {
            let dashboard = &config.dashboards[*dashboard].name;
            say(&format!("error: `{dashboard}`: {}", missed.sentence));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    }
    let failing = recorder.failing().to_vec();
    let written = match recorder.write(&arguments.file, arguments.force).await {
        Ok(written) => written,
        Err(failure) => return Ok(failed(&failure)),
    };
    for (panel, why) in &failing {
        say(&format!("{panel}: {}", why.summary));
    }
    for part in &written.too_large {
        say(&format!(
            "{:?}: more than 32 MiB of rows: left out",
            part.what
        ));
    }
    say(&format!(
        "{}: {}",
        arguments.file.display(),
        size_words(written.bytes.len())
    ));
    let is_whole = failing.is_empty() && written.too_large.is_empty();
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

fn failed(failure: &Failure) -> ExitCode {
    say(&format!("error: {}", open::report(failure)));
    ExitCode::from(FAILED)
}
