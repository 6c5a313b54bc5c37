//! Floor 6: `kpi serve`: one process polls for everybody, its like stand by.
//!
//! The leader runs the same hub as any viewer; what it polls is what viewers' interest in Redis says, and what
//! the hub is answered goes back there. A follower's hub reads that feed itself.

pub mod http;
pub mod state;
