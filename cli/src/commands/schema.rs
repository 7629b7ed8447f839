//! `plimsoll schema`.

use std::path::Path;

use plimsoll::registry::FactoryContext;
use serde_json::json;

use crate::args::{Global, Schema};
use crate::error::{CliError, exit};
use crate::plugins::registry;
use crate::render;

/// Prints a schema.
pub(crate) fn run(global: &Global, command: &Schema) -> Result<(), CliError> {
    let context = FactoryContext {
        registry: registry(global, Path::new("."))?,
    };
    let source = context
        .registry
        .sources
        .make(&command.kind, &context, &json!({}))?;
    let schema = source.schema().ok_or_else(|| {
        let message = format!("the source `{}` has no schema", command.kind);
        CliError::new(exit::NOT_FOUND, message)
    })?;
    render::out_json(&schema)
}
