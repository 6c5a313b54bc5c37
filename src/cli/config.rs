//! `kpi config schema`: the configuration's JSON Schema, for editors.

use std::io::Write;
use std::process::ExitCode;

use crate::config::schema;

/// Writes the schema to `out`.
///
/// # Errors
/// `out` cannot be written to.
pub fn run(out: &mut dyn Write) -> color_eyre::Result<ExitCode> {
    serde_json::to_writer_pretty(&mut *out, &schema::schema())?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_json_and_ends_in_a_new_line() {
        let mut out = Vec::new();
        run(&mut out).unwrap();
        assert_eq!(out.last(), Some(&b'\n'));
        let schema: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
}
