//! Linux, macOS and their like.

pub mod files;
pub mod signals;
pub mod sockets;
pub mod terminal;
