//! `trt_llm.build`: how an engine is built.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Default, Field, Form, MAX, MIN, Model, Reader, Type};
use plimsoll_core::value::{Map, Node, Origin, Value};

use super::speculator::SPECULATOR;
use super::{base_model, flag, is_encoder, is_set, kwargs};
use crate::checks;
use crate::python::integer;

const INT: Type = Type::Int(MIN, MAX);
const COUNT: Type = Type::StrictInt(1, MAX);

/// How an engine is built. A push lets unknown keys pass here and below, as the real one does.
pub(super) static BUILD: Model = Model {
    before: Some(misplaced),
    after: Some(check),
    dumped: Some(encoder_plugins),
    lenient: true,
    ..Model::new(
        "TrussTRTLLMBuildConfiguration",
        "How an engine is built.",
        FIELDS,
    )
};

static FIELDS: &[Field] = &[
    Field::new(
        "base_model",
        Type::Enum(&[
            "encoder",
            "encoder_bert",
            "decoder",
            "palmyra",
            "qwen",
            "llama",
            "mistral",
            "deepseek",
            "whisper",
        ]),
        Default::Str("decoder"),
        "decoder for text generation; encoder or encoder_bert for embeddings and classes.",
    ),
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
        Type::StrictInt(65, 1_048_576),
        Default::Int(8192),
        "Most tokens in one pass; 16384 for an encoder.",
    ),
    Field::new(
        "max_beam_width",
        Type::StrictInt(1, 1),
        Default::Int(1),
        "Only 1 is supported.",
    ),
    Field::new(
        "max_prompt_embedding_table_size",
        INT,
        Default::Int(0),
        "Size of the table of prompt embeddings.",
    ),
    Field::new(
        "checkpoint_repository",
        Type::Nullable(&Type::Model(&CHECKPOINT)),
        Default::Null,
        "Where the weights are.",
    ),
    Field::new(
        "gather_all_token_logits",
        Type::Bool,
        Default::Bool(false),
        "Keep the logits of every token.",
    ),
    Field::new(
        "strongly_typed",
        Type::Bool,
        Default::Bool(false),
        "Take the types of the checkpoint as they are.",
    ),
    Field::new(
        "quantization_type",
        Type::Enum(&[
            "no_quant",
            "weights_int8",
            "weights_kv_int8",
            "weights_int4",
            "weights_int4_kv_int8",
            "smooth_quant",
            "fp8",
            "fp8_kv",
            "fp8_mlp_only",
            "fp4",
            "fp4_kv",
            "fp4_mlp_only",
        ]),
        Default::Str("no_quant"),
        "How weights and cache are quantised. fp8 needs an L4 or newer, fp4 a B200 or newer.",
    ),
    Field::new(
        "quantization_config",
        Type::Model(&QUANTIZATION),
        Default::Model,
        "How quantisation is calibrated.",
    ),
    Field::new(
        "tensor_parallel_count",
        COUNT,
        Default::Int(1),
        "Accelerators that share a layer; for a decoder of the first stack all of a replica's.",
    ),
    Field::new(
        "pipeline_parallel_count",
        INT,
        Default::Int(1),
        "Accelerators that layers are spread over.",
    ),
    Field::new(
        "moe_expert_parallel_option",
        INT,
        Default::Int(-1),
        "Accelerators that experts are spread over; -1 leaves it open.",
    ),
    Field::new(
        "sequence_parallel_count",
        INT,
        Default::Int(1),
        "Accelerators that a sequence is spread over.",
    ),
    Field::new(
        "plugin_configuration",
        Type::Model(&PLUGINS),
        Default::Model,
        "Parts of the engine.",
    ),
    Field::new(
        "num_builder_gpus",
        Type::Nullable(&COUNT),
        Default::Null,
        "Accelerators to build on, where that takes more than to run.",
    ),
    Field::new(
        "speculator",
        Type::Nullable(&Type::Model(&SPECULATOR)),
        Default::Null,
        "Speculative decoding.",
    ),
    Field::new(
        "lora_adapters",
        Type::Nullable(&Type::Custom(&kwargs::Adapters)),
        Default::Null,
        "LoRA adapters, by the name that requests use.",
    ),
    Field::new(
        "lora_configuration",
        Type::Nullable(&Type::Model(&LORA)),
        Default::Null,
        "What LoRA adapters are like.",
    ),
    Field::new(
        "skip_build_result",
        Type::Bool,
        Default::Bool(false),
        "For the second stack: take an engine that is there already.",
    ),
];

static PLUGINS: Model = Model::new(
    "TrussTRTLLMPluginConfiguration",
    "Parts of an engine.",
    &[
        Field::new(
            "paged_kv_cache",
            Type::Bool,
            Default::Bool(true),
            "Keep the cache in pages.",
        ),
        Field::new(
            "use_paged_context_fmha",
            Type::Bool,
            Default::Bool(true),
            "Attention over a cache in pages.",
        ),
        Field::new(
            "use_fp8_context_fmha",
            Type::Bool,
            Default::Bool(false),
            "Without effect: it follows from the quantisation.",
        ),
    ],
);

static QUANTIZATION: Model = Model {
    before: Some(no_self),
    lenient: true,
    ..Model::new(
        "TrussTRTQuantizationConfiguration",
        "How quantisation is calibrated.",
        &[
            Field::new(
                "calib_size",
                Type::Custom(&kwargs::MultipleOf64),
                Default::Int(1024),
                "Samples to calibrate with; a multiple of 64.",
            ),
            Field::new(
                "calib_dataset",
                Type::Str,
                Default::Str("abisee/cnn_dailymail"),
                "Data set to calibrate with.",
            ),
            Field::new(
                "calib_max_seq_length",
                Type::Custom(&kwargs::MultipleOf64),
                Default::Int(1536),
                "Longest sample, in tokens; a multiple of 64.",
            ),
        ],
    )
};

/// Where weights are.
pub(super) static CHECKPOINT: Model = Model {
    before: Some(no_self),
    after: Some(repository),
    lenient: true,
    ..Model::new(
        "CheckpointRepository",
        "Where weights are.",
        &[
            Field::required(
                "source",
                Type::Enum(&[
                    "HF",
                    "GCS",
                    "S3",
                    "AZURE",
                    "LOCAL",
                    "REMOTE_URL",
                    "BASETEN_TRAINING",
                ]),
                "What kind of place it is.",
            ),
            Field::required(
                "repo",
                Type::Str,
                "The repository, bucket, URL or training job.",
            ),
            Field::new(
                "revision",
                Type::Nullable(&Type::Str),
                Default::Null,
                "Branch, tag or commit; or the checkpoint of a training job.",
            ),
            Field::new(
                "runtime_secret_name",
                Type::Str,
                Default::Str("hf_access_token"),
                "Secret with the credentials.",
            ),
        ],
    )
};

static LORA: Model = Model::new(
    "TrussTRTLLMLoraConfiguration",
    "What LoRA adapters are like.",
    &[
        Field::new("max_lora_rank", INT, Default::Int(64), "Highest rank."),
        Field::new(
            "lora_target_modules",
            Type::List(&Type::Str),
            Default::EmptyList,
            "Modules that they change.",
        ),
    ],
);

fn repository(node: &mut Node, reader: &mut Reader<'_>) {
    let repo = node.get("repo");
    if node.get("source").and_then(Node::as_str) == Some("HF")
        && let Some(Err(problem)) = repo
            .and_then(Node::as_str)
            .map(checks::hugging_face_repository)
    {
        let message = format!("`{}`: {problem}", reader.path().join("repo").dotted());
        reader.invalid(repo.and_then(Node::span), message);
    }
}

/// The real loader passes the keys as arguments to a method, which has one of this name already.
pub(super) fn no_self(node: &mut Node, reader: &mut Reader<'_>) {
    if let Some(entry) = node.as_map().and_then(|map| map.entry("self")) {
        let place = reader.path().join("self").dotted();
        reader.invalid(
            entry.key_span,
            format!("`{place}`: no key can be named self here"),
        );
    }
}

/// Keys that belong to `trt_llm.runtime`.
fn misplaced(node: &mut Node, reader: &mut Reader<'_>) {
    no_self(node, reader);
    for key in super::runtime::LORA_CACHE {
        if let Some(entry) = node.as_map().and_then(|map| map.entry(key)) {
            let message = format!("`{key}` belongs to `trt_llm.runtime`, not to `trt_llm.build`");
            reader.invalid(entry.key_span, message);
        }
    }
}

const DEGREES: [&str; 3] = [
    "tensor_parallel_count",
    "pipeline_parallel_count",
    "sequence_parallel_count",
];

fn check(node: &mut Node, reader: &mut Reader<'_>) {
    experts(node, reader);
    migrate_encoder(node, reader);
    let plugins = node.get("plugin_configuration");
    let encoder = base_model(Some(node)) == "encoder";
    let paged = !encoder && flag(plugins, "paged_kv_cache", true);
    let attention = !encoder && flag(plugins, "use_paged_context_fmha", true);
    let span = plugins.and_then(Node::span);
    if attention && !paged {
        let message = "`use_paged_context_fmha` needs `paged_kv_cache`";
        reader.conflict(span, message);
    }
    let Some(speculator) = node.get("speculator").filter(|node| !node.is_null()) else {
        return;
    };
    if !(attention && paged) {
        let message = "speculative decoding needs `paged_kv_cache` and `use_paged_context_fmha`";
        reader.conflict(span.or(speculator.span()), message);
    }
    let batch = node.get("max_batch_size").and_then(Node::as_i64);
    if batch.unwrap_or(256) > 64 {
        let span = node.get("max_batch_size").unwrap_or(speculator).span();
        let message = "speculative decoding is for small batches: `max_batch_size` of 64 or less";
        reader.warn("engine-speculation", span, message);
    }
}

fn experts(node: &Node, reader: &mut Reader<'_>) {
    let option = node.get("moe_expert_parallel_option");
    let number = option.and_then(integer).unwrap_or(-1);
    let tensor = node.get(DEGREES[0]).and_then(integer).unwrap_or(1);
    if base_model(Some(node)) != "decoder" || number == -1 {
        return;
    }
    if number > tensor || number <= 0 {
        let message = format!(
            "`moe_expert_parallel_option` is {number}: it must be -1, or from 1 to \
             tensor_parallel_count ({tensor})"
        );
        reader.invalid(option.and_then(Node::span), message);
    } else if tensor % number != 0 {
        let message = format!(
            "`moe_expert_parallel_option` ({number}) does not divide tensor_parallel_count \
             ({tensor})"
        );
        let span = option.and_then(Node::span);
        reader.warn("engine-parallelism", span, message);
    }
}

/// An encoder runs on one accelerator and keeps no cache; what is written otherwise is changed.
fn migrate_encoder(node: &mut Node, reader: &mut Reader<'_>) {
    let base = base_model(Some(node));
    if !is_encoder(base) {
        return;
    }
    let full = base == "encoder";
    let origin = node
        .get("base_model")
        .map(|node| node.origin)
        .unwrap_or_default();
    let kv = node
        .get("quantization_type")
        .filter(|kind| full && kind.as_str().is_some_and(|kind| kind.contains("_kv")));
    if let Some(kind) = kv {
        let message = "an encoder with a quantised cache may not build";
        reader.warn("engine-encoder", kind.span(), message);
    }
    let Some(map) = node.as_map_mut() else { return };
    for key in DEGREES {
        let one = |origin: Origin| Node::with_origin(Value::Int(1), origin);
        let written = map.get(key).map(|node| (node.origin, integer(node)));
        if let Some((origin, Some(number))) = written
            && number != 1
        {
            let message = format!("an encoder runs on one accelerator: `{key}` becomes 1");
            reader.warn("engine-encoder", origin.span, message);
        }
        map.set(key, one(written.map_or(origin, |(origin, _)| origin)));
    }
    if full {
        if !map.contains("max_num_tokens") {
            map.set(
                "max_num_tokens",
                Node::with_origin(Value::Int(16_384), origin),
            );
        }
        if let Some(plugins) = map
            .get_mut("plugin_configuration")
            .and_then(Node::as_map_mut)
        {
            no_cache(plugins, origin);
        }
    }
}

fn no_cache(plugins: &mut Map, origin: Origin) {
    for key in ["paged_kv_cache", "use_paged_context_fmha"] {
        let origin = plugins.get(key).map_or(origin, |node| node.origin);
        plugins.set(key, Node::with_origin(Value::Bool(false), origin));
    }
}

/// An encoder's plugins are changed even where none are written.
fn encoder_plugins(node: &Node, out: &mut Node, form: Form) {
    let shown = form == Form::Full && !is_set(node, "plugin_configuration");
    if shown
        && base_model(Some(node)) == "encoder"
        && let Some(plugins) = out
            .as_map_mut()
            .and_then(|map| map.get_mut("plugin_configuration")?.as_map_mut())
    {
        no_cache(plugins, Origin::default());
    }
}

/// Notes speculation with a draft model, which was given up.
pub(super) fn discontinued(span: Option<plimsoll_core::span::Span>, reader: &mut Reader<'_>) {
    let message = "speculation with a draft model is discontinued";
    let diagnostic = Diagnostic::error(reader.code("discontinued"), message)
        .at(span)
        .expected("speculative_decoding_mode: LOOKAHEAD_DECODING")
        .hint("or change to `inference_stack: v2`, which speculates in other ways");
    reader.push(diagnostic);
}
