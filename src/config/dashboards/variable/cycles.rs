//! Variables whose queries need each other.

use super::Draft;
use crate::config::dashboard::VariableKind;
use crate::config::reader::Reader;
use crate::model::reference::references;

impl Reader<'_> {
    /// Reports variables whose queries need each other: none of them could be asked first.
    pub(super) fn refuse_cycles(&mut self, drafts: &[Draft]) {
        let position = |name: &str| drafts.iter().position(|draft| draft.variable.name == name);
        let needs: Vec<Vec<usize>> = drafts
            .iter()
            .map(|draft| match &draft.variable.kind {
                VariableKind::Query { sql, .. } => references(sql)
                    .filter_map(|reference| position(reference.name))
                    .collect(),
                _ => Vec::new(),
            })
            .collect();
        let mut settled = vec![false; drafts.len()];
        loop {
            let free = (0..drafts.len())
                .find(|&index| !settled[index] && needs[index].iter().all(|&need| settled[need]));
            if let Some(index) = free {
                settled[index] = true;
                continue;
            }
            // Whoever follows unsettled needs for long enough walks in a circle.
            let Some(first) = settled.iter().position(|settled| !settled) else {
                return;
            };
            let mut walk = vec![first];
            let start = loop {
                let here = walk.last().copied().unwrap_or(first);
                let Some(&next) = needs[here].iter().find(|&&need| !settled[need]) else {
                    return;
                };
                if let Some(start) = walk.iter().position(|&seen| seen == next) {
                    break start;
                }
                walk.push(next);
            };
            let circle = &walk[start..];
            let name = |index: &usize| format!("`{}`", drafts[*index].variable.name);
            let message = if let [own] = circle {
                format!("the query of {} uses its own value", name(own))
            } else {
                let mut names: Vec<String> = circle.iter().map(name).collect();
                names.push(name(&circle[0]));
                format!("these variables need each other: {}", names.join(" → "))
            };
            let draft = &drafts[circle[0]];
            let span = draft.sql_span.clone().unwrap_or(draft.span.clone());
            self.wrong(
                span,
                message,
                "none of them can be asked first; take one use away",
            );
            for &index in circle {
                settled[index] = true;
            }
        }
    }
}
