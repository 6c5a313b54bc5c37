//! What the environment says the terminal can show.

use super::Global;
use crate::config::{ColorMode, Config};
use crate::system::terminal::IS_CONSOLE;
use crate::ui::{Depth, Glyphs, Look, Theme};

/// The look for this process' terminal: flag, then environment, then configuration.
pub(super) fn detect(global: &Global, config: &Config) -> Look {
    from(global.ascii, global.no_color, config, |name| {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    })
}

/// The theme of that name.
pub(super) fn parse_theme(name: &str) -> Result<Theme, String> {
    Theme::from_name(name).ok_or_else(|| {
        let names = Theme::ALL.map(Theme::name);
        format!("the themes are {}", names.join(", "))
    })
}

/// `--no-color`, or `NO_COLOR` as in <https://no-color.org>.
pub(super) fn is_colourless(global: &Global) -> bool {
    global.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn from(
    ascii: bool,
    no_color: bool,
    config: &Config,
    env: impl Fn(&str) -> Option<String>,
) -> Look {
    Look {
        depth: depth(no_color, config.screen.color, &env),
        glyphs: glyphs(ascii, config, &env),
        theme: config.screen.theme,
    }
}

/// `NO_COLOR` as in <https://no-color.org>, `COLORTERM` as terminals set it, `TERM` for the rest.
fn depth(no_color: bool, choice: ColorMode, env: &impl Fn(&str) -> Option<String>) -> Depth {
    let term = env("TERM").unwrap_or_default();
    if no_color || choice != ColorMode::Always && env("NO_COLOR").is_some() {
        return Depth::None;
    }
    match choice {
        ColorMode::Never => Depth::None,
        ColorMode::Ansi16 => Depth::Ansi16,
        ColorMode::Ansi256 => Depth::Ansi256,
        ColorMode::True => Depth::True,
        ColorMode::Auto if term == "dumb" => Depth::None,
        ColorMode::Auto | ColorMode::Always => {
            let truecolor = matches!(env("COLORTERM").as_deref(), Some("truecolor" | "24bit"));
            if truecolor || term.contains("direct") || term.is_empty() && IS_CONSOLE {
                Depth::True
            } else if term.contains("256color") {
                Depth::Ansi256
            } else {
                Depth::Ansi16
            }
        }
    }
}

/// UTF-8 by the locale, as libc decides it: LC_ALL, else LC_CTYPE, else LANG.
fn glyphs(ascii: bool, config: &Config, env: &impl Fn(&str) -> Option<String>) -> Glyphs {
    let locale = env("LC_ALL")
        .or_else(|| env("LC_CTYPE"))
        .or_else(|| env("LANG"));
    let utf8 = locale.as_deref().is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    // No locale at all is what containers and `ssh -t` have: their terminals do know UTF-8.
    let seven_bit = locale.is_some() && !utf8;
    if ascii || config.screen.ascii || seven_bit {
        Glyphs::Ascii
    } else if !config.screen.braille
        || env("TERM").as_deref() == Some("linux")
        || is_old_console(env)
    {
        // The Linux console's font has blocks and no braille.
        Glyphs::Blocks
    } else {
        Glyphs::Braille
    }
}

/// Windows without its newer terminal, or another one that says so.
fn is_old_console(env: &impl Fn(&str) -> Option<String>) -> bool {
    let newer = ["WT_SESSION", "TERM_PROGRAM", "TERM"];
    IS_CONSOLE && newer.iter().all(|name| env(name).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)]) -> Look {
        let find = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        from(false, false, &Config::default(), find)
    }

    #[test]
    fn the_environment_decides_depth_and_characters() {
        assert_eq!(
            look(&[("TERM", "xterm-256color"), ("LANG", "en_GB.UTF-8")]),
            Look {
                depth: Depth::Ansi256,
                glyphs: Glyphs::Braille,
                theme: Theme::Terminal,
            }
        );
        assert_eq!(
            look(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]).depth,
            Depth::True
        );
        assert_eq!(
            look(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).depth,
            Depth::None
        );
        assert_eq!(look(&[("TERM", "dumb")]).depth, Depth::None);
        assert_eq!(
            look(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]).glyphs,
            Glyphs::Ascii
        );
        assert_eq!(look(&[("TERM", "linux")]).glyphs, Glyphs::Blocks);
        assert_eq!(look(&[]).glyphs, Glyphs::Braille);
    }
}
