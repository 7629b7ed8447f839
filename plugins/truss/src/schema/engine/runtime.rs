//! `trt_llm.runtime`: how an engine runs.

use plimsoll_core::schema::{Default, Field, MAX, MIN, Model, Reader, Type};
use plimsoll_core::value::Node;

use super::kwargs;

const COUNT: Type = Type::Nullable(&Type::StrictInt(1, MAX));

/// The keys of the cache of LoRA adapters.
pub(super) const LORA_CACHE: [&str; 4] = [
    "lora_cache_gpu_memory_fraction",
    "lora_cache_host_memory_bytes",
    "lora_cache_max_adapter_size",
    "lora_cache_optimal_adapter_size",
];

/// How an engine of the first stack runs.
pub(super) static RUNTIME_V1: Model = Model {
    after: Some(adapter_sizes),
    ..Model::new(
        "TrussTRTLLMRuntimeConfiguration",
        "How an engine of the first stack runs.",
        &[
            Field::new(
                "kv_cache_free_gpu_mem_fraction",
                Type::Float,
                Default::Float(0.9),
                "Share of the free accelerator memory for the cache.",
            ),
            Field::new(
                "kv_cache_host_memory_bytes",
                COUNT,
                Default::Null,
                "Host memory for the cache, in bytes.",
            ),
            Field::new(
                "lora_cache_max_adapter_size",
                COUNT,
                Default::Null,
                "Highest rank of a LoRA adapter in the cache.",
            ),
            Field::new(
                "lora_cache_optimal_adapter_size",
                COUNT,
                Default::Null,
                "Rank that the pages of the LoRA cache are made for.",
            ),
            Field::new(
                "lora_cache_gpu_memory_fraction",
                Type::Nullable(&Type::StrictFloat(0.0, 1.0)),
                Default::Null,
                "Share of the free accelerator memory for LoRA adapters.",
            ),
            Field::new(
                "lora_cache_host_memory_bytes",
                COUNT,
                Default::Null,
                "Host memory for LoRA adapters, in bytes.",
            ),
            Field::new(
                "enable_chunked_context",
                Type::Bool,
                Default::Bool(true),
                "Read long inputs in pieces.",
            ),
            Field::new(
                "batch_scheduler_policy",
                Type::Enum(&["max_utilization", "guaranteed_no_evict"]),
                Default::Str("guaranteed_no_evict"),
                "Whether a request, once begun, is sure to end.",
            ),
            Field::new(
                "request_default_max_tokens",
                COUNT,
                Default::Null,
                "Most tokens of an answer whose request does not say.",
            ),
            Field::new(
                "served_model_name",
                Type::Nullable(&Type::Str),
                Default::Null,
                "Name of the model in answers.",
            ),
            Field::new(
                "total_token_limit",
                Type::Int(MIN, MAX),
                Default::Int(500_000),
                "Most tokens that are scheduled at once.",
            ),
            Field::new(
                "webserver_default_route",
                Type::Nullable(&Type::Enum(&[
                    "/v1/embeddings",
                    "/v1/systemone",
                    "/rerank",
                    "/predict",
                    "/predict_tokens",
                ])),
                Default::Null,
                "Route of an encoder that /predict stands for.",
            ),
        ],
    )
};

/// How an engine of the second stack runs.
pub(super) static RUNTIME_V2: Model = Model {
    before: Some(old_name),
    ..Model::new(
        "TRTLLMRuntimeConfigurationV2",
        "How an engine of the second stack runs.",
        &[
            Field::new(
                "max_seq_len",
                Type::Nullable(&Type::StrictInt(1, 1_048_576)),
                Default::Null,
                "Longest sequence, in tokens.",
            ),
            Field::new(
                "max_batch_size",
                Type::StrictInt(1, 2048),
                Default::Int(256),
                "Most requests in one pass.",
            ),
            Field::new(
                "max_num_tokens",
                Type::StrictInt(65, 131_072),
                Default::Int(8192),
                "Most tokens in one pass.",
            ),
            Field::new(
                "tensor_parallel_size",
                Type::StrictInt(1, MAX),
                Default::Int(1),
                "Accelerators that share a layer.",
            ),
            Field::new(
                "enable_chunked_prefill",
                Type::Bool,
                Default::Bool(true),
                "Read long inputs in pieces.",
            ),
            Field::new(
                "served_model_name",
                Type::Nullable(&Type::Str),
                Default::Null,
                "Name of the model in answers.",
            ),
            Field::new(
                "patch_kwargs",
                Type::Custom(&kwargs::Kwargs),
                Default::EmptyMap,
                "Options of the engine beyond these. A preview.",
            ),
        ],
    )
};

fn adapter_sizes(node: &mut Node, reader: &mut Reader<'_>) {
    const SIZES: [&str; 2] = [
        "lora_cache_max_adapter_size",
        "lora_cache_optimal_adapter_size",
    ];
    let size = |key: &str| {
        let node = node.get(key)?;
        Some((node.as_i64()?, node.span()))
    };
    let [most, optimal] = SIZES.map(size);
    if let (Some((most, _)), Some((optimal, span))) = (most, optimal)
        && optimal > most
        && reader.sound(&SIZES)
    {
        let message = format!(
            "`lora_cache_optimal_adapter_size` ({optimal}) is above \
             `lora_cache_max_adapter_size` ({most})"
        );
        reader.conflict(span, message, format!("at most {most}"));
    }
}

/// `gated_features` is an old name of `patch_kwargs`. Beside the new one it is unknown.
fn old_name(node: &mut Node, _: &mut Reader<'_>) {
    if let Some(map) = node.as_map_mut()
        && !map.contains("patch_kwargs")
        && let Some(entry) = map.remove("gated_features")
    {
        map.insert("patch_kwargs".into(), entry.key_span, entry.value);
    }
}
