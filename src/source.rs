//! Floor 3: connections, retries, decoding. The only room that names tokio-postgres and redis.
//! Sources send updates and never see a viewer.

pub mod postgres;
