//! From bytes to a tree with places: JSON, YAML and TOML.

mod escape;
mod json;
mod places;
mod toml;
mod write;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::span::{FileId, SourceMap};
use plimsoll_core::value::Node;
use plimsoll_core::yaml;

pub(crate) use write::write;

/// Deepest nesting of collections that is read.
const DEEPEST: usize = 100;

/// Largest file that is read, in bytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// How a load test is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, as Tressi has it.
    Json,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
}

impl Format {
    /// The format of a file: by the end of its name, else by how its text begins.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        Self::of_name(name).unwrap_or_else(|| {
            let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            match text.trim_ascii_start().first() {
                Some(b'{') => Self::Json,
                _ => Self::Yaml,
            }
        })
    }

    /// The format that the end of a name tells.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// A file that has been read.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) file: FileId,
    /// What it holds; `None` where it is not of its format, and then there is an error.
    pub(crate) root: Option<Node>,
    pub(crate) items: Vec<Diagnostic>,
}

/// Reads the bytes of a file, and adds its text to `files` as `shown`.
pub(crate) fn read(files: &mut SourceMap, shown: &str, bytes: &[u8], format: Format) -> Document {
    if format == Format::Yaml {
        let reading = yaml::read(files, shown, bytes, &yaml::Limits::default());
        return Document {
            file: reading.file,
            root: reading.node,
            items: reading.diagnostics,
        };
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return undecodable(files, shown, bytes, error.valid_up_to()),
    };
    let file = files.add(shown, text);
    let mut items = Vec::new();
    let root = match format {
        Format::Toml => toml::read(text, file, &mut items),
        Format::Json | Format::Yaml => json::read(text, file, &mut items),
    };
    Document { file, root, items }
}

fn undecodable(files: &mut SourceMap, shown: &str, bytes: &[u8], sound: usize) -> Document {
    let text = String::from_utf8_lossy(&bytes[..sound]).into_owned();
    let file = files.add(shown, text.as_str());
    let span = places::Places::new(&text, file).span(sound..sound);
    let message = format!("the file is no UTF-8: the byte at {sound} begins no character");
    let item = Diagnostic::error("load-test::encoding", message)
        .at(Some(span))
        .expected("text in UTF-8")
        .hint("save it as UTF-8");
    Document {
        file,
        root: None,
        items: vec![item],
    }
}

#[cfg(test)]
mod tests;
