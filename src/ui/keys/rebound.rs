//! Keys that the configuration's `[keys]` puts in place of the built-in ones.

use std::borrow::Cow;

use super::{ALL, Action, Binding, Situation, When, written};
use crate::config::{Config, KeySetting, Problem, did_you_mean};
use crate::ui::event::Key;

/// The keys of `binding` in this configuration.
pub(super) fn keys(binding: &'static Binding, config: &Config) -> Cow<'static, [(Key, Action)]> {
    let is_as_built = |(key, action): &(Key, Action)| {
        !config.keys.iter().any(|set| set.action == action.name())
            && !is_given_away(*key, *action, binding.when, config)
    };
    if config.keys.is_empty() || binding.keys.iter().all(is_as_built) {
        return Cow::Borrowed(binding.keys);
    }
    let mut keys: Vec<(Key, Action)> = Vec::new();
    for (key, action) in binding.keys {
        let Some(setting) = config.keys.iter().find(|set| set.action == action.name()) else {
            if !is_given_away(*key, *action, binding.when, config) {
                keys.push((*key, *action));
            }
            continue;
        };
        // All keys of an action stand where its first built-in one stood.
        if keys.iter().any(|(_, known)| known == action) {
            continue;
        }
        keys.extend(read(setting).map(|key| (key, *action)));
    }
    Cow::Owned(keys)
}

/// A built-in key that the configuration gives another action at the same time, while this one has others left.
fn is_given_away(key: Key, action: Action, when: When, config: &Config) -> bool {
    let is_taken = |key: Key, when: When| {
        config.keys.iter().any(|set| {
            set.action != action.name()
                && read(set).any(|taken| taken == key)
                && actions().any(|(other, then)| {
                    other.name() == set.action && then.meets(when) && !is_built_in(key, other)
                })
        })
    };
    is_taken(key, when)
        && ALL.iter().any(|binding| {
            let mut keys = binding.keys.iter();
            keys.any(|(other, of)| *of == action && !is_taken(*other, binding.when))
        })
}

fn is_built_in(key: Key, action: Action) -> bool {
    let mut pairs = ALL.iter().flat_map(|binding| binding.keys);
    pairs.any(|pair| *pair == (key, action))
}

/// `key` is one of `action`, valid right now or not.
pub fn is_of(key: Key, action: Action, config: &Config) -> bool {
    let mut all = ALL.iter().map(|binding| keys(binding, config));
    all.any(|keys| keys.contains(&(key, action)))
}

fn read(setting: &KeySetting) -> impl Iterator<Item = Key> + '_ {
    let keys = setting.keys.iter();
    keys.filter_map(|text| written::parse(&text.text).ok())
}

/// Every action there is, once, in the table's order, with when it is valid.
fn actions() -> impl Iterator<Item = (Action, When)> {
    let all = ALL.iter();
    all.flat_map(|binding| {
        binding
            .keys
            .iter()
            .map(|(_, action)| (*action, binding.when))
    })
}

/// What is wrong with `[keys]`: actions there are not, keys that cannot be read, and keys that would do two
/// things at once.
pub fn problems(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    for setting in &config.keys {
        if !actions().any(|(action, _)| action.name() == setting.action) {
            problems.push(unknown(setting));
            continue;
        }
        for text in &setting.keys {
            if let Err(why) = written::parse(&text.text) {
                let message = format!("`{}` is no key that can be pressed", text.text);
                problems.push(text.at.problem(message).hint(why));
            }
        }
        if setting.keys.is_empty() && setting.action == Action::Quit.name() {
            let message = "`quit` needs a key";
            problems.push(
                setting
                    .at
                    .problem(message)
                    .hint("`q` and `Ctrl-C` are usual"),
            );
        }
    }
    problems.extend(conflicts(config));
    problems
}

fn unknown(setting: &KeySetting) -> Problem {
    let message = format!("there is no action `{}`", setting.action);
    let names = || actions().map(|(action, _)| action.name());
    let hint = did_you_mean(&setting.action, names()).unwrap_or_else(|| {
        let mut names: Vec<&str> = names().collect();
        names.sort_unstable();
        names.dedup();
        format!("actions are {}", names.join(", "))
    });
    setting.at.problem(message).hint(hint)
}

/// Keys of `[keys]` that another action has too, at the same time. What shares a key by itself is meant to.
fn conflicts(config: &Config) -> Vec<Problem> {
    let all: Vec<(Key, Action, When)> = ALL
        .iter()
        .flat_map(|binding| {
            let keys = keys(binding, config).into_owned();
            keys.into_iter()
                .map(|(key, action)| (key, action, binding.when))
        })
        .collect();
    let mut problems = Vec::new();
    // Of two that were both changed one is told.
    let mut told: Vec<(Key, [&str; 2])> = Vec::new();
    for setting in &config.keys {
        for text in &setting.keys {
            let Ok(key) = written::parse(&text.text) else {
                continue;
            };
            let mine = all
                .iter()
                .filter(|(bound, action, _)| *bound == key && action.name() == setting.action);
            for (_, action, when) in mine {
                let other = all.iter().find(|(bound, other, then)| {
                    *bound == key
                        && other.name() != action.name()
                        && when.meets(*then)
                        && !(is_built_in(key, *action) && is_built_in(key, *other))
                        && !told.contains(&(key, pair(*action, *other)))
                });
                if let Some((_, other, _)) = other {
                    told.push((key, pair(*action, *other)));
                    problems.push(
                        text.at
                            .problem(conflict(key, *action, *other))
                            .hint(format!("give `{}` another key as well", other.name())),
                    );
                }
            }
        }
    }
    problems
}

/// The names of both, in one order.
fn pair(action: Action, other: Action) -> [&'static str; 2] {
    let mut names = [action.name(), other.name()];
    names.sort_unstable();
    names
}

fn conflict(key: Key, action: Action, other: Action) -> String {
    let key = written::name(key);
    format!(
        "`{key}` would do two things: `{}` and `{}`",
        action.name(),
        other.name()
    )
}

impl When {
    /// Whether both can hold at once. A mode takes the keys it needs from everything else.
    fn meets(self, other: Self) -> bool {
        const APART: [(When, When); 10] = [
            (When::InPast, When::OtherLive),
            (When::Silent, When::PollsItself),
            (When::Running, When::Paused),
            (When::Above, When::BigTable),
            (When::Beside, When::ColumnsAlone),
            (When::StackScrolls, When::RowsScroll),
            (When::FullScreenAlone, When::RowSelected),
            (When::Jump, When::FullTable),
            (When::Jump, When::RowSelected),
            (When::Charts, When::FullTable),
        ];
        if (self == Self::CrossHair) != (other == Self::CrossHair) {
            return false;
        }
        let sizes = (self.fills_screen(), other.fills_screen());
        let is_apart = |a, b| APART.contains(&(a, b)) || APART.contains(&(b, a));
        !(is_apart(self, other) || matches!(sizes, (Some(a), Some(b)) if a != b))
    }

    /// It holds only while one panel fills the screen, or only while none does.
    fn fills_screen(self) -> Option<bool> {
        match self {
            Self::Grid | Self::StackScrolls | Self::Kiosk => Some(false),
            Self::FullScreenAlone
            | Self::BigTable
            | Self::FullTable
            | Self::RowSelected
            | Self::ColumnsAlone => Some(true),
            _ => None,
        }
    }
}

impl Situation<'_> {
    /// How a key of this action is written right now; none when it has none.
    pub fn key_of(&self, action: Action) -> Option<Key> {
        let lines = super::valid(self);
        let mut keys = lines.flat_map(|line| line.keys.into_owned());
        keys.find(|(_, bound)| *bound == action).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_built_in_key_does_two_things_at_once() {
        let all: Vec<(Key, Action, When)> = ALL
            .iter()
            .flat_map(|binding| {
                let keys = binding.keys.iter();
                keys.map(|(key, action)| (*key, *action, binding.when))
            })
            .collect();
        for (index, (key, action, when)) in all.iter().enumerate() {
            for (other_key, other, then) in &all[index + 1..] {
                let both = key == other_key && action != other && when.meets(*then);
                assert!(
                    !both,
                    "{key:?} is {action:?} ({when:?}) and {other:?} ({then:?})"
                );
            }
        }
    }
}
