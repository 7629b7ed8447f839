//! Sources that break a law.

use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_sdk::conformance;
use plimsoll_sdk::core::amendment::{Amendment, Edit};
use plimsoll_sdk::core::autoscaling::AutoscalingSettings;
use plimsoll_sdk::core::context::ContextFile;
use plimsoll_sdk::core::layer::{LayerName, Layers};
use plimsoll_sdk::core::registry::{Registry, no_options};
use plimsoll_sdk::core::rules::WorkloadRules;
use plimsoll_sdk::core::span::{FileId, Span};
use plimsoll_sdk::core::tree::MemoryTree;
use plimsoll_sdk::core::value::Node;
use plimsoll_sdk::core::yaml;
use plimsoll_sdk::prelude::*;
use serde_json::{Value as Json, json};

use crate::{breaks, registration};

const FILE: &str = "kit.yaml";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    ProbePanics,
    KnowsNothing,
    ProbeReadsAll,
    LoadPanics,
    PackagePanics,
    LoadsNothing,
    Counts,
    RefusesWithoutAnError,
    RefusesAnEnvironment,
    RefusesToPackage,
    PackagesTheClock,
    PackagesItsOwn,
    AmendsAnyway,
    HasABadSchema,
    HasNoWorkloads,
    RepeatsAName,
    NamesAnotherFile,
    ForgetsPlaces,
    PointsBeyondTheFile,
    PointsToAnotherLine,
    SpeaksOfNowhere,
    HasNoCode,
    LoadsWithAnError,
    InventsAPlace,
}

#[derive(Debug)]
struct Rules(Fault);

impl WorkloadRules for Rules {
    fn overridable(&self) -> &'static [&'static str] {
        &["autoscaling_settings"]
    }

    fn overrides_key(&self) -> Option<&'static str> {
        Some("environment_overrides")
    }

    fn finish(&self, mut merged: Node, layers: &Layers, said: &mut Diagnostics) -> Node {
        let overridden = |node: &Node| match layers.get(node.origin.layer) {
            Some(layer) => matches!(layer.name, LayerName::Environment(_)),
            None => false,
        };
        let settings = merged.get("autoscaling_settings");
        let most = settings.and_then(|settings| settings.get("max_replicas"));
        if self.0 == Fault::RefusesAnEnvironment && most.is_some_and(overridden) {
            said.push(Diagnostic::error("kit::refused", "it is refused"));
        }
        if self.0 == Fault::InventsAPlace {
            let mut invented = Node::from(1);
            invented.origin.layer = merged.origin.layer;
            invented.origin.layer.0 = 1;
            if let Some(map) = merged.as_map_mut() {
                map.set("invented", invented);
            }
        }
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }

    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}

/// The first place of the first file.
fn start() -> Span {
    Span {
        file: FileId::from_index(0).unwrap(),
        start: 0,
        end: 0,
        line: 1,
        column: 1,
    }
}

/// Reads `kit.yaml`: workloads by name, and in each what differs by environment.
struct Kit {
    fault: Fault,
    count: AtomicU32,
}

impl Kit {
    fn workload(&self, name: &str, mut settings: Node, files: &SourceMap) -> Workload {
        let environments = settings.get("environment_overrides").cloned();
        let place = start();
        let mut written = settings.as_map().cloned().unwrap_or_default();
        let end = files.files()[0].text.len();
        let mut odd = Node::from(1);
        odd.origin.span = match self.fault {
            Fault::ForgetsPlaces => None,
            Fault::PointsBeyondTheFile => Some(Span {
                end: u32::try_from(end + 1).unwrap(),
                ..place
            }),
            Fault::PointsToAnotherLine => Some(Span { line: 2, ..place }),
            _ => Some(place),
        };
        written.set("odd", odd);
        settings = Node {
            origin: settings.origin,
            ..Node::from(written)
        };
        let mut layers = Layers::new();
        layers.push(LayerName::Base, settings);
        for entry in environments.iter().filter_map(Node::as_map).flatten() {
            let environment = Environment::new(&entry.key.to_string());
            layers.push(LayerName::Environment(environment), entry.value.clone());
        }
        Workload {
            name: name.to_owned(),
            layers,
            rules: Arc::new(Rules(self.fault)),
        }
    }

    fn fails(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

impl ConfigSource for Kit {
    fn probe(&self, tree: &dyn SourceTree) -> Confidence {
        let there = tree.entry(FILE);
        if self.fails(Fault::ProbePanics) {
            there.as_ref().unwrap();
        }
        if self.fails(Fault::ProbeReadsAll) {
            for entry in tree.list("").unwrap_or_default() {
                let _ = tree.open(&entry.name);
            }
        }
        match there {
            Ok(Some(_)) if !self.fails(Fault::KnowsNothing) => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        let refuse = |message: &str| Diagnostics::of(Diagnostic::error("kit::refused", message));
        let bytes = tree.read(FILE, 1 << 20);
        let bytes = bytes.map_err(|error| match self.fault {
            Fault::RefusesWithoutAnError => Diagnostics::default(),
            _ => refuse(&error.to_string()),
        })?;
        if self.fails(Fault::LoadPanics) {
            assert!(!bytes.contains(&0xFF), "it cannot be");
        }
        if self.fails(Fault::LoadsNothing) {
            return Err(refuse("no"));
        }
        let mut files = SourceMap::default();
        let reading = yaml::read(&mut files, FILE, &bytes, &yaml::Limits::default());
        let mut workloads = Vec::new();
        for entry in reading.node.iter().filter_map(Node::as_map).flatten() {
            if entry.value.as_map().is_some() {
                let name = entry.key.to_string();
                workloads.push(self.workload(&name, entry.value.clone(), &files));
            }
        }
        let mut said = Diagnostics::about(Arc::new(files));
        said.items = reading.diagnostics;
        if said.has_errors() {
            return Err(said);
        }
        let named = |workload: &Workload| !workload.name.is_empty();
        if !workloads.iter().all(named) || workloads.is_empty() {
            return Err(refuse("there is no workload, or one without a name"));
        }
        match self.fault {
            Fault::HasNoWorkloads => workloads.clear(),
            Fault::RepeatsAName => workloads.push(workloads[0].clone()),
            Fault::SpeaksOfNowhere => {
                let nowhere = FileId::from_index(1).map(|file| Span { file, ..start() });
                said.push(Diagnostic::note("kit::so", "so").at(nowhere));
            }
            Fault::HasNoCode => said.push(Diagnostic::note("Kit says", "so")),
            Fault::LoadsWithAnError => said.push(Diagnostic::error("kit::wrong", "it is")),
            _ => {}
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let name = self.fails(Fault::Counts).then(|| format!("kit-{count}"));
        let other = self.fails(Fault::NamesAnotherFile);
        Ok(Manifest {
            kind: ManifestKind::Truss,
            name,
            workloads,
            main_file: FileId::from_index(u32::from(other)),
            files: Arc::clone(&said.files),
            diagnostics: said,
        })
    }

    fn schema(&self) -> Option<Json> {
        let kind = if self.fails(Fault::HasABadSchema) {
            "thing"
        } else {
            "object"
        };
        Some(json!({ "type": kind }))
    }

    fn package(
        &self,
        _: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics> {
        assert!(!self.fails(Fault::PackagePanics), "it cannot be");
        if self.fails(Fault::RefusesToPackage) {
            return Err(Diagnostics::of(Diagnostic::error("kit::refused", "no")));
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let content = if self.fails(Fault::PackagesTheClock) {
            count
        } else {
            0
        };
        let file = ContextFile::of_bytes("content", content.to_be_bytes());
        let mut config = json!({ "name": effective.workload });
        if self.fails(Fault::PackagesItsOwn) {
            config["autoscaling_settings"] = json!({});
        }
        Ok(Package {
            config,
            raw_config: None,
            context: BuildContext::new(vec![file]).unwrap(),
            folder: None,
            diagnostics: Diagnostics::default(),
        })
    }

    fn amend(
        &self,
        _: &Arc<dyn SourceTree>,
        manifest: &Manifest,
        _: &str,
        _: &Environment,
        _: &AutoscalingSettings,
    ) -> Result<Amendment, Diagnostics> {
        if !self.fails(Fault::AmendsAnyway) {
            return Err(Amendment::unsupported(manifest.kind));
        }
        let before = Arc::clone(&manifest.files.files()[0].text);
        Ok(Amendment::new(FILE, before, vec![Edit::insert(0, "# amended\n")]).unwrap())
    }
}

const TEXT: &str = "\
one:
  autoscaling_settings: {max_replicas: 3}
  environment_overrides:
    production:
      autoscaling_settings: {max_replicas: 30}
two: {}
";

fn suite(fault: Fault) {
    let registration = registration("kit", no_options(), move |_| {
        let count = AtomicU32::new(0);
        Box::new(Kit { fault, count }) as Box<dyn ConfigSource>
    });
    let mut registry = Registry::empty();
    registry.sources.register(registration).unwrap();
    let tree = MemoryTree::new()
        .with(FILE, TEXT)
        .with("README.md", "# Kit\n");
    conformance::config_source(&registry, "acme/kit", &[Arc::new(tree)]);
}

#[test]
fn a_sound_source_passes() {
    suite(Fault::None);
}

#[test]
fn each_fault_is_named() {
    let panics = "it never panics, whatever it reads";
    let named = "a manifest has at least one workload, each with a name of its own";
    let places = "every place is one that is in its file";
    let layers = "every value of a layer says where it is written";
    for (fault, law) in [
        (Fault::ProbePanics, "a probe never fails, whatever the tree"),
        (Fault::KnowsNothing, "a source knows what it can load"),
        (Fault::ProbeReadsAll, "a probe reads at most one file"),
        (Fault::LoadPanics, panics),
        (Fault::PackagePanics, panics),
        (Fault::LoadsNothing, "the trees that it is given load"),
        (Fault::Counts, "the same bytes give the same manifest"),
        (
            Fault::RefusesWithoutAnError,
            "what is refused is refused with an error",
        ),
        (
            Fault::RefusesAnEnvironment,
            "what is loaded resolves, for the base and for each of its environments",
        ),
        (Fault::RefusesToPackage, "what is resolved can be packaged"),
        (
            Fault::PackagesTheClock,
            "the same manifest gives the same package",
        ),
        (
            Fault::PackagesItsOwn,
            "a package's configuration is an object without keys that are Plimsoll's own",
        ),
        (
            Fault::AmendsAnyway,
            "to amend nothing is an empty amendment, or is refused",
        ),
        (
            Fault::HasABadSchema,
            "its schema, where it has one, is a valid JSON Schema",
        ),
        (Fault::HasNoWorkloads, named),
        (Fault::RepeatsAName, named),
        (
            Fault::NamesAnotherFile,
            "the main file is one of the manifest's files",
        ),
        (Fault::ForgetsPlaces, layers),
        (Fault::PointsBeyondTheFile, places),
        (Fault::PointsToAnotherLine, places),
        (Fault::SpeaksOfNowhere, places),
        (
            Fault::HasNoCode,
            "a diagnostic has a code `domain::what`, and one sentence or more",
        ),
        (Fault::LoadsWithAnError, "what is loaded has no errors"),
        (
            Fault::InventsAPlace,
            "every effective value names a real place, or is a default",
        ),
    ] {
        breaks(law, || suite(fault));
    }
}
