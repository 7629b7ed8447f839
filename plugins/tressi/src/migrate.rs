//! Older files as texts of today's shape.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::{Map, Node};

use crate::adjust::{Adjustment, adjust, in_order};
use crate::file::{self, Format};
use crate::shape::Shape;
use crate::source::{self, Reading, read_bytes};

/// What a migration comes to. Nothing is written: whoever asked for it shows it, and writes the file.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The file, as a path of the tree.
    pub path: String,
    /// How it is written.
    pub format: Format,
    /// The shape that it has.
    pub shape: Shape,
    /// Its text as it was read.
    pub before: Arc<str>,
    /// Its text in today's shape; the same one where it has that already.
    pub after: Arc<str>,
    /// What the new text holds.
    pub document: Node,
    /// What there is to say: what has no equivalent, each with its place, and what is surprising.
    pub diagnostics: Diagnostics,
}

impl Migration {
    /// Whether the text stays as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }
}

/// Brings a load test into today's shape, and writes settings of single endpoints into it.
///
/// A file that has today's shape, or one that is read as today's with nothing changed, stays as it is
/// to the byte unless there are adjustments. Any other is written anew: in JSON nothing is lost by
/// that; in YAML and TOML comments are. What comes of it has been read again, and says the same.
///
/// # Errors
/// Everything that is wrong with the file, or an adjustment that does not fit it.
pub fn migrate(
    tree: &dyn SourceTree,
    adjustments: &[Adjustment],
) -> Result<Migration, Diagnostics> {
    let reading = source::read(tree)?;
    let shown = tree.display(&reading.path);
    let Reading {
        files,
        file,
        path,
        format,
        shape,
        mut root,
        mut items,
        mut lost,
        ..
    } = reading;
    let before = files
        .get(file)
        .map_or_else(|| Arc::from(""), |file| Arc::clone(&file.text));
    let files = Arc::new(files);
    let refuse = |code: &'static str, message: String| Diagnostics {
        files: Arc::clone(&files),
        items: vec![Diagnostic::error(code, message)],
    };
    items.append(&mut lost);
    let stays = matches!(shape, Shape::Current | Shape::Flags) && adjustments.is_empty();
    let after = if stays {
        Arc::clone(&before)
    } else {
        if let Some(map) = root.as_map_mut() {
            adjust(map, adjustments)
                .map_err(|error| refuse("load-test::no-endpoint", error.to_string()))?;
            write_out(map);
            items.extend(old_address(shape, map));
        }
        let text = file::write(&root, format).map_err(|error| {
            let message = format!("{shown} cannot be written in today's shape: {error}");
            refuse("load-test::unwritable", message)
        })?;
        let new = format!("{shown} (migrated)");
        let again = read_bytes(&path, &new, text.as_bytes(), format)?;
        if again.root != root {
            let message = format!("{shown} would not be read back as what was written");
            return Err(refuse("load-test::unwritable", message));
        }
        text.into()
    };
    Ok(Migration {
        path,
        format,
        shape,
        before,
        after,
        document: root,
        diagnostics: Diagnostics { files, items },
    })
}

/// Writes out what `autoscale` of all endpoints goes by where an older file could not say it. The
/// default weight is of no use where every endpoint has a weight of its own.
fn write_out(root: &mut Map) {
    let weighted = |request: &Node| {
        let own = request.get("autoscale");
        own.is_some_and(|own| own.get("weight").is_some())
    };
    let requests = root
        .get("requests")
        .and_then(Node::as_list)
        .unwrap_or_default();
    let all_weighted = requests.iter().all(weighted);
    let Some(autoscale) = root.get_mut("autoscale").and_then(Node::as_map_mut) else {
        return;
    };
    if autoscale.get("enabled").and_then(Node::as_bool) != Some(true) {
        return;
    }
    if !autoscale.contains("distributionStrategy") {
        autoscale.set("distributionStrategy", Node::from("proportional"));
    }
    if !autoscale.contains("defaultWeight") && !all_weighted {
        autoscale.set("defaultWeight", Node::from(1));
    }
    *autoscale = in_order(autoscale);
}

/// `$schema` stays, and names a schema that does not know today's keys.
fn old_address(shape: Shape, root: &Map) -> Option<Diagnostic> {
    let entry = root.entry("$schema").filter(|_| shape != Shape::Current)?;
    let address = entry
        .value
        .as_str()
        .filter(|address| address.contains("tressi"))?;
    let message = format!("`$schema` still names {address}, which does not know today's keys");
    let hint = "name what `plimsoll schema load-test` prints, saved beside the file";
    let note = Diagnostic::note("load-test::old-schema", message);
    Some(note.at(entry.value.span()).hint(hint))
}
