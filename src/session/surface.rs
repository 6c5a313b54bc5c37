//! What a viewer's terminal shows, kept so that only what changed is written.
//!
//! Knows no terminal: cells in, bytes out. One frame is one synchronized update
//! (`CSI ? 2026 h … l`, <https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036>);
//! a frame that changes nothing is no bytes at all.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::encoder::Encoder;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// The picture on a terminal and the one being drawn.
#[derive(Debug)]
pub struct Surface {
    shown: Buffer,
    next: Buffer,
    encoder: Encoder,
    /// Nothing is known of the screen: clear it and write everything.
    unknown: bool,
}

impl Surface {
    /// A screen of `width` × `height` of which nothing is known.
    pub fn new(width: u16, height: u16) -> Self {
        let area = Rect::new(0, 0, width, height);
        Self {
            shown: Buffer::empty(area),
            next: Buffer::empty(area),
            encoder: Encoder::default(),
            unknown: true,
        }
    }

    /// The size in cells.
    pub fn area(&self) -> Rect {
        self.next.area
    }

    /// What is on the screen, as far as it was drawn.
    pub fn shown(&self) -> &Buffer {
        &self.shown
    }

    /// The terminal changed its size.
    pub fn resize(&mut self, width: u16, height: u16) {
        *self = Self::new(width, height);
    }

    /// Somebody else wrote on the screen: the next frame writes everything.
    pub fn forget(&mut self) {
        self.unknown = true;
    }

    /// Draws and returns what has to be written; nothing when the picture stays as it is.
    pub fn frame(&mut self, draw: impl FnOnce(Rect, &mut Buffer)) -> Option<Vec<u8>> {
        let area = self.next.area;
        self.next.reset();
        draw(area, &mut self.next);
        let mut bytes = Vec::new();
        if std::mem::take(&mut self.unknown) {
            self.shown.reset();
            bytes.extend_from_slice(BEGIN);
            self.encoder.clear(&mut bytes);
        }
        let changed = self.shown.diff(&self.next);
        if !changed.is_empty() {
            if bytes.is_empty() {
                bytes.extend_from_slice(BEGIN);
            }
            for (x, y, cell) in changed {
                self.encoder.cell(x, y, cell, &self.next, &mut bytes);
            }
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        if bytes.is_empty() {
            return None;
        }
        bytes.extend_from_slice(END);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Modifier, Style};

    fn terminal(lines: u16, columns: u16) -> vt100::Parser {
        vt100::Parser::new(lines.try_into().unwrap(), columns.try_into().unwrap(), 0)
    }

    fn shown(bytes: &[u8], parser: &mut vt100::Parser) -> String {
        parser.process(bytes);
        parser.screen().contents()
    }

    #[test]
    fn the_terminal_shows_what_was_drawn_and_a_same_frame_writes_nothing() {
        let mut terminal = terminal(4, 20);
        let mut surface = Surface::new(20, 4);
        let first = surface.frame(|_, buf| {
            buf.set_string(1, 1, "héllo 世界", Style::new().fg(Color::Red));
        });
        let text = shown(&first.unwrap(), &mut terminal);
        assert_eq!(text.lines().nth(1), Some(" héllo 世界"));
        let again = surface.frame(|_, buf| {
            buf.set_string(1, 1, "héllo 世界", Style::new().fg(Color::Red));
        });
        assert_eq!(again, None);
    }

    #[test]
    fn only_the_changed_cell_is_written() {
        let mut surface = Surface::new(80, 24);
        let mut draw = |text: &str| {
            surface.frame(|_, buf| {
                buf.set_string(10, 10, text, Style::new());
            })
        };
        draw("value 1").unwrap();
        let bytes = draw("value 2").unwrap();
        assert!(
            bytes.len() <= BEGIN.len() + END.len() + 10,
            "{} bytes: {:?}",
            bytes.len(),
            String::from_utf8_lossy(&bytes)
        );
    }

    #[test]
    fn after_forgetting_everything_is_written_again() {
        let mut terminal = terminal(2, 10);
        let mut surface = Surface::new(10, 2);
        let draw = |surface: &mut Surface| {
            surface.frame(|_, buf| {
                buf.set_string(0, 0, "same", Style::new());
            })
        };
        draw(&mut surface).unwrap();
        terminal.process(b"\x1b[1;1Hscribble");
        surface.forget();
        let bytes = draw(&mut surface).unwrap();
        assert_eq!(shown(&bytes, &mut terminal).trim_end(), "same");
    }

    #[test]
    fn any_sequence_of_frames_ends_in_the_last_picture() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut terminal = terminal(12, 40);
        let mut surface = Surface::new(40, 12);
        let glyphs = ["a", "é", "世", "⣿", "█", " ", "─"];
        let colors = [
            Color::Reset,
            Color::Red,
            Color::LightBlue,
            Color::Indexed(99),
            Color::Rgb(1, 2, 3),
        ];
        for _ in 0..200 {
            let mut wanted = Buffer::empty(surface.area());
            for _ in 0..30 {
                let glyph = glyphs[rng.usize(..glyphs.len())];
                let style = Style::new()
                    .fg(colors[rng.usize(..colors.len())])
                    .bg(colors[rng.usize(..colors.len())]);
                let style = if rng.bool() {
                    style.bold()
                } else {
                    style.dim()
                };
                wanted.set_stringn(rng.u16(..39), rng.u16(..12), glyph, 2, style);
            }
            if let Some(bytes) = surface.frame(|_, buf| buf.clone_from(&wanted)) {
                terminal.process(&bytes);
            }
        }
        let last = surface.shown.clone();
        for y in 0..12 {
            for x in 0..40 {
                let cell = terminal.screen().cell(y, x).unwrap();
                if cell.is_wide_continuation() {
                    continue;
                }
                let wanted = &last[(x, y)];
                let blank = cell.contents().is_empty();
                let text = if blank { " " } else { cell.contents() };
                assert_eq!(text, wanted.symbol(), "at {x},{y}");
                assert_eq!(cell.bgcolor(), on_terminal(wanted.bg), "behind {x},{y}");
                if text != " " {
                    assert_eq!(cell.fgcolor(), on_terminal(wanted.fg), "at {x},{y}");
                    let bold = wanted.modifier.contains(Modifier::BOLD);
                    assert_eq!(cell.bold(), bold, "at {x},{y}");
                }
            }
        }
    }

    fn on_terminal(color: Color) -> vt100::Color {
        match color {
            Color::Red => vt100::Color::Idx(1),
            Color::LightBlue => vt100::Color::Idx(12),
            Color::Indexed(index) => vt100::Color::Idx(index),
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            _ => vt100::Color::Default,
        }
    }
}
