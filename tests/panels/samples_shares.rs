//! One live panel of each kind that shares, measures, places or trades.

use kpi_dashboard::config::Panel;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Bar, Candle, PanelData, Shape, Site};
use kpi_dashboard::model::time::Moment;

use super::{HOUR, SECOND, data, panel, rising};

/// All of them.
pub fn kinds() -> [(Panel, PanelData); 4] {
    [pie(), bar_gauge(), map(), candlestick()]
}

fn bars(bars: &[(&str, f64)]) -> Shape {
    let bar = |(label, value): &(&str, f64)| Bar {
        label: (*label).to_owned(),
        value: *value,
    };
    Shape::Bars(bars.iter().map(bar).collect())
}

pub fn pie() -> (Panel, PanelData) {
    let shares = [
        ("Card", 48_230.0),
        ("PayPal", 31_980.5),
        ("Invoice", 12_120.0),
        ("Apple Pay", 9_400.0),
        ("Gift card", 2_100.0),
        ("Chargebacks", -640.0),
    ];
    let panel = panel(PanelKind::Pie, "Payments", "currencyEUR");
    (panel, data(bars(&shares)))
}

pub fn bar_gauge() -> (Panel, PanelData) {
    let mut panel = panel(PanelKind::BarGauge, "Disks", "percent");
    panel.thresholds = rising(60.0, 85.0);
    let disks = [
        ("db-1", 42.5),
        ("db-2", 71.0),
        ("backup", 93.4),
        ("cache", f64::NAN),
    ];
    (panel, data(bars(&disks)))
}

pub fn map() -> (Panel, PanelData) {
    let mut panel = panel(PanelKind::Map, "Data centres", "ms");
    panel.thresholds = rising(120.0, 250.0);
    let site = |(name, latitude, longitude, value): (&str, f64, f64, f64)| Site {
        name: name.to_owned(),
        latitude,
        longitude,
        value,
    };
    let sites = [
        ("Frankfurt", 50.11, 8.68, 24.0),
        ("Amsterdam", 52.37, 4.90, 31.0),
        ("Virginia", 38.95, -77.45, 88.0),
        ("Oregon", 45.84, -119.7, 130.0),
        ("São Paulo", -23.55, -46.63, 310.0),
        ("Singapore", 1.35, 103.82, 190.0),
        ("Sydney", -33.87, 151.21, 265.0),
        ("東京", 35.68, 139.69, f64::NAN),
    ];
    (panel, data(Shape::Sites(sites.map(site).to_vec())))
}

pub fn candlestick() -> (Panel, PanelData) {
    let panel = panel(PanelKind::Candlestick, "EUR/USD", "none");
    let mut open = 1.08;
    let candles = (0..24_u32)
        .map(|index| {
            let step = f64::from((index * 7_919 + 3) % 17) / 17.0 - 0.47;
            let close: f64 = open + 0.004 * step + 0.001 * (f64::from(index) / 4.0).sin();
            let reach = 0.0004 + 0.0011 * f64::from((index * 31) % 7) / 7.0;
            let candle = Candle {
                at: Moment(HOUR.from.0 + i64::from(index) * 150 * SECOND),
                open,
                high: open.max(close) + reach,
                low: open.min(close) - reach * 0.7,
                close,
                volume: 900.0 + 4_000.0 * step.abs(),
            };
            open = close;
            candle
        })
        .collect();
    (panel, data(Shape::Candles(candles)))
}
