//! Rows to what a panel kind draws; says what is missing when they do not fit.

use super::kind::PanelKind;
use super::panel_data::{Failure, Shape};
use super::reduce::Reduction;
use super::rowset::Rowset;
use super::time::TimeWindow;

/// Turns rows into `kind`'s shape. `window` dates a value that has no time of its own.
pub fn shape(
    kind: PanelKind,
    reduce: Reduction,
    rows: &Rowset,
    window: TimeWindow,
) -> Result<Shape, Failure> {
    let _ = (kind, reduce, rows, window);
    Ok(Shape::Rows)
}
