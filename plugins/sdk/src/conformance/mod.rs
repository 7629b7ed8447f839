//! The published conformance kit.
