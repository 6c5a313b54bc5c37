//! Live updates against real servers: what is announced arrives, or its absence is told.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "redis/support.rs"]
mod support;

#[path = "redis/access.rs"]
mod access;
#[path = "redis/contract.rs"]
mod contract;
#[path = "redis/failover.rs"]
mod failover;
#[path = "redis/holes.rs"]
mod holes;
#[path = "redis/load.rs"]
mod load;
