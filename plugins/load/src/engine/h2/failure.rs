//! What errors of HTTP/2 count as.

use std::error::Error;

use crate::engine::Failure;

/// Why a stream ended without a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) failure: Failure,
    /// Whether the connection is of no use any more either.
    pub(super) connection: bool,
    /// Whether the server says that it has done nothing for the request.
    pub(super) refused: bool,
}

impl Broken {
    pub(super) fn of(error: &hyper::Error) -> Self {
        let mut source = error.source();
        while let Some(one) = source {
            if let Some(error) = one.downcast_ref::<h2::Error>() {
                return Self::of_protocol(error);
            }
            source = one.source();
        }
        // Errors of the socket, and of a connection that was gone before the request was on it.
        Self {
            failure: Failure::Closed,
            connection: true,
            refused: error.is_canceled(),
        }
    }

    fn of_protocol(error: &h2::Error) -> Self {
        let closed = error.is_io() || error.is_remote();
        Self {
            failure: match closed {
                true => Failure::Closed,
                false => Failure::Protocol,
            },
            connection: !error.is_reset(),
            refused: error.is_remote() && error.reason() == Some(h2::Reason::REFUSED_STREAM),
        }
    }
}
