//! Settings put into a `config.yaml`: worked examples, refusals, laws, and files from the world.

mod corpus;
mod examples;
mod laws;
mod layouts;
mod support;
