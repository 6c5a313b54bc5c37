//! Floor 6: `kpi demo`: private servers from the binaries on this machine, filled with believable KPIs.
//!
//! The integration tests start their servers from the same room.

pub mod servers;
