//! Whatever the bytes: a configuration is read and resolved, or refused with a reason. Nothing
//! panics, and what is accepted stays what it is when it is written and read again.

use std::path::Path;
use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_core::yaml;
use plimsoll_overrides::DeepMerge;
use plimsoll_truss::TrussSource;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Small configurations with every key, to begin with.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds");
    let files = folder.read_dir().into_iter().flatten().flatten();
    let mut paths: Vec<_> = files.map(|file| file.path()).collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .collect()
}

fn resolve(bytes: &[u8], environment: Option<&str>) -> Result<Effective, Diagnostics> {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", bytes.to_vec()));
    let manifest = TrussSource.load(&tree)?;
    let environment = environment.map(Environment::new);
    let workload = &manifest.workloads[0];
    let effective = DeepMerge.resolve(workload, environment.as_ref(), &manifest.files)?;
    // What packaging says is no matter here, only that it says it.
    let _ = TrussSource.package(&tree, &effective);
    Ok(effective)
}

/// Reads and resolves, and holds what comes of it to the laws.
fn holds(bytes: &[u8]) -> Result<(), TestCaseError> {
    for environment in [None, Some("production"), Some("staging")] {
        match resolve(bytes, environment) {
            Ok(effective) => {
                let full = effective.with_defaults().to_json();
                prop_assert!(full.is_object());
                prop_assert!(effective.compact().to_json().is_object());
                // Every value knows where it comes from.
                let _ = effective.provenance(&effective.config);
            }
            Err(said) => prop_assert!(said.has_errors(), "refused without a reason"),
        }
    }
    Ok(())
}

/// A piece of a configuration: words that mean something, and signs that structure them.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "resources",
        "accelerator",
        "count",
        "H100",
        "runtime",
        "trt_llm",
        "build",
        "base_model",
        "encoder",
        "speculator",
        "weights",
        "auth",
        "auth_method",
        "bdn",
        "mounts",
        "model_cache",
        "environment_overrides",
        "production",
        "autoscaling_settings",
        "min_replicas",
        "secrets",
        "environment_variables",
        "null",
        "true",
        "1",
        "-1",
        "2.5",
        "012",
        "1e3",
        "'4'",
        "''",
        ".inf",
        "2024-01-01",
        "[",
        "]",
        "{",
        "}",
        ": ",
        ", ",
        "\n",
        "\n  ",
        "- ",
        "? ",
        "&a ",
        "*a",
        "<<: ",
        "!!set ",
        "!!binary ",
        "|\n",
        "\"",
        "#",
        "\t",
        "99999999999999999999",
    ];
    select(words.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..256)) {
        holds(&bytes)?;
    }

    #[test]
    fn any_words(pieces in vec(piece(), 0..40)) {
        holds(pieces.concat().as_bytes())?;
    }

    #[test]
    fn a_seed_with_changes(
        seed in select(seeds()),
        changes in vec((any::<Index>(), any::<Index>(), piece()), 1..6),
    ) {
        let mut bytes = seed;
        for (from, to, piece) in changes {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            // Short cuts leave more of the rest to be looked at.
            let end = to.clamp(from, from + 12).min(bytes.len());
            bytes.splice(from..end, piece.into_bytes());
        }
        holds(&bytes)?;
    }
}

#[test]
fn what_is_written_is_read_back_as_the_same() -> Result<(), Box<dyn std::error::Error>> {
    for seed in seeds() {
        let effective = resolve(&seed, None).map_err(|said| said.to_string())?;
        let full = effective.with_defaults().to_json();
        for form in [effective.compact(), effective.with_defaults()] {
            let text = yaml::write(&form);
            let again = resolve(text.as_bytes(), None).map_err(|said| format!("{said}\n{text}"))?;
            assert_eq!(again.with_defaults().to_json(), full, "{text}");
        }
    }
    Ok(())
}

/// Large and odd files end soon, and with a reason.
#[test]
fn large_files_end_soon() {
    let mut many_keys = String::from("resources: {accelerator: {");
    let mut unknown = String::new();
    for number in 0..50_000 {
        many_keys.push_str(&format!("k{number}: 1, "));
        unknown.push_str(&format!("modelname{number}: 1\n"));
    }
    many_keys.push_str("accelerator: H100}}");
    let grants = format!(
        "bdn: {{access: [{{namespace: a, grants: [{}]}}]}}",
        "pull, push, ".repeat(50_000)
    );
    let long = "h".repeat(1 << 20);
    assert!(resolve(many_keys.as_bytes(), None).is_ok());
    assert!(resolve(unknown.as_bytes(), None).is_ok());
    assert!(resolve(grants.as_bytes(), None).is_err());
    for place in [
        "resources: {accelerator: LONG}",
        "runtime: {transport: {kind: LONG}}",
        "trt_llm: {inference_stack: LONG}",
        "build: {model_server: LONG}",
        "autoscaling_settings: {LONG: 1}",
        "model_name: {LONG: 1}",
    ] {
        assert!(resolve(place.replace("LONG", &long).as_bytes(), None).is_err());
    }
}
