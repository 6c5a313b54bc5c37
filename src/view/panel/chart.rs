//! What charts over time are made of: points by dot column, a grid of dots, axes, a legend, and what
//! lies over the lines.

pub(super) mod axis;
mod bars;
mod buckets;
pub(super) mod canvas;
pub(super) mod cross_hair;
pub(super) mod drawing;
pub(super) mod events;
mod fill;
pub(super) mod legend;
pub(super) mod line;
mod log_axis;
pub(super) mod plan;
mod stack;
pub(super) mod summary;
pub(super) mod time_plot;
pub(super) mod times;
pub(super) mod trace;
