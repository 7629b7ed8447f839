//! The source `load-test`.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use plimsoll_core::effective::Effective;
use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
use plimsoll_core::schema::Reader;
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::span::{FileId, SourceMap};
use plimsoll_core::tree::{EntryKind, SourceTree};
use plimsoll_core::value::Node;

use crate::data::DataFiles;
use crate::endpoint::{layers, names};
use crate::file::{self, Format, MAX_BYTES};
use crate::older::{OPTIONS_FILE, Said, sign, today};
use crate::package::package;
use crate::rules::EndpointRules;
use crate::schema::LOAD_TEST;
use crate::shape::Shape;
use crate::{checks, config_schema};

/// The files that a folder is a load test by, the first that is there.
pub const DEFAULT_FILES: [&str; 4] = [
    "tressi.config.json",
    "tressi.config.yaml",
    "tressi.config.yml",
    "tressi.config.toml",
];

/// The domain of the codes of this crate.
pub const DOMAIN: &str = "load-test";

/// Reads load tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadTestSource;

impl ConfigSource for LoadTestSource {
    fn probe(&self, tree: &dyn SourceTree) -> Confidence {
        let Some(name) = tree.focus() else {
            return match default_file(tree) {
                Some(_) => Confidence::Likely,
                None => Confidence::No,
            };
        };
        let format = Format::of_name(name);
        if format.is_none() && name.contains('.') {
            return Confidence::No;
        }
        let Ok(bytes) = tree.read(name, MAX_BYTES) else {
            return Confidence::No;
        };
        match (has_requests(name, &bytes), format) {
            // A Truss's own file stays one.
            (true, _) if name == "config.yaml" => Confidence::Maybe,
            (true, _) => Confidence::Certain,
            (false, Some(Format::Json | Format::Toml)) => Confidence::Maybe,
            (false, _) => Confidence::No,
        }
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        let mut reading = read(&**tree)?;
        if let Some(note) = reading.older_shape() {
            reading.items.insert(0, note);
        }
        let root = reading.root;
        let requests = root.get("requests").and_then(Node::as_list);
        let requests = requests.unwrap_or_default();
        let workloads = names(requests).into_iter().zip(requests);
        let workloads = workloads.map(|(name, request)| Workload {
            name,
            layers: layers(&root, request),
            rules: Arc::new(EndpointRules),
        });
        let workloads: Vec<Workload> = workloads.collect();
        reading.items.extend(unreachable_data(tree, &workloads));
        let diagnostics = Diagnostics {
            files: Arc::new(reading.files),
            items: reading.items,
        };
        Ok(Manifest {
            kind: ManifestKind::LoadTest,
            name: None,
            workloads,
            files: Arc::clone(&diagnostics.files),
            main_file: Some(reading.file),
            diagnostics,
        })
    }

    fn schema(&self) -> Option<serde_json::Value> {
        Some(config_schema())
    }

    fn package(
        &self,
        tree: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics> {
        package(tree, effective)
    }
}

/// A load test that has been read, and is sound.
pub(crate) struct Reading {
    pub(crate) files: SourceMap,
    pub(crate) file: FileId,
    pub(crate) path: String,
    pub(crate) format: Format,
    pub(crate) shape: Shape,
    /// The document, in today's shape.
    pub(crate) root: Node,
    pub(crate) items: Vec<Diagnostic>,
    /// What an older file has, and today's shape has not.
    pub(crate) lost: Vec<Diagnostic>,
    sign: Option<plimsoll_core::span::Span>,
}

impl Reading {
    /// A note that the file is of an older shape.
    fn older_shape(&self) -> Option<Diagnostic> {
        if self.shape == Shape::Current {
            return None;
        }
        let message = format!("the shape of this file is {}", self.shape);
        let note = Diagnostic::note("load-test::older-shape", message).at(self.sign);
        let hint = match self.shape {
            Shape::Flags => {
                "it is read as today's: write `duration`, `workers`, `rps` beside `requests`"
            }
            _ => "it is read as today's: `plimsoll migrate` writes it so",
        };
        let named = |item: &&Diagnostic| item.severity == Severity::Warning;
        let lost = match self.lost.iter().filter(named).count() {
            0 => None,
            1 => Some("one setting has no equivalent: `plimsoll migrate` names it".to_owned()),
            count => Some(format!(
                "{count} settings have no equivalent: `plimsoll migrate` names them"
            )),
        };
        Some(note.hint(hint).maybe_hint(lost))
    }
}

/// Reads the load test of a tree.
pub(crate) fn read(tree: &dyn SourceTree) -> Result<Reading, Diagnostics> {
    let path = match tree.focus() {
        Some(path) => path.to_owned(),
        None => default_file(tree).map(str::to_owned).ok_or_else(|| {
            let message = format!("there is no {} in {}", DEFAULT_FILES[0], tree.display(""));
            let hint = "name the file";
            Diagnostics::of(Diagnostic::error("load-test::no-file", message).hint(hint))
        })?,
    };
    let bytes = bytes(tree, &path)?;
    let format = Format::of(&path, &bytes);
    read_bytes(&path, &tree.display(&path), &bytes, format)
}

/// Reads the bytes of a load test.
pub(crate) fn read_bytes(
    path: &str,
    shown: &str,
    bytes: &[u8],
    format: Format,
) -> Result<Reading, Diagnostics> {
    let mut files = SourceMap::default();
    let document = file::read(&mut files, shown, bytes, format);
    let mut items = document.items;
    let mut said = Said::default();
    let mut shape = Shape::Current;
    let mut place = None;
    let root = document.root.map(|mut root| {
        shape = Shape::of(&root);
        place = sign(shape, &root);
        let model = match shape {
            Shape::Current | Shape::Flags | Shape::Flat => &LOAD_TEST,
            Shape::SharedOptions | Shape::Options => &OPTIONS_FILE,
        };
        Reader::new(DOMAIN, &mut items)
            .of_files(&files)
            .model(model, &mut root);
        if let Some(map) = root.as_map() {
            checks::bounded(map, &mut items);
        }
        root
    });
    let is_error = |item: &Diagnostic| item.severity == Severity::Error;
    let Some(mut root) = root.filter(|_| !items.iter().any(is_error)) else {
        return Err(Diagnostics {
            files: Arc::new(files),
            items,
        });
    };
    today(shape, &mut root, &mut said);
    items.append(&mut said.items);
    if let Some(map) = root.as_map() {
        checks::surprises(map, &mut items);
    }
    Ok(Reading {
        files,
        file: document.file,
        path: path.to_owned(),
        format,
        shape,
        root,
        items,
        lost: said.lost,
        sign: place,
    })
}

/// What is wrong with data files. A load test without them is read, and cannot be run.
fn unreachable_data(tree: &Arc<dyn SourceTree>, workloads: &[Workload]) -> Vec<Diagnostic> {
    let mut files = DataFiles::of(tree);
    let mut items: Vec<Diagnostic> = Vec::new();
    let mut said = BTreeSet::new();
    for workload in workloads {
        let layers: Vec<&Node> = workload
            .layers
            .iter()
            .map(|layer| &layer.settings)
            .collect();
        for mut item in files.find(&layers).err().into_iter().flatten() {
            item.severity = Severity::Warning;
            let place = item.primary.as_ref().map(|label| label.span);
            // What stands at the top is looked at for every endpoint.
            if said.insert((place, item.message.clone())) {
                items.push(item);
            }
        }
    }
    items
}

fn default_file(tree: &dyn SourceTree) -> Option<&'static str> {
    let is_there = |name: &&&str| matches!(tree.entry(name), Ok(Some(_)));
    DEFAULT_FILES.iter().find(is_there).copied()
}

/// Reads the file. A link is followed: the user named it, or its folder.
fn bytes(tree: &dyn SourceTree, path: &str) -> Result<Vec<u8>, Diagnostics> {
    let shown = tree.display(path);
    let refuse = |code: &'static str, message: String| {
        Err(Diagnostics::of(Diagnostic::error(code, message)))
    };
    // To open a pipe is to wait for who writes to it.
    if let Ok(Some(EntryKind::Directory | EntryKind::Other)) = tree.entry(path) {
        return refuse("load-test::not-a-file", format!("{shown} is no file"));
    }
    match tree.read(path, MAX_BYTES) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            refuse("load-test::no-file", format!("there is no {shown}"))
        }
        Err(error) => refuse(
            "load-test::unreadable",
            format!("cannot read {shown}: {error}"),
        ),
    }
}

/// Whether a file has `requests` at its top. What cannot be read has none that is known.
fn has_requests(name: &str, bytes: &[u8]) -> bool {
    let format = Format::of(name, bytes);
    let document = file::read(&mut SourceMap::default(), name, bytes, format);
    let root = document.root;
    root.is_some_and(|root| {
        root.get("requests")
            .is_some_and(|node| node.as_list().is_some())
    })
}
