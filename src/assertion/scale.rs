//! Whether numbers that are compared or added count in the same scale: `1%` is 0.01, and a panel in `percent` has 1.

use std::ops::Range;

use super::tree::{Number, Operand, Operator, Term};
use super::{Mistake, literal};
use crate::config::{Dashboard, Panel};
use crate::model::unit::{Measure, Unit};

/// Nearer than that to 1 is 1.
const NEAR: f64 = 1e-9;

/// Refuses literals with a unit that count in another scale than a panel they are compared with.
///
/// # Errors
/// The first such literal, and what to write.
pub(super) fn compared(numbers: &[&Number], dashboard: &Dashboard) -> Result<(), Mistake> {
    let mut terms = Terms::default();
    for number in numbers {
        terms.add(number, dashboard)?;
    }
    terms.check(dashboard)
}

/// What is compared with and added to each other.
#[derive(Default)]
struct Terms<'e> {
    literals: Vec<(&'e Range<usize>, &'e str, f64)>,
    /// Each with what it is multiplied by.
    operands: Vec<(&'e Operand, Vec<f64>)>,
}

impl<'e> Terms<'e> {
    fn add(&mut self, number: &'e Number, dashboard: &Dashboard) -> Result<(), Mistake> {
        match &number.term {
            Term::Literal(text, value) => self.literals.push((&number.span, text, *value)),
            Term::Operand(operand) => self.operands.push((operand, Vec::new())),
            Term::Negative(inner) | Term::Absolute(inner) => self.add(inner, dashboard)?,
            Term::Sum(first, rest) => {
                self.add(first, dashboard)?;
                for (_, number) in rest {
                    self.add(number, dashboard)?;
                }
            }
            Term::Product(first, rest) => self.multiply(first, rest, dashboard)?,
        }
        Ok(())
    }

    /// Numbers times numbers are numbers; a panel's number times numbers is still a panel's; of everything else the
    /// scale is not known.
    fn multiply(
        &mut self,
        first: &'e Number,
        rest: &'e [(Operator, Number)],
        dashboard: &Dashboard,
    ) -> Result<(), Mistake> {
        let mut operand = None;
        let mut literals = Vec::new();
        let mut by = Vec::new();
        let mut is_known = true;
        let rest = rest.iter().map(|(operator, number)| (*operator, number));
        for (operator, number) in std::iter::once((Operator::Times, first)).chain(rest) {
            let mut terms = Terms::default();
            terms.add(number, dashboard)?;
            terms.check(dashboard)?;
            match (&terms.literals[..], &terms.operands[..]) {
                ([literal], []) => {
                    literals.push(*literal);
                    by.push(match operator {
                        Operator::By => 1.0 / literal.2,
                        _ => literal.2,
                    });
                }
                ([], [one]) if operand.is_none() && operator != Operator::By => {
                    by.extend(&one.1);
                    operand = Some(one.0);
                }
                _ => is_known = false,
            }
        }
        match operand {
            _ if !is_known => {}
            Some(operand) => self.operands.push((operand, by)),
            None => self.literals.append(&mut literals),
        }
        Ok(())
    }

    fn check(&self, dashboard: &Dashboard) -> Result<(), Mistake> {
        for (span, text, value) in &self.literals {
            // Nothing is nothing in every scale.
            let Some(measure) = literal::measure(text).filter(|_| *value != 0.0) else {
                continue;
            };
            for (operand, by) in &self.operands {
                let mut panels = dashboard.panels.iter();
                let panel = panels.find(|panel| panel.id == operand.panel);
                let panel = panel.filter(|_| operand.reading.what.is_a_value());
                let scales = panel.map_or_else(Vec::new, |panel| scales(panel, operand, measure));
                let other = scales.iter().find(|(_, size)| !is_converted(by, *size));
                let Some((unit, size)) = other else {
                    continue;
                };
                let message = format!(
                    "`{text}` is {value}, but `{operand}` counts in {}",
                    unit.id()
                );
                let hint = if scales.iter().all(|(_, one)| one == size) {
                    format!("write {}", rounded(value * size))
                } else {
                    "its series count in several scales: name one".to_owned()
                };
                return Err(Mistake::new((*span).clone(), message).hint(hint));
            }
        }
        Ok(())
    }
}

/// The units that the operand may be in, of those of a measure, and how many of each make one.
fn scales<'d>(panel: &'d Panel, operand: &Operand, measure: Measure) -> Vec<(&'d Unit, f64)> {
    let mut own = panel.column_units.iter();
    let right = panel.chart.right_unit.as_ref();
    let units: Vec<&Unit> = match &operand.series {
        Some(series) => {
            let own = own.find(|(name, _)| name == series).map(|(_, unit)| unit);
            let right = right.filter(|_| panel.chart.is_right(series));
            vec![own.or(right).unwrap_or(&panel.unit)]
        }
        None => std::iter::once(&panel.unit)
            .chain(own.map(|(_, unit)| unit))
            .chain(right)
            .collect(),
    };
    let sizes = units.into_iter().filter_map(|unit| {
        let (of, size) = unit.measure()?;
        (of == measure).then_some((unit, size))
    });
    sizes.collect()
}

/// Whether a number is no longer in its panel's scale, or that scale is the literals' own: `errors / 100`.
fn is_converted(by: &[f64], size: f64) -> bool {
    let whole = by.iter().product::<f64>();
    let is_one = |by: f64| (by * size - 1.0).abs() < NEAR;
    is_one(1.0) || is_one(whole) || by.iter().any(|by| is_one(*by))
}

/// Without the traces of arithmetic in binary.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}
