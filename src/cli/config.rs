//! `kpi config`: the configuration's JSON Schema, for editors, and the configuration in force, for people who
//! wonder where a value is from.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Global, WRONG_USAGE, look, say};
use crate::config::{ColorMode, Config, LoadOptions, Origin, Override, load_effective, schema};

/// After the flags in `kpi config print --help`.
const EXAMPLES: &str = "\
Examples:
  kpi config print                        all of it, as TOML to be read again
  kpi config print | grep -n timeout      where is this from?
  kpi config print --format json | jq '.values[].origin'";

/// How it is written.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Printed {
    /// TOML with comments, or JSON
    #[arg(long, value_enum, default_value_t = Format::Toml)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Toml,
    Json,
}

/// Writes the configuration in force to `out`. Exit code 2 when there is none.
///
/// # Errors
/// `out` cannot be written to.
pub(super) fn print(
    global: &Global,
    arguments: &Printed,
    out: &mut dyn Write,
) -> color_eyre::Result<ExitCode> {
    let options = LoadOptions::of_process(global.config.clone());
    let check = crate::ui::keys::problems;
    let overrides = |config: &Config| overrides(global, config);
    match load_effective(&options, &check, &overrides) {
        Ok(effective) => {
            match arguments.format {
                Format::Toml => out.write_all(effective.toml().as_bytes())?,
                Format::Json => {
                    serde_json::to_writer_pretty(&mut *out, &effective.json())?;
                    writeln!(out)?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            say(problems.to_string().trim_end());
            Ok(ExitCode::from(WRONG_USAGE))
        }
    }
}

/// What the command line and the terminal's conventions decide over the files.
fn overrides(global: &Global, config: &Config) -> Vec<Override> {
    let mut overrides = Vec::new();
    let mut add = |key, value, origin| {
        overrides.push(Override {
            section: "screen",
            key,
            value,
            origin,
        });
    };
    let flag = |name: &str| Origin::Flag {
        name: name.to_owned(),
    };
    if global.ascii {
        add("ascii", true.into(), flag("--ascii"));
    }
    if global.no_color {
        add("color", "never".into(), flag("--no-color"));
    } else if look::is_colourless(global) && config.screen.color != ColorMode::Always {
        let name = "NO_COLOR".to_owned();
        add("color", "never".into(), Origin::Environment { name });
    }
    overrides
}

/// Writes the schema to `out`.
///
/// # Errors
/// `out` cannot be written to.
pub fn run(out: &mut dyn Write) -> color_eyre::Result<ExitCode> {
    serde_json::to_writer_pretty(&mut *out, &schema::schema())?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_json_and_ends_in_a_new_line() {
        let mut out = Vec::new();
        run(&mut out).unwrap();
        assert_eq!(out.last(), Some(&b'\n'));
        let schema: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
}
