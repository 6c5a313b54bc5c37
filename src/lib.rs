//! `kpi`: the KPIs that live in your PostgreSQL, as a dashboard in a terminal.
//!
//! Data moves in one direction: [`source`]s send updates to the [`hub`], which publishes immutable
//! snapshots; a [`session`] (one viewer) draws them with [`view`] and sends back what it looks at.
//! Rooms are stacked in floors and import downwards only; `tests/layers.rs` holds them to it.
//!
//! | floor | rooms |
//! |---|---|
//! | 7 | `main`, [`cli`] |
//! | 6 | [`check`], [`demo`], [`serve`] |
//! | 5 | [`front`] |
//! | 4 | [`session`] |
//! | 3 | [`hub`], [`view`], [`export`], [`source`] |
//! | 2 | [`ui`] |
//! | 1 | [`config`], [`query`], [`assertion`] |
//! | 0 | [`model`], [`system`] |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

pub mod assertion;
pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod export;
pub mod front;
pub mod hub;
pub mod model;
pub mod query;
#[cfg(feature = "serve")]
pub mod serve;
pub mod session;
pub mod source;
pub mod system;
pub mod ui;
pub mod view;
