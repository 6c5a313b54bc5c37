//! The lines of the help: bindings that hold right now, with the keys they really have.

use std::borrow::Cow;

use super::{ALL, Action, Binding, Situation, When, names, rebound, written};
use crate::ui::Glyphs;
use crate::ui::event::Key;

/// A binding with the keys it really has right now.
#[derive(Clone, Debug)]
pub struct Line {
    /// What the keys do, for the help.
    pub words: &'static str,
    /// One or two words for the status line; empty for what the status line leaves out.
    pub short: &'static str,
    /// The keys and what each does.
    pub keys: Cow<'static, [(Key, Action)]>,
    binding: &'static Binding,
}

impl Line {
    /// How the keys are written on a terminal with these characters.
    pub fn label(&self, now: &Situation<'_>, glyphs: Glyphs) -> Cow<'static, str> {
        if let Cow::Owned(keys) = &self.keys {
            let keys = keys.iter().map(|(key, _)| written::label(*key, glyphs));
            return keys.collect::<Vec<_>>().join(" ").into();
        }
        if let [(_, Action::Dashboard(_)), ..] = *self.keys {
            return format!("1 - {}", now.config.dashboards.len().min(self.keys.len())).into();
        }
        match glyphs {
            Glyphs::Braille => self.binding.label.into(),
            // Few fonts without braille have the signs of keys.
            Glyphs::Blocks | Glyphs::Ascii => self.binding.ascii.into(),
        }
    }

    /// What the keys do, without the words of those that were taken out of the line.
    pub fn said(&self) -> Cow<'static, str> {
        let mut actions: Vec<Action> = Vec::new();
        for (_, action) in self.binding.keys {
            if !actions.contains(action) {
                actions.push(*action);
            }
        }
        let has = |action: &Action| self.keys.iter().any(|(_, kept)| kept == action);
        let words: Vec<&str> = self.words.split(", ").collect();
        if words.len() != actions.len() || actions.iter().all(has) {
            return self.words.into();
        }
        let kept = actions.iter().zip(words).filter(|(action, _)| has(action));
        kept.map(|(_, word)| word)
            .collect::<Vec<_>>()
            .join(", ")
            .into()
    }

    /// It ends what is wrong right now.
    pub fn is_offer(&self) -> bool {
        self.binding.when == When::Silent
    }

    /// Where the help lists it.
    pub fn section(&self) -> names::Section {
        let first = self.keys.first().or(self.binding.keys.first());
        first.map_or(names::Section::Program, |(_, action)| action.section())
    }
}

/// What holds right now, with the keys the configuration gives it. Of a key that two lines have the first keeps
/// it: what is listed is what works.
pub fn valid<'a>(now: &'a Situation<'a>) -> impl Iterator<Item = Line> + 'a {
    let mut taken: Vec<Key> = Vec::new();
    let holding = ALL.iter().filter(|binding| now.is(binding.when));
    holding.filter_map(move |binding| {
        let mut keys = rebound::keys(binding, now.config);
        if keys.iter().any(|(key, _)| taken.contains(key)) {
            let free = keys.iter().filter(|(key, _)| !taken.contains(key));
            keys = Cow::Owned(free.copied().collect());
        }
        taken.extend(keys.iter().map(|(key, _)| *key));
        (!keys.is_empty()).then_some(Line {
            words: binding.words,
            short: binding.short,
            keys,
            binding,
        })
    })
}

/// What `key` does right now.
pub fn action(key: Key, now: &Situation<'_>) -> Option<Action> {
    let mut lines = valid(now);
    let action = lines.find_map(|line| {
        let mut keys = line.keys.iter();
        keys.find(|(bound, _)| *bound == key)
            .map(|(_, action)| *action)
    })?;
    match action {
        Action::Dashboard(index) if index >= now.config.dashboards.len() => None,
        action => Some(action),
    }
}
