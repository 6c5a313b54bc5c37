//! `kpi completions SHELL` prints a script; at every Tab the script asks the hidden `kpi complete` what may stand where
//! the cursor is.
//!
//! One answer for all shells, out of clap's own tree of commands and the configuration's names: what is added to either
//! is completed at once, and no shell has to know. Whatever goes wrong is silence: nobody wants an error in the middle
//! of a prompt. Nothing is asked over a network.

pub(super) mod line;
mod names;
mod offer;
mod place;
mod quote;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, CommandFactory, ValueEnum};
use color_eyre::eyre::Result;

use super::{CommandLine, Global, print};
use line::{Line, Typed};
use offer::Offer;

/// A shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell", alias = "pwsh")]
    Power,
}

/// Which shell.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi completions bash > ~/.local/share/bash-completion/completions/kpi
  kpi completions zsh > ~/.zfunc/_kpi
  kpi completions fish > ~/.config/fish/completions/kpi.fish
  kpi completions powershell > kpi.ps1

Or for this session only: `source <(kpi completions bash)`, `source <(kpi completions zsh)`, `kpi completions fish | source`. For zsh the folder stands in fpath before compinit: `fpath=(~/.zfunc $fpath)`. In PowerShell, `. ./kpi.ps1` from $PROFILE.

Dashboards, panels, variables and their listed values come from the configuration, as it is when you press Tab; `--config FILE` earlier on the line is heeded.")]
pub(super) struct Script {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn script(script: &Script) -> Result<ExitCode> {
    print(match script.shell {
        Shell::Bash => include_bytes!("complete/kpi.bash"),
        Shell::Zsh => include_bytes!("complete/_kpi"),
        Shell::Fish => include_bytes!("complete/kpi.fish"),
        Shell::Power => include_bytes!("complete/kpi.ps1"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What a script asks.
#[derive(Args, Debug)]
pub(super) struct Question {
    shell: Shell,
    /// The word the cursor is in, up to it
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    current: OsString,
    /// Where the shell breaks words besides (bash)
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    breaks: OsString,
    /// The words before it, the program's name first; for bash one: the line up to the cursor
    #[arg(last = true)]
    words: Vec<OsString>,
}

/// Prints what may be there.
pub(super) fn answer(global: &Global, question: &Question) -> Result<ExitCode> {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let line = match question.shell {
        Shell::Bash => {
            let line = question.words.first().map(text).unwrap_or_default();
            Line::parse(&line, &text(&question.breaks))
        }
        _ => Line {
            words: question.words.iter().map(text).collect(),
            typed: Typed::plain(text(&question.current)),
        },
    };
    let mut root = CommandLine::command();
    root.build();
    // The program's own name is no argument.
    let before = line.words.get(1..).unwrap_or_default();
    let offer = if line.typed.is_redirection {
        Offer::paths(false)
    } else {
        offer::offer(&root, before, &line.typed.text, global.config.as_deref())
    };
    print(quote::written(question.shell, &line.typed, &offer).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
