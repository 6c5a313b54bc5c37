//! What a terminal received over a while, as a file that plays it again: asciicast, version 2
//! (<https://docs.asciinema.org/manual/asciicast/v2/>).
//!
//! A line with the header, then a line per event: seconds since the beginning, what it is, and its data.

use std::time::Duration;

use serde::Serialize;

use crate::model::time::Moment;

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Cast {
    /// Columns and lines at the beginning.
    pub size: (u16, u16),
    /// When it was recorded.
    pub at: Moment,
    /// What players call it.
    pub title: Option<String>,
    /// Players wait no longer than this where nothing happens.
    pub idle: Option<Duration>,
    /// In their order.
    pub events: Vec<(Duration, Event)>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The terminal received this.
    Output(String),
    /// It got this size.
    Resize(u16, u16),
}

/// The first line.
#[derive(Serialize)]
struct Header<'a> {
    version: u8,
    width: u16,
    height: u16,
    timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_time_limit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    env: Environment,
}

#[derive(Serialize)]
struct Environment {
    #[serde(rename = "TERM")]
    term: &'static str,
}

/// The file.
///
/// # Errors
/// Never with what is in a [`Cast`]; JSON's writer has to be asked all the same.
pub fn cast(cast: &Cast) -> serde_json::Result<String> {
    let header = Header {
        version: 2,
        width: cast.size.0,
        height: cast.size.1,
        timestamp: cast.at.to_timestamp().as_second(),
        idle_time_limit: cast.idle.map(|idle| idle.as_secs_f64()),
        title: cast.title.as_deref(),
        env: Environment {
            term: "xterm-256color",
        },
    };
    let mut text = serde_json::to_string(&header)?;
    text.push('\n');
    for (at, event) in &cast.events {
        let (code, data) = match event {
            Event::Output(bytes) => ("o", bytes.clone()),
            Event::Resize(columns, lines) => ("r", format!("{columns}x{lines}")),
        };
        let data = serde_json::to_string(&data)?;
        text.push_str(&format!("[{:.3}, \"{code}\", {data}]\n", at.as_secs_f64()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_and_each_event_are_a_line_of_json() {
        let text = cast(&Cast {
            size: (80, 24),
            at: Moment(1_795_338_000_000_000),
            title: Some("Say \"hi\"".to_owned()),
            idle: Some(Duration::from_secs(2)),
            events: vec![
                (Duration::ZERO, Event::Output("\x1b[2J\n⣿".to_owned())),
                (Duration::from_millis(1234), Event::Resize(40, 10)),
            ],
        })
        .unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            lines[0],
            serde_json::json!({
                "version": 2, "width": 80, "height": 24, "timestamp": 1_795_338_000,
                "idle_time_limit": 2.0, "title": "Say \"hi\"", "env": {"TERM": "xterm-256color"}
            })
        );
        assert_eq!(lines[1][0].as_f64(), Some(0.0));
        assert_eq!(lines[1][2], "\x1b[2J\n⣿");
        assert_eq!(lines[2], serde_json::json!([1.234, "r", "40x10"]));
        assert_eq!(lines.len(), 3);
    }
}
