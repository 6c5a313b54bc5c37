//! A panel's number and its state: `orders["eu"].mean5m`, `orders is red`.

use std::ops::Range;

use super::{Parser, Symbol};
use crate::assertion::Mistake;
use crate::assertion::tree::{Condition, Number, Operand, Reading, State, Term, What};
use crate::config::did_you_mean;

impl Parser<'_> {
    pub(super) fn is(&mut self, left: Number) -> Result<Condition, Mistake> {
        let Term::Operand(operand) = left.term else {
            let message = "only a panel, or one number of it, is in a state";
            return Err(Mistake::new(left.span, message).hint("write `orders is red`"));
        };
        let is_not = self.take_word("not");
        let names = || State::ALL.into_iter().map(State::name);
        let here = self.here();
        let (Symbol::Word(name) | Symbol::Text(name)) = &here.symbol else {
            return Err(self.unexpected("a state, such as red or failed"));
        };
        let Some(state) = State::ALL.into_iter().find(|state| state.name() == name) else {
            let mistake = Mistake::new(here.span.clone(), format!("there is no state `{name}`"));
            let all = || format!("there is {}", names().collect::<Vec<_>>().join(", "));
            return Err(mistake.hint(did_you_mean(name, names()).unwrap_or_else(all)));
        };
        let has_level = operand.reading.what.is_a_value();
        if !has_level && matches!(state, State::Color(_) | State::Opinion(_)) {
            let message = format!(
                "`{}` has no colour: thresholds are for the panel's values",
                operand.reading
            );
            return Err(Mistake::new(operand.span, message).hint("compare it with a number"));
        }
        self.at += 1;
        Ok(Condition::Is {
            operand,
            is_not,
            state,
        })
    }

    pub(super) fn operand(&mut self) -> Result<Operand, Mistake> {
        let first = self.next();
        let (Symbol::Word(panel) | Symbol::Text(panel)) = &first.symbol else {
            return Err(self.unexpected("a panel"));
        };
        let mut series = None;
        if self.take_sign("[") {
            let Symbol::Text(name) = &self.here().symbol else {
                return Err(self.unexpected("the name of a series in quotes"));
            };
            series = Some(name.clone());
            self.at += 1;
            if !self.take_sign("]") {
                return Err(self.unexpected("`]`"));
            }
        }
        // Whether that panel is there is for those to say who know the panels.
        let of_panel = |mistake: Mistake| Mistake {
            panel: Some((panel.clone(), first.span.clone())),
            ..mistake
        };
        let mut reading = Reading::default();
        if self.take_sign(".") {
            let (name, span) = self.segment()?;
            if series.is_none() && self.take_sign(".") {
                series = Some(name);
                let (name, span) = self.segment()?;
                reading = known(&name, span, None).map_err(of_panel)?;
            } else {
                reading =
                    known(&name, span, series.is_none().then_some(panel)).map_err(of_panel)?;
            }
        }
        debug_assert!(reading.window.is_none() || reading.what != What::Shown);
        Ok(Operand {
            span: first.span.start..self.end(),
            panel_span: first.span.clone(),
            panel: panel.clone(),
            series,
            reading,
            is_earlier: false,
        })
    }

    fn segment(&mut self) -> Result<(String, Range<usize>), Mistake> {
        let here = self.here();
        let Symbol::Word(name) = &here.symbol else {
            return Err(self.unexpected("what of it, such as last or mean5m"));
        };
        self.at += 1;
        Ok((name.clone(), here.span.clone()))
    }
}

/// The reading of this name; `panel` where it may as well be meant as a series.
fn known(name: &str, span: Range<usize>, panel: Option<&String>) -> Result<Reading, Mistake> {
    if let Some(reading) = Reading::parse(name) {
        return Ok(reading);
    }
    let mistake = Mistake::new(span, format!("there is no reading `{name}`"));
    let letters: String = name.chars().take_while(char::is_ascii_alphabetic).collect();
    let all: Vec<&str> = Reading::names().collect();
    let all = format!(
        "There is {}; most take a duration: mean5m, p95_5m",
        all.join(", ")
    );
    if Reading::parse(&letters).is_some_and(|reading| !reading.what.is_of_points()) {
        return Err(mistake.hint(format!("`{letters}` takes no duration")));
    }
    if letters.len() < name.len() && Reading::parse(&letters).is_some() {
        let hint = format!("after `{letters}` a duration may stand: {letters}5m, {letters}1h30m");
        return Err(mistake.hint(hint));
    }
    Err(match (did_you_mean(&letters, Reading::names()), panel) {
        (Some(near), _) => mistake.hint(format!("{near} {all}")),
        (None, Some(panel)) => {
            mistake.hint(format!("a series is named as `{panel}[\"{name}\"]`. {all}"))
        }
        (None, None) => mistake.hint(all),
    })
}
