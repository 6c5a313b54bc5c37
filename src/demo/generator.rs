//! Believable KPIs of a web shop as a function of time, so that history and live samples are one line.
//!
//! Nothing is remembered between two calls: noise comes from hashing the seed, the feed and the time.

use super::story::Story;

/// One KPI, a row of `metrics`.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// A unit id.
    pub unit: &'static str,
    /// Where the business wants it to be.
    pub target: Option<f64>,
}

const fn metric(
    name: &'static str,
    title: &'static str,
    unit: &'static str,
    target: Option<f64>,
) -> Metric {
    Metric {
        name,
        title,
        unit,
        target,
    }
}

/// The KPIs. What is counted is a rate, so that an average over any stretch of time means the same.
pub const METRICS: [Metric; 10] = [
    metric("orders", "Orders per minute", "short", Some(80.0)),
    metric(
        "revenue",
        "Revenue per hour",
        "currencyUSD",
        Some(250_000.0),
    ),
    metric("sessions", "Active sessions", "short", None),
    metric("signups", "Sign-ups per minute", "short", Some(6.0)),
    metric("conversion", "Conversion", "percent", Some(3.0)),
    metric("refunds", "Refunds per minute", "short", None),
    metric("error_rate", "Error rate", "percent", Some(1.0)),
    metric("latency_p95", "Latency p95", "ms", Some(250.0)),
    metric("queue_depth", "Queue depth", "short", Some(200.0)),
    metric("cpu", "CPU", "percent", Some(80.0)),
];

/// What a feed measures, with what sets it apart from its siblings.
#[derive(Clone, Copy, Debug)]
enum Source {
    Orders(Region),
    Revenue(Region),
    Sessions,
    Signups,
    Conversion,
    Refunds,
    ErrorRate,
    Latency { calm: f64, busy: f64, payment: f64 },
    QueueDepth,
    Cpu { calm: f64, busy: f64 },
}

#[derive(Clone, Copy, Debug)]
struct Region {
    /// Part of all orders.
    share: f64,
    /// Hours its day is ahead of ours.
    ahead: f64,
    /// Dollars per order.
    basket: f64,
}

const EU: Region = region(0.38, 0.0, 62.0);
const US: Region = region(0.34, -6.0, 71.0);
const APAC: Region = region(0.18, 7.0, 48.0);
const LATAM: Region = region(0.10, -4.0, 39.0);

const fn region(share: f64, ahead: f64, basket: f64) -> Region {
    Region {
        share,
        ahead,
        basket,
    }
}

/// One stream of samples: a metric with one set of labels.
#[derive(Clone, Copy, Debug)]
pub struct Feed {
    /// The metric's name.
    pub metric: &'static str,
    /// A JSON object.
    pub labels: &'static str,
    /// Seconds between two live samples.
    pub every: i64,
    decimals: usize,
    source: Source,
}

const fn feed(
    metric: &'static str,
    labels: &'static str,
    every: i64,
    decimals: usize,
    source: Source,
) -> Feed {
    Feed {
        metric,
        labels,
        every,
        decimals,
        source,
    }
}

/// Every feed. Feeds that panels add up speak in the same second, or a sum would lack some.
pub const FEEDS: [Feed; 20] = [
    feed("orders", r#"{"region": "eu"}"#, 2, 1, Source::Orders(EU)),
    feed("orders", r#"{"region": "us"}"#, 2, 1, Source::Orders(US)),
    feed(
        "orders",
        r#"{"region": "apac"}"#,
        2,
        1,
        Source::Orders(APAC),
    ),
    feed(
        "orders",
        r#"{"region": "latam"}"#,
        2,
        1,
        Source::Orders(LATAM),
    ),
    feed("revenue", r#"{"region": "eu"}"#, 2, 2, Source::Revenue(EU)),
    feed("revenue", r#"{"region": "us"}"#, 2, 2, Source::Revenue(US)),
    feed(
        "revenue",
        r#"{"region": "apac"}"#,
        2,
        2,
        Source::Revenue(APAC),
    ),
    feed(
        "revenue",
        r#"{"region": "latam"}"#,
        2,
        2,
        Source::Revenue(LATAM),
    ),
    feed("sessions", "{}", 1, 0, Source::Sessions),
    feed("signups", "{}", 1, 2, Source::Signups),
    feed("conversion", "{}", 1, 2, Source::Conversion),
    feed("refunds", "{}", 1, 2, Source::Refunds),
    feed("error_rate", "{}", 1, 3, Source::ErrorRate),
    feed(
        "latency_p95",
        r#"{"service": "api"}"#,
        1,
        1,
        latency(95.0, 55.0, 0.4),
    ),
    feed(
        "latency_p95",
        r#"{"service": "checkout"}"#,
        1,
        1,
        latency(150.0, 70.0, 2.4),
    ),
    feed(
        "latency_p95",
        r#"{"service": "search"}"#,
        1,
        1,
        latency(60.0, 45.0, 0.1),
    ),
    feed("queue_depth", "{}", 1, 0, Source::QueueDepth),
    feed("cpu", r#"{"host": "web-1"}"#, 2, 1, cpu(16.0, 40.0)),
    feed("cpu", r#"{"host": "web-2"}"#, 2, 1, cpu(18.0, 37.0)),
    feed("cpu", r#"{"host": "db-1"}"#, 2, 1, cpu(24.0, 24.0)),
];

const fn latency(calm: f64, busy: f64, payment: f64) -> Source {
    Source::Latency {
        calm,
        busy,
        payment,
    }
}

const fn cpu(calm: f64, busy: f64) -> Source {
    Source::Cpu { calm, busy }
}

/// The shop.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    /// Seconds the viewer's clock is ahead of UTC: nights are nights where the demo is looked at.
    offset: i64,
    story: Story,
}

impl Generator {
    /// A shop whose story is told around `start` (Unix seconds).
    pub fn new(seed: u64, offset: i64, start: i64) -> Self {
        Self {
            seed,
            offset,
            story: Story::around(start),
        }
    }

    /// Its incidents.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// What feed number `feed` shows at `at` (Unix seconds), never negative.
    pub fn value(&self, feed: usize, at: i64) -> f64 {
        let known = &FEEDS[feed % FEEDS.len()];
        let id = feed as u64;
        let mood = self.story.mood(at);
        let busy = self.traffic(at, 0.0);
        let lively = 1.0 + 0.05 * self.drift(id, at, 900) + 0.03 * self.drift(id, at, 120);
        let jitter = |amount: f64| 1.0 + amount * self.noise(id, at);
        let orders = |region: Region| {
            130.0
                * region.share
                * self.traffic(at, region.ahead)
                * (1.0 - 0.78 * mood.payment)
                * (1.0 + 0.22 * mood.campaign)
        };
        let value = match known.source {
            Source::Orders(region) => orders(region) * lively * jitter(0.05),
            Source::Revenue(region) => {
                orders(region) * region.basket * 60.0 * lively * jitter(0.07)
            }
            Source::Sessions => {
                2600.0 * busy * (1.0 + 0.35 * mood.campaign) * lively * jitter(0.012)
            }
            Source::Signups => 9.0 * busy * (1.0 + 0.9 * mood.campaign) * lively * jitter(0.1),
            Source::Conversion => {
                (3.1 + 0.5 * busy) * (1.0 - 0.74 * mood.payment) * lively * jitter(0.025)
            }
            Source::Refunds => 1.9 * busy * (1.0 + 2.2 * mood.payment) * lively * jitter(0.12),
            Source::ErrorRate => {
                (0.28 + 0.25 * busy) * lively * jitter(0.14)
                    + 6.8 * mood.payment * jitter(0.06)
                    + 1.1 * mood.deploy
            }
            Source::Latency {
                calm,
                busy: more,
                payment,
            } => {
                let stress = 1.0 + 1.9 * mood.deploy + payment * mood.payment + 0.12 * mood.backlog;
                (calm + more * busy) * stress * lively * jitter(0.05)
            }
            Source::QueueDepth => {
                (28.0 + 60.0 * busy) * lively * jitter(0.08) + 940.0 * mood.backlog * jitter(0.02)
            }
            Source::Cpu { calm, busy: more } => ((calm + more * busy) * lively * jitter(0.05)
                + 17.0 * mood.deploy
                + 11.0 * mood.backlog)
                .min(99.5),
        };
        value.max(0.0)
    }

    /// The same, as `numeric` reads it.
    pub fn text(&self, feed: usize, at: i64) -> String {
        let decimals = FEEDS[feed % FEEDS.len()].decimals;
        format!("{:.decimals$}", self.value(feed, at))
    }

    /// How busy the day is, about 0.2 in the small hours to 1.2 in the evening: a long hump around half past
    /// two and a short one after work. Saturdays buy most, Mondays least.
    fn traffic(&self, at: i64, ahead: f64) -> f64 {
        let local = (at + self.offset) as f64 + ahead * 3600.0;
        let hour = (local / 3600.0).rem_euclid(24.0);
        let wave = 0.5 - 0.5 * (std::f64::consts::TAU * (hour - 3.0) / 24.0).cos();
        let evening = (-((hour - 20.3) / 1.7).powi(2)).exp();
        // 1970-01-01 was a Thursday.
        let day = (local / 86_400.0).floor().rem_euclid(7.0) as usize;
        let weekday = [1.0, 1.02, 1.15, 1.1, 0.93, 0.96, 0.98][day.min(6)];
        (0.2 + 0.8 * wave.powf(1.3) + 0.22 * evening) * weekday
    }

    /// Noise from -1 to 1 that changes smoothly within about `period` seconds.
    fn drift(&self, feed: u64, at: i64, period: i64) -> f64 {
        let cell = at.div_euclid(period);
        let part = at.rem_euclid(period) as f64 / period as f64;
        let ease = part * part * (3.0 - 2.0 * part);
        let corner = |cell: i64| self.hash(feed ^ (period as u64) << 32, cell);
        corner(cell) * (1.0 - ease) + corner(cell + 1) * ease
    }

    /// Noise about normally distributed, with a deviation of about 0.6: the sum of three even ones.
    fn noise(&self, feed: u64, at: i64) -> f64 {
        (0..3)
            .map(|part| self.hash(feed | (part + 1) << 16, at))
            .sum::<f64>()
            / 1.7
    }

    /// An even number from -1 to 1 that belongs to `stream` and `at`.
    fn hash(&self, stream: u64, at: i64) -> f64 {
        let mix = self.seed
            ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ (at as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
        fastrand::Rng::with_seed(mix).f64() * 2.0 - 1.0
    }
}

#[cfg(test)]
mod tests;
