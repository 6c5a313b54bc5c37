//! What several test programs share. Each uses its own part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod fixtures;
pub mod viewer;
