//! What a TensorRT-LLM engine (`trt_llm`) needs of the accelerators it runs on.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::Reader;
use plimsoll_core::value::{Map, Node, Value};

use crate::python;
use crate::schema::{accelerator_parts, base_model, is_encoder, is_v2};

/// Accelerators that TensorRT-LLM does not support (compute capability below 8.0).
const TOO_OLD: [&str; 2] = ["T4", "V100"];

/// Quantisations in 8-bit or 4-bit floating point, and the accelerators that cannot do each.
const FP8: [&str; 3] = ["fp8", "fp8_kv", "fp8_mlp_only"];
const FP4: [&str; 3] = ["fp4", "fp4_kv", "fp4_mlp_only"];
const NO_FP8: [&str; 3] = ["A10G", "A100", "A100_40GB"];
const NO_FP4: [&str; 5] = ["H100", "H100_40GB", "H200", "L4", "L40S"];

/// Names that the decoder had for single architectures.
const RENAMED: [&str; 5] = ["deepseek", "llama", "mistral", "palmyra", "qwen"];

/// Checks an engine against the accelerators of the same configuration.
pub(crate) fn check(map: &Map, reader: &mut Reader<'_>) {
    let Some(engine) = map.get("trt_llm").filter(|node| node.as_map().is_some()) else {
        return;
    };
    // Which stack it is and what it is for decide about everything else.
    if !reader.sound(&["trt_llm/inference_stack", "trt_llm/build/base_model"]) {
        return;
    }
    let build = engine.get("build");
    let base = base_model(build);
    discontinued_model(build, base, reader);
    let accelerator = map
        .get("resources")
        .and_then(|resources| resources.get("accelerator"));
    check_accelerator(build, base, accelerator, reader);
    if !is_v2(engine) {
        if !is_encoder(base) {
            check_tags(map, engine, reader);
        }
        check_parallelism(build, base, accelerator, reader);
    }
}

fn discontinued_model(build: Option<&Node>, base: &str, reader: &mut Reader<'_>) {
    let (message, expected) = if RENAMED.contains(&base) {
        (
            format!("`base_model: {base}` has been renamed"),
            "decoder, which finds the architecture out by itself",
        )
    } else if base == "whisper" {
        (
            "an engine for Whisper is discontinued".to_owned(),
            "a Chain that runs Whisper",
        )
    } else {
        return;
    };
    let named = build.and_then(|build| build.get("base_model"));
    let diagnostic = Diagnostic::error(reader.code("discontinued"), message)
        .at(named.and_then(Node::span))
        .expected(expected);
    reader.push(diagnostic);
}

fn check_accelerator(
    build: Option<&Node>,
    base: &str,
    accelerator: Option<&Node>,
    reader: &mut Reader<'_>,
) {
    let Some(node) = accelerator else { return };
    let (Some(name), _) = accelerator_parts(node) else {
        return;
    };
    if !reader.sound(&["resources/accelerator/accelerator"]) {
        return;
    }
    let span = node.get("accelerator").and_then(Node::span).or(node.span());
    let quantised = build
        .and_then(|build| build.get("quantization_type"))
        .filter(|_| reader.sound(&["trt_llm/build/quantization_type"]));
    let quantisation = quantised.and_then(Node::as_str).unwrap_or_default();
    if TOO_OLD.contains(&name) {
        if base == "encoder_bert" {
            return;
        }
        let message = format!("TensorRT-LLM does not run on {name}");
        let diagnostic = Diagnostic::error(reader.code("engine-accelerator"), message)
            .at(span)
            .expected("an accelerator of compute capability 8.0 (A100) or newer");
        reader.push(diagnostic);
    } else if let Some(needed) = needed(quantisation, name) {
        let message = format!("an engine quantised to {quantisation} does not run on {name}");
        let diagnostic = Diagnostic::error(reader.code("engine-accelerator"), message)
            .at(span)
            .also(quantised.and_then(Node::span), "quantised here")
            .expected(needed);
        reader.push(diagnostic);
    } else if quantisation == "weights_int8" && name == "A100" {
        let message = "8-bit integer weights are not recommended on A100";
        reader.warn("engine-accelerator", span, message);
    }
}

/// A decoder of the first stack says by a tag whether it speaks OpenAI's protocol.
fn check_tags(map: &Map, engine: &Node, reader: &mut Reader<'_>) {
    const COMPATIBLE: &str = "openai-compatible";
    const LEGACY: &str = "force-legacy-api-non-openai-compatible";
    if !reader.sound(&["model_metadata"]) {
        return;
    }
    let tags = map
        .get("model_metadata")
        .and_then(|metadata| metadata.get("tags"));
    // The real loader asks Python whether the tag is `in` whatever is there.
    let has = |wanted: &str| match tags.map(|tags| &tags.value) {
        None => Some(false),
        Some(Value::List(items) | Value::Tuple(items) | Value::Set(items)) => {
            Some(items.iter().any(|item| item.as_str() == Some(wanted)))
        }
        Some(Value::Map(map)) => Some(map.contains(wanted)),
        Some(Value::Str(text)) => Some(text.contains(wanted)),
        Some(_) => None,
    };
    let span = tags.and_then(Node::span).or(engine.span());
    match (has(COMPATIBLE), has(LEGACY)) {
        (None, _) | (_, None) => {
            let message = "`model_metadata.tags` must be a list for an engine";
            reader.invalid(span, message, "a list of tags");
        }
        (Some(true), Some(true)) => {
            let message = format!("`model_metadata.tags` has both {COMPATIBLE} and {LEGACY}");
            reader.conflict(span, message, format!("{COMPATIBLE} or {LEGACY}"));
        }
        (Some(false), Some(false)) => {
            let message =
                format!("`model_metadata.tags` should say whether the engine is {COMPATIBLE}");
            let diagnostic = Diagnostic::warning(reader.code("engine-tags"), message)
                .at(span)
                .hint(format!("write model_metadata: {{tags: [{COMPATIBLE}]}}"))
                .hint(format!("for the old protocol write {LEGACY} instead"));
            reader.push(diagnostic);
        }
        (Some(false), Some(true)) => {
            let message =
                format!("the tag {LEGACY} is deprecated: clients of OpenAI cannot be used");
            reader.warn("engine-tags", span, message);
        }
        (Some(true), Some(false)) => {}
    }
}

/// What a quantisation needs, where this accelerator is not it.
fn needed(quantisation: &str, accelerator: &str) -> Option<&'static str> {
    let (fp8, fp4) = (FP8.contains(&quantisation), FP4.contains(&quantisation));
    if fp4 && (NO_FP8.contains(&accelerator) || NO_FP4.contains(&accelerator)) {
        Some("B200 or a newer accelerator (compute capability 10.0)")
    } else if fp8 && NO_FP8.contains(&accelerator) {
        Some("L4, H100, H200, B200 or a newer accelerator (compute capability 8.9)")
    } else {
        None
    }
}

/// A decoder of the first stack is spread over exactly the accelerators of a replica.
fn check_parallelism(
    build: Option<&Node>,
    base: &str,
    accelerator: Option<&Node>,
    reader: &mut Reader<'_>,
) {
    const DEGREES: [&str; 3] = [
        "tensor_parallel_count",
        "pipeline_parallel_count",
        "sequence_parallel_count",
    ];
    let is_sound = |key| reader.sound(&[&format!("trt_llm/build/{key}")]);
    if !DEGREES.into_iter().all(is_sound) || !reader.sound(&["resources/accelerator/count"]) {
        return;
    }
    let degree = |key: &str| {
        build
            .and_then(|build| python::integer(build.get(key)?))
            .unwrap_or(1)
    };
    let world_size = DEGREES
        .iter()
        .map(|key| degree(key))
        .fold(1, i64::saturating_mul);
    let count = accelerator
        .and_then(|node| accelerator_parts(node).1)
        .unwrap_or(1);
    let spread = build.and_then(|build| build.get(DEGREES[0]));
    let spread_at = spread.and_then(Node::span);
    if base == "decoder" && world_size != count {
        let counted = accelerator
            .and_then(|node| node.get("count"))
            .and_then(Node::span);
        let message = format!(
            "the engine is spread over {} and a replica has {count}: tensor × pipeline × sequence \
             parallelism must be the accelerator count",
            accelerators(world_size)
        );
        let diagnostic = Diagnostic::error(reader.code("engine-parallelism"), message)
            .at(counted
                .or(accelerator.and_then(Node::span))
                .or(spread_at)
                .or(build.and_then(Node::span)))
            .also(spread_at, "spread here")
            .expected(format!(
                "parallelism of {count}, or {} a replica",
                accelerators(world_size)
            ));
        reader.push(diagnostic);
    } else if !(1..=128).contains(&world_size) || world_size.count_ones() != 1 {
        let message = format!("an engine over {} is unusual", accelerators(world_size));
        let diagnostic = Diagnostic::warning(reader.code("engine-parallelism"), message)
            .at(spread_at.or(build.and_then(Node::span)))
            .expected("1, 2, 4 or 8 accelerators");
        reader.push(diagnostic);
    }
}

/// `1 accelerator`, `2 accelerators`.
fn accelerators(count: i64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} accelerator{plural}")
}
