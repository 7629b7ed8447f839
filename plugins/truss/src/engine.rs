//! What a TensorRT-LLM engine (`trt_llm`) needs of the accelerators it runs on.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::Reader;
use plimsoll_core::value::{Map, Node};

use crate::schema::accelerator_parts;

/// Accelerators that TensorRT-LLM does not support (compute capability below 8.0).
const TOO_OLD: [&str; 2] = ["T4", "V100"];

/// Quantisations in 8-bit or 4-bit floating point, and the accelerators that cannot do each.
const FP8: [&str; 3] = ["fp8", "fp8_kv", "fp8_mlp_only"];
const FP4: [&str; 3] = ["fp4", "fp4_kv", "fp4_mlp_only"];
const NO_FP8: [&str; 3] = ["A10G", "A100", "A100_40GB"];
const NO_FP4: [&str; 5] = ["H100", "H100_40GB", "H200", "L4", "L40S"];

/// Checks an engine against the accelerators of the same configuration.
pub(crate) fn check(map: &Map, reader: &mut Reader<'_>) {
    let Some(engine) = map.get("trt_llm").filter(|node| node.as_map().is_some()) else {
        return;
    };
    let resources = map
        .get("resources")
        .and_then(|resources| resources.get("accelerator"));
    let (name, count) = resources.map_or((None, None), accelerator_parts);
    let build = engine.get("build");
    let text = |key: &str| {
        build
            .and_then(|build| build.get(key))
            .and_then(Node::as_str)
    };
    let span = resources.and_then(Node::span);
    let accelerator_at = resources
        .and_then(|node| node.get("accelerator"))
        .and_then(Node::span)
        .or(span);
    let stack = engine
        .get("inference_stack")
        .and_then(Node::as_str)
        .unwrap_or("v1");
    let base_model = text("base_model").unwrap_or("decoder");
    if let Some(name) = name
        && TOO_OLD.contains(&name)
        && base_model != "encoder_bert"
    {
        let message = format!("TensorRT-LLM does not run on {name}");
        let diagnostic = Diagnostic::error(reader.code("engine-accelerator"), message)
            .at(accelerator_at)
            .expected("an accelerator of compute capability 8.0 (A100) or newer");
        reader.push(diagnostic);
    } else if let (Some(name), Some(quantisation)) = (name, text("quantization_type"))
        && let Some(needed) = needed(quantisation, name)
    {
        let message = format!("an engine quantised to {quantisation} does not run on {name}");
        let quantised = build.and_then(|build| build.get("quantization_type"));
        let diagnostic = Diagnostic::error(reader.code("engine-accelerator"), message)
            .at(accelerator_at)
            .also(quantised.and_then(Node::span), "quantised here")
            .expected(needed);
        reader.push(diagnostic);
    }
    if stack == "v1" && base_model == "decoder" {
        check_parallelism(build, count, resources, reader);
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

/// An engine of the first stack is spread over exactly the accelerators of a replica.
fn check_parallelism(
    build: Option<&Node>,
    count: Option<i64>,
    accelerator: Option<&Node>,
    reader: &mut Reader<'_>,
) {
    const DEGREES: [&str; 3] = [
        "tensor_parallel_count",
        "pipeline_parallel_count",
        "sequence_parallel_count",
    ];
    let degree = |key: &str| {
        build
            .and_then(|build| build.get(key)?.as_i64())
            .unwrap_or(1)
    };
    let world_size = DEGREES
        .iter()
        .map(|key| degree(key))
        .fold(1, i64::saturating_mul);
    let count = count.unwrap_or(1);
    if world_size == count {
        return;
    }
    let counted = accelerator
        .and_then(|node| node.get("count"))
        .and_then(Node::span);
    let spread = build.and_then(|build| build.get(DEGREES[0]));
    let message = format!(
        "the engine is spread over {world_size} accelerators and a replica has {count}: \
         tensor × pipeline × sequence parallelism must be the accelerator count"
    );
    let diagnostic = Diagnostic::error(reader.code("engine-parallelism"), message)
        .at(counted
            .or(accelerator.and_then(Node::span))
            .or(spread.and_then(Node::span)))
        .also(spread.and_then(Node::span), "spread here");
    reader.push(diagnostic);
}
