//! What the real loader takes without a word and is probably not meant: taken here too, with a
//! warning that has a code and a place.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::environment::Environment;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_truss::TrussSource;

/// Everything that is said of a configuration; whether it is accepted.
fn said(text: &str, environment: Option<&str>) -> (bool, Vec<Diagnostic>) {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", text));
    let environment = environment.map(Environment::new);
    let outcome = TrussSource.load(&tree).and_then(|manifest| {
        let workload = &manifest.workloads[0];
        let effective = DeepMerge.resolve(workload, environment.as_ref(), &manifest.files)?;
        let mut said: Diagnostics = manifest.diagnostics;
        said.absorb(effective.diagnostics.items);
        Ok(said)
    });
    let accepted = outcome.is_ok();
    let said = outcome.unwrap_or_else(|refused| refused);
    (accepted, said.items)
}

#[test]
fn what_is_silently_wrong_is_said() {
    for (text, code, line, column) in [
        (
            "resources:\n  accelerator: {accelerator: H100, cnt: 2}",
            "truss::dropped-key",
            2,
            36,
        ),
        (
            "resources:\n  accelerator: H100:2:3",
            "truss::accelerator-parts",
            2,
            16,
        ),
        (
            "resources: {accelerator: {accelerator: H100, count: 0}}",
            "truss::zero-accelerators",
            1,
            53,
        ),
        (
            "resources: {accelerator: {count: 2}}",
            "truss::count-without-accelerator",
            1,
            34,
        ),
        ("runtime:\n  predict_concurrency: 012", "yaml::octal", 2, 24),
        (
            "runtime: {predict_concurrency: 1:30}",
            "yaml::sexagesimal",
            1,
            32,
        ),
        ("resources:\n  cpu: 1e2", "yaml::float-looking-string", 2, 8),
        ("model_name: a\nmodel_name: b", "yaml::duplicate-key", 2, 1),
        (
            "environment_variables:\n  token: null",
            "truss::stringified",
            2,
            10,
        ),
        (
            "environment_variables: {PORT: '1'}",
            "truss::reserved-variable",
            1,
            25,
        ),
        (
            "runtime: {transport: {kind: grpc, pings: 1}}",
            "truss::dropped-key",
            1,
            35,
        ),
        (
            "bis_llm: {additional_autoscaling_config: {metrics: [], x: 1}}",
            "truss::dropped-key",
            1,
            56,
        ),
        ("hf_cache: []", "truss::deprecated", 1, 1),
        ("python_version: py39", "truss::deprecated", 1, 17),
        ("runtime:\n  num_workers: 1", "truss::unknown-key", 2, 3),
        (
            "trt_llm: {build: {base_model: encoder, tensor_parallel_count: 2, \
             checkpoint_repository: {source: HF, repo: a/b}}}",
            "truss::engine-encoder",
            1,
            63,
        ),
    ] {
        let (accepted, said) = said(text, None);
        assert!(accepted, "{text}: {said:?}");
        let found: Vec<_> = said.iter().filter(|item| item.code == code).collect();
        assert_eq!(found.len(), 1, "{text}: {said:?}");
        let place = found[0]
            .primary
            .as_ref()
            .map(|label| (label.span.line, label.span.column));
        assert_eq!(place, Some((line, column)), "{text}");
    }
}

#[test]
fn an_engine_that_an_override_moves_is_an_error_at_the_override() {
    let text = "resources: {accelerator: H100}\n\
                trt_llm: {build: {quantization_type: fp8, \
                checkpoint_repository: {source: HF, repo: a/b}}}\n\
                environment_overrides:\n  production:\n    resources:\n      accelerator: A10G\n  \
                staging:\n    resources: {accelerator: {count: 2}}\n";
    for (environment, code, line) in [
        ("production", "truss::engine-accelerator", 6),
        ("staging", "truss::engine-parallelism", 8),
    ] {
        let (accepted, said) = said(text, Some(environment));
        assert!(!accepted);
        let found = said.iter().find(|item| item.code == code);
        let label = found.and_then(|item| item.primary.as_ref());
        assert_eq!(label.map(|label| label.span.line), Some(line), "{said:?}");
    }
}

/// A value of an environment variable, and what is said when it becomes another text.
const VARIABLES: [(&str, Option<&str>); 19] = [
    ("true", None),
    ("8", None),
    ("1.0", None),
    ("2024-01-01", None),
    ("2024-01-01 10:00:00", None),
    ("100000000000000000000", None),
    ("1e3", None),
    ("'1.10'", None),
    ("yes", Some("is written `yes` and becomes \"true\"")),
    ("True", Some("is written `True` and becomes \"true\"")),
    ("1_000", Some("is written `1_000` and becomes \"1000\"")),
    ("0x10", Some("is written `0x10` and becomes \"16\"")),
    ("1.10", Some("is written `1.10` and becomes \"1.1\"")),
    ("+1", Some("is written `+1` and becomes \"1\"")),
    (
        "2024-01-01T10:00:00Z",
        Some("becomes \"2024-01-01 10:00:00+00:00\""),
    ),
    ("~", Some("is no value (null) and becomes \"None\"")),
    ("[a]", Some("is a list and becomes \"['a']\"")),
    (
        "!!int \"0x10\"",
        Some("is the integer 16 and becomes \"16\""),
    ),
    (
        "!!float |\n    1.5",
        Some("is the number 1.5 and becomes \"1.5\""),
    ),
];

#[test]
fn a_variable_that_becomes_another_text_is_warned_of() {
    for (written, expected) in VARIABLES {
        let text = format!("environment_variables:\n  A: {written}\n");
        let (accepted, said) = said(&text, None);
        assert!(accepted, "{text}: {said:?}");
        let found: Vec<_> = said
            .iter()
            .filter(|item| item.code == "truss::stringified")
            .collect();
        match expected {
            None => assert!(found.is_empty(), "{text}: {found:?}"),
            Some(words) => {
                assert_eq!(found.len(), 1, "{text}: {said:?}");
                assert!(found[0].message.contains(words), "{}", found[0].message);
            }
        }
    }
}
