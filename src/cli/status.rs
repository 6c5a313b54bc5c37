//! `kpi status`: a dashboard's numbers in one line, for tmux, a bar or a shell prompt.
//!
//! From the [`cache`] that a running `kpi` or `kpi serve` keeps warm ([`keep`]); what is missing there or too old
//! is asked directly, and put there for the next one.

mod cache;
mod keep;
mod line;
mod readings;
mod template;

use std::iter;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use color_eyre::eyre::Result;

use super::ask::{self, Wrong};
use super::{Global, look, open, print, runtime, say};
use crate::config::{Config, Dashboard, Panel, did_you_mean};
use crate::front::asked::{Asked, Question};
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Failure, Health, Link, PanelData, Snapshot};
use crate::model::range::parse_duration;
use crate::model::time::Moment;
use crate::model::variable::Selection;
use crate::query;
use crate::ui::Look;

pub(super) use keep::keep;

use cache::{Entry, Shelf};
use line::{Piece, Source};
use template::Template;

const HELP: &str = "\
Examples:
  kpi status                                       the first dashboard's numbers
  kpi status --panel orders --panel errors         these
  kpi status --template '{orders} req/s {errors}'  as you like it; {{ is a brace
  set -g status-right '#(kpi status --format tmux)'     in .tmux.conf

A running `kpi` or `kpi serve` keeps a small cache warm, so that this takes milliseconds; what is not in there is asked directly. What failed or is old says so in words.

The exit code is 0 where a line could be printed, also with failures in it (a bar hides what fails): for conditions there is `kpi assert`. 2: wrong usage or configuration";

/// How the line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text without colours
    Plain,
    /// With tmux's styles
    Tmux,
    /// An object with every number
    Json,
    /// An object for waybar's custom module (`return-type = "json"`)
    Waybar,
}

/// What to show.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// For whom
    #[arg(long, short, value_enum, default_value = "plain")]
    format: Format,
    #[command(flatten)]
    ask: ask::Ask,
    /// Only this panel; again for several, in this order
    #[arg(long, short, value_name = "ID", conflicts_with = "template")]
    panel: Vec<String>,
    /// Text with panels in braces: '{orders} req/s'
    #[arg(long, value_name = "TEXT")]
    template: Option<String>,
    /// How long to wait for what is not in the cache
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = parse_duration)]
    timeout: Duration,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    shown(global, arguments).or_else(|wrong| Ok(wrong.into()))
}

fn shown(global: &Global, arguments: &Arguments) -> Result<ExitCode, Wrong> {
    let config = arguments.ask.config(global)?;
    let runtime = runtime().map_err(Wrong::failed)?;
    let config = arguments
        .ask
        .adopted(config, &runtime, Some(arguments.timeout))?;
    let (place, variables) = arguments.ask.chosen(&config)?;
    let dashboard = &config.dashboards[place];
    let template = (arguments
        .template
        .as_deref()
        .map(Template::parse)
        .transpose())
    .map_err(Wrong::usage)?;
    let panels = panels(dashboard, &arguments.panel, template.as_ref())?;
    let look = look::detect(global, &config);
    let now = open::clock();

    let shelf = Shelf::of(&config, dashboard);
    let kept = shelf.as_ref().map(Shelf::read).unwrap_or_default();
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut missing = Vec::new();
    for &index in &panels {
        let panel = &dashboard.panels[index];
        let range = range(arguments, dashboard, panel);
        let entry = kept
            .iter()
            .find(|entry| entry.answers(panel, range, &variables));
        if !entry.is_some_and(|entry| entry.is_fresh(dashboard, panel, now)) {
            missing.push(index);
        }
        pieces.push(Piece {
            panel,
            entry: entry.cloned(),
            from: Source::Cache,
        });
    }
    if !missing.is_empty() {
        let question = Question {
            dashboard: place,
            panels: missing.clone(),
            range: arguments.ask.range.clone(),
            variables: variables.clone(),
            ..Question::default()
        };
        let found = runtime.block_on(ask_now(&config, question, arguments))?;
        for entry in &found {
            let piece = pieces
                .iter_mut()
                .find(|piece| piece.panel.id == entry.panel);
            if let Some(piece) = piece {
                piece.take(entry.clone());
            }
        }
        // The next one need not ask; where that cannot be written it has to.
        if let Some(shelf) = &shelf {
            let _ = shelf.put(found, open::clock());
        }
    }
    runtime.shutdown_background();
    let text = written(
        arguments,
        &config,
        dashboard,
        template.as_ref(),
        &pieces,
        look,
    );
    print(text.as_bytes()).map_err(Wrong::failed)?;
    Ok(ExitCode::SUCCESS)
}

fn written(
    arguments: &Arguments,
    config: &Config,
    dashboard: &Dashboard,
    template: Option<&Template>,
    pieces: &[Piece<'_>],
    look: Look,
) -> String {
    let line = line::Line {
        dashboard,
        is_fed: config.viewer.from.is_some(),
        template,
        pieces,
        look,
        now: open::clock(),
    };
    let mut text = match arguments.format {
        Format::Plain => line.plain(),
        Format::Tmux => line.tmux(),
        Format::Json => line.json().to_string(),
        Format::Waybar => line.waybar().to_string(),
    };
    text.push('\n');
    text
}

/// The range that is looked at, as it is typed.
fn range<'a>(arguments: &'a Arguments, dashboard: &'a Dashboard, panel: &'a Panel) -> &'a str {
    let chosen = panel.range.as_ref().or(arguments.ask.range.as_ref());
    &chosen.unwrap_or(&dashboard.range).text
}

/// Which panels, by their place in the dashboard, in the order they are shown.
fn panels(
    dashboard: &Dashboard,
    wanted: &[String],
    template: Option<&Template>,
) -> Result<Vec<usize>, Wrong> {
    let ids = || {
        dashboard
            .panels
            .iter()
            .filter(|panel| panel.is_number())
            .map(|panel| panel.id.as_str())
    };
    let listed = || ids().collect::<Vec<_>>().join(", ");
    let named: Vec<&str> = match template {
        Some(template) => template.panels().collect(),
        None => wanted.iter().map(String::as_str).collect(),
    };
    if named.is_empty() && template.is_none() {
        let panels = dashboard.panels.iter().enumerate();
        let numbers = panels.filter(|(_, panel)| {
            matches!(panel.kind, PanelKind::Stat | PanelKind::Gauge) && panel.sql.is_some()
        });
        let numbers: Vec<usize> = numbers.map(|(index, _)| index).collect();
        if numbers.is_empty() {
            return Err(Wrong::usage(format!(
                "`{}` has no stat or gauge panel; name others with --panel: {}",
                dashboard.name,
                listed()
            )));
        }
        return Ok(numbers);
    }
    let mut places = Vec::new();
    for id in named {
        let place = dashboard.panels.iter().position(|panel| panel.id == id);
        match place {
            Some(place) if dashboard.panels[place].is_number() => {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            Some(_) => {
                return Err(Wrong::usage(format!(
                    "`{id}` shows no number; there is: {}",
                    listed()
                )));
            }
            None => {
                let near =
                    did_you_mean(id, ids()).unwrap_or_else(|| format!("there is: {}", listed()));
                return Err(Wrong::usage(format!(
                    "there is no panel `{id}` in `{}`; {near}",
                    dashboard.name
                )));
            }
        }
    }
    Ok(places)
}

/// What these panels answer now; those that do not in time are left out.
async fn ask_now(
    config: &Config,
    question: Question,
    arguments: &Arguments,
) -> Result<Vec<Entry>, Wrong> {
    let (panels, variables) = (question.panels.clone(), question.variables.clone());
    let hub = ask::hub(config, question.dashboard, &panels, &variables, false);
    let hub = hub.map_err(Wrong::failed)?;
    let dashboard = &config.dashboards[question.dashboard];
    let mut asked = Asked::open(&hub, question).await.map_err(Wrong::failed)?;
    asked.within(arguments.timeout);
    let snapshot = asked.settle().await.map_err(Wrong::failed)?;
    let missed = super::variables::missed(&variables, &snapshot.variables);
    let now = open::clock();
    if let Some(missed) = missed.first() {
        // Another value's number is no answer.
        return Err(Wrong::usage(&missed.sentence));
    }
    let silent = silence(&snapshot, &panels, now);
    if let Some(why) = &silent {
        let words = iter::once(&why.summary).chain(&why.details);
        let words: Vec<&str> = words.map(String::as_str).collect();
        say(&format!("warning: {}", words.join("; ")));
    }
    let entries = panels.into_iter().filter_map(|index| {
        let panel = &dashboard.panels[index];
        let range = range(arguments, dashboard, panel).to_owned();
        let mut data = PanelData::clone(&snapshot.panels[index]);
        if let (Some(why), Health::Waiting | Health::Live) = (&silent, &data.health) {
            data.health = Health::Failed {
                why: Arc::new(why.clone()),
                retry_at: now,
            };
        }
        Entry::of(
            panel,
            query::title(&panel.title, &snapshot.variables),
            &data,
            range,
            variables.clone(),
            now,
        )
    });
    Ok(entries.collect())
}

/// Why numbers of a feed are no answer of now: its collector is silent, or never was heard.
fn silence(snapshot: &Snapshot, panels: &[usize], now: Moment) -> Option<Failure> {
    let feed = snapshot.links.feed.as_ref()?;
    let mut panels = panels.iter().map(|panel| &snapshot.panels[*panel]);
    let is_missed = panels.any(|data| data.health == Health::Waiting) && feed.heard_at.is_none();
    let is_connected = matches!(feed.link, Link::Up);
    let why = || (is_missed && is_connected).then(|| feed.no_sign(now));
    feed.silent(now).or_else(why)
}

/// True where nobody chose anything, or exactly this.
fn is_of(entry: &Entry, chosen: &Selection) -> bool {
    entry.variables == *chosen || chosen.is_empty() && entry.is_default
}
