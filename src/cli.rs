//! cli

pub mod migrate;
