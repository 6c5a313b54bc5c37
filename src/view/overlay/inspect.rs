//! The inspection of a panel.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::frame;
use crate::ui::TableState;
use crate::ui::overlay::inspect::{Emphasis, Inspect, Line, Page, head};
use crate::ui::palette::{Role, role};
use crate::view::Screen;
use crate::view::panel::ink::Ink;
use crate::view::panel::{self, PanelView, TableView};

/// Draws the inspection over the middle of the screen.
pub(super) fn draw(screen: &Screen<'_>, inspect: &Inspect, buf: &mut Buffer) {
    let look = screen.look;
    let now = screen.situation();
    let place = Inspect::place(screen.layout.screen);
    let (Some(panel), Some(dashboard)) = (
        now.panels().get(inspect.panel),
        screen.config.dashboards.get(screen.ui.dashboard),
    ) else {
        return;
    };
    let title = format!("Inspect: {}", screen.title(&panel.title));
    frame::draw(&place, &title, inspect.hints(), look, buf);
    let Some(data) = now.data(inspect.panel) else {
        return;
    };
    let mut ink = Ink::new(buf, look);
    let room = place.note.height.saturating_sub(2);
    for (line, y) in head(data).iter().zip(place.note.y..place.note.y + room) {
        let quiet = role(Role::Muted, look);
        ink.put_cut(place.note.x, y, place.note.width, line, quiet);
    }
    for (page, tab) in Inspect::tabs(&place) {
        let style = if page == inspect.page {
            role(Role::Text, look).add_modifier(Modifier::BOLD | Modifier::REVERSED)
        } else {
            role(Role::Chrome, look)
        };
        ink.put(
            tab.x,
            tab.y,
            tab.width,
            &format!(" {} ", page.name()),
            style,
        );
    }
    if inspect.page == Page::Rows {
        let state = TableState {
            top: inspect.row,
            past: inspect.column,
            column: (inspect.column > 0).then_some(inspect.column + 1),
            ..TableState::default()
        };
        let view = PanelView {
            full_screen: true,
            table: Some(TableView {
                state: &state,
                arranged: None,
                earlier: None,
                typing: None,
            }),
            variables: &screen.snapshot.variables,
            ..PanelView::new(look, &dashboard.time_zone, screen.now)
        };
        panel::draw_rows(data, &view, place.list, buf);
        return;
    }
    let plan = screen.snapshot.plan.as_deref();
    let lines = inspect.lines(data, plan, place.list.width);
    let last = lines.len().saturating_sub(place.list.height.into());
    let shown = lines.iter().skip(inspect.row.min(last));
    for (line, y) in shown.zip(place.list.top()..place.list.bottom()) {
        draw_line(
            line,
            Rect {
                y,
                height: 1,
                ..place.list
            },
            &mut ink,
        );
    }
}

fn draw_line(line: &Line, area: Rect, ink: &mut Ink<'_>) {
    let mut x = area.x;
    for (text, emphasis) in line {
        let style = style(*emphasis, ink);
        x += ink.put(x, area.y, area.right().saturating_sub(x), text, style);
    }
}

fn style(emphasis: Emphasis, ink: &Ink<'_>) -> Style {
    let look = ink.look();
    match emphasis {
        Emphasis::Plain => role(Role::Text, look),
        Emphasis::Quiet => role(Role::Muted, look),
        Emphasis::Unquoted => {
            role(Role::Warning, look).add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
        }
        Emphasis::Bad => role(Role::Bad, look),
    }
}
