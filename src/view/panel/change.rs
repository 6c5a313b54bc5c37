//! How much something changed since the earlier window, in words.

use super::Scene;
use crate::model::compare::Compare;
use crate::model::ghost::change_percent;
use crate::model::panel_data::Shape;
use crate::model::reduce::reduce;
use crate::ui::{Glyphs, Look};

impl Scene<'_> {
    /// How the reduced value of a series or the bar of this name changed, in words; none while nothing
    /// is compared.
    pub(super) fn change_of(&self, name: &str, now: Option<f64>) -> Option<String> {
        if self.view.compare == Compare::Off {
            return None;
        }
        let change = now
            .zip(self.before(name))
            .and_then(|(now, before)| change_percent(now, before));
        Some(words(change, self.look()))
    }

    /// What it was in the earlier window.
    fn before(&self, name: &str) -> Option<f64> {
        match self.ghost()?.shape.as_ref() {
            Shape::Series(series) => {
                let same = series.iter().find(|one| one.name == name)?;
                reduce(&same.points, self.panel.reduce)
            }
            Shape::Bars(bars) => bars
                .iter()
                .find(|bar| bar.label == name)
                .map(|bar| bar.value),
            _ => None,
        }
    }

    /// For the border, the longest form first: `↑ 12% vs yesterday`.
    pub(super) fn change_forms(&self, change: &str) -> Vec<String> {
        match self.view.compare {
            Compare::Off => vec![change.to_owned()],
            compare => vec![
                format!("{change} vs {}", compare.words()),
                change.to_owned(),
            ],
        }
    }

    /// For the border, where the changes stand inside: `vs yesterday`.
    pub(super) fn compared_forms(&self) -> Vec<String> {
        match self.view.compare {
            Compare::Off => Vec::new(),
            compare => vec![format!("vs {}", compare.words())],
        }
    }
}

/// `↑ 12%`, `↓ 4.3%`, `→ 0%`, in ASCII `+12%`, `-4.3%` and `= 0%`; a dash where there is nothing to
/// compare. One writing for every change since another time. Neither direction is good or bad in itself; `▲` is a warning's sign.
pub(super) fn words(percent: Option<f64>, look: Look) -> String {
    let Some(percent) = percent else {
        return "–".to_owned();
    };
    let [up, down, flat] = match look.glyphs {
        Glyphs::Ascii => ["+", "-", "= "],
        Glyphs::Braille | Glyphs::Blocks => ["↑ ", "↓ ", "→ "],
    };
    let direction = if percent > 0.0 { up } else { down };
    match percent.abs() {
        // Below half of the last digit there is no direction.
        size if size < 0.05 => format!("{flat}0%"),
        size if size < 9.95 => format!("{direction}{size:.1}%"),
        size if size < 9_999.5 => format!("{direction}{size:.0}%"),
        _ => format!("{direction}>9999%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_a_direction_and_a_number() {
        let look = Look::default();
        let unicode = |percent| words(Some(percent), look);
        assert_eq!(unicode(12.34), "↑ 12%");
        assert_eq!(unicode(-4.0), "↓ 4.0%");
        assert_eq!(unicode(0.01), "→ 0%");
        assert_eq!(unicode(99.96), "↑ 100%");
        assert_eq!(unicode(-1_234.5), "↓ 1234%");
        assert_eq!(unicode(1e9), "↑ >9999%");
        assert_eq!(words(None, look), "–");
        let ascii = Look {
            glyphs: Glyphs::Ascii,
            ..look
        };
        assert_eq!(words(Some(12.34), ascii), "+12%");
        assert_eq!(words(Some(-4.0), ascii), "-4.0%");
        assert_eq!(words(Some(0.0), ascii), "= 0%");
    }
}
