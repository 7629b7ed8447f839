//! Cutting what is written into parts.

use std::io::{self, Write};

use bytes::Bytes;
use tokio::sync::mpsc;

/// Cuts what is written to it into parts of one size, the last one shorter, and sends them on.
/// Must be used where blocking is allowed.
pub(super) struct PartWriter {
    part: Vec<u8>,
    size: usize,
    sender: mpsc::Sender<Bytes>,
}

impl PartWriter {
    pub(super) fn new(size: u64, sender: mpsc::Sender<Bytes>) -> Self {
        Self {
            part: Vec::new(),
            size: usize::try_from(size).unwrap_or(usize::MAX),
            sender,
        }
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let part = std::mem::take(&mut self.part);
        self.send(part)
    }

    fn send(&self, part: Vec<u8>) -> io::Result<()> {
        self.sender
            .blocking_send(Bytes::from(part))
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the upload has stopped"))
    }
}

impl Write for PartWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.size - self.part.len());
        self.part.extend_from_slice(&bytes[..count]);
        if self.part.len() == self.size {
            // Room for a whole part is made at once only when there was one: archives are short.
            let next = Vec::with_capacity(self.size);
            let part = std::mem::replace(&mut self.part, next);
            self.send(part)?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use tokio::sync::mpsc;

    use super::PartWriter;

    #[test]
    fn all_parts_but_the_last_have_one_size() {
        let (sender, mut parts) = mpsc::channel(10);
        let mut writer = PartWriter::new(4, sender);
        for piece in [&b"ab"[..], b"cdefghij", b"k"] {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap();
        let mut found = Vec::new();
        while let Some(part) = parts.blocking_recv() {
            found.push(part);
        }
        assert_eq!(found, [&b"abcd"[..], b"efgh", b"ijk"]);
    }

    #[test]
    fn a_writer_that_nobody_listens_to_fails() {
        let (sender, parts) = mpsc::channel(1);
        drop(parts);
        let mut writer = PartWriter::new(2, sender);
        assert!(writer.write_all(b"abc").is_err());
    }
}
