//! Arrivals by their text form: generators and traces, one or several together.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::Arrivals;
use super::generator::{GENERATORS, Generator};
use super::merge::Merged;
use crate::error::Error;
use crate::text::{Settings, SpecError, parse};
use crate::time::Span;
use crate::trace::{Format, Trace};

/// When requests arrive: `poisson(rate=50, duration=1h)`, `trace(path=day.csv.gz, rate=0.5)`, or
/// several joined by `+`.
#[derive(Clone, Debug)]
pub struct ArrivalSpec {
    text: String,
    parts: Vec<Part>,
}

/// One of the arrivals that come together.
#[derive(Clone, Debug)]
pub enum Part {
    /// Generated ones.
    Generator(Generator),
    /// Recorded ones.
    Trace(Trace),
    /// Ones of the caller's own.
    Own(OwnArrivals),
}

/// Makes a stream of arrivals under a seed.
pub type MakeArrivals = Arc<dyn Fn(u64) -> Box<dyn Arrivals> + Send + Sync>;

/// Arrivals that the caller makes.
#[derive(Clone)]
pub struct OwnArrivals {
    /// Makes them under a seed.
    pub make: MakeArrivals,
    /// How long they go on; `None` for as long as is asked.
    pub duration: Option<Span>,
}

impl fmt::Debug for OwnArrivals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OwnArrivals")
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

impl ArrivalSpec {
    /// Reads the text form. Traces are looked for from `folder`, and scanned once.
    ///
    /// # Errors
    /// When the text is wrong, with the place; when a trace cannot be read.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Error> {
        let wrong = |error: SpecError| error.in_text(text);
        let mut parts = Vec::new();
        for call in parse(text)? {
            let mut settings = Settings::new(call);
            let name = settings.name();
            let part = if name.text == "trace" {
                let options = Trace::options(&mut settings).map_err(wrong)?;
                settings.finish().map_err(wrong)?;
                Part::Trace(Trace::scan(options, folder)?)
            } else if GENERATORS.contains(&name.text) {
                let generator = Generator::read(&mut settings).map_err(wrong)?;
                settings.finish().map_err(wrong)?;
                Part::Generator(generator)
            } else {
                let known: Vec<_> = GENERATORS.into_iter().chain(["trace"]).collect();
                return Err(wrong(SpecError::unknown(name, "generator", &known)).into());
            };
            parts.push(part);
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// Arrivals that were put together without a text.
    #[must_use]
    pub fn of(text: impl Into<String>, parts: Vec<Part>) -> Self {
        Self {
            text: text.into(),
            parts,
        }
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How long arrivals go on; `None` when a part goes on for as long as is asked.
    #[must_use]
    pub fn duration(&self) -> Option<Span> {
        let ends = self.parts.iter().map(|part| match part {
            Part::Generator(generator) => generator
                .duration
                .map(|span| Span(span.0.saturating_add(generator.start.0))),
            Part::Trace(trace) => Some(trace.duration()),
            Part::Own(own) => own.duration,
        });
        ends.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Whether requests come without tokens, as far as is known.
    pub(crate) fn lacks_tokens(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Generator(_) => true,
            Part::Trace(trace) => matches!(trace.format(), Format::Timestamps | Format::Counts),
            Part::Own(_) => false,
        })
    }

    /// What was done to traces that are not replayed as they are.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let notes = self.parts.iter().filter_map(|part| match part {
            Part::Generator(_) | Part::Own(_) => None,
            Part::Trace(trace) => Some(trace.note()),
        });
        notes.collect()
    }

    /// Refuses to replay the beginning of a trace as if it were the trace.
    pub(crate) fn check_head(&self, duration: Span) -> Result<(), Error> {
        for part in &self.parts {
            if let Part::Trace(trace) = part
                && trace.duration() > duration
            {
                return Err(Error::Scenario(format!(
                    "the trace {} lasts {} and the scenario {duration}: the beginning of a trace is \
                     not the trace; choose a part with `from` and `to`, or compress it with `fit`",
                    trace.path().display(),
                    trace.duration(),
                )));
            }
        }
        Ok(())
    }

    /// The arrivals under a seed.
    ///
    /// # Errors
    /// When a trace cannot be read.
    pub fn open(&self, seed: u64) -> Result<Box<dyn Arrivals>, Error> {
        self.open_until(seed, Span(u64::MAX / 8))
    }

    /// The arrivals under a seed before a time. Some that come later may be among them; but
    /// nobody looks for them, which takes for ever where there are none.
    ///
    /// # Errors
    /// When a trace cannot be read.
    pub fn open_until(&self, seed: u64, horizon: Span) -> Result<Box<dyn Arrivals>, Error> {
        let mut sources = Vec::with_capacity(self.parts.len());
        for (number, part) in (0_u64..).zip(&self.parts) {
            let seed = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            sources.push(match part {
                Part::Generator(generator) => generator.open(seed, horizon),
                Part::Trace(trace) => trace.open(seed)?,
                Part::Own(own) => (own.make)(seed),
            });
        }
        match sources.pop() {
            Some(only) if sources.is_empty() => Ok(only),
            last => {
                sources.extend(last);
                Ok(Box::new(Merged::new(sources)))
            }
        }
    }
}

impl fmt::Display for ArrivalSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
