//! How long requests take.

mod spec;
mod variate;

pub use variate::{Sampler, Variate};

use crate::arrival::Arrival;
use crate::random::Stream;
use crate::scenario::Tokens;
use crate::time::whole;

/// How long a request takes at a replica.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// How much work a request is.
    pub work: Work,
    /// How much longer a step takes for each request that is served beside: 0 when requests do not
    /// disturb each other, 1 when they share one server, a few hundredths for batches on a GPU.
    pub slowdown: f64,
}

/// How much work a request is: its service time where nothing else is served.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A time, drawn for each request.
    Time(Variate),
    /// A time that follows from its tokens.
    Tokens {
        /// What a request takes at the least, in nanoseconds.
        overhead: f64,
        /// For each token of the input, in nanoseconds.
        prefill: f64,
        /// For each token of the output, in nanoseconds.
        decode: f64,
    },
}

impl Service {
    /// Requests that take these times and do not disturb each other.
    #[must_use]
    pub fn of(variate: Variate) -> Self {
        Self {
            work: Work::Time(variate),
            slowdown: 0.0,
        }
    }

    /// How many seconds of work a replica does in a second when it serves this many requests.
    #[must_use]
    pub fn capacity(&self, concurrency: u32) -> f64 {
        f64::from(concurrency) * crate::engine::speed(self.slowdown, concurrency)
    }
}

/// Draws the tokens and the work of requests.
#[derive(Debug)]
pub(crate) struct WorkSampler {
    kind: Kind,
    tokens: Option<(Sampler, Sampler, Stream)>,
}

#[derive(Debug)]
enum Kind {
    Time(Sampler, Stream),
    Tokens {
        overhead: f64,
        prefill: f64,
        decode: f64,
    },
}

impl WorkSampler {
    pub(crate) fn new(work: &Work, tokens: Option<&Tokens>, seed: u64) -> Self {
        let kind = match work {
            Work::Time(variate) => Kind::Time(variate.sampler(), Stream::new(seed, "service")),
            Work::Tokens {
                overhead,
                prefill,
                decode,
            } => Kind::Tokens {
                overhead: *overhead,
                prefill: *prefill,
                decode: *decode,
            },
        };
        let tokens = tokens.map(|Tokens { input, output }| {
            (
                input.sampler(),
                output.sampler(),
                Stream::new(seed, "tokens"),
            )
        });
        Self { kind, tokens }
    }

    /// The work of an arrival in nanoseconds, and its tokens.
    #[inline]
    pub(crate) fn draw(&mut self, arrival: &Arrival) -> (u64, u32) {
        let (mut input, mut output) = (arrival.input, arrival.output);
        if let Some((inputs, outputs, stream)) = &mut self.tokens
            && input == 0
            && output == 0
        {
            input = u32::try_from(inputs.draw(stream)).unwrap_or(u32::MAX);
            output = u32::try_from(outputs.draw(stream)).unwrap_or(u32::MAX);
        }
        let work = match &mut self.kind {
            Kind::Time(sampler, stream) => sampler.draw(stream),
            Kind::Tokens {
                overhead,
                prefill,
                decode,
            } => whole(*overhead + *prefill * f64::from(input) + *decode * f64::from(output)),
        };
        (work, input.saturating_add(output))
    }
}
