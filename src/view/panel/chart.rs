//! What charts are made of: points by dot column, a grid of dots, axes and a legend.

pub(super) mod axis;
pub(super) mod canvas;
pub(super) mod legend;
pub(super) mod time_plot;
pub(super) mod trace;
