//! Floor 5: where frames go and keys come from.

pub mod once;
pub mod tty;
