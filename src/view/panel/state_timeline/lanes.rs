//! Lanes under each other: where each is, its name on the left, the time below.

use ratatui::layout::Rect;

use super::super::Scene;
use super::super::chart::time_plot::TimePlot;
use super::super::ink::{self, Ink};
use crate::config::Legend;
use crate::model::states::States;
use crate::ui::palette::Role;

/// No band is higher than this many lines.
const HIGHEST: u16 = 4;

/// What is where.
pub(in super::super) struct Lanes {
    /// The cells over time.
    pub(in super::super) plot: TimePlot,
    /// How many lanes have room.
    pub(in super::super) shown: usize,
    /// Lines from one lane to the next.
    pitch: u16,
    names: Rect,
    pub(in super::super) has_times: bool,
    /// The line of the legend.
    pub(in super::super) legend: Option<Rect>,
}

impl Lanes {
    /// None where there is nothing to draw.
    pub(in super::super) fn new(scene: &Scene<'_>, states: &States, area: Rect) -> Option<Self> {
        if area.is_empty() || states.lanes.is_empty() {
            return None;
        }
        let wants_legend = scene.panel.legend != Legend::Hide;
        let has_times = area.height >= 4 && area.width >= 16;
        let has_legend = wants_legend && area.height >= 5 && area.width >= 20;
        let lines = area.height - u16::from(has_times) - u16::from(has_legend);
        let shown = match states.lanes.len() {
            all if all <= usize::from(lines) => all,
            _ => usize::from(lines).saturating_sub(1).max(1),
        };
        let pitch = (lines / shown as u16).clamp(1, HIGHEST + 1);
        let more = u16::from(shown < states.lanes.len() && lines > 1);
        // The last lane's blank line is left out where there is another below.
        let height = (pitch * shown as u16 + more).min(lines);
        let look = scene.look();
        let named = states.lanes.iter().take(shown);
        let widest = named.map(|lane| ink::width(&lane.name, look)).max();
        let names = (widest.unwrap_or(0) as u16).min(area.width / 4);
        let names = if area.width >= 20 { names } else { 0 };
        let gap = u16::from(names > 0);
        let plot = Rect {
            x: area.x + names + gap,
            width: area.width - names - gap,
            height,
            ..area
        };
        let legend = Rect {
            y: plot.bottom() + u16::from(has_times),
            height: 1,
            ..area
        };
        Some(Self {
            plot: TimePlot::new(scene.data.window, plot),
            shown,
            pitch,
            names: Rect {
                width: names,
                height,
                ..area
            },
            has_times,
            legend: has_legend.then_some(legend),
        })
    }

    /// The cells of lane `index` from one column to another.
    pub(in super::super) fn band(&self, index: usize, from: u16, to: u16) -> Rect {
        let plot = self.plot.area;
        let height = self.pitch - u16::from(self.pitch > 1);
        let band = Rect {
            x: plot.x + from,
            y: plot.y + index as u16 * self.pitch,
            width: to.saturating_sub(from),
            height,
        };
        band.intersection(plot)
    }

    /// Names and times.
    pub(in super::super) fn draw_frame(
        &self,
        scene: &Scene<'_>,
        states: &States,
        ink: &mut Ink<'_>,
    ) {
        for (index, lane) in states.lanes.iter().take(self.shown).enumerate() {
            let band = self.band(index, 0, 1);
            let y = band.y + band.height.saturating_sub(1) / 2;
            let Rect { x, width, .. } = self.names;
            ink.put_cut(x, y, width, &lane.name, scene.role(Role::Text));
        }
        let hidden = states.lanes.len() - self.shown;
        let plot = self.plot.area;
        if hidden > 0 && plot.height > 1 {
            let text = format!("+{hidden} more");
            let width = plot.right() - self.names.x;
            ink.put_cut(
                self.names.x,
                plot.bottom() - 1,
                width,
                &text,
                scene.role(Role::Muted),
            );
        }
        if self.has_times {
            self.plot.draw_times(scene, ink);
        }
    }
}
