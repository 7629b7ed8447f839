//! What every source of configuration promises.

use std::sync::Arc;

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::context::{BuildContext, Package};
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::{Manifest, Workload};
use plimsoll_core::registry::Registry;
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::tree::SourceTree;
use serde_json::json;

use super::law::{Broken, Verdict, broken, holds, same, unharmed};
use super::manifests::{picture, sound_diagnostics, sound_effective, sound_manifest};
use super::merge;
use super::registered::{Registered, validator};
use super::trees::{Copied, Failing, Watched, nobodys};

const PROBES: &str = "a probe never fails, whatever the tree";
const KNOWS: &str = "a source knows what it can load";
const CHEAP: &str = "a probe reads at most one file";
const NEVER_PANICS: &str = "it never panics, whatever it reads";
const LOADS: &str = "the trees that it is given load";
const PURE: &str = "the same bytes give the same manifest";
const REFUSED: &str = "what is refused is refused with an error";
const RESOLVES: &str = "what is loaded resolves, for the base and for each of its environments";
const PACKAGES: &str = "what is resolved can be packaged";
const PACKAGE: &str = "the same manifest gives the same package";
const OWN: &str = "a package's configuration is an object without keys that are Plimsoll's own";
const AMENDS: &str = "to amend nothing is an empty amendment, or is refused";
const SCHEMA: &str = "its schema, where it has one, is a valid JSON Schema";

/// Holds the source of this name to its contract: over these trees, which it must load, over the same
/// with changes, and over trees that are nobody's. Hosts give a source no options.
///
/// # Panics
/// When a law is broken.
#[track_caller]
pub fn config_source(registry: &Registry, name: &str, trees: &[Arc<dyn SourceTree>]) {
    let registered = Registered::new(registry, &registry.sources, name, &[json!({})]);
    let subject = &registered.subject;
    let source = &*subject.must(registered.make(&json!({})));
    subject.must(schema(source));
    for tree in nobodys() {
        let subject = subject.with(format!("a tree that is nobody's: {tree:?}"));
        subject.must(reads(source, &tree));
    }
    for tree in trees {
        let subject = subject.with(format!("the tree {}", tree.display("")));
        let anew = subject.must(registered.make(&json!({})));
        subject.must(loads(source, &*anew, tree));
        for failing in [Failing::Files, Failing::Everything] {
            let subject = subject.with(format!("failing of it: {failing:?}"));
            let tree: Arc<dyn SourceTree> = Arc::new(Watched::new(tree, failing));
            subject.must(reads(source, &tree));
        }
        let copied = Copied::of(&**tree);
        for tree in copied.hostile() {
            let subject = subject.with(format!("changed to {:?}", Copied::of(&*tree)));
            subject.must(reads(source, &tree));
        }
        subject.must_for_all(4, &copied.changed(), |changed| {
            reads(source, &changed.tree())
        });
    }
}

fn schema(source: &dyn ConfigSource) -> Verdict {
    let Some(schema) = unharmed(NEVER_PANICS, || source.schema())? else {
        return Ok(());
    };
    validator(&schema)
        .map(drop)
        .or_else(|problem| broken(SCHEMA, format!("{problem:?}")))
}

/// Any tree: a manifest that is sound, or an error.
fn reads(source: &dyn ConfigSource, tree: &Arc<dyn SourceTree>) -> Verdict {
    probes(source, tree)?;
    let manifest = match load(source, tree)? {
        Ok(manifest) => manifest,
        Err(said) => return refused(&said),
    };
    sound_manifest(&manifest)?;
    for workload in &manifest.workloads {
        let resolved = unharmed(NEVER_PANICS, || {
            merge::resolve(workload, None, &manifest.files)
        })?;
        let effective = match resolved {
            Ok(effective) => effective,
            Err(said) => {
                refused(&said)?;
                continue;
            }
        };
        sound_effective(&effective)?;
        match unharmed(NEVER_PANICS, || source.package(tree, &effective))? {
            Ok(package) => sound_diagnostics(&package.diagnostics)?,
            Err(said) => refused(&said)?,
        }
    }
    Ok(())
}

fn probes(source: &dyn ConfigSource, tree: &Arc<dyn SourceTree>) -> Result<Confidence, Broken> {
    let watched = Watched::new(tree, Failing::Nothing);
    let confidence = unharmed(PROBES, || source.probe(&watched))?;
    let opened = watched.opened();
    holds(CHEAP, opened.len() <= 1, || format!("it reads {opened:?}"))?;
    Ok(confidence)
}

fn load(
    source: &dyn ConfigSource,
    tree: &Arc<dyn SourceTree>,
) -> Result<Result<Manifest, Diagnostics>, Broken> {
    unharmed(NEVER_PANICS, || source.load(tree))
}

fn refused(said: &Diagnostics) -> Verdict {
    holds(REFUSED, said.has_errors(), || format!("it says {said:?}"))?;
    sound_diagnostics(said)
}

/// A tree that is one of the source's own.
fn loads(
    source: &dyn ConfigSource,
    anew: &dyn ConfigSource,
    tree: &Arc<dyn SourceTree>,
) -> Verdict {
    let confidence = probes(source, tree)?;
    holds(KNOWS, confidence > Confidence::No, || {
        format!("it is {confidence:?} of it")
    })?;
    let manifest = load(source, tree)?.or_else(|said| broken(LOADS, said.to_string()))?;
    for source in [source, anew] {
        let again = load(source, tree)?.or_else(|said| broken(LOADS, said.to_string()))?;
        same(PURE, &picture(&manifest), &picture(&again))?;
        same(PURE, &manifest.files, &again.files)?;
    }
    sound_manifest(&manifest)?;
    for workload in &manifest.workloads {
        let environments = workload.layers.environments().map(Some);
        for environment in environments.chain([None]) {
            packages(source, tree, &manifest, workload, environment)?;
        }
        let nothing = AutoscalingSettings::default();
        let environment = Environment::production();
        let name = workload.name.as_str();
        let amend = || source.amend(tree, &manifest, name, &environment, &nothing);
        match unharmed(NEVER_PANICS, amend)? {
            Ok(amendment) => holds(AMENDS, amendment.is_empty(), || {
                format!("of `{name}` it changes {:?}", amendment.edits())
            })?,
            Err(said) => refused(&said)?,
        }
    }
    let written = written(source, tree)?;
    same(PACKAGE, &written, &self::written(source, tree)?)
}

fn packages(
    source: &dyn ConfigSource,
    tree: &Arc<dyn SourceTree>,
    manifest: &Manifest,
    workload: &Workload,
    environment: Option<&Environment>,
) -> Verdict {
    let place = environment.map_or("the base".to_owned(), |name| format!("`{name}`"));
    let place = format!("workload `{}`, {place}", workload.name);
    let resolve = || merge::resolve(workload, environment, &manifest.files);
    let effective = unharmed(NEVER_PANICS, resolve)?
        .or_else(|said| broken(RESOLVES, format!("{place}: {said}")))?;
    sound_effective(&effective)?;
    let forms = || {
        let forms = [
            effective.with_defaults(),
            effective.compact(),
            effective.settings(),
        ];
        forms.map(|form| form.to_json())
    };
    same(
        PURE,
        &unharmed(NEVER_PANICS, forms)?,
        &unharmed(NEVER_PANICS, forms)?,
    )?;
    let package = || {
        unharmed(NEVER_PANICS, || source.package(tree, &effective))?
            .or_else(|said| broken(PACKAGES, format!("{place}: {said}")))
    };
    let one = package()?;
    let own = ["environment_overrides", "autoscaling_settings"];
    let clean = one
        .config
        .as_object()
        .is_some_and(|config| own.iter().all(|key| !config.contains_key(*key)));
    holds(OWN, clean, || format!("{place}: it is {}", one.config))?;
    sound_diagnostics(&one.diagnostics)?;
    let one = packed(&one)?;
    let other = packed(&package()?)?;
    same(PACKAGE, &one, &other)
}

/// All there is to see of a package.
fn packed(package: &Package) -> Result<impl PartialEq + std::fmt::Debug + use<>, Broken> {
    let digest = package.context.digest(&package.config, &mut |_| {});
    let digest = digest.or_else(|error| broken(PACKAGES, error.to_string()))?;
    Ok((
        package.config.to_string(),
        package.raw_config.clone(),
        package.folder.clone(),
        digest,
        listed(&package.context),
    ))
}

fn listed(context: &BuildContext) -> Vec<(String, u64, bool)> {
    let files = context.files().iter();
    files
        .map(|file| (file.path.clone(), file.len, file.executable))
        .collect()
}

/// The files as the user wrote them: their digest and their list.
fn written(
    source: &dyn ConfigSource,
    tree: &Arc<dyn SourceTree>,
) -> Result<impl PartialEq + std::fmt::Debug + use<>, Broken> {
    let written = unharmed(NEVER_PANICS, || source.written(tree))?;
    let written = written.or_else(|said| broken(PACKAGES, said.to_string()))?;
    let Some(context) = written else {
        return Ok(None);
    };
    let digest = context.digest(&json!({}), &mut |_| {});
    let digest = digest.or_else(|error| broken(PACKAGES, error.to_string()))?;
    Ok(Some((digest, listed(&context))))
}
