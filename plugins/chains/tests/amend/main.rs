//! Settings put into the source of a chain: worked examples, refusals, and laws.

mod examples;
mod laws;
mod support;
