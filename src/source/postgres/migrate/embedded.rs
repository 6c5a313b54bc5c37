//! The migrations of this program: the files of `sql/migrations`.

use super::Migration;
use crate::model::panel_data::Failure;

/// In order.
pub(super) const EMBEDDED: [(&str, &str); 7] = [
    (
        "0001_metrics_and_samples.sql",
        include_str!("../../../../sql/migrations/0001_metrics_and_samples.sql"),
    ),
    (
        "0002_annotations.sql",
        include_str!("../../../../sql/migrations/0002_annotations.sql"),
    ),
    (
        "0003_retention.sql",
        include_str!("../../../../sql/migrations/0003_retention.sql"),
    ),
    (
        "0004_notify.sql",
        include_str!("../../../../sql/migrations/0004_notify.sql"),
    ),
    (
        "0005_lease.sql",
        include_str!("../../../../sql/migrations/0005_lease.sql"),
    ),
    (
        "0006_rollups.sql",
        include_str!("../../../../sql/migrations/0006_rollups.sql"),
    ),
    (
        "0007_lease_epoch.sql",
        include_str!("../../../../sql/migrations/0007_lease_epoch.sql"),
    ),
];

/// Every migration of this program, ascending.
pub fn embedded() -> Result<Vec<Migration>, Failure> {
    EMBEDDED
        .iter()
        .map(|(file, sql)| Migration::parse(file, sql))
        .collect()
}
