//! The terminal library's events → ours.

use crossterm::event::{
    Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};

use crate::system::terminal::IS_CONSOLE;
use crate::ui::Event;
use crate::ui::event::Key;

/// The event, if it is one that anything here reacts to. A size is none.
pub(super) fn event_of(raw: &Raw) -> Option<Event> {
    match raw {
        Raw::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Event::Key),
        Raw::Mouse(mouse) => {
            let (x, y) = (mouse.column, mouse.row);
            match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Some(Event::Click(x, y)),
                MouseEventKind::Down(MouseButton::Right) => Some(Event::RightClick(x, y)),
                MouseEventKind::Drag(MouseButton::Left) => Some(Event::Drag(x, y)),
                MouseEventKind::Up(MouseButton::Left) => Some(Event::Release(x, y)),
                MouseEventKind::Moved => Some(Event::Move(x, y)),
                MouseEventKind::ScrollUp => Some(Event::Wheel(x, y, -1)),
                MouseEventKind::ScrollDown => Some(Event::Wheel(x, y, 1)),
                _ => None,
            }
        }
        Raw::Paste(text) => Some(Event::Paste(text.clone())),
        _ => None,
    }
}

fn key_of(key: &KeyEvent) -> Option<Key> {
    // AltGr, with which many keyboards write @ and {.
    let writes = IS_CONSOLE
        && key
            .modifiers
            .contains(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let control = !writes && key.modifiers.contains(KeyModifiers::CONTROL);
    let key = match key.code {
        KeyCode::Char(letter) if control => Key::Ctrl(letter.to_ascii_lowercase()),
        KeyCode::Char(letter) if writes || !key.modifiers.contains(KeyModifiers::ALT) => {
            Key::Char(letter)
        }
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left if key.modifiers.contains(KeyModifiers::SHIFT) => Key::ShiftLeft,
        KeyCode::Right if key.modifiers.contains(KeyModifiers::SHIFT) => Key::ShiftRight,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    };
    Some(key)
}
