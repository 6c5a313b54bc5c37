//! Bundles: what was on screen, in a file, without any connection. The demo, real servers that are gone when the
//! file is opened, and files that are damaged.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod bundle {
    pub mod files;
    pub mod incident;
    pub mod moments;
    pub mod pictures;
    pub mod screens;
}
mod stack;
mod terminal;
