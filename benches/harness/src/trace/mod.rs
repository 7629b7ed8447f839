//! Recorded arrivals: what is read of a file, what is made of it, and what was done to it.
//!
//! A file is read as it streams, packed with gzip, zstd or not at all; it is scanned once to know
//! its length, and read again for each run. Arrivals are taken from the whole of it: a rate below
//! 1 keeps each request with that chance, wherever it stands.

mod date;
mod format;
mod replay;
mod rows;
mod unpack;

use std::path::{Path, PathBuf};

pub use format::Format;

use crate::arrival::Arrivals;
use crate::error::Error;
use crate::text::{Settings, SpecError};
use crate::time::{Span, whole};
use replay::Replay;
use rows::Rows;

/// How a trace is to be replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceOptions {
    /// The file, absolute or from the folder that the trace is opened from.
    pub path: PathBuf,
    /// What the file holds; `None` to tell from its first lines.
    pub format: Option<Format>,
    /// How many requests each recorded one stands for.
    pub rate: f64,
    /// How much longer than recorded it takes.
    pub time: f64,
    /// How long it takes in all; overrides `time`.
    pub fit: Option<Span>,
    /// What is passed over at the beginning, in recorded time.
    pub from: Span,
    /// Where it ends, in recorded time.
    pub to: Option<Span>,
    /// The time that one count is for, where the file's own steps do not say.
    pub interval: Option<Span>,
}

impl TraceOptions {
    /// A file as it is.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            format: None,
            rate: 1.0,
            time: 1.0,
            fit: None,
            from: Span(0),
            to: None,
            interval: None,
        }
    }
}

/// More requests in the place of one are refused: a mistyped number, more likely than meant.
const MOST_COPIES: f64 = 1e6;
/// So are more requests than this in all.
const MOST_REQUESTS: f64 = 1e12;

/// A trace that has been scanned.
#[derive(Clone, Debug)]
pub struct Trace {
    options: TraceOptions,
    format: Format,
    facts: Facts,
    /// Recorded nanoseconds that are replayed: from and to, from the first request on.
    window: (u64, u64),
    /// How much longer than recorded it takes.
    stretch: f64,
}

/// What a scan has found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Facts {
    /// Lines that hold arrivals.
    pub rows: u64,
    /// Requests.
    pub requests: f64,
    /// Time of the first row, in nanoseconds since 1970 or since whatever the file counts from.
    pub first: i64,
    /// From the first row to the end of the last.
    pub length: Span,
    /// The time that one count is for; 0 where each row is one request.
    pub interval: Span,
    /// Requests between `from` and `to`.
    pub within: f64,
}

impl Trace {
    pub(crate) fn options(settings: &mut Settings<'_>) -> Result<TraceOptions, SpecError> {
        let path = settings.word("path")?;
        let path = settings.needed("path", path)?;
        let format = settings.word("format")?.map(Format::read).transpose()?;
        let options = TraceOptions {
            format,
            rate: settings.number("rate")?.unwrap_or(1.0),
            time: settings.number("time")?.unwrap_or(1.0),
            fit: settings.span("fit")?,
            from: settings.span("from")?.unwrap_or_default(),
            to: settings.span("to")?,
            interval: settings.span("interval")?,
            ..TraceOptions::new(path.text)
        };
        if options.time == 0.0 || options.fit.is_some_and(|fit| fit.0 == 0) {
            return Err(SpecError::at(path, "a trace takes longer than 0"));
        }
        if options.rate > MOST_COPIES {
            return Err(SpecError::at(
                path,
                "each recorded request stands for a million at most",
            ));
        }
        if options.interval.is_some_and(|interval| interval.0 == 0) {
            return Err(SpecError::at(path, "`interval` is longer than 0"));
        }
        Ok(options)
    }

    /// Scans a file for what there is in it.
    ///
    /// # Errors
    /// When it cannot be read, a line is not what it should be, or time goes back.
    pub fn scan(mut options: TraceOptions, folder: &Path) -> Result<Self, Error> {
        options.path = folder.join(&options.path);
        let mut rows = Rows::open(&options.path, options.format)?;
        let mut facts = Facts::default();
        let (mut last, mut step) = (0, u64::MAX);
        while let Some(row) = rows.next()? {
            if facts.rows == 0 {
                facts.first = row.at;
            } else if row.at > last {
                step = step.min(row.at.abs_diff(last));
            }
            last = row.at;
            facts.rows += 1;
            facts.requests += row.count;
            let at = row.at.abs_diff(facts.first);
            if at >= options.from.0 && options.to.is_none_or(|to| at < to.0) {
                facts.within += row.count;
            }
        }
        let format = rows.format();
        if facts.rows == 0 {
            return Err(rows.wrong("there are no requests in it"));
        }
        if format == Format::Counts {
            facts.interval = match options.interval {
                Some(interval) if interval.0 > step => {
                    let message = format!(
                        "its counts are {} apart at the nearest, which is less than `interval`",
                        Span(step)
                    );
                    return Err(rows.wrong(&message));
                }
                Some(interval) => interval,
                None if step < u64::MAX => Span(step),
                None => return Err(rows.wrong("say `interval`: one count does not tell")),
            };
        }
        // A request at the very end is still within.
        let length = last
            .abs_diff(facts.first)
            .saturating_add(facts.interval.0.max(1));
        facts.length = Span(length);
        let end = options.to.map_or(length, |to| to.0.min(length));
        let window = (options.from.0, end);
        if options.from.0 >= end {
            let message = format!("`from` and `to` leave nothing of its {}", facts.length);
            return Err(Error::Scenario(format!(
                "{}: {message}",
                options.path.display()
            )));
        }
        if facts.requests * options.rate > MOST_REQUESTS {
            return Err(rows.wrong("more than a million million requests are more than can be run"));
        }
        let taken = (end - options.from.0) as f64;
        let stretch = options.fit.map_or(options.time, |fit| fit.0 as f64 / taken);
        Ok(Self {
            options,
            format,
            facts,
            window,
            stretch,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// What the scan has found.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What the file holds.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// How long it takes to replay.
    #[must_use]
    pub fn duration(&self) -> Span {
        Span(whole((self.window.1 - self.window.0) as f64 * self.stretch).max(1))
    }

    /// What is replayed of it, and how.
    #[must_use]
    pub fn note(&self) -> String {
        let Facts {
            requests, length, ..
        } = self.facts;
        let name = self.options.path.display();
        let length = Span(length.0 / crate::time::SECOND * crate::time::SECOND);
        let format = self.format.name();
        let mut note = format!("{name}, read as {format}: {requests:.0} requests over {length}");
        if (self.window.1 - self.window.0) < self.facts.length.0 {
            note += &format!(
                ", of which the {:.0} from {} to {}",
                self.facts.within,
                Span(self.window.0),
                Span(self.window.1)
            );
        }
        note += &match self.options.rate {
            1.0 => ", every request replayed".to_owned(),
            rate if rate < 1.0 && self.format != Format::Counts => {
                format!(", each kept with a chance of {rate}, throughout")
            }
            rate => format!(", each standing for {rate}, throughout"),
        };
        if self.stretch != 1.0 {
            note += &format!(", in {:.4} of the recorded time", self.stretch);
        }
        note
    }

    /// The arrivals under a seed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(&self, seed: u64) -> Result<Box<dyn Arrivals>, Error> {
        let rows = Rows::open(&self.options.path, Some(self.format))?;
        Ok(Box::new(Replay::new(self, rows, seed)))
    }
}
