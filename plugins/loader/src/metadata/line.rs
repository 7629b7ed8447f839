//! The lines of the section: one document for each plugin.

use plimsoll_abi::metadata::FORMAT;
use plimsoll_core::registry::is_name;
use serde::Deserialize;

use super::{Metadata, MetadataError, Panic, Provided};

/// More than any library says of itself, in bytes.
const SECTION_LIMIT: usize = 1 << 20;

/// More than any word of it takes, in bytes.
const WORD_LIMIT: usize = 200;

/// The kinds of things that this program knows. A plugin may have others, of a later version.
pub const KINDS: [&str; 5] = [
    "source",
    "resolver",
    "deployer",
    "distribution-strategy",
    "scaling-policy",
];

#[derive(Deserialize)]
struct Line {
    format: u32,
    name: String,
    version: String,
    border: String,
    sdk: String,
    panic: String,
    rustc: String,
    target: String,
    provides: String,
}

/// Reads a section. Linkers fill the gaps between what they put together with zeros.
pub(super) fn plugins(section: &[u8]) -> Result<Vec<Metadata>, MetadataError> {
    if section.len() > SECTION_LIMIT {
        return Err(unreadable(format!("it takes {} bytes", section.len())));
    }
    let mut found: Vec<Metadata> = Vec::new();
    let lines = section.split(|byte| matches!(byte, b'\n' | 0));
    for line in lines.filter(|line| !line.trim_ascii().is_empty()) {
        let plugin = plugin(line)?;
        if found.iter().any(|other| other.name == plugin.name) {
            return Err(unreadable(format!(
                "it has two plugins named `{}`",
                plugin.name
            )));
        }
        found.push(plugin);
    }
    if found.is_empty() {
        return Err(unreadable("it says nothing"));
    }
    Ok(found)
}

fn plugin(line: &[u8]) -> Result<Metadata, MetadataError> {
    let line: Line = serde_json::from_slice(line).map_err(|error| unreadable(error.to_string()))?;
    if line.format != FORMAT {
        return Err(unreadable(format!(
            "it is in format {}, and this Plimsoll reads format {FORMAT}",
            line.format
        )));
    }
    let words = [
        ("version", &line.version),
        ("sdk", &line.sdk),
        ("rustc", &line.rustc),
        ("target", &line.target),
    ];
    for (member, word) in words {
        // They are shown on terminals.
        if word.len() > WORD_LIMIT || word.chars().any(char::is_control) {
            return Err(unreadable(format!("`{member}` is no plain text")));
        }
    }
    if !is_name(&line.name) || line.name.len() > WORD_LIMIT {
        return Err(unreadable("`name` is no name of a plugin"));
    }
    // It stands in names: `acme@1.2.0/steps`.
    let in_version = |letter: char| letter.is_ascii_alphanumeric() || ".-+_".contains(letter);
    if line.version.is_empty() || !line.version.chars().all(in_version) {
        return Err(unreadable("`version` is no version"));
    }
    Ok(Metadata {
        border: border(&line.border)
            .ok_or_else(|| unreadable("`border` is not two numbers with a dot between"))?,
        panic: match &*line.panic {
            "unwind" => Panic::Unwind,
            "abort" => Panic::Abort,
            _ => return Err(unreadable("`panic` is neither unwind nor abort")),
        },
        provides: line
            .provides
            .split_ascii_whitespace()
            .map(provided)
            .collect::<Result<_, _>>()?,
        name: line.name,
        version: line.version,
        sdk: line.sdk,
        rustc: line.rustc,
        target: line.target,
    })
}

fn border(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn provided(text: &str) -> Result<Provided, MetadataError> {
    match text.split_once('/') {
        Some((kind, name)) if is_name(kind) && is_name(name) => Ok(Provided {
            kind: kind.to_owned(),
            name: name.to_owned(),
        }),
        _ => Err(unreadable("`provides` is not kinds and names")),
    }
}

fn unreadable(message: impl Into<String>) -> MetadataError {
    MetadataError::Unreadable(message.into())
}
