//! The dashboards' definitions, as a viewer without a configuration gets them.

use std::sync::Arc;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use redis::Value;
use sha2::{Digest, Sha256};

use super::super::connect::{Line, Purpose, text};
use super::super::keys::Keys;
use super::super::url::RedisTarget;
use crate::model::panel_data::Failure;

/// Larger definitions are none.
const LARGEST: usize = 16 << 20;

/// Definitions and their version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definitions {
    /// The same for the same text.
    pub version: String,
    /// TOML.
    pub text: String,
}

impl Definitions {
    /// Of a TOML text.
    pub fn new(text: String) -> Self {
        let hash = Sha256::digest(&text);
        let version = hash.iter().take(8).map(|byte| format!("{byte:02x}"));
        Self {
            version: version.collect(),
            text,
        }
    }

    /// As they are published: a zlib stream.
    pub fn payload(&self) -> Vec<u8> {
        compress_to_vec_zlib(self.text.as_bytes(), 6)
    }
}

/// The definitions that a collector has published; none where none ever did.
///
/// # Errors
/// Redis does not answer, or they cannot be read.
pub async fn definitions(
    target: &Arc<RedisTarget>,
    keys: &Keys,
) -> Result<Option<Definitions>, Failure> {
    let line = Line::open(target, Purpose::Commands(&keys.latest)).await?;
    let mut fields = redis::cmd("HMGET");
    fields.arg(&keys.dashboards).arg("version").arg("payload");
    let Value::Array(answer) = line.ask(&fields).await? else {
        return Err(Failure::new("Redis answers HMGET with something else"));
    };
    let (Some(version), Some(Value::BulkString(payload))) =
        (answer.first().and_then(text), answer.get(1))
    else {
        return Ok(None);
    };
    let damaged = || Failure::new("the dashboards that the collector publishes are damaged");
    let text = decompress_to_vec_zlib_with_limit(payload, LARGEST).map_err(|_| damaged())?;
    Ok(Some(Definitions {
        version: version.to_owned(),
        text: String::from_utf8(text).map_err(|_| damaged())?,
    }))
}
