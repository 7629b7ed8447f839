//! `trt_llm.build`: how an engine is built.

use plimsoll_core::schema::{Default, Field, MAX, MIN, Model, Type};

use super::checks::{check, encoder_plugins, misplaced, no_self, repository};
use super::kwargs;
use super::speculator::SPECULATOR;

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
