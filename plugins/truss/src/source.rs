//! The source `truss`.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use plimsoll_core::amendment::{Amendment, Request};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
use plimsoll_core::schema::{Reader, unknown_keys};
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::span::{FileId, SourceMap, Span};
use plimsoll_core::tree::{EntryKind, SourceTree};
use plimsoll_core::value::{Entry, Map, Node, Value};
use plimsoll_core::yaml;

use crate::amend::amend;
use crate::package::package;
use crate::python::is_truthy;
use crate::rules::TrussRules;
use crate::schema::{OVERRIDES, TRUSS};
use crate::surprises::can_surprise;

/// The file that makes a folder a Truss.
pub const CONFIG_FILE: &str = "config.yaml";

/// The domain of the codes of this crate.
pub const DOMAIN: &str = "truss";

/// The name of a workload whose configuration names no model.
const UNNAMED: &str = "model";

/// Largest configuration that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 16 << 20;

/// Reads Truss folders and `config.yaml` files.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrussSource;

impl ConfigSource for TrussSource {
    fn probe(&self, tree: &dyn SourceTree) -> Confidence {
        if let Some(name) = tree.focus() {
            return match name {
                CONFIG_FILE => Confidence::Certain,
                name if name.ends_with(".yaml") || name.ends_with(".yml") => Confidence::Maybe,
                _ => Confidence::No,
            };
        }
        // Whatever is there under that name, it was meant to be read.
        let is_there = |name| matches!(tree.entry(name), Ok(Some(_)));
        if is_there(CONFIG_FILE) {
            Confidence::Certain
        } else if is_there("config.yml") {
            Confidence::Maybe
        } else {
            Confidence::No
        }
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        let path = tree.focus().unwrap_or(CONFIG_FILE);
        let bytes = read_config(&**tree, path)?;
        refuse_utf16(&tree.display(path), &bytes)?;
        let mut files = SourceMap::default();
        let reading = read_workload(&mut files, &tree.display(path), &bytes);
        let Reading {
            workload: Some(workload),
            file,
            items,
        } = reading
        else {
            return Err(Diagnostics {
                files: Arc::new(files),
                items: reading.items,
            });
        };
        let main_file = Some(file);
        let diagnostics = Diagnostics {
            files: Arc::new(files),
            items,
        };
        let (workload, diagnostics) = diagnostics.unless_errors(workload)?;
        Ok(Manifest {
            kind: ManifestKind::Truss,
            name: (workload.name != UNNAMED).then(|| workload.name.clone()),
            workloads: vec![workload],
            files: Arc::clone(&diagnostics.files),
            main_file,
            diagnostics,
        })
    }

    fn schema(&self) -> Option<serde_json::Value> {
        Some(crate::config_schema())
    }

    fn package(
        &self,
        tree: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics> {
        package(tree, effective)
    }

    fn amend(
        &self,
        tree: &Arc<dyn SourceTree>,
        manifest: &Manifest,
        workload: &str,
        environment: &Environment,
        settings: &AutoscalingSettings,
    ) -> Result<Amendment, Diagnostics> {
        let request = Request::new(manifest, workload, environment, settings)?;
        let path = tree.focus().unwrap_or(CONFIG_FILE);
        let Some(file) = manifest.main_file else {
            let message = format!("{} was not read", tree.display(path));
            return Err(Diagnostics::of(Diagnostic::error(
                "truss::no-config",
                message,
            )));
        };
        amend(&request, &manifest.files, file, path)
    }
}

/// A `config.yaml` that has been read.
#[derive(Debug)]
pub struct Reading {
    /// What it describes; `None` where it is no YAML.
    pub workload: Option<Workload>,
    /// The file, as the spans name it.
    pub file: FileId,
    /// What there is to say about it. Errors refuse the workload.
    pub items: Vec<Diagnostic>,
}

/// Reads the bytes of a `config.yaml` into a workload whose places are of `files`.
pub fn read_workload(files: &mut SourceMap, shown: &str, bytes: &[u8]) -> Reading {
    let limits = yaml::Limits::default();
    let reading = yaml::read(files, shown, bytes, &limits);
    let mut items = reading.diagnostics;
    let Some(root) = reading.node else {
        return Reading {
            workload: None,
            file: reading.file,
            items,
        };
    };
    let text = files.get(reading.file).map(|file| &*file.text);
    if text.is_some_and(can_surprise) {
        let surprises = yaml::surprises(files, reading.file, &limits);
        // That `yes` is a boolean surprises nobody where a boolean is expected, and is an
        // error where none is.
        let warnings = |item: &Diagnostic| item.severity > Severity::Note;
        items.extend(surprises.into_iter().filter(warnings));
    }
    let workload = workload(root, files, &mut items);
    drop_echoes(&mut items);
    Reading {
        workload: Some(workload),
        file: reading.file,
        items,
    }
}

/// Reads the configuration. A link is followed: the user named it or its folder, and what is packaged
/// is the effective configuration and not what the link leads to.
///
/// # Errors
/// When there is no such file, or it cannot be read.
pub fn read_config(tree: &dyn SourceTree, path: &str) -> Result<Vec<u8>, Diagnostics> {
    let shown = tree.display(path);
    let refuse = |what: &str| {
        let message = format!("{shown} is {what}, and not a file");
        Diagnostics::of(Diagnostic::error("truss::not-a-file", message))
    };
    let kind = tree.entry(path).ok().flatten();
    match kind {
        Some(EntryKind::Directory) => return Err(refuse("a folder")),
        // To open a pipe is to wait for who writes to it.
        Some(EntryKind::Other) => return Err(refuse("a pipe, a socket or a device")),
        Some(EntryKind::File { .. } | EntryKind::Symlink) | None => {}
    }
    tree.read(path, MAX_CONFIG_BYTES).map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let diagnostic = if missing && kind == Some(EntryKind::Symlink) {
            let message = format!("{shown} is a symbolic link to nothing");
            Diagnostic::error("truss::no-config", message)
        } else if missing {
            let folder = tree.display("");
            let message = format!("there is no {path} in {folder}");
            let renamed = matches!(tree.entry("config.yml"), Ok(Some(_)));
            Diagnostic::error("truss::no-config", message).maybe_hint(
                renamed.then(|| "there is a config.yml: rename it to config.yaml".to_owned()),
            )
        } else {
            Diagnostic::error("truss::unreadable", format!("cannot read {shown}: {error}"))
        };
        Diagnostics::of(diagnostic)
    })
}

/// YAML may be UTF-16; the real loader opens its file as UTF-8.
fn refuse_utf16(name: &str, bytes: &[u8]) -> Result<(), Diagnostics> {
    if !matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return Ok(());
    }
    let mut files = SourceMap::default();
    let start = Span {
        file: files.add(name, ""),
        start: 0,
        end: 0,
        line: 1,
        column: 1,
    };
    let diagnostic = Diagnostic::error("yaml::encoding", "the file is UTF-16, and not UTF-8")
        .at(Some(start))
        .hint("save it as UTF-8, with a byte order mark or without");
    Err(Diagnostics {
        files: Arc::new(files),
        items: vec![diagnostic],
    })
}

/// Checks a document and takes it apart into layers.
fn workload(mut root: Node, files: &SourceMap, items: &mut Vec<Diagnostic>) -> Workload {
    if !is_truthy(&root) {
        // An empty file is a Truss with every default, as the real loader has it.
        root.value = Value::Map(Box::default());
    }
    Reader::new(DOMAIN, items)
        .of_files(files)
        .model(&TRUSS, &mut root);
    let name = root
        .get("model_name")
        .and_then(Node::as_str)
        .unwrap_or(UNNAMED)
        .to_owned();
    warn_of_unknown_keys(&root, items);
    let overrides = root.get(OVERRIDES).cloned();
    let mut layers = Layers::new();
    layers.push(LayerName::Base, root);
    for entry in environments(overrides) {
        let Entry {
            key,
            key_span,
            mut value,
        } = entry;
        if value.is_null() {
            value.value = Value::Map(Box::new(Map::new()));
        }
        if let Some(span) = key_span {
            value.origin.span = Some(span);
        }
        layers.push(
            LayerName::Environment(Environment::new(&key.to_string())),
            value,
        );
    }
    Workload {
        name,
        layers,
        rules: Arc::new(TrussRules),
    }
}

/// Drops what the YAML reader says of a scalar, such as that `012` is 10, where it is said again of
/// the variable that it is the value of.
fn drop_echoes(items: &mut Vec<Diagnostic>) {
    let place = |item: &Diagnostic| item.primary.as_ref().map(|label| label.span);
    let of_variables: HashSet<_> = items
        .iter()
        .filter(|item| item.code == "truss::stringified")
        .filter_map(place)
        .collect();
    let is_echo = |item: &Diagnostic| {
        let surprise = matches!(&*item.code, "yaml::octal" | "yaml::sexagesimal");
        surprise && place(item).is_some_and(|span| of_variables.contains(&span))
    };
    items.retain(|item| !is_echo(item));
}

fn environments(overrides: Option<Node>) -> Vec<Entry> {
    match overrides.map(|overrides| overrides.value) {
        Some(Value::Map(map)) => map.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Notes keys that Truss does not have: they load and are kept, and a push refuses them.
pub fn warn_of_unknown_keys(root: &Node, items: &mut Vec<Diagnostic>) {
    for unknown in unknown_keys(&TRUSS, root) {
        let place = unknown.parent.join(&unknown.name).dotted();
        let fate = if unknown.passes {
            "it is kept, and nothing reads it"
        } else {
            "it is kept, and a push refuses it"
        };
        let message = format!("Truss has no key `{place}`: {fate}");
        let hint = unknown
            .nearest
            .map(|name| format!("did you mean `{name}`?"));
        let diagnostic = Diagnostic::warning("truss::unknown-key", message);
        items.push(diagnostic.at(unknown.span).maybe_hint(hint));
    }
}
