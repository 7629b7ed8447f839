//! `trt_llm.build.speculator`: speculative decoding.

use plimsoll_core::schema::{Default, Field, MAX, Model, Reader, Type};
use plimsoll_core::value::{Node, Value};

use super::build::{BUILD, CHECKPOINT};
use super::checks::{discontinued, no_self};
use super::runtime::RUNTIME_V1;
use crate::python::integer;

const COUNT: Type = Type::Nullable(&Type::StrictInt(1, MAX));

/// Most tokens that may be drafted, and how many are still wise.
const MOST_DRAFTED: i64 = 2048;
const MANY_DRAFTED: i64 = 512;

/// Speculative decoding.
pub(super) static SPECULATOR: Model = Model {
    before: Some(no_self),
    after: Some(check),
    lenient: true,
    ..Model::new(
        "TrussSpeculatorConfiguration",
        "Speculative decoding.",
        &[
            Field::new(
                "speculative_decoding_mode",
                Type::Enum(&["DRAFT_TOKENS_EXTERNAL", "LOOKAHEAD_DECODING"]),
                Default::Str("DRAFT_TOKENS_EXTERNAL"),
                "LOOKAHEAD_DECODING; a draft model is discontinued.",
            ),
            Field::new(
                "num_draft_tokens",
                COUNT,
                Default::Null,
                "Tokens drafted in a step; follows from the lookahead sizes.",
            ),
            Field::new(
                "checkpoint_repository",
                Type::Nullable(&Type::Model(&CHECKPOINT)),
                Default::Null,
                "Weights of a draft model.",
            ),
            Field::new(
                "runtime",
                Type::Model(&RUNTIME_V1),
                Default::Model,
                "How a draft model runs.",
            ),
            Field::new(
                "build",
                Type::Nullable(&Type::Model(&BUILD)),
                Default::Null,
                "How a draft model is built.",
            ),
            Field::new(
                "lookahead_windows_size",
                COUNT,
                Default::Null,
                "Size of the lookahead window.",
            ),
            Field::new(
                "lookahead_ngram_size",
                COUNT,
                Default::Null,
                "Length of the n-grams that are guessed.",
            ),
            Field::new(
                "lookahead_verification_set_size",
                COUNT,
                Default::Null,
                "How many n-grams are verified in a step.",
            ),
            Field::new(
                "enable_b10_lookahead",
                Type::Nullable(&Type::Bool),
                Default::Bool(false),
                "The platform's own lookahead.",
            ),
        ],
    )
};

fn check(node: &mut Node, reader: &mut Reader<'_>) {
    let mode = node.get("speculative_decoding_mode");
    if !reader.sound(&["speculative_decoding_mode"]) {
        return;
    }
    if mode.and_then(Node::as_str) != Some("LOOKAHEAD_DECODING") {
        return discontinued(mode.unwrap_or(node).span(), reader);
    }
    const SIZES: [&str; 3] = [
        "lookahead_windows_size",
        "lookahead_ngram_size",
        "lookahead_verification_set_size",
    ];
    let sizes = SIZES.map(|key| node.get(key).and_then(integer));
    let [Some(window), Some(ngram), Some(verified)] = sizes else {
        for (key, size) in SIZES.iter().zip(sizes) {
            if size.is_none() && reader.sound(&[key]) {
                let place = reader.path().join(key).dotted();
                let message = format!("`{place}` is required for lookahead");
                reader.missing_key(node.span(), message, format!("{key}: a positive integer"));
            }
        }
        return;
    };
    if !reader.sound(&SIZES) || !reader.sound(&["num_draft_tokens"]) {
        return;
    }
    let needed = needed(window, ngram, verified);
    let written = node.get("num_draft_tokens").filter(|node| !node.is_null());
    let span = written.or(mode).and_then(Node::span);
    let drafted = match written {
        Some(written) => integer(written).unwrap_or(MAX),
        None => needed,
    };
    if drafted < needed || !(1..=MOST_DRAFTED).contains(&drafted) {
        let message = format!(
            "lookahead drafts {needed} tokens in a step with these sizes, and \
             `num_draft_tokens` is {drafted}: it must be at least as many, and from 1 to \
             {MOST_DRAFTED}"
        );
        let expected = format!("from {needed} to {MOST_DRAFTED}, or smaller lookahead sizes");
        return reader.invalid(span, message, expected);
    }
    if drafted > MANY_DRAFTED {
        let message = format!("{drafted} drafted tokens in a step may slow the engine down");
        reader.warn("engine-speculation", span, message);
    }
    let origin = mode.map(|mode| mode.origin).unwrap_or_default();
    if written.is_none()
        && let Some(map) = node.as_map_mut()
    {
        map.set(
            "num_draft_tokens",
            Node::with_origin(Value::Int(drafted), origin),
        );
    }
}

/// How many tokens lookahead drafts in a step.
fn needed(window: i64, ngram: i64, verified: i64) -> i64 {
    let first = if ngram == 1 { 0 } else { ngram - 2 };
    (window - 1)
        .saturating_add(verified)
        .saturating_mul(ngram - 1)
        .saturating_add(first)
}
