//! The panels in their places.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Screen;
use super::panel::ink::cut;
use super::panel::{self, PanelView, TableView, TimeAxis};
use crate::config::{Dashboard, Panel};
use crate::model::compare::Compare;
use crate::model::kind::PanelKind;
use crate::model::panel_data::PanelData;
use crate::model::time::Moment;
use crate::ui::layout::{Plot, TablePlace};
use crate::ui::palette::{Role, role};
use crate::ui::table::Arranged;
use crate::ui::{Layout, Overlay, Place, TableState};

/// Draws every panel that is in sight; one that the body cuts shows the part that is in it. Returns
/// where their time axes run.
pub fn draw(screen: &Screen<'_>, buf: &mut Buffer) -> Vec<Plot> {
    let mut plots = Vec::new();
    let Some(dashboard) = screen.config.dashboards.get(screen.ui.dashboard) else {
        return plots;
    };
    if dashboard.panels.is_empty() {
        nothing(screen, buf);
    }
    let waiting = PanelData::waiting();
    for place in &screen.layout.places {
        let Some(panel) = dashboard.panels.get(place.panel) else {
            continue;
        };
        let area = place.area.intersection(buf.area);
        let data = screen.situation().data(place.panel).unwrap_or(&waiting);
        let arranged = screen.situation().arranged(place.panel);
        let view = panel_view(screen, dashboard, panel, place, arranged.as_deref());
        if place.is_cut() {
            let whole = Rect::new(0, 0, place.size.width, place.size.height);
            let mut apart = Buffer::empty(whole);
            let axis = panel::draw(panel, data, &view, whole, &mut apart);
            copy(&apart, place.above, area, buf);
            plots.extend(axis.and_then(|axis| in_part(axis, place, area)));
        } else {
            let axis = panel::draw(panel, data, &view, area, buf);
            plots.extend(axis.map(|TimeAxis { area, window }| Plot {
                panel: place.panel,
                area,
                window,
            }));
        }
    }
    plots
}

/// The part of a panel's time axis that is in sight; `axis` counts its cells from the panel's own
/// first one.
fn in_part(axis: TimeAxis, place: &Place, seen: Rect) -> Option<Plot> {
    let top = axis.area.y.max(place.above);
    let bottom = axis
        .area
        .bottom()
        .min(place.above.saturating_add(seen.height));
    let area = Rect {
        x: seen.x + axis.area.x,
        y: seen.y + top.saturating_sub(place.above),
        width: axis.area.width,
        height: bottom.saturating_sub(top),
    };
    (!area.is_empty()).then_some(Plot {
        panel: place.panel,
        area,
        window: axis.window,
    })
}

/// When a panel in sight would look different with the same data, if ever.
pub fn next_change(screen: &Screen<'_>) -> Option<Moment> {
    let dashboard = screen.config.dashboards.get(screen.ui.dashboard)?;
    let situation = screen.situation();
    screen
        .layout
        .places
        .iter()
        .filter_map(|place| {
            let panel = dashboard.panels.get(place.panel)?;
            let view = panel_view(screen, dashboard, panel, place, None);
            panel::next_change(situation.data(place.panel)?, &view)
        })
        .min()
}

/// The panel in the earlier window.
fn ghost<'a>(screen: &Screen<'a>, panel: usize) -> Option<&'a PanelData> {
    if screen.snapshot.compare == Compare::Off {
        return None;
    }
    screen.snapshot.earlier(panel)
}

/// Where the cells of the focused table are.
pub fn table(screen: &Screen<'_>) -> Option<TablePlace> {
    let dashboard = screen.config.dashboards.get(screen.ui.dashboard)?;
    let focus = screen.ui.focus;
    let place = screen
        .layout
        .places
        .iter()
        .find(|place| place.panel == focus)?;
    let (panel, now) = (dashboard.panels.get(focus)?, screen.situation());
    let arranged = now.arranged(focus)?;
    let view = panel_view(screen, dashboard, panel, place, Some(&arranged));
    let whole = Rect::new(place.area.x, 0, place.size.width, place.size.height);
    let cells = panel::table_cells(panel, now.data(focus)?, &view, whole)?;
    // From lines of the panel to lines of the screen.
    let (above, top) = (place.above, place.area.y);
    let line = |y: u16| top + y.saturating_sub(above);
    let inside = Rect {
        y: line(cells.area.y),
        height: cells.area.height,
        ..cells.area
    };
    let passed = usize::from(above.saturating_sub(cells.area.y + 1));
    Some(TablePlace {
        panel: focus,
        area: inside.intersection(place.area),
        head: (cells.area.y >= above).then(|| line(cells.area.y)),
        first: cells.first + passed,
        past: cells.past,
        columns: cells.columns,
    })
}

fn panel_view<'a>(
    screen: &Screen<'a>,
    dashboard: &'a Dashboard,
    panel: &'a Panel,
    place: &Place,
    arranged: Option<&'a Arranged>,
) -> PanelView<'a> {
    static UNTOUCHED: TableState = TableState::UNTOUCHED;
    let now = screen.situation();
    let typing = match &screen.ui.overlay {
        Some(Overlay::Filter(typing)) if typing.panel == place.panel => Some(&typing.field),
        _ => None,
    };
    let earlier = screen.snapshot.ghosts.get(place.panel);
    let has_table = matches!(panel.kind, PanelKind::Table | PanelKind::Log);
    let table = has_table.then(|| TableView {
        state: now.table(place.panel).unwrap_or(&UNTOUCHED),
        arranged,
        earlier: earlier
            .and_then(Option::as_ref)
            .map(|ghost| ghost.rows.as_ref()),
        typing,
    });
    let focused = place.panel == screen.ui.focus;
    let full_screen = focused && screen.ui.full_screen;
    let refresh = panel.refresh.unwrap_or(dashboard.refresh);
    // Where nobody asks again every age matters.
    let feed = screen.snapshot.links.feed.as_ref();
    let is_missed = feed.is_some_and(|feed| feed.missed(screen.now).is_some());
    let of_viewer = screen.ui.range.as_ref().unwrap_or(&dashboard.range);
    let range = panel.range.as_ref().unwrap_or(of_viewer);
    PanelView {
        look: screen.look,
        zone: &dashboard.time_zone,
        now: screen.now,
        focused: focused && !screen.ui.still,
        full_screen,
        refresh: if is_missed {
            0
        } else {
            i64::try_from(refresh.as_micros()).unwrap_or(i64::MAX)
        },
        is_live: range.is_live(),
        table,
        ghost: ghost(screen, place.panel),
        compare: screen.snapshot.compare,
        cross_hair: screen.ui.cross_hair,
        marked: screen.ui.marked,
        annotations: &screen.snapshot.annotations,
        variables: &screen.snapshot.variables,
    }
}

/// Copies the lines from `above` on into `area`.
fn copy(from: &Buffer, above: u16, area: Rect, buf: &mut Buffer) {
    for y in 0..area.height {
        for x in 0..area.width {
            if let Some(cell) = from.cell((x, above.saturating_add(y))) {
                buf[(area.x + x, area.y + y)] = cell.clone();
            }
        }
    }
}

fn nothing(screen: &Screen<'_>, buf: &mut Buffer) {
    let Layout { body, .. } = screen.layout;
    let text = cut(
        "This dashboard has no panels.",
        usize::from(body.width),
        screen.look,
    );
    let style = role(Role::Muted, screen.look).add_modifier(Modifier::ITALIC);
    if !body.is_empty() {
        buf.set_stringn(body.x, body.y, text, usize::from(body.width), style);
    }
}
