//! A trace's file, line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::format::{Format, Row, is_header};
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
        match self.format.row(&self.line) {
            Ok(row) => Ok(Some(row)),
            Err(message) => Err(self.wrong(message)),
        }
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
            let read = limited
                .read_line(&mut self.line)
                .map_err(|source| Error::Read {
                    path: self.path.clone(),
                    source,
                })?;
            if read == 0 {
                return Ok(false);
            }
            if read as u64 == LONGEST_LINE {
                return Err(self.wrong("this line is too long to be one of a trace"));
            }
            let trimmed = self.line.trim_end().len();
            self.line.truncate(trimmed);
            if self.number == 1
                && let Some(rest) = self.line.strip_prefix('\u{feff}')
            {
                self.line = rest.to_owned();
            }
            if !self.line.trim().is_empty() {
                return Ok(true);
            }
        }
    }
}

/// A file's contents, unpacked as its first bytes say.
fn unpacked(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let first = file.fill_buf()?;
    if first.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(file))));
    }
    if first.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let decoder = StreamingDecoder::new(file).map_err(io::Error::other)?;
        return Ok(Box::new(BufReader::new(decoder)));
    }
    Ok(Box::new(file))
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
