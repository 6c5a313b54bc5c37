//! A thread that writes to standard output: one that takes little blocks it and nobody else.

use std::io::{self, Write};
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use crate::session::Frames;

/// The writer, and the way to it. It ends when the way is dropped and everything is written.
pub(super) fn start() -> (Frames, JoinHandle<()>) {
    let (send, mut receive) = mpsc::channel::<Vec<u8>>(1);
    let (done, written) = mpsc::channel(2);
    let writer = std::thread::spawn(move || {
        let mut stdout = io::stdout();
        while let Some(bytes) = receive.blocking_recv() {
            let result = stdout.write_all(&bytes).and_then(|()| stdout.flush());
            if done.blocking_send(result).is_err() {
                return;
            }
        }
    });
    (Frames { send, written }, writer)
}
