//! From effective settings to a release and its deployer, for `plan` and `push`.

use std::collections::BTreeMap;

use plimsoll::deployer::Deployer;
use plimsoll::diagnostic::Diagnostics;
use plimsoll::environment::{Environment, PRODUCTION};
use plimsoll::manifest::ManifestKind;
use plimsoll::release::{Release, ReleaseOptions, ReleaseWorkload};
use serde_json::{Value as Json, json};

use super::{Loaded, environment};
use crate::args::{Global, Input, Release as Args};
use crate::error::{CliError, exit};
use crate::render::progress::Hashing;
use crate::settings::{LOCAL, LOCAL_DEPLOYER, Settings, data_dir};

/// A release, and what carries it.
pub(crate) struct Prepared {
    pub(crate) release: Release,
    pub(crate) deployer: Box<dyn Deployer>,
    pub(crate) target: String,
    /// What there is to say about the input.
    pub(crate) said: Diagnostics,
}

impl Prepared {
    pub(crate) fn from(global: &Global, input: &Input, args: &Args) -> Result<Self, CliError> {
        let promoted = args.promote.then_some(PRODUCTION);
        let environment = environment(input.environment.as_deref().or(promoted));
        let options = options(args)?;
        let settings = Settings::load(global, &input.path)?;
        let target = settings.target(args.to.as_deref());
        let loaded = Loaded::from(global, input)?;
        let (release, said) = release(&loaded, environment, options, args.model_name.as_deref())?;
        let (name, options) = if target == LOCAL {
            let folder = data_dir(args.data_dir.as_deref())?;
            (LOCAL_DEPLOYER.to_owned(), local_options(&folder))
        } else {
            settings.deployer(&target, &loaded.context.registry.deployers)?
        };
        let deployers = &loaded.context.registry.deployers;
        let deployer = deployers
            .make(&name, &loaded.context, &options)
            .map_err(|error| settings.unfit(&target, error))?;
        Ok(Self {
            release,
            deployer,
            target,
            said,
        })
    }
}

/// The options of the built-in platform.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
pub(crate) fn local_options(folder: &std::path::Path) -> Json {
    let mut options = json!({ "data_dir": folder });
    if let Ok(key) = std::env::var("PLIMSOLL_API_KEY") {
        options["api_key"] = json!(key);
    }
    options
}

fn options(args: &Args) -> Result<ReleaseOptions, CliError> {
    let preserve = match (
        args.preserve_env_instance_type,
        args.no_preserve_env_instance_type,
    ) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    };
    let labels: BTreeMap<String, Json> = match &args.labels {
        None => BTreeMap::new(),
        Some(text) => serde_json::from_str(text).map_err(|error| {
            CliError::usage(format!("--labels: {error}"))
                .hint("give a JSON object: --labels '{\"team\": \"search\"}'")
        })?,
    };
    Ok(ReleaseOptions {
        preserve_instance_type: preserve,
        create_environment: args.create_environment_if_missing,
        deployment_name: args.deployment_name.clone(),
        labels,
        deploy_timeout_minutes: args.deploy_timeout,
    })
}

fn release(
    loaded: &Loaded,
    environment: Option<Environment>,
    options: ReleaseOptions,
    model_name: Option<&str>,
) -> Result<(Release, Diagnostics), CliError> {
    if loaded.manifest.kind == ManifestKind::LoadTest {
        let message = "a load test is not pushed to a platform";
        return Err(CliError::new(exit::INVALID, message).hint("run it: plimsoll run PATH"));
    }
    let name = model_name
        .map(str::to_owned)
        .or_else(|| loaded.manifest.name.clone());
    let name = name.ok_or_else(|| {
        CliError::new(exit::INVALID, "the configuration names no model")
            .hint("add `model_name: …` to it, or give --model-name")
    })?;
    packaged(loaded, environment, options, name, model_name)
}

/// Resolves and packages every workload.
pub(crate) fn packaged(
    loaded: &Loaded,
    environment: Option<Environment>,
    options: ReleaseOptions,
    name: String,
    model_name: Option<&str>,
) -> Result<(Release, Diagnostics), CliError> {
    let kind = loaded.manifest.kind;
    let (resolved, mut said) = loaded.resolve_one(environment.as_ref())?;
    let mut workloads = Vec::with_capacity(resolved.len());
    for effective in resolved {
        let mut package = loaded.source.package(&loaded.tree, &effective)?;
        said.absorb(package.diagnostics.items.drain(..));
        // A chain's models have names of their own.
        if let Some(name) = model_name.filter(|_| kind == ManifestKind::Truss) {
            package.config["model_name"] = json!(name);
        }
        let hashing = Hashing::of(package.context.len_bytes());
        let workload =
            ReleaseWorkload::packaged(effective, package, &mut |bytes| hashing.read(bytes));
        let workload = workload.map_err(|error| CliError::new(exit::INVALID, error.to_string()))?;
        drop(hashing);
        workloads.push(workload);
    }
    Ok((
        Release {
            kind,
            name,
            environment,
            workloads,
            source: loaded.source.written(&loaded.tree)?,
            options,
        },
        said,
    ))
}
