//! Windows.

pub mod files;
pub mod signals;
pub mod sockets;
pub mod terminal;
