//! The one table of keys: it drives [`update`](super::update), the help and the status line, so that
//! what is shown is exactly what works right now.

mod lines;
pub mod names;
mod rebound;
mod table;
pub mod written;

use crate::config::dashboard::{Variable, VariableKind};
use crate::config::{Config, Panel};
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Extent, Feed, Link, Own, PanelData, Recorded, Snapshot};
use crate::model::range::RangeSpec;
use crate::model::variable::VariableState;

use super::direction::{Direction, nearest};
use super::event::Key;
use super::{Layout, Ui};

pub use lines::{Line, action, valid};
pub use rebound::{is_of, problems};

/// What a viewer can do. A `match` on it reads as the list of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Leave the program.
    Quit,
    /// Open or close the help.
    Help,
    /// Leave the cross-hair, else the full screen.
    Close,
    /// Focus the next panel in reading order.
    NextPanel,
    /// Focus the panel before.
    PreviousPanel,
    /// Focus the nearest panel that way.
    Move(Direction),
    /// The focused panel fills the screen, or goes back to its place.
    FullScreen,
    /// Ask every visible panel now.
    Refresh,
    /// Let data stand still, or run again.
    Pause,
    /// Ask the database instead of a silent feed, or the feed again.
    PollMyself,
    /// Show the dashboard with this index.
    Dashboard(usize),
    /// Show the dashboard after this one.
    NextDashboard,
    /// Show the dashboard before this one.
    PreviousDashboard,
    /// A wider (true) or narrower range.
    Zoom(bool),
    /// Half a window back (true) or on.
    Pan(bool),
    /// Back to the last live range; from a live one to the dashboard's own.
    Live,
    /// Open the picker of time ranges.
    Ranges,
    /// Open the picker of variables.
    Variables,
    /// Compare with the next of the earlier times.
    Compare,
    /// Show or hide the cross-hair that the arrows move.
    CrossHair,
    /// Move it by that many columns of the chart; negative is left.
    MoveCrossHair(i8),
    /// Open the list of everything that can be done.
    Palette,
    /// Open the list of all panels.
    Jump,
    /// Look at the focused panel's statement, cost, plan and raw rows.
    Inspect,
    /// Write an annotation.
    Annotate,
    /// Write what is shown into a file.
    Bundle,
    /// Go to the dashboard the focused panel links to.
    FollowLink,
    /// Back to where the link was followed from.
    Back,
    /// Scroll the focused table; where it has a selected row, that moves.
    ScrollRows(Scroll),
    /// Move the column cursor of the focused table by that many columns; negative is left.
    ScrollColumns(i8),
    /// Sort the focused table by the column under the cursor: ascending, descending, not.
    SortRows,
    /// Type what the rows of the focused table are filtered by.
    FilterRows,
    /// Choose which columns of the focused table are shown.
    ChooseColumns,
    /// Show the selected cell whole.
    OpenCell,
    /// Scroll a stacked dashboard.
    ScrollStack(Scroll),
    /// Choose among the themes.
    Theme,
    /// Choose what to copy.
    Copy,
    /// Leave kiosk mode.
    EndKiosk,
    /// Stop the program for a while.
    Suspend,
    /// Paint every cell again, after another program wrote on the terminal.
    Repaint,
}

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scroll {
    /// That many lines; negative is up.
    Lines(i8),
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first line.
    Home,
    /// To the last line.
    End,
}

impl Scroll {
    /// The first visible line after scrolling from `from`, with `page` lines in sight and `last`
    /// the greatest first line.
    pub fn apply(self, from: usize, page: usize, last: usize) -> usize {
        // A page keeps one line of the one before, so that the eye finds the place again.
        let page = page.saturating_sub(1).max(1);
        let to = match self {
            Self::Lines(lines) => from.saturating_add_signed(isize::from(lines)),
            Self::PageUp => from.saturating_sub(page),
            Self::PageDown => from.saturating_add(page),
            Self::Home => 0,
            Self::End => last,
        };
        to.min(last)
    }
}

/// What decides which keys are valid.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The viewer.
    pub ui: &'a Ui,
    /// All dashboards.
    pub config: &'a Config,
    /// The screen, divided.
    pub layout: &'a Layout,
    /// The data.
    pub snapshot: &'a Snapshot,
}

impl<'a> Situation<'a> {
    /// The panels of the dashboard on screen.
    pub fn panels(&self) -> &'a [Panel] {
        let dashboard = self.config.dashboards.get(self.ui.dashboard);
        dashboard.map_or(&[], |dashboard| &dashboard.panels)
    }

    /// The range shown: the viewer's, else the dashboard's.
    pub fn range(&self) -> Option<&'a RangeSpec> {
        let dashboard = self.config.dashboards.get(self.ui.dashboard);
        let chosen = self.ui.range.as_ref();
        chosen.or(dashboard.map(|dashboard| &dashboard.range))
    }

    /// The focused panel.
    pub fn focused(&self) -> Option<&'a Panel> {
        self.panels().get(self.ui.focus)
    }

    /// A panel's data; none while the snapshot still belongs to another dashboard.
    pub fn data(&self, panel: usize) -> Option<&'a PanelData> {
        if self.snapshot.dashboard != self.ui.dashboard {
            return None;
        }
        self.snapshot.panels.get(panel).map(AsRef::as_ref)
    }

    /// The variables that a viewer can choose, with their index in the dashboard.
    pub fn variables(&self) -> impl Iterator<Item = (usize, &'a Variable)> {
        let dashboard = self.config.dashboards.get(self.ui.dashboard);
        let all = dashboard.map_or(&[][..], |dashboard| &dashboard.variables);
        let all = all.iter().enumerate();
        all.filter(|(_, variable)| !matches!(variable.kind, VariableKind::Constant(_)))
    }

    /// A variable's state; none while the snapshot still belongs to another dashboard.
    pub fn variable(&self, index: usize) -> Option<&'a VariableState> {
        if self.snapshot.dashboard != self.ui.dashboard {
            return None;
        }
        self.snapshot.variables.get(index)
    }

    /// A panel with a time axis is in sight. Not a question to `plots`: they are known after drawing only, and what
    /// is drawn lists this key.
    fn shows_time(&self) -> bool {
        let mut seen = self.layout.places.iter();
        seen.any(|place| {
            let panel = self.panels().get(place.panel);
            panel.is_some_and(|panel| panel.kind.has_time_axis())
        })
    }

    fn can_jump(&self) -> bool {
        let panels = self.config.dashboards.iter().map(|one| one.panels.len());
        let is_table = self.focused().map(|panel| panel.kind) == Some(PanelKind::Table);
        panels.sum::<usize>() > 1 && !(self.ui.full_screen && is_table)
    }

    fn is_beside(&self, direction: Direction) -> bool {
        nearest(&self.layout.content, self.ui.focus, direction).is_some()
    }

    /// Whether `when` holds.
    pub fn is(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::ManyPanels => self.panels().len() > 1,
            When::Beside => {
                !self.is(When::ColumnsAlone)
                    && (self.is_beside(Direction::Left) || self.is_beside(Direction::Right))
            }
            When::Above => {
                !self.is(When::BigTable)
                    && (self.is_beside(Direction::Up) || self.is_beside(Direction::Down))
            }
            When::BigTable => {
                self.selects_rows() || (self.ui.full_screen && self.is(When::RowsScroll))
            }
            When::Grid => !self.ui.full_screen && self.focused().is_some(),
            When::RowsScroll => {
                let page = self.table_page(self.ui.focus);
                self.selects_rows() || page.is_some_and(|(_, last)| last > 0)
            }
            When::Table => self.table_rows(self.ui.focus).is_some(),
            When::FullTable => self.ui.full_screen && self.is(When::Table),
            When::RowSelected => self.selects_rows(),
            When::FullScreenAlone => self.ui.full_screen && !self.selects_rows(),
            When::ManyColumns => {
                let rows = self.table_rows(self.ui.focus);
                rows.is_some_and(|rows| rows.columns.len() > 1)
            }
            When::ColumnsScroll => self.shown_columns(self.ui.focus).len() > 1,
            When::ColumnsAlone => self.ui.full_screen && self.is(When::ColumnsScroll),
            When::StackScrolls => {
                !self.ui.full_screen && !self.is(When::RowsScroll) && self.layout.last_scroll() > 0
            }
            When::ManyDashboards => self.config.dashboards.len() > 1,
            When::InPast => {
                let range = self.ui.range.as_ref();
                self.recorded().is_none() && range.is_some_and(|one| !one.is_live())
            }
            When::OtherLive => {
                let range = self.ui.range.as_ref();
                self.recorded().is_none() && range.is_some_and(RangeSpec::is_live)
            }
            When::PartOfFile => self.recorded().is_some() && self.ui.range.is_some(),
            When::HasQuery => self.focused().is_some_and(|panel| panel.sql.is_some()),
            When::HasLink => self.focused().is_some_and(|panel| panel.link.is_some()),
            When::CameByLink => !self.ui.came_from.is_empty(),
            When::HasDatabase => {
                let links = &self.snapshot.links;
                links.database != Link::Off || links.feed.is_some()
            }
            When::Silent => self.feed(|feed| feed.is_silent && feed.own == Own::Could),
            When::PollsItself => self.feed(|feed| feed.own == Own::Polls),
            When::Running => !self.ui.paused,
            When::Paused => self.ui.paused,
            When::Charts => !self.is(When::CrossHair) && self.shows_time(),
            When::CrossHair => self.ui.holds_cross_hair && self.ui.cross_hair.is_some(),
            When::Variables => self.variables().next().is_some(),
            When::Jump => self.can_jump(),
            When::Kiosk => self.ui.kiosk.is_some() && !self.ui.full_screen,
        }
    }

    /// The file that everything comes from, if it does.
    pub fn recorded(&self) -> Option<&'a Recorded> {
        self.snapshot.links.recorded.as_deref()
    }

    /// How far that goes for the dashboard on screen.
    pub fn extent(&self) -> Option<Extent> {
        let recorded = self.recorded()?;
        recorded.dashboards.get(self.ui.dashboard).copied()
    }

    /// Whether there is a feed, and that is true of it.
    pub fn feed(&self, is: impl FnOnce(&Feed) -> bool) -> bool {
        self.snapshot.links.feed.as_ref().is_some_and(is)
    }
}

/// When a key is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Everywhere.
    Always,
    /// The viewer's range ends before now.
    InPast,
    /// It ends now, and is not the dashboard's own.
    OtherLive,
    /// Of a file another range is shown than it was made for.
    PartOfFile,
    /// There is another panel to go to.
    ManyPanels,
    /// There is a panel to the left or right.
    Beside,
    /// There is one above or below, and the keys are not needed for a table that fills the screen.
    Above,
    /// A table or a log that does not fit the screen fills it.
    BigTable,
    /// All panels are on screen.
    Grid,
    /// The focused panel is a table or log with more rows than fit, or with a row selected.
    RowsScroll,
    /// The focused panel is a table that has answered.
    Table,
    /// So it is, and fills the screen.
    FullTable,
    /// So it is, and has a row.
    RowSelected,
    /// Anything else fills the screen.
    FullScreenAlone,
    /// The focused panel is a table of more than one column, hidden or not.
    ManyColumns,
    /// The focused panel is a table that shows more than one column.
    ColumnsScroll,
    /// So it is, and fills the screen.
    ColumnsAlone,
    /// Panels are stacked, do not fit, and the focused one does not itself scroll.
    StackScrolls,
    /// There is another dashboard.
    ManyDashboards,
    /// The focused panel asks the database.
    HasQuery,
    /// The focused panel links to another dashboard.
    HasLink,
    /// This dashboard was reached by a link.
    CameByLink,
    /// A database is configured.
    HasDatabase,
    /// The feed is silent, and this machine could ask the database itself.
    Silent,
    /// It does.
    PollsItself,
    /// Data runs.
    Running,
    /// Data stands still.
    Paused,
    /// A panel with a time axis is on screen, and no cross-hair that was put there by key.
    Charts,
    /// The arrows move a cross-hair: it takes the keys it needs from everything else.
    CrossHair,
    /// The dashboard has variables that can be chosen.
    Variables,
    /// There are several panels, and none of them is a table that fills the screen.
    Jump,
    /// The screen hangs on a wall, with all panels on it.
    Kiosk,
}

/// One line of the help: keys of one purpose.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// How the keys are written.
    pub label: &'static str,
    /// The same in seven bits.
    pub ascii: &'static str,
    /// What they do, for the help.
    pub words: &'static str,
    /// One or two words for the status line; empty for what the status line leaves out.
    pub short: &'static str,
    /// The keys and what each does.
    pub keys: &'static [(Key, Action)],
    /// When they are valid.
    pub when: When,
}

/// Every key, in the order the help lists them.
pub const ALL: &[Binding] = table::BINDINGS;
