//! The registry: what implements the five traits, by name.
//!
//! A registry is a value. [`Registry::linked`] seeds one with what is linked into the program;
//! tests and embedders make their own and add to it.

mod catalogue;
pub mod follow;

use serde_json::Value as Json;

pub use catalogue::{Catalogue, Factory, FactoryError, Registration, UnknownName};

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
        }
    }

    /// A registry of everything that is linked into this program and was announced with
    /// [`plugin!`](crate::plugin).
    ///
    /// # Errors
    /// When two plugins register the same name of one kind.
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
    /// equals, the first by name.
    ///
    /// # Errors
    /// When a source cannot be made.
    pub fn surest_source(
        &self,
        tree: &dyn SourceTree,
    ) -> Result<Option<Box<dyn ConfigSource>>, FactoryError> {
        let context = FactoryContext {
            registry: self.clone(),
        };
        let mut best: Option<(Confidence, Box<dyn ConfigSource>)> = None;
        for registration in self.sources.iter() {
            let source = (registration.factory)(&context, &serde_json::json!({}))?;
            let confidence = source.probe(tree);
            let surer = best.as_ref().is_none_or(|(known, _)| confidence > *known);
            if confidence > Confidence::No && surer {
                best = Some((confidence, source));
            }
        }
        Ok(best.map(|(_, source)| source))
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

    use super::{FactoryContext, Registration, Registry, no_options};
    use crate::policy::{Decision, Observation, Reason, ScalingPolicy};

    struct Seven;

    impl ScalingPolicy for Seven {
        fn decide(&mut self, _: &Observation<'_>) -> Decision {
            Decision {
                desired: 7,
                reason: Reason::FIXED,
            }
        }
    }

    fn registration(name: &str) -> Registration<dyn ScalingPolicy> {
        Registration {
            name: name.to_owned(),
            summary: "Always seven.".to_owned(),
            origin: "test".to_owned(),
            options_schema: no_options(),
            factory: Arc::new(|_, _: &Json| Ok(Box::new(Seven))),
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones_and_the_nearest() {
        let mut registry = Registry::empty();
        registry.policies.register(registration("seven")).unwrap();
        registry.policies.register(registration("fixed")).unwrap();
        let context = FactoryContext {
            registry: registry.clone(),
        };
        assert!(
            registry
                .policies
                .make("seven", &context, &json!({}))
                .is_ok()
        );
        let error = registry
            .policies
            .make("sevn", &context, &json!({}))
            .err()
            .unwrap();
        insta::assert_snapshot!(error,
            @"there is no scaling policy `sevn`; known are: fixed, seven; did you mean `seven`?");
        let none = registry
            .sources
            .make("truss", &context, &json!({}))
            .err()
            .unwrap();
        insta::assert_snapshot!(none, @"there is no source `truss`; none is registered");
    }

    #[test]
    fn a_name_is_taken_once() {
        let mut registry = Registry::empty();
        registry.policies.register(registration("seven")).unwrap();
        let error = registry
            .policies
            .register(registration("seven"))
            .unwrap_err();
        insta::assert_snapshot!(error,
            @"the scaling policy `seven` of test is already registered by test");
    }
}
