//! The way in: bytes to a tree.

use super::compose::compose;
use super::construct::Constructor;
use super::cursor::Fault;
use super::decode::{check_characters, decode};
use super::limits::Limits;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, SourceMap, Span};
use crate::value::{Node, Value};

/// What came of reading a file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The file's identity in the source map that was given.
    pub file: FileId,
    /// The document; `None` when it was refused, and then `diagnostics` has an error.
    pub node: Option<Node>,
    /// At most one error (`yaml::…`), or warnings such as `yaml::duplicate-key`. All have places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one document, as PyYAML's `safe_load` does, and adds its text to `files` as `name`.
///
/// An empty document is null. Of a key that is set twice the last one counts, with a warning.
/// Mappings merged by `<<` come before a mapping's own entries. A node that an alias stands for
/// has the place of its anchor. A collection's place is where it starts.
///
/// Three things that PyYAML takes are refused: values that contain themselves, which no tree can
/// hold (`yaml::recursive-alias`); escapes for one half of a surrogate pair, without the other; and
/// whatever exceeds `limits`.
pub fn read(files: &mut SourceMap, name: &str, bytes: &[u8], limits: &Limits) -> Reading {
    if bytes.len() > limits.bytes() {
        return too_long(files, name, bytes.len(), limits);
    }
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(undecodable) => {
            let file = files.add(name, undecodable.shown.as_str());
            return refused(file, *undecodable.fault(file));
        }
    };
    let file = files.add(name, &*text);
    match read_text(&text, file, limits) {
        Ok((node, diagnostics)) => Reading {
            file,
            node: Some(node),
            diagnostics,
        },
        Err(fault) => refused(file, *fault),
    }
}

fn read_text(text: &str, file: FileId, limits: &Limits) -> Result<(Node, Vec<Diagnostic>), Fault> {
    check_characters(text, file)?;
    let graph = compose(text, file, limits)?;
    let Some(root) = graph.root else {
        return Ok((Node::at(Value::Null, start_of(file)), Vec::new()));
    };
    let mut constructor = Constructor::new(graph);
    let node = constructor.node(root)?;
    Ok((node, constructor.warnings))
}

fn start_of(file: FileId) -> Span {
    Span {
        file,
        start: 0,
        end: 0,
        line: 1,
        column: 1,
    }
}

fn refused(file: FileId, diagnostic: Diagnostic) -> Reading {
    Reading {
        file,
        node: None,
        diagnostics: vec![diagnostic],
    }
}

fn too_long(files: &mut SourceMap, name: &str, length: usize, limits: &Limits) -> Reading {
    let file = files.add(name, "");
    let limit = limits.bytes();
    let message = format!("the file has {length} bytes, and at most {limit} are read");
    let diagnostic = Diagnostic::error("yaml::too-large", message);
    refused(file, diagnostic.at(Some(start_of(file))))
}
