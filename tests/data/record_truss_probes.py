"""Records what Truss 0.18.36 makes of small configurations, for tests/truss_probes.rs.

Needs the PyPI package alone:

    pip install truss==0.18.36
    python tests/data/record_truss_probes.py > tests/data/truss_probes.jsonl

The first line has the two written forms of an empty file, and the full forms of an engine of either
stack. Every other line is a place: text around `%s`, the values that are refused there, and those
that are taken, each with `full` and `compact`, what its written forms have beyond those of the first
line; `stack`, the engine it has; `push`, the keys that a push refuses; `said`, the warnings, by
their beginnings.
"""

import json
import logging
import pathlib
import re
import tempfile
import warnings

from truss.base.truss_config import TrussConfig

SAID = []


class Listener(logging.Handler):
    def emit(self, record):
        SAID.append(record.getMessage().strip()[:60])


# One value of every kind, written as YAML.
SCALARS = [
    "null", "true", "yes", "0", "1", "4", "-1", "2.0", "2.5", "1e3", "1.0e+3", ".inf", "''",
    "x", "'4'", "' 4 '", "'4.0'", "'1_000'", "'+4'", "'1__0'", "'0x10'", "'yes'", "'T'", "'off'",
    "2024-01-01", "[]", "{}", "[a]", "{a: 1}", "012", "0x1F", "123456789012345678901234567890",
    "!!binary aGk=",
]

# Where one scalar stands for a value, a field of every type and of every model.
HF = "checkpoint_repository: {source: HF, repo: a/b}"
SERVER = "server_port: 8000, predict_endpoint: /p, readiness_endpoint: /r, liveness_endpoint: /l"
V1 = "trt_llm: {build: {%s, HF}%s}".replace("HF", HF)
V2 = "trt_llm: {inference_stack: v2, runtime: {%s}, build: {HF}}".replace("HF", HF)
PLACES = [
    "model_name: %s",
    "examples_filename: %s",
    "live_reload: %s",
    "model_metadata: {a: %s}",
    "model_metadata: %s",
    "requirements: %s",
    "requirements: [%s]",
    "secrets: {a: %s}",
    "environment_variables: {a: %s}",
    "environment_variables: {a: [%s]}",
    "environment_variables: %s",
    "resources: %s",
    "resources: {cpu: %s}",
    "resources: {memory: %s}",
    "resources: {accelerator: %s}",
    "resources: {accelerator: {accelerator: %s}}",
    "resources: {accelerator: {accelerator: H100, count: %s}}",
    "resources: {instance_type: %s}",
    "resources: {node_count: %s}",
    "resources: {use_gpu: %s}",
    "resources: {fabric: %s}",
    "resources: {fabric: {use_rdma: %s, preferences: [a]}}",
    "runtime: %s",
    "runtime: {predict_concurrency: %s}",
    "runtime: {transport: %s}",
    "runtime: {is_websocket_endpoint: %s}",
    "runtime: {num_workers: %s}",
    "runtime: {transport: {kind: websocket, ping_interval_seconds: %s}}",
    "runtime: {health_checks: {startup_threshold_seconds: %s}}",
    "runtime: {oidc: {enabled: %s}}",
    "runtime: {remote_ssh: {enabled: %s}}",
    "runtime: {egress_restrictions: {ip_allow_list: %s}}",
    "runtime: {truss_server_version_override: %s}",
    "build: {no_cache: %s}",
    "build: {arguments: %s}",
    "build: {secret_to_path_mapping: {a: %s}}",
    "base_image: %s",
    "base_image: {image: %s}",
    "docker_server: {start_command: s, run_as_user_id: %s, SERVER}".replace("SERVER", SERVER),
    "docker_server: {no_build: %s, SERVER}".replace("SERVER", SERVER),
    "external_data: %s",
    "model_cache: %s",
    "model_cache: [{repo_id: a, use_volume: %s}]",
    "model_cache: [{repo_id: a, use_volume: true, revision: main, volume_folder: %s}]",
    "hf_cache: %s",
    "cache_internal: %s",
    "cache_internal: [{repo_id: a, revision: %s}]",
    "weights: %s",
    "weights: [{source: 'hf://a/b', mount_location: /m, auth_secret_name: %s}]",
    "bdn: {hotload: {enabled: %s}}",
    "bis_llm: {config: %s}",
    "bis_llm: {additional_autoscaling_config: {metrics: [{name: a, target: %s}]}}",
    "training_checkpoints: {artifact_references: %s}",
    "unknown: %s",
    "runtime: {unknown: %s}",
    "trt_llm: %s",
    "trt_llm: {inference_stack: %s, build: {HF}}".replace("HF", HF),
    V1 % ("max_batch_size: %s", ""),
    V1 % ("pipeline_parallel_count: %s", ""),
    V1 % ("strongly_typed: %s", ""),
    V1 % ("max_seq_len: %s", ""),
    V1 % ("quantization_config: {calib_size: %s}", ""),
    V1 % ("lora_adapters: %s", ""),
    V1 % ("base_model: encoder, tensor_parallel_count: %s", ""),
    V1 % ("skip_build_result: false", ", runtime: {kv_cache_free_gpu_mem_fraction: %s}"),
    V1 % ("skip_build_result: false", ", runtime: {lora_cache_gpu_memory_fraction: %s}"),
    V1 % ("skip_build_result: false", ", version_overrides: {briton_version: %s}"),
    V2 % "patch_kwargs: {a: %s}",
    V2 % "gated_features: %s",
    V2 % "max_num_tokens: %s",
]

# Values that one validator looks at, each where it looks.
TOPICS = {
    "resources: {cpu: %r}": [
        "1", "1.", ".5", "1e2", "inf", "-inf", "nan", "Infinity", " 2 ", "1_000", "1__0", "500m",
        "m", "1.2.3m", "500M", "", ".", "-1", "+1", "1e", "0x10", "1 2", "½", "²", "٣", "5 m",
    ],
    "resources: {memory: %r}": [
        "1024", "1e3", "inf", "2Gi", "Gi", "1.2.3Gi", "2gi", "2GB", "2K", "2k", "16m", "2 Gi",
        "1e3Gi", "-2Gi", "2Gi ", "", ".", "2Ei", "2E", "2P", "2Ti", "1_0Gi", "٣Gi", "2Ki", "2KI",
    ],
    "resources: {accelerator: %r}": [
        "H100", "H100:2", "H100:0", "H100:-1", "H100:", ":2", "H100:2:3", "H100:x:y", " H100:2 ",
        "H100 :2", "H100: 2", "h100", "B10", "GB300:72", "RTX_PRO_6000", "A100_80GB", "H100:٢",
        "H100:²", "H100:+2", "H100:2.0", "H100:007", "", " ", "_B10",
    ],
    "python_version: %r": ["py39", "py310", "py314", "py315", "PY311", "3.11", "py3.11", ""],
    "base_image: {python_executable_path: %r}": ["", "/a", "a", "./a", "//a", " /a"],
    "runtime: {truss_server_version_override: %r}": [
        "1", "1.0", "v1.0", "V1.0", "vv1", "1!2.0", "!2", "1.0a1", "1.0A1", "1.0.alpha.1", "1.0a.",
        "1.0a.dev1", "1.0preview2", "1.0c1", "1.0-1", "1.0--1", "1.0-", "1.0.post", "1.0post.2",
        "1.0rev3", "1.0r", "1.0dev", "1.0.dev.3", "1.0.dev3.post1", "1.0+a.1", "1.0+a_b-c", "1.0+",
        "1.0+a..b", " 1.0 ", "1..0", "1.0.", ".1", "", "latest", "1.0 beta", "1.0a1b2", "1.0rc1.post2.dev3",
        "1.0_1", "01.002", "1.0+ä",
    ],
    "runtime: {egress_restrictions: {ip_allow_list: [%r]}}": [
        "1.2.3.4", "1.2.3.4/24", "1.2.3.4/032", "1.2.3.4/33", "1.2.3.4/+8", "1.2.3.4/", "1.2.3/8",
        "01.2.3.4", "1.2.3.4/255.255.0.0", "1.2.3.4/255.0.255.0", "1.2.3.4/0.0.0.255",
        "1.2.3.4/0.0.255.0", "1.2.3.4/0.0.0.0", "::1", "256.1.1.1", "", " 1.2.3.4", "1.2.3.4/8/8", "1",
    ],
    "runtime: {egress_restrictions: {fqdn_allow_list: [%r]}}": [
        "a", "a.b", "*.a", "a*b.c", "*", "a.", ".a", "-a", "a-", "a--b", "a_b", "", "ä", "a\n",
        "A.B", "x" * 63, "x" * 64, "1.2.3.4", "a..b",
    ],
    "build: {secret_to_path_mapping: {%r: /a}}": [
        "a", "a.b-c_d", "A", "", ".", "..", "...", "a b", "a\n", "DOCKER_REGISTRY_x y", "ä",
        "x" * 253, "x" * 254, "a/b",
    ],
    "model_cache: [{repo_id: a, use_volume: false, revision: %r}]": ["", "a", "ab", "ä", "äö"],
    "model_cache: [{repo_id: a, use_volume: false, kind: %r}]": ["hf", "gcs", "s3", "azure", "HF", ""],
    "model_cache: [{repo_id: a, use_volume: true, volume_folder: f, kind: %r}]": ["hf", "gcs", "HF", ""],
    "weights: [{source: %r, mount_location: /m}]": [
        "hf://a/b", "hf://a/b@main", "hf://", "hf:///a", "s3://b/p", "s3://b", "s3:///b", "s3://b@r",
        "gs://b", "azure://a/c", "r2://a.b/p", "cw://b", "https://h/p", "https://", "https:///p",
        "https://h@r", "http://h", "S3://b", "ftp://h", "a/b", "", "://a", "hf:/a", "hf://a://b",
    ],
    "weights: [{source: 'hf://a', mount_location: %r}]": ["/m", "m", "", "/", "//m", "/m/../n"],
    "bdn: {mounts: [{source: %r, path: /m}]}": [
        "bdn:a/b", "bdn:a/b:t", "bdn:a/b@0123456789ab", "bdn:a/b@b3:0123456789AB", "bdn:a/b@0123456789a",
        "bdn:a/b@" + "0" * 64, "bdn:a/b@" + "0" * 65, "bdn:a/b@xyz", "bdn:a/b@", "bdn:a/b:", "bdn:a",
        "bdn:/b", "bdn:a/", "bdn:a/b/c", "bdn:a/b:t:u", "bdn:a/b:t@0123456789ab", "a/b", "", "bdn:..a/b",
        "bdn:a../b", "bdn:a/b:..", "bdn:" + "x" * 256 + "/b", "bdn:" + "x" * 257 + "/b", "bdn:A b/c",
    ],
    "bdn: {mounts: [{source: 'bdn:a/b', path: %r}]}": [
        "/m", "/m/", "//m", "///m", "/m//n/./o", "/", "//", "/.", "m", "", "/a/..", "/a..b", "/a/../b",
    ],
    "bdn: {mounts: [{source: 'bdn:a/b', path: /m, include: [%r]}]}": [
        "a", "*.bin", "a/b/", "a/b//", "/a", "./a", "a/./b", "../a", "a\\b", "", " a", "a ", "/", "a/",
    ],
    "bdn: {access: [{namespace: a, grants: %s}]}": [
        "[]", "[pull]", "[pull, push, tag, inspect, delete]", "[pull, pull]", "[Pull]", "null", "pull",
    ],
    "bdn: {access: [{namespace: %r, grants: [pull]}]}": ["a", "", "a/b", "a..b", "A B"],
    "trt_llm: {build: {checkpoint_repository: {source: HF, repo: %r}}}": [
        "a/b", "a", "a/b/c", "", "/b", "a/", "-a/b", "a-/b", "a/.b", "a/b.", "a--b", "a..b", "a.git",
        "a/b.git", "x" * 96, "x" * 97, "a b", "ä/b", "_a/b_", "a/b.gitx",
    ],
    "trt_llm: {build: {checkpoint_repository: {source: %r, repo: a b c}}}": [
        "HF", "GCS", "S3", "AZURE", "LOCAL", "REMOTE_URL", "BASETEN_TRAINING", "hf", "",
    ],
    V1 % ("lora_adapters: {%r: {source: HF, repo: a/b}}", ""): ["a", "a.b:c-d_e", "", "a b", "a\n", "ä"],
    V1 % ("skip_build_result: false", ", version_overrides: {bei_version: %r}"): ["1", "v1", "", "²a", "٣"],
    V1 % ("skip_build_result: false", ", version_overrides: {v2_llm_version: %r}"): ["1", "v1", ""],
    V1 % ("skip_build_result: false", ", runtime: {webserver_default_route: %r}"): [
        "/v1/embeddings", "/v1/systemone", "/rerank", "/predict", "/predict_tokens", "/v1", "",
    ],
    V1 % ("skip_build_result: false", ", runtime: {batch_scheduler_policy: %r}"): [
        "max_utilization", "guaranteed_no_evict", "MAX_UTILIZATION",
    ],
    V1 % ("quantization_config: {calib_max_seq_length: %s}", ""): ["64", "63", "65", "16384", "16448", "128.0", "'128'"],
    V1 % ("max_beam_width: %s", ""): ["1", "2", "0", "true"],
    V1 % ("max_num_tokens: %s", ""): ["64", "65", "1048576", "1048577"],
    V2 % "max_num_tokens: %s": ["64", "65", "131072", "131073"],
    V2 % "patch_kwargs: {%s: 1}": ["build_config", "max_seq_len", "patch_kwargs", "gated_features", "1", "true"],
}

AUTH = ["aws_oidc_role_arn", "aws_oidc_region", "gcp_oidc_service_account",
        "gcp_oidc_workload_id_provider", "aws_assume_role_arn", "aws_assume_role_region"]
GPUS = ["T4", "V100", "A10G", "A100", "A100_40GB", "L4", "L40S", "H100", "H100_40GB", "H200", "B200", "RTX_PRO_6000"]

# Whole configurations, a line each or a text of several.
WHOLE = [
    "", "null", "false", "0", "0.0", "''", "[]", "{}", "[a]", "x", "1", "true", "2024-01-01",
    "1: a", "true: a", "null: a", "? [a]\n: b", "model_name: a\nmodel_name: b",
    "resources:\n  cpu: '1'\n  cpu: '2'", "a: &x {b: 1}\nc: *x", "a: &x {b: 1}\nc: {<<: *x, d: 2}",
    "model_metadata: {a: {1: b, true: c, null: d, 1.5: e, 2024-01-01: f}}",
    "model_metadata: {t: 2024-01-01 10:00:00Z, u: 2024-01-01 10:00:00, v: 2024-01-01 10:00:00.5+02:00}",
    "model_metadata: {a: 1.0e+20, b: 1e-7, c: 0.1, d: 1_0.5, e: 1:30.5, f: -0.0}",
    "model_metadata: {1: a}", "build: {arguments: {1: a}}", "secrets: {1: a}", "secrets: {true: a}",
    "environment_variables: {1: a}", "environment_variables: {PORT: '1', HOSTNAME: a}",
    "environment_variables: {a: [null, true, 1.5, 'x', \"it's\", '\"', \"\\n\\t\\\\\"]}",
    "environment_variables: {a: {b: {c: [1]}, 1: 2, true: null, 1.5: x}}",
    "environment_variables: {a: 2024-01-01, b: 2024-01-01 10:00:00, c: 2024-01-01 10:00:00.25-05:00}",
    "runtime: {predict_concurrency: 1.0e+18}", "runtime: {predict_concurrency: 1.0e+19}",
    "runtime: {predict_concurrency: -1.0e+19}", "runtime: {predict_concurrency: 9223372036854774784.0}",
    "runtime: {predict_concurrency: 9223372036854775808.0}",
    "runtime: {predict_concurrency: -9223372036854775808.0}",
    "runtime: {predict_concurrency: '100000000000000000000.0'}",
    "x: {null: 1}", "x: {.inf: 1}", "x: {.nan: 1}", "x: {null: 1, 'None': 2, .inf: 3}", "x: {.inf: 1, inf: 2}",
    "x: {1.0e+20: 1, 1.0e-7: 2, 1.5: 3, yes: 4}", "x: {2024-01-01T10:00:00Z: 1, 2024-01-01: 2}",
    "x: {!!binary aGk=: 1}", "x: {!!binary /w==: 1}", "x: !!binary /w==", "x: [{a: !!binary /w==}]",
    "model_metadata: {a: !!binary /w==}", "build: {arguments: {a: !!binary /w==}}",
    "environment_variables: {a: !!binary /w==}", "runtime: {null: 1}", ".inf: 1",
    r'x: "a\ud83d\ude00"', r'model_name: "a\ud83d\ude00 \uD83D\uDE00"',
    r'environment_variables: {a: "\ud83d\ude00"}', r'requirements: ["\ud83d\ude00"]',
    "x: !!set {a}", "x: !!set {}", "x: !!set {1}", "x: !!omap [a: b]", "x: !!pairs [a: 1, a: 2]",
    "requirements: !!set {a}", "requirements: !!set {}", "requirements: !!omap [a: b]", "weights: !!set {}",
    "model_metadata: {a: !!set {a}}", "model_metadata: !!set {a}", "model_metadata: !!set {}",
    "resources: !!set {cpu}", "resources: !!set {}", "resources: {accelerator: !!set {a}}", "secrets: !!set {a}",
    "environment_variables: !!set {a}", "environment_variables: {a: !!set {a}}",
    "environment_variables: {a: !!set {}, b: [!!set {1}]}", "environment_variables: {a: !!omap [x: 1]}",
    "environment_variables: {a: !!pairs [x: 1, x: [b]], b: !!omap []}", "!!set {a}", "!!set {}", "!!omap []",
    "!!omap [model_name: a]", "model_name: !!set {a}", "runtime: {transport: !!set {}}", "hf_cache: !!set {}",
    "bdn: {access: [{namespace: a, grants: !!set {pull}}]}", "bdn: {access: [{namespace: a, grants: !!set {}}]}",
    "trt_llm: {build: {HF}}\nmodel_metadata: {tags: !!set {openai-compatible}}",
    "resources: {accelerator: 'H100:2:3'}", "resources: {accelerator: 'H100:'}", "resources: {accelerator: 'H100:²'}",
    "resources: {accelerator: 'H100:+2'}", "resources: {accelerator: 'H100:٠٢'}", "resources: {accelerator: 'H100:0:1'}",
    "resources: {accelerator: \"\\u00a0H100:2\\u2003\"}", "resources: {accelerator: \"\\x1cH100\"}",
    "environment_variables: {a: [2024-01-01, 2024-01-01 10:00:00Z, 2024-01-01 10:00:30.25-05:30]}",
    "environment_variables: {a: 1e-7, b: 1.0e-7, c: 1.0e+16, d: 123456789.123, e: .nan, f: -.inf}",
    "environment_variables: {a: [\"\\u00e9\\u200b\\x07\\U0001F600\\ue000\\u0301\\x7f\\xa0\\xad\"]}",
    "environment_variables: {a: [!!binary aGknXAo=], b: 0b11, c: 0o17, d: 1_0, e: 1:30}",
    "hf_cache: [{repo_id: a, use_volume: false}]\nmodel_cache: []",
    "requirements: [a]\nrequirements_file: b", "requirements: [a]\nrequirements_file: ''",
    "requirements: []\nrequirements_file: b", "requirements_file: ./requirements.txt",
    "model_cache: [{repo_id: a, use_volume: false}]\nweights: []",
    "model_cache: [{repo_id: a, use_volume: false}]\nweights: [{source: 'hf://a', mount_location: /m}]",
    "model_cache: [{repo_id: a, use_volume: false}, {repo_id: b, use_volume: true, revision: main, volume_folder: f}]",
    "model_cache: [{repo_id: a, use_volume: 'false', volume_folder: f}]",
    "model_cache: [{repo_id: a, use_volume: 'false', volume_folder: f, revision: ab}]",
    "model_cache: [{repo_id: '', use_volume: false}]", "model_cache: [{use_volume: false}]",
    "model_cache: [{repo_id: a, use_volume: false, extra: 1, allow_patterns: [a], ignore_patterns: null}]",
    "cache_internal: [{repo_id: a}]", "cache_internal: [{repo_id: a, use_volume: true}]",
    "weights: [{source: 'hf://a', mount_location: /m}, {source: 'hf://b', mount_location: /m}]",
    "weights: [{source: 'hf://a', mount_location: /m, auth_secret_name: s, auth: {auth_method: CUSTOM_SECRET, auth_secret_name: s}}]",
    "weights: [{source: 'hf://a', mount_location: /m, auth_secret_name: '', auth: {auth_method: CUSTOM_SECRET, auth_secret_name: s}}]",
    "weights: [{source: 'hf://a', mount_location: /m, unknown: 1, auth: {auth_method: custom_secret, auth_secret_name: s, more: 2}}]",
    "base_image: {image: x, docker_auth: null}", "base_image: {image: x, docker_auth: {}}",
    "base_image: {docker_auth: {auth_method: aws_iam, registry: null, extra: 1}}",
    "docker_server: {}", "docker_server: {SERVER}", "docker_server: {start_command: '', SERVER}",
    "docker_server: {start_command: s, SERVER, run_as_user_id: 60000}",
    "docker_server: {start_command: s, SERVER, extra: {a: null}}",
    "docker_server: {start_command: s, SERVER, run_as_user_id: 7}\nruntime: {remote_ssh: {enabled: true}}",
    "docker_server: {start_command: s, SERVER}\nruntime: {remote_ssh: {enabled: yes}}",
    "external_data: [{url: u, local_data_path: p}]", "external_data: [{url: '', local_data_path: p}]",
    "external_data: [{url: u, local_data_path: p, name: n, backend: b, x: 1}]", "external_data: [{url: u}]",
    "training_checkpoints: {}", "training_checkpoints: {download_folder: /a, loops_checkpoint_ids: [a]}",
    "training_checkpoints: {artifact_references: [{training_job_id: a}]}",
    "training_checkpoints: {artifact_references: [{training_job_id: a, paths: [b]}], loops_checkpoint_ids: [c]}",
    "training_checkpoints: {artifact_references: [{}]}", "training_checkpoints: {checkpoints: []}",
    "bis_llm: {}", "bis_llm: {version: v1, config: {a: {1: 2}}}", "bis_llm: {version: 1}",
    "bis_llm: {additional_autoscaling_config: {}}", "bis_llm: {additional_autoscaling_config: {metrics: [], x: 1}}",
    "bis_llm: {additional_autoscaling_config: {1: 2, metrics: [{name: a, target: 1, y: 2}]}}",
    "build: {model_server: TRT_LLM}", "build: {model_server: Triton}", "build: {no_cache: true}",
    "build: {no_cache: 'true'}", "build: {no_cache: 1}", "build: {unknown: null}", "build: null",
    "resources: {accelerator: {}}", "resources: {accelerator: {count: 2}}", "resources: {accelerator: {1: 2}}",
    "resources: {accelerator: {accelerator: H100, cnt: 2}}", "resources: {accelerator: {accelerator: 'H100:2'}}",
    "resources: {fabric: {}}", "resources: {fabric: {use_rdma: null, preferences: null}}",
    "resources: {fabric: {preferences: [], x: 1}}", "resources: {instance_type: ''}", "resources: {gpu: 1}",
    "resources: {instance_type: a, node_count: 2, use_gpu: x, extra: null}",
    "runtime: {transport: {kind: http, x: 1}}", "runtime: {transport: {kind: http, 1: 2}}",
    "runtime: {transport: {kind: grpc}}", "runtime: {transport: {kind: HTTP}}", "runtime: {transport: {x: 1}}",
    "runtime: {transport: {kind: websocket, ping_interval_seconds: '1.5', ping_timeout_seconds: 2}}",
    "runtime: {transport: {kind: http}, is_websocket_endpoint: true}",
    "runtime: {transport: {kind: websocket}, is_websocket_endpoint: false}",
    "runtime: {transport: null, is_websocket_endpoint: true}", "runtime: {transport: null}",
    "runtime: {transport: {}, is_websocket_endpoint: true}", "runtime: {}", "runtime: {is_websocket_endpoint: false}",
    "runtime: {predict_concurrency: 1}", "runtime: {predict_concurrency: 1, x: null}",
    "runtime: {health_checks: {}}", "runtime: {health_checks: null}", "runtime: {oidc: {enabled: null}}",
    "runtime: {egress_restrictions: {}}", "runtime: {egress_restrictions: {ip_allow_list: [], fqdn_allow_list: null}}",
    "trt_llm: {}", "trt_llm: {build: {}}", "trt_llm: {build: null}", "trt_llm: {build: {HF}, extra: 1}",
    "trt_llm: {build: {HF, extra: 1}}", "trt_llm: {build: {HF, self: 1}}", "trt_llm: {build: {HF, 1: 1}}",
    "trt_llm: {build: {checkpoint_repository: {source: HF, repo: a/b, extra: 1}, plugin_configuration: {x: 1}}}",
    "trt_llm: {build: {HF}, runtime: {x: 1}}", "trt_llm: {build: {HF}, runtime: null}",
    "trt_llm: {build: {HF}, inference_stack: v1}", "trt_llm: {build: {HF}, inference_stack: v3}",
    "trt_llm: {build: {HF}, inference_stack: v2}", "trt_llm: {build: {HF}, inference_stack: V2, runtime: {}}",
    "trt_llm: {build: {HF}, version_overrides: {x: 1, briton_version: '0.1'}}",
    "trt_llm: {build: {HF}, version_overrides: {engine_builder_version: 1}}",
    "trt_llm: {build: {HF}, version_overrides: null}", "trt_llm: {build: {HF, lora_cache_max_adapter_size: 1}}",
    "trt_llm: {build: {HF}, runtime: {lora_cache_max_adapter_size: 8, lora_cache_optimal_adapter_size: 9}}",
    "trt_llm: {build: {HF}, runtime: {lora_cache_max_adapter_size: 9, lora_cache_optimal_adapter_size: 9}}",
    "trt_llm: {build: {HF}, runtime: {lora_cache_max_adapter_size: '8'}}",
    "trt_llm: {build: {HF, plugin_configuration: {paged_kv_cache: false}}}",
    "trt_llm: {build: {HF, plugin_configuration: {paged_kv_cache: false, use_paged_context_fmha: false}}}",
    "trt_llm: {build: {HF, plugin_configuration: {use_paged_context_fmha: false}}, runtime: {enable_chunked_context: false}}",
    "trt_llm: {build: {HF, plugin_configuration: {}}}", "trt_llm: {build: {HF, plugin_configuration: null}}",
    "trt_llm: {build: {HF, lora_adapters: {}, lora_configuration: {}}}", "trt_llm: {build: {HF, lora_configuration: {max_lora_rank: '8', lora_target_modules: [a]}}}",
    "trt_llm: {build: {HF, quantization_config: {x: 1}}}", "trt_llm: {build: {HF, quantization_config: {}}}",
    "trt_llm: {build: {HF, moe_expert_parallel_option: 1}}", "trt_llm: {build: {HF, moe_expert_parallel_option: 2}}",
    "trt_llm: {build: {HF, moe_expert_parallel_option: 0}}", "trt_llm: {build: {HF, moe_expert_parallel_option: -1}}",
    "trt_llm: {build: {HF, moe_expert_parallel_option: -2, base_model: encoder}}",
    "trt_llm: {build: {HF, tensor_parallel_count: 4, moe_expert_parallel_option: 3}}\nresources: {accelerator: 'H100:4'}",
    "trt_llm: {build: {HF, tensor_parallel_count: 3}}\nresources: {accelerator: 'H100:3'}",
    "trt_llm: {build: {HF, tensor_parallel_count: 2}}", "trt_llm: {build: {HF, tensor_parallel_count: 2}}\nresources: {accelerator: 'H100:2'}",
    "trt_llm: {build: {HF, tensor_parallel_count: 2, pipeline_parallel_count: 2}}\nresources: {accelerator: 'H100:4'}",
    "trt_llm: {build: {HF, sequence_parallel_count: -1}}", "trt_llm: {build: {HF}}\nresources: {accelerator: {count: 2}}",
    "trt_llm: {build: {HF}}\nresources: {accelerator: {accelerator: H100, count: 0}}",
    "trt_llm: {build: {HF, base_model: encoder}}", "trt_llm: {build: {HF, base_model: encoder_bert}}",
    "trt_llm: {build: {HF, base_model: encoder, max_num_tokens: 4096}}",
    "trt_llm: {build: {HF, base_model: encoder, plugin_configuration: {}}}",
    "trt_llm: {build: {HF, base_model: encoder, plugin_configuration: {use_fp8_context_fmha: true, x: 1}}}",
    "trt_llm: {build: {HF, base_model: encoder_bert, plugin_configuration: {paged_kv_cache: false}}}",
    "trt_llm: {build: {HF, base_model: encoder_bert, tensor_parallel_count: 2, pipeline_parallel_count: 0}}",
    "trt_llm: {build: {HF, base_model: encoder, quantization_type: fp8_kv}}\nresources: {accelerator: 'H100:2'}",
    "trt_llm: {build: {HF, base_model: encoder, speculator: {speculative_decoding_mode: LOOKAHEAD_DECODING, lookahead_windows_size: 3, lookahead_ngram_size: 3, lookahead_verification_set_size: 3}}}",
    "trt_llm: {inference_stack: v2, build: {HF}, runtime: {}}", "trt_llm: {inference_stack: v2, build: {HF}, runtime: null}",
    "trt_llm: {inference_stack: v2, build: {}, runtime: {}}", "trt_llm: {inference_stack: v2, build: {skip_build_result: true}, runtime: {}}",
    "trt_llm: {inference_stack: v2, build: {HF, x: 1}, runtime: {y: 1}}",
    "trt_llm: {inference_stack: v2, build: {HF}, runtime: {patch_kwargs: {a: true}, gated_features: {b: 1}}}",
    "trt_llm: {inference_stack: v2, build: {HF}, runtime: {patch_kwargs: {a: [true, {1: null}], b: {c: true}}}}",
    "trt_llm: {inference_stack: v2, build: {HF}, runtime: {tensor_parallel_size: 8}}\nresources: {accelerator: 'T4:8'}",
] + [
    "trt_llm: {inference_stack: v2, runtime: {}, build: {HF, %s}}" % setting for setting in [
        "base_model: decoder", "base_model: encoder", "base_model: llama", "max_seq_len: null", "max_seq_len: 5",
        "max_batch_size: 256", "max_batch_size: 255", "tensor_parallel_count: 1", "tensor_parallel_count: 2",
        "pipeline_parallel_count: '1'", "plugin_configuration: {}",
        "plugin_configuration: {paged_kv_cache: true, use_paged_context_fmha: true, use_fp8_context_fmha: false}",
        "plugin_configuration: {paged_kv_cache: true, use_paged_context_fmha: true, use_fp8_context_fmha: false, x: 1}",
        "lora_adapters: null", "lora_adapters: {}", "lora_configuration: {}", "speculator: null",
        "quantization_config: {calib_size: 64}", "quantization_type: fp8", "num_builder_gpus: 2", "skip_build_result: true",
        "gather_all_token_logits: 'no'", "strongly_typed: true", "moe_expert_parallel_option: -1",
    ]
] + [
    "trt_llm: {build: {HF, base_model: %s, quantization_type: %s}}\nresources: {accelerator: %s}" % (base, kind, gpu)
    for base, kind in [("decoder", "no_quant"), ("encoder_bert", "no_quant"), ("decoder", "fp8"),
                       ("encoder_bert", "fp8_kv"), ("decoder", "fp4_mlp_only"), ("decoder", "weights_int8")]
    for gpu in GPUS
] + [
    "trt_llm: {inference_stack: v2, runtime: {}, build: {HF, quantization_type: %s}}\nresources: {accelerator: %s}" % (kind, gpu)
    for kind in ["fp8_mlp_only", "fp4_kv"] for gpu in GPUS
] + [
    "trt_llm: {build: {HF, base_model: %s}}" % base
    for base in ["palmyra", "qwen", "llama", "mistral", "deepseek", "whisper", "Decoder", "null"]
] + [
    "trt_llm: {build: {HF, quantization_type: %s}}" % kind
    for kind in ["weights_kv_int8", "weights_int4", "weights_int4_kv_int8", "smooth_quant", "fp4", "FP8", "null"]
] + [
    "trt_llm: {build: {HF%s}}\nmodel_metadata: {tags: %s}" % (base, tags)
    for base in ["", ", base_model: encoder"]
    for tags in ["[openai-compatible]", "[force-legacy-api-non-openai-compatible]", "[]", "null", "1", "{}",
                 "[openai-compatible, force-legacy-api-non-openai-compatible]", "openai-compatible",
                 "force-legacy-api-non-openai-compatible", "{openai-compatible: 1}", "[[openai-compatible]]"]
] + [
    "trt_llm: {build: {HF, speculator: {%s}}}" % speculator for speculator in [
        "", "speculative_decoding_mode: DRAFT_TOKENS_EXTERNAL",
        "speculative_decoding_mode: DRAFT_TOKENS_EXTERNAL, num_draft_tokens: 4, HF",
        "speculative_decoding_mode: LOOKAHEAD_DECODING", "speculative_decoding_mode: lookahead",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 3, 3)",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 3, 3), num_draft_tokens: null",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 3, 3), num_draft_tokens: 10",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 3, 3), num_draft_tokens: 11",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 3, 3), num_draft_tokens: 2049",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(8, 1, 1)", "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(8, 1, 1), num_draft_tokens: 4",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(30, 20, 5)", "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(300, 20, 5)",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 2, 3), enable_b10_lookahead: true, x: 1, build: null",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 2, 3), runtime: {total_token_limit: '5'}, build: {HF, base_model: encoder}",
        "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK('3', 2, 3)", "speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(0, 2, 3)",
    ]
] + [
    "trt_llm: {build: {HF, max_batch_size: 64, plugin_configuration: {use_paged_context_fmha: false}, speculator: {speculative_decoding_mode: LOOKAHEAD_DECODING, LOOK(3, 2, 3)}}, runtime: {enable_chunked_context: false}}",
] + [
    "%s: {auth_method: %s%s}%s" % (place, method, keys, end)
    for place, end, secret, methods in [
        ("weights: [{source: 'hf://a', mount_location: /m, auth", "}]", "auth_secret_name",
         ["CUSTOM_SECRET", "aws_oidc", "GCP_OIDC", "Aws_Assume_Role", "AWS_IAM", "null", "1"]),
        ("base_image: {docker_auth", "}", "secret_name",
         ["GCP_SERVICE_ACCOUNT_JSON", "aws_oidc", "GCP_OIDC", "AWS_ASSUME_ROLE", "AWS_IAM", "REGISTRY_SECRET", "x"]),
    ]
    for method in methods
    for keys in ["", ", %s: s" % secret, ", %s: ''" % secret]
    + ["".join(", %s: x" % key for key in pair) for pair in [AUTH[0:2], AUTH[2:4], AUTH[4:6], AUTH[0:1], AUTH]]
]


def places():
    """Where something is tried, as text around `%s`, and what is tried there."""
    for place in PLACES:
        yield place, SCALARS
    for place, values in TOPICS.items():
        if "%r" in place:
            values = [json.dumps(value, ensure_ascii=False) for value in values]
        yield place.replace("%r", "%s"), values
    yield "%s", [spelled_out(text) for text in WHOLE]


def spelled_out(text):
    text = re.sub(r"LOOK\((.*?), (.*?), (.*?)\)", r"lookahead_windows_size: \1, "
                  r"lookahead_ngram_size: \2, lookahead_verification_set_size: \3", text)
    return re.sub(r"(?<=[{ ])HF(?=[,}])(?<!source: HF)", HF, text).replace("SERVER", SERVER)


def beyond(found, base):
    """What a mapping has beyond another: its own values, and under `-` the keys it lacks."""
    more = {}
    for key, value in found.items():
        if key not in base:
            more[key] = value
        elif isinstance(value, dict) and isinstance(base[key], dict):
            deeper = beyond(value, base[key])
            if deeper:
                more[key] = deeper
        elif (value, type(value)) != (base[key], type(base[key])):
            more[key] = value
    less = [key for key in base if key not in found]
    return {**more, "-": less} if less else more


def forms(config):
    return [json.loads(json.dumps(config.to_dict(verbose=verbose))) for verbose in (True, False)]


def record(load, text, base, engines):
    SAID.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            config = load(text)
            full, compact = forms(config)
        except BaseException:  # Some refusals are not meant as such: AttributeError, TypeError.
            return False
    said = [str(item.message)[:60] for item in caught if "Pydantic" not in item.category.__name__]
    said = sorted(set(said + SAID))
    stack = (full["trt_llm"] or {}).get("inference_stack")
    outcome = {
        "full": beyond(full, {**base[0], "trt_llm": engines.get(stack)}),
        "compact": beyond(compact, base[1]),
    }
    outcome = {form: value for form, value in outcome.items() if value}
    if stack:
        outcome["stack"] = stack
    if said:
        outcome["said"] = said
    try:
        config.validate_forbid_extra()
    except ValueError as error:
        names = re.search(r"not allowed: \[(.*?)\]", str(error))
        if names:  # Otherwise it is not about keys.
            outcome["push"] = names.group(1).split(", ")
    return outcome


def write(line):
    print(json.dumps(line, sort_keys=True, allow_nan=False, separators=(",", ":"), ensure_ascii=False))


def main():
    logging.getLogger("truss").addHandler(Listener())
    logging.getLogger("truss").propagate = False
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "config.yaml"

        def load(text):
            path.write_text(text)
            return TrussConfig.from_yaml(path)

        base = forms(load(""))
        engines = {
            "v1": forms(load(V1 % ("strongly_typed: false", "")))[0]["trt_llm"],
            "v2": forms(load(V2 % ""))[0]["trt_llm"],
        }
        write({"base": base, "engines": engines})
        for place, values in places():
            tries = []
            for value in dict.fromkeys(values):
                outcome = record(load, place.replace("%s", value), base, engines)
                try:
                    json.dumps(outcome, allow_nan=False)
                    tries.append([value, outcome])
                except ValueError:
                    pass  # What JSON cannot carry is not compared.
            refused = [value for value, outcome in tries if outcome is False]
            taken = [found for found in tries if found[1] is not False]
            write({"place": place, "refused": refused, "taken": taken})


main()
