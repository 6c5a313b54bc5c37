use proptest::prelude::*;

use super::*;

const SUPABASE: &str = "postgresql://postgres:[PASSWORD]@aws-1-eu-central-2.pooler.supabase.com:6543/postgres?pgbouncer=true";

fn parse(url: &str) -> Target {
    Target::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn refusal(url: &str) -> String {
    Target::parse(url).expect_err(url).to_string()
}

#[test]
fn the_deployment_document_s_url_works_verbatim() {
    let target = parse(SUPABASE);
    assert_eq!(
        target.place(),
        "aws-1-eu-central-2.pooler.supabase.com:6543"
    );
    assert_eq!(target.user.as_deref(), Some("postgres"));
    assert_eq!(target.password, Some(Secret("[PASSWORD]".to_owned())));
    assert_eq!(target.database.as_deref(), Some("postgres"));
    assert_eq!(target.tls, TlsMode::Require);
    assert!(target.hints.pooler);
    assert!(
        target.warnings[0].contains("postgres.<project-ref>"),
        "{:?}",
        target.warnings
    );
    assert!(!format!("{target:?}").contains("[PASSWORD]"));
}

#[test]
fn local_servers_prefer_tls_and_distant_ones_require_it() {
    for url in [
        "postgres://localhost/x",
        "postgres://127.0.0.1/x",
        "postgres://[::1]:5433/x",
        "postgres:///x?host=/var/run/postgresql",
        "postgres://%2Ftmp/x",
        "postgres:///x",
    ] {
        assert_eq!(parse(url).tls, TlsMode::Prefer, "{url}");
    }
    for url in ["postgres://db.example.com/x", "postgres://localhost,far/x"] {
        assert_eq!(parse(url).tls, TlsMode::Require, "{url}");
    }
}

#[test]
fn hosts_ports_and_sockets_are_read_as_libpq_does() {
    let target = parse("postgres://u@a:1,b,[::1]:3/d");
    let places: Vec<_> = target.hosts.iter().map(ToString::to_string).collect();
    assert_eq!(places, ["a:1", "b:5432", "[::1]:3"]);
    let target = parse("postgres://u@/d?host=/run/pg&port=6000");
    assert_eq!(target.place(), "/run/pg/.s.PGSQL.6000");
    let target = parse("postgres://u@name:5/d?hostaddr=10.0.0.1");
    assert_eq!(target.hosts[0].address, "10.0.0.1".parse().ok());
    assert_eq!(target.place(), "name:5");
}

#[test]
fn prisma_and_libpq_parameters_are_understood() {
    let target = parse(
        "postgres://u:p@h/d?pgbouncer=true&connection_limit=7&pool_timeout=3&schema=kpi&\
         statement_cache_size=0&socket_timeout=5&connect_timeout=4&sslmode=verify-full&\
         sslrootcert=/etc/ca.pem&channel_binding=require&application_name=kpi%20x&gssencmode=disable&\
         target_session_attrs=standby&keepalives_idle=30&client_encoding=utf8&statement_timeout=250",
    );
    assert_eq!(target.hints.pool_size, Some(7));
    assert_eq!(target.hints.schema.as_deref(), Some("kpi"));
    assert_eq!(
        target.hints.statement_timeout,
        Some(Duration::from_millis(250))
    );
    assert_eq!(target.hints.pool_timeout, Some(Duration::from_secs(3)));
    assert_eq!(target.connect_timeout, Some(Duration::from_secs(4)));
    assert_eq!(target.tls, TlsMode::VerifyFull);
    assert_eq!(target.roots, Roots::File("/etc/ca.pem".into()));
    assert_eq!(target.binding, Binding::Require);
    assert_eq!(target.application_name.as_deref(), Some("kpi x"));
    assert_eq!(target.session, Session::Standby);
    assert_eq!(target.keep_alive.idle, Some(Duration::from_secs(30)));
}

#[test]
fn root_certificates_mean_what_libpq_says() {
    let require = parse("postgres://h/d?sslmode=require&sslrootcert=/ca.pem");
    assert_eq!(require.verification(), TlsMode::VerifyCa);
    assert_eq!(
        parse("postgres://h/d?sslrootcert=system").tls,
        TlsMode::VerifyFull
    );
    assert!(
        refusal("postgres://h/d?sslmode=require&sslrootcert=system")
            .contains("verify-full with sslrootcert=system")
    );
    let prisma = parse("postgres://h/d?sslaccept=strict&sslcert=/ca.pem");
    assert_eq!(
        (prisma.tls, prisma.roots),
        (TlsMode::VerifyFull, Roots::File("/ca.pem".into()))
    );
    let lax = parse("postgres://h/d?sslaccept=accept_invalid_certs");
    assert_eq!(lax.verification(), TlsMode::Require);
}

#[test]
fn an_unknown_parameter_is_named_and_its_value_is_not() {
    let text = refusal("postgres://u:p@h/d?sslmod=hunter2");
    assert_eq!(
        text,
        "the URL has an unknown parameter `sslmod`; did you mean `sslmode`?"
    );
    let text = refusal("postgres://u:p@h/d?sslmode=hunter2");
    assert!(
        text.contains("`sslmode`") && !text.contains("hunter2"),
        "{text}"
    );
    assert!(refusal("postgres://u@h/d?sslcert=a&sslkey=b").contains("client certificates"));
}

#[test]
fn an_unescaped_password_is_noticed() {
    for password in ["p@ss", "p/ss", "p?ss", "p#ss", "p%ss", "p@s/s?x=1", "%"] {
        let text = refusal(&format!("postgres://u:{password}@h:5432/d?sslmode=require"));
        assert!(text.contains("percent-encode"), "{password}: {text}");
    }
    let text = refusal("postgres://u@h/d?password=top&secret=1");
    assert!(
        text.contains("percent-encode the password") && !text.contains("secret"),
        "{text}"
    );
    let ok = parse("postgres://u:p%40%2F%3F%23%25@h/d");
    assert_eq!(ok.password, Some(Secret("p@/?#%".to_owned())));
}

#[test]
fn nonsense_is_refused_in_words() {
    assert!(refusal("mysql://h/d").contains("postgresql://user:password@host"));
    assert!(refusal("postgres://h:99999/d").contains("1 to 65535"));
    assert!(refusal("postgres://h:0/d").contains("1 to 65535"));
    assert!(refusal("postgres://::1/d").contains("[::1]"));
    assert!(refusal("postgres://u:%ff@h/d").contains("not UTF-8"));
}

proptest! {
    #[test]
    fn no_password_is_ever_printed(password in "[a-zA-Z0-9@/#?%:&=+\\[\\]!$, -]{6,24}", place in 0..3_usize) {
        let url = match place {
            0 => format!("postgres://u:{password}@h:5432/d?sslmode=require"),
            1 => format!("postgres://u@h/d?password={password}&sslmode=require"),
            _ => format!("postgres://u:{password}@h,{{}}/"),
        };
        let shown = match Target::parse(&url) {
            Ok(target) => format!("{target:?} {} {:?}", target.place(), target.warnings),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!shown.contains(password.trim()), "{shown}");
        // Nor any longer part of it.
        for piece in password.split(['@', '/', '#', '?', '%', ':', '&', '=', ',']).filter(|p| p.trim().len() >= 6) {
            prop_assert!(!shown.contains(piece.trim()), "{shown}");
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = Target::parse(&text);
        let _ = Target::parse(&format!("postgres://{text}"));
    }
}
