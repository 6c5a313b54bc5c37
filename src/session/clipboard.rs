//! Putting text into the clipboard of the viewer's terminal, wherever that is: OSC 52
//! (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "Manipulate Selection Data"). It works over SSH,
//! since it is the terminal that does it. No terminal says whether it did.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::export::csv::csv;
use crate::export::text::text;
use crate::ui::overlay::copy::Part;
use crate::view::{self, Screen, words};

use ratatui::buffer::Buffer;

/// Bytes of base64 that terminals take: xterm's limit, and tmux' with some room.
const MOST: usize = 100_000;

/// Text and a few words on what it is: `the value`, `20 rows as CSV`.
pub(super) type Copied = (String, String);

/// A part of what is on the screen; none where it is not there any more.
pub(super) fn part(part: Part, screen: &Screen<'_>) -> Option<Copied> {
    if part == Part::Screen {
        let mut buf = Buffer::empty(screen.layout.screen);
        view::draw(screen, screen.layout.screen, &mut buf);
        return Some((text(&buf), "the screen".to_owned()));
    }
    let now = screen.situation();
    let (panel, data) = (now.focused()?, now.data(screen.ui.focus)?);
    let zone = &screen.config.dashboards.get(screen.ui.dashboard)?.time_zone;
    Some(match part {
        Part::Value => {
            let value = words::value(panel, data, zone, screen.now)?;
            (value, "the value".to_owned())
        }
        Part::Row => {
            let last = now.table_page(screen.ui.focus).map_or(0, |(_, last)| last);
            let row = words::row(data, screen.ui.table_row.min(last), zone)?;
            (row, "the row".to_owned())
        }
        Part::Csv => {
            let count = data.rows.len();
            let rows = if count == 1 { "row" } else { "rows" };
            (csv(&data.rows), format!("{count} {rows} as CSV"))
        }
        Part::Sql => {
            let sql = data.inspection.as_ref()?.sql.to_string();
            (sql, "the SQL".to_owned())
        }
        Part::Screen => return None,
    })
}

/// The sequence that puts `text` into the clipboard; else how large it is, in bytes. Inside tmux it is sent
/// twice: once for tmux itself (`set-clipboard on`), once past it (`allow-passthrough on`).
pub(super) fn sequence(text: &str, in_tmux: bool) -> Result<Vec<u8>, usize> {
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
pub(super) fn too_large(what: &str, bytes: usize) -> String {
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
