//! One line of pieces, as the header and the status line are: what does not fit drops off in order
//! of rank, and nothing ever overlaps.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::panel::ink::{cut, shown};
use crate::ui::palette::{Role, role};
use crate::ui::{Action, Look};

/// Blanks between two pieces.
const GAP: u16 = 2;

/// Which end of the line a piece belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// From the left edge on.
    Left,
    /// Up to the right edge.
    Right,
}

/// A run of text in one style.
pub type Run = (String, Style);

/// Something that is on the line as a whole or not at all.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text, in order.
    pub runs: Vec<Run>,
    /// Which end it belongs to.
    pub side: Side,
    /// The lower, the longer it stays.
    pub rank: u8,
    /// May be cut with an ellipsis rather than dropped.
    pub cuts: bool,
    /// Stands one blank from the piece before it, not two.
    pub close: bool,
    /// What a click on it does; several share its first run by their words, and the rest belongs to the first.
    pub actions: Vec<Action>,
}

impl Piece {
    /// A piece of one run.
    pub fn new(side: Side, rank: u8, text: impl Into<String>, style: Style) -> Self {
        Self {
            runs: vec![(text.into(), style)],
            side,
            rank,
            cuts: false,
            close: false,
            actions: Vec::new(),
        }
    }

    /// The same, cut rather than dropped.
    #[must_use]
    pub fn or_cut(mut self) -> Self {
        self.cuts = true;
        self
    }

    /// The same, close to the piece before it.
    #[must_use]
    pub fn closely(mut self) -> Self {
        self.close = true;
        self
    }

    /// The same, with what a click on it does.
    #[must_use]
    pub fn does(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.actions.extend(actions);
        self
    }

    fn gap(&self) -> u16 {
        if self.close { 1 } else { GAP }
    }

    fn width(&self) -> u16 {
        let width: usize = self.runs.iter().map(|(text, _)| text.width()).sum();
        u16::try_from(width).unwrap_or(u16::MAX)
    }

    /// Keeps `width` columns, the last of them an ellipsis.
    fn cut(&mut self, width: u16, look: Look) {
        let mut left = usize::from(width);
        for (text, _) in &mut self.runs {
            *text = cut(text, left, look);
            left = left.saturating_sub(text.width());
        }
    }
}

/// The pieces that fit `width`, in the order given. The lowest ranks come first (of equals, the
/// first), and after the first that does not fit nothing of a higher rank is taken either: what is
/// missing on a narrow line is always the least important.
pub fn fit(mut pieces: Vec<Piece>, width: u16, look: Look) -> Vec<Piece> {
    for (text, _) in pieces.iter_mut().flat_map(|piece| &mut piece.runs) {
        *text = shown(text, look).into_owned();
    }
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|index| pieces[*index].rank);
    let mut left = width;
    let mut kept = vec![false; pieces.len()];
    for index in order {
        let piece = &mut pieces[index];
        let gap = if left < width { piece.gap() } else { 0 };
        let room = left.saturating_sub(gap);
        if piece.cuts && piece.width() > room && room > 1 {
            piece.cut(room, look);
        }
        let needs = piece.width();
        if needs > room {
            break;
        }
        left = room - needs;
        kept[index] = true;
    }
    let mut kept = kept.into_iter();
    pieces.retain(|_| kept.next() == Some(true));
    pieces
}

/// The columns of a piece as it is drawn.
pub fn width(piece: &Piece, look: Look) -> usize {
    let runs = piece.runs.iter();
    runs.map(|(text, _)| shown(text, look).width()).sum()
}

/// A role's style on a bar: its own, over the bar's background.
pub fn style(of: Role, look: Look) -> Style {
    let style = Style::reset().patch(role(of, look));
    Style {
        bg: role(Role::Chrome, look).bg.or(style.bg),
        ..style
    }
}

/// Draws what fits into one line, with a blank at either end where there is room for it.
pub fn draw(pieces: Vec<Piece>, area: Rect, look: Look, buf: &mut Buffer) {
    for (piece, place) in arranged(pieces, area.intersection(buf.area), look) {
        let mut x = place.x;
        for (text, style) in &piece.runs {
            let room = usize::from(place.right().saturating_sub(x));
            (x, _) = buf.set_stringn(x, place.y, text, room, *style);
        }
    }
}

/// What a click on the pieces that fit does, and where.
pub fn spots(pieces: Vec<Piece>, area: Rect, look: Look) -> Vec<(Rect, Action)> {
    let mut spots = Vec::new();
    for (piece, place) in arranged(pieces, area, look) {
        let label = piece.runs.first().map_or("", |(text, _)| text);
        let words: Vec<&str> = label.split_inclusive(' ').collect();
        if piece.actions.len() > 1 && piece.actions.len() == words.len() {
            let mut x = place.x;
            for (action, word) in piece.actions.iter().zip(&words) {
                let width = word.width() as u16;
                spots.push((Rect { x, width, ..place }.intersection(place), *action));
                x = x.saturating_add(width);
            }
        }
        // The first of two that overlap counts.
        spots.extend(piece.actions.first().map(|action| (place, *action)));
    }
    spots
}

/// The pieces that fit and where each is.
fn arranged(pieces: Vec<Piece>, area: Rect, look: Look) -> Vec<(Piece, Rect)> {
    let area = inner(area);
    if area.is_empty() {
        return Vec::new();
    }
    let (left, right): (Vec<Piece>, Vec<Piece>) = fit(pieces, area.width, look)
        .into_iter()
        .partition(|piece| piece.side == Side::Left);
    let gaps: u16 = right.iter().skip(1).map(Piece::gap).sum();
    let width = right.iter().map(Piece::width).sum::<u16>() + gaps;
    let mut arranged = Vec::new();
    for (pieces, from) in [(left, area.x), (right, area.right().saturating_sub(width))] {
        let mut x = from;
        for (index, piece) in pieces.into_iter().enumerate() {
            x += if index > 0 { piece.gap() } else { 0 };
            let place = Rect {
                x,
                width: piece.width(),
                ..area
            };
            x += place.width;
            arranged.push((piece, place.intersection(area)));
        }
    }
    arranged
}

/// The part of a bar that text may use.
pub fn inner(area: Rect) -> Rect {
    let margin = u16::from(area.width >= 20);
    Rect {
        x: area.x + margin,
        width: area.width - 2 * margin,
        ..area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(side: Side, rank: u8, text: &str) -> Piece {
        Piece::new(side, rank, text, Style::new())
    }

    fn texts(pieces: &[Piece]) -> Vec<&str> {
        pieces
            .iter()
            .map(|piece| piece.runs[0].0.as_str())
            .collect()
    }

    fn line(pieces: Vec<Piece>, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        draw(pieces, area, Look::default(), &mut buf);
        (0..width)
            .map(|x| buf[(x, 0)].symbol().to_owned())
            .collect()
    }

    #[test]
    fn the_least_important_piece_goes_first() {
        let pieces = || {
            vec![
                piece(Side::Left, 0, "name"),
                piece(Side::Right, 2, "zone"),
                piece(Side::Right, 1, "clock"),
            ]
        };
        assert_eq!(
            texts(&fit(pieces(), 17, Look::default())),
            ["name", "zone", "clock"]
        );
        assert_eq!(
            texts(&fit(pieces(), 16, Look::default())),
            ["name", "clock"]
        );
        assert_eq!(texts(&fit(pieces(), 10, Look::default())), ["name"]);
        assert!(fit(pieces(), 3, Look::default()).is_empty());
    }

    #[test]
    fn sides_keep_to_their_edges() {
        let pieces = vec![piece(Side::Left, 0, "left"), piece(Side::Right, 1, "right")];
        assert_eq!(line(pieces, 24), " left             right ");
    }

    #[test]
    fn a_click_finds_the_piece_where_it_is_drawn() {
        let pieces = vec![
            piece(Side::Left, 0, "- +").does([Action::Zoom(true), Action::Zoom(false)]),
            piece(Side::Left, 1, "plain"),
            piece(Side::Right, 2, "range").does([Action::Ranges]),
        ];
        let area = Rect::new(0, 3, 30, 1);
        let spots = spots(pieces, area, Look::default());
        let at = |x| {
            let cell = ratatui::layout::Position::new(x, 3);
            let spot = spots.iter().find(|(area, _)| area.contains(cell));
            spot.map(|(_, action)| *action)
        };
        assert_eq!(at(1), Some(Action::Zoom(true)));
        assert_eq!(at(3), Some(Action::Zoom(false)));
        assert_eq!(at(6), None);
        assert_eq!(
            (at(24), at(28)),
            (Some(Action::Ranges), Some(Action::Ranges))
        );
        assert_eq!(at(29), None);
    }

    #[test]
    fn a_piece_that_cuts_says_so() {
        let pieces = vec![piece(Side::Left, 0, "a long name").or_cut()];
        assert_eq!(line(pieces, 7), "a long…");
    }
}
