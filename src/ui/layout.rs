//! Geometry: where the header, the panels and the status line are.
//!
//! The body follows the dashboard's drawing as long as every panel gets its least readable size.
//! Where it cannot, panels are stacked in reading order and the stack scrolls.

mod parts;

use ratatui::layout::{Position, Rect, Size};

use super::Ui;
use super::keys::Action;
use crate::config::{Dashboard, Panel, Track};
use crate::model::kind::PanelKind;
use crate::model::time::Moment;

pub use parts::{Plot, TablePlace};

/// The header appears from this screen height on.
const HEADER_FROM: u16 = 4;
/// The status line appears from this screen height on.
const STATUS_FROM: u16 = 6;
/// A chart or table shares its line of the stack with another only if both keep this width.
const HALF_STACK: u16 = 48;
/// A stat or gauge shares its line of the stack with others if all keep this width.
const SMALL_STACK: u16 = 18;

/// One panel's place on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index into the dashboard's panels.
    pub panel: usize,
    /// The part in sight, in cells of the screen; never empty.
    pub area: Rect,
    /// The size it is drawn in; higher than `area` when the body cuts it.
    pub size: Size,
    /// How many of its lines are hidden above the body.
    pub above: u16,
}

impl Place {
    /// True when a part of it is out of sight.
    pub fn is_cut(&self) -> bool {
        self.size.height != self.area.height
    }
}

/// The screen, divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The whole.
    pub screen: Rect,
    /// Top line; empty on very small screens.
    pub header: Rect,
    /// The panels' part.
    pub body: Rect,
    /// Bottom line; empty on very small screens.
    pub status: Rect,
    /// Every panel that is (partly) in sight.
    pub places: Vec<Place>,
    /// Every panel of the dashboard by index, in lines and columns from the body's first cell,
    /// whether in sight or not; the stack's unscrolled geometry, or the drawing's.
    pub content: Vec<Rect>,
    /// The screen is too small for the drawing: panels are stacked and scroll.
    pub stacked: bool,
    /// Height of the stack; the body's where nothing is stacked.
    pub content_height: u16,
    /// First line of the stack in sight: `ui.scroll`, held inside the stack.
    pub scroll: u16,
    /// Time axes on screen; drawing knows them, so they are filled in after [`Layout::solve`].
    pub plots: Vec<Plot>,
    /// Where the focused table is drawn; filled in as the plots are.
    pub table: Option<TablePlace>,
    /// What a click on a piece of the header or status line does; filled in like `plots`.
    pub spots: Vec<(Rect, Action)>,
}

impl Layout {
    /// Divides `screen` for what `ui` shows of `dashboard`.
    pub fn solve(dashboard: &Dashboard, ui: &Ui, screen: Rect) -> Self {
        let is_bare = ui.is_unattended();
        let is_failing = ui.kiosk.is_some_and(|kiosk| kiosk.is_failing);
        let header = u16::from(screen.height >= HEADER_FROM && !is_bare);
        let status = u16::from(screen.height >= STATUS_FROM && (!is_bare || is_failing));
        let body = Rect {
            y: screen.y + header,
            height: screen.height - header - status,
            ..screen
        };
        let mut layout = Self {
            screen,
            header: Rect {
                height: header,
                ..screen
            },
            body,
            status: Rect {
                y: body.bottom(),
                height: status,
                ..screen
            },
            content_height: body.height,
            ..Self::default()
        };
        if body.is_empty() {
            layout.content = vec![Rect::default(); dashboard.panels.len()];
            return layout;
        }
        layout.content = follow_drawing(dashboard, body.as_size());
        layout.stacked = dashboard
            .panels
            .iter()
            .zip(&layout.content)
            .any(|(panel, area)| {
                let least = least(panel.kind);
                area.width < least.width || area.height < least.height
            });
        if layout.stacked {
            layout.content = stack(&dashboard.panels, body.as_size());
            layout.content_height = layout
                .content
                .iter()
                .map(|area| area.bottom())
                .max()
                .unwrap_or(0);
        }
        layout.scroll = ui.scroll.min(layout.last_scroll());
        layout.places = if ui.full_screen && ui.focus < dashboard.panels.len() {
            vec![Place {
                panel: ui.focus,
                area: body,
                size: body.as_size(),
                above: 0,
            }]
        } else {
            layout.in_sight()
        };
        layout
    }

    /// The greatest scroll that still fills the body.
    pub fn last_scroll(&self) -> u16 {
        self.content_height.saturating_sub(self.body.height)
    }

    /// The scroll nearest to `from` that shows `panel`: whole if it fits, else from its top.
    pub fn reveal(&self, panel: usize, from: u16) -> u16 {
        let Some(area) = self.content.get(panel) else {
            return from;
        };
        let lowest = area.bottom().saturating_sub(self.body.height);
        from.max(lowest).min(area.y).min(self.last_scroll())
    }

    /// The panel under a cell of the screen.
    pub fn panel_at(&self, x: u16, y: u16) -> Option<usize> {
        self.place_at(x, y).map(|place| place.panel)
    }

    /// The panel and the instant under a cell of a chart; the middle of the cell counts.
    pub fn moment_at(&self, x: u16, y: u16) -> Option<(usize, Moment)> {
        let cell = Position::new(x, y);
        let plot = self.plots.iter().find(|plot| plot.area.contains(cell))?;
        Some((plot.panel, plot.moment(x)))
    }

    /// What a click on this cell of the header or status line does.
    pub fn spot_at(&self, x: u16, y: u16) -> Option<Action> {
        let cell = Position::new(x, y);
        let spot = self.spots.iter().find(|(area, _)| area.contains(cell))?;
        Some(spot.1)
    }

    fn place_at(&self, x: u16, y: u16) -> Option<&Place> {
        let cell = Position::new(x, y);
        self.places.iter().find(|place| place.area.contains(cell))
    }

    /// Every panel in sight with the columns inside its border: what the hub polls and how finely.
    pub fn looked_at(&self) -> impl Iterator<Item = (usize, u16)> + '_ {
        self.places
            .iter()
            .map(|place| (place.panel, place.area.width.saturating_sub(2)))
    }

    /// Every panel of the dashboard and the inner width it has on this screen, whether in sight or not.
    pub fn widths(&self) -> impl Iterator<Item = (usize, u16)> + '_ {
        let widths = self.content.iter().map(|area| area.width.saturating_sub(2));
        widths.enumerate()
    }

    fn in_sight(&self) -> Vec<Place> {
        let from = self.scroll;
        let to = from.saturating_add(self.body.height);
        self.content
            .iter()
            .enumerate()
            .filter_map(|(panel, area)| {
                let (top, bottom) = (area.y.max(from), area.bottom().min(to));
                let seen = Rect {
                    x: self.body.x + area.x,
                    y: self.body.y + top.saturating_sub(from),
                    width: area.width,
                    height: bottom.saturating_sub(top),
                };
                (!seen.is_empty()).then_some(Place {
                    panel,
                    area: seen,
                    size: area.as_size(),
                    above: top - area.y,
                })
            })
            .collect()
    }
}

/// The least size, border included, in which a kind can be read.
pub fn least(kind: PanelKind) -> Size {
    match kind {
        PanelKind::Stat | PanelKind::Gauge => Size::new(12, 3),
        PanelKind::Timeseries
        | PanelKind::Heatmap
        | PanelKind::Histogram
        | PanelKind::Map
        | PanelKind::Candlestick => Size::new(24, 6),
        PanelKind::StateTimeline | PanelKind::StatusHistory => Size::new(24, 4),
        PanelKind::Bars
        | PanelKind::Table
        | PanelKind::Log
        | PanelKind::Pie
        | PanelKind::BarGauge => Size::new(16, 4),
        PanelKind::Text => Size::new(8, 3),
    }
}

/// Lengths of `tracks` in `total` cells: fixed ones first, shares divide the rest by largest
/// remainder (ties go to the earlier track), so that with any share in it nothing is left over.
/// Fixed tracks that do not fit are cut from the last backwards.
fn divide(tracks: &[Track], total: u16) -> Vec<u16> {
    let mut rest = total;
    let mut shares: u64 = 0;
    let mut lengths: Vec<u16> = tracks
        .iter()
        .map(|track| match track {
            Track::Cells(cells) => {
                let length = (*cells).min(rest);
                rest -= length;
                length
            }
            Track::Share(share) => {
                shares += u64::from(*share);
                0
            }
        })
        .collect();
    if shares == 0 {
        return lengths;
    }
    let mut left = rest;
    let mut remainders = Vec::new();
    for (index, track) in tracks.iter().enumerate() {
        if let Track::Share(share) = track {
            let scaled = u64::from(rest) * u64::from(*share);
            lengths[index] = (scaled / shares) as u16;
            left -= lengths[index];
            remainders.push((scaled % shares, index));
        }
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders.into_iter().take(left as usize) {
        lengths[index] += 1;
    }
    lengths
}

/// Where the drawing puts each panel in a body of `size`.
fn follow_drawing(dashboard: &Dashboard, size: Size) -> Vec<Rect> {
    let edges = |tracks: &[Track], total: u16| -> Vec<u16> {
        let mut edge = 0;
        std::iter::once(0)
            .chain(divide(tracks, total).into_iter().map(|length| {
                edge += length;
                edge
            }))
            .collect()
    };
    let (columns, rows) = (
        edges(&dashboard.columns, size.width),
        edges(&dashboard.rows, size.height),
    );
    let at = |edges: &[u16], index: usize| edges.get(index).or(edges.last()).copied().unwrap_or(0);
    dashboard
        .panels
        .iter()
        .map(|panel| {
            let area = panel.area;
            let (x, y) = (at(&columns, area.column), at(&rows, area.row));
            Rect {
                x,
                y,
                width: at(&columns, area.column + area.columns) - x,
                height: at(&rows, area.row + area.rows) - y,
            }
        })
        .collect()
}

/// Panels one below the other; neighbours share a line where the width allows. Charts and tables
/// grow into lines that are left over, as beside an editor: narrow, but high.
fn stack(panels: &[Panel], body: Size) -> Vec<Rect> {
    let mut lines: Vec<(&[Panel], u16)> = Vec::new();
    let mut rest = panels;
    while let Some(first) = rest.first() {
        let most = if is_small(first.kind) {
            (body.width / SMALL_STACK).clamp(1, 4)
        } else {
            (body.width / HALF_STACK).clamp(1, 2)
        };
        let alike = rest
            .iter()
            .take(usize::from(most))
            .take_while(|panel| is_small(panel.kind) == is_small(first.kind))
            .count();
        let (line, after) = rest.split_at(alike.max(1));
        let height = line.iter().map(|panel| stacked_height(panel, body)).max();
        lines.push((line, height.unwrap_or(1)));
        rest = after;
    }
    let used: u32 = lines.iter().map(|(_, height)| u32::from(*height)).sum();
    let left = u32::from(body.height).saturating_sub(used) as u16;
    let grows: Vec<Track> = lines
        .iter()
        .map(|(line, _)| Track::Share(u16::from(!is_small(line[0].kind))))
        .collect();
    let more = divide(&grows, left);
    let mut areas = Vec::with_capacity(panels.len());
    let mut y: u16 = 0;
    for ((line, height), more) in lines.into_iter().zip(more) {
        let height = (height + more).min(u16::MAX - y);
        let mut x = 0;
        for width in divide(&vec![Track::Share(1); line.len()], body.width) {
            areas.push(Rect {
                x,
                y,
                width,
                height,
            });
            x += width;
        }
        y += height;
    }
    areas
}

fn is_small(kind: PanelKind) -> bool {
    matches!(kind, PanelKind::Stat | PanelKind::Gauge)
}

/// A comfortable height, at most the body's, at least the kind's own.
fn stacked_height(panel: &Panel, body: Size) -> u16 {
    let comfortable = match panel.kind {
        PanelKind::Stat | PanelKind::Gauge => 5,
        PanelKind::Timeseries
        | PanelKind::Table
        | PanelKind::Log
        | PanelKind::Heatmap
        | PanelKind::Histogram
        | PanelKind::Candlestick => 10,
        PanelKind::Map => 14,
        PanelKind::Bars
        | PanelKind::Pie
        | PanelKind::BarGauge
        | PanelKind::StateTimeline
        | PanelKind::StatusHistory => 8,
        PanelKind::Text => {
            let lines = panel.text.as_deref().map_or(4, |text| text.lines().count());
            (lines + 2).clamp(3, 10) as u16
        }
    };
    comfortable
        .min(body.height)
        .max(least(panel.kind).height.min(body.height.max(3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_divide_what_fixed_tracks_leave() {
        let tracks = [Track::Cells(5), Track::Share(2), Track::Share(3)];
        assert_eq!(divide(&tracks, 25), [5, 8, 12]);
    }

    #[test]
    fn odd_cells_go_to_the_largest_remainder_then_to_the_first() {
        assert_eq!(divide(&[Track::Share(1); 3], 80), [27, 27, 26]);
        assert_eq!(divide(&[Track::Share(1), Track::Share(2)], 10), [3, 7]);
    }

    #[test]
    fn fixed_tracks_that_do_not_fit_are_cut_from_the_end() {
        assert_eq!(divide(&[Track::Cells(5), Track::Cells(5)], 7), [5, 2]);
        assert_eq!(divide(&[Track::Cells(9), Track::Share(1)], 4), [4, 0]);
    }
}
