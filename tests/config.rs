//! Configurations as people write them: the valid ones mean what they say, the wrong ones get
//! messages that name every problem and its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kpi_dashboard::config::keys::{FILE, Section, Shape};
use kpi_dashboard::config::{
    Apply, Area, Config, Database, EXAMPLE, LoadOptions, Log, Problems, Redis, Screen, Secret,
    Serve, Track, load, schema,
};
use kpi_dashboard::model::color::Color;
use proptest::prelude::*;
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/configs")
        .join(name)
}

fn environment() -> BTreeMap<String, String> {
    [("HOST", "db"), ("DB_PASSWORD", "hunter2"), ("EMPTY", "")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn load_from(folder: &Path, file: &str) -> Result<Config, Problems> {
    load(&LoadOptions {
        path: Some(file.into()),
        environment: environment(),
        current_dir: folder.to_path_buf(),
        config_folder: None,
        built_in: Vec::new(),
    })
}

fn valid(name: &str) -> Config {
    load_from(&folder("valid"), &format!("{name}.toml"))
        .unwrap_or_else(|problems| panic!("{name}:\n{problems}"))
}

/// The files directly in a folder, by name.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some())
        .collect();
    names.sort();
    names
}

#[test]
fn every_wrong_file_gets_its_messages() {
    let folder = folder("invalid");
    let files = files(&folder);
    assert!(files.len() >= 35);
    for file in files {
        let Err(problems) = load_from(&folder, &file) else {
            panic!("{file} was accepted");
        };
        let shown = problems.to_string();
        assert!(
            !shown.contains("hunter2"),
            "{file} shows a password:\n{shown}"
        );
        let json = serde_json::to_string(&problems).unwrap();
        assert!(
            !json.contains("hunter2"),
            "{file} shows a password:\n{json}"
        );
        insta::assert_snapshot!(file.trim_end_matches(".toml"), shown);
    }
}

#[test]
fn every_valid_file_loads() {
    for file in files(&folder("valid")) {
        valid(file.trim_end_matches(".toml"));
    }
}

#[test]
fn a_problem_is_json_with_its_place() {
    let problems = load_from(&folder("invalid"), "gauge_ends.toml").unwrap_err();
    let json = serde_json::to_value(&problems).unwrap();
    assert_eq!(json[0]["file"], "gauge_ends.toml");
    assert_eq!(json[0]["line"], 8);
    assert_eq!(json[0]["column"], 7);
    assert!(json[0]["message"].as_str().unwrap().contains("above `min`"));
}

#[test]
fn panels_stand_where_they_are_drawn() {
    let config = valid("drawing");
    let dashboard = &config.dashboards[0];
    let places: Vec<(&str, Area)> = dashboard
        .panels
        .iter()
        .map(|panel| (panel.id.as_str(), panel.area))
        .collect();
    let area = |row, column, rows, columns| Area {
        row,
        column,
        rows,
        columns,
    };
    assert_eq!(
        places,
        [
            ("b", area(0, 1, 1, 1)),
            ("c", area(0, 2, 2, 1)),
            ("a", area(1, 0, 1, 2))
        ]
    );
    assert_eq!(
        dashboard.columns,
        [Track::Cells(20), Track::Share(1), Track::Share(2)]
    );
    assert_eq!(dashboard.rows, [Track::Cells(5), Track::Share(1)]);
    let units: Vec<&str> = dashboard.panels[2]
        .column_units
        .iter()
        .map(|(column, _)| column.as_str())
        .collect();
    assert_eq!(units, ["z", "a"]);
}

#[test]
fn panels_nobody_drew_stand_in_a_grid_in_the_order_written() {
    let config = valid("no_drawing");
    let dashboard = &config.dashboards[0];
    let ids: String = dashboard
        .panels
        .iter()
        .map(|panel| panel.id.as_str())
        .collect();
    assert_eq!(ids, "zyxwv");
    assert_eq!((dashboard.rows.len(), dashboard.columns.len()), (2, 3));
    assert_eq!(dashboard.panels[4].area.columns, 2);
}

#[test]
fn a_panel_knows_where_its_sql_begins() {
    let config = valid("drawing");
    let [b, c, a] = &config.dashboards[0].panels[..] else {
        panic!("three panels");
    };
    let text = fs::read_to_string(folder("valid").join("drawing.toml")).unwrap();
    for (panel, first) in [
        (a, "select 1"),
        (b, "select"),
        (c, "C:\\path ${NOT_REPLACED}"),
    ] {
        let line = text.lines().nth(panel.sql_at.line - 1).unwrap();
        let rest: String = line.chars().skip(panel.sql_at.column - 1).collect();
        assert!(rest.starts_with(first), "{}: {rest}", panel.id);
        assert!(panel.sql_at.file.ends_with("drawing.toml"));
    }
}

#[test]
fn variables_are_replaced_in_settings_and_left_alone_in_sql() {
    let config = valid("variables");
    let url = "postgres://u:hunter2@db:5432/kpi?pgbouncer=true";
    assert_eq!(config.database.url, Some(Secret(url.to_owned())));
    assert_eq!(config.database.direct_url, None);
    assert_eq!(config.database.role, None);
    assert_eq!(config.database.pool_size, 7);
    assert!(config.screen.ascii);
    assert_eq!(config.environment.as_deref(), Some("db"));
    assert_eq!(
        config.redis.url,
        Some(Secret("redis://localhost:6379".to_owned()))
    );
    let dashboard = &config.dashboards[0];
    assert_eq!(dashboard.name, "${HOST} costs $5");
    assert_eq!(
        dashboard.panels[0].sql.as_deref(),
        Some("select '${HOST}', $__interval")
    );
}

#[test]
fn no_debug_shows_a_password() {
    assert!(!format!("{:?}", valid("variables")).contains("hunter2"));
    let options = LoadOptions {
        environment: environment(),
        ..LoadOptions::default()
    };
    assert!(!format!("{options:?}").contains("hunter2"));
}

#[test]
fn database_settings_are_read_over_the_defaults() {
    let database = valid("database").database;
    assert_eq!(database.timeout, Duration::from_secs(90));
    assert_eq!(database.statement_timeout, Duration::from_secs(90));
    assert_eq!(database.sslrootcert, Some(folder("valid").join("ca.crt")));
    let settings: Vec<(&str, &str)> = database
        .settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        settings,
        [
            ("enable_seqscan", "off"),
            ("jit", "on"),
            ("max_parallel_workers_per_gather", "0"),
            ("myapp.tenant", "7"),
            ("work_mem", "4MB"),
        ]
    );
    let claims: Value = serde_json::from_str(&database.claims.unwrap()).unwrap();
    let expected =
        r#"{"sub":"1","app_metadata":{"tenant":7,"admin":false},"aud":["a","b"],"f":1.5}"#;
    assert_eq!(claims, serde_json::from_str::<Value>(expected).unwrap());
}

#[test]
fn live_and_thresholds_mean_what_they_say() {
    let config = valid("live_and_thresholds");
    let [orders, revenue] = &config.dashboards[0].panels[..] else {
        panic!("two panels");
    };
    assert_eq!(orders.live.as_ref().unwrap().apply, None);
    assert_eq!(orders.unit.id(), "suffix:xyz");
    assert_eq!(orders.thresholds.0[0].at, f64::NEG_INFINITY);
    assert_eq!(orders.thresholds.0[0].color, Color::Rgb(255, 255, 255));
    let live = revenue.live.as_ref().unwrap();
    assert_eq!(
        (live.metric.as_str(), live.apply),
        ("revenue", Some(Apply::Append))
    );
    assert_eq!(revenue.refresh, Some(Duration::from_secs(1)));
    assert_eq!(revenue.min_interval, Some(Duration::from_secs(60)));
}

#[test]
fn dashboards_come_from_further_files_in_the_order_of_their_names() {
    let config = valid("files");
    let names: Vec<&str> = config.dashboards.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(names, ["One", "Two", "Three"]);
    assert!(
        config.dashboards[0].panels[0]
            .sql_at
            .file
            .ends_with("files/one.toml")
    );
}

const SMALL: &str = "[database]\nurl = \"postgres://file\"\ntest_schema = \"file\"\n\
    [[dashboard]]\nname = \"Main\"\npanel.a = { kind = \"stat\", sql = \"select 1\" }\n";

fn with(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

#[test]
fn the_environment_wins_over_dotenv_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), SMALL).unwrap();
    let dotenv = "DATABASE_URL=postgres://dotenv\nTEST_SCHEMA=dotenv\nKPI_ENV=staging\nREDIS_URL=redis://dotenv\n";
    fs::write(folder.path().join(".env"), dotenv).unwrap();
    let config = load(&LoadOptions {
        environment: with(&[
            ("DATABASE_URL", "postgres://process"),
            ("PORT", "3030"),
            ("REDIS_URL", ""),
        ]),
        current_dir: folder.path().to_path_buf(),
        ..LoadOptions::default()
    })
    .unwrap();
    assert_eq!(
        config.database.url,
        Some(Secret("postgres://process".to_owned()))
    );
    assert_eq!(config.database.test_schema, "dotenv");
    assert_eq!(config.environment.as_deref(), Some("staging"));
    assert_eq!(config.redis.url, None, "an empty variable switches it off");
    assert_eq!(config.serve.port, 3030);
    assert!(
        std::env::var_os("KPI_ENV").is_none(),
        "nothing is set in this process"
    );
}

#[test]
fn a_refused_token_is_told_by_its_number_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), SMALL).unwrap();
    let problems = |tokens: &str| {
        let loaded = load(&LoadOptions {
            environment: with(&[("KPI_TOKEN", tokens)]),
            current_dir: folder.path().to_path_buf(),
            ..LoadOptions::default()
        });
        loaded.unwrap_err().to_string()
    };
    let said = problems("hunter2, long-enough-for-anybody ,hunter3");
    assert!(said.contains("(number 1 of its 3)"), "{said}");
    assert!(said.contains("(number 3 of its 3)"), "{said}");
    assert!(
        !said.contains("number 2") && !said.contains("hunter"),
        "{said}"
    );
    let said = problems("hunter2");
    assert!(said.contains("KPI_TOKEN is refused: a token"), "{said}");
}

#[test]
fn a_url_from_the_environment_makes_the_files_variable_unnecessary() {
    let text = SMALL.replace("postgres://file", "${MY_URL}");
    let environment = with(&[("DATABASE_URL", "postgres://process")]);
    assert!(Config::from_toml("config.toml", &text, &environment).is_ok());
    assert!(Config::from_toml("config.toml", &text, &with(&[])).is_err());
}

#[test]
fn wrong_environment_variables_are_problems_of_the_environment() {
    let environment = with(&[("PORT", "http"), ("TEST_SCHEMA", &"x".repeat(64))]);
    let problems = Config::from_toml("config.toml", SMALL, &environment).unwrap_err();
    insta::assert_snapshot!("environment", problems.to_string());
}

#[test]
fn the_file_asked_for_comes_first_then_the_current_folder_then_the_platforms() {
    let root = tempfile::tempdir().unwrap();
    let (here, platform) = (root.path().join("here"), root.path().join("platform"));
    for folder in [&here, &platform] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("config.toml"), SMALL).unwrap();
    }
    fs::write(root.path().join("asked.toml"), SMALL).unwrap();
    let mut options = LoadOptions {
        path: Some("../asked.toml".into()),
        environment: BTreeMap::new(),
        current_dir: here.clone(),
        config_folder: Some(platform.clone()),
        built_in: Vec::new(),
    };
    let found = |options: &LoadOptions| load(options).unwrap().path.unwrap();
    assert!(found(&options).ends_with("asked.toml"));
    options.path = None;
    options.environment = with(&[("KPI_CONFIG", "../asked.toml")]);
    assert!(found(&options).ends_with("asked.toml"));
    options.environment = with(&[("KPI_CONFIG", "")]);
    assert_eq!(found(&options), here.join("config.toml"));
    fs::remove_file(here.join("config.toml")).unwrap();
    assert_eq!(found(&options), platform.join("config.toml"));
}

#[test]
fn no_file_at_all_names_the_places_and_what_to_do() {
    let options = LoadOptions {
        current_dir: "/nowhere/here".into(),
        config_folder: Some("/nowhere/config/kpi".into()),
        ..LoadOptions::default()
    };
    insta::assert_snapshot!("no_file", load(&options).unwrap_err().to_string());
    let options = LoadOptions {
        path: Some("missing.toml".into()),
        ..options
    };
    insta::assert_snapshot!("no_such_file", load(&options).unwrap_err().to_string());
}

#[test]
fn a_missing_database_says_how_to_give_one() {
    let config = valid("smallest");
    let problem = config.database_url().unwrap_err().to_string();
    assert!(problem.contains("DATABASE_URL"), "{problem}");
}

// ── The example ─────────────────────────────────────────────────────────────────────────────────

/// The example with every `#key = …` line switched on.
fn example_switched_on() -> String {
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect()
}

#[test]
fn the_example_says_the_defaults() {
    let config = Config::from_toml("config.toml", EXAMPLE, &BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.database, Database::default());
    assert_eq!(config.redis, Redis::default());
    assert_eq!(config.screen, Screen::default());
    assert_eq!(config.log, Log::default());
    assert_eq!(config.serve, Serve::default());
    assert_eq!(config.environment, None);
    // What the example's dashboard writes out beside its purpose is what it would be without.
    let spelled_out = [
        "range = ",
        "refresh = \"5s\"",
        "unit = \"short\"",
        "reduce = \"last",
        "legend = ",
        "style = ",
    ];
    let without: Vec<&str> = EXAMPLE
        .lines()
        .filter(|line| !spelled_out.iter().any(|start| line.starts_with(start)))
        .collect();
    assert_eq!(EXAMPLE.lines().count() - without.len(), spelled_out.len());
    let without = without.join("\n");
    let mut without = Config::from_toml("config.toml", &without, &BTreeMap::new()).unwrap();
    let mut with = config.dashboards;
    for dashboard in with.iter_mut().chain(&mut without.dashboards) {
        let panels = dashboard.panels.iter_mut().map(|panel| &mut panel.sql_at);
        let variables = dashboard.variables.iter_mut();
        let annotations = dashboard.annotations.iter_mut();
        for spot in panels
            .chain(variables.map(|variable| &mut variable.sql_at))
            .chain(annotations.map(|annotation| &mut annotation.sql_at))
        {
            spot.line = 0;
        }
        for query in &mut dashboard.annotations {
            query.sql_at.line = 0;
        }
    }
    assert_eq!(with, without.dashboards);
}

#[test]
fn a_table_has_no_unit_unless_it_is_given_one() {
    let unit_of = |panel: &str| {
        let text = format!(
            "[[dashboard]]\nname = \"Main\"\npanel.a = {{ sql = \"select 1\", {panel} }}\n"
        );
        let config = Config::from_toml("config.toml", &text, &BTreeMap::new()).unwrap();
        config.dashboards[0].panels[0].unit.id().to_owned()
    };
    assert_eq!(unit_of("kind = \"table\""), "none");
    assert_eq!(unit_of("kind = \"table\", unit = \"short\""), "short");
    assert_eq!(unit_of("kind = \"stat\""), "short");
}

#[test]
fn every_default_of_the_key_table_is_the_built_in_one() {
    let mut text = String::new();
    for key in FILE.keys {
        if let Shape::Table(section) = key.shape {
            writeln!(text, "[{}]", key.name).unwrap();
            for key in section.keys.iter().filter(|key| !key.default.is_empty()) {
                writeln!(text, "{} = {}", key.name, key.default).unwrap();
            }
        }
    }
    let panel = "kind = \"stat\", sql = \"select 1\"";
    let Some(Shape::Tables(dashboard)) = FILE.key("dashboard").map(|key| key.shape) else {
        panic!("dashboards are tables");
    };
    let Some(Shape::Named(keys)) = dashboard.key("panel").map(|key| key.shape) else {
        panic!("panels are named");
    };
    let defaults = |section: &Section| -> Vec<String> {
        let given = section.keys.iter().filter(|key| !key.default.is_empty());
        given
            .map(|key| format!("{} = {}", key.name, key.default))
            .collect()
    };
    let bare = format!("[[dashboard]]\nname = \"Main\"\npanel.a = {{ {panel} }}\n");
    let full = format!(
        "[[dashboard]]\nname = \"Main\"\n{}\npanel.a = {{ {panel}, {} }}\n",
        defaults(dashboard).join("\n"),
        defaults(keys).join(", ")
    );
    text.push_str(&full);
    let empty = BTreeMap::new();
    let full = Config::from_toml("config.toml", &text, &empty)
        .unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let mut bare = Config::from_toml("config.toml", &bare, &empty).unwrap();
    let spot = full.dashboards[0].panels[0].sql_at.clone();
    bare.dashboards[0].panels[0].sql_at = spot;
    // What goes out to viewers is as long as what was written.
    bare.definitions.clone_from(&full.definitions);
    assert_eq!(full, bare);
}

#[test]
fn every_line_of_the_example_can_be_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), example_switched_on()).unwrap();
    fs::create_dir(folder.path().join("dashboards")).unwrap();
    let other = "name = \"Other\"\npanel.a = { kind = \"stat\", sql = \"select 1\" }\n";
    fs::write(folder.path().join("dashboards/other.toml"), other).unwrap();
    let config =
        load_from(folder.path(), "config.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.dashboards.len(), 2);
    assert_eq!(
        config.dashboards[0].panels[0].live.as_ref().unwrap().metric,
        "orders"
    );
}

/// Every path of keys in a section, the user's own names as `*`.
fn paths(section: &Section, prefix: &str, into: &mut BTreeSet<String>) {
    for key in section.keys {
        let path = format!("{prefix}{}", key.name);
        match key.shape {
            Shape::Table(inner)
            | Shape::Tables(inner)
            | Shape::TextsOr(inner)
            | Shape::TextOr(_, inner) => {
                paths(inner, &format!("{path}."), into);
            }
            Shape::Named(inner) => paths(inner, &format!("{path}.*."), into),
            _ => {}
        }
        into.insert(path);
    }
}

/// The same of a written file.
fn written(value: &toml::Value, section: &Section, prefix: &str, into: &mut BTreeSet<String>) {
    let toml::Value::Table(table) = value else {
        return;
    };
    for (name, value) in table {
        let path = format!("{prefix}{name}");
        into.insert(path.clone());
        let inner = format!("{path}.");
        match (section.key(name).map(|key| key.shape), value) {
            (Some(Shape::Table(section) | Shape::TextOr(_, section)), value) => {
                written(value, section, &inner, into);
            }
            (Some(Shape::Tables(section) | Shape::TextsOr(section)), toml::Value::Array(items)) => {
                for item in items {
                    written(item, section, &inner, into);
                }
            }
            (Some(Shape::Named(section)), toml::Value::Table(entries)) => {
                let inner = format!("{path}.*.");
                for entry in entries.values() {
                    written(entry, section, &inner, into);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_key_there_is_occurs_in_the_example_and_no_other() {
    let (mut known, mut used) = (BTreeSet::new(), BTreeSet::new());
    paths(&FILE, "", &mut known);
    let example: toml::Table = toml::from_str(&example_switched_on()).unwrap();
    written(&toml::Value::Table(example), &FILE, "", &mut used);
    assert_eq!(known, used);
}

// ── The schema ──────────────────────────────────────────────────────────────────────────────────

/// Why `value` does not fit `schema`: the words of JSON Schema this program's schema uses.
fn misfits(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let words = schema.as_object().unwrap();
    for (word, rule) in words {
        let fits = match word.as_str() {
            "type" => {
                let names = rule.as_array().cloned().unwrap_or(vec![rule.clone()]);
                names.iter().any(|name| match name.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64(),
                    other => panic!("unknown type {other}"),
                })
            }
            "enum" => rule.as_array().unwrap().contains(value),
            "anyOf" => rule
                .as_array()
                .unwrap()
                .iter()
                .any(|one| misfits(one, value, at).is_empty()),
            "minimum" => value
                .as_f64()
                .is_none_or(|value| value >= rule.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|value| value <= rule.as_f64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
            "required" => value.as_object().is_none_or(|object| {
                rule.as_array()
                    .unwrap()
                    .iter()
                    .all(|name| object.contains_key(name.as_str().unwrap()))
            }),
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    wrong.extend(misfits(rule, item, &format!("{at}[]")));
                }
                true
            }
            "additionalProperties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    let at = format!("{at}.{name}");
                    match (schema["properties"].get(name), rule) {
                        (Some(property), _) => wrong.extend(misfits(property, inner, &at)),
                        (None, Value::Bool(false)) => wrong.push(format!("{at} is unknown")),
                        (None, rule) => wrong.extend(misfits(rule, inner, &at)),
                    }
                }
                true
            }
            "pattern" => value
                .as_str()
                .is_none_or(|text| match rule.as_str().unwrap() {
                    "\\$\\{" => text.contains("${"),
                    // The other patterns are held to the reader by the snapshots of wrong files.
                    _ => !text.contains("${") && !text.is_empty(),
                }),
            "properties" | "description" | "default" | "title" | "$schema" => true,
            other => panic!("unknown word {other}"),
        };
        if !fits {
            wrong.push(format!("{at}: {value} breaks {word} {rule}"));
        }
    }
    wrong
}

fn as_json(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

#[test]
fn the_example_fits_the_schema() {
    let schema = schema::schema();
    for text in [EXAMPLE.to_owned(), example_switched_on()] {
        let misfits = misfits(&schema, &as_json(&text), "");
        assert!(misfits.is_empty(), "{misfits:#?}");
    }
}

#[test]
fn valid_files_fit_the_schema_and_wrong_ones_do_not() {
    let schema = schema::schema();
    for name in [
        "smallest",
        "drawing",
        "no_drawing",
        "variables",
        "database",
        "files",
    ] {
        let text = fs::read_to_string(folder("valid").join(format!("{name}.toml"))).unwrap();
        let misfits = misfits(&schema, &as_json(&text), "");
        assert!(misfits.is_empty(), "{name}: {misfits:#?}");
    }
    for name in [
        "unknown_key",
        "unknown_section",
        "bad_kind",
        "kind_missing",
        "wrong_types",
        "dashboard_not_a_list",
    ] {
        let text = fs::read_to_string(folder("invalid").join(format!("{name}.toml"))).unwrap();
        assert!(!misfits(&schema, &as_json(&text), "").is_empty(), "{name}");
    }
}

// ── Whatever comes ──────────────────────────────────────────────────────────────────────────────

/// Checks `text` and that each problem has a place in it.
fn survives(text: &str) -> Result<(), TestCaseError> {
    let Err(problems) = Config::from_toml("config.toml", text, &environment()) else {
        return Ok(());
    };
    prop_assert!(!problems.0.is_empty());
    let lines: Vec<&str> = text.split('\n').collect();
    for problem in &problems.0 {
        let (Some(line), Some(column)) = (problem.line, problem.column) else {
            return Err(TestCaseError::fail(format!("no place: {problem}")));
        };
        prop_assert!((1..=lines.len()).contains(&line), "{}", problem);
        prop_assert!(
            column >= 1 && column <= lines[line - 1].chars().count() + 1,
            "{}",
            problem
        );
        let shown = problem.to_string();
        prop_assert!(
            shown.chars().all(|c| c == '\n' || !c.is_control()),
            "{:?}",
            shown
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text)?;
    }

    #[test]
    fn any_bytes_in_a_file_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), bytes).unwrap();
        prop_assert!(load_from(folder.path(), "config.toml").is_err());
    }

    #[test]
    fn toml_like_text_is_survived(parts in proptest::collection::vec(prop_oneof![
        Just("[[dashboard]]\n"), Just("[dashboard]\n"), Just("[dashboard.panel.a]\n"), Just("panel"), Just("name"),
        Just("[database]\n"), Just("url"), Just(" = "), Just("\"\"\""), Just("'''"), Just("\""), Just("{"), Just("}"),
        Just("["), Just("]"), Just(","), Just("\n"), Just("."), Just("1"), Just("${"), Just("}"), Just("é\u{1b}"),
        Just("areas"), Just("thresholds"), Just("at"), Just("\r\n"), Just("#"), Just("\t"), Just("-inf"), Just("\u{202e}"),
    ], 0..40)) {
        survives(&parts.concat())?;
    }

    #[test]
    fn a_mutated_example_is_survived(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[\\PC\n]{0,6}"), 1..6)
    ) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for (at, removed, added) in changes {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, added.chars());
        }
        survives(&text.iter().collect::<String>())?;
    }

    #[test]
    fn a_shortened_example_is_survived(at in any::<prop::sample::Index>()) {
        let text: Vec<char> = EXAMPLE.chars().collect();
        survives(&text[..at.index(text.len())].iter().collect::<String>())?;
    }
}
