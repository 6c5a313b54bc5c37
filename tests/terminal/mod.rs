//! A real pseudo-terminal with a screen that can be read, for tests that run the program as people do.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything on a screen may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between these a terminal shows what was there before: a frame is seen whole or not at all.
const FRAME: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

struct Seen {
    parser: vt100::Parser,
    /// The part of a frame that came so far.
    held: Vec<u8>,
    /// Everything the program wrote.
    bytes: Vec<u8>,
    /// When the last of it came.
    at: Instant,
    closed: bool,
}

impl Seen {
    /// Shows what came, without the frame that has not ended; nothing is the end of everything.
    fn take(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
        self.held.extend_from_slice(chunk);
        let [begin, end] = FRAME;
        let ended = self.held.windows(end.len()).rposition(|some| some == end);
        let ended = ended.map_or(0, |at| at + end.len());
        let rest = &self.held[ended..];
        let begun = rest.windows(begin.len()).position(|some| some == begin);
        // Of the mark itself only a part may have come.
        let whole = begun.unwrap_or_else(|| {
            let part = (1..begin.len()).rfind(|part| rest.ends_with(&begin[..*part]));
            rest.len() - part.unwrap_or(0)
        });
        let shown = if chunk.is_empty() {
            self.held.len()
        } else {
            ended + whole
        };
        self.parser.process(&self.held[..shown]);
        self.held.drain(..shown);
    }
}

/// A program in a terminal.
pub struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Terminal {
    /// Starts `command` in a terminal of `columns` × `lines`.
    pub fn start(command: CommandBuilder, columns: u16, lines: u16) -> Self {
        let size = PtySize {
            rows: lines,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let parser = vt100::Parser::new(lines.try_into().unwrap(), columns.try_into().unwrap(), 0);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser,
                held: Vec::new(),
                bytes: Vec::new(),
                at: Instant::now(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let at = Instant::now();
                let mut seen = shared.0.lock().unwrap();
                seen.at = at;
                seen.take(&chunk[..read]);
                seen.closed = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            master: Some(pair.master),
            writer: Some(writer),
            child,
            seen,
        }
    }

    /// The screen's text.
    pub fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Whether the program holds the alternate screen.
    pub fn is_alternate(&self) -> bool {
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen()
            .alternate_screen()
    }

    /// Whether the cursor is hidden or the mouse is captured.
    pub fn is_touched(&self) -> bool {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        screen.hide_cursor() || screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// The process' id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a running program")
    }

    /// Waits until `is_so`; `what` says for what.
    pub fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let start = Instant::now();
        while !is_so() {
            let screen = self.screen();
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {what}, saw:\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The clipboard's text, once the program has sent all of one that is not `before`.
    pub fn copied(&self, before: &str) -> String {
        let read = || {
            let rest = self.after(b"\x1b]52;c;")?;
            let end = rest.iter().position(|byte| *byte == 7)?;
            String::from_utf8(STANDARD.decode(&rest[..end]).ok()?).ok()
        };
        self.until("a copy", || read().is_some_and(|text| text != before));
        read().unwrap()
    }

    /// Ends the program as people do; it gives the terminal back.
    pub fn quit(mut self) {
        self.send("q");
        assert_eq!(self.wait(PATIENCE).exit_code(), 0);
        assert!(!self.is_alternate() && !self.is_touched());
    }

    /// Waits until the screen's text satisfies `wanted`.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_within(PATIENCE, what, wanted).0
    }

    /// The same with another patience; says also when the bytes came that made it so.
    pub fn wait_within(
        &self,
        patience: Duration,
        what: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> (String, Instant) {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let text = seen.parser.screen().contents();
            if wanted(&text) {
                return (text, seen.at);
            }
            let left = patience.saturating_sub(start.elapsed());
            if left.is_zero() || seen.closed {
                let closed = seen.closed;
                drop(seen);
                panic!("waited for {what} (closed: {closed}), saw:\n{text}");
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// How many frames were written, each a synchronized update; how many bytes.
    pub fn written(&self) -> (usize, usize) {
        let seen = self.seen.0.lock().unwrap();
        let begin = b"\x1b[?2026h";
        let frames = seen.bytes.windows(begin.len()).filter(|some| some == begin);
        (frames.count(), seen.bytes.len())
    }

    /// Whether the program wrote these bytes.
    pub fn saw(&self, bytes: &[u8]) -> bool {
        let seen = self.seen.0.lock().unwrap();
        seen.bytes.windows(bytes.len()).any(|some| some == bytes)
    }

    /// What the program wrote after the last time it wrote these bytes.
    pub fn after(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let seen = self.seen.0.lock().unwrap();
        let mut places = seen.bytes.windows(bytes.len());
        let at = places.rposition(|some| some == bytes)?;
        Some(seen.bytes[at + bytes.len()..].to_vec())
    }

    /// Whether anything on the screen has this colour.
    pub fn shows_color(&self, wanted: vt100::Color) -> bool {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        let (lines, columns) = screen.size();
        let (lines, columns) = (lines.get(), columns.get());
        let cells = (0..lines).flat_map(|y| (0..columns).map(move |x| (y, x)));
        cells
            .filter_map(|(y, x)| screen.cell(y, x))
            .any(|cell| cell.has_contents() && cell.fgcolor() == wanted)
    }

    /// Every cell of these lines: its text, its colours, its style; of a blank what can be seen of it.
    pub fn cells(&self, lines: std::ops::Range<u16>) -> Vec<Vec<String>> {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        let columns = screen.size().1.get();
        let cell = |y, x| {
            let cell = screen.cell(y, x).expect("a cell of the screen");
            let (ground, text) = (cell.bgcolor(), cell.contents());
            if text.trim().is_empty() && !cell.inverse() && !cell.underline() {
                return format!("blank on {ground:?}");
            }
            let style = (cell.bold(), cell.dim(), cell.italic(), cell.underline());
            let color = cell.fgcolor();
            format!("{text} {color:?} {ground:?} {style:?} {}", cell.inverse())
        };
        let line = |y| (0..columns).map(|x| cell(y, x)).collect();
        lines.map(line).collect()
    }

    /// Resident memory in kB, from `/proc`; 0 where there is none.
    pub fn resident(&self) -> u64 {
        let path = format!("/proc/{}/status", self.pid());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
            .unwrap_or(0)
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("an open terminal");
        writer
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
        writer.flush().expect("the terminal takes keys");
    }

    /// Changes the size, as a window manager would.
    pub fn resize(&self, columns: u16, lines: u16) {
        let size = PtySize {
            rows: lines,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let mut seen = self.seen.0.lock().unwrap();
        let (rows, columns) = (lines.try_into().unwrap(), columns.try_into().unwrap());
        seen.parser.screen_mut().set_size(rows, columns);
        self.master
            .as_ref()
            .expect("an open terminal")
            .resize(size)
            .expect("a new size");
    }

    /// Waits for the end of the program.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                self.read_to_the_end();
                return status;
            }
            assert!(
                start.elapsed() < patience,
                "still running after {patience:?}, screen:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What a program wrote last may still be on its way when it has ended.
    fn read_to_the_end(&self) {
        let seen = self.seen.0.lock().unwrap();
        let (_seen, late) = self
            .seen
            .1
            .wait_timeout_while(seen, PATIENCE, |seen| !seen.closed)
            .unwrap();
        assert!(!late.timed_out(), "the terminal stays open");
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).expect("a running program");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
