use std::mem::MaybeUninit;

use httparse::{Header, Status};

/// The longest request that is read, in bytes.
const LONGEST: usize = 16 << 20;
/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 64 << 10;
/// The most headers of a request.
const HEADERS: usize = 96;

/// A whole request, as it lies in the bytes that came.
#[derive(Debug)]
pub(crate) struct Request<'h, 'b> {
    pub(crate) method: &'b str,
    pub(crate) target: &'b str,
    pub(crate) headers: &'h [Header<'b>],
    /// Whether the connection is to stay.
    pub(crate) keep: bool,
    body: &'b [u8],
    chunked: bool,
}

/// The status that a request is refused with; what follows it on its connection cannot be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refused(pub(crate) u16);

/// Room for the headers of a request.
pub(crate) type Room<'b> = [MaybeUninit<Header<'b>>; HEADERS];

/// Such room.
pub(crate) fn room<'b>() -> Room<'b> {
    [const { MaybeUninit::uninit() }; HEADERS]
}

/// Reads the request that `bytes` begin with, and says how many of them it is; none, if it is not all
/// there yet.
///
/// It begins anew with each call: requests come in one piece but when they are very long.
pub(crate) fn read<'h, 'b>(
    bytes: &'b [u8],
    room: &'h mut Room<'b>,
) -> Result<Option<(Request<'h, 'b>, usize)>, Refused> {
    let mut raw = httparse::Request::new(&mut []);
    let head = match raw.parse_with_uninit_headers(bytes, room) {
        Ok(Status::Complete(head)) => head,
        Ok(Status::Partial) if bytes.len() > LONGEST_HEAD => return Err(Refused(431)),
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refused(431)),
        Err(_) => return Err(Refused(400)),
    };
    let (Some(method), Some(target), Some(version)) = (raw.method, raw.path, raw.version) else {
        return Err(Refused(400));
    };
    let headers: &'h [Header<'b>] = raw.headers;
    // HTTP/1.0 is answered and closed, which suits every client of it.
    let mut keep = version == 1;
    let (mut length, mut chunked) = (None, false);
    for Header { name, value } in headers {
        if name.eq_ignore_ascii_case("content-length") {
            let said = parse_length(value)?;
            if length.is_some_and(|length| length != said) {
                return Err(Refused(400));
            }
            length = Some(said);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            if !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Refused(501));
            }
            chunked = true;
        } else if name.eq_ignore_ascii_case("connection") {
            keep &= !value
                .split(|byte| *byte == b',')
                .any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"));
        }
    }
    let rest = &bytes[head..];
    let size = match (chunked, length) {
        (true, Some(_)) => return Err(Refused(400)),
        (true, None) => chunks(rest, |_| ())?,
        (false, Some(length)) if length > LONGEST => return Err(Refused(413)),
        (false, length) => Some(length.unwrap_or(0)).filter(|length| *length <= rest.len()),
    };
    let Some(size) = size else {
        return if rest.len() > LONGEST {
            Err(Refused(413))
        } else {
            Ok(None)
        };
    };
    let request = Request {
        method,
        target,
        headers,
        keep,
        body: &rest[..size],
        chunked,
    };
    Ok(Some((request, head + size)))
}

fn parse_length(value: &[u8]) -> Result<usize, Refused> {
    // `usize` would read a sign.
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(value).ok().filter(|_| digits);
    text.ok_or(Refused(400))?.parse().map_err(|_| Refused(413))
}

/// Walks over a chunked body, and says how long it is with its framing; none, if it is not all there.
fn chunks(bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<Option<usize>, Refused> {
    let mut at = 0;
    loop {
        let (head, size) = match httparse::parse_chunk_size(&bytes[at..]) {
            Ok(Status::Complete(found)) => found,
            Ok(Status::Partial) => return Ok(None),
            Err(_) => return Err(Refused(400)),
        };
        at += head;
        if size == 0 {
            return Ok(trailers(&bytes[at..]).map(|length| at + length));
        }
        let size = usize::try_from(size)
            .ok()
            .filter(|size| *size <= LONGEST)
            .ok_or(Refused(413))?;
        let Some(chunk) = bytes.get(at..at + size + 2) else {
            return Ok(None);
        };
        if !chunk.ends_with(b"\r\n") {
            return Err(Refused(400));
        }
        each(&chunk[..size]);
        at += size + 2;
    }
}

/// How long the lines after the last chunk are, with the empty one that ends them.
fn trailers(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"\r\n") {
        return Some(2);
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

impl Request<'_, '_> {
    /// The target without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The body, without its framing.
    pub(crate) fn body(&self) -> Vec<u8> {
        if !self.chunked {
            return self.body.to_vec();
        }
        let mut whole = Vec::with_capacity(self.body.len());
        // It was walked over before, and found to be right.
        let _ = chunks(self.body, |chunk| whole.extend_from_slice(chunk));
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<u16> {
        read(text.as_bytes(), &mut room())
            .err()
            .map(|refused| refused.0)
    }

    #[test]
    fn a_request_is_read_when_the_last_byte_is_there() {
        for text in [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n",
        ] {
            for cut in 0..text.len() {
                let mut headers = room();
                let found = read(&text.as_bytes()[..cut], &mut headers).expect("no mistake in it");
                assert!(found.is_none(), "{cut} of {text:?}");
            }
            let more = format!("{text}GET /");
            let mut headers = room();
            let (request, used) = read(more.as_bytes(), &mut headers)
                .expect("no mistake in it")
                .expect("whole");
            assert_eq!(used, text.len());
            assert!(request.keep);
            let body: &[u8] = if request.method == "GET" {
                b""
            } else {
                b"hello"
            };
            assert_eq!(request.body(), body);
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let post = |headers: &str| refused(&format!("POST / HTTP/1.1\r\n{headers}\r\n\r\nzz"));
        assert_eq!(refused("\u{1}\u{2}garbage\r\n\r\n"), Some(400));
        assert_eq!(post("content-length: -1"), Some(400));
        assert_eq!(post("content-length: 1\r\ncontent-length: 2"), Some(400));
        assert_eq!(post("content-length: 99999999999999999999999"), Some(413));
        assert_eq!(post("content-length: 99999999"), Some(413));
        assert_eq!(post("transfer-encoding: gzip"), Some(501));
        assert_eq!(post("transfer-encoding: chunked"), Some(400));
        assert_eq!(post(&vec!["a: b"; 200].join("\r\n")), Some(431));
        assert_eq!(
            refused(&format!("GET /{}", "a".repeat(LONGEST_HEAD))),
            Some(431)
        );
        let huge = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n";
        assert_eq!(refused(huge), Some(413));
    }
}
