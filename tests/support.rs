//! What the whole-product tests share.

use std::path::PathBuf;
use std::sync::Arc;

use plimsoll::chains::ChainSource;
use plimsoll::diagnostic::Diagnostics;
use plimsoll::effective::Effective;
use plimsoll::environment::Environment;
use plimsoll::overrides::DeepMerge;
use plimsoll::resolver::OverrideResolver;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::{MemoryTree, SourceTree};
use plimsoll::truss::TrussSource;

/// The root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the measured data that stands beside a checkout; `None`, with a word why, where it is
/// not there.
#[must_use]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {} is not here", found.display());
    None
}

/// What comes of a configuration: its effective settings and everything there is to say.
pub type Resolved = Result<(Effective, Diagnostics), Diagnostics>;

/// Reads and resolves the text of one config.yaml.
///
/// # Errors
/// Everything that is wrong with it.
pub fn resolve(yaml: &str, environment: Option<&str>) -> Resolved {
    resolve_with(&DeepMerge, yaml, environment)
}

/// Reads and resolves the text of one chain file: every chainlet, the entrypoint first.
///
/// # Errors
/// Everything that is wrong with it.
pub fn resolve_chain(
    resolver: &dyn OverrideResolver,
    python: &str,
    environment: Option<&str>,
) -> Result<(Vec<Effective>, Diagnostics), Diagnostics> {
    let tree = MemoryTree::new()
        .with("chain.py", python)
        .focused("chain.py");
    let tree: Arc<dyn SourceTree> = Arc::new(tree);
    let manifest = ChainSource.load(&tree)?;
    let environment = environment.map(Environment::new);
    let effective = manifest
        .workloads
        .iter()
        .map(|workload| resolver.resolve(workload, environment.as_ref(), &manifest.files))
        .collect::<Result<_, _>>()?;
    Ok((effective, manifest.diagnostics))
}

/// As [`resolve`], with another resolver.
///
/// # Errors
/// Everything that is wrong with it.
pub fn resolve_with(
    resolver: &dyn OverrideResolver,
    yaml: &str,
    environment: Option<&str>,
) -> Resolved {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", yaml));
    let manifest = TrussSource.load(&tree)?;
    let environment = environment.map(Environment::new);
    let workload = &manifest.workloads[0];
    let effective = resolver.resolve(workload, environment.as_ref(), &manifest.files)?;
    let mut said = manifest.diagnostics;
    said.absorb(effective.diagnostics.items.iter().cloned());
    said.absorb(resolver.other_environments(workload, environment.as_ref(), &manifest.files));
    Ok((effective, said))
}
