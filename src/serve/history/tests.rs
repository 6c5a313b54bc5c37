//! Which numbers of a panel become samples.

use super::*;
use crate::model::kind::PanelKind;
use crate::model::panel_data::Bar;
use crate::model::reduce::Reduction;
use crate::model::series::{Point, Series};

fn data(shape: Shape) -> PanelData {
    PanelData {
        shape: Arc::new(shape),
        health: Health::Live,
        asked_at: Some(Moment(7)),
        ..PanelData::waiting()
    }
}

fn told(items: &[LiveItem]) -> Vec<String> {
    items.iter().map(LiveItem::to_json).collect()
}

fn series(name: &str, values: &[f64]) -> Series {
    let points = values.iter().zip(1..);
    let points = points.map(|(value, at)| Point {
        at: Moment(at),
        value: *value,
    });
    Series {
        name: name.to_owned(),
        points: points.collect(),
    }
}

#[test]
fn a_series_is_reduced_as_the_panel_does_it_and_keeps_its_digits() {
    let panel = Panel {
        reduce: Reduction::Max,
        ..Panel::new("orders", PanelKind::Timeseries)
    };
    let shape = Shape::Series(vec![
        series("eu", &[0.1, 0.3, 0.2]),
        series("gap", &[f64::NAN]),
    ]);
    let items = samples("Shop", &panel, &data(shape));
    let [LiveItem::Sample(one)] = items.as_slice() else {
        panic!("{items:?}");
    };
    assert_eq!(
        (one.metric.as_str(), one.text.as_str(), one.at),
        ("panel:Shop/orders", "0.3", Moment(7))
    );
    assert_eq!(one.labels["series"], "eu");
}

#[test]
fn bars_are_numbers_too_and_infinity_huge_or_tiny_ones_do_no_harm() {
    let bars = [1e300, f64::INFINITY, f64::NAN, -2.5e-9, 3.0].map(|value| Bar {
        label: "x".to_owned(),
        value,
    });
    let panel = Panel::new("p", PanelKind::Bars);
    let items = samples("D", &panel, &data(Shape::Bars(bars.into())));
    let texts: Vec<&str> = items
        .iter()
        .map(|item| match item {
            LiveItem::Sample(sample) => sample.text.as_str(),
            LiveItem::Event(_) => "",
        })
        .collect();
    assert_eq!(texts, ["1e300", "-2.5e-9", "3.0"]);
}

#[test]
fn what_failed_or_was_never_asked_or_is_no_number_is_not_recorded() {
    let panel = Panel::new("p", PanelKind::Stat);
    let good = data(Shape::Series(vec![series("a", &[1.0])]));
    assert_eq!(told(&samples("D", &panel, &good)).len(), 1);
    let failed = PanelData {
        health: Health::Failed {
            why: Arc::new(Failure::new("gone")),
            retry_at: Moment(9),
        },
        ..good.clone()
    };
    let waiting = PanelData {
        asked_at: None,
        ..good
    };
    for none in [failed, waiting, data(Shape::Rows)] {
        assert_eq!(told(&samples("D", &panel, &none)), [""; 0]);
    }
}

#[test]
fn a_thousand_bars_are_cut() {
    let bar = |n: i32| Bar {
        label: n.to_string(),
        value: f64::from(n),
    };
    let panel = Panel::new("p", PanelKind::Bars);
    let many = data(Shape::Bars((0..1000).map(bar).collect()));
    assert_eq!(samples("D", &panel, &many).len(), MOST_NUMBERS);
}
