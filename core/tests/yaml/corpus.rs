//! Real configurations, where they are at hand.

use std::fs;
use std::path::Path;

use plimsoll_core::span::SourceMap;
use plimsoll_core::yaml::{Limits, read, surprises};

const CONFIGS: usize = 209;

#[test]
fn every_real_config_is_read() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/truss/configs");
    let Ok(entries) = fs::read_dir(&directory) else {
        println!("skipped: the collection of real configurations is not here");
        return;
    };
    let mut files = SourceMap::default();
    let mut surprising = Vec::new();
    let mut count = 0;
    for entry in entries {
        let path = entry.expect("the directory can be listed").path();
        let bytes = fs::read(&path).expect("a config can be read");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let reading = read(&mut files, &name, &bytes, &Limits::default());
        assert!(reading.node.is_some(), "{name}: {:?}", reading.diagnostics);
        assert_eq!(reading.diagnostics, [], "{name}");
        let found = surprises(&files, reading.file, &Limits::default());
        surprising.extend(
            found
                .into_iter()
                .filter(|item| item.code != "yaml::bool-word"),
        );
        count += 1;
    }
    assert_eq!(count, CONFIGS);
    let codes: Vec<_> = surprising.iter().map(|item| &*item.code).collect();
    assert_eq!(codes, ["yaml::float-looking-string"]);
}
