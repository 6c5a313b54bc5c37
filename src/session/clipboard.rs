//! Putting text into the clipboard of the viewer's terminal, wherever that is: OSC 52
//! (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "Manipulate Selection Data"). It works over SSH,
//! since it is the terminal that does it. No terminal says whether it did.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use ratatui::buffer::Buffer;

use super::Session;
use crate::export::csv::csv;
use crate::export::text::text;
use crate::model::rowset::{Column, Rowset};
use crate::ui::Situation;
use crate::ui::overlay::copy::Part;
use crate::ui::table::Order;
use crate::view::{self, Screen, words};

/// Bytes of base64 that terminals take: xterm's limit, and tmux' with some room.
const MOST: usize = 100_000;

/// Text and a few words on what it is: `the value`, `20 rows as CSV`.
type Copied = (String, String);

impl Session {
    /// Puts `text` into the clipboard with the next frame, and says so.
    pub(super) fn copy(&mut self, text: &str, what: &str) {
        let (is_bad, text) = match sequence(text, self.in_tmux) {
            Ok(bytes) => {
                self.unsent = bytes;
                (false, format!("sent {what} to the terminal's clipboard"))
            }
            Err(bytes) => (true, too_large(what, bytes)),
        };
        self.tell(is_bad, text);
    }

    /// The same with a part of what is on the screen; nothing happens where it is not there any more.
    pub(super) fn copy_part(&mut self, part: Part) {
        let now = self.now();
        if let Some((text, what)) = text_of(part, &self.screen(now)) {
            self.copy(&text, &what);
        }
    }
}

/// A part of what is on the screen; none where it is not there any more.
fn text_of(part: Part, screen: &Screen<'_>) -> Option<Copied> {
    if part == Part::Screen {
        let mut buf = Buffer::empty(screen.layout.screen);
        view::draw(screen, screen.layout.screen, &mut buf);
        return Some((text(&buf), "the screen".to_owned()));
    }
    let now = screen.situation();
    let (panel, data) = (now.focused()?, now.data(screen.ui.focus)?);
    let zone = &screen.config.dashboards.get(screen.ui.dashboard)?.time_zone;
    Some(match part {
        Part::Value if now.selects_rows() => {
            let column = data.rows.columns.get(now.selected_column()?)?;
            let value = column.values.get(now.selected_row(screen.ui.focus)?)?;
            (value.display(zone).into_owned(), "the cell".to_owned())
        }
        Part::Value => {
            let value = words::value(panel, data, zone, screen.now)?;
            (value, "the value".to_owned())
        }
        Part::Row => {
            let row = words::row(data, now.selected_row(screen.ui.focus)?, zone)?;
            (row, "the row".to_owned())
        }
        Part::Csv => {
            let shown = shown(&now, &data.rows);
            let count = shown.len();
            let rows = if count == 1 { "row" } else { "rows" };
            (csv(&shown), format!("{count} {rows} as CSV"))
        }
        Part::Sql => {
            let sql = data.inspection.as_ref()?.sql.to_string();
            (sql, "the SQL".to_owned())
        }
        Part::Screen => return None,
    })
}

/// The rows and columns of the focused panel as the viewer arranged them.
fn shown<'a>(now: &Situation<'a>, rows: &'a Rowset) -> Cow<'a, Rowset> {
    let Some(arranged) = now.arranged(now.ui.focus) else {
        return Cow::Borrowed(rows);
    };
    let columns = now.shown_columns(now.ui.focus);
    if columns.len() == rows.columns.len() && matches!(arranged.order, Order::All(_)) {
        return Cow::Borrowed(rows);
    }
    let column = |index: usize| {
        let column = rows.columns.get(index)?;
        let order = arranged.order.from(0, usize::MAX);
        let values = order.filter_map(|row| column.values.get(row).cloned());
        Some(Column {
            name: column.name.clone(),
            type_name: column.type_name.clone(),
            kind: column.kind,
            values: values.collect(),
        })
    };
    Cow::Owned(Rowset {
        columns: columns.into_iter().filter_map(column).collect(),
        truncated: rows.truncated,
    })
}

/// The sequence that puts `text` into the clipboard; else how large it is, in bytes. Inside tmux it is sent
/// twice: once for tmux itself (`set-clipboard on`), once past it (`allow-passthrough on`).
fn sequence(text: &str, in_tmux: bool) -> Result<Vec<u8>, usize> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > MOST {
        return Err(text.len());
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    let mut bytes = plain.clone().into_bytes();
    if in_tmux {
        let inside = plain.replace('\x1b', "\x1b\x1b");
        bytes.extend_from_slice(format!("\x1bPtmux;{inside}\x1b\\").as_bytes());
    }
    Ok(bytes)
}

/// Why something of this size was not copied.
fn too_large(what: &str, bytes: usize) -> String {
    let most = MOST / 4 * 3 / 1000;
    format!(
        "{what}: {} kB are more than a terminal's clipboard takes ({most} kB); `kpi snapshot` writes them to a file",
        bytes.div_ceil(1000)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_what_xterm_documents() {
        let bytes = sequence("häi\n", false).unwrap();
        assert_eq!(bytes, b"\x1b]52;c;aMOkaQo=\x07");
    }

    #[test]
    fn inside_tmux_it_is_also_sent_past_it() {
        let text = String::from_utf8(sequence("x", true).unwrap()).unwrap();
        assert_eq!(
            text,
            "\x1b]52;c;eA==\x07\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\"
        );
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_size() {
        assert!(sequence(&"x".repeat(75_000), false).is_ok());
        assert_eq!(sequence(&"x".repeat(75_001), false), Err(75_001));
        assert!(too_large("12 rows as CSV", 75_001).contains("76 kB"));
    }
}
