//! Settings of a load test that are said beside it, as on a command line.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use plimsoll_core::schema::Reader;
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::tree::{OverlayTree, SourceTree};
use plimsoll_core::value::{Node, Origin};
use serde_json::Value as Json;

use crate::file;
use crate::schema::LOAD_TEST;
use crate::source::{self, DOMAIN};

/// The tree, in which the load test has these settings for all endpoints in the place of its own.
///
/// # Errors
/// Everything that is wrong with the file as it is, or with these settings in it.
pub fn set(
    tree: &Arc<dyn SourceTree>,
    settings: &[(String, Json)],
) -> Result<Arc<dyn SourceTree>, Diagnostics> {
    let refuse = |code: &'static str, message: String, hint: Option<String>| {
        Diagnostics::of(Diagnostic::error(code, message).maybe_hint(hint))
    };
    for (key, _) in settings {
        if LOAD_TEST.field(key).is_none() || key == "requests" {
            let known: Vec<&str> = LOAD_TEST
                .fields
                .iter()
                .map(|field| field.name)
                .filter(|name| *name != "requests")
                .collect();
            let message = format!(
                "there is no key `{key}` of all endpoints; known are: {}",
                known.join(", ")
            );
            return Err(refuse(
                "load-test::unknown-key",
                message,
                did_you_mean(key, known),
            ));
        }
    }
    let mut reading = source::read(&**tree)?;
    if let Some(root) = reading.root.as_map_mut() {
        for (key, value) in settings {
            root.set(key, Node::from_json(value, Origin::default()));
        }
    }
    // The places of what is wrong are the file's own here; what is set has none.
    let mut items = Vec::new();
    let mut root = reading.root.clone();
    Reader::new(DOMAIN, &mut items)
        .of_files(&reading.files)
        .model(&LOAD_TEST, &mut root);
    items.retain(|item| item.severity == Severity::Error);
    if !items.is_empty() {
        return Err(Diagnostics {
            files: Arc::new(reading.files),
            items,
        });
    }
    let text = file::write(&reading.root, reading.format).map_err(|error| {
        let message = format!("these settings cannot be written: {error}");
        refuse("load-test::unwritable", message, None)
    })?;
    Ok(Arc::new(OverlayTree::new(
        Arc::clone(tree),
        &reading.path,
        text.into(),
    )))
}
