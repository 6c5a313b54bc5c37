//! A dashboard's rows, columns and drawing, and the panels in their places.

use std::collections::BTreeMap;
use std::ops::Range;

use super::areas::{self, Drawing};
use super::dashboard::{Panel, Track};
use super::reader::suggest::{nearest, printable};
use super::reader::{Reader, Table, Text};

impl Reader<'_> {
    /// Rows, columns, and the panels in their places.
    pub(super) fn layout(
        &mut self,
        table: &Table<'_>,
        panels: Vec<(Range<usize>, Panel)>,
    ) -> (Vec<Track>, Vec<Track>, Vec<Panel>) {
        let columns = self.tracks(table, "columns");
        let rows = self.tracks(table, "rows");
        let areas = self.verbatim(table, "areas");
        let (need, panels) = if let Some(areas) = areas {
            // Without a drawing there is nothing to compare the sizes with.
            let Some(drawing) = self.drawing(&areas) else {
                return (Vec::new(), Vec::new(), Vec::new());
            };
            let need = (drawing.rows, drawing.columns);
            (need, self.place(&areas, drawing, panels))
        } else {
            let wanted = columns.as_ref().map(Vec::len);
            let (rows, columns, places) = areas::automatic(panels.len(), wanted);
            let placed = panels
                .into_iter()
                .zip(places)
                .map(|((_, panel), area)| Panel { area, ..panel });
            ((rows, columns), placed.collect())
        };
        let share = |count| vec![Track::Share(1); count];
        let rows = rows.unwrap_or_else(|| share(need.0));
        let columns = columns.unwrap_or_else(|| share(need.1));
        self.track_count(table, "rows", rows.len(), need.0);
        self.track_count(table, "columns", columns.len(), need.1);
        (columns, rows, panels)
    }

    fn drawing(&mut self, text: &Text) -> Option<Drawing> {
        match areas::read(&text.value) {
            Ok(drawing) => Some(drawing),
            Err(flaws) => {
                for flaw in flaws {
                    let span = self.part(text, flaw.at);
                    self.wrong(span, flaw.message, flaw.hint);
                }
                None
            }
        }
    }

    /// Byte range `at` of `text`'s value in the file; all of it where it is written with escapes.
    fn part(&self, text: &Text, at: Range<usize>) -> Range<usize> {
        let start = self.content_start(&text.span);
        let written = self.source.text.get(start..).unwrap_or_default();
        if written.starts_with(&text.value) {
            start + at.start..start + at.end
        } else {
            text.span.clone()
        }
    }

    /// Gives each panel its place, and reports those without one and places without a panel.
    fn place(
        &mut self,
        areas: &Text,
        drawing: Drawing,
        panels: Vec<(Range<usize>, Panel)>,
    ) -> Vec<Panel> {
        let drawn: Vec<String> = drawing.places.iter().map(|(id, ..)| id.clone()).collect();
        let defined: Vec<String> = panels.iter().map(|(_, panel)| panel.id.clone()).collect();
        let mut left: BTreeMap<String, (Range<usize>, Panel)> = panels
            .into_iter()
            .map(|(span, panel)| (panel.id.clone(), (span, panel)))
            .collect();
        let mut placed = Vec::new();
        let mut meant: Vec<String> = Vec::new();
        for (id, area, at) in drawing.places {
            if let Some((_, panel)) = left.remove(&id) {
                placed.push(Panel { area, ..panel });
                continue;
            }
            let others = defined.iter().map(String::as_str);
            let others = others.filter(|other| !drawn.iter().any(|id| id == other));
            let near = nearest(&id, others);
            // One misspelled word is one problem, not a second one of the panel it was meant for.
            meant.extend(near.map(str::to_owned));
            let hint = near.map_or_else(
                || format!("define it: `[dashboard.panel.{id}]`"),
                |near| format!("did you mean `{near}`?"),
            );
            let span = self.part(areas, at);
            let id = printable(&id);
            self.missing(
                span,
                format!("`{id}` is drawn, but no panel has this id"),
                hint,
            );
        }
        let mut left: Vec<_> = left.into_values().collect();
        left.sort_by_key(|(span, _)| span.start);
        for (span, panel) in left {
            if meant.contains(&panel.id) {
                continue;
            }
            let hint = "give it a cell in `areas`, or remove it";
            let message = format!("panel `{}` is not in the drawing", panel.id);
            self.missing(span, message, hint);
        }
        placed
    }
}
