//! The hub resolves variables: in their order, once for all viewers, and asks what uses them and no more.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod database;

use std::time::Duration;

use database::{Database, at, config, until, variable};
use kpi_dashboard::config::{Config, VariableKind};
use kpi_dashboard::hub::{Hub, Looking};
use kpi_dashboard::model::panel_data::{Health, Snapshot};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::variable::{Chosen, Selection};

const DASHBOARD: &str = r#"
[[dashboard]]
name = "One"
range = "1h"
refresh = "1h"
areas = "shops free"
[dashboard.panel.shops]
kind = "table"
sql = "select * from sales where shop = $shop"
[dashboard.panel.free]
kind = "table"
sql = "select 'free'"
"#;

/// Regions, and the shops of a region.
fn with_variables(edit: impl FnOnce(&mut Config)) -> (Hub, Database) {
    let mut config = config(DASHBOARD);
    // The dependent is written first: the order is the hub's business.
    config.dashboards[0].variables = vec![
        variable("shop", "select shop from shops where region = $region"),
        variable("region", "select region from regions"),
    ];
    edit(&mut config);
    Database::with_hub(config)
}

fn chosen(pairs: &[(&str, &str)]) -> Selection {
    let pair = |(name, value): &(&str, &str)| {
        let value = Chosen::Values(vec![(*value).to_owned()]);
        ((*name).to_owned(), value)
    };
    pairs.iter().map(pair).collect()
}

fn choosing(pairs: &[(&str, &str)]) -> Looking {
    Looking {
        variables: chosen(pairs),
        ..at(0, &[0, 1])
    }
}

fn value(snapshot: &Snapshot, index: usize) -> Vec<String> {
    let chosen = &snapshot.variables[index].value.chosen;
    chosen.iter().map(|choice| choice.value.clone()).collect()
}

const REGIONS: &str = "select region from regions";
const FREE: &str = "select 'free'";

fn shops(region: &str) -> String {
    format!("select shop from shops where region = '{region}'")
}

fn sales(shop: &str) -> String {
    format!("select * from sales where shop = '{shop}'")
}

/// Up to where the default's panel is asked.
async fn started(database: &mut Database) {
    let asked = database.asked_all(2).await;
    database.answer(&asked[FREE], &["free"]).await;
    database.answer(&asked[REGIONS], &["eu", "us"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, shops("eu"));
    database.answer(&request, &["Bern", "Rome"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_is_asked_when_its_parent_is_known_and_a_panel_when_its_values_are() {
    let (hub, mut database) = with_variables(|_| {});
    let mut viewer = hub.open(choosing(&[])).await.unwrap();
    let asked = database.asked_all(2).await;
    assert!(asked.contains_key(REGIONS) && asked.contains_key(FREE));
    database.asked_nothing_for(Duration::from_secs(1)).await;
    let snapshot = viewer.snapshot();
    assert_eq!(snapshot.panels[0].health, Health::Waiting);
    assert_eq!(snapshot.variables[1].health, Health::Waiting);
    assert!(!snapshot.is_settled);
    database.answer(&asked[FREE], &["free"]).await;
    database.answer(&asked[REGIONS], &["eu", "us"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, shops("eu"), "the first region is the default");
    database.answer(&request, &["Bern", "Rome"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, sales("Bern"));
    database.answer(&request, &["10"]).await;
    let snapshot = until(&mut viewer, |snapshot| snapshot.is_settled).await;
    assert_eq!(value(&snapshot, 0), ["Bern"]);
    assert_eq!(value(&snapshot, 1), ["eu"]);
    let listed: Vec<&str> = snapshot.variables[0]
        .choices
        .iter()
        .map(|choice| choice.text.as_str())
        .collect();
    assert_eq!(listed, ["Bern", "Rome"]);
    assert_eq!(snapshot.panels[0].health, Health::Live);
}

#[tokio::test(start_paused = true)]
async fn another_value_asks_only_what_uses_it() {
    let (hub, mut database) = with_variables(|_| {});
    let viewer = hub.open(choosing(&[])).await.unwrap();
    started(&mut database).await;
    let request = database.asked().await;
    assert_eq!(request.sql, sales("Bern"));
    database.answer(&request, &["10"]).await;
    viewer.look(choosing(&[("shop", "Rome")])).await.unwrap();
    let request = database.asked().await;
    assert_eq!(request.sql, sales("Rome"));
    database.answer(&request, &["20"]).await;
    database.asked_nothing_for(Duration::from_secs(20)).await;
    // Another region: its shops first, and the first of them steps in for one it does not have.
    viewer
        .look(choosing(&[("shop", "Rome"), ("region", "us")]))
        .await
        .unwrap();
    let request = database.asked().await;
    assert_eq!(request.sql, shops("us"));
    database.asked_nothing_for(Duration::from_secs(1)).await;
    database.answer(&request, &["Ohio"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, sales("Ohio"));
    database.answer(&request, &["30"]).await;
    // Back: the answer is an hour fresh.
    viewer.look(choosing(&[("shop", "Rome")])).await.unwrap();
    database.asked_nothing_for(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn rows_of_another_value_are_shown_as_waiting_and_never_as_a_failures_last_rows() {
    let (hub, mut database) = with_variables(|_| {});
    let mut viewer = hub.open(choosing(&[])).await.unwrap();
    started(&mut database).await;
    let request = database.asked().await;
    database.answer(&request, &["10"]).await;
    until(&mut viewer, |snapshot| snapshot.is_settled).await;
    viewer.look(choosing(&[("shop", "Rome")])).await.unwrap();
    let request = database.asked().await;
    let snapshot = until(&mut viewer, |snapshot| {
        snapshot.panels[0].health == Health::Waiting
    })
    .await;
    assert_eq!(snapshot.panels[0].rows.len(), 1, "the picture stays up");
    database.fail(&request).await;
    let snapshot = until(&mut viewer, |snapshot| {
        matches!(snapshot.panels[0].health, Health::Failed { .. })
    })
    .await;
    assert_eq!(
        snapshot.panels[0].rows.len(),
        0,
        "Bern's rows are not Rome's"
    );
}

#[tokio::test(start_paused = true)]
async fn equal_selections_share_their_polls_and_different_ones_do_not() {
    let (hub, mut database) = with_variables(|_| {});
    let _one = hub.open(choosing(&[])).await.unwrap();
    let _two = hub.open(choosing(&[("region", "eu")])).await.unwrap();
    started(&mut database).await;
    let request = database.asked().await;
    assert_eq!(request.sql, sales("Bern"));
    database.answer(&request, &["10"]).await;
    database.asked_nothing_for(Duration::from_secs(1)).await;
    let _three = hub.open(choosing(&[("shop", "Rome")])).await.unwrap();
    assert_eq!(database.asked().await.sql, sales("Rome"));
    database.asked_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_variable_that_fails_is_said_by_itself_and_by_the_panels_that_need_it() {
    let (hub, mut database) = with_variables(|_| {});
    let mut viewer = hub.open(choosing(&[])).await.unwrap();
    let asked = database.asked_all(2).await;
    database.answer(&asked[FREE], &["free"]).await;
    database.fail(&asked[REGIONS]).await;
    let snapshot = until(&mut viewer, |snapshot| snapshot.is_settled).await;
    assert!(matches!(
        snapshot.variables[1].health,
        Health::Failed { .. }
    ));
    let Health::Failed { why, .. } = &snapshot.panels[0].health else {
        panic!("{:?}", snapshot.panels[0].health);
    };
    assert!(why.summary.starts_with("the variable `region`"), "{why:?}");
    assert_eq!(snapshot.panels[1].health, Health::Live);
    // It is asked again by itself, and all goes on.
    let request = database.asked().await;
    assert_eq!(request.sql, REGIONS);
    database.answer(&request, &["eu"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, shops("eu"));
    database.answer(&request, &["Bern"]).await;
    let request = database.asked().await;
    database.answer(&request, &["10"]).await;
    let snapshot = until(&mut viewer, |snapshot| {
        snapshot.panels[0].health == Health::Live
    })
    .await;
    assert_eq!(snapshot.variables[1].health, Health::Live);
}

#[tokio::test(start_paused = true)]
async fn choices_are_asked_again_for_another_range_only_where_they_say_so() {
    let (hub, mut database) = with_variables(|config| {
        config.dashboards[0].variables[1].kind = VariableKind::Query {
            sql: "select region from orders where ts > $__timeFrom()".into(),
            on_range: true,
        };
    });
    let mut looking = choosing(&[]);
    looking.panels.truncate(1);
    let viewer = hub.open(looking.clone()).await.unwrap();
    let hour = database.asked().await;
    database.answer(&hour, &["eu"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, shops("eu"));
    database.answer(&request, &["Bern"]).await;
    let request = database.asked().await;
    database.answer(&request, &["10"]).await;
    looking.range = Some(RangeSpec::parse("6h").unwrap());
    viewer.look(looking).await.unwrap();
    let six = database.asked().await;
    assert!(six.sql.contains("from orders") && six.sql != hour.sql);
    database.answer(&six, &["eu"]).await;
    let request = database.asked().await;
    assert_eq!(request.sql, sales("Bern"), "the shops did not ask for it");
}
