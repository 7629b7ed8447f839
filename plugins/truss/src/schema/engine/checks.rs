//! What the keys of `trt_llm.build` need of one another, and what an encoder changes in them.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Form, Reader};
use plimsoll_core::span::Span;
use plimsoll_core::value::{Map, Node, Origin, Value};

use super::{base_model, flag, is_encoder, is_set};
use crate::checks;
use crate::python::integer;

/// A repository of Hugging Face is named as those are.
pub(super) fn repository(node: &mut Node, reader: &mut Reader<'_>) {
    let repo = node.get("repo");
    if reader.sound(&["source", "repo"])
        && node.get("source").and_then(Node::as_str) == Some("HF")
        && let Some(Err(refusal)) = repo
            .and_then(Node::as_str)
            .map(checks::hugging_face_repository)
    {
        let span = repo.and_then(Node::span);
        reader.below("repo", |reader| reader.refused(span, refusal));
    }
}

/// The real loader passes the keys as arguments to a method, which has one of this name already.
pub(super) fn no_self(node: &mut Node, reader: &mut Reader<'_>) {
    if let Some(entry) = node.as_map().and_then(|map| map.entry("self")) {
        let place = reader.path().join("self").dotted();
        reader.invalid(
            entry.key_span,
            format!("`{place}`: no key can be named self here"),
            "another name",
        );
    }
}

/// Keys that belong to `trt_llm.runtime`.
pub(super) fn misplaced(node: &mut Node, reader: &mut Reader<'_>) {
    no_self(node, reader);
    for key in super::runtime::LORA_CACHE {
        if let Some(entry) = node.as_map().and_then(|map| map.entry(key)) {
            let message = format!("`{key}` belongs to `trt_llm.runtime`, not to `trt_llm.build`");
            reader.invalid(entry.key_span, message, format!("trt_llm.runtime.{key}"));
        }
    }
}

const DEGREES: [&str; 3] = [
    "tensor_parallel_count",
    "pipeline_parallel_count",
    "sequence_parallel_count",
];

/// What holds where a cache is paged.
const PAGED: [&str; 2] = [
    "plugin_configuration/paged_kv_cache",
    "plugin_configuration/use_paged_context_fmha",
];

/// Checks a build, and brings an encoder's into the form that it is built in.
pub(super) fn check(node: &mut Node, reader: &mut Reader<'_>) {
    // What an engine is for decides about everything else.
    if !reader.sound(&["base_model"]) {
        return;
    }
    experts(node, reader);
    migrate_encoder(node, reader);
    paging(node, reader);
}

/// What a paged cache is needed for.
fn paging(node: &Node, reader: &mut Reader<'_>) {
    let plugins = node.get("plugin_configuration");
    let encoder = base_model(Some(node)) == "encoder";
    let paged = !encoder && flag(plugins, "paged_kv_cache", true);
    let attention = !encoder && flag(plugins, "use_paged_context_fmha", true);
    let span = plugins.and_then(Node::span);
    if attention && !paged && reader.sound(&PAGED) {
        let message = "`use_paged_context_fmha` needs `paged_kv_cache`";
        let expected = "both true, or use_paged_context_fmha: false";
        reader.conflict(span, message, expected);
    }
    let Some(speculator) = node.get("speculator").filter(|node| !node.is_null()) else {
        return;
    };
    if !(attention && paged) && reader.sound(&PAGED) && reader.sound(&["speculator"]) {
        let message = "speculative decoding needs `paged_kv_cache` and `use_paged_context_fmha`";
        reader.conflict(span.or(speculator.span()), message, "both true");
    }
    let batch = node.get("max_batch_size").and_then(Node::as_i64);
    if batch.unwrap_or(256) > 64 && reader.sound(&["max_batch_size", "speculator"]) {
        let span = node.get("max_batch_size").unwrap_or(speculator).span();
        let message = "speculative decoding is for small batches: `max_batch_size` of 64 or less";
        reader.warn("engine-speculation", span, message);
    }
}

fn experts(node: &Node, reader: &mut Reader<'_>) {
    let option = node.get("moe_expert_parallel_option");
    let number = option.and_then(integer).unwrap_or(-1);
    let tensor = node.get(DEGREES[0]).and_then(integer).unwrap_or(1);
    let sound = reader.sound(&["moe_expert_parallel_option", DEGREES[0]]);
    if base_model(Some(node)) != "decoder" || number == -1 || !sound {
        return;
    }
    if number > tensor || number <= 0 {
        let message = format!(
            "`moe_expert_parallel_option` is {number}: it must be -1, or from 1 to \
             tensor_parallel_count ({tensor})"
        );
        let expected = format!("-1, or from 1 to {tensor}");
        reader.invalid(option.and_then(Node::span), message, expected);
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
        .filter(|kind| full && kind.as_str().is_some_and(|kind| kind.contains("_kv")))
        .filter(|_| reader.sound(&["quantization_type"]));
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
            && reader.sound(&[key])
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
pub(super) fn encoder_plugins(node: &Node, out: &mut Node, form: Form) {
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
pub(super) fn discontinued(span: Option<Span>, reader: &mut Reader<'_>) {
    let message = "speculation with a draft model is discontinued";
    let diagnostic = Diagnostic::error(reader.code("discontinued"), message)
        .at(span)
        .expected("speculative_decoding_mode: LOOKAHEAD_DECODING")
        .hint("or change to `inference_stack: v2`, which speculates in other ways");
    reader.push(diagnostic);
}
