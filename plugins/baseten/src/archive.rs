//! The archive of a build context: a tar, the same bytes for the same files.
//!
//! The format is POSIX ustar (IEEE 1003.1-2017, "pax Interchange Format"), uncompressed, with a pax
//! header where a path or a length does not fit. Files only, in byte order of their paths; mode
//! 0644, or 0755 for what its owner may execute; owner, group and time of change are zero. It ends
//! with two empty blocks and is not padded to a blocking factor, as the platform's Go client writes
//! it; readers take both.

use std::io::{self, Read, Write};

use plimsoll_core::context::{BuildContext, ContextFile};
use plimsoll_core::digest::{BuildDigest, BuildDigester};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

const BLOCK: u64 = 512;

/// The largest length that a ustar header holds: eleven octal digits.
const LARGEST_PLAIN: u64 = 0o777_7777_7777;

/// Why an archive could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Its path in the archive.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file has another length than when the context was gathered.
    #[error("{path} had {expected} bytes, and now has another length")]
    Changed {
        /// Its path in the archive.
        path: String,
        /// The length it had, in bytes.
        expected: u64,
    },
    /// What the archive is written to takes no more.
    #[error("cannot write the archive: {0}")]
    Write(io::Error),
}

/// The length of the archive of a context, in bytes.
#[must_use]
pub fn length(context: &BuildContext) -> u64 {
    let entries: u64 = context
        .files()
        .iter()
        .map(|file| headers(file).len() as u64 + padded(file.len))
        .sum();
    entries + 2 * BLOCK
}

/// Writes the archive of a context, and returns the build digest of what was written and of
/// `config`.
///
/// # Errors
/// When a file cannot be read or has changed since the context was gathered, or `out` fails.
pub fn write(
    context: &BuildContext,
    config: &Json,
    out: &mut dyn Write,
) -> Result<BuildDigest, ArchiveError> {
    let mut digester = BuildDigester::new();
    let mut buffer = vec![0; 64 * 1024];
    for file in context.files() {
        out.write_all(&headers(file)).map_err(ArchiveError::Write)?;
        let sha256 = copy(file, out, &mut buffer)?;
        digester.file(&file.path, file.executable, sha256);
        zeros(out, padded(file.len) - file.len)?;
    }
    zeros(out, 2 * BLOCK)?;
    Ok(digester.finish(config))
}

fn copy(
    file: &ContextFile,
    out: &mut dyn Write,
    buffer: &mut [u8],
) -> Result<[u8; 32], ArchiveError> {
    let unreadable = |source| ArchiveError::Read {
        path: file.path.clone(),
        source,
    };
    let changed = || ArchiveError::Changed {
        path: file.path.clone(),
        expected: file.len,
    };
    let mut hasher = Sha256::new();
    // One byte more than there should be shows that there is more.
    let mut reader = file
        .open()
        .map_err(unreadable)?
        .take(file.len.saturating_add(1));
    let mut left = file.len;
    loop {
        let count = match reader.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        if count == 0 {
            break;
        }
        left = left.checked_sub(count as u64).ok_or_else(changed)?;
        hasher.update(&buffer[..count]);
        out.write_all(&buffer[..count])
            .map_err(ArchiveError::Write)?;
    }
    if left > 0 {
        return Err(changed());
    }
    Ok(hasher.finalize().into())
}

fn zeros(out: &mut dyn Write, count: u64) -> Result<(), ArchiveError> {
    io::copy(&mut io::repeat(0).take(count), out)
        .map(drop)
        .map_err(ArchiveError::Write)
}

fn padded(length: u64) -> u64 {
    length.div_ceil(BLOCK) * BLOCK
}

/// The header blocks of a file: its own, and a pax header before it where that cannot say all.
fn headers(file: &ContextFile) -> Vec<u8> {
    let mode = if file.executable { 0o755 } else { 0o644 };
    let split = split(&file.path);
    let mut records = Vec::new();
    if split.is_none() {
        record(&mut records, "path", &file.path);
    }
    if file.len > LARGEST_PLAIN {
        record(&mut records, "size", &file.len.to_string());
    }
    let mut blocks = Vec::new();
    if !records.is_empty() {
        blocks.extend(header(
            ("", "././@PaxHeader"),
            0o644,
            records.len() as u64,
            b'x',
        ));
        let end = padded(records.len() as u64);
        blocks.append(&mut records);
        // The headers of one file are short: what they are padded to fits any address space.
        blocks.resize(usize::try_from(BLOCK + end).unwrap_or(usize::MAX), 0);
    }
    let tail;
    let names = match split {
        Some(names) => names,
        None => {
            tail = ascii_tail(&file.path);
            ("", tail.as_str())
        }
    };
    let length = file.len.min(LARGEST_PLAIN);
    blocks.extend(header(names, mode, length, b'0'));
    blocks
}

/// The prefix and the name that a ustar header splits a path into; `None` where it does not fit.
fn split(path: &str) -> Option<(&str, &str)> {
    if !path.is_ascii() {
        return None;
    }
    if path.len() <= 100 {
        return Some(("", path));
    }
    let slashes = path.match_indices('/').map(|(position, _)| position);
    slashes
        .filter(|position| *position <= 155 && path.len() - position - 1 <= 100)
        .map(|position| (&path[..position], &path[position + 1..]))
        .find(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
}

/// What a reader that knows no pax headers sees of a path: the end of it.
fn ascii_tail(path: &str) -> String {
    let ascii = |letter: char| if letter.is_ascii() { letter } else { '_' };
    let letters: Vec<char> = path.chars().map(ascii).collect();
    letters[letters.len().saturating_sub(100)..]
        .iter()
        .collect()
}

/// Adds a pax record: its own length in decimal, a space, `key=value`, a line feed.
fn record(records: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend(format!("{length} {key}={value}\n").into_bytes());
}

fn header((prefix, name): (&str, &str), mode: u32, length: u64, kind: u8) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, format!("{mode:07o}").as_bytes());
    put(108, b"0000000");
    put(116, b"0000000");
    put(124, format!("{length:011o}").as_bytes());
    put(136, b"00000000000");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[cfg(test)]
mod tests;
