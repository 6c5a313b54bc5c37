//! What the border of a panel says of its time: how old its data is, and a range of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;

use common::fixtures::{HOUR, MINUTE, NOW, SECOND, failed};
use common::viewer::{ASCII, Viewer};
use kpi_dashboard::model::panel_data::{Health, PanelData};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::rowset::Rowset;
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::view;

/// The panel of this id, which has nothing newer than half an hour.
fn old(id: &str, time: &str) -> (Viewer, usize) {
    let mut viewer = Viewer::new(160, 50);
    let panels = &viewer.config.dashboards[0].panels;
    let at = panels.iter().position(|panel| panel.id == id).unwrap();
    let data = &viewer.snapshot.panels[at];
    let mut columns = data.rows.columns.clone();
    if let Some(column) = columns.iter_mut().find(|column| column.name == "time") {
        column.name = time.into();
    }
    let data = PanelData {
        newest_at: Some(Moment(NOW.0 - 30 * MINUTE)),
        rows: Arc::new(Rowset {
            columns,
            truncated: false,
        }),
        ..PanelData::clone(data)
    };
    viewer.snapshot.panels[at] = data.into();
    (viewer, at)
}

fn range(text: &str) -> RangeSpec {
    RangeSpec::parse(text).unwrap()
}

#[test]
fn data_of_a_range_that_ended_is_not_old() {
    let (mut viewer, at) = old("traffic", "time");
    assert!(
        viewer.picture().contains("data 30m old"),
        "{}",
        viewer.picture()
    );
    viewer.ui.range = Some(range("now-2h to now-30m"));
    assert!(
        !viewer.picture().contains("30m old"),
        "{}",
        viewer.picture()
    );
    viewer.config.dashboards[0].panels[at].range = Some(range("6h"));
    assert!(
        viewer.picture().contains("data 30m old"),
        "its own range ends now"
    );
    viewer.ui.range = None;
    viewer.config.dashboards[0].panels[at].range = Some(range("now-2h to now-30m"));
    assert!(!viewer.picture().contains("30m old"), "its own range ended");
    let mut data = PanelData::clone(&viewer.snapshot.panels[at]);
    data.asked_at = Some(Moment(NOW.0 - HOUR));
    viewer.snapshot.panels[at] = data.into();
    assert!(
        viewer.picture().contains("1h old"),
        "nobody answered for an hour"
    );
}

#[test]
fn a_table_is_as_old_as_its_time_not_as_any_timestamp_in_it() {
    let (viewer, _) = old("latest", "time");
    assert!(
        viewer.picture().contains("data 30m old"),
        "{}",
        viewer.picture()
    );
    let (viewer, _) = old("latest", "seen");
    assert!(
        !viewer.picture().contains("30m old"),
        "{}",
        viewer.picture()
    );
    let (viewer, _) = old("traffic", "bucket");
    assert!(
        viewer.picture().contains("data 30m old"),
        "a chart needs a time"
    );
}

#[test]
fn a_range_of_its_own_stands_in_the_title_where_there_is_room() {
    let (mut viewer, at) = old("traffic", "time");
    let title = viewer.config.dashboards[0].panels[at].title.clone();
    assert!(!viewer.picture().contains("last 24 h"));
    viewer.config.dashboards[0].panels[at].range = Some(range("24h"));
    let whole = format!("{title} · last 24 h ");
    assert!(viewer.picture().contains(&whole), "{}", viewer.picture());
    viewer.look = ASCII;
    let plain = format!("{title} - last 24 h ");
    assert!(viewer.picture().contains(&plain), "{}", viewer.picture());
    let mut seen_without = false;
    for width in 20..160 {
        viewer.screen.width = width;
        let seen = viewer.picture();
        let top = seen.lines().find(|line| line.contains(&title));
        let Some(top) = top else { continue };
        let after = top.split_once(&title).unwrap().1;
        assert!(
            !after.contains("last") || after.starts_with(" - last 24 h "),
            "{width}: {top}"
        );
        assert!(
            !after.contains("last") || after.contains(" old "),
            "first the age: {width}: {top}"
        );
        seen_without |= !after.contains("last") && after.contains(" old ");
    }
    assert!(seen_without, "the range gives way to the age");
}

#[test]
fn when_a_panel_is_asked_again_is_shown_until_then() {
    for is_answered in [true, false] {
        let (mut viewer, at) = old("traffic", "time");
        for (later, is_shown) in [(5 * SECOND, true), (0, true), (-1, false)] {
            let mut data = failed(PanelData::clone(&viewer.snapshot.panels[at]));
            data.asked_at = data.asked_at.filter(|_| is_answered);
            let retry = Moment(NOW.0 + later);
            if let Health::Failed { retry_at, .. } = &mut data.health {
                *retry_at = retry;
            }
            viewer.snapshot.panels[at] = data.into();
            let seen = viewer.picture();
            assert_eq!(seen.contains("next try at"), is_shown, "{later}: {seen}");
            if is_shown {
                // It goes by itself.
                let layout = viewer.layout();
                let change = viewer.on(&layout, view::next_change);
                assert!(change.unwrap() <= retry.plus(1), "{later}: {change:?}");
            }
        }
    }
}

/// The top border of a stat on a screen so wide, when its data is that of a file.
fn border_of_a_file(width: u16, change: impl Fn(&mut PanelData)) -> String {
    let mut viewer = Viewer::new(width, 50);
    let panels = &viewer.config.dashboards[0].panels;
    let at = panels
        .iter()
        .position(|panel| panel.id == "orders")
        .unwrap();
    let mut data = PanelData::clone(&viewer.snapshot.panels[at]);
    change(&mut data);
    viewer.snapshot.panels[at] = data.into();
    let picture = viewer.picture();
    // It has the focus.
    let mut borders = picture.split(['╭', '╮', '\n']);
    let border = borders.find(|part| part.starts_with("─ ▸"));
    border.unwrap_or_else(|| panic!("{picture}")).to_owned()
}

#[test]
fn what_a_file_holds_of_another_time_is_marked_however_narrow_the_panel() {
    let clock = |at: Moment| {
        at.zoned(&jiff::tz::TimeZone::UTC)
            .strftime("%H:%M")
            .to_string()
    };
    let then = Moment(NOW.0 - 40 * MINUTE);
    let (from, to) = (clock(then), clock(NOW));
    let as_of = |data: &mut PanelData| data.as_of = Some(then);
    let held = |data: &mut PanelData| {
        data.held = Some(TimeWindow {
            from: then,
            to: NOW,
        });
    };
    let wide = border_of_a_file(240, as_of);
    assert!(wide.contains(&format!(" as of {from} ")), "{wide}");
    let wide = border_of_a_file(240, held);
    assert!(wide.contains(&format!(" only {from}–{to} ")), "{wide}");
    for width in (80..=240).step_by(5) {
        let border = border_of_a_file(width, as_of);
        assert!(border.contains(&from), "{width}: {border}");
        let border = border_of_a_file(width, held);
        let times = format!("{from}–{to}");
        assert!(
            border.contains(&times) || border.contains(" partly "),
            "{width}: {border}"
        );
    }
    let nothing = |data: &mut PanelData| data.held = Some(TimeWindow { from: NOW, to: NOW });
    let border = border_of_a_file(240, nothing);
    assert!(border.contains(" not recorded "), "{border}");
    // Two days ago, and since.
    let older = |data: &mut PanelData| {
        let from = Moment(NOW.0 - 48 * HOUR);
        data.as_of = Some(from);
    };
    let day = Moment(NOW.0 - 48 * HOUR).zoned(&jiff::tz::TimeZone::UTC);
    let border = border_of_a_file(240, older);
    let words = format!(" as of {} ", day.strftime("%m-%d %H:%M"));
    assert!(border.contains(&words), "{border}");
}
