//! Refusals as GraphQL has them.

use async_graphql::{Error, ErrorExtensions as _};

use crate::refusal::Refusal;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.body.code;
        Self::new(refusal.body.message).extend_with(|_, extensions| extensions.set("code", code))
    }
}
