//! `kpi push`: writes samples and events to PostgreSQL and announces them to Redis.

mod delivery;
mod intake;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;
use color_eyre::eyre::Result;

use super::{FAILED, Global, WRONG_USAGE, load, log, moment, open, runtime, say};
use crate::model::live::{LiveEvent, LiveItem, LiveLevel, LiveSample};
use crate::model::panel_data::Failure;
use crate::model::time::Moment;
use delivery::Delivery;
use intake::Line;

/// A sample, an event, or many of them from standard input.
#[derive(Args, Debug)]
#[command(
    override_usage = "kpi push [OPTIONS] NAME VALUE\n       kpi push [OPTIONS] --event TEXT\n       kpi push [--create] -",
    after_help = "\
Examples:
  kpi push orders 42 --create                       a new metric
  kpi push orders 43 --at now-5m --label region=eu
  kpi push --event 'deployed 1.4' --level info
  tail -f kpis.ndjson | kpi push -

On standard input (`-`), one JSON object a line; `ts` and `labels` may be missing:
  {\"metric\":\"orders\",\"value\":\"1234.50\",\"labels\":{\"region\":\"eu\"}}
  {\"event\":\"deployed 1.4\",\"level\":\"info\",\"ts\":\"2026-11-22T09:00:00Z\"}

Written through [database] url as the role that logs in there (sql/roles.sql makes kpi_writer for it), announced to [redis] url. Either may be missing."
)]
pub(super) struct Arguments {
    /// The metric, or `-` for JSON lines on standard input
    #[arg(value_name = "NAME", required_unless_present = "event")]
    name: Option<String>,
    /// Its value; every digit is kept
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: Option<String>,
    /// When: RFC 3339, `now-5m`, or seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// What it is a number of, as in region=eu; may be repeated
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,
    /// Add unknown metrics to the table of metrics
    #[arg(long)]
    create: bool,
    /// An event in place of a sample: what happened
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["name", "value"])]
    event: Option<String>,
    /// How bad the event is: info, warning, error
    #[arg(long, value_name = "LEVEL", requires = "event")]
    level: Option<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let now = open::clock();
    let single = match single(arguments, now) {
        Ok(single) => single,
        Err(why) => {
            say(&format!("kpi push: {why}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let config = match load(global) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let delivery = match Delivery::new(&config, arguments.create) {
        Ok(delivery) => delivery,
        Err(failure) => {
            say(&words(&failure));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let runtime = runtime()?;
    let (fine, summary) = runtime.block_on(async {
        let mut delivery = delivery;
        let outcome = match single {
            Some(item) => delivery.deliver(vec![Line { number: None, item }]).await,
            None => stream(&mut delivery).await,
        };
        if let Err(failure) = &outcome {
            say(&words(failure));
        }
        delivery.finish().await;
        (outcome.is_ok() && delivery.is_fine(), delivery.summary())
    });
    // Whoever still waits for standard input must not keep us.
    runtime.shutdown_background();
    say(&summary);
    Ok(ExitCode::from(if fine { 0 } else { FAILED }))
}

/// What the arguments say in full; none for standard input.
fn single(arguments: &Arguments, now: Moment) -> Result<Option<LiveItem>, String> {
    let at = || {
        arguments
            .at
            .as_deref()
            .map_or(Ok(now), |text| moment::read("--at", text, now))
    };
    if let Some(text) = &arguments.event {
        let level = match &arguments.level {
            None => LiveLevel::default(),
            Some(name) => LiveLevel::from_name(name)
                .ok_or_else(|| format!("the level `{name}` is none of info, warning, error"))?,
        };
        if text.trim().is_empty() {
            return Err("an event says what happened: --event TEXT".to_owned());
        }
        let event = LiveItem::Event(LiveEvent {
            text: text.clone(),
            level,
            at: at()?,
            labels: labels(&arguments.labels)?,
        });
        // Through its written form, which is what checks a text.
        return LiveItem::from_json(event.to_json().as_bytes(), now)
            .map(Some)
            .map_err(|error| error.to_string());
    }
    match (arguments.name.as_deref(), arguments.value.as_deref()) {
        (Some("-"), None) if arguments.at.is_none() && arguments.labels.is_empty() => Ok(None),
        (Some("-"), _) => Err("with `-` every line says its own value, time and labels".to_owned()),
        (Some(name), Some(value)) => {
            let sample = LiveSample::new(name, value, at()?, labels(&arguments.labels)?)
                .map_err(|error| error.to_string())?;
            LiveItem::from_json(LiveItem::Sample(sample).to_json().as_bytes(), now)
                .map(Some)
                .map_err(|error| error.to_string())
        }
        (Some(name), None) => Err(format!(
            "`{name}` has no value: kpi push {name} 42, or `kpi push -` for JSON lines"
        )),
        (None, _) => Err("name a metric and its value: kpi push orders 42".to_owned()),
    }
}

fn labels(given: &[String]) -> Result<BTreeMap<String, String>, String> {
    given
        .iter()
        .map(|label| {
            label
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .ok_or_else(|| format!("the label `{label}` is not NAME=VALUE"))
        })
        .collect()
}

/// Batches are what has come while the one before was on its way.
async fn stream(delivery: &mut Delivery) -> Result<(), Failure> {
    let mut lines = intake::start(std::io::stdin(), open::clock)?;
    while let Some(batch) = lines.next().await {
        let mut good = Vec::with_capacity(batch.len());
        for line in batch {
            match line {
                Ok(line) => good.push(line),
                Err(wrong) => delivery.refuse(Some(wrong.number), &wrong.why),
            }
        }
        if !good.is_empty() {
            delivery.deliver(good).await?;
        }
    }
    Ok(())
}

fn words(failure: &Failure) -> String {
    format!("kpi push: {}", open::report(failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_a_name_and_a_value() {
        let given = ["region=eu".to_owned(), "q=a=b".to_owned()];
        let read = labels(&given).unwrap();
        assert_eq!(read["region"], "eu");
        assert_eq!(read["q"], "a=b");
        assert!(labels(&["region".to_owned()]).is_err());
        assert!(labels(&["=eu".to_owned()]).is_err());
    }
}
