//! Bytes → JSON, YAML or TOML reader → source of load tests → resolver → what is run; and a threshold
//! that is read is shown as one that is read as the same.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use plimsoll::overrides::DeepMerge;
use plimsoll::resolver::OverrideResolver as _;
use plimsoll::source::ConfigSource as _;
use plimsoll::threshold::Threshold;
use plimsoll::tree::{MemoryTree, SourceTree};
use plimsoll::tressi::LoadTestSource;

fuzz_target!(|bytes: &[u8]| {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if let Ok(threshold) = text.parse::<Threshold>() {
        assert_eq!(threshold.to_string().parse(), Ok(threshold));
    }
    for name in ["load.json", "load.yaml", "load.toml"] {
        let tree = MemoryTree::new().with(name, bytes).focused(name);
        let tree: Arc<dyn SourceTree> = Arc::new(tree);
        let Ok(manifest) = LoadTestSource.load(&tree) else { continue };
        for workload in manifest.workloads.iter().take(4) {
            let Ok(effective) = DeepMerge.resolve(workload, None, &manifest.files) else {
                continue;
            };
            let _ = effective.provenance(&effective.with_defaults());
            let _ = LoadTestSource.package(&tree, &effective);
        }
    }
});
