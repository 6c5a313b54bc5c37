//! What stands beside a number: a bar as long as it is great, a level between the least and the greatest, the
//! change since a compared time.

use ratatui::style::{Modifier, Style};

use super::super::bars::draw_bar;
use super::super::ink::Ink;
use super::super::{Scene, bold, change};
use super::cells::{Cell, thresholds};
use crate::config::{Cells, TableColumn};
use crate::model::color::Color;
use crate::model::ghost::change_percent;
use crate::ui::palette::{self, Role};
use crate::ui::{Glyphs, Look};

/// Cells of a bar before it takes or gives room.
pub(super) const BAR: usize = 10;
/// Cells of a bar that is still worth drawing.
pub(super) const LEAST_BAR: usize = 4;
/// Cells of a bar that is long enough.
pub(super) const LONGEST_BAR: usize = 24;

/// What stands beside the numbers of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Beside {
    /// Nothing.
    #[default]
    Nothing,
    /// A bar of so many cells, from least to greatest.
    Bar(usize, f64, f64),
    /// A level, from least to greatest.
    Level(f64, f64),
}

impl Beside {
    /// What the configuration wants beside a column; its ends are the data's where it names none.
    pub(super) fn of(drawn: &TableColumn, extent: Option<(f64, f64)>) -> Self {
        let (low, high) = match (drawn.min.zip(drawn.max), extent) {
            (Some(given), _) => given,
            (None, Some((low, high))) => (drawn.min.unwrap_or(low), drawn.max.unwrap_or(high)),
            (None, None) => return Self::Nothing,
        };
        match drawn.cells {
            Cells::Plain | Cells::Color => Self::Nothing,
            Cells::Heat => Self::Level(low, high),
            Cells::Bar => {
                // A bar is read from zero unless the configuration begins elsewhere.
                let low = drawn.min.unwrap_or(low.min(0.0));
                let high = drawn.max.unwrap_or(high.max(0.0));
                Self::Bar(BAR, low, high)
            }
        }
    }

    /// Cells, the blank before them included.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Bar(cells, ..) => cells + 1,
            Self::Level(..) => 2,
        }
    }

    /// Draws what belongs to `cell` at `x`.
    pub(super) fn draw(
        self,
        scene: &Scene<'_>,
        cell: &Cell,
        (x, y): (u16, u16),
        ink: &mut Ink<'_>,
    ) {
        let Some(number) = cell.number.filter(|number| number.is_finite()) else {
            return;
        };
        match self {
            Self::Nothing => {}
            Self::Bar(cells, low, high) => {
                let eighths =
                    |value: f64| (part(value, low, high) * cells as f64 * 8.0).round() as usize;
                let (zero, end) = (eighths(0.0), eighths(number));
                let plain = cell.style == Style::new();
                let style = if plain {
                    scene.series_style(0)
                } else {
                    cell.style
                };
                let style = style.remove_modifier(Modifier::BOLD);
                draw_bar(x, y, zero.min(end), zero.max(end), style, ink);
            }
            Self::Level(low, high) => {
                let signs = levels(ink.look().glyphs);
                let at = part(number, low, high) * (signs.len() - 1) as f64;
                ink.cell(x, y, signs[at.round() as usize], cell.style);
            }
        }
    }
}

/// From 0 to 1.
fn part(value: f64, low: f64, high: f64) -> f64 {
    if high > low {
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    } else {
        1.0
    }
}

fn levels(glyphs: Glyphs) -> &'static [char] {
    match glyphs {
        Glyphs::Braille => &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
        Glyphs::Blocks => &['░', '▒', '▓', '█'],
        Glyphs::Ascii => &['.', ':', '-', '=', '+', '*', '#', '@'],
    }
}

/// Gives a number the colour of its level, from cold to hot; where there are thresholds theirs stays.
pub(super) fn warm(scene: &Scene<'_>, drawn: &TableColumn, cell: &mut Cell) {
    const HEAT: [Color; 6] = [
        Color::Blue,
        Color::Cyan,
        Color::Green,
        Color::Yellow,
        Color::Orange,
        Color::Red,
    ];
    let Beside::Level(low, high) = Beside::of(drawn, scene.extent(&drawn.name)) else {
        return;
    };
    if let Some(number) = cell.number.filter(|number| number.is_finite())
        && thresholds(scene, Some(drawn)).0.is_empty()
    {
        let at = part(number, low, high) * (HEAT.len() - 1) as f64;
        cell.style = palette::color(HEAT[at.round() as usize], scene.look());
    }
}

/// How much a number changed since the compared time, as everywhere (see [`change::words`]); empty where
/// there is nothing to compare.
pub(super) fn change(now: Option<f64>, then: Option<f64>, look: Look) -> String {
    let percent = now
        .zip(then)
        .and_then(|(now, then)| change_percent(now, then));
    percent.map_or_else(String::new, |percent| change::words(Some(percent), look))
}

/// The style of a change.
pub(super) fn change_style(scene: &Scene<'_>) -> Style {
    scene.role(Role::Muted).add_modifier(Modifier::DIM)
}

/// The style of a head: that of the sorted column stands out.
pub(super) fn head_style(scene: &Scene<'_>, is_sorted: bool, is_under_cursor: bool) -> Style {
    let head = if is_sorted {
        bold(scene.role(Role::Text))
    } else {
        scene.role(Role::TableHead)
    };
    if is_under_cursor {
        return head.patch(scene.role(Role::Selected));
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_short_and_says_nothing_of_zero() {
        let look = Look::default();
        let of = |now, then| change(Some(now), Some(then), look);
        let ascii = Look {
            glyphs: Glyphs::Ascii,
            ..look
        };
        assert_eq!(of(103.0, 100.0), "↑ 3.0%");
        assert_eq!(of(112.34, 100.0), "↑ 12%");
        assert_eq!(of(60.0, 100.0), "↓ 40%");
        assert_eq!(of(-60.0, -100.0), "↑ 40%");
        assert_eq!(of(100.0, 100.0), "→ 0%");
        assert_eq!(of(5.0, 0.0), "");
        assert_eq!(of(0.0, 0.0), "");
        assert_eq!(of(900_000.0, 1.0), "↑ >9999%");
        assert_eq!(change(Some(2.0), Some(1.0), ascii), "+100%");
        assert_eq!(change(None, Some(1.0), ascii), "");
    }

    #[test]
    fn bars_begin_at_zero_and_heat_at_the_least() {
        let drawn = |cells| TableColumn {
            cells,
            ..TableColumn::default()
        };
        let extent = Some((20.0, 80.0));
        assert_eq!(
            Beside::of(&drawn(Cells::Bar), extent),
            Beside::Bar(BAR, 0.0, 80.0)
        );
        assert_eq!(
            Beside::of(&drawn(Cells::Heat), extent),
            Beside::Level(20.0, 80.0)
        );
        assert_eq!(Beside::of(&drawn(Cells::Bar), None), Beside::Nothing);
        let given = TableColumn {
            min: Some(10.0),
            max: Some(20.0),
            ..drawn(Cells::Bar)
        };
        assert_eq!(Beside::of(&given, extent), Beside::Bar(BAR, 10.0, 20.0));
    }
}
