//! The YAML reader and writer against PyYAML, against themselves, and against hostile input.

mod corpus;
mod diagnostics;
mod differential;
mod hostile;
mod roundtrip;
mod tagged;

use plimsoll_core::span::SourceMap;
use plimsoll_core::yaml::{Limits, Reading, read};

/// Reads a text by itself.
fn read_alone(text: &[u8]) -> Reading {
    read(
        &mut SourceMap::default(),
        "test.yaml",
        text,
        &Limits::default(),
    )
}
