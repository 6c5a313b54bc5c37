//! The journeys of somebody on call, in a real terminal on real servers: from a red number to an answer and back.
//! What the screen says is held against SQL of the tests' own.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

#[path = "journeys/shop.rs"]
mod shop;

#[path = "journeys/answer.rs"]
mod answer;
#[path = "journeys/edited.rs"]
mod edited;
#[path = "journeys/finding.rs"]
mod finding;
#[path = "journeys/flood.rs"]
mod flood;
#[path = "journeys/happened.rs"]
mod happened;
#[path = "journeys/regions.rs"]
mod regions;
#[path = "journeys/rows.rs"]
mod rows;
#[path = "journeys/time.rs"]
mod time;
