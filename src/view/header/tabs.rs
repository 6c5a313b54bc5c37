//! Which dashboards there are.

use ratatui::style::Modifier;

use super::rank;
use crate::ui::Action;
use crate::ui::palette::{Role, role};
use crate::view::Screen;
use crate::view::bar::{self, Piece, Side};

/// The dashboards by number, the one on screen marked, and how many are `hidden`; only its name where there is no other.
pub(super) fn pieces(screen: &Screen<'_>, hidden: usize) -> Vec<Piece> {
    let chrome = role(Role::Chrome, screen.look);
    let title = bar::style(Role::Title, screen.look).add_modifier(Modifier::BOLD);
    let dashboards = &screen.config.dashboards;
    let shown = screen.ui.dashboard;
    let tabs = dashboards.iter().enumerate().map(|(index, dashboard)| {
        let far = u8::try_from(index.abs_diff(shown)).unwrap_or(u8::MAX);
        let (rank, style) = if index == shown {
            (rank::NAME, title)
        } else {
            (rank::TABS.saturating_add(far), chrome)
        };
        let mut piece = Piece::new(Side::Left, rank, screen.title(&dashboard.name), style);
        if dashboards.len() > 1 {
            piece.runs.insert(0, (format!("{} ", index + 1), style));
        }
        if index == shown {
            piece.or_cut()
        } else {
            piece.does([Action::Dashboard(index)])
        }
    });
    let more = (hidden > 0).then(|| {
        let piece = Piece::new(Side::Left, rank::MORE, format!("+{hidden}"), chrome);
        piece.does([Action::NextDashboard])
    });
    tabs.chain(more).collect()
}

/// How many of `all` dashboards have no tab among `shown`.
pub(super) fn hidden(shown: &[Piece], all: usize) -> usize {
    let is_tab = |piece: &&Piece| piece.rank == rank::NAME || piece.rank >= rank::TABS;
    all.saturating_sub(shown.iter().filter(is_tab).count())
}
