//! Watches the files of the configuration and goes on with what they say, while people look.
//!
//! A broken edit leaves the running configuration alone and shows what is wrong until it is mended.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::open;
use crate::config::{self, Config, Fingerprint, LoadOptions, Problems, ReadFrom};
use crate::hub::{Hub, HubGone};

/// Between two looks at the files.
const EVERY: Duration = Duration::from_secs(1);
/// Files that change are given this long to come to rest: editors write in several steps.
const REST: Duration = Duration::from_millis(100);
/// How often; files that never rest are read all the same.
const PATIENCE: usize = 20;

/// When an edit was taken back.
const WHOLE: &str = "the configuration can be read again, and is the one that is running";

/// Follows the files of `running` until the hub is gone. `tell` hears what became of each edit.
pub(super) async fn follow(
    hub: Hub,
    options: LoadOptions,
    mut running: Arc<Config>,
    tell: impl Fn(&str),
) {
    let options = Arc::new(options);
    let mut read_from = ReadFrom::default();
    let mut seen: Option<Fingerprint> = None;
    let mut is_broken = false;
    loop {
        let mut now = fingerprint(&read_from).await;
        if seen.as_ref() == Some(&now) {
            sleep(EVERY).await;
            continue;
        }
        for _ in 0..PATIENCE {
            sleep(REST).await;
            let later = fingerprint(&read_from).await;
            if std::mem::replace(&mut now, later) == now {
                break;
            }
        }
        let (loaded, files) = load(&options).await;
        let files = match &loaded {
            Ok(_) => files,
            // A broken file does not say which others it would have named.
            Err(_) => read_from.clone().with(files),
        };
        if files != read_from {
            // Of these files nothing is known yet: read once more, now that a change would be noticed.
            read_from = files;
            seen = None;
            continue;
        }
        seen = Some(now);
        let was_broken = std::mem::replace(&mut is_broken, loaded.is_err());
        let done = match loaded {
            Ok(config) => {
                let adopted = adopt(&hub, &mut running, config).await;
                adopted.map(|said| match said {
                    Some(said) => tell(&said),
                    None if was_broken => {
                        tracing::info!("{WHOLE}");
                        tell(WHOLE);
                    }
                    None => {}
                })
            }
            Err(problems) => {
                tracing::warn!(
                    "the configuration that is running stays: {}",
                    words(&problems)
                );
                tell(&format!(
                    "the configuration that is running stays:\n{}",
                    problems.to_string().trim_end()
                ));
                hub.complain(Some(words(&problems))).await
            }
        };
        if done == Err(HubGone) {
            return;
        }
    }
}

async fn fingerprint(read_from: &ReadFrom) -> Fingerprint {
    let read_from = read_from.clone();
    let asked = spawn_blocking(move || read_from.fingerprint()).await;
    asked.unwrap_or_default()
}

async fn load(options: &Arc<LoadOptions>) -> (Result<Config, Problems>, ReadFrom) {
    let options = Arc::clone(options);
    let read = spawn_blocking(move || {
        let mut files = ReadFrom::default();
        let check = crate::ui::keys::problems;
        (config::load_checked(&options, &mut files, &check), files)
    });
    read.await.unwrap_or_else(|failed| {
        tracing::error!(%failed, "reading the configuration failed");
        (Err(Problems::default()), ReadFrom::default())
    })
}

/// Goes on with `config`, as far as that is possible without other connections. Answers what is to be said.
async fn adopt(
    hub: &Hub,
    running: &mut Arc<Config>,
    config: Config,
) -> Result<Option<String>, HubGone> {
    hub.complain(None).await?;
    let restart = takes_a_restart(running, &config);
    let config = Arc::new(Config {
        database: running.database.clone(),
        redis: running.redis.clone(),
        ..config
    });
    let is_other = *config != **running;
    if is_other {
        tracing::info!("the configuration has changed");
        hub.reload(Arc::clone(&config)).await?;
        *running = config;
    }
    if !restart.is_empty() {
        let what = restart.join(" and ");
        let said = format!("the configuration was read again, but {what} takes a restart");
        tracing::warn!("{said}");
        hub.tell(Err(said.clone())).await?;
        return Ok(Some(said));
    }
    if is_other {
        let said = "the configuration was read again".to_owned();
        hub.tell(Ok(said.clone())).await?;
        return Ok(Some(said));
    }
    Ok(None)
}

/// What has changed and is not taken up while the program runs.
fn takes_a_restart(old: &Config, new: &Config) -> Vec<&'static str> {
    let screen = |config: &Config| {
        let screen = &config.screen;
        (screen.ascii, screen.color, screen.braille)
    };
    let place = |config: &Config| (config.serve.bind, config.serve.port);
    let notify = |config: &Config| config.redis.url.is_none() && open::wants_live(config);
    [
        (old.database != new.database, "[database]"),
        (old.redis != new.redis, "[redis]"),
        (screen(old) != screen(new), "[screen]"),
        (old.log != new.log, "[log]"),
        (place(old) != place(new), "where `kpi serve` answers"),
        (
            !notify(old) && notify(new) && old.database.direct_url.is_some(),
            "the first `live`",
        ),
    ]
    .into_iter()
    .filter_map(|(has_changed, what)| has_changed.then_some(what))
    .collect()
}

/// The first problem in a line, and how many more there are.
fn words(problems: &Problems) -> String {
    let Some(first) = problems.0.first() else {
        return "the configuration cannot be read; see the log".to_owned();
    };
    let mut text = first.file.clone();
    for number in [first.line, first.column].into_iter().flatten() {
        text.push_str(&format!(":{number}"));
    }
    text.push_str(": ");
    text.push_str(&first.message);
    if let Some(hint) = &first.hint {
        text.push_str(&format!(" ({hint})"));
    }
    if problems.0.len() > 1 {
        text.push_str(&format!(", and {} more", problems.0.len() - 1));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const TEXT: &str = "[database]\nurl = \"postgres://a@localhost/b\"\n[[dashboard]]\nname = \"One\"\n\
         [dashboard.panel.a]\nkind = \"text\"\ntext = \"a\"\n";

    fn read(text: &str) -> Result<Config, Problems> {
        Config::from_toml("config.toml", text, &BTreeMap::new())
    }

    #[test]
    fn a_problem_is_a_line_with_its_place() {
        let text = TEXT.replace("kind = \"text\"", "kin = \"text\"");
        let said = words(&read(&text).unwrap_err());
        assert!(said.starts_with("config.toml:"), "{said}");
        assert!(said.contains("`kin`"), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }

    #[test]
    fn connections_take_a_restart_and_panels_do_not() {
        let old = read(TEXT).unwrap();
        let other = read(&TEXT.replace("\"a\"\n", "\"b\"\n")).unwrap();
        assert!(takes_a_restart(&old, &other).is_empty());
        let text = format!(
            "{}\n[redis]\nprefix = \"x\"\n",
            TEXT.replace("/b\"", "/c\"")
        );
        let other = read(&text).unwrap();
        assert_eq!(takes_a_restart(&old, &other), ["[database]", "[redis]"]);
    }
}
