//! What a platform is sent of a Truss.

use std::sync::Arc;

use plimsoll_core::context::{BuildContext, ContextFile, Package};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::schema::unknown_keys;
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::{Map, Node, Value};
use plimsoll_core::yaml;

use crate::context::Gatherer;
use crate::schema::{OVERRIDES, TRUSS};
use crate::source::CONFIG_FILE;

/// Keys that are Plimsoll's own: a platform that runs the real Truss does not know them.
const OWN_KEYS: [&str; 2] = ["autoscaling_settings", OVERRIDES];

/// Packages the Truss in a tree, whose settings are resolved.
///
/// # Errors
/// When its files cannot be gathered, or its configuration is one that a push refuses.
pub fn package(tree: &Arc<dyn SourceTree>, effective: &Effective) -> Result<Package, Diagnostics> {
    let mut diagnostics = Diagnostics::about(Arc::clone(effective.files()));
    refuse_unknown_keys(effective, &mut diagnostics);
    let mut gatherer = Gatherer::new(&**tree, "");
    let has_external = external_folders(&effective.config).next().is_some();
    gatherer.add_truss(tree, has_external);
    let packages_dir = packages_dir(effective, has_external, &mut diagnostics);
    for folder in external_folders(&effective.config) {
        gatherer.add_external(tree, folder, &packages_dir);
    }
    let (mut files, problems) = gatherer.into_parts();
    diagnostics.absorb(problems);
    files.push(ContextFile::of_bytes(
        CONFIG_FILE,
        archived_config(effective).into_bytes(),
    ));
    let context = BuildContext::new(files).unwrap_or_else(|error| {
        diagnostics.push(Diagnostic::error("truss::archive-path", error.to_string()));
        BuildContext::default()
    });
    let config = without_own(effective.with_defaults());
    refuse_beyond_json(&config, &mut diagnostics);
    let package = Package {
        config: config.to_json(),
        raw_config: raw_config(effective),
        context,
        folder: None,
        diagnostics: Diagnostics::default(),
    };
    let (package, diagnostics) = diagnostics.unless_errors(package)?;
    Ok(Package {
        diagnostics,
        ..package
    })
}

/// A push refuses keys that Truss does not have, as the real client does.
fn refuse_unknown_keys(effective: &Effective, diagnostics: &mut Diagnostics) {
    let unknown = unknown_keys(&TRUSS, &effective.config);
    for unknown in unknown.into_iter().filter(|unknown| !unknown.passes) {
        let place = unknown.parent.join(&unknown.name).dotted();
        let hint = unknown
            .nearest
            .map(|name| format!("did you mean `{name}`?"));
        diagnostics.push(
            Diagnostic::error("truss::unknown-key", format!("Truss has no key `{place}`"))
                .at(unknown.span)
                .maybe_hint(hint)
                .hint("free-form data goes below `model_metadata`"),
        );
    }
}

/// A push refuses integers that it would change on the way.
fn refuse_beyond_json(config: &Node, diagnostics: &mut Diagnostics) {
    const MOST_TOLD: usize = 20;
    let mut told = 0;
    config.for_each_leaf(&mut |pointer, leaf| {
        if leaf.is_beyond_json() && told < MOST_TOLD {
            told += 1;
            let place = pointer.dotted();
            let message = format!(
                "`{place}` is {}, which a push cannot carry",
                leaf.describe()
            );
            diagnostics.push(
                Diagnostic::error("truss::integer-too-large", message)
                    .at(leaf.span())
                    .expected("an integer of 64 bits, at most 18446744073709551615")
                    .hint("for its digits as a text, put it in quotes"),
            );
        }
    });
}

fn external_folders(config: &Node) -> impl Iterator<Item = &str> {
    let folders = config.get("external_package_dirs").and_then(Node::as_list);
    folders.into_iter().flatten().filter_map(Node::as_str)
}

/// The folder of the archive that external packages go into, in its plainest form: `./a//b/` is
/// `a/b`. One that leaves the archive is an error when there are such packages, and else a warning.
fn packages_dir(effective: &Effective, used: bool, diagnostics: &mut Diagnostics) -> String {
    let config = effective.with_defaults();
    let node = config.get("bundled_packages_dir");
    let written = node.and_then(Node::as_str).unwrap_or_default();
    let parts: Vec<_> = written
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let leaves = |part: &&str| *part == ".." || part.contains(['\\', '\0']);
    if written.starts_with('/') || parts.iter().any(leaves) {
        let message = format!("`bundled_packages_dir` is {written:?}, which leaves the Truss");
        let code = "truss::packages-dir";
        let problem = if used {
            Diagnostic::error(code, message)
        } else {
            Diagnostic::warning(code, message)
        };
        let span = effective.config.get("bundled_packages_dir");
        let problem = problem.at(span.and_then(Node::span));
        diagnostics.push(problem.expected("a relative path without `..`, such as packages"));
        return String::new();
    }
    parts.join("/")
}

/// The configuration in the archive is the effective one: what is built is what was resolved.
fn archived_config(effective: &Effective) -> String {
    let environment = effective.environment.as_ref();
    let resolved_for = environment.map_or_else(|| "the base".to_owned(), ToString::to_string);
    let config = without_own(effective.compact());
    format!(
        "# Effective configuration for {resolved_for}.\n{}",
        yaml::write(&config)
    )
}

/// Without Plimsoll's own keys; packages from outside are inside by now.
#[must_use]
pub fn without_own(mut config: Node) -> Node {
    if let Some(map) = config.as_map_mut() {
        for key in OWN_KEYS {
            map.remove(key);
        }
        if let Some(folders) = map.get_mut("external_package_dirs") {
            folders.value = Value::List(Vec::new());
        }
    } else {
        config.value = Value::Map(Box::new(Map::new()));
    }
    config
}

fn raw_config(effective: &Effective) -> Option<Arc<str>> {
    let span = effective.config.span()?;
    effective
        .files()
        .get(span.file)
        .map(|file| Arc::clone(&file.text))
}
