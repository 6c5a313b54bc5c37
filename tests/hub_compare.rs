//! Earlier windows against SQL that PostgreSQL computes by its own calendar, over changes of clocks.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod database;

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use kpi_dashboard::config::{self, Config, Secret, Variable};
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::hub::{DatabaseLink, Hub, Looking, Sources, Viewer};
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::panel_data::{Health, PanelData, Shape, Snapshot};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::model::variable::Chosen;
use kpi_dashboard::source::postgres::{Database as Pool, feed};
use tokio::sync::mpsc;
use tokio::time::timeout;

thread_local! {
    /// What the hub's clock says; its task runs on the test's own thread.
    static NOW: Cell<Moment> = const { Cell::new(Moment(0)) };
}

fn clock() -> Moment {
    NOW.get()
}

fn set_clock(now: &str) {
    NOW.set(Moment::from_timestamp(now.parse().unwrap()));
}

const PANELS: &str = r#"
refresh = "1h"
areas = "sums lines free"
[dashboard.panel.sums]
kind = "table"
sql = "select sum(value)::int8 as sum, count(*) as rows from ticks where $__timeFilter(ts)"
[dashboard.panel.lines]
kind = "timeseries"
sql = "select ts as time, value from ticks where $__timeFilter(ts) order by ts"
[dashboard.panel.free]
kind = "table"
sql = "select count(*) as rows from ticks"
"#;

/// A tick every ten minutes around the changes of clocks of 2026.
const TICKS: &str = "
    create table ticks as
    select ts, (extract(epoch from ts) / 600)::int8 % 997 as value
    from (select generate_series('2026-03-01T00:00Z'::timestamptz, '2026-04-06T00:00Z', '10 minutes') ts
          union all
          select generate_series('2026-10-15T00:00Z'::timestamptz, '2026-11-10T00:00Z', '10 minutes')) all_of";

fn config(zone: &str, url: String) -> Config {
    let text = format!("[[dashboard]]\nname = \"One\"\ntimezone = \"{zone}\"\n{PANELS}");
    Config {
        database: config::Database {
            url: Some(Secret(url)),
            schema: "public".into(),
            ..config::Database::default()
        },
        ..database::config(&text)
    }
}

fn hub(config: &Arc<Config>) -> Hub {
    let pool = Pool::connect(&config.database).unwrap();
    let (requests, inbox) = mpsc::channel(8);
    let (outbox, updates) = mpsc::channel(8);
    feed::spawn(pool, inbox, outbox);
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        ..Sources::default()
    };
    Hub::spawn(Arc::clone(config), sources, clock)
}

fn looking(range: &RangeSpec, compare: Compare) -> Looking {
    Looking {
        range: Some(range.clone()),
        compare,
        ..database::at(0, &[0, 1, 2])
    }
}

async fn seen(viewer: &mut Viewer, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let seen = viewer
        .snapshots
        .wait_for(|snapshot| snapshot.is_settled && wanted(snapshot));
    let seen = timeout(Duration::from_secs(60), seen).await;
    Arc::clone(&seen.expect("an answer within a minute").unwrap())
}

/// PostgreSQL's own idea of the earlier window: since, till (microseconds), the sum and the number of ticks.
fn computed(
    postgres: &Postgres,
    zone: &str,
    now: &str,
    (range, only): (&str, &str),
    compare: Compare,
) -> [i64; 4] {
    let local_days_back = |at: &str, days: u32| {
        format!("((({at}) at time zone '{zone}') - interval '{days} days') at time zone '{zone}'")
    };
    let till = format!("'{now}'::timestamptz");
    let since = match range {
        "6h" => format!("{till} - interval '6 hours'"),
        "1d" => local_days_back(&till, 1),
        "2d" => local_days_back(&till, 2),
        other => panic!("{other}"),
    };
    let (earlier_since, earlier_till) = match compare {
        Compare::PreviousPeriod => (format!("{since} - ({till} - ({since}))"), since.clone()),
        Compare::Yesterday => (local_days_back(&since, 1), local_days_back(&till, 1)),
        Compare::LastWeek => (local_days_back(&since, 7), local_days_back(&till, 7)),
        Compare::Off => (since.clone(), till.clone()),
    };
    let mut sql = String::new();
    write!(
        sql,
        "with w as (select {earlier_since} as since, {earlier_till} as till)
         select (extract(epoch from since) * 1000000)::int8,
                (extract(epoch from till) * 1000000)::int8, sum(value), count(*)
         from w, ticks where ts >= since and ts <= till and {only} group by since, till"
    )
    .unwrap();
    let row = postgres.psql("postgres", &sql).unwrap();
    let numbers: Vec<i64> = row
        .trim()
        .split('|')
        .map(|number| number.parse().unwrap_or_else(|_| panic!("{row:?}")))
        .collect();
    numbers.try_into().unwrap()
}

fn check(ghost: &PanelData, lines: &PanelData, wanted: [i64; 4], what: &str) {
    let [since, till, sum, rows] = wanted;
    for data in [ghost, lines] {
        assert_eq!(data.health, Health::Live, "{what}");
        assert_eq!(
            (data.window.from.0, data.window.to.0),
            (since, till),
            "{what}"
        );
    }
    let values: Vec<&Value> = ghost
        .rows
        .columns
        .iter()
        .map(|one| &one.values[0])
        .collect();
    assert_eq!(values, [&Value::Int(sum), &Value::Int(rows)], "{what}");
    let Shape::Series(series) = lines.shape.as_ref() else {
        panic!("{what}");
    };
    let points = &series[0].points;
    let total: f64 = points.iter().map(|point| point.value).sum();
    assert_eq!((total as i64, points.len() as i64), (sum, rows), "{what}");
    assert!(
        points
            .iter()
            .all(|point| (since..=till).contains(&point.at.0)),
        "{what}"
    );
}

/// Noon of the day of the change, a time right after it, and noon of the day after.
const CASES: [(&str, [&str; 3]); 4] = [
    (
        "Europe/Berlin",
        [
            "2026-10-25T11:00:00Z",
            "2026-10-25T03:30:00Z",
            "2026-10-26T11:00:00Z",
        ],
    ),
    (
        "America/New_York",
        [
            "2026-11-01T17:00:00Z",
            "2026-11-01T09:30:00Z",
            "2026-11-02T17:00:00Z",
        ],
    ),
    (
        "Europe/Berlin",
        [
            "2026-03-29T10:00:00Z",
            "2026-03-29T02:30:00Z",
            "2026-03-30T10:00:00Z",
        ],
    ),
    (
        "America/New_York",
        [
            "2026-03-08T16:00:00Z",
            "2026-03-08T08:30:00Z",
            "2026-03-09T16:00:00Z",
        ],
    ),
];

#[tokio::test]
async fn ghosts_are_what_postgresql_finds_by_its_own_calendar() {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    postgres.psql("postgres", TICKS).unwrap();
    for (zone, times) in CASES {
        for now in times {
            set_clock(now);
            let config = Arc::new(config(zone, postgres.url("postgres")));
            let hub = hub(&config);
            let zone_rules = &config.dashboards[0].time_zone;
            let mut viewer = hub.open(Looking::default()).await.unwrap();
            for text in ["6h", "1d", "2d"] {
                let range = RangeSpec::parse(text).unwrap();
                let window = range.resolve(clock(), zone_rules);
                for compare in Compare::ALL {
                    viewer.look(looking(&range, compare)).await.unwrap();
                    let snapshot = seen(&mut viewer, |snapshot| {
                        snapshot.compare == compare
                            && snapshot
                                .panels
                                .iter()
                                .take(2)
                                .all(|data| data.window == window)
                    })
                    .await;
                    let what = format!("{zone} {now} {text} {compare:?}");
                    let wanted = computed(&postgres, zone, now, (text, "true"), compare);
                    if compare == Compare::Off {
                        assert!(snapshot.ghosts.is_empty(), "{what}");
                        check(&snapshot.panels[0], &snapshot.panels[1], wanted, &what);
                        continue;
                    }
                    let ghost = |panel: usize| snapshot.ghosts[panel].as_ref().unwrap();
                    check(ghost(0), ghost(1), wanted, &what);
                    assert!(snapshot.ghosts[2].is_none(), "{what}: it knows no time");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_point_of_yesterday_lies_at_the_same_time_on_todays_wall() {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    postgres.psql("postgres", TICKS).unwrap();
    for (zone, [_, _, day_after]) in CASES {
        set_clock(day_after);
        let config = Arc::new(config(zone, postgres.url("postgres")));
        let hub = hub(&config);
        let zone_rules = &config.dashboards[0].time_zone;
        let range = RangeSpec::parse("6h").unwrap();
        let mut viewer = hub.open(looking(&range, Compare::Yesterday)).await.unwrap();
        let snapshot = seen(&mut viewer, |snapshot| snapshot.compare != Compare::Off).await;
        let ghost = snapshot.ghosts[1].as_ref().unwrap();
        let Shape::Series(series) = ghost.shape.as_ref() else {
            panic!("{ghost:?}");
        };
        let today = snapshot.panels[1].window;
        for point in &series[0].points {
            let moved = Compare::Yesterday.onto(point.at, today, zone_rules);
            let wall = |at: Moment| at.zoned(zone_rules).strftime("%H:%M:%S").to_string();
            assert_eq!(wall(moved), wall(point.at), "{zone}");
            assert!((today.from..=today.to).contains(&moved), "{zone}");
        }
        assert_eq!(series[0].points.len(), 37, "six hours and both ends");
    }
}

#[tokio::test]
async fn variables_hold_for_the_earlier_window_too() {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    postgres.psql("postgres", TICKS).unwrap();
    for (zone, [_, after, _]) in CASES {
        set_clock(after);
        let mut config = config(zone, postgres.url("postgres"));
        let dashboard = &mut config.dashboards[0];
        let parts = "select distinct (value % 3)::text from ticks order by 1";
        dashboard.variables = vec![Variable {
            is_multi: true,
            ..database::variable("part", parts)
        }];
        for panel in &mut dashboard.panels[..2] {
            let sql = panel.sql.as_mut().unwrap();
            *sql = sql.replace(
                "$__timeFilter(ts)",
                "$__timeFilter(ts) and (value % 3)::text in ($part)",
            );
        }
        let config = Arc::new(config);
        let hub = hub(&config);
        let range = RangeSpec::parse("1d").unwrap();
        let chosen = Chosen::Values(vec!["0".into(), "2".into()]);
        for compare in [Compare::Yesterday, Compare::LastWeek] {
            let looking = Looking {
                variables: [("part".to_owned(), chosen.clone())].into(),
                ..looking(&range, compare)
            };
            let mut viewer = hub.open(looking).await.unwrap();
            let snapshot = seen(&mut viewer, |snapshot| snapshot.compare == compare).await;
            let what = format!("{zone} {compare:?}");
            let only = ("1d", "value % 3 in (0, 2)");
            let today = computed(&postgres, zone, after, only, Compare::Off);
            check(&snapshot.panels[0], &snapshot.panels[1], today, &what);
            let wanted = computed(&postgres, zone, after, only, compare);
            let ghost = |panel: usize| snapshot.ghosts[panel].as_ref().unwrap();
            check(ghost(0), ghost(1), wanted, &what);
        }
    }
}

const ONE: &str = r#"
[[dashboard]]
name = "One"
refresh = "5s"
timezone = "UTC"
[dashboard.panel.a]
kind = "stat"
sql = "select $__timeFrom()"
"#;

fn compared(range: &str) -> Looking {
    Looking {
        range: Some(RangeSpec::parse(range).unwrap()),
        compare: Compare::Yesterday,
        ..database::at(0, &[0])
    }
}

#[tokio::test(start_paused = true)]
async fn a_ghost_is_asked_once_for_all_viewers_and_as_often_as_its_panel() {
    let (hub, mut asked) = database::Database::with_hub(database::config(ONE));
    let _one = hub.open(compared("1h")).await.unwrap();
    let _two = hub.open(compared("1h")).await.unwrap();
    for _ in 0..3 {
        let both = asked.asked_all(2).await;
        asked.asked_nothing_for(Duration::from_millis(10)).await;
        for request in both.values() {
            asked.number(request, 1).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_past_of_a_fixed_range_is_asked_once_a_minute() {
    let (hub, mut asked) = database::Database::with_hub(database::config(ONE));
    let _viewer = hub
        .open(compared("2026-01-05 to 2026-01-06"))
        .await
        .unwrap();
    let mut ghosts = Vec::new();
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(175) {
        let request = asked.asked().await;
        asked.number(&request, 1).await;
        if request.sql.contains("2026-01-04") {
            ghosts.push(begun.elapsed().as_secs());
        } else {
            assert!(request.sql.contains("2026-01-05"), "{}", request.sql);
        }
    }
    assert_eq!(ghosts.len(), 3, "{ghosts:?}");
}
