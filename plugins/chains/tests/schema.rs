//! The schema of what chains resolve to: up to date, and right about what they do resolve to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plimsoll_chains::{ChainSource, config_schema};
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/chain.schema.json")
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that rewrites the committed file"
)]
fn the_committed_schema_is_up_to_date() -> Outcome {
    let generated = format!("{:#}\n", config_schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(committed(), &generated)?;
    }
    let committed = std::fs::read_to_string(committed()).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/schema/chain.schema.json is out of date; run\n\n    \
         UPDATE_SCHEMA=1 cargo test -p plimsoll-chains --test schema\n"
    );
    Ok(())
}

#[test]
fn what_chains_resolve_to_is_valid() -> Outcome {
    jsonschema::meta::validate(&config_schema()).map_err(|error| error.to_string())?;
    let validator = jsonschema::draft202012::new(&config_schema())?;
    for text in [
        include_str!("seeds/whole.py"),
        include_str!("seeds/engine.py"),
    ] {
        let tree = MemoryTree::new().with("chain.py", text).focused("chain.py");
        let tree: Arc<dyn SourceTree> = Arc::new(tree);
        let manifest = ChainSource.load(&tree)?;
        for workload in &manifest.workloads {
            let effective = DeepMerge.resolve(workload, None, &manifest.files)?;
            for form in [
                effective.with_defaults(),
                effective.compact(),
                effective.config.clone(),
            ] {
                validator
                    .validate(&form.to_json())
                    .map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(())
}
