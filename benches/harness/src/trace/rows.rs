//! A trace's file, line by line.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use super::format::{Format, Row, is_header};
use super::unpack::unpacked;
use crate::error::Error;

/// A longer line is no line of a trace.
const LONGEST_LINE: u64 = 1 << 24;

/// The lines of a file that hold arrivals.
pub(super) struct Rows {
    path: PathBuf,
    lines: Box<dyn BufRead + Send>,
    line: String,
    number: u64,
    format: Format,
    /// The line in hand has been looked at and not been read.
    held: bool,
    /// Time of the last row.
    last: i64,
}

impl Rows {
    pub(super) fn open(path: &Path, format: Option<Format>) -> Result<Self, Error> {
        let failed = |source| Error::Read {
            path: path.to_owned(),
            source,
        };
        let mut rows = Self {
            path: path.to_owned(),
            lines: unpacked(path).map_err(failed)?,
            line: String::new(),
            number: 0,
            format: Format::Timestamps,
            held: false,
            last: i64::MIN,
        };
        if !rows.fetch()? {
            return Err(rows.wrong("the file is empty"));
        }
        rows.format = match format.or_else(|| Format::of_first_line(&rows.line)) {
            Some(format) => format,
            None => {
                return Err(rows.wrong(
                    "what it holds cannot be told from the first line; say `format`: timestamps, \
                     azure-llm, mooncake or counts",
                ));
            }
        };
        rows.held = !is_header(&rows.line);
        Ok(rows)
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn next(&mut self) -> Result<Option<Row>, Error> {
        if !std::mem::take(&mut self.held) && !self.fetch()? {
            return Ok(None);
        }
        let row = self
            .format
            .row(&self.line)
            .map_err(|message| self.wrong(message))?;
        // Also of a file that was changed after it was scanned: time never goes back in a run.
        if row.at < self.last {
            return Err(self.wrong("time goes back here; sort the trace by time"));
        }
        self.last = row.at;
        Ok(Some(row))
    }

    /// Something is wrong at the line in hand.
    pub(super) fn wrong(&self, message: &str) -> Error {
        Error::Trace {
            path: self.path.clone(),
            line: self.number,
            message: message.to_owned(),
        }
    }

    /// Reads the next line that is not empty; `false` at the end.
    fn fetch(&mut self) -> Result<bool, Error> {
        loop {
            self.line.clear();
            self.number += 1;
            let mut limited = (&mut self.lines).take(LONGEST_LINE);
            let read = match limited.read_line(&mut self.line) {
                Ok(read) => read,
                Err(error) => return Err(self.unreadable(error)),
            };
            if read == 0 {
                return Ok(false);
            }
            if read as u64 == LONGEST_LINE {
                return Err(self.wrong("this line is too long to be one of a trace"));
            }
            let end = self.line.trim_end().len();
            self.line.truncate(end);
            let space = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
            let begin = end - self.line.trim_start_matches(space).len();
            self.line.drain(..begin);
            if !self.line.is_empty() {
                return Ok(true);
            }
        }
    }

    /// What a failed read says about the file, with the line where it says something.
    fn unreadable(&self, error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::InvalidData => self.wrong("this line is not text in UTF-8"),
            io::ErrorKind::UnexpectedEof => {
                self.wrong("the packed file breaks off here: it was not written or copied whole")
            }
            _ => Error::Read {
                path: self.path.clone(),
                source: error,
            },
        }
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Rows")
            .field("path", &self.path)
            .field("line", &self.number)
            .finish_non_exhaustive()
    }
}
