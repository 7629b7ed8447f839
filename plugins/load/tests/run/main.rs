//! Load tests against a real server, through the source and the resolver that everything goes through.

mod answers;
mod control;
mod deployer;
mod ends;
mod many;
mod support;
