//! cli

pub mod config;
pub mod init;
