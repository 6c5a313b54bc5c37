//! Writing text into a buffer so that nothing in it can break the picture: clipped to the room given,
//! graphemes never split, control characters replaced, seven bits where the terminal has no more.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::ui::{Glyphs, Look};

/// A buffer and the terminal it is for.
#[derive(Debug)]
pub struct Ink<'b> {
    buf: &'b mut Buffer,
    look: Look,
}

impl<'b> Ink<'b> {
    /// Draws into `buf` with what `look` can show.
    pub fn new(buf: &'b mut Buffer, look: Look) -> Self {
        Self { buf, look }
    }

    /// The terminal.
    pub fn look(&self) -> Look {
        self.look
    }

    /// Seven bits are all there is.
    pub fn is_ascii(&self) -> bool {
        self.look.glyphs == Glyphs::Ascii
    }

    /// Adds `modifier` to a cell as it is.
    pub fn stress(&mut self, x: u16, y: u16, modifier: Modifier) {
        if let Some(cell) = self.buf.cell_mut((x, y)) {
            cell.modifier |= modifier;
        }
    }

    /// `unicode` where the terminal has it, else `ascii`.
    pub fn glyph(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.look.glyphs == Glyphs::Ascii {
            ascii
        } else {
            unicode
        }
    }

    /// Writes `text` from column `x`, at most `width` cells; returns the cells used.
    pub fn put(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let bounds = self.buf.area;
        if y < bounds.top() || y >= bounds.bottom() || x < bounds.left() {
            return 0;
        }
        let end = x.saturating_add(width).min(bounds.right());
        let text = shown(text, self.look);
        let mut at = x;
        self.uncover(x, y);
        for grapheme in text.graphemes(true) {
            let cells = grapheme.width() as u16;
            if cells == 0 {
                continue;
            }
            if at.saturating_add(cells) > end {
                break;
            }
            // What was there before goes with its style: a title on a border is not gray.
            let cell = &mut self.buf[(at, y)];
            cell.reset();
            cell.set_symbol(grapheme).set_style(style);
            for covered in at + 1..at + cells {
                self.buf[(covered, y)].reset();
            }
            at += cells;
        }
        at - x
    }

    /// Writes `text` cut to `width` with an ellipsis; returns the cells used.
    pub fn put_cut(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let text = cut(text, width as usize, self.look);
        self.put(x, y, width, &text, style)
    }

    /// Writes `text` so that it ends before column `end`, cut to `width`; returns the cells used.
    pub fn put_right(&mut self, end: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let text = cut(text, width as usize, self.look);
        let cells = text.width() as u16;
        self.put(end.saturating_sub(cells), y, cells, &text, style)
    }

    /// Writes `text` in the middle of row `y` of `area`, cut to fit.
    pub fn put_centred(&mut self, area: Rect, y: u16, text: &str, style: Style) {
        let text = cut(text, area.width as usize, self.look);
        let cells = text.width() as u16;
        let x = area.x + area.width.saturating_sub(cells) / 2;
        self.put(x, y, cells, &text, style);
    }

    /// Blanks a wide character whose second half is at a cell that is written: a terminal would draw
    /// it over what comes there.
    fn uncover(&mut self, x: u16, y: u16) {
        let before = x.checked_sub(1).and_then(|x| self.buf.cell_mut((x, y)));
        if let Some(cell) = before.filter(|cell| cell.symbol().width() > 1) {
            cell.set_symbol(" ");
        }
    }

    /// Adds `style` to what is drawn in `area`.
    pub fn restyle(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// What is drawn into.
    pub fn buffer(&mut self) -> &mut Buffer {
        self.buf
    }

    /// Sets one cell that is known to be one cell wide.
    pub fn cell(&mut self, x: u16, y: u16, symbol: char, style: Style) {
        if let Some(cell) = self.buf.cell_mut((x, y)) {
            cell.reset();
            let symbol = match self.look.glyphs {
                Glyphs::Blocks => plainer(symbol),
                Glyphs::Braille | Glyphs::Ascii => symbol,
            };
            cell.set_char(symbol).set_style(style);
        }
    }

    /// Whether nothing was drawn at a cell yet.
    pub fn is_blank(&self, x: u16, y: u16) -> bool {
        self.buf
            .cell((x, y))
            .is_some_and(|cell| cell.symbol() == " ")
    }
}

/// `text` as it may be shown: line ends and tabs as glyphs, other control and direction characters
/// dropped, and for an ASCII terminal every other character spelled or replaced by `?`.
pub fn shown(text: &str, look: Look) -> Cow<'_, str> {
    let ascii = look.glyphs == Glyphs::Ascii;
    let blocks = look.glyphs == Glyphs::Blocks;
    let plain = |c: char| {
        let other = !ascii && !c.is_control() && !steers_direction(c);
        (' '..='~').contains(&c) || (other && !(blocks && plainer(c) != c))
    };
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if plain(c) => out.push(c),
            '\n' if blocks => out.push('¶'),
            '\n' if !ascii => out.push('⏎'),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || steers_direction(c) => {}
            c if blocks => out.push(plainer(c)),
            c => {
                if let Some(words) = spelled(c) {
                    out.push_str(words);
                } else {
                    let cells = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
                    out.extend(std::iter::repeat_n('?', cells));
                }
            }
        }
    }
    Cow::Owned(out)
}

fn steers_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a terminal without braille shows for the program's own signs: such a font, as the Linux
/// console's, has little more than code page 437.
fn plainer(c: char) -> char {
    match c {
        '╭' => '┌',
        '╮' => '┐',
        '╯' => '┘',
        '╰' => '└',
        '┃' => '█',
        '┈' => '·',
        '╌' | '–' | '╍' => '-',
        '┊' => ':',
        '≤' => '<',
        '▸' => '►',
        '✔' => '√',
        '✖' => 'x',
        '●' => '•',
        '◌' => 'o',
        '⏎' => '¶',
        c => c,
    }
}

/// What an ASCII terminal shows for the characters the program and its units themselves use.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'µ' | 'μ' => "u",
        '°' => "deg",
        '€' => "EUR",
        '£' => "GBP",
        '¥' => "JPY",
        '×' => "x",
        '·' | '•' | '–' | '—' | '−' => "-",
        '…' => "..",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '\u{a0}' | '\u{202f}' => " ",
        'Ω' => "Ohm",
        '²' => "2",
        '³' => "3",
        '∞' => "inf",
        '≤' => "<=",
        _ => return None,
    })
}

/// Cells `text` takes once shown.
pub fn width(text: &str, look: Look) -> usize {
    shown(text, look).width()
}

/// `text` as shown, in at most `room` cells, with an ellipsis where something is missing.
pub fn cut(text: &str, room: usize, look: Look) -> String {
    let text = shown(text, look);
    if text.width() <= room {
        return text.into_owned();
    }
    let ellipsis = match look.glyphs {
        Glyphs::Ascii if room > 2 => "..",
        Glyphs::Ascii => "~",
        _ => "…",
    };
    let Some(room) = room.checked_sub(ellipsis.width()) else {
        return String::new();
    };
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let cells = grapheme.width();
        if used + cells > room {
            break;
        }
        used += cells;
        out.push_str(grapheme);
    }
    out.push_str(ellipsis);
    out
}

/// `text` broken at blanks into lines of at most `room` cells; longer words are broken anywhere.
/// The indentation of the first line is kept for all.
pub fn wrap(text: &str, room: usize, look: Look) -> Vec<String> {
    let text = shown(text, look);
    let room = room.max(1);
    let indent = text.len() - text.trim_start_matches(' ').len();
    let indent = " ".repeat(indent.min(room / 2));
    let mut lines = Vec::new();
    let mut line = indent.clone();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let needed = word.width() + usize::from(!empty);
        if !empty && line.width() + needed > room {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        for grapheme in word.graphemes(true) {
            if line.width() + grapheme.width() > room && line.len() > indent.len() {
                lines.push(std::mem::replace(&mut line, indent.clone()));
            }
            line.push_str(grapheme);
        }
        empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: Look = Look {
        depth: crate::ui::Depth::None,
        glyphs: Glyphs::Ascii,
        theme: crate::ui::Theme::Terminal,
    };

    #[test]
    fn wide_characters_are_never_split() {
        let look = Look::default();
        assert_eq!(cut("日本語テキスト", 6, look), "日本…");
        assert_eq!(cut("日本語", 6, look), "日本語");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, look), "e\u{301}…");
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        let used = Ink::new(&mut buf, look).put(0, 0, 3, "日本", Style::new());
        assert_eq!(used, 2);
        assert_eq!(buf[(2, 0)].symbol(), " ");
    }

    #[test]
    fn control_characters_never_reach_a_cell() {
        let look = Look::default();
        assert_eq!(shown("a\nb\tc\u{1b}[31m\u{7f}\u{9b}", look), "a⏎b c[31m");
        assert_eq!(shown("safe\u{202e}gnp.exe", look), "safegnp.exe");
        assert_eq!(shown("a\nb", ASCII), "a b");
    }

    #[test]
    fn an_ascii_terminal_gets_ascii() {
        for text in ["12 µs", "21 °C", "€5", "naïve", "日本", "a…b"] {
            let seen = shown(text, ASCII);
            assert!(seen.is_ascii(), "{text} → {seen}");
        }
        assert_eq!(shown("日本", ASCII), "????");
        assert_eq!(cut("abcdef", 4, ASCII), "ab..");
        assert_eq!(cut("abcdef", 2, ASCII), "a~");
    }

    #[test]
    fn words_wrap_and_long_ones_break() {
        let look = Look::default();
        assert_eq!(
            wrap("one two three", 7, look),
            ["one two", "three"].map(str::to_owned)
        );
        assert_eq!(
            wrap("  abcdefgh", 5, look),
            ["  abc", "  def", "  gh"].map(str::to_owned)
        );
        assert_eq!(wrap("", 5, look), [String::new()]);
        for line in wrap("日本語 テキスト", 3, look) {
            assert!(line.width() <= 3, "{line}");
        }
    }
}
