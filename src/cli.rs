//! cli

pub mod config;
pub mod init;
pub mod migrate;
