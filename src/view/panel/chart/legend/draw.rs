//! Drawing a legend: as a table or on one line.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::super::Scene;
use super::super::super::ink::{self, Ink};
use super::{Entry, Table};
use crate::ui::Look;
use crate::ui::palette::Role;

impl Table<'_> {
    /// Lines it needs as a table.
    pub(in super::super::super) fn height(&self) -> u16 {
        self.entries.len() as u16 + 1
    }

    /// Cells each column needs: sign and name, then the numbers. Numbers that do not fit beside a
    /// readable name are left out, the last first.
    fn columns(&self, most: usize, look: Look) -> Vec<usize> {
        let number = |(index, head): (usize, &String)| {
            let cells = self
                .entries
                .iter()
                .map(|entry| ink::width(&entry.numbers[index], look));
            // Rounded up to an even width: a number that gains a digit should not move the chart.
            let head = ink::width(head, look);
            cells.max().unwrap_or(0).max(head).next_multiple_of(2)
        };
        let mut numbers: Vec<usize> = self.heads.iter().enumerate().map(number).collect();
        let names = self
            .entries
            .iter()
            .map(|entry| ink::width(&entry.sign, look) + 1 + ink::width(entry.name, look));
        let name = names.max().unwrap_or(0);
        let rest = |numbers: &[usize]| numbers.iter().map(|width| width + 2).sum::<usize>();
        while numbers.len() > 1 && rest(&numbers) + name.min(12) > most {
            numbers.pop();
        }
        let name = name.min(most.saturating_sub(rest(&numbers)));
        [vec![name], numbers].concat()
    }

    /// Cells a table on the right takes.
    pub(in super::super::super) fn right_width(&self, area: Rect, look: Look) -> u16 {
        let columns = self.columns(usize::from(area.width) * 2 / 5, look);
        (columns.iter().sum::<usize>() + 2 * (columns.len() - 1)) as u16
    }

    /// Draws the table form.
    pub(in super::super::super) fn draw(&self, scene: &Scene<'_>, area: Rect, ink: &mut Ink<'_>) {
        let columns = self.columns(area.width as usize, scene.look());
        let muted = scene.role(Role::Muted);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let put_numbers = |y: u16, texts: &[String], first: Style, ink: &mut Ink<'_>| {
            let mut end = area.x + columns[0] as u16;
            let styles = std::iter::once(first).chain(std::iter::repeat(muted));
            for ((text, width), style) in texts.iter().zip(&columns[1..]).zip(styles) {
                end += 2 + *width as u16;
                if end <= area.right() {
                    ink.put_right(end, y, *width as u16, text, style);
                }
            }
        };
        put_numbers(area.y, &self.heads, muted, ink);
        let room = area.height.saturating_sub(1) as usize;
        let shown = if self.entries.len() > room {
            room.saturating_sub(1)
        } else {
            self.entries.len()
        };
        let mut ordered: Vec<&Entry<'_>> = self.entries.iter().collect();
        if self.is_upside_down {
            ordered.reverse();
        }
        for (row, entry) in ordered.iter().take(shown).enumerate() {
            let y = area.y + 1 + row as u16;
            let used = ink.put(area.x, y, columns[0] as u16, &entry.sign, entry.style) + 1;
            let room = (columns[0] as u16).saturating_sub(used);
            ink.put_cut(area.x + used, y, room, entry.name, Style::new());
            put_numbers(y, &entry.numbers, bold, ink);
        }
        if shown < self.entries.len() {
            let more = format!("+{} more", self.entries.len() - shown);
            ink.put_cut(area.x, area.bottom() - 1, area.width, &more, muted);
        }
    }

    /// An entry's numbers on one line, the first `detail` of them: the first and a change speak for
    /// themselves, others have their names before them.
    fn written(&self, scene: &Scene<'_>, entry: &Entry<'_>, detail: usize) -> Vec<(String, Style)> {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let muted = scene.role(Role::Muted);
        let numbers = entry.numbers.iter().zip(&self.heads).enumerate();
        numbers
            .take(detail)
            .map(|(index, (number, head))| match (index, head.as_str()) {
                (0, _) => (number.clone(), bold),
                (_, "change") => (number.clone(), muted),
                (_, head) => (format!("{head} {number}"), muted),
            })
            .collect()
    }

    /// Draws the one-line form: as much of each entry as fits for all of them.
    pub(in super::super::super) fn draw_line(
        &self,
        scene: &Scene<'_>,
        area: Rect,
        ink: &mut Ink<'_>,
    ) {
        let look = scene.look();
        let muted = scene.role(Role::Muted);
        let width = |entry: &Entry<'_>, detail: usize| -> usize {
            let numbers: usize = self
                .written(scene, entry, detail)
                .iter()
                .map(|(text, _)| ink::width(text, look) + 1)
                .sum();
            ink::width(&entry.sign, look) + 1 + ink::width(entry.name, look) + numbers
        };
        let total = |detail: usize| {
            let all: usize = self
                .entries
                .iter()
                .map(|entry| width(entry, detail) + 3)
                .sum();
            all.saturating_sub(3)
        };
        // Least and greatest go together.
        let change = self.heads.iter().position(|head| head == "change");
        let details = match change {
            Some(index) => [index + 3, index + 1, 1, 0],
            None => [3, 1, 0, 0],
        };
        let detail = details
            .into_iter()
            .find(|detail| total(*detail) <= usize::from(area.width))
            .unwrap_or(0);
        let mut x = area.x;
        for (index, entry) in self.entries.iter().enumerate() {
            let left = area.right().saturating_sub(x);
            let more = format!("+{}", self.entries.len() - index);
            let reserve = if index + 1 < self.entries.len() {
                more.len() + 4
            } else {
                0
            };
            if index > 0 && width(entry, detail) + reserve > left as usize {
                ink.put_cut(x, area.y, left, &more, muted);
                return;
            }
            x += ink.put(x, area.y, left, &entry.sign, entry.style) + 1;
            let left = area.right().saturating_sub(x);
            x += ink.put_cut(x, area.y, left, entry.name, Style::new());
            for (text, style) in self.written(scene, entry, detail) {
                x += 1;
                x += ink.put(x, area.y, area.right().saturating_sub(x), &text, style);
            }
            x += 3;
        }
    }
}
