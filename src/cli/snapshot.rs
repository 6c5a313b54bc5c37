//! `kpi snapshot`: one frame as text, colours or a picture, or the data as JSON or CSV; once, or again and again.

mod shot;
mod then;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use color_eyre::eyre::{Result, eyre};

use super::{
    FAILED, Global, WRONG_USAGE, fed, load_with, log, look, moment, open, print, replace, replay,
    runtime, say, variables,
};
use crate::config::{Config, Dashboard, Secret};
use crate::export::ExportFormat;
use crate::export::png::PngError;
use crate::model::compare::Compare;
use crate::model::range::{RangeSpec, parse_duration};
use crate::model::theme::{Background, Theme};
use crate::model::time::Moment;
use crate::source::bundle::Bundle;
use crate::ui::{Depth, Look, Ui};
use shot::Shot;

/// What to draw, how large, where to.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi snapshot                                            one frame as text
  kpi snapshot --format ansi --size 160x50                with its colours
  kpi snapshot --format svg --theme light --output shop.svg
  kpi snapshot --panel orders --range 7d --format csv     the rows behind one
  kpi snapshot --format json | jq .panels
  kpi snapshot --from outage.kpib --format png --output outage.png      a bundle

Exit code 1 when a panel that was asked for failed or did not answer.")]
pub(super) struct Arguments {
    /// text, ansi, svg, html, png, json or csv (in data, too, control characters of texts are shown as ␛, ␍, …)
    #[arg(long, short, default_value = "text", value_parser = parse_format)]
    format: ExportFormat,
    /// Only this panel
    #[arg(long, short, value_name = "ID")]
    panel: Option<String>,
    /// The dashboard, by name or number; `supabase` is built in: the database's health
    #[arg(long, short, value_name = "NAME")]
    dashboard: Option<String>,
    /// The time range, in place of the dashboard's
    #[arg(long, short, value_name = "RANGE", value_parser = RangeSpec::parse)]
    range: Option<RangeSpec>,
    /// As it was then: 2026-11-22T09:00:00Z, now-2h, 2h ago, seconds since 1970, or by the dashboard's clocks
    /// 2026-11-22 09:00, now/d (midnight) or 2026-11-22 (the end of that day, as where a range ends). Ranges end
    /// there and the clock stands there. It cannot take back what the rows have become since, nor move SQL that
    /// calls now() itself; live updates are left out
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    variables: variables::Variables,
    /// What to compare with: previous, yesterday, last-week. In json a panel's answer of then is its `earlier`; in csv
    /// those rows follow, and a last column, `period`, tells them from those of `now`
    #[arg(long, value_name = "TIME", value_parser = Compare::parse)]
    compare: Option<Compare>,
    /// Columns and lines of the frame
    #[arg(long, short, default_value = "120x40", value_parser = parse_size)]
    size: (u16, u16),
    /// The colours, in place of the configuration's: terminal, dark, light, …
    #[arg(long, value_name = "NAME", value_parser = look::parse_theme)]
    theme: Option<Theme>,
    /// Write to this file (replaced as a whole) instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Again and again into the file of --output, this long from one to the next, until it is ended; what fails is
    /// said once and tried again
    #[arg(long, value_name = "TIME", value_parser = parse_watch, requires = "output", conflicts_with = "at")]
    watch: Option<Duration>,
    /// Take what `kpi serve` publishes in this Redis, or what a bundle holds (- for standard input): needs no
    /// configuration and no database
    #[arg(long, value_name = "URL|FILE", value_hint = clap::ValueHint::AnyPath)]
    from: Option<String>,
}

fn parse_format(name: &str) -> Result<ExportFormat, String> {
    let found = ExportFormat::from_name(name);
    if found.is_some_and(|format| !format.is_built_in()) {
        return Err(PngError::NotBuiltIn.to_string());
    }
    found.ok_or_else(|| {
        let names: Vec<&str> = ExportFormat::ALL
            .iter()
            .map(|format| format.name())
            .collect();
        format!("the formats are {}", names.join(", "))
    })
}

fn parse_watch(text: &str) -> Result<Duration, String> {
    let every = parse_duration(text)?;
    if every < Duration::from_secs(1) {
        return Err("at most once a second: try `60s`".to_owned());
    }
    Ok(every)
}

pub(super) fn parse_size(text: &str) -> Result<(u16, u16), String> {
    let wrong = || "a size is COLUMNSxLINES, such as 120x40, at most 1000x1000".to_owned();
    let (columns, lines) = text.split_once(['x', 'X', '×']).ok_or_else(wrong)?;
    let parse = |part: &str| {
        part.trim()
            .parse::<u16>()
            .ok()
            .filter(|cells| (1..=1000).contains(cells))
    };
    parse(columns).zip(parse(lines)).ok_or_else(wrong)
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let dashboard = arguments.dashboard.as_deref();
    let (file, url) = match &arguments.from {
        Some(from) if !from.contains("://") => (Some(Path::new(from)), None),
        from => (None, from.clone().map(Secret)),
    };
    let config = match (file, &url) {
        (Some(file), _) => {
            replay::opened(global, file).map(|(config, bundle)| (config, Some(bundle)))
        }
        (None, Some(_)) => fed::local(global, dashboard).map(|config| (config, None)),
        (None, None) => load_with(global, dashboard).map(|config| (config, None)),
    };
    let (mut config, bundle) = match config {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let runtime = runtime()?;
    if let Some(url) = url.or_else(|| fed::source(&config)) {
        if arguments.at.is_some() {
            return Ok(refused(
                "--at asks the database, and a collector's feed knows only now; give DATABASE_URL in place of --from",
            ));
        }
        config = match runtime.block_on(fed::config(config, url)) {
            Ok(config) => config,
            Err(failure) => {
                say(&format!("error: {}", open::report(&failure)));
                return Ok(ExitCode::from(FAILED));
            }
        };
    }
    if bundle.is_some() && arguments.watch.is_some() {
        return Ok(refused("--watch: a bundle stays as it is"));
    }
    let (shot, asked) = match shot(global, config, arguments, bundle.as_ref()) {
        Ok(shot) => shot,
        Err(report) => return Ok(refused(report)),
    };
    let code = runtime.block_on(async {
        let hub = match bundle {
            Some(bundle) => replay::hub(Arc::clone(&asked), bundle),
            None if asked.viewer.from.is_some() => {
                fed::hub(&asked, None).map_err(|failure| open::report(&failure))?
            }
            None => open::hub(&asked)?,
        };
        if let (Some(every), Some(file)) = (arguments.watch, &arguments.output) {
            watch::watch(&shot, &hub, file, every).await?;
            return Ok(ExitCode::SUCCESS);
        }
        let taken = shot.take(&hub).await?;
        match (&taken.data, &arguments.output) {
            (Some(data), Some(file)) => replace(file, data)?,
            (Some(data), None) => print(data)?,
            (None, _) => {}
        }
        for words in &taken.words {
            say(words);
        }
        Ok::<_, color_eyre::Report>(if taken.failed {
            ExitCode::from(FAILED)
        } else {
            ExitCode::SUCCESS
        })
    });
    runtime.shutdown_background();
    code
}

fn refused(why: impl std::fmt::Display) -> ExitCode {
    say(&format!("error: {why}"));
    ExitCode::from(WRONG_USAGE)
}

/// What to take, and the configuration to ask with.
fn shot(
    global: &Global,
    mut config: Config,
    arguments: &Arguments,
    bundle: Option<&Bundle>,
) -> Result<(Shot, Arc<Config>)> {
    let dashboard = match bundle {
        Some(_) => open::dashboard_of(&config, arguments.dashboard.as_deref())?,
        None => open::dashboard(&config, arguments.dashboard.as_deref())?,
    };
    let panel = chosen(&config.dashboards[dashboard], arguments)?;
    let at = match &arguments.at {
        Some(text) => {
            let zone = &config.dashboards[dashboard].time_zone;
            let now = bundle.map_or_else(open::clock, |bundle| Moment(bundle.contents.made_at));
            let at = moment::read_end("--at", text, now, zone).map_err(|why| eyre!(why))?;
            if at > now {
                let at = at.rfc3339();
                return Err(eyre!("--at: {at} lies in the future"));
            }
            Some(then::whole_second(at))
        }
        None => None,
    };
    let seen = bundle.map_or_else(Ui::default, |bundle| replay::seen(bundle, dashboard));
    let mut variables = seen.variables.clone();
    variables.extend(arguments.variables.selection(&config, dashboard)?);
    let mut ui = Ui {
        dashboard,
        focus: panel.unwrap_or(0),
        full_screen: panel.is_some(),
        range: arguments.range.clone(),
        compare: arguments.compare.unwrap_or(seen.compare),
        variables,
        still: true,
        is_past: at.is_some(),
        ..Ui::default()
    };
    let look = Look {
        // A file has no terminal to ask: colours are what `ansi` is for.
        depth: if look::is_colourless(global) {
            Depth::None
        } else {
            Depth::True
        },
        theme: (arguments.theme)
            .unwrap_or(config.screen.theme)
            .on(background(&config, arguments.format)),
        ..look::detect(global, &config)
    };
    let asked = match at {
        Some(at) => {
            // What is asked for ends then; what is drawn says `last 1 h`, as it did.
            if let Some(range) = ui.range.take() {
                config.dashboards[dashboard].range = range;
            }
            Some(Arc::new(then::asked(&config, dashboard, at)?))
        }
        None => None,
    };
    let config = Arc::new(config);
    let asked = asked.unwrap_or_else(|| Arc::clone(&config));
    let shot = Shot {
        config,
        ui,
        look,
        panel,
        format: arguments.format,
        size: arguments.size,
        at,
    };
    Ok((shot, asked))
}

/// What is behind the colours. A picture has nobody to ask, and a ground of its own.
fn background(config: &Config, format: ExportFormat) -> Background {
    match (config.screen.background, format) {
        (Background::Unknown, ExportFormat::Svg | ExportFormat::Html | ExportFormat::Png) => {
            Background::Dark
        }
        (background, _) => background,
    }
}

/// The panel that was asked for.
fn chosen(dashboard: &Dashboard, arguments: &Arguments) -> Result<Option<usize>> {
    let panels = &dashboard.panels;
    let panel = match &arguments.panel {
        Some(id) => Some(
            panels
                .iter()
                .position(|panel| panel.id == *id)
                .ok_or_else(|| {
                    let ids: Vec<&str> = panels.iter().map(|panel| panel.id.as_str()).collect();
                    eyre!(
                        "there is no panel `{id}` in `{}`; there is: {}",
                        dashboard.name,
                        ids.join(", ")
                    )
                })?,
        ),
        None => None,
    };
    if arguments.format == ExportFormat::Csv && panel.is_none() && panels.len() > 1 {
        return Err(eyre!("CSV holds one table: name the panel with --panel"));
    }
    Ok(panel)
}
