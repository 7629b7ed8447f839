//! What can be done with chains, their deployments and their environments. A chainlet is deployed
//! as a model of its own, which is made with the chain deployment and goes with it; a chain
//! deployment takes over when all of its chainlets are active.

pub(crate) mod deploy;
pub(crate) mod find;
pub(crate) mod lifecycle;
mod make;
pub(crate) mod promotion;
pub(crate) mod settings;
pub(crate) mod view;
