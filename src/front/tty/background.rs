//! Asking the terminal what is behind its text: OSC 11
//! (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "dynamic colors").
//!
//! Nothing waits for the answer: many terminals, and tmux on the way, never give one. It comes between the
//! keys, and the terminal library reads it as keys: Alt-], `1`, `1`, `;`, …, Alt-\. [`Replies`] takes exactly
//! those out and hands every other key on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::time::Instant;

use crate::ui::Background;

/// The question, with the terminator that the answer then has, too.
pub(super) const ASK: &[u8] = b"\x1b]11;?\x1b\\";
/// What comes later than this after the last piece of an answer is a key somebody pressed.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
/// An answer that is on its way must not arrive at the shell after us.
const LAST: Duration = Duration::from_millis(250);
/// `11;rgba:ffff/ffff/ffff/ffff` and some room.
const LONGEST: usize = 40;

/// A question on its way.
#[derive(Clone, Debug)]
pub(super) struct Question {
    asked: Option<Instant>,
    answered: Arc<AtomicBool>,
}

impl Question {
    /// Asked now, or not at all.
    pub fn new(is_asked: bool) -> Self {
        Self {
            asked: is_asked.then(Instant::now),
            answered: Arc::default(),
        }
    }

    /// It is to be asked.
    pub fn is_open(&self) -> bool {
        self.asked.is_some()
    }

    /// Its answer came.
    pub fn is_answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Waits for an answer that may still come, unless it was asked a while ago.
    pub async fn settle(&self) {
        let Some(until) = self.asked.map(|asked| asked + LAST) else {
            return;
        };
        while !self.answered.load(Ordering::Relaxed) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// What keys turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Keys and other events, in their order; none while it is not sure yet.
    Events(Vec<Raw>),
    /// The answer.
    Background(Background),
}

/// Finds answers between keys.
#[derive(Debug, Default)]
pub(super) struct Replies {
    held: Vec<Raw>,
    text: String,
    /// Escape of a terminator that came in two pieces.
    ends: bool,
}

impl Replies {
    /// Something is held back: what comes next decides, or [`PAUSE`].
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// The next event.
    pub fn hear(&mut self, raw: Raw) -> Heard {
        let Raw::Key(key) = &raw else {
            return self.not_one(raw);
        };
        if key.kind == KeyEventKind::Release {
            return self.not_one(raw);
        }
        if !self.is_holding() {
            if is(key, ']', KeyModifiers::ALT) {
                self.held.push(raw);
                return Heard::Events(Vec::new());
            }
            return Heard::Events(vec![raw]);
        }
        let is_end = is(key, '\\', KeyModifiers::ALT)
            || is(key, 'g', KeyModifiers::CONTROL)
            || self.ends && is(key, '\\', KeyModifiers::NONE);
        if is_end {
            return match background(&self.text) {
                Some(background) => {
                    self.forget();
                    Heard::Background(background)
                }
                None => self.not_one(raw),
            };
        }
        match key.code {
            KeyCode::Esc => self.ends = true,
            KeyCode::Char(letter)
                if !key
                    .modifiers
                    .intersects(KeyModifiers::ALT | KeyModifiers::CONTROL) =>
            {
                self.text.push(letter);
            }
            _ => return self.not_one(raw),
        }
        if !may_become_one(&self.text) {
            return self.not_one(raw);
        }
        self.held.push(raw);
        Heard::Events(Vec::new())
    }

    /// Nothing came for a while: what is held were keys.
    pub fn give_up(&mut self) -> Vec<Raw> {
        let held = std::mem::take(&mut self.held);
        self.forget();
        held
    }

    fn not_one(&mut self, raw: Raw) -> Heard {
        let mut events = self.give_up();
        events.push(raw);
        Heard::Events(events)
    }

    fn forget(&mut self) {
        *self = Self::default();
    }
}

fn is(key: &KeyEvent, letter: char, modifiers: KeyModifiers) -> bool {
    key.code == KeyCode::Char(letter) && key.modifiers == modifiers
}

fn may_become_one(text: &str) -> bool {
    const HEAD: &str = "11;rgb";
    if text.len() <= HEAD.len() {
        return HEAD.starts_with(text);
    }
    let rest = text.strip_prefix(HEAD);
    rest.is_some_and(|rest| {
        rest.len() <= LONGEST
            && rest
                .chars()
                .all(|c| c.is_ascii_hexdigit() || matches!(c, 'a' | ':' | '/'))
    })
}

/// `11;rgb:ffff/ffff/ffff`, one to four digits each (X11's `XParseColor`), `rgba:` with a fourth part.
fn background(text: &str) -> Option<Background> {
    let color = text.strip_prefix("11;rgb")?;
    let color = color.strip_prefix('a').unwrap_or(color);
    let mut parts = color.strip_prefix(':')?.split('/').map(|digits| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)? - 1;
        let value = u32::from_str_radix(digits, 16).ok()?;
        u8::try_from(u64::from(value) * 255 / u64::from(most.max(1))).ok()
    });
    Some(Background::of(
        parts.next()??,
        parts.next()??,
        parts.next()??,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: char, modifiers: KeyModifiers) -> Raw {
        Raw::Key(KeyEvent::new(KeyCode::Char(letter), modifiers))
    }

    /// As the terminal library reads `ESC ] text ESC \`.
    fn answer(text: &str) -> Vec<Raw> {
        let mut events = vec![key(']', KeyModifiers::ALT)];
        events.extend(text.chars().map(|letter| {
            let shift = if letter.is_uppercase() {
                KeyModifiers::SHIFT
            } else {
                KeyModifiers::NONE
            };
            key(letter, shift)
        }));
        events.push(key('\\', KeyModifiers::ALT));
        events
    }

    fn heard(replies: &mut Replies, events: Vec<Raw>) -> (Vec<Raw>, Option<Background>) {
        let (mut keys, mut answer) = (Vec::new(), None);
        for event in events {
            match replies.hear(event) {
                Heard::Events(events) => keys.extend(events),
                Heard::Background(background) => answer = Some(background),
            }
        }
        (keys, answer)
    }

    #[test]
    fn an_answer_is_taken_out_and_keys_around_it_are_not() {
        for (text, wanted) in [
            ("11;rgb:1E1E/1e1e/1e1e", Background::Dark),
            ("11;rgb:ff/ff/ff", Background::Light),
            ("11;rgba:fdfd/f6f6/e3e3/ffff", Background::Light),
        ] {
            let mut events = vec![key('a', KeyModifiers::NONE)];
            events.extend(answer(text));
            events.push(key('b', KeyModifiers::NONE));
            let (keys, answer) = heard(&mut Replies::default(), events);
            assert_eq!(answer, Some(wanted), "{text}");
            assert_eq!(
                keys,
                ['a', 'b'].map(|letter| key(letter, KeyModifiers::NONE)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_bell_ends_it_too_and_so_does_an_escape_in_two_pieces() {
        let mut bell = answer("11;rgb:0/0/0");
        bell.pop();
        bell.push(key('g', KeyModifiers::CONTROL));
        let mut pieces = answer("11;rgb:0/0/0");
        pieces.pop();
        pieces.push(Raw::Key(KeyCode::Esc.into()));
        pieces.push(key('\\', KeyModifiers::NONE));
        for events in [bell, pieces] {
            let (keys, answer) = heard(&mut Replies::default(), events);
            assert_eq!((keys, answer), (Vec::new(), Some(Background::Dark)));
        }
    }

    #[test]
    fn keys_that_only_begin_like_one_are_handed_on_in_their_order() {
        let mut replies = Replies::default();
        let typed = vec![
            key(']', KeyModifiers::ALT),
            key('1', KeyModifiers::NONE),
            key('q', KeyModifiers::NONE),
        ];
        assert_eq!(heard(&mut replies, typed.clone()), (typed.clone(), None));
        // Held until nothing follows.
        assert_eq!(heard(&mut replies, typed[..2].to_vec()), (vec![], None));
        assert!(replies.is_holding());
        assert_eq!(replies.give_up(), typed[..2]);
        assert!(!replies.is_holding());
    }

    #[test]
    fn an_answer_without_a_colour_is_no_answer() {
        for text in ["11;rgb:", "11;rgb:1/2", "11;rgb:zz/0/0", "4;1;rgb:0/0/0"] {
            let (_, answer) = heard(&mut Replies::default(), answer(text));
            assert_eq!(answer, None, "{text}");
        }
    }
}
