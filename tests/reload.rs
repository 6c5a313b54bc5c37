//! The configuration is edited while people look: broken and mended, with focus, range and dashboard kept.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod database;
mod terminal;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use database::{Database, at, config, until};
use kpi_dashboard::hub::Looking;
use kpi_dashboard::model::panel_data::Health;
use portable_pty::CommandBuilder;
use tempfile::TempDir;
use terminal::{PATIENCE, Terminal};

const TWO: &str = r#"
[[dashboard]]
name = "One"
refresh = "1h"
areas = "a b"
[dashboard.panel.a]
kind = "stat"
sql = "select 'a'"
[dashboard.panel.b]
kind = "stat"
sql = "select 'b'"
"#;

#[tokio::test(start_paused = true)]
async fn what_asks_the_same_keeps_its_data_wherever_it_moved() {
    let (hub, mut database) = Database::with_hub(config(TWO));
    let mut viewer = hub.open(at(0, &[0, 1])).await.unwrap();
    let asked = database.asked_all(2).await;
    database.number(&asked["select 'a'"], 1).await;
    database.number(&asked["select 'b'"], 2).await;
    until(&mut viewer, |snapshot| snapshot.is_settled).await;

    let other = format!(
        "[[dashboard]]\nname = \"New\"\nareas = \"x\"\n[dashboard.panel.x]\nkind = \"stat\"\nsql = \"select 'x'\"\n{}",
        TWO.replace("a b", "b a c")
            .replace("select 'a'", "select 'changed'")
            + "[dashboard.panel.c]\nkind = \"stat\"\nsql = \"select 'c'\"\n"
    );
    hub.reload(Arc::new(config(&other))).await.unwrap();
    let snapshot = until(&mut viewer, |snapshot| snapshot.config_revision == 1).await;
    assert_eq!(viewer.configs.borrow().revision, 1);
    assert_eq!(snapshot.dashboard, 1, "found again by its name");
    assert_eq!(snapshot.panels.len(), 3);
    assert_eq!(snapshot.panels[0].health, Health::Live, "`b` has its data");
    assert_eq!(snapshot.panels[0].rows.len(), 1);
    assert_eq!(snapshot.panels[1].rows.len(), 0, "`a` asks something else");
    let request = database.asked().await;
    assert_eq!(request.sql, "select 'changed'");
    database.asked_nothing_for(Duration::from_secs(5)).await;

    // What counts in the old configuration is not taken for the new one.
    viewer.look(at(0, &[0])).await.unwrap();
    database.asked_nothing_for(Duration::from_secs(5)).await;
    let looking = Looking {
        config_revision: 1,
        ..at(1, &[0, 2])
    };
    viewer.look(looking).await.unwrap();
    assert_eq!(database.asked().await.sql, "select 'c'");
    database.asked_nothing_for(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_question_of_the_old_configuration_is_no_answer_to_the_new_one() {
    let (hub, mut database) = Database::with_hub(config(TWO));
    let mut viewer = hub.open(at(0, &[0])).await.unwrap();
    let old = database.asked().await;
    let other = TWO.replace("select 'a'", "select 'changed'");
    hub.reload(Arc::new(config(&other))).await.unwrap();
    let new = database.asked().await;
    assert_eq!(new.sql, "select 'changed'");
    database.number(&old, 1).await;
    database.number(&new, 2).await;
    let snapshot = until(&mut viewer, |snapshot| snapshot.is_settled).await;
    let value = &snapshot.panels[0].rows.columns[0].values[0];
    assert_eq!(*value, kpi_dashboard::model::value::Value::Int(2));
}

#[tokio::test(start_paused = true)]
async fn a_complaint_stays_until_it_is_over_and_news_go_by_themselves() {
    let (hub, _database) = Database::with_hub(config(TWO));
    let mut viewer = hub.open(at(0, &[])).await.unwrap();
    hub.complain(Some("config.toml:3: no".to_owned()))
        .await
        .unwrap();
    let told = |snapshot: &Arc<kpi_dashboard::model::panel_data::Snapshot>| {
        snapshot.notice.as_ref().map(|notice| notice.text.clone())
    };
    until(&mut viewer, |now| told(now).is_some()).await;
    hub.tell(Ok("good".to_owned())).await.unwrap();
    until(&mut viewer, |now| told(now).as_deref() == Some("good")).await;
    // The clock runs by itself: what was told is taken back, the complaint is not.
    let snapshot = until(&mut viewer, |now| told(now).as_deref() != Some("good")).await;
    assert_eq!(told(&snapshot).as_deref(), Some("config.toml:3: no"));
    hub.complain(None).await.unwrap();
    until(&mut viewer, |now| told(now).is_none()).await;
}

fn text_panels(first: &str, second: &str) -> String {
    format!(
        "[[dashboard]]\nname = \"Other\"\n[dashboard.panel.other]\nkind = \"text\"\ntext = \"elsewhere\"\n\
         [[dashboard]]\nname = \"Words\"\nareas = \"left right\"\n\
         [dashboard.panel.left]\nkind = \"text\"\ntext = \"{first}\"\n\
         [dashboard.panel.right]\ntitle = \"Right\"\nkind = \"text\"\ntext = \"{second}\"\n"
    )
}

fn start(folder: &TempDir) -> Terminal {
    start_with(folder, &["--range", "2h"])
}

fn start_with(folder: &TempDir, arguments: &[&str]) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
    command.args(arguments);
    command.env_clear();
    command.cwd(folder.path());
    command.env("HOME", folder.path());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    Terminal::start(command, 120, 12)
}

/// As editors do it: a new file in the old one's place.
fn replace(path: &Path, text: &str) {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, text).unwrap();
    std::fs::rename(fresh, path).unwrap();
}

#[test]
fn an_edit_is_on_the_screen_a_broken_one_is_told_with_its_line_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text_panels("first words", "second words")).unwrap();
    let mut terminal = start(&folder);
    terminal.wait_for("the first dashboard", |screen| screen.contains("elsewhere"));
    // The second dashboard, its second panel, in full, with the viewer's own range.
    terminal.send("2");
    terminal.wait_for("both panels", |screen| {
        screen.contains("first words") && screen.contains("second words")
    });
    terminal.send("\t\r");
    terminal.wait_for("the panel and the range", |screen| {
        screen.contains("second words") && !screen.contains("first words") && screen.contains("2 h")
    });

    // Broken: the old one runs on, and the line is said, for as long as it is broken.
    let broken = text_panels("first words", "third words").replace("title =", "titel =");
    replace(&path, &broken);
    let line = 1 + broken
        .lines()
        .position(|line| line.starts_with("titel"))
        .unwrap();
    let place = format!("config.toml:{line}:1: ");
    let screen = terminal.wait_for("the problem", |screen| screen.contains(&place));
    assert!(screen.contains("`titel`"), "{screen}");
    assert!(screen.contains("second words"), "{screen}");
    std::thread::sleep(Duration::from_secs(6));
    assert!(terminal.screen().contains(&place), "{}", terminal.screen());

    // Mended in place, with a dashboard before it: the panel is still in full, the range still two hours.
    let mended = text_panels("first words", "third words");
    std::fs::write(&path, format!("{}{mended}", mended_head())).unwrap();
    let screen = terminal.wait_for("the new words", |screen| {
        screen.contains("third words") && !screen.contains(&place)
    });
    assert!(!screen.contains("first words"), "{screen}");
    assert!(screen.contains("2 h"), "{screen}");
    assert!(screen.contains("Before"), "{screen}");
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}

fn mended_head() -> &'static str {
    "[[dashboard]]\nname = \"Before\"\n[dashboard.panel.x]\nkind = \"text\"\ntext = \"x\"\n"
}

#[test]
fn another_file_is_noticed_and_what_takes_a_restart_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("more")).unwrap();
    let extra =
        |words: &str| format!("name = \"Extra\"\n[panel.x]\nkind = \"text\"\ntext = \"{words}\"\n");
    std::fs::write(path("config.toml"), "dashboards = \"more/*.toml\"\n").unwrap();
    std::fs::write(path("more/b.toml"), extra("old words")).unwrap();
    let mut terminal = start(&folder);
    terminal.wait_for("the words", |screen| screen.contains("old words"));
    std::fs::write(path("more/b.toml"), extra("newer words")).unwrap();
    terminal.wait_for("the other words", |screen| screen.contains("newer words"));
    std::fs::write(path("more/a.toml"), extra("x").replace("Extra", "Added")).unwrap();
    terminal.wait_for("the further dashboard", |screen| {
        screen.contains("Added") && screen.contains("newer words")
    });
    let with_redis = "dashboards = \"more/*.toml\"\n[redis]\nprefix = \"other\"\n";
    std::fs::write(path("config.toml"), with_redis).unwrap();
    terminal.wait_for("the hint", |screen| {
        screen.contains("[redis] takes a restart")
    });
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}

#[test]
fn plain_lines_go_on_with_the_new_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text_panels("first", "second")).unwrap();
    let terminal = start_with(&folder, &["--linear", "--dashboard", "Words"]);
    terminal.wait_for("the heading", |screen| screen.contains("Words"));
    replace(
        &path,
        &text_panels("third", "fourth").replace("Words", "Speech"),
    );
    terminal.wait_for("the new heading", |screen| screen.contains("Speech"));
}
