//! What is done with the body of a response: counted, kept as a sample, timed as a stream.

use crate::stream::TokenStream;

/// Most bytes of a body that are kept as a sample.
const LARGEST_SAMPLE: usize = 16 << 10;

/// What a response has brought.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The bytes of a sample, where one is kept.
    sample: Option<Vec<u8>>,
    /// The stream of events, where it is one.
    pub(crate) stream: Option<Box<TokenStream>>,
}

impl Body {
    /// The sample, where one was kept.
    pub(crate) fn sample(&mut self) -> Option<Vec<u8>> {
        self.sample.take()
    }

    #[cfg(test)]
    pub(super) fn captured(&mut self) -> Vec<u8> {
        self.sample().unwrap_or_default()
    }
}

/// Takes a body as it is read.
pub(crate) struct Sink<'s> {
    body: &'s mut Body,
    now: u64,
    /// Whether a sample is wanted of a response with this status.
    wanted: &'s dyn Fn(u16) -> bool,
}

impl<'s> Sink<'s> {
    #[inline]
    pub(crate) fn new(body: &'s mut Body, now: u64, wanted: &'s dyn Fn(u16) -> bool) -> Self {
        Self { body, now, wanted }
    }

    /// The head is read.
    #[inline]
    pub(crate) fn begin(&mut self, status: u16, streams: bool) {
        self.body.sample = (self.wanted)(status).then(Vec::new);
        self.body.stream = streams.then(Box::default);
    }

    /// More of the body has come.
    #[inline]
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        if let Some(sample) = &mut self.body.sample {
            let room = LARGEST_SAMPLE.saturating_sub(sample.len()).min(bytes.len());
            sample.extend_from_slice(&bytes[..room]);
        }
        if let Some(stream) = &mut self.body.stream {
            stream.take(bytes, self.now);
        }
    }
}
