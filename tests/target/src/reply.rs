use std::fmt::Write;

use serde_json::json;

use crate::ask::Kind;
use crate::engine::Pending;
use crate::request::Request;

/// The head of a stream of events.
const EVENTS: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                      cache-control: no-cache\r\ntransfer-encoding: chunked\r\n";
/// What comes after the last event.
const DONE: &[u8] = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";

/// Writes an answer, but for what of it is to be sent later, which is returned.
pub(crate) fn write(output: &mut Vec<u8>, pending: &mut Pending) -> Option<Vec<u8>> {
    let kind = pending.ask.kind;
    let redirect = kind == Kind::Redirect;
    let status = pending
        .ask
        .status
        .unwrap_or(if redirect { 302 } else { 200 });
    let body = pending.body.take();
    let body = body.unwrap_or_else(|| vec![b'x'; pending.ask.bytes]);
    // Such an answer has neither a body nor its length.
    let bare = matches!(status, 204 | 304);
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    if !bare {
        head.push_str(match kind {
            Kind::Echo => "content-type: application/json\r\n",
            _ => "content-type: text/plain\r\n",
        });
    }
    if redirect {
        head.push_str("location: /\r\n");
    }
    if !bare && kind == Kind::Chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    } else if !bare && kind != Kind::Eof {
        // Writing to a string cannot fail.
        let _ = write!(head, "content-length: {}\r\n", body.len());
    }
    if !pending.keep {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    output.extend_from_slice(head.as_bytes());
    if bare || pending.head {
        return None;
    }
    if kind != Kind::Chunked {
        output.extend_from_slice(&body);
        return None;
    }
    let (one, two) = body.split_at(body.len() / 2);
    write_chunk(output, one);
    let mut rest = Vec::with_capacity(two.len() + 32);
    write_chunk(&mut rest, two);
    rest.extend_from_slice(b"0\r\n\r\n");
    Some(rest)
}

/// Writes the head of a stream of events.
pub(crate) fn write_events(output: &mut Vec<u8>, keep: bool) {
    output.extend_from_slice(EVENTS.as_bytes());
    if !keep {
        output.extend_from_slice(b"connection: close\r\n");
    }
    output.extend_from_slice(b"\r\n");
}

/// Writes the event of a token, if it is one of `tokens`, and with the last of them the end.
pub(crate) fn write_event(output: &mut Vec<u8>, token: u32, tokens: u32) {
    if token < tokens {
        let event =
            format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"t{token} \"}}}}]}}\n\n");
        write_chunk(output, event.as_bytes());
    }
    if token.saturating_add(1) >= tokens {
        output.extend_from_slice(DONE);
    }
}

/// An empty chunk would be the last, so nothing is written of nothing.
fn write_chunk(output: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.is_empty() {
        output.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
        output.extend_from_slice(bytes);
        output.extend_from_slice(b"\r\n");
    }
}

/// A request as JSON text; a header that comes twice is joined by a comma, as HTTP means it.
pub(crate) fn echo(request: &Request<'_, '_>) -> Vec<u8> {
    let mut headers = serde_json::Map::new();
    for header in request.headers {
        let value = String::from_utf8_lossy(header.value).into_owned();
        let name = header.name.to_ascii_lowercase();
        let whole = match headers.get(&name).and_then(|earlier| earlier.as_str()) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value,
        };
        headers.insert(name, whole.into());
    }
    json!({
        "method": request.method,
        "path": request.target,
        "headers": headers,
        "body": String::from_utf8_lossy(&request.body()),
    })
    .to_string()
    .into_bytes()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        // A reason may be empty, and no client reads it.
        _ => "",
    }
}
