//! What lies over a chart: the cross-hair, a part being marked, an earlier time, events.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod fixtures;

use std::fmt::Write as _;

use fixtures::{ASCII, HOUR, LOOKS, NOW, SECOND, UNICODE, data, drawn, panel, text, view, wave};
use jiff::tz::TimeZone;
use kpi_dashboard::config::{ChartStyle, Panel, Stacking};
use kpi_dashboard::model::annotation::Annotation;
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Bar, PanelData, Shape};
use kpi_dashboard::model::reduce::Reduction;
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::time::{HOUR as AN_HOUR, MINUTE, TimeWindow};
use kpi_dashboard::ui::Look;
use kpi_dashboard::view::panel::{self as view_panel, PanelView};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

const SIZES: [(u16, u16); 2] = [(76, 14), (40, 9)];

fn lines() -> Panel {
    panel(PanelKind::Timeseries, "Requests", "short")
}

fn two() -> PanelData {
    let mut series = vec![
        wave("web", 50.0, 20.0, 0.0, 60),
        wave("api", 90.0, 30.0, 0.3, 60),
    ];
    for point in &mut series[0].points[30..36] {
        point.value = f64::NAN;
    }
    PanelData {
        interval: 60 * SECOND,
        ..data(Shape::Series(series))
    }
}

fn one() -> PanelData {
    PanelData {
        interval: 60 * SECOND,
        ..data(Shape::Series(vec![wave("web", 50.0, 20.0, 0.0, 60)]))
    }
}

/// The same series an hour earlier, a fifth lower.
fn earlier(data: &PanelData) -> PanelData {
    let Shape::Series(series) = data.shape.as_ref() else {
        panic!("no series");
    };
    let series = series
        .iter()
        .map(|one| Series {
            name: one.name.clone(),
            points: one
                .points
                .iter()
                .map(|point| Point {
                    at: point.at.plus(-AN_HOUR),
                    value: point.value * 0.8,
                })
                .collect(),
        })
        .collect();
    PanelData {
        window: TimeWindow {
            from: HOUR.from.plus(-AN_HOUR),
            to: HOUR.from,
        },
        ..fixtures::data(Shape::Series(series))
    }
}

fn everywhere(panel: &Panel, data: &PanelData, with: impl Fn(&mut PanelView<'_>)) -> String {
    let zone = TimeZone::UTC;
    let mut out = String::new();
    for look in LOOKS {
        for size in SIZES {
            let mut view = view(look, &zone);
            with(&mut view);
            let seen = text(&drawn(panel, data, &view, size));
            writeln!(out, "{:?} {}x{}\n{seen}", look.glyphs, size.0, size.1).unwrap();
        }
    }
    out
}

/// The row of a time axis' labels, with those cells that are reversed.
fn reversed(buf: &Buffer) -> usize {
    let cells = buf.content.iter();
    cells
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
        .count()
}

#[test]
fn the_cross_hair_says_what_each_series_was() {
    let hair = |minute: i64| {
        move |view: &mut PanelView<'_>| {
            view.cross_hair = Some(HOUR.from.plus(minute * MINUTE));
        }
    };
    insta::assert_snapshot!("cross_hair", everywhere(&lines(), &two(), hair(20)));
    insta::assert_snapshot!(
        "cross_hair_in_a_gap",
        everywhere(&lines(), &two(), hair(33))
    );
    insta::assert_snapshot!("cross_hair_alone", everywhere(&lines(), &one(), hair(50)));
    let mut area = lines();
    area.chart.style = ChartStyle::Area;
    insta::assert_snapshot!("cross_hair_on_an_area", everywhere(&area, &one(), hair(5)));
}

#[test]
fn the_value_at_the_cross_hair_is_the_samples() {
    let zone = TimeZone::UTC;
    let data = two();
    let Shape::Series(series) = data.shape.as_ref() else {
        panic!("no series");
    };
    for index in [3, 17, 29, 45, 58] {
        let point = series[1].points[index];
        let mut view = view(UNICODE, &zone);
        // A little off: the nearest sample counts.
        view.cross_hair = Some(point.at.plus(20 * SECOND));
        let seen = text(&drawn(&lines(), &data, &view, (76, 14)));
        let legend = seen.lines().rev().nth(1).unwrap();
        let expected = lines().unit.write_in(point.value, None, &zone).to_string();
        assert!(
            legend.contains(&format!("api {expected}")),
            "{expected}:\n{seen}"
        );
    }
    // Outside of the axis there is none.
    let mut view = view(UNICODE, &zone);
    view.cross_hair = Some(HOUR.from.plus(-AN_HOUR));
    let without = PanelView {
        cross_hair: None,
        ..view
    };
    let both = [view, without].map(|view| drawn(&lines(), &data, &view, (76, 14)));
    assert_eq!(both[0], both[1]);
}

#[test]
fn the_box_never_covers_the_line() {
    let zone = TimeZone::UTC;
    let notes = [note(
        0,
        None,
        "a text that is much longer than the chart is wide",
        None,
    )];
    for width in 24..80 {
        for minute in 0..60 {
            let at = HOUR.from.plus(minute * MINUTE);
            let here = Annotation {
                at,
                ..notes[0].clone()
            };
            let here = [here];
            let mut view = view(UNICODE, &zone);
            view.cross_hair = Some(at);
            view.annotations = &here;
            let area = Rect::new(0, 0, width, 12);
            let mut buf = Buffer::empty(area);
            let axis = view_panel::draw(&lines(), &one(), &view, area, &mut buf).unwrap();
            let (plot, window) = (axis.area, axis.window);
            let into = at.since(window.from) * i64::from(plot.width) / window.span();
            let x = plot.x + u16::try_from(into).unwrap();
            for y in plot.top()..plot.bottom() {
                let symbol = buf[(x, y)].symbol().chars().next().unwrap();
                let is_data = ('\u{2801}'..='\u{28ff}').contains(&symbol);
                assert!(
                    symbol == '│' || is_data,
                    "{width} wide, minute {minute}:\n{}",
                    text(&buf)
                );
            }
        }
    }
}

#[test]
fn every_kind_with_a_time_axis_has_cross_hair_marks_and_events() {
    let zone = TimeZone::UTC;
    let mut with_axis = Vec::new();
    for (panel, data) in fixtures::kinds() {
        let instant = HOUR.from.plus(30 * MINUTE);
        let notes = [note(12, None, "deployed", None)];
        let mut view = view(UNICODE, &zone);
        let area = Rect::new(0, 0, 90, 16);
        let mut before = Buffer::empty(area);
        if view_panel::draw(&panel, &data, &view, area, &mut before).is_none() {
            continue;
        }
        with_axis.push(panel.kind);
        view.cross_hair = Some(instant);
        view.annotations = &notes;
        view.marked = Some((HOUR.from.plus(40 * MINUTE), HOUR.from.plus(50 * MINUTE)));
        let after = drawn(&panel, &data, &view, (90, 16));
        let seen = text(&after);
        assert!(seen.contains(" 13:33"), "{:?}:\n{seen}", panel.kind);
        assert!(
            seen.contains('▲') && seen.contains('├'),
            "{:?}:\n{seen}",
            panel.kind
        );
        assert!(
            reversed(&after) > reversed(&before) + 20,
            "{:?}",
            panel.kind
        );
    }
    for kind in [
        PanelKind::Timeseries,
        PanelKind::Heatmap,
        PanelKind::StateTimeline,
        PanelKind::StatusHistory,
        PanelKind::Candlestick,
    ] {
        assert!(with_axis.contains(&kind), "{kind:?}");
    }
}

#[test]
fn a_spark_line_has_the_cross_hair_too() {
    let zone = TimeZone::UTC;
    let stat = panel(PanelKind::Stat, "Orders", "short");
    let mut view = view(UNICODE, &zone);
    let before = drawn(&stat, &one(), &view, (40, 9));
    view.cross_hair = Some(HOUR.from.plus(30 * MINUTE));
    let after = drawn(&stat, &one(), &view, (40, 9));
    assert_eq!(reversed(&before), 0);
    assert!(reversed(&after) >= 1);
}

#[test]
fn a_part_being_marked_is_reversed_between_its_ends() {
    let zone = TimeZone::UTC;
    let (from, to) = (HOUR.from.plus(15 * MINUTE), HOUR.from.plus(40 * MINUTE));
    let marked = |view: &mut PanelView<'_>| view.marked = Some((to, from));
    insta::assert_snapshot!("marked", everywhere(&lines(), &one(), marked));
    let mut one_way = view(UNICODE, &zone);
    one_way.marked = Some((from, to));
    let other_way = PanelView {
        marked: Some((to, from)),
        ..one_way
    };
    let seen = [one_way, other_way].map(|view| drawn(&lines(), &one(), &view, (76, 14)));
    assert_eq!(seen[0], seen[1], "it does not matter where it began");
    assert!(reversed(&seen[0]) > 200);
}

#[test]
fn an_earlier_time_is_dashed_and_said_what_it_is() {
    let (now, ghost) = (two(), earlier(&two()));
    let compared = |view: &mut PanelView<'_>| view.compare = Compare::PreviousPeriod;
    let zone = TimeZone::UTC;
    let everywhere = |panel: &Panel, now: &PanelData, ghost: &PanelData, full: bool, hair: bool| {
        let mut out = String::new();
        for look in LOOKS {
            for size in [(90, 16), (44, 10)] {
                let mut view = view(look, &zone);
                compared(&mut view);
                view.ghost = Some(ghost);
                view.full_screen = full;
                view.cross_hair = hair.then_some(HOUR.from.plus(20 * MINUTE));
                out += &text(&drawn(panel, now, &view, size));
            }
        }
        out
    };
    insta::assert_snapshot!("ghost", everywhere(&lines(), &now, &ghost, false, false));
    insta::assert_snapshot!(
        "ghost_full_screen",
        everywhere(&lines(), &now, &ghost, true, false)
    );
    insta::assert_snapshot!(
        "ghost_cross_hair",
        everywhere(&lines(), &now, &ghost, false, true)
    );
    insta::assert_snapshot!(
        "ghost_alone",
        everywhere(&lines(), &one(), &earlier(&one()), false, false)
    );
    let mut bars = lines();
    bars.chart.style = ChartStyle::Bars;
    let (now, ghost) = (sparse(&one()), sparse(&earlier(&one())));
    insta::assert_snapshot!("ghost_bars", everywhere(&bars, &now, &ghost, false, false));
    let mut stacked = lines();
    stacked.chart.style = ChartStyle::Area;
    stacked.chart.stack = Stacking::Values;
    insta::assert_snapshot!(
        "ghost_stacked",
        everywhere(&stacked, &two(), &earlier(&two()), false, false)
    );
}

/// Every fifth point.
fn sparse(data: &PanelData) -> PanelData {
    let Shape::Series(series) = data.shape.as_ref() else {
        panic!("no series");
    };
    let mut series = series.clone();
    for one in &mut series {
        one.points = one.points.iter().copied().step_by(5).collect();
    }
    PanelData {
        shape: std::sync::Arc::new(Shape::Series(series)),
        interval: 300 * SECOND,
        ..data.clone()
    }
}

#[test]
fn the_axis_covers_both_times() {
    let zone = TimeZone::UTC;
    let (now, mut ghost) = (one(), earlier(&one()));
    let Shape::Series(mut series) = ghost.shape.as_ref().clone() else {
        panic!("no series");
    };
    for point in &mut series[0].points {
        point.value *= 50.0;
    }
    ghost.shape = std::sync::Arc::new(Shape::Series(series));
    let mut view = view(UNICODE, &zone);
    // The highest mark need not stand at the top.
    let top = |view: &PanelView<'_>| {
        let seen = text(&drawn(&lines(), &now, view, (76, 14)));
        seen.lines().take(5).collect::<Vec<_>>().join("\n")
    };
    assert!(!top(&view).contains(" K "), "{}", top(&view));
    view.ghost = Some(&ghost);
    view.compare = Compare::PreviousPeriod;
    assert!(top(&view).contains(" K "), "{}", top(&view));
}

#[test]
fn a_stat_on_the_whole_screen_says_what_its_change_is_against() {
    let zone = TimeZone::UTC;
    let stat = panel(PanelKind::Stat, "Orders", "short");
    let mut view = view(UNICODE, &zone);
    let small = text(&drawn(&stat, &one(), &view, (90, 20)));
    assert!(!small.contains("since"), "{small}");
    view.full_screen = true;
    let whole = text(&drawn(&stat, &one(), &view, (90, 20)));
    assert!(whole.contains(" since the range began "), "{whole}");
    let own = small.split_once(['↑', '↓']).map(|(_, words)| &words[..4]);
    assert!(own.is_some_and(|words| words.starts_with(' ')), "{small}");
    view.compare = Compare::Yesterday;
    let before = earlier(&one());
    view.ghost = Some(&before);
    let compared = text(&drawn(&stat, &one(), &view, (90, 20)));
    assert!(
        compared.contains(" vs yesterday ") && !compared.contains("since"),
        "{compared}"
    );
    assert!(compared.contains(['↑', '↓']), "{compared}");
}

#[test]
fn numbers_say_how_they_changed() {
    let zone = TimeZone::UTC;
    let mut out = String::new();
    let bar = |label: &str, value| Bar {
        label: label.to_owned(),
        value,
    };
    let bars = |values: [(&str, f64); 4]| {
        data(Shape::Bars(
            values.map(|(label, value)| bar(label, value)).to_vec(),
        ))
    };
    let now = bars([
        ("Europe", 48.0),
        ("Asia", 55.0),
        ("Africa", 4.0),
        ("Mars", 2.0),
    ]);
    let before = bars([
        ("Europe", 40.0),
        ("Asia", 60.0),
        ("Africa", 0.0),
        ("Venus", 2.0),
    ]);
    let load = |values: [f64; 3]| {
        let series = ["db-1", "db-2", "replica"]
            .into_iter()
            .zip(values)
            .map(|(name, value)| Series {
                name: name.to_owned(),
                points: vec![Point {
                    at: NOW.plus(-1),
                    value,
                }],
            });
        data(Shape::Series(series.collect()))
    };
    for (kind, now, before) in [
        (PanelKind::Stat, one(), earlier(&one())),
        (PanelKind::Gauge, one(), earlier(&one())),
        (
            PanelKind::Stat,
            load([30.0, 50.0, 80.0]),
            load([20.0, 50.0, f64::NAN]),
        ),
        (
            PanelKind::Gauge,
            load([30.0, 50.0, 80.0]),
            load([20.0, 60.0, 0.0]),
        ),
        (PanelKind::Bars, now, before),
    ] {
        let mut panel = panel(kind, "Load", "percent");
        panel.reduce = Reduction::Mean;
        for look in [LOOKS[0], LOOKS[2]] {
            for size in [(60, 9), (30, 5)] {
                let mut view = view(look, &zone);
                view.compare = Compare::Yesterday;
                view.ghost = Some(&before);
                out += &text(&drawn(&panel, &now, &view, size));
            }
        }
    }
    insta::assert_snapshot!(out);
}

fn note(minute: i64, minutes: Option<i64>, text: &str, color: Option<Color>) -> Annotation {
    let at = HOUR.from.plus(minute * MINUTE);
    Annotation {
        at,
        until: minutes.map(|minutes| at.plus(minutes * MINUTE)),
        text: text.to_owned(),
        color,
    }
}

#[test]
fn events_are_marked_counted_and_told() {
    let mut notes = vec![
        note(10, None, "deployed 1.4", Some(Color::Blue)),
        note(30, Some(12), "maintenance", Some(Color::Orange)),
    ];
    notes.extend((0..3).map(|index| note(50, None, &format!("alert {index}"), Some(Color::Red))));
    let plain = |view: &mut PanelView<'_>| view.cross_hair = None;
    let zone = TimeZone::UTC;
    let draw = |minute: Option<i64>| {
        let mut out = String::new();
        for look in LOOKS {
            for size in SIZES {
                let mut view = view(look, &zone);
                plain(&mut view);
                view.annotations = &notes;
                view.cross_hair = minute.map(|minute| HOUR.from.plus(minute * MINUTE));
                out += &text(&drawn(&lines(), &two(), &view, size));
            }
        }
        out
    };
    insta::assert_snapshot!("events", draw(None));
    insta::assert_snapshot!("events_under_the_cross_hair", draw(Some(50)));
    insta::assert_snapshot!("events_while_one_lasts", draw(Some(36)));
}

#[test]
fn a_count_of_events_stands_beside_their_mark_where_there_is_room() {
    let zone = TimeZone::UTC;
    let axis = |look: Look, events: &[(i64, usize)]| {
        let notes: Vec<Annotation> = events
            .iter()
            .flat_map(|(minute, count)| (0..*count).map(|_| note(*minute, None, "alert", None)))
            .collect();
        let mut view = view(look, &zone);
        view.annotations = &notes;
        let mut buf = Buffer::empty(Rect::new(0, 0, 76, 14));
        let area = buf.area;
        let place = view_panel::draw(&lines(), &two(), &view, area, &mut buf).unwrap();
        let seen = text(&buf);
        let below = usize::from(place.area.bottom());
        seen.lines().nth(below).unwrap().to_owned()
    };
    for (look, several, many) in [(UNICODE, "▲3", "▲12"), (ASCII, "^3", "^12")] {
        let seen = axis(look, &[(20, 1), (49, 3)]);
        assert!(seen.contains(several), "{seen}");
        assert!(!axis(look, &[(49, 1)]).contains(several));
        let seen = axis(look, &[(49, 12)]);
        assert!(seen.contains(many), "{seen}");
    }
    // A cell is not quite a minute.
    let crowded = axis(UNICODE, &[(49, 3), (50, 1)]);
    assert!(crowded.contains("3▲"), "{crowded}");
    let at_the_end = axis(UNICODE, &[(59, 12)]);
    assert!(
        at_the_end.contains('+') || at_the_end.contains("▲12"),
        "{at_the_end}"
    );
}

#[test]
fn events_out_of_sight_leave_no_mark() {
    let zone = TimeZone::UTC;
    let notes = [
        note(-90, None, "long ago", None),
        note(-90, Some(10), "over", None),
        note(90, None, "later", None),
    ];
    let mut view = view(UNICODE, &zone);
    let before = drawn(&lines(), &two(), &view, (76, 14));
    view.annotations = &notes;
    assert_eq!(drawn(&lines(), &two(), &view, (76, 14)), before);
}
