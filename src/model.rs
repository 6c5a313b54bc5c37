//! Floor 0: the words of the product. Values, rows, series, time ranges, units, thresholds,
//! reductions. Nothing here is asynchronous, reads a clock or knows where data comes from.

pub mod annotation;
pub mod buckets;
pub mod color;
pub mod compare;
pub mod estimate;
pub mod fill;
pub mod finding;
pub mod ghost;
pub mod globe;
pub mod heat;
pub mod inspection;
pub mod kind;
pub mod live;
pub mod panel_data;
pub mod range;
pub mod reduce;
pub mod reference;
pub mod rowset;
pub mod sample;
pub mod scheme;
pub mod series;
pub mod shape;
pub mod share;
pub mod states;
pub mod text;
pub mod theme;
pub mod threshold;
pub mod ticks;
pub mod time;
pub mod unit;
pub mod value;
pub mod variable;
