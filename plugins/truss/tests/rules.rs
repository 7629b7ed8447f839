//! Every problem of a file is said in one run: wrong values, and what is wrong across those that are
//! sound. No rule says again, in other words, that a value is wrong.

use std::sync::Arc;

use plimsoll_core::diagnostic::Severity;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_truss::TrussSource;
use proptest::prelude::*;

/// The errors of a configuration, as code and line.
fn errors(text: &str) -> Vec<(String, u32)> {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", text));
    let said = match TrussSource.load(&tree) {
        Ok(manifest) => manifest.diagnostics,
        Err(said) => said,
    };
    let errors = said.items.into_iter();
    errors
        .filter(|item| item.severity == Severity::Error)
        .map(|item| {
            let line = item.primary.map_or(0, |label| label.span.line);
            (item.code.into_owned(), line)
        })
        .collect()
}

fn codes(text: &str) -> Vec<String> {
    let mut codes: Vec<_> = errors(text).into_iter().map(|(code, _)| code).collect();
    codes.sort();
    codes
}

#[test]
fn values_and_rules_are_said_at_once() {
    let found = errors(
        "model_name: 1\n\
         resources: {cpu: 4, memory: 2GB, accelerator: T4}\n\
         requirements: [a]\n\
         requirements_file: b\n\
         weights: [{source: a, mount_location: b}]\n\
         autoscaling_settings: {min_replicas: 2, max_replicas: 1, scale_down_delay_seconds: x}\n\
         build: {no_cache: true, model_server: none}\n\
         runtime: {num_workers: 2, transport: {kind: udp}}\n\
         trt_llm: {build: {max_batch_size: '4', checkpoint_repository: {source: HF, repo: '-'}}}\n",
    );
    let mut lines: Vec<_> = found.iter().map(|(_, line)| *line).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [1, 2, 2, 2, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9],
        "{found:?}"
    );
}

/// One wrong value that rules look at, and nothing else that is wrong.
const ONE_WRONG: [&str; 33] = [
    "autoscaling_settings: {min_replicas: x, max_replicas: 0}",
    "autoscaling_settings: {min_replicas: 1, max_replicas: -1}",
    "autoscaling_settings: {min_replicas: 1, max_replicas: 2, a: 1}",
    "requirements: a\nrequirements_file: b",
    "weights: 5\nmodel_cache: [{repo_id: a, use_volume: false}]",
    "weights: [{source: 'hf://a', mount_location: m}, {source: 'hf://a', mount_location: /m}]",
    "weights: [{source: 'hf://a', mount_location: /m, auth_secret_name: 5, auth: {auth_method: CUSTOM_SECRET, auth_secret_name: a}}]",
    "weights: [{source: 'hf://a', mount_location: /m, auth: {auth_method: none, auth_secret_name: a}}]",
    "weights: [{source: 'hf://a', mount_location: /m, auth: {auth_method: CUSTOM_SECRET, auth_secret_name: 5}}]",
    "bdn: {access: [{namespace: a, grants: [pul, pull]}]}",
    "bdn: {access: [{namespace: a, grants: pull}]}",
    "model_cache: [{repo_id: a, use_volume: maybe}]",
    "model_cache: [{repo_id: a, use_volume: true, revision: 0, volume_folder: b}]",
    "model_cache: [{repo_id: a, use_volume: true, revision: null, volume_folder: b}]",
    "model_cache: [{repo_id: a, use_volume: true, revision: main, volume_folder: ''}]",
    "model_cache: [{repo_id: a, use_volume: true, kind: null, volume_folder: b}]",
    "build: {secret_to_path_mapping: {1: /a}}",
    "docker_server: {no_build: maybe, server_port: 1, predict_endpoint: a, readiness_endpoint: b, liveness_endpoint: c}",
    "docker_server: {start_command: 5, server_port: 1, predict_endpoint: a, readiness_endpoint: b, liveness_endpoint: c}",
    "training_checkpoints: {artifact_references: [{training_job_id: a}], loops_checkpoint_ids: a}",
    "resources: {accelerator: H1000}\ntrt_llm: {build: {tensor_parallel_count: 2, checkpoint_repository: {source: HF, repo: a/b}}}",
    "resources: {accelerator: {accelerator: H100, count: x}}\ntrt_llm: {build: {tensor_parallel_count: 2, checkpoint_repository: {source: HF, repo: a/b}}}",
    "resources: 5\ntrt_llm: {build: {tensor_parallel_count: 2, checkpoint_repository: {source: HF, repo: a/b}}}",
    "resources: {accelerator: A10G:2}\ntrt_llm: {build: {tensor_parallel_count: 0, quantization_type: no_quant, checkpoint_repository: {source: HF, repo: a/b}}}",
    "resources: {accelerator: A10G}\ntrt_llm: {build: {quantization_type: fp9, checkpoint_repository: {source: HF, repo: a/b}}}",
    "trt_llm: {build: {base_model: encodr, tensor_parallel_count: 2, checkpoint_repository: {source: HF, repo: a/b}}}",
    "trt_llm: {build: {checkpoint_repository: 5}}",
    "trt_llm: {inference_stack: v2, runtime: {}, build: {max_batch_size: x, checkpoint_repository: {source: HF, repo: a/b}}}",
    "trt_llm: {build: {plugin_configuration: {paged_kv_cache: maybe}, checkpoint_repository: {source: HF, repo: a/b}}}",
    "trt_llm: {build: {checkpoint_repository: {source: HF, repo: a/b}, speculator: {speculative_decoding_mode: LOOKAHEAD, lookahead_windows_size: 3}}}",
    "trt_llm: {build: {checkpoint_repository: {source: HF, repo: a/b}, speculator: {speculative_decoding_mode: LOOKAHEAD_DECODING, lookahead_windows_size: x, lookahead_ngram_size: 3, lookahead_verification_set_size: 3}}}",
    "trt_llm: {build: {checkpoint_repository: {source: HF, repo: a/b}}, runtime: {lora_cache_max_adapter_size: 0, lora_cache_optimal_adapter_size: 4}}",
    "model_metadata: [a]\ntrt_llm: {build: {checkpoint_repository: {source: HF, repo: a/b}}}",
];

#[test]
fn a_wrong_value_is_one_error() {
    for text in ONE_WRONG {
        let found = errors(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
}

/// Parts of a file that are wrong each by itself, in a value or across values.
const PARTS: [&str; 12] = [
    "model_name: 1",
    "requirements: [a, 5]\nrequirements_file: b",
    "bdn: {mounts: [{source: 'bdn:a/b', path: /m}, {source: x, path: /m}]}",
    "autoscaling_settings: {min_replicas: 2, max_replicas: 1, target_utilization_percentage: 0}",
    "environment_overrides: {a: {autoscaling_settings: {min_replicas: 2, max_replicas: 1}, b: 1}}",
    "build: {no_cache: true, secret_to_path_mapping: {'a b': 5}}",
    "runtime: {num_workers: 2, predict_concurrency: x}",
    "docker_server: {run_as_user_id: 0, server_port: x}",
    "base_image: {docker_auth: {auth_method: AWS_OIDC, registry: 5}}",
    "training_checkpoints: {artifact_references: [{}], loops_checkpoint_ids: [a]}",
    "resources: {accelerator: T4, memory: 2gi}\n\
     trt_llm: {build: {max_batch_size: x, checkpoint_repository: {source: HF, repo: '-'}}}",
    "model_cache: [{repo_id: '', use_volume: true, revision: m}]",
];

proptest! {
    /// What is wrong with one part is said whatever is wrong with the others.
    #[test]
    fn problems_add_up(chosen in proptest::sample::subsequence(PARTS.to_vec(), 0..=PARTS.len())) {
        let mut apart: Vec<_> = chosen.iter().flat_map(|part| codes(part)).collect();
        apart.sort();
        prop_assert_eq!(codes(&chosen.join("\n")), apart);
    }
}
