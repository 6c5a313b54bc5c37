//! A list to choose from, found by typing a few letters of it.
//!
//! Holds what is typed and where the cursor is; the items are given anew with each event and each frame, so
//! that they may change (a query answers, a panel comes) while the list is open.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::{Position, Rect};

use super::event::{Event, Key};
use super::field::{Edit, Field};
use super::keys::Scroll;

/// One line to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub text: String,
    /// Further words it is found by, not shown.
    pub also: String,
    /// What it is called in the configuration. Where there is one, an item that is wholly what is typed, by this or
    /// by its text, comes first, then those that begin with it.
    pub key: String,
    /// At the right edge, less important: its key, its value. Not searched.
    pub aside: String,
    /// It can be marked, and is or is not; none in a list where one line is chosen.
    pub mark: Option<bool>,
    /// It is found and stands first whatever is typed.
    pub is_pinned: bool,
}

impl Item {
    /// An item that says this.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// With this at the right edge.
    #[must_use]
    pub fn aside(mut self, text: impl Into<String>) -> Self {
        self.aside = text.into();
        self
    }

    /// Also found by these words.
    #[must_use]
    pub fn also(mut self, words: impl Into<String>) -> Self {
        self.also = words.into();
        self
    }

    /// Called this; see [`Item::key`].
    #[must_use]
    pub fn called(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// How well it is what is typed, in lower case: wholly, its beginning, otherwise.
    fn closeness(&self, wanted: &str) -> u32 {
        if self.key.is_empty() {
            return 0;
        }
        let names = [&self.text, &self.key].map(|name| name.trim().to_lowercase());
        if names.iter().any(|name| name == wanted) {
            2
        } else {
            u32::from(names.iter().any(|name| name.starts_with(wanted)))
        }
    }

    /// First, whatever is typed.
    #[must_use]
    pub fn pinned(mut self) -> Self {
        self.is_pinned = true;
        self
    }

    /// Marked or not.
    #[must_use]
    pub fn marked(mut self, mark: bool) -> Self {
        self.mark = Some(mark);
        self
    }
}

/// What is typed to find an item, and where the cursor is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// What is searched for.
    pub field: Field,
    /// Which of the items found is under the cursor; held inside them when used.
    pub cursor: usize,
    /// First visible one, before it is held so that the cursor is in sight.
    top: usize,
}

/// What an event asks of a list's owner. Everything else a list does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// Something else was typed: other items are found.
    Search,
    /// Esc: go without choosing.
    Leave,
    /// Enter or a click on the item with this index (into all items).
    Take(usize),
    /// Enter, and no item is found.
    TakeTyped,
    /// Space or a click on an item that can be marked.
    Mark(usize),
}

impl Choices {
    /// An empty search that says what to type.
    pub fn new(placeholder: &'static str) -> Self {
        Self {
            field: Field::new(placeholder),
            ..Self::default()
        }
    }

    /// The indices of the items that are found, best first; all in their order while nothing is typed.
    pub fn found(&self, items: &[Item]) -> Vec<usize> {
        let wanted = self.field.text().trim();
        if wanted.is_empty() {
            return (0..items.len()).collect();
        }
        let pattern = pattern(wanted);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let (mut characters, mut hay) = (Vec::new(), String::new());
        let lower = wanted.to_lowercase();
        let mut found: Vec<((u32, u32), usize)> = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                if item.is_pinned {
                    return Some(((u32::MAX, 0), index));
                }
                let text = if item.also.is_empty() {
                    &item.text
                } else {
                    hay.clear();
                    hay.extend([item.text.as_str(), " ", item.also.as_str()]);
                    &hay
                };
                let text = Utf32Str::new(text, &mut characters);
                let score = pattern.score(text, &mut matcher)?;
                Some(((item.closeness(&lower), score), index))
            })
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, index)| index).collect()
    }

    /// Which graphemes of `text` match what is typed, for drawing them differently.
    pub fn matched(&self, text: &str) -> Vec<u32> {
        let wanted = self.field.text().trim();
        let mut indices = Vec::new();
        if !wanted.is_empty() {
            let mut characters = Vec::new();
            let text = Utf32Str::new(text, &mut characters);
            let mut matcher = Matcher::new(Config::DEFAULT);
            pattern(wanted).indices(text, &mut matcher, &mut indices);
            indices.sort_unstable();
        }
        indices
    }

    /// Where the cursor is among `count` items found.
    pub fn at(&self, count: usize) -> usize {
        self.cursor.min(count.saturating_sub(1))
    }

    /// The item under the cursor.
    pub fn chosen(&self, items: &[Item]) -> Option<usize> {
        let found = self.found(items);
        found.get(self.at(found.len())).copied()
    }

    /// The first of `count` items found that is in sight on `page` lines.
    pub fn first(&self, page: usize, count: usize) -> usize {
        let at = self.at(count);
        let page = page.max(1);
        self.top
            .min(count.saturating_sub(page))
            .clamp((at + 1).saturating_sub(page), at)
    }

    /// Puts the cursor on an item of those found.
    pub fn go_to(&mut self, at: usize) {
        self.cursor = at;
    }

    /// Applies an event; `list` is where the lines are on the screen.
    pub fn update(&mut self, event: &Event, items: &[Item], list: Rect) -> Asked {
        let found = self.found(items);
        let page = usize::from(list.height);
        self.cursor = self.at(found.len());
        self.top = self.first(page, found.len());
        let here = found.get(self.cursor).copied();
        let moved = match event {
            Event::Key(Key::Esc) => return Asked::Leave,
            Event::Key(Key::Enter) => return here.map_or(Asked::TakeTyped, Asked::Take),
            Event::Key(Key::Char(' ')) if here.is_some_and(|item| items[item].mark.is_some()) => {
                return here.map_or(Asked::Nothing, Asked::Mark);
            }
            Event::Click(x, y) => {
                return self.clicked(Position::new(*x, *y), items, &found, list);
            }
            Event::Key(Key::Up | Key::BackTab | Key::Ctrl('p')) => Scroll::Lines(-1),
            Event::Key(Key::Down | Key::Tab | Key::Ctrl('n')) => Scroll::Lines(1),
            Event::Key(Key::PageUp) => Scroll::PageUp,
            Event::Key(Key::PageDown) => Scroll::PageDown,
            Event::Key(Key::Home) if self.field.is_empty() => Scroll::Home,
            Event::Key(Key::End) if self.field.is_empty() => Scroll::End,
            Event::Wheel(_, _, notches) => Scroll::Lines(*notches),
            event => {
                if self.field.update(event) == Edit::Changed {
                    (self.cursor, self.top) = (0, 0);
                    return Asked::Search;
                }
                return Asked::Nothing;
            }
        };
        self.cursor = moved.apply(self.cursor, page, found.len().saturating_sub(1));
        self.top = self.first(page, found.len());
        Asked::Nothing
    }

    fn clicked(&mut self, cell: Position, items: &[Item], found: &[usize], list: Rect) -> Asked {
        if !list.contains(cell) {
            return Asked::Nothing;
        }
        let at = self.top + usize::from(cell.y - list.y);
        let Some(&item) = found.get(at) else {
            return Asked::Nothing;
        };
        self.cursor = at;
        match items[item].mark {
            Some(_) => Asked::Mark(item),
            None => Asked::Take(item),
        }
    }
}

/// Letters in this order with anything between; words in any order. No sign has a meaning of its own: `$` and
/// `!` are searched for like letters.
fn pattern(wanted: &str) -> Pattern {
    Pattern::new(
        wanted,
        CaseMatching::Ignore,
        Normalization::Smart,
        AtomKind::Fuzzy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Rect = Rect::new(10, 5, 30, 4);

    fn items(texts: &[&str]) -> Vec<Item> {
        texts.iter().map(|text| Item::new(*text)).collect()
    }

    fn type_in(choices: &mut Choices, text: &str, items: &[Item]) {
        for letter in text.chars() {
            choices.update(&Event::Key(Key::Char(letter)), items, LIST);
        }
    }

    fn found<'i>(choices: &Choices, items: &'i [Item]) -> Vec<&'i str> {
        let found = choices.found(items);
        found
            .iter()
            .map(|index| items[*index].text.as_str())
            .collect()
    }

    #[test]
    fn a_few_letters_find_the_item_and_the_best_comes_first() {
        let items = items(&["Orders / min", "Revenue", "Error rate", "Région Öst"]);
        let mut choices = Choices::default();
        assert_eq!(
            found(&choices, &items).len(),
            4,
            "nothing typed hides nothing"
        );
        type_in(&mut choices, "ERR", &items);
        assert_eq!(found(&choices, &items), ["Error rate"]);
        choices.field.clear();
        type_in(&mut choices, "ost reg", &items);
        assert_eq!(found(&choices, &items), ["Région Öst"]);
        assert_eq!(choices.matched("Région Öst"), [0, 1, 2, 7, 8, 9]);
        choices.field.clear();
        type_in(&mut choices, "!x", &items);
        assert!(
            found(&choices, &items).is_empty(),
            "! is a letter like others"
        );
    }

    #[test]
    fn words_that_are_not_shown_find_it_too() {
        let items = vec![Item::new("Errors").also("error_rate Operations")];
        let mut choices = Choices::default();
        type_in(&mut choices, "operat", &items);
        assert_eq!(found(&choices, &items), ["Errors"]);
    }

    #[test]
    fn enter_takes_the_item_under_the_cursor_or_what_is_typed() {
        let items = items(&["a1", "a2", "b"]);
        let mut choices = Choices::default();
        choices.update(&Event::Key(Key::Down), &items, LIST);
        let enter = Event::Key(Key::Enter);
        assert_eq!(choices.update(&enter, &items, LIST), Asked::Take(1));
        type_in(&mut choices, "b", &items);
        assert_eq!(choices.update(&enter, &items, LIST), Asked::Take(2));
        type_in(&mut choices, "x", &items);
        assert_eq!(choices.update(&enter, &items, LIST), Asked::TakeTyped);
        let esc = Event::Key(Key::Esc);
        assert_eq!(choices.update(&esc, &items, LIST), Asked::Leave);
    }

    #[test]
    fn space_marks_where_marks_are_and_is_typed_where_they_are_not() {
        let space = Event::Key(Key::Char(' '));
        let marked = vec![Item::new("eu").marked(false), Item::new("us").marked(true)];
        let mut choices = Choices::default();
        assert_eq!(choices.update(&space, &marked, LIST), Asked::Mark(0));
        assert_eq!(choices.field.text(), "");
        choices.update(&space, &items(&["eu"]), LIST);
        assert_eq!(choices.field.text(), " ");
    }

    #[test]
    fn the_cursor_stays_in_sight_and_inside() {
        let texts: Vec<String> = (0..50).map(|number| format!("item {number}")).collect();
        let items: Vec<Item> = texts.iter().map(Item::new).collect();
        let mut choices = Choices::default();
        let mut key = |key| {
            choices.update(&Event::Key(key), &items, LIST);
            let first = choices.first(4, 50);
            assert!((first..first + 4).contains(&choices.cursor), "{choices:?}");
            choices.cursor
        };
        assert_eq!(key(Key::Up), 0);
        assert_eq!(key(Key::PageDown), 3);
        assert_eq!(key(Key::End), 49);
        assert_eq!(key(Key::Down), 49);
        assert_eq!(key(Key::PageUp), 46);
        assert_eq!(key(Key::Home), 0);
        // Fewer items than before: the cursor is held inside them.
        choices.cursor = 49;
        assert_eq!(choices.chosen(&items[..3]), Some(2));
    }

    #[test]
    fn a_click_takes_the_line_under_the_pointer() {
        let items: Vec<Item> = (0..50)
            .map(|number| Item::new(number.to_string()))
            .collect();
        let mut choices = Choices::default();
        choices.update(&Event::Key(Key::End), &items, LIST);
        let click = Event::Click(12, 6);
        assert_eq!(choices.update(&click, &items, LIST), Asked::Take(47));
        let beside = Event::Click(9, 6);
        assert_eq!(choices.update(&beside, &items, LIST), Asked::Nothing);
    }

    #[test]
    fn of_ten_thousand_items_the_nearest_comes_first() {
        let items: Vec<Item> = (0..10_000)
            .map(|number| Item::new(format!("customer {number} of the region")))
            .collect();
        let mut choices = Choices::default();
        type_in(&mut choices, "cust 77", &items[..1]);
        let found = choices.found(&items);
        assert!(found.len() > 10);
        assert!(items[found[0]].text.contains("77"));
    }
}
