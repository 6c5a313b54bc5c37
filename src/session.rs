//! Floor 4: one viewer's loop. Knows neither a terminal nor a connection: inputs come in by a
//! channel, frames go out by one, data by a watch. Draws when something visible changed and the
//! pacer agrees; never while the last frame is still being written, so a slow terminal gets fewer
//! frames and holds nobody up.

mod bundle;
mod clipboard;
mod encoder;
pub mod pacer;
mod picture;
mod rounds;
pub mod surface;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::config::Config;
use crate::hub::{Clock, Configs, Hub, HubGone, Looking, Viewer};
use crate::model::panel_data::{Notice, Snapshot};
use crate::model::time::Moment;
use crate::ui::{self, Background, Effect, Event, Layout, Look, Overlay, Ui};
use crate::view;

pub use bundle::BundleOrder;
use pacer::Pacer;
use surface::Surface;

/// How long a frame on its way is waited for when the viewer leaves.
const LAST_FRAME: Duration = Duration::from_millis(1500);

/// What a front tells its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key or the mouse.
    Event(Event),
    /// The terminal's new size.
    Resize(u16, u16),
    /// What is behind the text on the terminal, as it says.
    Background(Background),
    /// The terminal asks to be left alone for a while.
    Suspend,
    /// The program is told to end.
    Terminate,
    /// The terminal is gone.
    HungUp,
}

/// Where frames go: at most one on its way.
#[derive(Debug)]
pub struct Frames {
    /// Takes one frame.
    pub send: mpsc::Sender<Vec<u8>>,
    /// Says that it was written, or why not.
    pub written: mpsc::Receiver<io::Result<()>>,
}

/// Why a session's loop returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The viewer left.
    Quit,
    /// The viewer wants the terminal back for a while; call [`Session::run`] again afterwards.
    Suspend,
    /// A signal ended it.
    Terminated,
    /// The terminal is gone: write nothing any more.
    HungUp,
    /// The hub is gone.
    HubGone,
}

/// One viewer.
#[derive(Debug)]
pub struct Session {
    config: Arc<Config>,
    /// Which configuration that is.
    config_revision: u64,
    viewer: Viewer,
    ui: Ui,
    look: Look,
    clock: Clock,
    surface: Surface,
    pacer: Pacer,
    layout: Layout,
    looking: Looking,
    snapshot: Arc<Snapshot>,
    drawn_revision: u64,
    writing: bool,
    background: Background,
    in_tmux: bool,
    /// For the terminal besides the picture, with the next frame.
    unsent: Vec<u8>,
    /// When a screen on a wall has its turn.
    turn_at: Option<Instant>,
    /// Until when the viewer's own notice is shown.
    told_until: Option<Instant>,
    /// Who writes bundles.
    bundler: Option<mpsc::Sender<Box<BundleOrder>>>,
}

impl Session {
    /// A viewer of `width` × `height` cells with a state of its own.
    pub async fn open(
        hub: &Hub,
        ui: Ui,
        look: Look,
        (width, height): (u16, u16),
        clock: Clock,
    ) -> Result<Self, HubGone> {
        let Configs { revision, config } = hub.configs();
        let surface = Surface::new(width, height);
        // Its plots are known once it was drawn.
        let layout = Layout::solve(&config.dashboards[ui.dashboard], &ui, surface.area());
        let looking = looking(&ui, &layout, revision);
        let viewer = hub.open(looking.clone()).await?;
        let snapshot = viewer.snapshot();
        let mut pacer = Pacer::new(config.screen.frames_per_second);
        pacer.input(Instant::now());
        let turn_at = ui.kiosk.map(|kiosk| Instant::now() + kiosk.every);
        Ok(Self {
            pacer,
            layout,
            looking,
            snapshot,
            viewer,
            surface,
            ui,
            look,
            clock,
            config,
            config_revision: revision,
            drawn_revision: 0,
            writing: false,
            background: Background::Unknown,
            in_tmux: false,
            unsent: Vec::new(),
            turn_at,
            told_until: None,
            bundler: None,
        })
    }

    /// The viewer's terminal is inside tmux: what is not for the screen must go past it.
    pub fn inside_tmux(&mut self) {
        self.in_tmux = true;
    }

    /// What is behind the text on the viewer's terminal.
    pub fn on_background(&mut self, background: Background) {
        if background != self.background {
            self.background = background;
            self.pacer.input(Instant::now());
        }
    }

    /// What is on the viewer's screen.
    pub fn shown(&self) -> &Buffer {
        self.surface.shown()
    }

    /// The next frame writes the whole screen.
    pub fn repaint(&mut self) {
        self.surface.forget();
        self.pacer.input(Instant::now());
    }

    /// The terminal's size is (again) `width` × `height`.
    pub async fn resize(&mut self, width: u16, height: u16) -> Result<(), HubGone> {
        self.surface.resize(width, height);
        self.divide();
        ui::update(
            &mut self.ui,
            &Event::Resize,
            &self.config,
            &self.layout,
            &self.snapshot,
        );
        self.pacer.input(Instant::now());
        self.look_again().await
    }

    /// Runs until there is a reason to stop.
    pub async fn run(
        &mut self,
        inputs: &mut mpsc::Receiver<Input>,
        frames: &mut Frames,
    ) -> Outcome {
        loop {
            let due = if self.writing { None } else { self.pacer.due() };
            let change = if self.pacer.due().is_some() {
                None
            } else {
                self.next_change()
            };
            tokio::select! {
                biased;
                input = inputs.recv() => {
                    let Some(input) = input else { return Outcome::HungUp };
                    match self.take(input).await {
                        Ok(None) => {}
                        Ok(Some(outcome)) => {
                            self.wait_for_the_frame(frames).await;
                            return outcome;
                        }
                        Err(HubGone) => return Outcome::HubGone,
                    }
                }
                written = frames.written.recv() => match written {
                    Some(Ok(())) => self.writing = false,
                    Some(Err(problem)) => {
                        tracing::warn!(%problem, "the terminal cannot be written to");
                        return Outcome::HungUp;
                    }
                    None => return Outcome::HungUp,
                },
                changed = self.viewer.snapshots.changed() => {
                    if changed.is_err() {
                        return Outcome::HubGone;
                    }
                    let snapshot = Arc::clone(&self.viewer.snapshots.borrow_and_update());
                    if self.see(snapshot).await.is_err() {
                        return Outcome::HubGone;
                    }
                    let differs = self.ui.watch(&self.config, &self.snapshot);
                    if differs && self.look_again().await.is_err() {
                        return Outcome::HubGone;
                    }
                }
                () = sleep_until(due), if due.is_some() => {
                    if let Some(bytes) = self.frame() {
                        if frames.send.try_send(bytes).is_err() {
                            return Outcome::HungUp;
                        }
                        self.writing = true;
                    }
                }
                () = sleep_until(change), if change.is_some() => {
                    if self.told_until.is_some_and(|until| until <= Instant::now()) {
                        (self.told_until, self.ui.notice) = (None, None);
                    }
                    self.pacer.data(Instant::now());
                }
                () = sleep_until(self.turn_at), if self.turn_at.is_some() => {
                    if self.turn().await.is_err() {
                        return Outcome::HubGone;
                    }
                }
            }
        }
    }

    /// Takes a new picture, and the configuration it counts in where that is another one: a frame never
    /// mixes two.
    async fn see(&mut self, snapshot: Arc<Snapshot>) -> Result<(), HubGone> {
        if snapshot.config_revision != self.config_revision {
            let Configs { revision, config } = self.viewer.configs.borrow().clone();
            if snapshot.config_revision != revision {
                // There is a still newer one, and its picture is on its way.
                return Ok(());
            }
            ui::carry_over(&mut self.ui, &self.config, &config);
            self.config = config;
            self.config_revision = revision;
            self.pacer = Pacer::new(self.config.screen.frames_per_second);
            self.snapshot = snapshot;
            self.pacer.data(Instant::now());
            return self.look_again().await;
        }
        self.snapshot = snapshot;
        if self.snapshot.revision != self.drawn_revision {
            self.pacer.data(Instant::now());
        }
        Ok(())
    }

    /// A frame on its way must not arrive after the terminal was given back; but a terminal that
    /// takes nothing holds up nobody for long.
    async fn wait_for_the_frame(&mut self, frames: &mut Frames) {
        if self.writing {
            let written = tokio::time::timeout(LAST_FRAME, frames.written.recv()).await;
            self.writing = written.is_err();
        }
    }

    async fn take(&mut self, input: Input) -> Result<Option<Outcome>, HubGone> {
        match input {
            Input::Event(event) => return self.event(event).await,
            Input::Resize(width, height) => self.resize(width, height).await?,
            Input::Background(background) => self.on_background(background),
            Input::Suspend => return Ok(Some(Outcome::Suspend)),
            Input::Terminate => return Ok(Some(Outcome::Terminated)),
            Input::HungUp => return Ok(Some(Outcome::HungUp)),
        }
        Ok(None)
    }

    async fn event(&mut self, event: Event) -> Result<Option<Outcome>, HubGone> {
        let effect = ui::update(
            &mut self.ui,
            &event,
            &self.config,
            &self.layout,
            &self.snapshot,
        );
        if let Some((is_bad, text)) = self.ui.said.take() {
            self.tell(is_bad, text);
        }
        if inspected(&self.ui) != self.looking.inspected {
            self.look_again().await?;
        }
        let woke = !matches!(event, Event::Move(..)) && self.attended();
        match effect {
            Effect::None if !woke => return Ok(None),
            Effect::None | Effect::Redraw => {}
            Effect::Annotate { text, at } => self.viewer.annotate(text, at).await?,
            Effect::Bundle(name) => self.bundle(name),
            Effect::Explain { panel, analyze } => self.viewer.explain(panel, analyze).await?,
            Effect::Copy { text, what } => self.copy(&text, &what),
            Effect::CopyPart(part) => self.copy_part(part),
            Effect::Repaint => self.surface.forget(),
            Effect::Look => self.look_again().await?,
            Effect::Refresh => self.viewer.refresh().await?,
            Effect::PollMyself => self.viewer.poll_myself().await?,
            Effect::Suspend => return Ok(Some(Outcome::Suspend)),
            Effect::Quit => return Ok(Some(Outcome::Quit)),
        }
        if woke {
            self.look_again().await?;
        }
        self.pacer.input(Instant::now());
        Ok(None)
    }

    /// The clock; that of a file stands still.
    fn now(&self) -> Moment {
        let recorded = self.snapshot.links.recorded.as_ref();
        recorded.map_or_else(self.clock, |recorded| recorded.at)
    }

    /// Tells this viewer something for some seconds, also where the clock stands still.
    fn tell(&mut self, is_bad: bool, text: String) {
        let at = self.now();
        self.ui.notice = Some(Notice { at, is_bad, text });
        self.told_until = Some(Instant::now() + view::NOTICE_SHOWN);
    }

    /// Divides the screen anew and tells the hub what is in sight now.
    async fn look_again(&mut self) -> Result<(), HubGone> {
        self.divide();
        let looking = looking(&self.ui, &self.layout, self.config_revision);
        if looking != self.looking {
            self.looking = looking.clone();
            self.viewer.look(looking).await?;
        }
        Ok(())
    }
}

fn looking(ui: &Ui, layout: &Layout, config_revision: u64) -> Looking {
    Looking {
        config_revision,
        dashboard: ui.dashboard,
        range: ui.range.clone(),
        variables: ui.variables.clone(),
        compare: ui.compare,
        panels: layout.looked_at().collect(),
        inspected: inspected(ui),
        paused: ui.paused,
    }
}

/// The panel that is looked into.
fn inspected(ui: &Ui) -> Option<usize> {
    match &ui.overlay {
        Some(Overlay::Inspect(inspect)) => Some(inspect.panel),
        _ => None,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
