//! Bytes → YAML reader → source → resolver, for the base and for the first environments; what
//! resolves is written and read again, and must mean the same.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use plimsoll::overrides::{DeepMerge, Replace};
use plimsoll::resolver::OverrideResolver;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::{MemoryTree, SourceTree};
use plimsoll::truss::TrussSource;
use plimsoll::yaml;

fuzz_target!(|bytes: &[u8]| {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", bytes));
    let Ok(manifest) = TrussSource.load(&tree) else { return };
    let workload = &manifest.workloads[0];
    let environments: Vec<_> = workload.layers.environments().take(4).cloned().collect();
    for environment in std::iter::once(None).chain(environments.iter().map(Some)) {
        for resolver in [&DeepMerge as &dyn OverrideResolver, &Replace] {
            let Ok(effective) = resolver.resolve(workload, environment, &manifest.files) else {
                continue;
            };
            let _ = effective.provenance(&effective.with_defaults());
            let text = yaml::write(&effective.compact());
            let mut files = plimsoll::span::SourceMap::default();
            let again = yaml::read(&mut files, "again", text.as_bytes(), &yaml::Limits::default());
            let again = again.node.expect("what is written can be read");
            assert_eq!(again.to_json(), effective.compact().to_json());
        }
    }
});
