//! `kpi config print`: what it prints can be read again and means the same, says where each value is from, and has
//! no secret in it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kpi_dashboard::config::{
    Config, EXAMPLE, Effective, LoadOptions, SourceSpot, load, load_effective,
};
use proptest::prelude::*;
use serde_json::Value;

fn options(folder: &Path, file: &str, environment: &[(&str, &str)]) -> LoadOptions {
    let environment = environment.iter();
    LoadOptions {
        path: Some(file.into()),
        environment: environment
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        current_dir: folder.to_path_buf(),
        config_folder: None,
        built_in: Vec::new(),
    }
}

fn effective(options: &LoadOptions) -> Effective {
    load_effective(options, &|_| Vec::new(), &|_| Vec::new())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// What is left of a configuration when places and secrets are taken out of it; its keys by action; which URLs
/// it has.
type Meaning = (Config, BTreeMap<String, Vec<String>>, [bool; 4]);

fn meaning(mut config: Config) -> Meaning {
    let urls = [
        config.database.url.take().is_some(),
        config.database.direct_url.take().is_some(),
        config.redis.url.take().is_some(),
        config.viewer.from.take().is_some(),
    ];
    config.serve.tokens.clear();
    config.path = None;
    config.definitions.clear();
    let keys = config
        .keys
        .drain(..)
        .map(|key| {
            let texts = key.keys.into_iter().map(|key| key.text);
            (key.action, texts.collect())
        })
        .collect();
    for dashboard in &mut config.dashboards {
        for panel in &mut dashboard.panels {
            panel.sql_at = SourceSpot::default();
        }
        for variable in &mut dashboard.variables {
            variable.sql_at = SourceSpot::default();
        }
        for query in &mut dashboard.annotations {
            query.sql_at = SourceSpot::default();
        }
    }
    (config, keys, urls)
}

/// Loads, prints, reads what was printed without any environment.
fn means_the_same(options: &LoadOptions) {
    let config = load(options).unwrap_or_else(|problems| panic!("{problems}"));
    let printed = effective(options).toml();
    let read = Config::from_toml("printed", &printed, &BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}\n\n{printed}"));
    assert_eq!(meaning(read), meaning(config), "{printed}");
}

fn valid() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/valid")
}

const ENVIRONMENT: [(&str, &str); 3] = [("HOST", "db"), ("DB_PASSWORD", "hunter2"), ("EMPTY", "")];

#[test]
fn what_is_printed_can_be_read_again_and_means_the_same() {
    let folder = valid();
    let mut seen = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        if Path::new(&file).extension().is_some() {
            means_the_same(&options(&folder, &file, &ENVIRONMENT));
            seen += 1;
        }
    }
    assert!(seen > 8, "{seen}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), EXAMPLE).unwrap();
    let environment = [
        ("DATABASE_URL", "postgres://u:p@h/d"),
        ("PORT", "8080"),
        ("KPI_ENV", "is ${odd}"),
        ("TEST_SCHEMA", "ci"),
    ];
    means_the_same(&options(folder.path(), "config.toml", &environment));
    means_the_same(&options(folder.path(), "config.toml", &[]));
}

#[test]
fn a_fed_viewer_is_given_what_variables_of_the_environment_stand_for() {
    // A number and a constant from the environment, which the viewer does not have.
    let text = r#"
[[dashboard]]
name = "A"
[[dashboard.variable]]
name = "HOST"
kind = "constant"
value = "${HOST}"
[dashboard.panel.a]
kind = "gauge"
max = "${MOST:-50}"
donut = "${RING:-true}"
sql = "select 1"
"#;
    let environment = [("HOST".to_owned(), "db".to_owned())].into();
    let config = Config::from_toml("config.toml", text, &environment).unwrap();
    let read = Config::from_toml("feed", &config.definitions, &BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}\n{}", config.definitions));
    assert_eq!(read.dashboards[0].panels[0].max, Some(50.0));
    assert_eq!(
        read.dashboards[0].variables[0].kind,
        config.dashboards[0].variables[0].kind
    );
}

fn text() -> impl Strategy<Value = String> {
    "[ -~\\n\\t\\r\"\\\\'$\\{\\}é日\u{1}\u{7f}\u{2028}]{1,40}"
}

/// A text as TOML; what is like a variable of the environment is none.
fn toml(text: &str) -> String {
    let plain = text.replace("${", "$${");
    toml::Value::String(plain).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_survives(
        name in text(), sql in text(), word in text(), environment in text(),
        setting in text(), max in proptest::option::of(-1e9..1e9_f64), at in any::<i32>(),
    ) {
        prop_assume!(![&name, &sql, &word].iter().any(|text| text.trim().is_empty()));
        let sql_text = toml::Value::String(sql.clone());
        let max = max.map_or_else(String::new, |max| format!("max = {max:?}\n"));
        let text = format!(
            "environment = {}\n[database]\nsettings = {{ \"my.tenant\" = {} }}\nclaims = {{ sub = {} }}\n\
             [[dashboard]]\nname = {}\n[[dashboard.variable]]\nname = \"v\"\nkind = \"constant\"\nvalue = {}\n\
             [dashboard.panel.a]\nkind = \"stat\"\ntitle = {}\nsql = {sql_text}\n{max}\
             thresholds = [{{ at = -inf, color = \"red\" }}, {{ at = {at}, color = \"#abc\" }}]\n",
            toml(&word), toml(&setting), toml(&environment), toml(&name), toml(&environment), toml(&word),
        );
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), &text).unwrap();
        means_the_same(&options(folder.path(), "config.toml", &[]));
    }
}

const ALL_SECRETS: &str = r#"
[database]
url = "postgres://reader:s3cret-one@db.example.com/kpi?sslmode=require&sslpassword=s3cret-two"
direct_url = "host=db password=s3cret-three"
claims = { sub = "me", api_token = "s3cret-four", inner = [{ password = "s3cret-five" }] }
settings = { "app.jwt_secret" = "s3cret-six", work_mem = "4MB" }
[redis]
url = "redis+sentinel://u:s3cret-seven@a,b/mymaster/0?sentinel_password=s3cret-eight"
[serve]
token = ["s3cret-nine-long-enough", "s3cret-ten-long-enough"]
[viewer]
from = "redis://s3cret-eleven@host"
[[dashboard]]
name = "by ${API_TOKEN} and ${OTHER_TOKEN:-s3cret-c}"
[dashboard.panel.a]
kind = "text"
title = "postgres://reader:s3cret-one@elsewhere"
text = "the password is s3cret-one, the token s3cret-nine-long-enough, 'http://a:s3cret-b@c'"
"#;

#[test]
fn no_secret_is_printed_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("config.toml"), ALL_SECRETS).unwrap();
    let further = [
        ("DATABASE_URL", "postgresql://u:s3cret%2Dtwelve@h/d"),
        (
            "REDIS_URL",
            "rediss://:s3cret-thirteen@h?token=s3cret-fourteen",
        ),
        ("KPI_TOKEN", "s3cret-fifteen-long,s3cret-sixteen-long"),
    ];
    for own in [&further[..0], &further] {
        let mut environment = vec![("API_TOKEN", "s3cret-seventeen")];
        environment.extend(own);
        let options = options(path, "config.toml", &environment);
        let printed = effective(&options);
        for text in [printed.toml(), printed.json().to_string()] {
            assert!(!text.contains("s3cret"), "{text}");
        }
        let text = printed.toml();
        assert!(
            text.contains("kpi?sslmode=require") || !own.is_empty(),
            "{text}"
        );
        means_something(&text);
    }
    // The same through `.env`, and through variables inside the file.
    fs::write(
        path.join(".env"),
        "DATABASE_URL=postgres://u:s3cret-a@h/d\nPW=s3cret-b\n",
    )
    .unwrap();
    let text = "[redis]\nurl = \"redis://:${PW}@h\"\n[[dashboard]]\nname = \"A\"\n\
                [dashboard.panel.a]\nkind = \"text\"\ntext = \"s3cret-b\"\n";
    fs::write(path.join("config.toml"), text).unwrap();
    let text = effective(&options(path, "config.toml", &[])).toml();
    assert!(!text.contains("s3cret"), "{text}");
    assert!(text.contains("# DATABASE_URL in .env"), "{text}");
    assert!(text.contains("redis://:…@h"), "{text}");
}

fn means_something(printed: &str) {
    Config::from_toml("printed", printed, &BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}\n{printed}"));
}

/// The origin of `key` in the JSON form.
fn origin<'a>(json: &'a Value, key: &str) -> &'a Value {
    let mut values = json["values"].as_array().unwrap().iter();
    let found = values.find(|value| value["key"] == key);
    &found.unwrap_or_else(|| panic!("{key} in {json:#}"))["origin"]
}

#[test]
fn every_value_says_where_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("more")).unwrap();
    fs::write(
        path.join("more/two.toml"),
        "name = \"Two\"\npanel.x = { kind = \"text\", text = \"t\" }\n",
    )
    .unwrap();
    fs::write(
        path.join(".env"),
        "DIRECT_URL=postgres://h/d\nSIZE=7\nPORT=1\n",
    )
    .unwrap();
    let text = "dashboards = \"more/*.toml\"\n[database]\nurl = \"postgres://file/d\"\n\
        pool_size = \"${SIZE}\"\nschema = \"${SCHEMA:-shop}\"\nsettings = { jit = \"on\" }\n\
        [[dashboard]]\nname = \"One\"\nrange = \"6h\"\npanel.y = { kind = \"text\", text = \"t\" }\n\
        [keys]\nquit = \"Q\"\n";
    fs::write(path.join("config.toml"), text).unwrap();
    let json = effective(&options(
        path,
        "config.toml",
        &[("DATABASE_URL", "postgres://env/d"), ("PORT", "8080")],
    ))
    .json();
    let is = |key: &str, wanted: Value| assert_eq!(*origin(&json, key), wanted, "{key}");
    let environment = |name: &str| serde_json::json!({ "from": "environment", "name": name });
    is("database.url", environment("DATABASE_URL"));
    is("serve.port", environment("PORT"));
    is(
        "database.direct_url",
        serde_json::json!({ "from": "dotenv", "name": "DIRECT_URL", "file": ".env" }),
    );
    is(
        "database.pool_size",
        serde_json::json!({ "from": "file", "file": "config.toml", "line": 4,
            "variables": [{ "from": "dotenv", "name": "SIZE", "file": ".env" }] }),
    );
    is(
        "database.schema",
        serde_json::json!({ "from": "file", "file": "config.toml", "line": 5, "variables": [{ "from": "inline", "name": "SCHEMA" }] }),
    );
    let default = serde_json::json!({ "from": "default" });
    is("database.timeout", default.clone());
    is("dashboard[0].refresh", default.clone());
    is("database.settings.max_parallel_workers_per_gather", default);
    is("database.role", serde_json::json!({ "from": "unset" }));
    let file =
        |name: &str, line: u32| serde_json::json!({ "from": "file", "file": name, "line": line });
    is("database.settings.jit", file("config.toml", 6));
    is("dashboard[0].range", file("config.toml", 9));
    is("keys.quit", file("config.toml", 12));
    is("dashboard[1].name", file("more/two.toml", 1));
    is("dashboard[1].panel.x.kind", file("more/two.toml", 2));
    let mut values = json["values"].as_array().unwrap().iter();
    let size = values
        .find(|value| value["key"] == "database.pool_size")
        .unwrap();
    assert_eq!(size["value"], 7);
    assert_eq!(
        json["files"],
        serde_json::json!(["config.toml", "more/two.toml", ".env"])
    );
}

#[test]
fn every_key_of_the_settings_is_told() {
    use kpi_dashboard::config::keys::{FILE, Shape};
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("config.toml"),
        "[[dashboard]]\nname = \"A\"\npanel.x = { kind = \"text\", text = \"t\" }\n",
    )
    .unwrap();
    let printed = effective(&options(folder.path(), "config.toml", &[])).toml();
    for key in FILE.keys {
        let Shape::Table(section) = key.shape else {
            continue;
        };
        assert!(
            printed.contains(&format!("\n[{}]\n", key.name)),
            "{}",
            key.name
        );
        for inner in section.keys.iter().filter(|inner| inner.name != "settings") {
            let told = [
                format!("\n{} = ", inner.name),
                format!("\n# {}:", inner.name),
            ];
            assert!(
                told.iter().any(|told| printed.contains(told)),
                "{}",
                inner.name
            );
        }
    }
}

#[test]
fn the_command_prints_both_forms_and_refuses_a_wrong_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str], environment: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(words)
            .env_clear()
            .env("HOME", folder.path())
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    fs::write(
        folder.path().join("config.toml"),
        "[screen]\ncolor = \"256\"\n[[dashboard]]\nname = \"A\"\npanel.x = { kind = \"text\", text = \"t\" }\n",
    )
    .unwrap();
    let (code, out, err) = run(&["config", "print"], &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("color = \"256\"                           # config.toml:2\n"),
        "{out}"
    );
    let (_, out, _) = run(&["--ascii", "config", "print"], &[("NO_COLOR", "1")]);
    assert!(
        out.contains("ascii = true                            # --ascii\n"),
        "{out}"
    );
    assert!(out.contains("# NO_COLOR in the environment\n"), "{out}");
    let (code, out, _) = run(&["config", "print", "--format", "json", "--no-color"], &[]);
    assert_eq!(code, 0);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        *origin(&json, "screen.color"),
        serde_json::json!({ "from": "flag", "name": "--no-color" })
    );
    fs::write(
        folder.path().join("config.toml"),
        "[database]\nurl = \"postgres://u:hunter2@h\"\nurll = 1\n",
    )
    .unwrap();
    let (code, out, err) = run(&["config", "print"], &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("config.toml:3:1") && !err.contains("hunter2"),
        "{err}"
    );
}
