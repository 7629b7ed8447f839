//! The registry: what implements the five traits, by name.
//!
//! A registry is a value. [`Registry::linked`] seeds one with what is linked into the program;
//! tests and embedders make their own and add to it.

mod catalogue;
mod error;
pub mod follow;
mod origin;

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

pub use catalogue::{Catalogue, Factory, Registration};
pub use error::{FactoryError, NameError};
pub use origin::{Library, Origin};

use crate::deployer::Deployer;
use crate::distribution::DistributionStrategy;
use crate::policy::ScalingPolicy;
use crate::resolver::OverrideResolver;
use crate::source::{Confidence, ConfigSource};
use crate::tree::SourceTree;

/// What implements the five traits, by name. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Where configuration comes from.
    pub sources: Catalogue<dyn ConfigSource>,
    /// What is effective in an environment.
    pub resolvers: Catalogue<dyn OverrideResolver>,
    /// Where releases go.
    pub deployers: Catalogue<dyn Deployer>,
    /// How a budget is shared.
    pub strategies: Catalogue<dyn DistributionStrategy>,
    /// How many replicas or workers there should be.
    pub policies: Catalogue<dyn ScalingPolicy>,
    options_check: Option<Arc<dyn OptionsCheck>>,
}

/// Checks options against the JSON Schema of a registration, before its factory runs.
///
/// A host gives one to its registry, so that the options of every plugin are checked alike, linked
/// or loaded. Without one, factories check for themselves.
pub trait OptionsCheck: Send + Sync + fmt::Debug {
    /// Checks options.
    ///
    /// # Errors
    /// Everything that does not fit, in words: the option, what it is and what it may be.
    fn check(&self, schema: &Json, options: &Json) -> Result<(), String>;
}

impl Registry {
    /// A registry with nothing in it.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            sources: Catalogue::new("source"),
            resolvers: Catalogue::new("resolver"),
            deployers: Catalogue::new("deployer"),
            strategies: Catalogue::new("distribution strategy"),
            policies: Catalogue::new("scaling policy"),
            options_check: None,
        }
    }

    /// The same, with options checked before factories run.
    #[must_use]
    pub fn with_options_check(mut self, check: Arc<dyn OptionsCheck>) -> Self {
        self.options_check = Some(check);
        self
    }

    /// What checks options before factories run.
    #[must_use]
    pub fn options_check(&self) -> Option<&dyn OptionsCheck> {
        self.options_check.as_deref()
    }

    /// A registry of everything that is linked into this program and was announced with
    /// [`plugin!`](crate::plugin).
    ///
    /// # Errors
    /// When a plugin registers a name of one kind twice.
    pub fn linked() -> Result<Self, FactoryError> {
        let mut registry = Self::empty();
        let mut plugins: Vec<&Plugin> = inventory::iter::<Plugin>.into_iter().collect();
        plugins.sort_by_key(|plugin| plugin.name);
        for plugin in plugins {
            (plugin.register)(&mut registry)?;
        }
        Ok(registry)
    }

    /// The source that is surest that a tree is of its kind; `None` where each says it is not. Of
    /// equals, the first by name. One that cannot be made without options is passed over.
    ///
    /// # Errors
    /// When no source is sure, and one could not be made.
    pub fn surest_source(
        &self,
        tree: &dyn SourceTree,
    ) -> Result<Option<Box<dyn ConfigSource>>, FactoryError> {
        let context = FactoryContext {
            registry: self.clone(),
        };
        let mut best: Option<(Confidence, Box<dyn ConfigSource>)> = None;
        let mut unmade = None;
        for registration in self.sources.iter() {
            let name = self.sources.name_of(registration);
            let source = match self.sources.make(&name, &context, &serde_json::json!({})) {
                Ok(source) => source,
                Err(error) => {
                    unmade.get_or_insert(error);
                    continue;
                }
            };
            let confidence = source.probe(tree);
            let surer = best.as_ref().is_none_or(|(known, _)| confidence > *known);
            if confidence > Confidence::No && surer {
                best = Some((confidence, source));
            }
        }
        match (best, unmade) {
            (None, Some(error)) => Err(error),
            (best, _) => Ok(best.map(|(_, source)| source)),
        }
    }

    /// Every name, as `(kind, name)`, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<(&'static str, String)> {
        let mut names: Vec<_> = [
            (self.sources.kind(), self.sources.names()),
            (self.resolvers.kind(), self.resolvers.names()),
            (self.deployers.kind(), self.deployers.names()),
            (self.strategies.kind(), self.strategies.names()),
            (self.policies.kind(), self.policies.names()),
        ]
        .into_iter()
        .flat_map(|(kind, names)| names.into_iter().map(move |name| (kind, name)))
        .collect();
        names.sort();
        names
    }
}

/// Whether a name can be a plugin's, or what one registers: lower-case letters, digits and `-`, with a
/// letter first.
#[must_use]
pub const fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut place = 0;
    while place < bytes.len() {
        let letter = bytes[place].is_ascii_lowercase();
        let other = bytes[place].is_ascii_digit() || bytes[place] == b'-';
        if !(letter || place > 0 && other) {
            return false;
        }
        place += 1;
    }
    !bytes.is_empty()
}

/// What a factory may use beside its options.
#[derive(Clone, Debug)]
pub struct FactoryContext {
    /// Everything that is registered, for a plugin that works on others by name.
    pub registry: Registry,
}

/// A plugin that is linked into this program. Announced with [`plugin!`](crate::plugin).
#[derive(Debug)]
pub struct Plugin {
    /// Its name, which orders registration.
    pub name: &'static str,
    /// Registers what it has.
    pub register: fn(&mut Registry) -> Result<(), FactoryError>,
}

inventory::collect!(Plugin);

/// Announces a plugin crate to [`Registry::linked`]. Every plugin crate has a public
/// `register(&mut Registry)`, for those who rather call it, and names it here.
#[macro_export]
macro_rules! plugin {
    ($name:literal, $register:path) => {
        $crate::inventory::submit! {
            $crate::registry::Plugin { name: $name, register: $register }
        }
    };
}

/// The schema of a factory that takes no options.
#[must_use]
pub fn no_options() -> Json {
    serde_json::json!({ "type": "object", "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::{
        Factory, FactoryContext, FactoryError, OptionsCheck, Origin, Registration, Registry,
        no_options,
    };
    use crate::context::Package;
    use crate::diagnostic::Diagnostics;
    use crate::effective::Effective;
    use crate::manifest::Manifest;
    use crate::policy::{Decision, Observation, Reason, ScalingPolicy};
    use crate::source::{Confidence, ConfigSource};
    use crate::tree::{MemoryTree, SourceTree};

    struct Seven;

    impl ScalingPolicy for Seven {
        fn decide(&mut self, _: &Observation<'_>) -> Decision {
            Decision {
                desired: 7,
                reason: Reason::FIXED,
            }
        }
    }

    fn registration(plugin: &str, version: &str, name: &str) -> Registration<dyn ScalingPolicy> {
        Registration {
            name: name.to_owned(),
            summary: "Always seven.".to_owned(),
            origin: Origin::linked(plugin, version),
            options_schema: no_options(),
            factory: Arc::new(|_, _: &Json| Ok(Box::new(Seven))),
        }
    }

    /// A registry of policies: plugin, version, name.
    fn registry(policies: &[(&str, &str, &str)]) -> Registry {
        let mut registry = Registry::empty();
        for (plugin, version, name) in policies {
            let registration = registration(plugin, version, name);
            registry.policies.register(registration).unwrap();
        }
        registry
    }

    fn made(registry: &Registry, name: &str, options: &Json) -> Result<(), String> {
        let context = FactoryContext {
            registry: registry.clone(),
        };
        let made = registry.policies.make(name, &context, options);
        made.map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones_and_the_nearest() {
        let registry = registry(&[("a", "1.0.0", "seven"), ("a", "1.0.0", "fixed")]);
        assert_eq!(made(&registry, "seven", &json!({})), Ok(()));
        let error = made(&registry, "sevn", &json!({})).unwrap_err();
        insta::assert_snapshot!(error,
            @"there is no scaling policy `sevn`; known are: fixed, seven; did you mean `seven`?");
        let none = registry.sources.get("truss").unwrap_err();
        insta::assert_snapshot!(none, @"there is no source `truss`; none is registered");
    }

    #[test]
    fn a_plugin_takes_a_name_once() {
        let mut registry = registry(&[("a", "1.0.0", "seven")]);
        let error = registry
            .policies
            .register(registration("a", "1.0.0", "seven"))
            .unwrap_err();
        insta::assert_snapshot!(error,
            @"the scaling policy `seven` of a 1.0.0 is already registered by a 1.0.0");
    }

    #[test]
    fn a_name_of_several_plugins_must_say_which() {
        let registry = registry(&[
            ("acme", "2.0.0", "seven"),
            ("acme", "1.0.0", "seven"),
            ("bell", "1.0.0", "seven"),
            ("bell", "1.0.0", "eight"),
        ]);
        let names = [
            "acme@1.0.0/seven",
            "acme@2.0.0/seven",
            "bell/seven",
            "eight",
        ];
        let mut listed = registry.policies.names();
        listed.sort();
        assert_eq!(listed, names);
        for name in names.into_iter().chain(["bell/eight", "bell@1.0.0/eight"]) {
            assert_eq!(made(&registry, name, &json!({})), Ok(()), "{name}");
        }
        let error = |name: &str| made(&registry, name, &json!({})).unwrap_err();
        insta::assert_snapshot!(error("seven"), @"several plugins have a scaling policy `seven`; say which: acme@1.0.0/seven, acme@2.0.0/seven, bell/seven");
        insta::assert_snapshot!(error("acme/seven"), @"several plugins have a scaling policy `acme/seven`; say which: acme@1.0.0/seven, acme@2.0.0/seven");
        insta::assert_snapshot!(error("acme@3.0.0/seven"), @"there is no scaling policy `acme@3.0.0/seven`; known are: acme@1.0.0/seven, acme@2.0.0/seven, bell/seven, eight; did you mean `acme@1.0.0/seven`?");
    }

    struct Sure;

    impl ConfigSource for Sure {
        fn probe(&self, _: &dyn SourceTree) -> Confidence {
            Confidence::Certain
        }

        fn load(&self, _: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
            Err(Diagnostics::default())
        }

        fn package(&self, _: &Arc<dyn SourceTree>, _: &Effective) -> Result<Package, Diagnostics> {
            Err(Diagnostics::default())
        }
    }

    #[test]
    fn a_source_that_cannot_be_made_does_not_stop_the_others() {
        let source = |name: &str, factory: Factory<dyn ConfigSource>| Registration {
            name: name.to_owned(),
            summary: "A source.".to_owned(),
            origin: Origin::linked("a", "1.0.0"),
            options_schema: no_options(),
            factory,
        };
        let mut registry = Registry::empty();
        let broken: Factory<dyn ConfigSource> = Arc::new(|_, _: &Json| {
            Err(FactoryError::Failed {
                name: "broken".to_owned(),
                message: "not today".to_owned(),
            })
        });
        registry.sources.register(source("broken", broken)).unwrap();
        let tree = MemoryTree::new();
        let alone = registry.surest_source(&tree).err().unwrap();
        insta::assert_snapshot!(alone, @"broken could not be set up: not today");
        let sure: Factory<dyn ConfigSource> = Arc::new(|_, _: &Json| Ok(Box::new(Sure)));
        registry.sources.register(source("sure", sure)).unwrap();
        assert!(registry.surest_source(&tree).unwrap().is_some());
    }

    #[derive(Debug)]
    struct Nothing;

    impl OptionsCheck for Nothing {
        fn check(&self, _: &Json, options: &Json) -> Result<(), String> {
            match options.as_object() {
                Some(options) if options.is_empty() => Ok(()),
                _ => Err("nothing is allowed".to_owned()),
            }
        }
    }

    #[test]
    fn options_are_checked_before_a_factory_runs() {
        let registry = registry(&[("a", "1.0.0", "seven")]);
        assert_eq!(made(&registry, "seven", &json!({ "x": 1 })), Ok(()));
        let checking = registry.with_options_check(Arc::new(Nothing));
        assert_eq!(made(&checking, "seven", &json!({})), Ok(()));
        let error = made(&checking, "a/seven", &json!({ "x": 1 })).unwrap_err();
        insta::assert_snapshot!(error, @"the options of seven do not fit: nothing is allowed");
    }
}
