//! What actions are called: by the configuration, by the palette, and in which part of the help they stand.

use super::{Action, Scroll};
use crate::ui::direction::Direction;

/// A part of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Going from panel to panel and dashboard to dashboard.
    Panels,
    /// The rows and columns of a table, the lines of a log.
    Rows,
    /// Ranges, comparison, the cross-hair.
    Time,
    /// Everything else.
    Program,
}

impl Section {
    /// In the help's order.
    pub const ALL: [Self; 4] = [Self::Panels, Self::Rows, Self::Time, Self::Program];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Panels => "Panels",
            Self::Rows => "Rows",
            Self::Time => "Time",
            Self::Program => "Program",
        }
    }
}

impl Action {
    /// The name in `[keys]`, and what it does as the palette says it.
    fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Quit => ("quit", "quit"),
            Self::Help => ("help", "help: every key"),
            Self::Close => ("back", "back to all panels"),
            Self::NextPanel => ("next-panel", "next panel"),
            Self::PreviousPanel => ("previous-panel", "previous panel"),
            Self::Move(Direction::Left) => ("panel-left", "panel to the left"),
            Self::Move(Direction::Right) => ("panel-right", "panel to the right"),
            Self::Move(Direction::Up) => ("panel-above", "panel above"),
            Self::Move(Direction::Down) => ("panel-below", "panel below"),
            Self::FullScreen => ("full-screen", "full screen, and back"),
            Self::Refresh => ("refresh", "refresh: ask the database now"),
            Self::Pause => ("pause", "pause, and go on"),
            Self::PollMyself => ("poll-myself", "ask the database instead of the feed"),
            Self::Dashboard(index) => (dashboard(index), "dashboard by number"),
            Self::NextDashboard => ("next-dashboard", "next dashboard"),
            Self::PreviousDashboard => ("previous-dashboard", "previous dashboard"),
            Self::Zoom(true) => ("zoom-out", "zoom out: a wider range"),
            Self::Zoom(false) => ("zoom-in", "zoom in: a narrower range"),
            Self::Pan(true) => ("earlier", "back in time"),
            Self::Pan(false) => ("later", "on in time"),
            Self::Live => ("live", "back to live; again: the dashboard's range"),
            Self::Ranges => ("range", "choose the time range"),
            Self::Compare => ("compare", "compare with an earlier time"),
            Self::CrossHair => ("cross-hair", "cross-hair: values at one instant"),
            Self::MoveCrossHair(..-1) => ("cross-hair-far-left", "cross-hair far to the left"),
            Self::MoveCrossHair(-1..=0) => ("cross-hair-left", "cross-hair to the left"),
            Self::MoveCrossHair(1) => ("cross-hair-right", "cross-hair to the right"),
            Self::MoveCrossHair(2..) => ("cross-hair-far-right", "cross-hair far to the right"),
            Self::Inspect => ("inspect", "inspect: SQL, cost, plan, rows"),
            Self::Annotate => ("annotate", "write an annotation"),
            Self::Bundle => ("bundle", "bundle: all of it into a file"),
            Self::FollowLink => ("follow-link", "go where the panel links to"),
            Self::Back => ("link-back", "back from the link"),
            Self::Theme => ("theme", "choose the theme"),
            Self::Copy => ("copy", "copy value, row, SQL, CSV"),
            Self::EndKiosk => ("end-kiosk", "leave kiosk mode"),
            Self::Variables => ("variables", "choose values of variables"),
            Self::Palette => ("palette", "find a command"),
            Self::Jump => ("jump", "find a panel"),
            Self::ScrollRows(scroll) => match scroll {
                Scroll::Lines(..0) => ("row-up", "scroll up"),
                Scroll::Lines(_) => ("row-down", "scroll down"),
                Scroll::PageUp => ("page-up", "scroll up by a page"),
                Scroll::PageDown => ("page-down", "scroll down by a page"),
                Scroll::Home => ("first-row", "first row"),
                Scroll::End => ("last-row", "last row"),
            },
            Self::ScrollColumns(..0) => ("column-left", "column to the left"),
            Self::ScrollColumns(_) => ("column-right", "column to the right"),
            Self::SortRows => ("sort", "sort by the column: up, down, not"),
            Self::FilterRows => ("filter", "filter the rows"),
            Self::ChooseColumns => ("columns", "choose the columns"),
            Self::OpenCell => ("cell", "the cell and its row in full"),
            Self::ScrollStack(scroll) => match scroll {
                Scroll::Lines(..0) => ("panels-line-up", "scroll the panels up by a line"),
                Scroll::Lines(_) => ("panels-line-down", "scroll the panels down by a line"),
                Scroll::PageUp => ("panels-up", "scroll the panels up"),
                Scroll::PageDown => ("panels-down", "scroll the panels down"),
                Scroll::Home => ("first-panel", "scroll to the first panel"),
                Scroll::End => ("last-panel", "scroll to the last panel"),
            },
            Self::Suspend => ("suspend", "suspend the program"),
            Self::Repaint => ("repaint", "paint the screen again"),
        }
    }

    /// The name in the configuration's `[keys]`.
    pub fn name(self) -> &'static str {
        self.said().0
    }

    /// What it does, in a few words.
    pub fn words(self) -> &'static str {
        self.said().1
    }

    /// Where the help lists it.
    pub fn section(self) -> Section {
        match self {
            Self::NextPanel
            | Self::PreviousPanel
            | Self::Move(_)
            | Self::FullScreen
            | Self::Close
            | Self::Jump
            | Self::FollowLink
            | Self::Back
            | Self::Inspect
            | Self::Copy
            | Self::ScrollStack(_)
            | Self::Dashboard(_)
            | Self::NextDashboard
            | Self::PreviousDashboard => Section::Panels,
            Self::ScrollRows(_)
            | Self::ScrollColumns(_)
            | Self::SortRows
            | Self::FilterRows
            | Self::ChooseColumns
            | Self::OpenCell => Section::Rows,
            Self::Zoom(_)
            | Self::Pan(_)
            | Self::Live
            | Self::Ranges
            | Self::Compare
            | Self::CrossHair
            | Self::MoveCrossHair(_)
            | Self::Pause => Section::Time,
            Self::Quit
            | Self::Help
            | Self::Refresh
            | Self::Variables
            | Self::Annotate
            | Self::Bundle
            | Self::Theme
            | Self::EndKiosk
            | Self::Palette
            | Self::PollMyself
            | Self::Suspend
            | Self::Repaint => Section::Program,
        }
    }

    /// It does something to the focused panel: what a right click on a panel offers.
    pub fn is_of_panel(self) -> bool {
        match self.section() {
            Section::Rows => true,
            Section::Panels => {
                matches!(
                    self,
                    Self::FullScreen | Self::FollowLink | Self::Inspect | Self::Copy
                )
            }
            Section::Time => matches!(self, Self::CrossHair),
            Section::Program => false,
        }
    }
}

/// `dashboard-1` and so on, as far as there are keys.
fn dashboard(index: usize) -> &'static str {
    const NAMES: [&str; 9] = [
        "dashboard-1",
        "dashboard-2",
        "dashboard-3",
        "dashboard-4",
        "dashboard-5",
        "dashboard-6",
        "dashboard-7",
        "dashboard-8",
        "dashboard-9",
    ];
    NAMES.get(index).copied().unwrap_or("dashboard")
}
