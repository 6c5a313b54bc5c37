//! The file on disk.

use std::io::Read;

use crate::model::panel_data::Failure;

/// A larger file is none of ours.
pub const LARGEST_FILE: u64 = 512 << 20;

/// All that `from` gives; `name` is what it is called.
///
/// # Errors
/// It cannot be read, or is too large.
pub fn read(from: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    from.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|problem| Failure::new(format!("cannot read {name}: {}", problem.kind())))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Failure::new(format!(
            "{name} is larger than 512 MiB: this is no bundle"
        )));
    }
    Ok(bytes)
}
