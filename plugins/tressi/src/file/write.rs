//! Trees to text, in the format that they were read from.

use std::fmt;

use plimsoll_core::value::Node;
use plimsoll_core::yaml;

use super::Format;

/// Why a tree cannot be written.
#[derive(Debug)]
pub(crate) struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Writes a tree. The text ends with a line break; JSON is indented by two spaces, as Tressi does.
pub(crate) fn write(node: &Node, format: Format) -> Result<String, Unwritable> {
    let refused = |error: &dyn fmt::Display| Unwritable(error.to_string());
    match format {
        Format::Json => serde_json::to_string_pretty(node)
            .map(|text| format!("{text}\n"))
            .map_err(|error| refused(&error)),
        Format::Yaml => Ok(yaml::write(node)),
        Format::Toml => toml::to_string_pretty(&node.to_json()).map_err(|error| refused(&error)),
    }
}
