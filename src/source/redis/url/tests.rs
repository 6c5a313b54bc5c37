//! Every way to write a Redis URL, and that no error shows a password.

use super::*;

fn parsed(url: &str) -> RedisTarget {
    RedisTarget::parse(url, None).unwrap_or_else(|failure| panic!("{url}: {failure:?}"))
}

fn host(host: &str, port: u16) -> Place {
    Place::Host(Address {
        host: host.to_owned(),
        port,
    })
}

#[test]
fn hosts_ports_databases_and_logins_are_read() {
    assert_eq!(parsed("redis://localhost").place, host("localhost", 6379));
    assert_eq!(parsed("redis://").place, host("127.0.0.1", 6379));
    assert_eq!(parsed("redis://[::1]:7000/").place, host("::1", 7000));
    let full = parsed("rediss://app:p%40ss%3Aword@cache.example:6380/3");
    assert_eq!(full.place, host("cache.example", 6380));
    assert_eq!((full.tls, full.database), (true, 3));
    assert_eq!(full.login.user.as_deref(), Some("app"));
    assert_eq!(full.login.password.as_deref(), Some("p@ss:word"));
    let bare = parsed("redis://:secret@h");
    assert_eq!(
        (bare.login.user, bare.login.password.as_deref()),
        (None, Some("secret"))
    );
}

#[test]
fn sockets_have_their_database_and_login_behind_a_question_mark() {
    let target = parsed("unix:///run/redis%20a/r.sock?db=2&user=u&pass=p");
    assert_eq!(
        target.place,
        Place::Socket(PathBuf::from("/run/redis a/r.sock"))
    );
    assert_eq!(
        (target.database, target.login.password.as_deref()),
        (2, Some("p"))
    );
}

#[test]
fn a_prefix_of_the_url_comes_before_the_configured_one() {
    assert_eq!(parsed("redis://h").prefix("kpi"), "kpi");
    let own = parsed("redis://h/1?prefix=shop%3Aeu");
    assert_eq!((own.prefix("kpi"), own.database), ("shop:eu", 1));
}

#[test]
fn sentinels_have_a_login_of_their_own() {
    let target = parsed(
        "rediss+sentinel://app:one@a:1,b,[::1]:3/mymaster/4?sentinel_user=s&sentinel_password=two",
    );
    assert_eq!((target.tls, target.database), (true, 4));
    assert_eq!(target.login.password.as_deref(), Some("one"));
    assert_eq!(target.to_string(), "mymaster of a:1,b:26379,[::1]:3");
    let Place::Sentinel { login, .. } = &target.place else {
        panic!("sentinels");
    };
    assert_eq!(login.user.as_deref(), Some("s"));
    assert!(target.is_secret_in("unknown command, args: two"));
}

#[test]
fn no_error_and_no_debug_text_shows_a_password() {
    for url in [
        "redis://u:hunter@2secret@host:6379",
        "redis://u:hunter/2secret@host",
        "redis://u:hunter#2secret@host",
        "redis://u:hunter?2secret@host",
        "redis://u:hunter%2secret@host",
        "redis://u:hunter%ZZsecret@host",
        "redis://u:hunter2secret",
        "redis://hunter:2secret:x",
        "redis://u:p@h?hunter2secret=1",
        "redis://u:p@h/hunter2secret",
        "http://u:hunter2secret@h",
        "redis+sentinel://u:hunter2secret@h",
        "hunter2secret",
    ] {
        let failure = RedisTarget::parse(url, None).expect_err(url);
        let text = format!("{failure:?}");
        assert!(
            !text.contains("hunter") && !text.contains("2secret"),
            "{url}: {text}"
        );
        assert!(!failure.summary.is_empty());
    }
    let debug = format!(
        "{:?}",
        parsed("redis+sentinel://u:hunter@h/m?sentinel_password=hunter")
    );
    assert!(!debug.contains("hunter"), "{debug}");
}
