//! What states are drawn as: colour, pattern, sign and words.
//!
//! A number's class is the step of the thresholds it is on, a text's is the text. A text's colour is the
//! configured one, else what the word usually means, else one that means nothing.

use std::collections::HashMap;

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::super::Scene;
use super::super::ink::{self, Ink};
use crate::model::color::Color;
use crate::model::states::{State, States};
use crate::ui::palette::{self, Role};
use crate::ui::{Depth, Glyphs, Look};

/// States as they are drawn.
pub(in super::super) struct Classes {
    classes: Vec<Class>,
    /// The class of each state.
    of: Vec<u32>,
}

/// How states of one sort are drawn.
#[derive(Clone, Debug)]
pub(in super::super) struct Class {
    text: String,
    /// Of digits a part would be another number.
    is_number: bool,
    /// Of its colour: `✔ ▲ ✖`, or empty.
    pub(in super::super) sign: &'static str,
    /// 0 fine or without opinion, 1 watch it, 2 bad.
    severity: u8,
    pub(in super::super) style: Style,
    pub(in super::super) symbol: char,
}

/// Words that usually mean a colour.
const MEANINGS: [(Color, &[&str]); 5] = [
    (
        Color::Green,
        &[
            "ok",
            "up",
            "healthy",
            "online",
            "available",
            "ready",
            "good",
            "pass",
            "passed",
            "success",
            "succeeded",
            "green",
            "normal",
            "active",
        ],
    ),
    (
        Color::Yellow,
        &[
            "warn",
            "warning",
            "degraded",
            "slow",
            "yellow",
            "pending",
            "unstable",
            "lagging",
            "catching up",
        ],
    ),
    (
        Color::Red,
        &[
            "down",
            "error",
            "fail",
            "failed",
            "failing",
            "failure",
            "critical",
            "offline",
            "unhealthy",
            "unavailable",
            "bad",
            "dead",
            "red",
            "outage",
            "firing",
            "blocked",
        ],
    ),
    (
        Color::Blue,
        &["running", "busy", "true", "on", "yes", "deploying", "info"],
    ),
    (
        Color::Gray,
        &[
            "unknown",
            "idle",
            "false",
            "off",
            "no",
            "none",
            "paused",
            "maintenance",
            "stopped",
            "disabled",
        ],
    ),
];

/// Colours that mean nothing, for words that mean nothing either.
const NEUTRAL: [Color; 4] = [
    Color::Blue,
    Color::Purple,
    Color::Cyan,
    Color::Rgb(0xd9, 0x77, 0xb8),
];

impl Classes {
    pub(in super::super) fn of(scene: &Scene<'_>, states: &States) -> Self {
        let thresholds = &scene.panel.thresholds.0;
        let mut keys: Vec<(Key, Color)> = Vec::new();
        let mut index: HashMap<Key, u32> = HashMap::new();
        let mut of = Vec::with_capacity(states.states.len());
        for state in &states.states {
            let key = match state {
                State::Number(number) if !thresholds.is_empty() => {
                    let above = thresholds.partition_point(|step| step.at <= *number);
                    Key::Step(above.saturating_sub(1))
                }
                State::Number(number) => Key::Text(scene.write(*number).to_string(), true),
                State::Text(text) => Key::Text(text.clone(), false),
            };
            of.push(*index.entry(key).or_insert_with_key(|key| {
                keys.push((key.clone(), Color::Text));
                (keys.len() - 1) as u32
            }));
        }
        color(scene, &mut keys);
        let classes = keys
            .into_iter()
            .map(|(key, color)| Class::new(scene, key, color));
        let mut classes: Vec<Class> = classes.collect();
        fill_in(&mut classes, scene.look());
        Self { classes, of }
    }

    /// The class of a state.
    pub(in super::super) fn of_state(&self, state: u32) -> u32 {
        self.of.get(state as usize).copied().unwrap_or_default()
    }

    pub(in super::super) fn class(&self, class: u32) -> &Class {
        &self.classes[class as usize]
    }

    pub(in super::super) fn severity(&self, class: u32) -> u8 {
        self.classes[class as usize].severity
    }

    pub(in super::super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// The classes with their part of the time, the greatest first, in one line.
    pub(in super::super) fn draw_legend(
        &self,
        scene: &Scene<'_>,
        shares: &[f64],
        line: Rect,
        ink: &mut Ink<'_>,
    ) {
        let look = scene.look();
        let muted = scene.role(Role::Muted);
        let mut order: Vec<usize> = (0..self.classes.len())
            .filter(|at| shares[*at] > 0.0)
            .collect();
        order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]).then(a.cmp(b)));
        let with_share = |index: &usize, detailed: bool| {
            let class = &self.classes[*index];
            let sign = if class.sign.is_empty() { "" } else { " " };
            let text = ink::cut(&class.text, 24, look);
            let text = format!("{}{sign}{text}", class.sign);
            // `< 70% 12.5%` would read as two limits.
            let colon = if class.is_number { ":" } else { "" };
            let share = if detailed {
                format!("{colon} {}", percent(shares[*index]))
            } else {
                String::new()
            };
            (text, share)
        };
        let width = |index: &usize, detailed: bool| {
            let (text, share) = with_share(index, detailed);
            2 + ink::width(&text, look) + share.len()
        };
        let all = |order: &[usize], detailed: bool| -> usize {
            let cells = order
                .iter()
                .take(100)
                .map(|index| width(index, detailed) + 2);
            cells.sum::<usize>().saturating_sub(2)
        };
        let room = usize::from(line.width);
        // The shares of some say less than the names of all.
        let detailed = all(&order, true) <= room || all(&order, false) > room;
        if all(&order, detailed) > room {
            // What is bad is not what is left out.
            order.sort_by_key(|index| std::cmp::Reverse(self.classes[*index].severity));
        }
        let mut x = line.x;
        for (place, index) in order.iter().enumerate() {
            let more = order.len() - place;
            let reserve = if more > 1 { 5 } else { 0 };
            let left = line.right().saturating_sub(x);
            if width(index, detailed) + reserve > usize::from(left) && more + place > 1 {
                ink.put_cut(x, line.y, left, &format!("+{more}"), muted);
                return;
            }
            let class = &self.classes[*index];
            let (text, share) = with_share(index, detailed);
            ink.cell(x, line.y, class.symbol, class.style);
            x += 2;
            x += ink.put(
                x,
                line.y,
                line.right().saturating_sub(x),
                &text,
                scene.role(Role::Text),
            );
            x += ink.put(x, line.y, line.right().saturating_sub(x), &share, muted) + 2;
        }
    }
}

/// What makes states one class.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// That step of the thresholds.
    Step(usize),
    /// This text; true for a written number.
    Text(String, bool),
}

/// Gives every class its colour. Words without a meaning take theirs in alphabetical order, so that it
/// does not depend on which came first.
fn color(scene: &Scene<'_>, keys: &mut [(Key, Color)]) {
    let panel = scene.panel;
    let mut free: Vec<usize> = Vec::new();
    for (index, (key, color)) in keys.iter_mut().enumerate() {
        match key {
            Key::Step(step) => {
                if let Some(step) = panel.thresholds.0.get(*step) {
                    *color = step.color;
                }
            }
            Key::Text(text, is_number) => {
                let configured = panel.chart.color_of(text);
                let usual = || (!*is_number).then(|| meaning(text)).flatten();
                match configured.or_else(usual) {
                    Some(known) => *color = known,
                    None => free.push(index),
                }
            }
        }
    }
    free.sort_by(|a, b| match (&keys[*a].0, &keys[*b].0) {
        (Key::Text(a, _), Key::Text(b, _)) => a.cmp(b),
        _ => a.cmp(b),
    });
    for (place, index) in free.into_iter().enumerate() {
        keys[index].1 = panel
            .color
            .filter(|_| place == 0)
            .unwrap_or(NEUTRAL[place % NEUTRAL.len()]);
    }
}

fn meaning(text: &str) -> Option<Color> {
    let word = text.to_lowercase();
    let found = MEANINGS
        .iter()
        .find(|(_, words)| words.contains(&word.as_str()));
    found.map(|(color, _)| *color)
}

impl Class {
    fn new(scene: &Scene<'_>, key: Key, color: Color) -> Self {
        let look = scene.look();
        let (text, is_number) = match key {
            Key::Step(step) => (step_words(scene, step), true),
            Key::Text(text, is_number) => (text, is_number),
        };
        let sign = palette::sign(color, look);
        Self {
            text,
            is_number,
            sign,
            severity: match sign {
                "✖" | "x" => 2,
                "▲" | "!" => 1,
                _ => 0,
            },
            style: palette::color(color, look),
            symbol: '█',
        }
    }

    /// What of sign and text fits into `room` cells of a band; of digits all or none.
    pub(in super::super) fn words(&self, room: usize, look: Look) -> String {
        let fits = |text: &String| ink::width(text, look) <= room;
        // A blank on each side, or one at least: words of neighbours must not run together.
        let spaced = |text: &str| format!(" {text} ");
        let mut forms = Vec::new();
        if !self.sign.is_empty() {
            forms.push(spaced(&format!("{} {}", self.sign, self.text)));
        }
        forms.push(spaced(&self.text));
        forms.push(format!("{} ", self.text));
        if let Some(form) = forms.into_iter().find(fits) {
            return form;
        }
        if !self.sign.is_empty() {
            return self.sign.to_owned();
        }
        if self.is_number {
            return String::new();
        }
        if room >= 5 {
            return ink::cut(&self.text, room - 1, look);
        }
        let first = self
            .text
            .graphemes(true)
            .next()
            .unwrap_or_default()
            .to_owned();
        if fits(&first) { first } else { String::new() }
    }
}

/// `< 70`, `70 – 85`, `≥ 85`: the values a step of the thresholds holds for.
fn step_words(scene: &Scene<'_>, step: usize) -> String {
    let (least, dash) = match scene.look().glyphs {
        Glyphs::Ascii => (">=", "-"),
        _ => ("≥", "–"),
    };
    let at = |step: usize| {
        let step = scene.panel.thresholds.0.get(step)?;
        Some(scene.write(step.at).to_string())
    };
    match (step, at(step), at(step + 1)) {
        // The first also holds below its own value.
        (0, _, Some(next)) => format!("< {next}"),
        (_, Some(at), Some(next)) => format!("{at} {dash} {next}"),
        (_, Some(at), None) => format!("{least} {at}"),
        (_, None, _) => String::new(),
    }
}

/// Where colours do not tell classes apart patterns do: light ones for what is fine, dense ones for
/// what is bad.
fn fill_in(classes: &mut [Class], look: Look) {
    let patterns: [&[char]; 3] = match (look.glyphs, look.depth) {
        (Glyphs::Ascii, _) => [&['-', '=', '~', ':', '"'], &['+', '%'], &['#', '@']],
        (_, Depth::None) => [&['░', '▒', '·', '┄'], &['▓'], &['█']],
        _ => return,
    };
    let mut used = [0; 3];
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by(|a, b| classes[*a].text.cmp(&classes[*b].text));
    for index in order {
        let severity = usize::from(classes[index].severity);
        let of_severity = patterns[severity];
        classes[index].symbol = of_severity[used[severity] % of_severity.len()];
        used[severity] += 1;
    }
}

/// A part of 1 in percent; what is there is never 0 %, what lacks something never 100 %.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if share >= 1.0 {
        "100%".to_owned()
    } else if percent < 0.1 {
        "<0.1%".to_owned()
    } else {
        format!("{:.1}%", percent.min(99.9))
    }
}
