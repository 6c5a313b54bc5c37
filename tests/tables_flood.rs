//! A flood of keys on a great table: every one counts, and what is drawn never lags behind.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::fixtures::{NOW, latest};
use kpi_dashboard::config::Config;
use kpi_dashboard::hub::{DatabaseLink, Hub, Sources};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::session::{Frames, Input, Outcome, Session};
use kpi_dashboard::source::{Answer, Request, Update};
use kpi_dashboard::ui::event::{Event, Key};
use kpi_dashboard::ui::{Look, Ui};
use tokio::sync::mpsc;
use tokio::time::timeout;

const CONFIG: &str = r#"
[[dashboard]]
name = "Orders"
refresh = "1h"
[dashboard.panel.orders]
kind = "table"
sql = "select 1"
"#;

const ROWS: i64 = 10_000;
const SIZE: (u16, u16) = (100, 30);
/// How long anything may take on a starved machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn clock() -> Moment {
    NOW
}

/// A terminal that shows what it is sent and counts the frames.
struct Terminal {
    frames: mpsc::Receiver<Vec<u8>>,
    written: mpsc::Sender<std::io::Result<()>>,
    parser: vt100::Parser,
    count: usize,
}

impl Terminal {
    /// Takes frames until the screen is as `wanted`.
    async fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        loop {
            let next = timeout(PATIENCE, self.frames.recv()).await;
            let Ok(Some(frame)) = next else {
                panic!("no {what}:\n{}", self.parser.screen().contents());
            };
            self.count += 1;
            self.parser.process(&frame);
            self.written.send(Ok(())).await.unwrap();
            if wanted(&self.parser.screen().contents()) {
                return;
            }
        }
    }
}

/// Answers every request with the same rows.
async fn answer(mut requests: mpsc::Receiver<Request>, updates: mpsc::Sender<Update>) {
    while let Some(request) = requests.recv().await {
        let update = Update {
            key: request.key,
            result: Ok(Answer::of(latest(ROWS))),
        };
        if updates.send(update).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_thousand_keys_are_all_applied_and_few_frames_are_drawn() {
    let config = Config::from_toml("config.toml", CONFIG, &[].into())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let config = Arc::new(config);
    let (requests, inbox) = mpsc::channel(8);
    let (outbox, updates) = mpsc::channel(8);
    tokio::spawn(answer(inbox, outbox));
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        live: None,
        ..Sources::default()
    };
    let hub = Hub::spawn(config, sources, clock);
    let ui = Ui {
        full_screen: true,
        ..Ui::default()
    };
    let session = Session::open(&hub, ui, Look::default(), SIZE, clock);
    let mut session = session.await.unwrap();
    let (keys, mut inputs) = mpsc::channel(2_000);
    let (send, frames) = mpsc::channel(1);
    let (acknowledge, written) = mpsc::channel(1);
    let mut terminal = Terminal {
        frames,
        written: acknowledge,
        parser: vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0),
        count: 0,
    };
    let running = async move {
        let mut frames = Frames { send, written };
        session.run(&mut inputs, &mut frames).await
    };
    let flooding = async move {
        terminal
            .until("rows", |screen| screen.contains("90412"))
            .await;
        // Down 600 rows; what is typed leaves a quarter of them; 300 down again, from the top of the rest.
        let typed = "fpaid".chars().map(Key::Char);
        let flood = std::iter::repeat_n(Key::Down, 600)
            .chain(typed)
            .chain([Key::Enter])
            .chain(std::iter::repeat_n(Key::Down, 394));
        let mut count = 0;
        for key in flood {
            keys.send(Input::Event(Event::Key(key))).await.unwrap();
            count += 1;
        }
        assert_eq!(count, 1_000);
        let before = terminal.count;
        // Every third order is paid: the 395th of them is order 90,412 less 3 × 394.
        let last = (90_412 - 3 * 394).to_string();
        let is_selected = |line: &str| line.starts_with("│▸") && line.contains(&last);
        let arrived = |screen: &str| screen.lines().any(is_selected);
        terminal.until("row 395", arrived).await;
        let drawn = terminal.count - before;
        assert!(drawn <= 50, "{drawn} frames for a thousand keys");
        keys.send(Input::Event(Event::Key(Key::Char('q'))))
            .await
            .unwrap();
    };
    let (outcome, ()) = tokio::join!(running, flooding);
    assert_eq!(outcome, Outcome::Quit);
}
