//! One viewer on a screen, driven by events as a session drives it, and what they see.

use kpi_dashboard::config::{Config, Variable, VariableKind};
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::panel_data::Snapshot;
use kpi_dashboard::model::variable::Chosen;
use kpi_dashboard::ui::event::{Effect, Event, Key};
use kpi_dashboard::ui::keys::Situation;
use kpi_dashboard::ui::{Depth, Glyphs, Layout, Look, Theme, Ui, update};
use kpi_dashboard::view::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fixtures::{NOW, all_live, three_dashboards, variable, variable_state};

/// Everything a terminal can have.
pub const LOOK: Look = Look {
    depth: Depth::True,
    glyphs: Glyphs::Braille,
    theme: Theme::Terminal,
};

/// Nothing a terminal can lack.
pub const ASCII: Look = Look {
    depth: Depth::None,
    glyphs: Glyphs::Ascii,
    theme: Theme::Terminal,
};

/// A viewer of the three dashboards.
pub struct Viewer {
    pub config: Config,
    pub snapshot: Snapshot,
    pub ui: Ui,
    pub screen: Rect,
    pub look: Look,
}

impl Viewer {
    pub fn new(width: u16, height: u16) -> Self {
        let config = three_dashboards();
        Self {
            snapshot: all_live(&config),
            config,
            ui: Ui::default(),
            screen: Rect::new(0, 0, width, height),
            look: LOOK,
        }
    }

    /// The same with variables on the first dashboard: one of one value, one of several, a text and a constant.
    pub fn with_variables(width: u16, height: u16) -> Self {
        let mut viewer = Self::new(width, height);
        let region = variable("region", &["eu", "us", "apac"]);
        let shop = Variable {
            label: "Shop".into(),
            is_multi: true,
            has_all: true,
            default: Some(Chosen::All),
            ..variable("shop", &["berlin", "oslo", "porto", "ōsaka"])
        };
        let customer = Variable {
            kind: VariableKind::Text,
            ..variable("customer", &[])
        };
        let schema = Variable {
            kind: VariableKind::Constant("kpi".into()),
            is_hidden: true,
            ..variable("schema", &[])
        };
        let mut shop_state = variable_state(&shop, &["berlin", "oslo", "porto", "ōsaka"]);
        shop_state.value.is_all = true;
        viewer.snapshot.variables = [
            variable_state(&region, &["eu"]),
            shop_state,
            variable_state(&customer, &["O'Brien"]),
            variable_state(&schema, &["kpi"]),
        ]
        .into();
        viewer.config.dashboards[0].variables = vec![region, shop, customer, schema];
        viewer
    }

    pub fn on<T>(&self, layout: &Layout, then: impl FnOnce(&Screen<'_>) -> T) -> T {
        then(&Screen {
            config: &self.config,
            ui: &self.ui,
            layout,
            snapshot: &self.snapshot,
            look: self.look,
            now: NOW,
        })
    }

    /// The screen divided, with the charts and pieces that are on it.
    pub fn layout(&self) -> Layout {
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let mut layout = Layout::solve(dashboard, &self.ui, self.screen);
        (layout.plots, layout.spots, layout.table) = self.on(&layout, |screen| {
            let table = view::table(screen);
            (view::plots(screen), view::spots(screen), table)
        });
        layout
    }

    pub fn send(&mut self, event: &Event) -> Effect {
        let layout = self.layout();
        update(&mut self.ui, event, &self.config, &layout, &self.snapshot)
    }

    pub fn key(&mut self, key: Key) -> Effect {
        self.send(&Event::Key(key))
    }

    pub fn char(&mut self, letter: char) -> Effect {
        self.key(Key::Char(letter))
    }

    /// Types letters one by one.
    pub fn type_in(&mut self, text: &str) {
        for letter in text.chars() {
            self.char(letter);
        }
    }

    pub fn click(&mut self, (x, y): (u16, u16)) -> Effect {
        let effect = self.send(&Event::Click(x, y));
        match self.send(&Event::Release(x, y)) {
            Effect::None => effect,
            later => later,
        }
    }

    /// Shows another dashboard's data, as the hub does after a look.
    pub fn answered(&mut self) {
        if self.snapshot.dashboard != self.ui.dashboard {
            let panels = &self.config.dashboards[self.ui.dashboard].panels;
            let waiting =
                std::sync::Arc::new(kpi_dashboard::model::panel_data::PanelData::waiting());
            self.snapshot.dashboard = self.ui.dashboard;
            self.snapshot.panels = panels.iter().map(|_| waiting.clone()).collect();
            self.snapshot.variables = [].into();
        }
    }

    pub fn focused(&self) -> &str {
        &self.config.dashboards[self.ui.dashboard].panels[self.ui.focus].id
    }

    pub fn focus_on(&mut self, id: &str) {
        let panels = &self.config.dashboards[self.ui.dashboard].panels;
        self.ui.focus = panels.iter().position(|panel| panel.id == id).unwrap();
    }

    pub fn situation<T>(&self, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
        let layout = self.layout();
        ask(&Situation {
            ui: &self.ui,
            config: &self.config,
            layout: &layout,
            snapshot: &self.snapshot,
        })
    }

    pub fn buffer(&self) -> Buffer {
        self.draw(self.look)
    }

    /// The same on another terminal.
    pub fn draw(&self, look: Look) -> Buffer {
        let mut buf = Buffer::empty(self.screen);
        let layout = self.layout();
        self.on(&layout, |screen| {
            view::draw(&Screen { look, ..*screen }, self.screen, &mut buf);
        });
        buf
    }

    /// What is on the screen.
    pub fn picture(&self) -> String {
        text(&self.buffer())
    }

    /// The first cell of the first place on the screen where this is written.
    pub fn find(&self, words: &str) -> (u16, u16) {
        let picture = self.picture();
        let line = picture.lines().enumerate().find_map(|(y, line)| {
            let at = line.find(words)?;
            Some((
                unicode_width::UnicodeWidthStr::width(&line[..at]) as u16,
                y as u16,
            ))
        });
        line.unwrap_or_else(|| panic!("`{words}` is not on the screen:\n{picture}"))
    }
}
