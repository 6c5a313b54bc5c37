//! What `kpi check` says about PostgreSQL: what is in between, TLS, version, role, clock.

use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_postgres::types::Type;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::connect::Connector;
use super::error::QueryError;
use super::pooling::{self, Pooling};
use super::url::{Target, TlsMode};
use crate::model::finding::Finding;
use crate::model::text::single_line;
use crate::model::time::{DAY, Moment, SECOND};

/// Clocks further apart than this put samples into the wrong minute.
const MOST_SKEW: i64 = SECOND;
/// A certificate that ends sooner is warned about.
const SOON: i64 = 21 * DAY;
/// Round trips that are measured; the median counts.
const TRIPS: usize = 5;
/// For everything together.
const PATIENCE: Duration = Duration::from_secs(20);
/// `sql/migrations` use `begin atomic`.
const OLDEST: i32 = 14;

/// What a URL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `[database] url`: panels and `kpi push`.
    Panels,
    /// `[database] direct_url`: migrations and `LISTEN`.
    Direct,
}

/// Looks at the server behind `target`. `schema` is where the KPI tables are, `clock` this machine's.
/// Opens a few connections, writes nothing, and takes 20 s at most.
pub async fn examine(
    target: &Target,
    purpose: Purpose,
    schema: &str,
    clock: fn() -> Moment,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = target
        .warnings
        .iter()
        .map(|warning| Finding::warning(warning.as_str(), "change the URL"))
        .collect();
    let looked = tokio::time::timeout(
        PATIENCE,
        look(target, purpose, schema, clock, &mut findings),
    );
    match looked.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let failure = error.failure(|_| None);
            findings.push(Finding::bad(failure.summary, failure.details.join("; ")));
        }
        Err(_) => findings.push(Finding::bad(
            format!("{} does not answer within {PATIENCE:?}", target.place()),
            "the server, the pooler or the network is frozen or overloaded",
        )),
    }
    findings
}

async fn look(
    target: &Target,
    purpose: Purpose,
    schema: &str,
    clock: fn() -> Moment,
    findings: &mut Vec<Finding>,
) -> Result<(), QueryError> {
    let connector = Connector::new(std::sync::Arc::new(target.clone()), false);
    let began = Instant::now();
    let (client, _task) = connector.open().await?;
    findings.push(Finding::ok(format!(
        "connected to {} in {}",
        target.place(),
        millis(began.elapsed())
    )));
    findings.extend(tls(target, connector.certificate().as_deref(), clock()));
    let trip = round_trip(&client).await?;
    findings.push(Finding::ok(format!("round trip {}", millis(trip))));
    findings.push(time(&client, clock).await?);
    findings.extend(server(&client, purpose, schema).await?);
    drop(client);
    findings.push(between(purpose, pooling::measure(target).await?));
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// How the connection is protected, by the certificate that was shown on it (in DER; none without TLS).
fn tls(target: &Target, certificate: Option<&[u8]>, now: Moment) -> Vec<Finding> {
    let local = target.hosts.iter().all(super::url::Host::is_local);
    let Some(certificate) = certificate else {
        return vec![if local {
            Finding::ok("no TLS, and the connection does not leave this machine")
        } else {
            Finding::warning(
                "no TLS: password and data cross the network in the clear",
                "put sslmode=verify-full into the URL",
            )
        }];
    };
    let checked = match target.verification() {
        TlsMode::VerifyFull => Finding::ok("TLS, certificate checked: authority and host name"),
        TlsMode::VerifyCa => Finding::ok("TLS, certificate checked: authority, not the host name"),
        _ if local => Finding::ok("TLS, certificate not checked, on this machine"),
        _ => Finding::warning(
            "TLS, but the certificate is not checked: whoever is in between can pass for the server",
            "put sslmode=verify-full into the URL, and sslrootcert= where the authority is a private one",
        ),
    };
    vec![checked, validity(certificate, now)]
}

fn validity(certificate: &[u8], now: Moment) -> Finding {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return Finding::warning("the server's certificate cannot be read", "");
    };
    let end = certificate
        .tbs_certificate
        .validity
        .not_after
        .to_unix_duration();
    let end = Moment(i64::try_from(end.as_micros()).unwrap_or(i64::MAX));
    let left = end.since(now);
    let date = end.rfc3339();
    let date = date.split('T').next().unwrap_or_default();
    let days = left.abs() / DAY;
    if left < 0 {
        Finding::bad(
            format!("the server's certificate expired {days} days ago, on {date}"),
            "renew it on the server; sslmode=verify-full and other clients refuse it",
        )
    } else if left < SOON {
        Finding::warning(
            format!("the server's certificate expires in {days} days, on {date}"),
            "renew it on the server",
        )
    } else {
        Finding::ok(format!("certificate valid until {date}, {days} days"))
    }
}

/// The median of a few.
async fn round_trip(client: &Client) -> Result<Duration, QueryError> {
    let mut trips = Vec::with_capacity(TRIPS);
    for _ in 0..TRIPS {
        let began = Instant::now();
        client
            .batch_execute("SELECT 1")
            .await
            .map_err(QueryError::from_driver)?;
        trips.push(began.elapsed());
    }
    trips.sort_unstable();
    Ok(trips[TRIPS / 2])
}

/// The server's clock compared with the middle of the round trip.
async fn time(client: &Client, clock: fn() -> Moment) -> Result<Finding, QueryError> {
    let sql = "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::int8";
    let asked = clock();
    let began = Instant::now();
    let row = client
        .query_typed_one(sql, &[])
        .await
        .map_err(QueryError::from_driver)?;
    let trip = began.elapsed().as_micros() as i64;
    let theirs = Moment(row.try_get(0).map_err(QueryError::from_driver)?);
    Ok(skew(theirs.since(asked.plus(trip / 2)), trip))
}

/// `skew` is positive when the server is ahead; both in microseconds.
fn skew(skew: i64, trip: i64) -> Finding {
    let words = format!(
        "clock {:.3} s {} this machine's",
        skew.abs() as f64 / 1e6,
        if skew < 0 { "behind" } else { "ahead of" }
    );
    if skew.abs() > MOST_SKEW + trip {
        Finding::warning(
            words,
            "ages of data and relative ranges are wrong by as much: let both follow NTP",
        )
    } else {
        Finding::ok(words)
    }
}

/// What the server says about itself and about us.
#[expect(
    clippy::struct_excessive_bools,
    reason = "column by column what the server answers"
)]
struct About {
    version: String,
    major: i32,
    role: String,
    superuser: bool,
    bypasses_rls: bool,
    /// Whether samples may be inserted; none where there is no such table.
    inserts: Option<bool>,
    read_only: bool,
    statement_timeout: String,
    standby: bool,
}

async fn server(
    client: &Client,
    purpose: Purpose,
    schema: &str,
) -> Result<Vec<Finding>, QueryError> {
    let sql = "SELECT current_setting('server_version'), current_setting('server_version_num')::int4 / 10000, \
               current_user::text, role.rolsuper, role.rolbypassrls, \
               (SELECT has_schema_privilege(room.oid, 'USAGE') AND has_table_privilege(samples.oid, 'INSERT') \
                FROM pg_catalog.pg_class AS samples JOIN pg_catalog.pg_namespace AS room ON room.oid = relnamespace \
                WHERE nspname = $1 AND relname = 'samples'), \
               current_setting('default_transaction_read_only') = 'on', current_setting('statement_timeout'), \
               pg_is_in_recovery() \
               FROM pg_catalog.pg_roles AS role WHERE rolname = current_user";
    let row = client
        .query_typed_one(sql, &[(&schema, Type::TEXT)])
        .await
        .map_err(QueryError::from_driver)?;
    let read = || -> Result<About, tokio_postgres::Error> {
        let text = |index: usize| {
            row.try_get::<_, &str>(index)
                .map(|text| single_line(text).into_owned())
        };
        Ok(About {
            version: text(0)?,
            major: row.try_get(1)?,
            role: text(2)?,
            superuser: row.try_get(3)?,
            bypasses_rls: row.try_get(4)?,
            inserts: row.try_get(5)?,
            read_only: row.try_get(6)?,
            statement_timeout: text(7)?,
            standby: row.try_get(8)?,
        })
    };
    let about = read().map_err(QueryError::from_driver)?;
    Ok(judge(&about, purpose, schema))
}

fn judge(about: &About, purpose: Purpose, schema: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let version = format!("PostgreSQL {}", about.version);
    findings.push(if about.major < OLDEST {
        Finding::warning(
            version,
            format!("panels work; `kpi migrate` needs version {OLDEST} or newer"),
        )
    } else {
        Finding::ok(version)
    });
    let role = &about.role;
    findings.push(if purpose == Purpose::Direct {
        // Whoever migrates owns the tables anyway.
        let sort = if about.superuser { ", a superuser" } else { "" };
        Finding::ok(format!("role {role}{sort}"))
    } else if about.superuser {
        Finding::warning(
            format!("role {role} is a superuser: it can write everything, row level security does not hold it back"),
            "log in as a role that may only read what is shown: sql/roles.sql makes kpi_reader",
        )
    } else if about.bypasses_rls {
        Finding::warning(
            format!("role {role} bypasses row level security: it sees every row"),
            "log in as a role with policies of its own: sql/roles.sql makes kpi_reader",
        )
    } else {
        let default = if about.read_only { ", read-only by default" } else { "" };
        Finding::ok(match about.inserts {
            Some(true) => format!("role {role} can write samples{default} (panels are always read-only)"),
            Some(false) => format!("role {role} cannot write samples{default}"),
            None => format!("role {role}{default}"),
        })
    });
    if about.inserts.is_none() {
        findings.push(Finding::ok(format!(
            "no KPI tables in schema {schema}: `kpi migrate` makes them, `kpi push` needs them"
        )));
    }
    findings.push(Finding::ok(match about.statement_timeout.as_str() {
        "0" => "the role has no statement_timeout; panels set their own".to_owned(),
        limit => format!("the role's statement_timeout is {limit}; panels set their own"),
    }));
    if about.standby {
        findings.push(Finding::warning(
            "this is a standby: panels work, `kpi push`, `kpi migrate` and LISTEN do not",
            "point the URL to the primary, or add target_session_attrs=read-write with both hosts",
        ));
    }
    findings
}

fn between(purpose: Purpose, pooling: Pooling) -> Finding {
    match (purpose, pooling) {
        (_, Pooling::Direct) => Finding::ok("no pooler in between (measured)"),
        (Purpose::Panels, Pooling::Transaction) => {
            Finding::ok("a transaction pooler is in between (measured)")
        }
        (Purpose::Panels, Pooling::Session) => Finding::warning(
            "a session pooler is in between (measured): each connection holds one of the server's",
            "use the transaction pooler (Supabase: port 6543), or keep [database] pool_size small",
        ),
        (Purpose::Direct, Pooling::Session) => {
            Finding::ok("a session pooler is in between (measured)")
        }
        (Purpose::Direct, Pooling::Transaction) => Finding::warning(
            "a transaction pooler is in between (measured): migrations work, LISTEN hears nothing",
            "set DIRECT_URL to the database itself, or to a session pooler",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FindingLevel;

    fn about() -> About {
        About {
            version: "15.18".into(),
            major: 15,
            role: "kpi_reader".into(),
            superuser: false,
            bypasses_rls: false,
            inserts: Some(false),
            read_only: true,
            statement_timeout: "5s".into(),
            standby: false,
        }
    }

    #[test]
    fn a_reader_has_nothing_to_be_warned_about() {
        let found = judge(&about(), Purpose::Panels, "kpi");
        assert!(
            found.iter().all(|f| f.level == FindingLevel::Ok),
            "{found:?}"
        );
        assert_eq!(
            found[1].what,
            "role kpi_reader cannot write samples, read-only by default"
        );
    }

    #[test]
    fn each_warning_says_what_to_do() {
        for change in [
            |about: &mut About| about.superuser = true,
            |about: &mut About| about.bypasses_rls = true,
            |about: &mut About| about.major = 13,
            |about: &mut About| about.standby = true,
        ] {
            let mut about = about();
            change(&mut about);
            let found = judge(&about, Purpose::Panels, "kpi");
            let warned: Vec<_> = found
                .iter()
                .filter(|f| f.level == FindingLevel::Warning && !f.advice.is_empty())
                .collect();
            assert_eq!(warned.len(), 1, "{found:?}");
        }
    }

    #[test]
    fn the_sign_of_a_skew_is_the_servers() {
        assert_eq!(
            skew(2_500_000, 0).what,
            "clock 2.500 s ahead of this machine's"
        );
        assert_eq!(
            skew(-2_500_000, 0).what,
            "clock 2.500 s behind this machine's"
        );
        assert_eq!(skew(2_500_000, 0).level, FindingLevel::Warning);
        assert_eq!(skew(900_000, 0).level, FindingLevel::Ok);
        assert_eq!(
            skew(-2_500_000, 2_000_000).level,
            FindingLevel::Ok,
            "a slow network proves nothing"
        );
    }
}
