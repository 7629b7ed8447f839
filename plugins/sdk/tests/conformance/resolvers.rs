//! Resolvers that break a law.

use std::sync::atomic::{AtomicI64, Ordering};

use plimsoll_sdk::conformance;
use plimsoll_sdk::core::effective::EffectiveParts;
use plimsoll_sdk::core::layer::{Layer, LayerName};
use plimsoll_sdk::core::registry::{Registry, no_options};
use plimsoll_sdk::core::suggest::nearest;
use plimsoll_sdk::core::value::{Map, Node};
use plimsoll_sdk::prelude::*;

use crate::{breaks, registration};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Panics,
    RefusesAll,
    RefusesWithoutAnError,
    Counts,
    AddsToTheBase,
    SaysNothing,
    FallsBack,
    NamesNobody,
    IgnoresOverrides,
    ListsNothing,
    ListsInTheBase,
    OverridesAll,
    MixesEnvironments,
    ForgetsOrigins,
    InventsLayers,
    GrowsEachTime,
    ChecksNothing,
    RefusesOthers,
    OthersPanic,
}

/// A block that an environment has replaces the whole one of the base.
struct Blocks {
    fault: Fault,
    count: AtomicI64,
}

impl Blocks {
    fn fails(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn overriding<'a>(
        &self,
        workload: &'a Workload,
        environment: &Environment,
        said: &mut Diagnostics,
    ) -> Vec<&'a Layer> {
        let named = |name: &str| {
            workload
                .layers
                .named(&LayerName::Environment(Environment::new(name)))
        };
        let mut layers: Vec<&Layer> = named(environment.name()).into_iter().collect();
        if layers.is_empty() {
            let known = workload.layers.environments().map(Environment::name);
            let meant = nearest(environment.name(), known);
            let note = format!("there is no `{environment}`");
            let note = match meant {
                Some(_) if self.fails(Fault::NamesNobody) => Diagnostic::warning("kit::base", note),
                Some(meant) => {
                    Diagnostic::warning("kit::base", note).hint(format!("did you mean `{meant}`?"))
                }
                None => Diagnostic::note("kit::base", note),
            };
            if !self.fails(Fault::SaysNothing) {
                said.push(note);
            }
            if self.fails(Fault::FallsBack) {
                layers.extend(named("production"));
            }
        } else if self.fails(Fault::MixesEnvironments) {
            let others = workload.layers.iter().filter(|layer| {
                matches!(layer.name, LayerName::Environment(_)) && layer.name != layers[0].name
            });
            layers = others.chain(layers.iter().copied()).collect();
        }
        layers
    }
}

impl OverrideResolver for Blocks {
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        let mut said = Diagnostics::about(Arc::clone(files));
        if self.fails(Fault::RefusesAll) {
            return Err(Diagnostics::of(Diagnostic::error("kit::no", "no")));
        }
        let mut merged = Map::new();
        for layer in workload.layers.iter() {
            if !matches!(layer.name, LayerName::Environment(_)) {
                for entry in layer.settings.as_map().into_iter().flatten() {
                    merged.insert(entry.key.clone(), entry.key_span, entry.value.clone());
                }
            }
        }
        let mut overridden = Vec::new();
        let layers = environment
            .map(|environment| self.overriding(workload, environment, &mut said))
            .unwrap_or_default();
        for layer in layers {
            for entry in layer.settings.as_map().into_iter().flatten() {
                let key = entry.key.to_string();
                let listed = workload.rules.overridable().contains(&&*key);
                let counts = match self.fault {
                    Fault::IgnoresOverrides => false,
                    Fault::OverridesAll => true,
                    _ => listed && !entry.value.is_null(),
                };
                if counts {
                    merged.insert(entry.key.clone(), entry.key_span, entry.value.clone());
                }
                let own = matches!(&layer.name, LayerName::Environment(name) if Some(name) == environment);
                let sets = own && listed && !entry.value.is_null();
                if sets && !self.fails(Fault::ListsNothing) {
                    overridden.push(key);
                }
            }
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        match self.fault {
            Fault::Panics => assert!(!merged.contains("notes"), "it cannot be"),
            Fault::Counts => merged.set("count", Node::from(count)),
            Fault::AddsToTheBase => merged.set("added", Node::from(1)),
            Fault::GrowsEachTime => {
                let before = merged.get("times").and_then(Node::as_i64);
                merged.set("times", Node::from(before.unwrap_or(0) + 1));
            }
            Fault::ListsInTheBase if environment.is_none() => {
                overridden.push("resources".to_owned());
            }
            Fault::ForgetsOrigins => {
                for value in merged.values_mut() {
                    value.origin.span = None;
                }
            }
            Fault::InventsLayers => {
                for value in merged.values_mut() {
                    value.origin.layer.0 += 7;
                }
            }
            _ => {}
        }
        if self.fails(Fault::ChecksNothing) {
            if environment.is_some() {
                merged.remove("environment_overrides");
            }
            return Ok(Effective::passed_on(EffectiveParts {
                workload: workload.clone(),
                environment: environment.cloned(),
                config: Node::from(merged),
                overridden,
                diagnostics: said,
            }));
        }
        let checked =
            Effective::checked(workload, environment, Node::from(merged), overridden, said);
        checked.map_err(|said| match self.fault {
            Fault::RefusesWithoutAnError => Diagnostics::default(),
            _ => said,
        })
    }

    fn other_environments(
        &self,
        _: &Workload,
        _: Option<&Environment>,
        _: &Arc<SourceMap>,
    ) -> Vec<Diagnostic> {
        assert!(!self.fails(Fault::OthersPanic), "it cannot be");
        let refuses = self.fails(Fault::RefusesOthers);
        refuses
            .then(|| Diagnostic::error("kit::other", "no"))
            .into_iter()
            .collect()
    }
}

fn suite(fault: Fault) {
    let registration = registration("blocks", no_options(), move |_| {
        let count = AtomicI64::new(0);
        Box::new(Blocks { fault, count }) as Box<dyn OverrideResolver>
    });
    let mut registry = Registry::empty();
    registry.resolvers.register(registration).unwrap();
    conformance::override_resolver(&registry, "acme/blocks", &[]);
}

#[test]
fn a_sound_resolver_passes() {
    suite(Fault::None);
}

#[test]
fn each_fault_is_named() {
    let panics = "it never panics, whatever it resolves";
    let is_base = "an environment without overrides is the base, and a note says so";
    let listed = "`overridden` lists the overridable keys that the environment sets";
    let checked = "what the rules refuse is refused: it ends in `Effective::checked`";
    let others = "of other environments it warns, and no more";
    for (fault, law) in [
        (Fault::Panics, panics),
        (Fault::OthersPanic, panics),
        (Fault::RefusesAll, "what its rules take is resolved"),
        (Fault::RefusesWithoutAnError, checked),
        (
            Fault::Counts,
            "the same workload and environment give the same settings",
        ),
        (Fault::AddsToTheBase, "no environment means the base"),
        (Fault::SaysNothing, is_base),
        (Fault::FallsBack, is_base),
        (
            Fault::NamesNobody,
            "a warning names the environment that is nearest to one that is misspelt",
        ),
        (
            Fault::IgnoresOverrides,
            "what an environment writes below an overridable key holds",
        ),
        (Fault::ListsNothing, listed),
        (Fault::ListsInTheBase, listed),
        (
            Fault::OverridesAll,
            "what the rules do not list as overridable stays as the base has it",
        ),
        (
            Fault::MixesEnvironments,
            "other environments change nothing",
        ),
        (
            Fault::ForgetsOrigins,
            "every effective value names a real place, or is a default",
        ),
        (
            Fault::InventsLayers,
            "every value that is carried over keeps its origin",
        ),
        (
            Fault::GrowsEachTime,
            "resolving what is resolved changes nothing",
        ),
        (Fault::ChecksNothing, checked),
        (Fault::RefusesOthers, others),
    ] {
        breaks(law, || suite(fault));
    }
}
