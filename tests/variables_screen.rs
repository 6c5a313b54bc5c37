//! What was chosen for variables, as a viewer sees it: in titles and in the header.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::fixtures::{NOW, all_failing, all_live, failure};
use kpi_dashboard::config::Config;
use kpi_dashboard::export::json::json;
use kpi_dashboard::export::text::text;
use kpi_dashboard::model::panel_data::{Health, Link, Snapshot};
use kpi_dashboard::model::variable::{Choice, Chosen, VariableState};
use kpi_dashboard::query;
use kpi_dashboard::ui::{Depth, Glyphs, Layout, Look, Theme, Ui};
use kpi_dashboard::view::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const LOOK: Look = Look {
    depth: Depth::True,
    glyphs: Glyphs::Braille,
    theme: Theme::Terminal,
};

fn config() -> Config {
    let text = r#"
        [[dashboard]]
        name = "Sales $region"
        variable = [
          { name = "region", label = "Region", kind = "query", sql = "select 1", multi = true, include_all = true },
          { name = "plan", kind = "list", values = [{ text = "Professional", value = "pro" }, "free"] },
          { name = "search", kind = "text" },
          { name = "currency", kind = "constant", value = "EUR" },
          { name = "secret", kind = "list", values = ["hidden"], hide = true },
        ]
        areas = "a b c"
        [dashboard.panel.a]
        kind = "stat"
        title = "${region}, $plan"
        sql = "select 1"
        [dashboard.panel.b]
        kind = "table"
        title = "[[secret]] $unknown in ${currency:raw}"
        sql = "select 1"
        [dashboard.panel.c]
        kind = "text"
        text = "On call for **$region**"
        [[dashboard]]
        name = "Other"
        panel.a = { kind = "stat", sql = "select 1" }
    "#;
    Config::from_toml("config.toml", text, &BTreeMap::new()).unwrap()
}

/// Adds what was chosen among the regions `eu`, `us` and `a very long name of a region`.
fn with(mut snapshot: Snapshot, config: &Config, region: &Chosen, search: &str) -> Snapshot {
    let search = Chosen::Values(vec![search.to_owned()]);
    let regions = ["eu", "us", "a very long name of a region\u{1b}[31m"].map(Choice::of);
    let state = |variable| {
        let choices = query::choices_of(variable).unwrap_or(regions.to_vec());
        let chosen = match variable.name.as_str() {
            "region" => Some(region),
            "search" => Some(&search),
            _ => None,
        };
        VariableState {
            revision: 1,
            value: query::value_of(variable, &choices, chosen),
            choices: choices.into(),
            health: Health::Live,
        }
    };
    snapshot.variables = config.dashboards[0].variables.iter().map(state).collect();
    snapshot
}

fn drawn(config: &Config, snapshot: &Snapshot, look: Look, size: (u16, u16)) -> String {
    let area = Rect::new(0, 0, size.0, size.1);
    let ui = Ui::default();
    let layout = Layout::solve(&config.dashboards[0], &ui, area);
    let screen = Screen {
        config,
        ui: &ui,
        layout: &layout,
        snapshot,
        look,
        now: NOW,
    };
    let mut buf = Buffer::empty(area);
    view::draw(&screen, area, &mut buf);
    text(&buf)
}

fn header(config: &Config, snapshot: &Snapshot, width: u16) -> String {
    let drawn = drawn(config, snapshot, LOOK, (width, 12));
    drawn.lines().next().unwrap_or_default().to_owned()
}

fn values(texts: &[&str]) -> Chosen {
    Chosen::Values(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn titles_and_header_tell_what_was_chosen() {
    let config = config();
    let snapshot = with(all_live(&config), &config, &values(&["us", "eu"]), "it's");
    insta::assert_snapshot!(drawn(&config, &snapshot, LOOK, (120, 12)));
}

#[test]
fn a_narrow_header_drops_variables_early() {
    let config = config();
    let snapshot = with(all_live(&config), &config, &values(&["eu"]), "x");
    let lines = [120, 100, 80, 70, 60, 40].map(|width| {
        let line = header(&config, &snapshot, width);
        format!("{width:>3}: {line}")
    });
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn all_is_a_word_and_a_long_value_is_cut() {
    let config = config();
    let all = with(all_live(&config), &config, &Chosen::All, "");
    let line = header(&config, &all, 120);
    assert!(line.contains("Region All"), "{line}");
    assert!(line.contains("Sales All"), "{line}");
    assert!(line.contains("search none"), "nothing was typed: {line}");
    assert!(!line.contains("EUR") && !line.contains("hidden"), "{line}");
    let long = values(&["a very long name of a region\u{1b}[31m"]);
    let long = with(all_live(&config), &config, &long, "");
    let line = header(&config, &long, 160);
    assert!(line.contains("Region a very long name of…"), "{line}");
    assert!(!line.contains('\u{1b}'), "{line:?}");
}

#[test]
fn a_variable_that_failed_has_a_sign() {
    let config = config();
    let mut snapshot = with(all_failing(&config), &config, &Chosen::All, "");
    let mut states = snapshot.variables.to_vec();
    states[0].health = Health::Failed {
        why: failure(),
        retry_at: NOW,
    };
    snapshot.variables = Arc::from(states);
    let line = header(&config, &snapshot, 140);
    assert!(line.contains("Region ✖ All"), "{line}");
    let ascii = Look {
        depth: Depth::None,
        glyphs: Glyphs::Ascii,
        ..LOOK
    };
    let ascii = drawn(&config, &snapshot, ascii, (140, 12));
    assert!(ascii.contains("Region x All"), "{ascii}");
    assert!(ascii.is_ascii());
    snapshot.links.database = Link::Up;
    let status = drawn(&config, &snapshot, LOOK, (140, 12));
    assert!(
        status.lines().last().unwrap().contains("All, Professional"),
        "{status}"
    );
}

#[test]
fn exported_titles_tell_it_too() {
    let config = config();
    let snapshot = with(all_live(&config), &config, &values(&["us"]), "");
    let document = json(&config, &snapshot, NOW, None).unwrap();
    assert!(document.contains("\"us, Professional\""), "{document}");
    assert!(
        document.contains("\"hidden $unknown in EUR\""),
        "{document}"
    );
}
