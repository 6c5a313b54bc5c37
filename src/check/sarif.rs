//! Findings as SARIF 2.1.0, for tools that show them beside the changed lines.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Paths count from the folder the check ran
//! in (`%SRCROOT%`); lines and columns from 1, columns in characters. A finding keeps its fingerprint when lines
//! above it come or go.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Finding, Level, Rule};
use crate::config::Problem;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The report. `errors` are what kept the check from looking: a server that does not answer. `advice` is about
/// connections that work.
pub fn report(
    problems: &[Problem],
    findings: &[Finding],
    errors: &[String],
    advice: &[String],
) -> Value {
    let wrong = problems.iter().map(problem);
    let results: Vec<Value> = wrong.chain(findings.iter().map(finding)).collect();
    let rules: Vec<Value> = Rule::ALL.iter().map(|rule| described(*rule)).collect();
    let of_level = |level: &'static str| move |text: &String| json!({ "level": level, "message": { "text": text } });
    let notifications: Vec<Value> = (errors.iter().map(of_level("error")))
        .chain(advice.iter().map(of_level("note")))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kpi",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": {
                "description": { "text": "The folder in which `kpi check` ran." },
            }},
            "invocations": [{
                "executionSuccessful": errors.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn described(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.describe() },
        "defaultConfiguration": { "level": rule.level() },
    })
}

fn finding(finding: &Finding) -> Value {
    let whole = format!("{}/{}", finding.dashboard, finding.panel);
    let mut text = format!("{}: {}", whole.replace('/', " / "), finding.message);
    for line in &finding.details {
        text.push('\n');
        text.push_str(line);
    }
    let mut location = json!({
        "logicalLocations": [{ "name": finding.panel, "fullyQualifiedName": whole }],
    });
    if let Some(place) = &finding.place {
        location["physicalLocation"] = physical(place);
    }
    result(finding.rule, finding.level, &text, &location, &whole)
}

fn problem(problem: &Problem) -> Value {
    let mut text = problem.message.clone();
    if let Some(hint) = &problem.hint {
        text.push('\n');
        text.push_str(hint);
    }
    let location = json!({ "physicalLocation": physical(problem) });
    let about = format!("{} {}", problem.file, problem.message);
    result(Rule::Config, Level::Error, &text, &location, &about)
}

fn result(rule: Rule, level: Level, text: &str, location: &Value, about: &str) -> Value {
    let index = Rule::ALL.iter().position(|known| *known == rule);
    let digest = Sha256::digest(format!("{} {about}", rule.id()));
    let mut fingerprint = String::new();
    for byte in digest.iter().take(16) {
        fingerprint.push_str(&format!("{byte:02x}"));
    }
    json!({
        "ruleId": rule.id(),
        "ruleIndex": index,
        "level": level,
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "kpiFinding/v1": fingerprint },
    })
}

fn physical(place: &Problem) -> Value {
    let mut location = json!({ "artifactLocation": artifact(Path::new(&place.file)) });
    if let Some(line) = place.line {
        let mut region = json!({ "startLine": line });
        if let Some(column) = place.column {
            region["startColumn"] = column.into();
        }
        location["region"] = region;
    }
    location
}

/// A path as a URI: what is no plain character is written as its bytes.
fn artifact(path: &Path) -> Value {
    let mut uri = String::new();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    if path.is_absolute() {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(
            artifact(Path::new("dash boards/é%.toml")),
            json!({ "uri": "dash%20boards/%C3%A9%25.toml", "uriBaseId": "%SRCROOT%" })
        );
        assert_eq!(
            artifact(Path::new("/etc/kpi.toml")),
            json!({ "uri": "file:///etc/kpi.toml" })
        );
    }

    #[test]
    fn a_problem_of_the_file_as_a_whole_has_no_region() {
        let problem = Problem::of_file("config.toml", "there is no such file");
        let report = report(&[problem], &[], &["no answer".to_owned()], &[]);
        let run = &report["runs"][0];
        let location = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(location["region"], Value::Null);
        assert_eq!(run["results"][0]["ruleId"], "config");
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    }
}
