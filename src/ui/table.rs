//! What a viewer did to a table: where it stands, how it is sorted and filtered, which columns are hidden; and
//! what keys and the mouse do to that.

pub mod arranged;
pub mod chooser;
pub mod detail;
mod earlier;
pub mod filter;
pub mod json;
mod moves;
pub mod order;
pub mod typing;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Ui;
use super::keys::Situation;
use crate::config::Config;
use crate::model::compare::Compare;
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Shape, Snapshot};
use crate::model::rowset::Rowset;
use crate::model::value::Value;

pub use arranged::{Arranged, Arrangements, Wanted, arrange};
pub(super) use moves::{click, enter, move_column, resize, scroll_rows, sort, wheel};
pub use order::Order;

/// What a viewer did to one table. Rows are counted in the order they are shown in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableState {
    /// First row in sight; of a log too.
    pub top: usize,
    /// The selected row, seen when the table fills the screen.
    pub row: usize,
    /// The first column's value in the selected row, to find it again in new data. None for the first row:
    /// whoever stays at the top wants to see the top.
    pub kept: Option<Value>,
    /// The column under the cursor, an index into the result's; none before it was moved.
    pub column: Option<usize>,
    /// Columns after the first that are scrolled past, at least: the cursor's is always in sight.
    pub past: usize,
    /// What it is sorted by.
    pub sort: Option<Sort>,
    /// What rows are filtered by, as typed.
    pub filter: String,
    /// Columns that are not shown, by name.
    pub hidden: BTreeSet<String>,
}

/// A column to sort by. Its name counts: it outlives a query whose columns change places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Its name.
    pub name: String,
    /// Where it was, to tell columns of one name apart.
    pub index: usize,
    /// The greatest first.
    pub descending: bool,
}

impl Sort {
    /// Where the column is in `rows`, if it is there.
    pub fn column(&self, rows: &Rowset) -> Option<usize> {
        let has_name = |index: usize| rows.columns.get(index).is_some_and(|c| c.name == self.name);
        if has_name(self.index) {
            return Some(self.index);
        }
        rows.columns.iter().position(|c| c.name == self.name)
    }
}

impl TableState {
    /// A table nobody did anything to.
    pub const UNTOUCHED: Self = Self {
        top: 0,
        row: 0,
        kept: None,
        column: None,
        past: 0,
        sort: None,
        filter: String::new(),
        hidden: BTreeSet::new(),
    };

    /// The columns that are shown, by index; all if nothing else is left.
    pub fn columns(&self, rows: &Rowset) -> Vec<usize> {
        let is_shown = |index: &usize| !self.hidden.contains(&rows.columns[*index].name);
        let shown: Vec<usize> = (0..rows.columns.len()).filter(is_shown).collect();
        if shown.is_empty() {
            return (0..rows.columns.len()).collect();
        }
        shown
    }

    /// Where the cursor is among `columns`.
    pub fn cursor(&self, columns: &[usize]) -> usize {
        let at = self.column.unwrap_or(0);
        columns
            .iter()
            .position(|index| *index >= at)
            .unwrap_or(columns.len().saturating_sub(1))
    }

    /// The rows are others or in another order: it starts at the top again.
    fn start_over(&mut self) {
        (self.top, self.row, self.kept) = (0, 0, None);
    }
}

impl<'a> Situation<'a> {
    /// What the viewer did to a panel's table or log.
    pub fn table(&self, panel: usize) -> Option<&'a TableState> {
        self.ui.tables.get(&(self.ui.dashboard, panel))
    }

    /// The rows of a table that has columns; none for other kinds.
    pub fn table_rows(&self, panel: usize) -> Option<&'a Arc<Rowset>> {
        let is_table = self.panels().get(panel)?.kind == PanelKind::Table;
        let rows = &self.data(panel).filter(|_| is_table)?.rows;
        (!rows.columns.is_empty()).then_some(rows)
    }

    /// The columns of a table that are shown.
    pub fn shown_columns(&self, panel: usize) -> Vec<usize> {
        let Some(rows) = self.table_rows(panel) else {
            return Vec::new();
        };
        match self.table(panel) {
            Some(state) => state.columns(rows),
            None => (0..rows.columns.len()).collect(),
        }
    }

    /// A table's data as it is shown; kept or worked out now. None for other kinds.
    pub fn arranged(&self, panel: usize) -> Option<Arc<Arranged>> {
        self.table_rows(panel)?;
        let untouched = TableState::default();
        let state = self.table(panel).unwrap_or(&untouched);
        let wanted = wanted(self.config, self.snapshot, self.ui.dashboard, panel, state)?;
        let kept = self
            .ui
            .arrangements
            .get((self.ui.dashboard, panel), &wanted);
        Some(kept.map_or_else(|| Arc::new(arrange(&wanted)), Arc::clone))
    }

    /// How many rows of a table or lines of a log there are to show.
    fn count(&self, panel: usize) -> Option<usize> {
        let data = self.data(panel)?;
        if let Shape::Log(lines) = data.shape.as_ref() {
            return Some(lines.len());
        }
        let rows = self.table_rows(panel)?;
        // A sort alone loses no row.
        let is_filtered = self
            .table(panel)
            .is_some_and(|state| !state.filter.is_empty());
        if is_filtered {
            return Some(self.arranged(panel)?.order.len());
        }
        Some(rows.len())
    }

    /// Rows of a table or log in sight, and the greatest first row; none for other kinds.
    pub fn table_page(&self, panel: usize) -> Option<(usize, usize)> {
        let head = match self.panels().get(panel)?.kind {
            PanelKind::Table => 1,
            PanelKind::Log => 0,
            _ => return None,
        };
        let place = self.layout.places.iter().find(|p| p.panel == panel)?;
        // Two lines of border, and the head.
        let page = usize::from(place.size.height.saturating_sub(2 + head)).max(1);
        let rows = self.count(panel)?;
        Some((page, rows.saturating_sub(page)))
    }

    /// The focused panel is a table with rows that fills the screen: it has a selected row.
    pub fn selects_rows(&self) -> bool {
        let focus = self.ui.focus;
        self.ui.full_screen
            && self.table_rows(focus).is_some()
            && self.count(focus).is_some_and(|count| count > 0)
    }

    /// The row that a link or a copy takes, as an index into the panel's result: the selected one, where none is
    /// selected the first in sight; of other kinds than tables and logs the first.
    pub fn selected_row(&self, panel: usize) -> Option<usize> {
        let Some(arranged) = self.arranged(panel) else {
            let last = self.table_page(panel).map_or(0, |(_, last)| last);
            return Some(self.table(panel).map_or(0, |state| state.top.min(last)));
        };
        let is_seen = self.ui.full_screen && panel == self.ui.focus;
        let row = match self.table(panel) {
            Some(state) if is_seen => state.row,
            Some(state) => state.top,
            None => 0,
        };
        let order = &arranged.order;
        order.row(row.min(order.len().checked_sub(1)?))
    }

    /// The column under the cursor of the focused table, as an index into its result's.
    pub fn selected_column(&self) -> Option<usize> {
        let columns = self.shown_columns(self.ui.focus);
        let cursor = self
            .table(self.ui.focus)
            .map_or(0, |state| state.cursor(&columns));
        columns.get(cursor).copied()
    }
}

/// What the arrangement of a table depends on; none while the snapshot is another dashboard's.
fn wanted<'a>(
    config: &'a Config,
    snapshot: &'a Snapshot,
    dashboard: usize,
    panel: usize,
    state: &'a TableState,
) -> Option<Wanted<'a>> {
    let shown = config.dashboards.get(dashboard)?;
    let ghost = snapshot.earlier(panel);
    (snapshot.dashboard == dashboard).then_some(Wanted {
        panel: shown.panels.get(panel)?,
        data: snapshot.panels.get(panel)?,
        ghost: ghost
            .filter(|_| snapshot.compare != Compare::Off)
            .map(|ghost| (ghost, snapshot.compare)),
        state,
        zone: &shown.time_zone,
    })
}

impl Ui {
    /// Does something to a table or log of this dashboard.
    pub fn edit_table(&mut self, panel: usize, edit: impl FnOnce(&mut TableState)) {
        let at = (self.dashboard, panel);
        let mut state = self.tables.remove(&at).unwrap_or_default();
        edit(&mut state);
        // One that is as it was in the beginning is as if nobody had touched it.
        if state != TableState::UNTOUCHED {
            self.tables.insert(at, state);
        }
    }

    /// Keeps the arrangements of this dashboard's tables for the frames and keys to come, and the selected row
    /// where new data has it. To be called when the data may have changed.
    pub fn follow(&mut self, config: &Config, snapshot: &Snapshot) {
        self.arrangements.only(self.dashboard);
        let panels = config
            .dashboards
            .get(self.dashboard)
            .map(|d| d.panels.as_slice());
        for (panel, of) in panels.unwrap_or_default().iter().enumerate() {
            let at = (self.dashboard, panel);
            let is_drawn_by_size = !of.columns.is_empty();
            let is_compared = snapshot.compare != Compare::Off;
            if of.kind != PanelKind::Table
                || !(self.tables.contains_key(&at) || is_drawn_by_size || is_compared)
            {
                continue;
            }
            let mut state = self.tables.remove(&at).unwrap_or_default();
            if let Some(wanted) = wanted(config, snapshot, self.dashboard, panel, &state) {
                let is_new = self.arrangements.keep(at, &wanted);
                let arranged = self.arrangements.get(at, &wanted).map(Arc::clone);
                if let Some(arranged) = arranged {
                    find_again(
                        &mut state,
                        &snapshot.panels[panel].rows,
                        &arranged.order,
                        is_new,
                    );
                }
            }
            if state != TableState::default() {
                self.tables.insert(at, state);
            }
        }
    }
}

/// Moves the selection to where the row went, and the page with it; notes what it is known by.
fn find_again(state: &mut TableState, rows: &Rowset, order: &Order, is_new: bool) {
    let Some(first) = rows.columns.first() else {
        return;
    };
    if let Some(kept) = state.kept.as_ref().filter(|_| is_new) {
        let mut same = (0..first.values.len()).filter(|row| first.values[*row] == *kept);
        let found = same.next().filter(|_| same.next().is_none());
        if let Some(position) = found.and_then(|row| order.position(row)) {
            let above = state.row.saturating_sub(state.top);
            (state.row, state.top) = (position, position.saturating_sub(above));
        }
    }
    state.row = state.row.min(order.len().saturating_sub(1));
    state.kept = match state.row {
        0 => None,
        position => order.row(position).map(|row| first.values[row].clone()),
    };
}
