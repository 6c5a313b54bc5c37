//! `kpi snapshot`: one frame as text, colours or a picture, or the data as JSON or CSV.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::{Result, eyre};

use super::{
    FAILED, Global, WRONG_USAGE, load_with, log, look, open, print, runtime, say, variables,
};
use crate::config::Config;
use crate::export::paint::Ground;
use crate::export::{self, ExportFormat};
use crate::front::once::{Picture, picture};
use crate::model::compare::Compare;
use crate::model::panel_data::{Failure, Health, PanelData};
use crate::model::range::RangeSpec;
use crate::model::theme::{Background, Theme};
use crate::query;
use crate::ui::{Depth, Look, Ui};

/// What to draw, how large, where to.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// text, ansi, svg, html, json or csv (in data, too, control characters of texts are shown as ␛, ␍, …)
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
    #[command(flatten)]
    variables: variables::Variables,
    /// What to compare with: previous, yesterday, last-week
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
}

fn parse_format(name: &str) -> Result<ExportFormat, String> {
    ExportFormat::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = ExportFormat::ALL
            .iter()
            .map(|format| format.name())
            .collect();
        format!("the formats are {}", names.join(", "))
    })
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
    let config = match load_with(global, arguments.dashboard.as_deref()) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let chosen = chosen(&config, arguments).and_then(|(dashboard, panel)| {
        let variables = arguments.variables.selection(&config, dashboard)?;
        Ok((dashboard, panel, variables))
    });
    let (dashboard, panel, variables) = match chosen {
        Ok(chosen) => chosen,
        Err(report) => {
            say(&format!("error: {report}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
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
    let ui = Ui {
        dashboard,
        focus: panel.unwrap_or(0),
        full_screen: panel.is_some(),
        range: arguments.range.clone(),
        compare: arguments.compare.unwrap_or_default(),
        variables,
        still: true,
        ..Ui::default()
    };
    let config = Arc::new(config);
    let runtime = runtime()?;
    let every_panel =
        panel.is_none() && matches!(arguments.format, ExportFormat::Json | ExportFormat::Csv);
    let mut taken = runtime.block_on(async {
        let hub = open::hub(&config)?;
        Ok::<_, color_eyre::Report>(
            picture(&hub, &ui, look, arguments.size, every_panel, open::clock).await?,
        )
    })?;
    runtime.shutdown_background();
    let missed = variables::missed(&ui.variables, &taken.snapshot.variables);
    let is_data = matches!(arguments.format, ExportFormat::Json | ExportFormat::Csv);
    let mut unanswered = Vec::new();
    if is_data && !missed.is_empty() {
        unanswered = withhold(&config, &ui, &missed, &mut taken);
    }
    // Another value's rows are no answer, and no rows would be a wrong one.
    let is_nothing =
        arguments.format == ExportFormat::Csv && unanswered.contains(&panel.unwrap_or(0));
    if !is_nothing {
        let data = written(&config, &ui, panel, arguments.format, look.theme, &taken)?;
        match &arguments.output {
            Some(file) => replace(file, data.as_bytes())?,
            None => print(data.as_bytes())?,
        }
    }
    let code = verdict(&config, dashboard, panel, &taken);
    for missed in &missed {
        if !is_data {
            say(&format!(
                "{}; this is for `{}`",
                missed.sentence, missed.instead
            ));
        } else if unanswered.is_empty() {
            say(&missed.sentence);
        }
    }
    Ok(if missed.is_empty() {
        code
    } else {
        ExitCode::from(FAILED)
    })
}

/// Takes the data out of the panels that use a variable whose wanted value there is not: what they hold is
/// for another value. Returns which panels.
fn withhold(
    config: &Config,
    ui: &Ui,
    missed: &[variables::Missed],
    taken: &mut Picture,
) -> Vec<usize> {
    let dashboard = &config.dashboards[ui.dashboard];
    let names = variables::concerned(&dashboard.variables, missed);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let uses = |sql: &String| !query::used(sql, &names).is_empty();
    let concerned: Vec<usize> = (0..dashboard.panels.len())
        .filter(|index| dashboard.panels[*index].sql.as_ref().is_some_and(uses))
        .collect();
    let sentences: Vec<&str> = missed.iter().map(|one| one.sentence.as_str()).collect();
    let why = Arc::new(Failure::new(sentences.join("; ")));
    let snapshot = Arc::make_mut(&mut taken.snapshot);
    for index in &concerned {
        let Some(data) = snapshot.panels.get_mut(*index) else {
            continue;
        };
        *data = Arc::new(PanelData {
            health: Health::Failed {
                why: Arc::clone(&why),
                retry_at: open::clock(),
            },
            ..PanelData::waiting()
        });
    }
    concerned
}

/// What is behind the colours. A picture has nobody to ask, and a ground of its own.
fn background(config: &Config, format: ExportFormat) -> Background {
    match (config.screen.background, format) {
        (Background::Unknown, ExportFormat::Svg | ExportFormat::Html) => Background::Dark,
        (background, _) => background,
    }
}

/// The dashboard and panel that were asked for.
fn chosen(config: &Config, arguments: &Arguments) -> Result<(usize, Option<usize>)> {
    let dashboard = open::dashboard(config, arguments.dashboard.as_deref())?;
    let panels = &config.dashboards[dashboard].panels;
    let panel = match &arguments.panel {
        Some(id) => Some(
            panels
                .iter()
                .position(|panel| panel.id == *id)
                .ok_or_else(|| {
                    let ids: Vec<&str> = panels.iter().map(|panel| panel.id.as_str()).collect();
                    eyre!(
                        "there is no panel `{id}` in `{}`; there is: {}",
                        config.dashboards[dashboard].name,
                        ids.join(", ")
                    )
                })?,
        ),
        None => None,
    };
    if arguments.format == ExportFormat::Csv && panel.is_none() && panels.len() > 1 {
        return Err(eyre!("CSV holds one table: name the panel with --panel"));
    }
    Ok((dashboard, panel))
}

fn written(
    config: &Config,
    ui: &Ui,
    panel: Option<usize>,
    format: ExportFormat,
    theme: Theme,
    taken: &Picture,
) -> Result<String> {
    let named = &config.dashboards[ui.dashboard].name;
    Ok(match format {
        ExportFormat::Text => export::text::text(&taken.buffer),
        ExportFormat::Ansi => export::ansi::ansi(&taken.buffer),
        ExportFormat::Svg => export::svg::svg(&taken.buffer, named, Ground::of(theme)),
        ExportFormat::Html => export::html::html(&taken.buffer, named, Ground::of(theme)),
        ExportFormat::Json => export::json::json(config, &taken.snapshot, open::clock(), panel)?,
        ExportFormat::Csv => {
            let data = taken
                .snapshot
                .panels
                .get(panel.unwrap_or(0))
                .ok_or_else(|| eyre!("`{}` has no panel", config.dashboards[ui.dashboard].name))?;
            export::csv::csv(&data.rows)
        }
    })
}

/// All of it or nothing: a reader of the file never sees half a frame.
fn replace(file: &std::path::Path, data: &[u8]) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(std::path::Path::new("."));
    // The temporary file's name would only confuse.
    let said = |problem: io::Error| {
        eyre!(
            "cannot write {}: {}",
            file.display(),
            io::Error::from(problem.kind())
        )
    };
    let mut fresh = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(said)?;
    fresh.write_all(data).map_err(said)?;
    if let Ok(old) = fs::metadata(file) {
        fresh
            .as_file()
            .set_permissions(old.permissions())
            .map_err(said)?;
    }
    fresh.persist(file).map_err(|problem| said(problem.error))?;
    Ok(())
}

/// Exit code 1 when something that was asked for failed; says what on standard error.
fn verdict(config: &Config, dashboard: usize, panel: Option<usize>, taken: &Picture) -> ExitCode {
    let dashboard = &config.dashboards[dashboard];
    let mut code = ExitCode::SUCCESS;
    for (index, data) in taken.snapshot.panels.iter().enumerate() {
        if panel.is_some_and(|panel| panel != index) {
            continue;
        }
        match &data.health {
            Health::Live if data.rows.truncated => say(&format!(
                "warning: {}: only the first {} rows; raise `row_limit` in [database] for more",
                dashboard.panels[index].id,
                data.rows.len()
            )),
            Health::Live => {}
            Health::Waiting if panel.is_none() && data.asked_at.is_none() => {}
            Health::Waiting => {
                say(&format!("{}: no answer", dashboard.panels[index].id));
                code = ExitCode::from(FAILED);
            }
            Health::Failed { why, .. } => {
                say(&format!("{}: {}", dashboard.panels[index].id, why.summary));
                code = ExitCode::from(FAILED);
            }
        }
    }
    code
}
