//! `kpi man`: manual pages, out of the same tree of commands as the help.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use color_eyre::eyre::{Result, WrapErr};

use super::examples::{self, Example};
use super::{CommandLine, WRONG_USAGE, print, say};

/// Which page, or where to all of them.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi man | man -l -                               read it
  kpi man snapshot | man -l -                      that of a command
  kpi man --out /usr/local/share/man/man1          all of them, for `man kpi`")]
pub(super) struct Arguments {
    /// The page of this command, such as `snapshot` or `config schema`; without one, of `kpi` itself
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: Option<PathBuf>,
}

/// What only the page of `kpi` itself says.
const FILES: &[(&str, &str)] = &[
    (
        "config.toml",
        "in the current folder, else in the platform's configuration folder (~/.config/kpi)",
    ),
    (
        ".env",
        "beside it: variables for it; those of the environment go before",
    ),
    (
        "~/.local/state/kpi",
        "the log, a file a day, a week kept (macOS: ~/Library/Application Support/kpi)",
    ),
    ("config.example.toml", "every key; what `kpi init` writes"),
];
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "KPI_CONFIG",
        "the configuration, where no --config names one",
    ),
    ("DATABASE_URL", "PostgreSQL for the panels, may be pooled"),
    ("DIRECT_URL", "the same, direct: migrations and LISTEN"),
    ("REDIS_URL", "Redis: live updates, the collector's feed"),
    ("KPI_ENV", "a word for the header, such as production"),
    #[cfg(feature = "serve")]
    ("PORT", "where `kpi serve` answers HTTP"),
    #[cfg(feature = "serve")]
    ("KPI_TOKEN", "who may ask it; several with commas"),
    (
        "NO_COLOR, COLORTERM, TERM, LC_ALL, LANG",
        "what the terminal can show",
    ),
];

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut root = CommandLine::command().disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &arguments.out {
        write(&root, folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = &root;
    for name in &arguments.command {
        let Some(below) = command.find_subcommand(name) else {
            say(&format!(
                "kpi man: `{}` has no command `{name}`",
                command.get_bin_name().unwrap_or("kpi")
            ));
            return Ok(ExitCode::from(WRONG_USAGE));
        };
        command = below;
    }
    print(&page(command)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the page of `command` and of every command below into `folder`.
fn write(command: &Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .wrap_err_with(|| format!("cannot make the folder {}", folder.display()))?;
    let file = folder.join(format!("{}.1", name(command)));
    std::fs::write(&file, page(command)?)
        .wrap_err_with(|| format!("cannot write {}", file.display()))?;
    let mut below = command.get_subcommands().filter(|one| !one.is_hide_set());
    below.try_for_each(|one| write(one, folder))
}

/// `kpi-config-schema`.
fn name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

/// The page in roff, section 1.
fn page(command: &Command) -> Result<Vec<u8>> {
    let (examples, rest) = examples::of(command);
    let is_root = name(command) == "kpi";
    let page = Man::new(command.clone())
        .title(name(command).to_uppercase())
        .manual("KPI dashboards")
        // Two builds of one version are the same.
        .source(concat!("kpi ", env!("CARGO_PKG_VERSION")));
    let mut out = Vec::new();
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    let mut after = Roff::new();
    paragraphs(&mut after, &rest);
    after.to_writer(&mut out)?;
    page.render_options_section(&mut out)?;
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        page.render_subcommands_section(&mut out)?;
    }
    let mut more = Roff::new();
    shown(&mut more, &examples);
    if is_root {
        listed(&mut more, "ENVIRONMENT", ENVIRONMENT);
        listed(&mut more, "FILES", FILES);
    }
    more.control("SH", ["EXIT STATUS"]);
    more.text([roman(
        "0: fine. 1: something asked for failed. 2: wrong usage or configuration.",
    )]);
    if !is_root {
        more.control("SH", ["SEE ALSO"]);
        more.text([bold("kpi"), roman("(1)")]);
    }
    more.to_writer(&mut out)?;
    Ok(seven_bits(&String::from_utf8(out)?).into_bytes())
}

/// Every formatter knows these escapes, and not every one UTF-8 (groff_char(7)).
fn seven_bits(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    for c in page.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            text.push_str(&format!("\\[u{:04X}]", u32::from(c)));
        }
    }
    text
}

/// Text as it is broken by the reader's terminal; indented lines stay as they are.
fn paragraphs(roff: &mut Roff, lines: &[String]) {
    let mut is_literal = false;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let literal = line.starts_with("  ");
        if literal != is_literal {
            roff.control(if literal { "nf" } else { "fi" }, []);
            is_literal = literal;
        }
        if !literal {
            roff.control("PP", []);
        }
        roff.text([roman(line.as_str())]);
    }
    if is_literal {
        roff.control("fi", []);
    }
}

fn shown(roff: &mut Roff, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    roff.control("SH", ["EXAMPLES"]);
    for example in examples {
        if example.about.is_empty() {
            roff.control("PP", []);
            roff.text([bold(example.line.as_str())]);
            continue;
        }
        roff.control("TP", []);
        roff.text([bold(example.line.as_str())]);
        roff.text([roman(example.about.as_str())]);
    }
}

fn listed(roff: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [title]);
    for (name, about) in entries {
        roff.control("TP", []);
        roff.text([italic(*name)]);
        roff.text([roman(*about)]);
    }
}
