//! Values with a meaning of their own: colours, thresholds, units, time zones, live metrics, sizes.

use std::ops::Range;

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::areas::count;
use super::dashboard::{Apply, Live, Track};
use super::keys::{APPLIES, COLORS, LIVE, Shape, THRESHOLD, list};
use super::reader::suggest::{did_you_mean, printable};
use super::reader::{Reader, Table, Text, integer};
use crate::model::color::Color;
use crate::model::threshold::{Threshold, Thresholds};
use crate::model::unit::Unit;

/// The colour of this name or `#rgb`, `#rrggbb`.
pub(super) fn color_of(text: &str) -> Option<Color> {
    let named = [
        Color::Green,
        Color::Yellow,
        Color::Orange,
        Color::Red,
        Color::Blue,
        Color::Cyan,
        Color::Purple,
        Color::Gray,
        Color::Text,
    ];
    if let Some(index) = COLORS.iter().position(|name| *name == text) {
        return named.get(index).copied();
    }
    let digits = text.strip_prefix('#')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let part = |range: Range<usize>| u8::from_str_radix(digits.get(range)?, 16).ok();
    match digits.len() {
        3 => Some(Color::Rgb(
            part(0..1)? * 17,
            part(1..2)? * 17,
            part(2..3)? * 17,
        )),
        6 => Some(Color::Rgb(part(0..2)?, part(2..4)?, part(4..6)?)),
        _ => None,
    }
}

impl Reader<'_> {
    /// A colour.
    pub(super) fn color(&mut self, table: &Table<'_>, name: &str) -> Option<Color> {
        let text = self.text(table, name)?;
        self.color_in(&text)
    }

    /// The colour a text names.
    pub(super) fn color_in(&mut self, text: &Text) -> Option<Color> {
        let color = color_of(&text.value);
        if color.is_none() {
            let message = format!("`{}` is not a colour", printable(&text.value));
            let hint = if text.value.starts_with('#') {
                "`#rgb` or `#rrggbb`, with digits 0-9 and a-f".to_owned()
            } else {
                did_you_mean(&text.value, COLORS.iter().copied())
                    .unwrap_or_else(|| format!("one of {}, or `#rrggbb`", list(COLORS)))
            };
            self.wrong_text(text, &message, hint);
        }
        color
    }

    /// Colours by the text they belong to, in the order written.
    pub(super) fn colors(&mut self, table: &Table<'_>, name: &str) -> Option<Vec<(String, Color)>> {
        let (shape, value) = Self::value(table, name)?;
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        let mut colors = Vec::new();
        for (text, value) in in_order(entries) {
            let Some(color) = self.expanded(text.get_ref(), Shape::Color, value) else {
                continue;
            };
            if let Some(color) = self.color_in(&color) {
                colors.push((text.get_ref().to_string(), color));
            }
        }
        Some(colors)
    }

    /// A number above 0.
    pub(super) fn positive(&mut self, table: &Table<'_>, name: &str) -> Option<f64> {
        let number = self.number(table, name)?;
        if number > 0.0 {
            return Some(number);
        }
        let span = Self::value(table, name).map_or(0..0, |(_, value)| value.span());
        let message = format!("`{name}` must be above 0, and {number} is not");
        self.wrong(span, message, "");
        None
    }

    /// A unit.
    pub(super) fn unit(&mut self, table: &Table<'_>, name: &str) -> Option<Unit> {
        let text = self.text(table, name)?;
        self.unit_of(&text)
    }

    fn unit_of(&mut self, text: &Text) -> Option<Unit> {
        match Unit::parse(&text.value) {
            Ok(unit) => Some(unit),
            Err(near) => {
                let id = printable(&text.value);
                let message = format!("unknown unit `{id}`");
                let free = format!("`suffix:{id}` writes it as it is");
                let hint = if near.is_empty() {
                    free
                } else {
                    format!("did you mean {}? {free}", list(&near[..near.len().min(3)]))
                };
                self.wrong_text(text, &message, hint);
                None
            }
        }
    }

    /// Units by column name, in the order written.
    pub(super) fn units(&mut self, table: &Table<'_>, name: &str) -> Option<Vec<(String, Unit)>> {
        let (shape, value) = Self::value(table, name)?;
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        let mut units = Vec::new();
        for (column, value) in in_order(entries) {
            let Some(text) = self.expanded(column.get_ref(), Shape::Unit, value) else {
                continue;
            };
            if let Some(unit) = self.unit_of(&text) {
                units.push((column.get_ref().to_string(), unit));
            }
        }
        Some(units)
    }

    /// A time zone.
    pub(super) fn zone(&mut self, table: &Table<'_>, name: &str) -> Option<TimeZone> {
        let text = self.text(table, name)?;
        if let Ok(zone) = TimeZone::get(&text.value) {
            return Some(zone);
        }
        let database = jiff::tz::db();
        let message = format!("unknown time zone `{}`", printable(&text.value));
        let hint = if database.is_definitively_empty() {
            "this machine has no time zone database: install the package `tzdata`".to_owned()
        } else {
            let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
            did_you_mean(&text.value, names.iter().map(String::as_str))
                .unwrap_or_else(|| "an IANA name such as `Europe/Berlin`, or `UTC`".to_owned())
        };
        self.wrong_text(&text, &message, hint);
        None
    }

    /// Ascending thresholds.
    pub(super) fn thresholds(&mut self, table: &Table<'_>, name: &str) -> Option<Thresholds> {
        let (_, value) = Self::value(table, name)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(
                value.span(),
                format!("`{name}` must be a list of thresholds"),
                "such as `[{ at = 0, color = \"green\" }, { at = 80, color = \"red\" }]`",
            );
            return None;
        };
        let mut thresholds: Vec<Threshold> = Vec::new();
        for item in items {
            let Some(entry) = self.table(item, &THRESHOLD) else {
                continue;
            };
            for required in ["at", "color"] {
                if Self::lacks(&entry, required) {
                    let message = format!("this threshold has no `{required}`");
                    self.missing(
                        item.span(),
                        message,
                        "such as `{ at = 80, color = \"red\" }`",
                    );
                }
            }
            let at = self.number(&entry, "at");
            let color = self.color(&entry, "color");
            let Some(at) = at else { continue };
            if let Some(before) = thresholds.last().filter(|before| before.at >= at) {
                let span = Self::value(&entry, "at").map_or(item.span(), |(_, at)| at.span());
                let message = format!("thresholds must ascend, and {at} comes after {}", before.at);
                self.wrong(span, message, "sort them by `at`");
            }
            let color = color.unwrap_or(Color::Text);
            thresholds.push(Threshold { at, color });
        }
        Some(Thresholds(thresholds))
    }

    /// What moves a panel between polls.
    pub(super) fn live(&mut self, table: &Table<'_>, name: &str) -> Option<Live> {
        let (_, value) = Self::value(table, name)?;
        if value.get_ref().is_str() {
            let metric = self.text(table, name)?.value;
            return Some(Live {
                metric,
                apply: None,
            });
        }
        if !value.get_ref().is_table() {
            self.wrong(
                value.span(),
                format!("`{name}` must be a metric's name or a table"),
                "such as `live = \"orders\"` or `live = { metric = \"orders\", apply = \"append\" }`",
            );
            return None;
        }
        let entry = self.table(value, &LIVE)?;
        if Self::lacks(&entry, "metric") {
            self.missing(
                entry.span.clone(),
                "`live` has no `metric`",
                "name the metric it follows",
            );
        }
        let apply = self
            .choice(&entry, "apply")
            .map(|index| match APPLIES[index] {
                "append" => Apply::Append,
                "replace" => Apply::Replace,
                _ => Apply::Refresh,
            });
        let metric = self.text(&entry, "metric")?.value;
        Some(Live { metric, apply })
    }

    /// Sizes of rows or columns, with the place of each.
    pub(super) fn tracks(&mut self, table: &Table<'_>, name: &str) -> Option<Vec<Track>> {
        let (shape, value) = Self::value(table, name)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        let mut tracks = Vec::new();
        for item in items {
            let track = match item.get_ref() {
                DeValue::Integer(_) => integer(item.get_ref()).and_then(cells),
                DeValue::String(_) => {
                    let Some(text) = self.expanded(name, shape, item) else {
                        continue;
                    };
                    track(text.value.trim())
                }
                _ => None,
            };
            if track.is_none() {
                self.wrong(
                    item.span(),
                    format!("this is not a size for `{name}`"),
                    "cells such as `\"5\"` (1 to 500) or shares such as `\"2fr\"` (1 to 100)",
                );
            }
            tracks.push(track.unwrap_or(Track::Share(1)));
        }
        if tracks.is_empty() {
            self.wrong(
                value.span(),
                format!("`{name}` is empty"),
                "leave the key out for `1fr` each",
            );
            return None;
        }
        Some(tracks)
    }

    /// Reports a list of sizes that does not fit its drawing.
    pub(super) fn track_count(&mut self, table: &Table<'_>, name: &str, have: usize, need: usize) {
        if let (true, Some((_, value))) = (have != need, Self::value(table, name)) {
            let what = name.trim_end_matches('s');
            let message = format!(
                "`{name}` gives {}, and the layout has {}",
                count(have, "size"),
                count(need, what)
            );
            self.wrong(
                value.span(),
                message,
                format!("one size per {what} of the layout"),
            );
        }
    }
}

fn cells(number: i64) -> Option<Track> {
    let number = u16::try_from(number).ok()?;
    (1..=500).contains(&number).then_some(Track::Cells(number))
}

fn track(text: &str) -> Option<Track> {
    match text.strip_suffix("fr") {
        Some(share) => {
            let share = share.trim_end().parse().ok()?;
            (1..=100).contains(&share).then_some(Track::Share(share))
        }
        None => cells(text.parse().ok()?),
    }
}

/// The entries of a table in the order they are written in the file.
pub(super) fn in_order<'t>(
    table: &'t DeTable<'t>,
) -> Vec<(
    &'t Spanned<std::borrow::Cow<'t, str>>,
    &'t Spanned<DeValue<'t>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_names_or_hexadecimal() {
        assert_eq!(color_of("orange"), Some(Color::Orange));
        assert_eq!(color_of("text"), Some(Color::Text));
        assert_eq!(color_of("#0aF"), Some(Color::Rgb(0x00, 0xaa, 0xff)));
        assert_eq!(color_of("#102030"), Some(Color::Rgb(0x10, 0x20, 0x30)));
        for wrong in ["", "#", "#12", "#12345", "#ggg", "#+1+2+3", "Red", "#é1"] {
            assert_eq!(color_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_are_cells_or_shares() {
        assert_eq!(track("5"), Some(Track::Cells(5)));
        assert_eq!(track("2fr"), Some(Track::Share(2)));
        for wrong in ["0", "0fr", "501", "fr", "-1", "5px", "1.5fr", ""] {
            assert_eq!(track(wrong), None, "{wrong}");
        }
    }
}
