//! Files → a checked configuration.
//!
//! `cargo bench --bench config`. Part of the time to the first frame.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::path::Path;

use criterion::Criterion;
use kpi_dashboard::config::{LoadOptions, load};

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("load");
    for (name, file) in [
        ("the example", "config.example.toml"),
        ("twelve panels", "benches/peers.toml"),
    ] {
        let options = LoadOptions {
            path: Some(here.join(file)),
            environment: [("DATABASE_URL", "postgresql://localhost/kpi")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            current_dir: here.to_path_buf(),
            config_folder: None,
            built_in: Vec::new(),
        };
        load(&options).unwrap_or_else(|problems| panic!("{problems}"));
        group.bench_function(name, |bench| bench.iter(|| load(black_box(&options))));
    }
    group.finish();
    criterion.final_summary();
}
