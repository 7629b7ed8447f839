//! Diagnostics as SARIF 2.1.0, which code scanning reads.

use std::collections::BTreeSet;

use plimsoll::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use serde_json::{Value as Json, json};

use crate::error::CliError;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Where each code is explained.
const HELP: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/blob/main/docs/diagnostics.md"
);

/// One run with every diagnostic that has a place or none.
pub(crate) fn report(said: &Diagnostics) -> Json {
    let codes: BTreeSet<&str> = said.items.iter().map(|item| &*item.code).collect();
    let rules: Vec<Json> = codes.iter().map(|code| rule(code)).collect();
    let results: Vec<Json> = said.items.iter().map(|item| result(said, item)).collect();
    of_run(&rules, &results, &json!({ "executionSuccessful": true }))
}

/// A run that came to nothing, such as of a file that is not there, and why.
pub(crate) fn failure(error: &CliError) -> Json {
    let mut text = error.message().to_owned();
    for hint in error.hints() {
        text.push_str(&format!("\nhint: {hint}"));
    }
    let invocation = json!({
        "executionSuccessful": false,
        "exitCode": error.code(),
        "toolExecutionNotifications": [{ "level": "error", "message": { "text": text } }],
    });
    of_run(&[], &[], &invocation)
}

fn of_run(rules: &[Json], results: &[Json], invocation: &Json) -> Json {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plimsoll",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    })
}

/// What a code is about, in the words of its name, and where it is explained.
fn rule(code: &str) -> Json {
    let (domain, what) = code.split_once("::").unwrap_or(("", code));
    let words = format!("{domain}: {}", what.replace('-', " "));
    let page = format!("{HELP}#{}", code.replace(':', ""));
    json!({
        "id": code,
        "shortDescription": { "text": words },
        "fullDescription": { "text": format!("{words}, with an example and its cure: {page}") },
        "help": { "text": format!("See {page}") },
        "helpUri": page,
    })
}

fn result(said: &Diagnostics, item: &Diagnostic) -> Json {
    let level = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut text = item.message.clone();
    if let Some(expected) = &item.expected {
        text.push_str(&format!("\nexpected: {expected}"));
    }
    for hint in &item.hints {
        text.push_str(&format!("\nhint: {hint}"));
    }
    let mut result = json!({
        "ruleId": item.code,
        "level": level,
        "message": { "text": text },
    });
    if let Some(label) = &item.primary {
        result["locations"] = json!([location(said, label)]);
    }
    if !item.secondary.is_empty() {
        let related = item.secondary.iter().map(|label| location(said, label));
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(said: &Diagnostics, label: &Label) -> Json {
    let span = label.span;
    let file = said.files.get(span.file);
    let shown = file.map_or("", |file| file.name.as_str());
    let written = file.and_then(|file| file.text.get(span.start as usize..span.end as usize));
    // Of a block, the first line is enough to show where it is.
    let width = written
        .and_then(|text| text.lines().next())
        .map_or(0, |line| line.chars().count());
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(shown) },
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endColumn": span.column as usize + width,
            },
        },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

/// A path as a relative or absolute URI reference.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    if path.starts_with('/') {
        format!("file://{out}")
    } else {
        out
    }
}
