//! A recording proxy: passes bytes on, and keeps what clients sent.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value as Json;

/// One request, as it travelled.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Method and path, such as `GET /v1/models`.
    pub(crate) line: String,
    /// The body, where it is JSON.
    pub(crate) body: Json,
}

/// What one connection's client sent.
type Sent = Arc<Mutex<Vec<u8>>>;

/// A proxy in front of a server on this machine.
pub(crate) struct Proxy {
    pub(crate) address: String,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Proxy {
    /// Starts one. It goes with the process.
    pub(crate) fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
        let (server, record) = (server.to_owned(), Arc::clone(&sent));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(upstream) = TcpStream::connect(&server) else {
                    continue;
                };
                let kept = Sent::default();
                record.lock().unwrap().push(Arc::clone(&kept));
                let (back_from, back_to) =
                    (upstream.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || pass(client, upstream, Some(&kept)));
                thread::spawn(move || pass(back_from, back_to, None));
            }
        });
        Self { address, sent }
    }

    /// Every request since the last call, in the order sent on each connection.
    pub(crate) fn take(&self) -> Vec<Request> {
        let connections = self.sent.lock().unwrap();
        let mut requests = Vec::new();
        for connection in connections.iter() {
            let bytes = std::mem::take(&mut *connection.lock().unwrap());
            requests.extend(parse(&bytes));
        }
        requests
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, keep: Option<&Mutex<Vec<u8>>>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        if let Some(keep) = keep {
            keep.lock().unwrap().extend_from_slice(&buffer[..count]);
        }
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn parse(mut bytes: &[u8]) -> Vec<Request> {
    let mut requests = Vec::new();
    while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        bytes = &bytes[end + 4..];
        let length = head
            .lines()
            .filter_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            })
            .next()
            .unwrap_or(0_usize)
            .min(bytes.len());
        let body = serde_json::from_slice(&bytes[..length]).unwrap_or(Json::Null);
        bytes = &bytes[length..];
        let first = head.lines().next().unwrap_or_default();
        let line = first
            .rsplit_once(' ')
            .map_or(first, |(line, _)| line)
            .to_owned();
        requests.push(Request { line, body });
    }
    requests
}
