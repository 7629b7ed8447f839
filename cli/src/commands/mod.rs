//! The commands, a file each, and the way from a path to effective settings that they share.

pub(crate) mod bench;
pub(crate) mod codegen;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod migrate;
pub(crate) mod plan;
pub(crate) mod plugins;
pub(crate) mod push;
pub(crate) mod release;
pub(crate) mod resolve;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod tune;
pub(crate) mod validate;

use std::sync::Arc;

use plimsoll::diagnostic::Diagnostics;
use plimsoll::effective::Effective;
use plimsoll::environment::Environment;
use plimsoll::layer::LayerName;
use plimsoll::manifest::Manifest;
use plimsoll::registry::{FactoryContext, Registry};
use plimsoll::resolver::OverrideResolver;
use plimsoll::source::ConfigSource;
use plimsoll::tree::SourceTree;
use serde_json::json;

use crate::args::{Global, Input};
use crate::error::{CliError, exit};
use crate::fetch;
use crate::plugins::registry;

/// A manifest that has been read, and what reads and resolves it.
pub(crate) struct Loaded {
    pub(crate) context: FactoryContext,
    pub(crate) tree: Arc<dyn SourceTree>,
    pub(crate) source: Box<dyn ConfigSource>,
    pub(crate) resolver: Box<dyn OverrideResolver>,
    pub(crate) manifest: Manifest,
}

impl Loaded {
    /// Reads what the arguments name.
    pub(crate) fn from(global: &Global, input: &Input) -> Result<Self, CliError> {
        Self::of(global, input, fetch::tree(&input.path)?)
    }

    /// Reads what a tree holds.
    pub(crate) fn of(
        global: &Global,
        input: &Input,
        tree: Arc<dyn SourceTree>,
    ) -> Result<Self, CliError> {
        let context = FactoryContext {
            registry: registry(global, &input.path)?,
        };
        let resolver = context
            .registry
            .resolvers
            .make(&input.resolver, &context, &json!({}))?;
        let source = match &input.source {
            Some(name) => context.registry.sources.make(name, &context, &json!({}))?,
            None => likeliest(&context.registry, &*tree)?,
        };
        let manifest = source.load(&tree)?;
        Ok(Self {
            context,
            tree,
            source,
            resolver,
            manifest,
        })
    }

    /// Resolves every workload for an environment. What there is to say about the input comes
    /// with it, once.
    pub(crate) fn resolve(
        &self,
        environment: Option<&Environment>,
    ) -> Result<(Vec<Effective>, Diagnostics), Diagnostics> {
        let mut said = self.manifest.diagnostics.clone();
        let mut resolved = Vec::with_capacity(self.manifest.workloads.len());
        for workload in &self.manifest.workloads {
            match self
                .resolver
                .resolve(workload, environment, &self.manifest.files)
            {
                Ok(effective) => {
                    said.absorb(effective.diagnostics.items.iter().cloned());
                    resolved.push(effective);
                }
                Err(diagnostics) => said.absorb(diagnostics.items),
            }
        }
        if let Some(environment) = environment {
            self.leave_out_the_obvious(environment, &mut said);
        }
        said.unless_errors(resolved)
    }

    /// Of several workloads it goes without saying that not each has overrides, where one has.
    fn leave_out_the_obvious(&self, environment: &Environment, said: &mut Diagnostics) {
        let name = LayerName::Environment(environment.clone());
        let mut workloads = self.manifest.workloads.iter();
        if workloads.any(|workload| workload.layers.named(&name).is_some()) {
            said.items
                .retain(|item| item.code != "overrides::not-overridden");
        } else {
            let mut seen = false;
            said.items.retain(|item| {
                let again = seen && item.code == "overrides::not-overridden";
                seen |= item.code == "overrides::not-overridden";
                !again
            });
        }
    }

    /// As [`resolve`](Self::resolve), with a word about environments that were not asked for and
    /// would not resolve.
    pub(crate) fn resolve_one(
        &self,
        environment: Option<&Environment>,
    ) -> Result<(Vec<Effective>, Diagnostics), Diagnostics> {
        let (resolved, mut said) = self.resolve(environment)?;
        for workload in &self.manifest.workloads {
            let files = &self.manifest.files;
            said.absorb(
                self.resolver
                    .other_environments(workload, environment, files),
            );
        }
        Ok((resolved, said))
    }
}

/// The environment that is asked for.
pub(crate) fn environment(name: Option<&str>) -> Option<Environment> {
    name.map(Environment::new)
}

/// The source that is surest of the tree.
fn likeliest(
    registry: &Registry,
    tree: &dyn SourceTree,
) -> Result<Box<dyn ConfigSource>, CliError> {
    registry.surest_source(tree)?.ok_or_else(|| {
        let shown = tree
            .focus()
            .map_or_else(|| tree.display(""), |file| tree.display(file));
        let known = registry.sources.names().join(", ");
        let message = format!("no source reads {shown}; known are: {known}");
        CliError::new(exit::INVALID, message)
            .hint("a Truss is a folder with a config.yaml, or that file; a chain is a Python file; a load test has `requests`")
    })
}
