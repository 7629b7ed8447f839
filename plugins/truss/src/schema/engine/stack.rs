//! The two stacks.

use plimsoll_core::schema::{Default, Field, Form, Model, Reader, Refusal, Type, default_of, dump};
use plimsoll_core::value::{Node, Value};

use super::build::BUILD;
use super::runtime::{RUNTIME_V1, RUNTIME_V2};
use super::{base_model, flag, is_encoder, is_set};
use crate::python::is_digit;

const OVERRIDES: Field = Field::new(
    "version_overrides",
    Type::Model(&VERSIONS),
    Default::Model,
    "Versions to use instead of the platform's current ones.",
);

/// The first stack, for dense models and embeddings.
pub(super) static V1: Model = Model {
    after: Some(first_stack),
    ..Model::new(
        "TRTLLMConfigurationV1",
        "An engine of the first stack, for dense models and embeddings.",
        &[
            Field::required("build", Type::Model(&BUILD), "How the engine is built."),
            Field::new(
                "inference_stack",
                Type::Enum(&["v1"]),
                Default::Str("v1"),
                "Which stack: v1 or v2.",
            ),
            Field::new(
                "runtime",
                Type::Model(&RUNTIME_V1),
                Default::Model,
                "How the engine runs.",
            ),
            OVERRIDES,
        ],
    )
};

/// The second stack, for mixtures of experts and several nodes.
pub(super) static V2: Model = Model {
    after: Some(second_stack),
    ..Model::new(
        "TRTLLMConfigurationV2",
        "An engine of the second stack, for mixtures of experts and several nodes.",
        &[
            Field::new(
                "inference_stack",
                Type::Enum(&["v2"]),
                Default::Str("v2"),
                "Which stack: v1 or v2.",
            ),
            Field::required("build", Type::Model(&BUILD), "How the engine is built."),
            Field::required("runtime", Type::Model(&RUNTIME_V2), "How the engine runs."),
            OVERRIDES,
        ],
    )
};

const VERSION: Type = Type::Nullable(&Type::Str);
const NUMBERED: Type = Type::Nullable(&Type::StrWith(numbered));

static VERSIONS: Model = Model::new(
    "VersionsOverrides",
    "Versions to use instead of the platform's current ones.",
    &[
        Field::new(
            "engine_builder_version",
            NUMBERED,
            Default::Null,
            "Version of the engine builder.",
        ),
        Field::new(
            "briton_version",
            NUMBERED,
            Default::Null,
            "Version of the server of decoders.",
        ),
        Field::new(
            "bei_version",
            NUMBERED,
            Default::Null,
            "Version of the server of encoders.",
        ),
        Field::new(
            "bei_bert_version",
            NUMBERED,
            Default::Null,
            "Version of the server of BERT encoders.",
        ),
        Field::new(
            "v2_llm_version",
            VERSION,
            Default::Null,
            "Version of the server of the second stack.",
        ),
    ],
);

fn numbered(text: &str) -> Result<(), Refusal> {
    if text.chars().next().is_some_and(is_digit) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("{text:?} does not begin with a number"),
        "a version such as \"0.9.0\"",
    ))
}

/// What stands where the weights are to be named.
const REPOSITORY: &str = "checkpoint_repository: {source: HF, repo: owner/name}, or the like";

fn first_stack(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(build) = node.get("build") else {
        return;
    };
    if !is_set(build, "checkpoint_repository") && reader.sound(&["build/checkpoint_repository"]) {
        let message = "`trt_llm.build.checkpoint_repository` is required by the first stack";
        reader.missing_key(build.span(), message, REPOSITORY);
    }
    let plugins = build.get("plugin_configuration");
    let paged =
        flag(plugins, "paged_kv_cache", true) && flag(plugins, "use_paged_context_fmha", true);
    let chunked = flag(node.get("runtime"), "enable_chunked_context", true);
    let looked_at = [
        "build/base_model",
        "build/plugin_configuration/paged_kv_cache",
        "build/plugin_configuration/use_paged_context_fmha",
        "runtime/enable_chunked_context",
    ];
    if chunked && !paged && !is_encoder(base_model(Some(build))) && reader.sound(&looked_at) {
        let message = "`trt_llm.runtime.enable_chunked_context` needs `paged_kv_cache` and \
                       `use_paged_context_fmha` of `trt_llm.build.plugin_configuration`";
        let expected = "both true, or enable_chunked_context: false";
        reader.conflict(plugins.and_then(Node::span), message, expected);
    }
}

/// Keys of `build` that the second stack looks at.
const BUILD_KEYS: [&str; 5] = [
    "checkpoint_repository",
    "quantization_type",
    "quantization_config",
    "skip_build_result",
    "num_builder_gpus",
];

fn second_stack(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(build) = node.get("build") else {
        return;
    };
    if !is_set(build, "checkpoint_repository")
        && !flag(Some(build), "skip_build_result", false)
        && reader.sound(&["build/checkpoint_repository", "build/skip_build_result"])
    {
        let message = "`trt_llm.build.checkpoint_repository` is required unless \
                       `skip_build_result` is true";
        reader.missing_key(build.span(), message, REPOSITORY);
    }
    let written = dump(&BUILD, build, Form::Written);
    for entry in written.as_map().into_iter().flatten() {
        let Some(field) = entry.key.as_str().and_then(|name| BUILD.field(name)) else {
            continue;
        };
        let sound = reader.sound(&[&format!("build/{}", field.name)]);
        if BUILD_KEYS.contains(&field.name) || !sound {
            continue;
        }
        let default =
            default_of(field).unwrap_or_else(|| Node::with_origin(Value::Null, entry.value.origin));
        if entry.value != default {
            let message = format!(
                "`trt_llm.build.{}` cannot be set with the second stack",
                field.name
            );
            let span = entry.value.span().or(entry.key_span);
            reader.conflict(span, message, format!("one of {}", BUILD_KEYS.join(", ")));
        }
    }
}
