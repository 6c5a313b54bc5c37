//! What is worked out of a table's data once and used for many frames and keys: the order of its rows, how far
//! its numbers go, which row of an earlier time belongs to which.
//!
//! [`arrange`] is pure. [`Arrangements`] keeps what it gave as long as nothing it depends on changed; whatever
//! is not kept is worked out anew, so that nothing depends on it but speed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use jiff::tz::TimeZone;

use super::filter::Filter;
use super::order::{Order, sorted};
use super::{Sort, TableState, earlier};
use crate::config::{Cells, Panel};
use crate::model::compare::Compare;
use crate::model::panel_data::PanelData;
use crate::model::rowset::{Column, Rowset};
use crate::model::value::Value;

/// A table's data, arranged for a viewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Arranged {
    /// The rows that are shown.
    pub order: Order,
    /// Why the filter cannot be applied; all rows are shown then.
    pub problem: Option<String>,
    /// The least and the greatest number of each column that is drawn by them.
    pub extents: Box<[Option<(f64, f64)>]>,
    /// For each row the one of the compared time with the same labels.
    pub earlier: Option<Box<[Option<u32>]>>,
}

/// What a table's arrangement depends on.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// Its data.
    pub data: &'a PanelData,
    /// The same in the compared time, and which time that is.
    pub ghost: Option<(&'a PanelData, Compare)>,
    /// What the viewer did to it.
    pub state: &'a TableState,
    /// The dashboard's zone.
    pub zone: &'a TimeZone,
}

impl Wanted<'_> {
    fn rows(&self) -> &Rowset {
        &self.data.rows
    }

    fn ghost_rows(&self) -> Option<&Arc<Rowset>> {
        self.ghost.map(|(ghost, _)| &ghost.rows)
    }

    /// The rows sorted; none where they are not.
    fn sorted(&self) -> Option<Arc<[u32]>> {
        let sort = self.state.sort.as_ref()?;
        let column = &self.rows().columns[sort.column(self.rows())?];
        Some(sorted(column, sort.descending).into())
    }

    /// Which rows the filter leaves; none where it leaves all. `before`: what a wider one left.
    fn left(&self, before: Option<&[bool]>) -> Result<Option<Arc<[bool]>>, String> {
        let filter = match Filter::parse(&self.state.filter) {
            None => return Ok(None),
            Some(Err(problem)) => return Err(problem),
            Some(Ok(filter)) => filter,
        };
        let columns = self.state.columns(self.rows());
        let left = filter.leaves(self.rows(), &columns, self.zone, before);
        Ok(Some(left.into()))
    }

    fn extents(&self) -> Box<[Option<(f64, f64)>]> {
        let extent = |column: &Column| {
            let drawn = self.panel.columns.iter().find(|c| c.name == column.name)?;
            let by_size = matches!(drawn.cells, Cells::Bar | Cells::Heat);
            let is_given = drawn.min.is_some() && drawn.max.is_some();
            if !by_size || is_given {
                return None;
            }
            let numbers = column.values.iter().filter_map(Value::as_f64);
            numbers.filter(|number| number.is_finite()).fold(
                None,
                |seen: Option<(f64, f64)>, number| {
                    let (low, high) = seen.unwrap_or((number, number));
                    Some((low.min(number), high.max(number)))
                },
            )
        };
        self.rows().columns.iter().map(extent).collect()
    }

    fn earlier(&self) -> Option<Box<[Option<u32>]>> {
        let (ghost, compare) = self.ghost?;
        earlier::rows(self.data, ghost, compare, self.zone)
    }
}

/// Arranges a table.
pub fn arrange(wanted: &Wanted<'_>) -> Arranged {
    Kept::new(wanted, None).arranged.as_ref().clone()
}

/// The sorted rows that are left.
fn order(rows: &Rowset, sorted: Option<&[u32]>, left: Option<&[bool]>) -> Order {
    let is_left = |row: &u32| left.is_none_or(|left| left.get(*row as usize) == Some(&true));
    match (sorted, left) {
        (None, None) => Order::All(rows.len()),
        (Some(sorted), None) => Order::Rows(sorted.into()),
        (Some(sorted), Some(_)) => Order::Rows(sorted.iter().copied().filter(is_left).collect()),
        (None, Some(_)) => Order::Rows((0..rows.len() as u32).filter(is_left).collect()),
    }
}

/// An arrangement and what it was made of.
#[derive(Clone, Debug)]
struct Kept {
    rows: Weak<Rowset>,
    ghost: Option<Weak<Rowset>>,
    sort: Option<Sort>,
    filter: String,
    hidden: BTreeSet<String>,
    sorted: Option<Arc<[u32]>>,
    left: Result<Option<Arc<[bool]>>, String>,
    arranged: Arc<Arranged>,
}

/// Whether `kept` is still `rows`: an answer is replaced, never changed.
fn same(kept: &Weak<Rowset>, rows: &Arc<Rowset>) -> bool {
    std::ptr::eq(kept.as_ptr(), Arc::as_ptr(rows))
}

impl Kept {
    /// Makes what `old` does not already have.
    fn new(wanted: &Wanted<'_>, old: Option<&Self>) -> Self {
        let old = old.filter(|old| same(&old.rows, &wanted.data.rows));
        let state = wanted.state;
        let sorted = match old.filter(|old| old.sort == state.sort) {
            Some(old) => old.sorted.clone(),
            None => wanted.sorted(),
        };
        let alike = old.filter(|old| old.hidden == state.hidden);
        let left = match alike {
            Some(old) if old.filter == state.filter => old.left.clone(),
            Some(old) if Filter::narrows(&state.filter, &old.filter) => {
                let before = old.left.as_ref().ok().and_then(Option::as_deref);
                wanted.left(before)
            }
            _ => wanted.left(None),
        };
        let (problem, which) = match &left {
            Ok(left) => (None, left.as_deref()),
            Err(problem) => (Some(problem.clone()), None),
        };
        let ghost = wanted.ghost_rows().map(Arc::downgrade);
        let earlier = match old.filter(|old| old.is_compared_with(wanted)) {
            Some(old) => old.arranged.earlier.clone(),
            None => wanted.earlier(),
        };
        let arranged = Arranged {
            order: order(wanted.rows(), sorted.as_deref(), which),
            problem,
            extents: match old {
                Some(old) => old.arranged.extents.clone(),
                None => wanted.extents(),
            },
            earlier,
        };
        Self {
            rows: Arc::downgrade(&wanted.data.rows),
            ghost,
            sort: state.sort.clone(),
            filter: state.filter.clone(),
            hidden: state.hidden.clone(),
            sorted,
            left,
            arranged: Arc::new(arranged),
        }
    }

    fn is_compared_with(&self, wanted: &Wanted<'_>) -> bool {
        match (&self.ghost, wanted.ghost_rows()) {
            (Some(kept), Some(rows)) => same(kept, rows),
            (None, None) => true,
            _ => false,
        }
    }

    fn is_of(&self, wanted: &Wanted<'_>) -> bool {
        same(&self.rows, &wanted.data.rows)
            && self.is_compared_with(wanted)
            && self.sort == wanted.state.sort
            && self.filter == wanted.state.filter
            && self.hidden == wanted.state.hidden
    }
}

/// Kept arrangements by dashboard and panel. No part of a viewer's state: any two are equal.
#[derive(Clone, Debug, Default)]
pub struct Arrangements(BTreeMap<(usize, usize), Kept>);

impl PartialEq for Arrangements {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Arrangements {
    /// The arrangement, if it is kept and still holds.
    pub(super) fn get(&self, at: (usize, usize), wanted: &Wanted<'_>) -> Option<&Arc<Arranged>> {
        let kept = self.0.get(&at).filter(|kept| kept.is_of(wanted));
        kept.map(|kept| &kept.arranged)
    }

    /// Keeps the arrangement; true when the rows are others than those of the one before.
    pub(super) fn keep(&mut self, at: (usize, usize), wanted: &Wanted<'_>) -> bool {
        let old = self.0.get(&at);
        if old.is_some_and(|old| old.is_of(wanted)) {
            return false;
        }
        let is_other = old.is_some_and(|old| !same(&old.rows, &wanted.data.rows));
        let kept = Kept::new(wanted, old);
        self.0.insert(at, kept);
        is_other
    }

    /// Forgets the tables of every other dashboard.
    pub(super) fn only(&mut self, dashboard: usize) {
        self.0.retain(|(of, _), _| *of == dashboard);
    }
}
