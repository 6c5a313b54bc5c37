//! `kpi assert`: an exit code for whether a condition over panels holds.

mod nagios;
mod watch;
mod written;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use color_eyre::eyre::Result;

use super::ask::{self, Wrong};
use super::{FAILED, Global, WRONG_USAGE, log, open, print, runtime, say, variables};
use crate::assertion::{self, Expression, GRAMMAR, LONGEST, Mistake, Truth};
use crate::config::{Config, Problem};
use crate::front::asked::{Asked, Question};
use crate::model::compare::Compare;
use crate::model::range::parse_duration;

pub(super) use nagios::refused;
use watch::Held;

/// It cannot be told whether it holds.
const CANNOT_TELL: u8 = 2;

/// A mistake in the expression waits for a collector's panels no longer than that.
const COLLECTOR: Duration = Duration::from_secs(2);

const HELP: &str = "\
Examples:
  kpi assert 'orders.rate5m > 10 and errors.last < 0.01'
  kpi assert 'errors.max5m < 1%' --for 5m     now and for the next five minutes
  kpi assert 'orders.sum > 0.8 * earlier(orders.sum)' --compare last-week
  kpi assert --nagios --warning 'errors > 1%' --critical 'errors is failed'

An expression compares numbers of panels:
  orders               what the panel shows     orders.last .mean .max .p95 …
  orders.mean5m        of the newest 5 minutes  orders.rate5m: growth a second
  orders.age           seconds since its newest row, as in `orders.age < 5m`
  stuck.rows           how many rows it has
  orders is red        or bad, or failed: its threshold, its query
  orders[\"eu\"].last    one of several series    any errors > 1%, all errors < 1%
  earlier(orders.sum)  in the window of --compare

With < <= > >= == !=, between 1 and 5, and or not, + - * /, abs(), ( ), and numbers such as 10, 1%, 5k, 2MiB, 1h30m. $__interval follows the panel's width, here as in a frame of 120x40: `min_interval` in the panel pins it. An age is that of the newest row; with buckets, of the bucket's start. NaN and infinities are no numbers: it cannot be told.

1% is 0.01 and 1h is in seconds: with a panel that counts in percent, ms or such they are refused, with the number to write. Panels whose id is no word stand in quotes: \"error-rate\".last. `kpi assert --help` has the grammar.

Exit codes: 0 true, 1 false, 2 cannot tell (no data, a failed query) or wrong usage; with --nagios 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN";

/// What has to hold.
#[derive(Args, Debug)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\nThe grammar, in EBNF:\n\n{GRAMMAR}"))]
pub(super) struct Arguments {
    /// What has to hold, such as 'orders.rate5m > 10 and errors.last < 0.01'
    #[arg(value_name = "EXPRESSION", required_unless_present_any = ["warning", "critical"])]
    expression: Option<String>,
    #[command(flatten)]
    ask: ask::Ask,
    /// What `earlier(…)` is: previous, yesterday, last-week
    #[arg(long, value_name = "TIME", value_parser = Compare::parse)]
    compare: Option<Compare>,
    /// Watch: it has to hold from now on for that long; ends as soon as it does not
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration, conflicts_with = "nagios")]
    long: Option<Duration>,
    /// Print the result, every number in it and what decided, as JSON
    #[arg(long, conflicts_with = "nagios")]
    json: bool,
    /// Answer as a Nagios plugin: what has to hold does not: CRITICAL
    #[arg(long)]
    nagios: bool,
    /// What must not hold: WARNING where it does
    #[arg(
        long,
        value_name = "EXPRESSION",
        requires = "nagios",
        conflicts_with = "expression"
    )]
    warning: Option<String>,
    /// What must not hold: CRITICAL where it does
    #[arg(
        long,
        value_name = "EXPRESSION",
        requires = "nagios",
        conflicts_with = "expression"
    )]
    critical: Option<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    match asserted(global, arguments) {
        Ok(code) => Ok(code),
        Err(wrong) if arguments.nagios => nagios::unknown(&wrong.words),
        Err(wrong) => {
            // Whatever went wrong says nothing about the numbers.
            say(&wrong.words);
            Ok(ExitCode::from(CANNOT_TELL))
        }
    }
}

fn asserted(global: &Global, arguments: &Arguments) -> Result<ExitCode, Wrong> {
    let mut expressions = Vec::new();
    for (name, text) in [
        ("expression", &arguments.expression),
        ("--warning", &arguments.warning),
        ("--critical", &arguments.critical),
    ] {
        if let Some(text) = text {
            let expression = assertion::parse(text)
                .map_err(|mistake| shown(name, text, unread(global, arguments, mistake)))?;
            expressions.push((name, expression));
        }
    }
    let config = arguments.ask.config(global)?;
    log::start(&config, global.verbose);
    let runtime = runtime().map_err(Wrong::failed)?;
    let config = arguments.ask.adopted(config, &runtime, None)?;
    let (dashboard, selection) = arguments.ask.chosen(&config)?;
    let compare = arguments.compare.unwrap_or_default();
    let panels = named(&config, dashboard, &expressions, compare)?;
    let expressions: Vec<Expression> = expressions.into_iter().map(|(_, one)| one).collect();
    let held = runtime.block_on(async {
        let hub = ask::hub(
            &config,
            dashboard,
            &panels,
            &selection,
            arguments.long.is_some(),
        )
        .map_err(Wrong::failed)?;
        let question = Question {
            dashboard,
            panels,
            range: arguments.ask.range.clone(),
            variables: selection.clone(),
            compare,
        };
        let asked = Asked::open(&hub, question).await.map_err(Wrong::failed)?;
        let is_fed = config.viewer.from.is_some();
        watch::hold(
            asked,
            &config.dashboards[dashboard],
            &expressions,
            arguments.long,
            is_fed,
        )
        .await
        .map_err(Wrong::failed)
    });
    runtime.shutdown_background();
    let held = held?;
    let missed = variables::missed(&selection, &held.snapshot.variables);
    if let Some(missed) = missed.first() {
        return Err(Wrong::failed(&missed.sentence));
    }
    finish(arguments, &config, dashboard, &expressions, &held).map_err(Wrong::failed)
}

/// A mistake about a reading is one about its panel where that is not there. Without a usable configuration it
/// stays what it is.
fn unread(global: &Global, arguments: &Arguments, mistake: Mistake) -> Mistake {
    if mistake.panel.is_none() {
        return mistake;
    }
    let dashboard = || {
        let config = arguments.ask.config(global).ok()?;
        let config = arguments
            .ask
            .adopted(config, &runtime().ok()?, Some(COLLECTOR))
            .ok()?;
        let (dashboard, _) = arguments.ask.chosen(&config).ok()?;
        Some((config, dashboard))
    };
    match dashboard() {
        Some((config, dashboard)) => assertion::unread(mistake, &config.dashboards[dashboard]),
        None => mistake,
    }
}

/// The panels that the expressions name.
fn named(
    config: &Config,
    dashboard: usize,
    expressions: &[(&str, Expression)],
    compare: Compare,
) -> Result<Vec<usize>, Wrong> {
    let mut panels = Vec::new();
    for (name, expression) in expressions {
        let found = assertion::panels(expression, &config.dashboards[dashboard], compare);
        panels.extend(found.map_err(|mistake| shown(name, &expression.text, mistake))?);
    }
    panels.sort_unstable();
    panels.dedup();
    Ok(panels)
}

/// A mistake with its line and a caret.
fn shown(name: &str, text: &str, mistake: Mistake) -> Wrong {
    // Of what is too long only the beginning is worth showing.
    let text = if text.len() > LONGEST {
        &text[..mistake.span.end]
    } else {
        text
    };
    let problem = Problem::of_text(name, text, mistake.span, mistake.message);
    let problem = problem.hint(mistake.hint.unwrap_or_default());
    Wrong {
        words: problem.to_string(),
        code: WRONG_USAGE,
    }
}

fn finish(
    arguments: &Arguments,
    config: &Config,
    dashboard: usize,
    expressions: &[Expression],
    held: &Held,
) -> Result<ExitCode> {
    let dashboard = &config.dashboards[dashboard];
    if arguments.nagios {
        let alerts = nagios::Alerts {
            warning: arguments.warning.is_some(),
            critical: arguments.critical.is_some(),
        };
        return nagios::answer(dashboard, expressions, &held.verdicts, alerts);
    }
    let ([expression], [verdict]) = (expressions, held.verdicts.as_slice()) else {
        return Ok(ExitCode::from(CANNOT_TELL));
    };
    if arguments.json {
        let taken_at = open::clock();
        print(written::json(dashboard, expression, verdict, held, taken_at)?.as_bytes())?;
    } else {
        say(&written::words(dashboard, expression, verdict, held));
    }
    Ok(ExitCode::from(match verdict.truth {
        Truth::True => 0,
        Truth::False => FAILED,
        Truth::Unknown => CANNOT_TELL,
    }))
}
