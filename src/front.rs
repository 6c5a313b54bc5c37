//! Floor 5: where frames go and keys come from.

pub mod asked;
pub mod linear;
pub mod once;
pub mod recorder;
pub mod script;
pub mod tty;
mod writer;
