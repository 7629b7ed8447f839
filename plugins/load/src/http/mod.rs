//! HTTP/1.1 as a load runner speaks it: request bytes that are built once, responses that are read
//! where they lie.

mod body;
mod request;
mod response;
mod template;
mod url;

pub(crate) use body::{Body, Sink};
pub use request::Request;
pub(crate) use request::{basic, is_secret, spellings};
pub(crate) use response::{Parser, Progress};
pub use url::{Origin, Url};
