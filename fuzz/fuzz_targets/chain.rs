//! Python source → manifest → effective settings, for the base and for the first environments.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use plimsoll::chains::ChainSource;
use plimsoll::overrides::{DeepMerge, Replace};
use plimsoll::resolver::OverrideResolver;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::{MemoryTree, SourceTree};

fuzz_target!(|bytes: &[u8]| {
    let tree = MemoryTree::new().with("chain.py", bytes).focused("chain.py");
    let tree: Arc<dyn SourceTree> = Arc::new(tree.with("config.py", "GPU = 'L4'\nN = 2\n"));
    let manifest = match ChainSource.load(&tree) {
        Ok(manifest) => manifest,
        Err(said) => {
            assert!(said.has_errors(), "refused without a reason");
            return;
        }
    };
    for workload in &manifest.workloads {
        let environments: Vec<_> = workload.layers.environments().take(2).cloned().collect();
        for environment in std::iter::once(None).chain(environments.iter().map(Some)) {
            for resolver in [&DeepMerge as &dyn OverrideResolver, &Replace] {
                let Ok(effective) = resolver.resolve(workload, environment, &manifest.files) else {
                    continue;
                };
                let _ = effective.provenance(&effective.with_defaults());
                let _ = effective.compact().to_json();
            }
        }
    }
});
