//! Figures in Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::{Display, Write as _};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::Room;
use super::routes::Route;
use crate::model::panel_data::Link;
use crate::serve::state::{Number, ROUND_TRIPS, Standing};

/// What HTTP itself did since the process began.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Answers by route and by the status' first digit.
    requests: [[Number; 5]; Route::ALL.len()],
    /// Answers by time until they began, see [`ROUND_TRIPS`]; not cumulative.
    durations: [Number; ROUND_TRIPS.len() + 1],
    /// Microseconds of all.
    micros: Number,
    /// Refused for their form: too long, too large, another method or name.
    pub refused: Number,
    /// Refused for want of a token.
    pub strangers: Number,
    /// Connections taken in.
    pub opened: Number,
    /// Connections that ended.
    pub closed: Number,
}

impl Traffic {
    pub fn answered(&self, route: Route, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.requests[route as usize][class].count();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.add(micros);
        self.durations[ROUND_TRIPS.partition_point(|end| *end < micros)].count();
    }
}

/// One word for how a replica stands.
pub(super) fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Unknown { .. } => "unknown",
        Standing::Follower => "follower",
        Standing::Leader { .. } => "leader",
        Standing::Adrift { .. } => "adrift",
        Standing::Resigned => "resigned",
    }
}

const STANDINGS: [&str; 5] = ["unknown", "follower", "leader", "adrift", "resigned"];

/// All figures.
pub(super) fn text(room: &Room, now: Instant) -> String {
    let mut page = Page::default();
    process(room, now, &mut page);
    lease(room, now, &mut page);
    links(room, &mut page);
    queries(room, &mut page);
    feed(room, &mut page);
    history(room, &mut page);
    http(room, &mut page);
    page.0
}

fn process(room: &Room, now: Instant, page: &mut Page) {
    page.family("kpi_info", "gauge", "The program's version; always 1.");
    let version = env!("CARGO_PKG_VERSION");
    page.line(&format!("kpi_info{{version=\"{version}\"}}"), 1);
    let up = now.saturating_duration_since(room.state.since);
    page.one(
        "kpi_uptime_seconds",
        "gauge",
        "Since the process began.",
        up.as_secs_f64(),
    );
    if let Some(bytes) = resident() {
        page.one(
            "process_resident_memory_bytes",
            "gauge",
            "Memory that is in RAM.",
            bytes,
        );
    }
}

fn lease(room: &Room, now: Instant, page: &mut Page) {
    let standing = room.state.standing.borrow().clone();
    page.family(
        "kpi_standing",
        "gauge",
        "How this replica stands: 1 for one of the words.",
    );
    for name in STANDINGS {
        let is = u8::from(name == word(&standing));
        page.line(&format!("kpi_standing{{standing=\"{name}\"}}"), is);
    }
    let leads = u8::from(standing.leads(now));
    page.one(
        "kpi_lease_held",
        "gauge",
        "1 while this replica holds the lease.",
        leads,
    );
    let epoch = standing.epoch().unwrap_or(0);
    page.one(
        "kpi_lease_epoch",
        "gauge",
        "The epoch it publishes under; 0 for none.",
        epoch,
    );
    let counters = &room.state.counters;
    page.count(
        "kpi_elections_total",
        "Times this replica became the leader.",
        &counters.elections,
    );
    page.count(
        "kpi_lease_failures_total",
        "Beats of the lease that the database did not answer.",
        &counters.lease_failures,
    );
}

fn queries(room: &Room, page: &mut Page) {
    let counters = &room.state.counters;
    page.count(
        "kpi_queries_total",
        "Queries that PostgreSQL answered.",
        &counters.queries,
    );
    page.count(
        "kpi_query_failures_total",
        "Queries that failed.",
        &counters.failures,
    );
    page.count(
        "kpi_query_rows_total",
        "Rows in the answers.",
        &counters.rows,
    );
    page.histogram(
        "kpi_query_duration_seconds",
        "Round trips of queries.",
        &counters.round_trips,
        &counters.round_trip_micros,
    );
}

fn feed(room: &Room, page: &mut Page) {
    let counters = &room.state.counters;
    page.count(
        "kpi_published_total",
        "Results published to Redis.",
        &counters.published,
    );
    page.count(
        "kpi_published_bytes_total",
        "Their bytes, compressed.",
        &counters.published_bytes,
    );
    page.count(
        "kpi_publish_too_large_total",
        "Results that were too large to publish.",
        &counters.too_large,
    );
    page.count(
        "kpi_publish_failures_total",
        "Publishing that Redis did not do.",
        &counters.publish_failures,
    );
    page.count(
        "kpi_publish_superseded_total",
        "Publishing refused because of a later epoch.",
        &counters.superseded,
    );
    page.one(
        "kpi_interests",
        "gauge",
        "What viewers of the feed look at.",
        counters.interests.get(),
    );
    page.one(
        "kpi_interests_unknown",
        "gauge",
        "Of these, what the configuration does not know.",
        counters.unknown.get(),
    );
    page.count(
        "kpi_interests_refused_total",
        "Interests that were none.",
        &counters.refused,
    );
    if let Some(micros) = counters.redis_micros.get() {
        page.one(
            "kpi_redis_lag_seconds",
            "gauge",
            "Redis' answer to the last heartbeat; absent without one, and where the lease is not held.",
            seconds(micros),
        );
    }
}

fn links(room: &Room, page: &mut Page) {
    let condition = room.state.hub.condition();
    let feed = room.state.feed.borrow().link.clone();
    let links = [
        ("database", &condition.links.database),
        ("feed", &feed),
        ("redis", &condition.links.redis),
    ];
    page.family(
        "kpi_link_up",
        "gauge",
        "1 while a connection answers: PostgreSQL, the feed in Redis, live updates in Redis.",
    );
    for (name, link) in links {
        if *link != Link::Off {
            let is_up = u8::from(*link == Link::Up);
            page.line(&format!("kpi_link_up{{link=\"{name}\"}}"), is_up);
        }
    }
    page.one(
        "kpi_config_last_reload_successful",
        "gauge",
        "0 while the configuration's files are broken and the one read before is in force.",
        u8::from(!condition.is_complaining),
    );
}

fn history(room: &Room, page: &mut Page) {
    let counters = &room.state.counters;
    page.count(
        "kpi_recorded_total",
        "Numbers of panels that became samples.",
        &counters.recorded,
    );
    page.count(
        "kpi_unrecorded_total",
        "Numbers of panels that are lost: refused, or too many waited.",
        &counters.unrecorded,
    );
    page.count(
        "kpi_record_failures_total",
        "Tries to record that came to nothing; most are repeated.",
        &counters.record_failures,
    );
    page.count(
        "kpi_rollup_failures_total",
        "Tries to roll up or to remove what is old that came to nothing.",
        &counters.roll_up_failures,
    );
}

fn http(room: &Room, page: &mut Page) {
    let traffic = &room.traffic;
    page.family(
        "kpi_viewers",
        "gauge",
        "Who looks through this process now; readers of the feed, at whoever holds the lease.",
    );
    if let Some(viewers) = room.state.counters.viewers.get() {
        page.line("kpi_viewers{via=\"feed\"}", viewers);
    }
    let listening = room.limits.streams - room.streams.available_permits();
    page.line("kpi_viewers{via=\"http\"}", room.gallery.len());
    page.line("kpi_viewers{via=\"events\"}", listening);
    let (hits, made) = room.gallery.counts();
    page.one(
        "kpi_http_cache_hits_total",
        "counter",
        "Bodies that were there already.",
        hits,
    );
    page.one(
        "kpi_http_cache_misses_total",
        "counter",
        "Bodies that had to be made.",
        made,
    );
    page.family(
        "kpi_http_requests_total",
        "counter",
        "Answers by route and status.",
    );
    for route in Route::ALL {
        for (class, count) in traffic.requests[route as usize].iter().enumerate() {
            if count.get() > 0 {
                let name = route.path();
                let labels = format!("route=\"{name}\",status=\"{}xx\"", class + 1);
                page.line(&format!("kpi_http_requests_total{{{labels}}}"), count.get());
            }
        }
    }
    page.histogram(
        "kpi_http_request_duration_seconds",
        "Time until answers began.",
        &traffic.durations,
        &traffic.micros,
    );
    page.family(
        "kpi_http_refused_total",
        "counter",
        "Requests refused before any route.",
    );
    for (why, count) in [("form", &traffic.refused), ("token", &traffic.strangers)] {
        page.line(
            &format!("kpi_http_refused_total{{why=\"{why}\"}}"),
            count.get(),
        );
    }
    let open = traffic.opened.get().saturating_sub(traffic.closed.get());
    page.one("kpi_http_connections", "gauge", "Connections now.", open);
}

/// Bytes in RAM, as Linux tells; none elsewhere.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.line(name, value);
    }

    fn count(&mut self, name: &str, help: &str, value: &Number) {
        self.one(name, "counter", help, value.get());
    }

    /// `buckets` by [`ROUND_TRIPS`]; their sum in microseconds.
    fn histogram(&mut self, name: &str, help: &str, buckets: &[Number], sum: &Number) {
        self.family(name, "histogram", help);
        let mut total = 0;
        let ends = ROUND_TRIPS.iter().map(|end| seconds(*end).to_string());
        for (end, count) in ends.chain(["+Inf".to_owned()]).zip(buckets) {
            total += count.get();
            self.line(&format!("{name}_bucket{{le=\"{end}\"}}"), total);
        }
        self.line(&format!("{name}_sum"), seconds(sum.get()));
        self.line(&format!("{name}_count"), total);
    }
}
