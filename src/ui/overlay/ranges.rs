//! The picker of time ranges: those used lately, quick ones, and whatever else is typed.

use ratatui::layout::Rect;

use super::Overlay;
use super::frame::{Hint, Need, Place, hint, place};
use crate::model::range::RangeSpec;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{Effect, Event, Key};
use crate::ui::keys::Situation;
use crate::ui::{Ui, travel};

/// The keys at the foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "show"),
    hint(Key::Esc, "Esc", "cancel"),
];

/// Ranges remembered at most.
const REMEMBERED: usize = 5;

/// Ranges by name. Weeks begin on Monday, all in the dashboard's time zone.
const QUICK: [(&str, &str); 21] = [
    ("Last 5 minutes", "5m"),
    ("Last 15 minutes", "15m"),
    ("Last 30 minutes", "30m"),
    ("Last hour", "1h"),
    ("Last 3 hours", "3h"),
    ("Last 6 hours", "6h"),
    ("Last 12 hours", "12h"),
    ("Last 24 hours", "24h"),
    ("Last 2 days", "2d"),
    ("Last 7 days", "7d"),
    ("Last 30 days", "30d"),
    ("Last 90 days", "90d"),
    ("Today so far", "now/d to now"),
    ("Yesterday", "now-1d/d to now-1d/d"),
    ("Day before yesterday", "now-2d/d to now-2d/d"),
    ("This day last week", "now-7d/d to now-7d/d"),
    ("This week so far", "now/w to now"),
    ("Last week", "now-1w/w to now-1w/w"),
    ("This month so far", "now/M to now"),
    ("Last month", "now-1M/M to now-1M/M"),
    ("This year so far", "now/y to now"),
];

/// Ranges by name, for whoever offers them besides.
pub fn quick() -> impl Iterator<Item = (&'static str, RangeSpec)> {
    QUICK
        .iter()
        .filter_map(|(words, text)| Some((*words, RangeSpec::parse(text).ok()?)))
}

/// The picker while it is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RangePicker {
    /// What is typed and the list.
    pub choices: Choices,
}

impl RangePicker {
    /// With the cursor on the range that is shown.
    pub(in crate::ui) fn open(now: &Situation<'_>) -> Self {
        let mut picker = Self {
            choices: Choices::new("6h   now-2d/d to now-1d/d   2026-11-01 08:00 to 12:00"),
        };
        let shown = now.range();
        let offered = picker.offered(now.ui);
        let at = offered.iter().position(|(range, _)| Some(range) == shown);
        picker.choices.go_to(at.unwrap_or(0));
        picker
    }

    /// What is typed as a range.
    ///
    /// # Errors
    /// Why it is none.
    pub fn typed(&self) -> Result<RangeSpec, String> {
        RangeSpec::parse(self.choices.field.text())
    }

    /// The ranges in the list: what is typed if it is one, those used lately, the quick ones. What is no range finds
    /// those whose name has its words, and nothing if it has a digit: a time that was mistyped shows no other one.
    pub fn offered(&self, ui: &Ui) -> Vec<(RangeSpec, Item)> {
        let mut offered = Self::known(ui);
        let text = self.choices.field.text().trim();
        match self.typed() {
            Ok(range) => {
                let item = Item::new(range.text.clone()).aside("typed").pinned();
                offered.insert(0, (range, item));
            }
            Err(_) if text.is_empty() => {}
            Err(_) if text.contains(|letter: char| letter.is_ascii_digit()) => offered.clear(),
            Err(_) => offered.retain(|(range, item)| {
                item.text != range.text && begin_words_of(&item.text, text)
            }),
        }
        offered
    }

    /// Those used lately, then the quick ones.
    fn known(ui: &Ui) -> Vec<(RangeSpec, Item)> {
        let mut offered: Vec<(RangeSpec, Item)> = Vec::new();
        for range in &ui.recent_ranges {
            let text = range.text.as_str();
            let named = QUICK.iter().find(|(_, quick)| *quick == text);
            let words = named.map_or(text, |(words, _)| words);
            let item = Item::new(words).also(text).aside("used lately");
            offered.push((range.clone(), item));
        }
        for (words, range) in quick() {
            if !ui.recent_ranges.contains(&range) {
                let item = Item::new(words).also(&range.text).aside(&range.text);
                offered.push((range, item));
            }
        }
        offered
    }

    /// The range under the cursor.
    pub fn chosen(&self, ui: &Ui) -> Option<RangeSpec> {
        let (ranges, items): (Vec<_>, Vec<_>) = self.offered(ui).into_iter().unzip();
        let index = self.choices.chosen(&items)?;
        ranges.into_iter().nth(index)
    }

    /// Where it stands.
    pub fn place(ui: &Ui, screen: Rect) -> Place {
        let need = Need {
            width: 62,
            has_field: true,
            notes: 2,
            // As high as before something is typed: it stays where it is.
            lines: Self::known(ui).len(),
        };
        place(need, screen)
    }

    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let place = Self::place(ui, now.layout.screen);
        let event = place.read(event, &HINTS)?;
        let (ranges, items): (Vec<_>, Vec<_>) = self.offered(ui).into_iter().unzip();
        match self.choices.update(&event, &items, place.list) {
            Asked::Leave => return None,
            Asked::Take(index) => {
                if let Some(range) = ranges.into_iter().nth(index) {
                    ui.recent_ranges.retain(|used| *used != range);
                    ui.recent_ranges.insert(0, range.clone());
                    ui.recent_ranges.truncate(REMEMBERED);
                    travel::choose(ui, now, range);
                    return None;
                }
            }
            Asked::Nothing | Asked::Search | Asked::TakeTyped | Asked::Mark(_) => {}
        }
        ui.overlay = Some(Overlay::Ranges(self));
        None
    }
}

/// Each word of `typed` begins a word of `name`, whatever the case.
fn begin_words_of(name: &str, typed: &str) -> bool {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    typed
        .split_whitespace()
        .all(|part| name.split_whitespace().any(|word| word.starts_with(part)))
}
