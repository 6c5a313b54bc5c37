//! What keys and the mouse do to a table: rows and columns are gone through, sorted, opened.

use super::detail::Detail;
use super::{Sort, TableState};
use crate::ui::keys::{Scroll, Situation};
use crate::ui::layout::TablePlace;
use crate::ui::{Overlay, Ui};

/// Scrolls the focused table or log; where a row is selected it moves, and the page follows.
pub(in crate::ui) fn scroll_rows(ui: &mut Ui, now: &Situation<'_>, scroll: Scroll) {
    let Some((page, last)) = now.table_page(ui.focus) else {
        return;
    };
    let lowest = now
        .selects_rows()
        .then(|| now.count(ui.focus).unwrap_or(0).saturating_sub(1));
    ui.edit_table(ui.focus, |state| match lowest {
        Some(lowest) => select(state, scroll.apply(state.row, page, lowest), page, last),
        None => state.top = scroll.apply(state.top.min(last), page, last),
    });
}

/// Selects a row and brings it into sight.
fn select(state: &mut TableState, row: usize, page: usize, last: usize) {
    if state.row != row {
        (state.row, state.kept) = (row, None);
    }
    state.top = state
        .top
        .min(last)
        .clamp((row + 1).saturating_sub(page), row);
}

/// The wheel moves the page; a selected row stays in it.
pub(in crate::ui) fn wheel(ui: &mut Ui, now: &Situation<'_>, scroll: Scroll) {
    let Some((page, last)) = now.table_page(ui.focus) else {
        return;
    };
    let selects = now.selects_rows();
    ui.edit_table(ui.focus, |state| {
        state.top = scroll.apply(state.top.min(last), page, last);
        let row = state.row.clamp(state.top, state.top + page - 1);
        if selects && row != state.row {
            (state.row, state.kept) = (row, None);
        }
    });
}

/// The page stays inside its bounds, the selected row inside the page.
pub(in crate::ui) fn resize(ui: &mut Ui, now: &Situation<'_>) {
    if let Some((page, last)) = now.table_page(ui.focus) {
        let selects = now.selects_rows();
        ui.edit_table(ui.focus, |state| {
            state.top = state.top.min(last);
            if selects {
                let lowest = (state.row + 1).saturating_sub(page);
                state.top = state.top.clamp(lowest, state.row.max(lowest));
            }
        });
    }
}

/// A table that now fills the screen has its selected row on the page that was in sight.
pub(in crate::ui) fn enter(ui: &mut Ui, now: &Situation<'_>) {
    let Some((page, _)) = now.table_page(ui.focus).filter(|_| ui.full_screen) else {
        return;
    };
    ui.edit_table(ui.focus, |state| {
        let row = state.row.clamp(state.top, state.top + page - 1);
        if row != state.row {
            (state.row, state.kept) = (row, None);
        }
    });
}

/// Moves the column cursor.
pub(in crate::ui) fn move_column(ui: &mut Ui, now: &Situation<'_>, by: i8) {
    let columns = now.shown_columns(ui.focus);
    let Some(last) = columns.len().checked_sub(1) else {
        return;
    };
    let place = now
        .layout
        .table
        .as_ref()
        .filter(|place| place.panel == ui.focus);
    ui.edit_table(ui.focus, |state| {
        let at = state
            .cursor(&columns)
            .saturating_add_signed(isize::from(by))
            .min(last);
        state.column = Some(columns[at]);
        // From what is drawn, so that the columns move only when the cursor leaves them.
        state.past = place
            .map_or(state.past, |place| place.past)
            .min(at.saturating_sub(1));
    });
}

/// Sorts by the column under the cursor: ascending, descending, not at all.
pub(in crate::ui) fn sort(ui: &mut Ui, now: &Situation<'_>) {
    if let Some(column) = now.selected_column() {
        sort_by(ui, now, column);
    }
}

fn sort_by(ui: &mut Ui, now: &Situation<'_>, index: usize) {
    let Some(rows) = now.table_rows(ui.focus) else {
        return;
    };
    ui.edit_table(ui.focus, |state| {
        let sorted = state
            .sort
            .take()
            .filter(|sort| sort.column(rows) == Some(index));
        state.sort = match sorted {
            None => Some(Sort {
                name: rows.columns[index].name.clone(),
                index,
                descending: false,
            }),
            Some(sort) if !sort.descending => Some(Sort {
                descending: true,
                ..sort
            }),
            Some(_) => None,
        };
        state.column = Some(index);
        state.start_over();
    });
}

/// A click on the focused table: its head sorts, a row is selected, the selected one opened. False where it
/// is none of that.
pub(in crate::ui) fn click(ui: &mut Ui, now: &Situation<'_>, x: u16, y: u16) -> bool {
    let inside = |place: &&TablePlace| place.area.contains((x, y).into());
    let place = now.layout.table.as_ref().filter(inside);
    let Some(place) = place.filter(|place| place.panel == ui.focus) else {
        return false;
    };
    if place.head == Some(y) {
        if let Some(column) = place.column_at(x) {
            sort_by(ui, now, column);
        }
        return true;
    }
    if !now.selects_rows() {
        return false;
    }
    let count = now.count(ui.focus).unwrap_or(0);
    if let Some(row) = place.row_at(y).filter(|row| *row < count) {
        let column = place.column_at(x).or(now.selected_column());
        let mut is_again = false;
        ui.edit_table(ui.focus, |state| {
            is_again = state.row == row && state.column == column;
            (state.top, state.past) = (place.first, place.past);
            if state.row != row {
                (state.row, state.kept) = (row, None);
            }
            state.column = column;
        });
        if is_again {
            ui.overlay = Detail::open(now).map(Overlay::Cell);
        }
    }
    true
}
