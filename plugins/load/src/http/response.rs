//! Responses, read where they lie.

use std::mem::MaybeUninit;

use httparse::{ParserConfig, Status};

use super::body::Sink;

/// More headers than this are taken for nonsense.
const MOST_HEADERS: usize = 96;
/// So is a longer head.
const LONGEST_HEAD: usize = 64 << 10;
/// And a longer line that says how long a chunk is.
const LONGEST_LINE: usize = 4 << 10;

/// How far a response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to come.
    More,
    /// It is whole.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    /// So many bytes of the body are to come.
    Sized(u64),
    ChunkSize,
    /// So many bytes of the chunk, and the end of line after them.
    Chunk(u64),
    Trailers,
    /// The body ends with the connection.
    UntilClose,
    Done,
}

/// Reads one response. It is fed with what comes and says how much of that it has used; what it has
/// not used comes again, with more behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parser {
    state: State,
    is_head: bool,
    /// Its status; 0 before its head is read.
    pub(crate) status: u16,
    /// Whether the connection can be used again.
    pub(crate) keeps: bool,
}

impl Parser {
    #[inline]
    pub(crate) fn new(is_head: bool) -> Self {
        Self {
            state: State::Head,
            is_head,
            status: 0,
            keeps: true,
        }
    }

    /// Reads on.
    ///
    /// # Errors
    /// When it is no HTTP/1 response.
    #[inline]
    pub(crate) fn feed(
        &mut self,
        input: &[u8],
        sink: &mut Sink<'_>,
    ) -> Result<(usize, Progress), &'static str> {
        let mut used = 0;
        loop {
            let rest = &input[used..];
            match self.state {
                State::Head => match self.head(rest, sink)? {
                    0 => return Ok((used, Progress::More)),
                    length => used += length,
                },
                State::Sized(left) => {
                    let take = left.min(rest.len() as u64);
                    let taken = usize::try_from(take).unwrap_or(rest.len());
                    sink.take(&rest[..taken]);
                    used += taken;
                    if take < left {
                        self.state = State::Sized(left - take);
                        return Ok((used, Progress::More));
                    }
                    self.state = State::Done;
                }
                State::ChunkSize => match httparse::parse_chunk_size(rest) {
                    Ok(Status::Complete((length, size))) => {
                        used += length;
                        self.state = match size {
                            0 => State::Trailers,
                            size => State::Chunk(size.saturating_add(2)),
                        };
                    }
                    Ok(Status::Partial) if rest.len() < LONGEST_LINE => {
                        return Ok((used, Progress::More));
                    }
                    _ => return Err("a chunk without a length"),
                },
                State::Chunk(left) => {
                    // The last two bytes are the end of line.
                    let data = left.saturating_sub(2).min(rest.len() as u64);
                    let data = usize::try_from(data).unwrap_or(rest.len());
                    sink.take(&rest[..data]);
                    let take = left.min(rest.len() as u64);
                    used += usize::try_from(take).unwrap_or(rest.len());
                    if take < left {
                        self.state = State::Chunk(left - take);
                        return Ok((used, Progress::More));
                    }
                    self.state = State::ChunkSize;
                }
                State::Trailers => {
                    let end = rest.iter().position(|byte| *byte == b'\n');
                    match end {
                        None if rest.len() < LONGEST_LINE => return Ok((used, Progress::More)),
                        None => return Err("a trailer without an end"),
                        Some(end) => {
                            used += end + 1;
                            if rest[..end].iter().all(|byte| *byte == b'\r') {
                                self.state = State::Done;
                            }
                        }
                    }
                }
                State::UntilClose => {
                    sink.take(rest);
                    return Ok((input.len(), Progress::More));
                }
                State::Done => return Ok((used, Progress::Done)),
            }
        }
    }

    /// The connection has ended. Whether the response is whole.
    pub(crate) fn close(&self) -> bool {
        matches!(self.state, State::UntilClose | State::Done)
    }

    /// Reads the head. Returns how long it is; 0 where it is not whole yet.
    #[inline]
    fn head(&mut self, input: &[u8], sink: &mut Sink<'_>) -> Result<usize, &'static str> {
        // Not to be cleared each time: it is 3 KiB.
        let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(
            &mut response,
            input,
            &mut headers,
        );
        let length = match parsed {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) if input.len() < LONGEST_HEAD => return Ok(0),
            Ok(Status::Partial) => return Err("a head longer than 64 KiB"),
            Err(httparse::Error::TooManyHeaders) => return Err("more than 96 headers"),
            Err(_) => return Err("no HTTP/1 response"),
        };
        self.status = response.code.unwrap_or(0);
        self.keeps = response.version == Some(1);
        let mut sized = None;
        let mut chunked = false;
        let mut streams = false;
        for header in &*response.headers {
            let (name, value) = (header.name, header.value);
            match name.len() {
                14 if name.eq_ignore_ascii_case("content-length") => {
                    let digits = std::str::from_utf8(value).ok();
                    let size = digits.and_then(|digits| digits.trim().parse::<u64>().ok());
                    let size = size.ok_or("a content-length that is no number")?;
                    if sized.is_some_and(|before| before != size) {
                        return Err("two lengths that differ");
                    }
                    sized = Some(size);
                }
                17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                    let coding = value.trim_ascii_end();
                    let last = coding.len().saturating_sub(7);
                    chunked = coding[last..].eq_ignore_ascii_case(b"chunked");
                }
                10 if name.eq_ignore_ascii_case("connection") => {
                    let mut words = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
                    if words
                        .clone()
                        .any(|word| word.eq_ignore_ascii_case(b"close"))
                    {
                        self.keeps = false;
                    } else if words.any(|word| word.eq_ignore_ascii_case(b"keep-alive")) {
                        self.keeps = true;
                    }
                }
                12 if name.eq_ignore_ascii_case("content-type") => {
                    let kind = value.get(..17).unwrap_or_default();
                    streams = kind.eq_ignore_ascii_case(b"text/event-stream");
                }
                _ => {}
            }
        }
        if (100..200).contains(&self.status) {
            // 101 is for what was asked to change protocols, which nobody does here.
            return match self.status {
                101 => Err("a change of protocol that nobody asked for"),
                _ => Ok(length),
            };
        }
        sink.begin(self.status, streams);
        // RFC 9112, section 6.3.
        self.state = if self.is_head || self.status == 204 || self.status == 304 {
            State::Done
        } else if chunked {
            State::ChunkSize
        } else if let Some(size) = sized {
            State::Sized(size)
        } else {
            self.keeps = false;
            State::UntilClose
        };
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use super::super::body::{Body, Sink};
    use super::{Parser, Progress};

    /// Feeds a response in pieces of these lengths.
    fn read(
        bytes: &[u8],
        pieces: &[usize],
        is_head: bool,
    ) -> Result<(u16, Vec<u8>, usize, bool), &'static str> {
        let mut parser = Parser::new(is_head);
        let mut body = Body::default();
        let mut kept: Vec<u8> = Vec::new();
        let (mut at, mut total) = (0, 0);
        let mut pieces = pieces.iter().copied().chain(std::iter::repeat(usize::MAX));
        while at < bytes.len() {
            let piece = pieces.next().unwrap_or(1).max(1).min(bytes.len() - at);
            kept.extend_from_slice(&bytes[at..at + piece]);
            at += piece;
            let wanted = |_| true;
            let (used, progress) = parser.feed(&kept, &mut Sink::new(&mut body, 0, &wanted))?;
            kept.drain(..used);
            total += used;
            if progress == Progress::Done {
                return Ok((parser.status, body.captured(), total, parser.keeps));
            }
        }
        match parser.close() {
            true => Ok((parser.status, body.captured(), total, parser.keeps)),
            false => Err("not whole"),
        }
    }

    const CHUNKED: &[u8] =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n\
        5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";

    #[test]
    fn bodies_of_every_kind_are_read() {
        let ok = |bytes: &[u8]| read(bytes, &[], false).unwrap();
        assert_eq!(
            ok(CHUNKED),
            (200, b"hello world".to_vec(), CHUNKED.len(), true)
        );
        let sized =
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\nconnection: Close\r\n\r\nabcHTTP";
        assert_eq!(ok(sized), (404, b"abc".to_vec(), sized.len() - 4, false));
        let closed = b"HTTP/1.0 200 OK\r\n\r\nall of it";
        assert_eq!(
            ok(closed),
            (200, b"all of it".to_vec(), closed.len(), false)
        );
        let none = b"HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n";
        assert_eq!(ok(none), (204, Vec::new(), none.len(), true));
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
        assert_eq!(
            read(head, &[], true).unwrap(),
            (200, Vec::new(), head.len(), true)
        );
    }

    #[test]
    fn what_is_no_response_is_refused() {
        for bytes in [
            &b"SSH-2.0-OpenSSH\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc",
        ] {
            assert!(read(bytes, &[], false).is_err(), "{}", bytes.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_what_pieces_it_comes(pieces in prop::collection::vec(1_usize..40, 0..60)) {
            prop_assert_eq!(read(CHUNKED, &pieces, false), read(CHUNKED, &[], false));
        }

        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), pieces in prop::collection::vec(1_usize..40, 0..20)) {
            let _ = read(&bytes, &pieces, false);
            let mut after = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
            after.extend_from_slice(&bytes);
            let _ = read(&after, &pieces, false);
        }
    }
}
