//! What can be done with models, deployments and environments. Every function here is part of one
//! transaction, and does nothing outside it.

pub(crate) mod chain;
pub(crate) mod find;
pub(crate) mod lifecycle;
mod payload;
pub(crate) mod promotion;
pub(crate) mod push;
pub(crate) mod settings;
pub(crate) mod view;
