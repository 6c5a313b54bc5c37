//! Floor 3: drawing. Pure: no clock, lock, I/O or `&mut` state; `now` is an argument.

pub mod bar;
pub mod grid;
pub mod header;
pub mod help;
pub mod overlay;
pub mod panel;
pub mod status;
pub mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::Config;
use crate::model::panel_data::Snapshot;
use crate::model::time::Moment;
use crate::query;
use crate::ui::layout::{Plot, TablePlace};
pub use status::NOTICE_SHOWN;

use crate::ui::{Action, Layout, Look, Situation, Ui, palette};

/// Everything a frame is made of.
#[derive(Clone, Copy, Debug)]
pub struct Screen<'a> {
    /// The configuration: names, panels.
    pub config: &'a Config,
    /// The viewer.
    pub ui: &'a Ui,
    /// The divided screen; must be solved for the area drawn into.
    pub layout: &'a Layout,
    /// The data.
    pub snapshot: &'a Snapshot,
    /// The terminal.
    pub look: Look,
    /// The clock, read by the caller.
    pub now: Moment,
}

impl<'a> Screen<'a> {
    /// A title with what its variables stand for now.
    fn title(&self, text: &str) -> String {
        query::title(text, &self.snapshot.variables)
    }

    /// The same, as far as keys are concerned.
    pub fn situation(&self) -> Situation<'a> {
        Situation {
            ui: self.ui,
            config: self.config,
            layout: self.layout,
            snapshot: self.snapshot,
        }
    }
}

/// Draws the whole screen into `area`, for which its layout was solved, and returns where the time
/// axes of its charts are now: `Layout::plots`.
///
/// ```text
/// 1 Operations  2 Sales        ● pg  ● redis  production  last 1 h  14:03 UTC   header
/// ┌ Orders ──────┐┌ Revenue ─────┐┌ Errors ──────────────────────────────────┐
/// │              ││              ││                                          │   grid
/// └──────────────┘└──────────────┘└──────────────────────────────────────────┘
/// ? help  ⏎ full screen  q quit                               2 panels failing  status
/// ```
pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) -> Vec<Plot> {
    let area = area.intersection(buf.area);
    header::draw(screen, screen.layout.header.intersection(area), buf);
    let plots = grid::draw(screen, buf);
    status::draw(screen, screen.layout.status.intersection(area), buf);
    overlay::draw(screen, area, buf);
    palette::dress(screen.look, area, buf);
    plots
}

/// Where the time axes of the charts would be if `screen` were drawn. It is drawn, to nowhere: so
/// the answer can never be another than the picture's.
pub fn plots(screen: &Screen<'_>) -> Vec<Plot> {
    grid::draw(screen, &mut Buffer::empty(screen.layout.screen))
}

/// What a click on the pieces of the header and the status line does, and where: `Layout::spots`.
pub fn spots(screen: &Screen<'_>) -> Vec<(Rect, Action)> {
    let mut spots = header::spots(screen);
    spots.extend(status::spots(screen));
    spots
}

/// Where the cells of the focused table would be if `screen` were drawn: `Layout::table`.
pub fn table(screen: &Screen<'_>) -> Option<TablePlace> {
    grid::table(screen)
}

/// When the frame would look different with the same data (the header's minute, an age), if ever.
pub fn next_change(screen: &Screen<'_>) -> Option<Moment> {
    let parts = [
        header::next_change(screen),
        grid::next_change(screen),
        status::next_change(screen),
    ];
    parts.into_iter().flatten().min()
}
