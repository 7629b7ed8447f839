//! `plimsoll schema`.

use plimsoll::registry::FactoryContext;
use serde_json::json;

use crate::args::Schema;
use crate::error::{CliError, exit};
use crate::render;

/// Prints a schema.
pub(crate) fn run(command: &Schema) -> Result<(), CliError> {
    let context = FactoryContext {
        registry: plimsoll::registry()?,
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
