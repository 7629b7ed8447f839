//! A client that does what it is told and no more.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub(crate) struct Client {
    socket: TcpStream,
    /// Bytes that came, and belong to no answer yet.
    ahead: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head as it came, in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the body is text")
    }
}

/// What an action returned, and how long it took.
#[expect(
    clippy::disallowed_methods,
    reason = "the server is asked for real time; only lower bounds, and those of freezes, are asserted"
)]
pub(crate) fn timed<T>(action: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let found = action();
    (found, start.elapsed())
}

impl Client {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).expect("it listens");
        let patience = Some(Duration::from_secs(20));
        socket.set_read_timeout(patience).expect("it is a socket");
        socket.set_nodelay(true).expect("it is a socket");
        Self {
            socket,
            ahead: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.socket.write_all(text.as_bytes()).expect("it is open");
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.send(&format!("GET {target} HTTP/1.1\r\nhost: test\r\n\r\n"));
        self.answer()
    }

    /// Reads an answer to anything but HEAD.
    pub(crate) fn answer(&mut self) -> Answer {
        let (status, head) = self.head();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let body = if let Some(length) = length {
            self.take(length.parse().expect("a length is a number"))
        } else if head.contains("transfer-encoding: chunked") {
            self.chunks().concat()
        } else if matches!(status, 204 | 304) {
            Vec::new()
        } else {
            self.rest()
        };
        Answer { status, head, body }
    }

    pub(crate) fn head(&mut self) -> (u16, String) {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push_str(&self.line());
        }
        let status = head[9..12].parse().expect("a status is a number");
        (status, head.to_ascii_lowercase())
    }

    pub(crate) fn chunks(&mut self) -> Vec<Vec<u8>> {
        let mut chunks = Vec::new();
        loop {
            let chunk = self.chunk();
            if chunk.is_empty() {
                return chunks;
            }
            chunks.push(chunk);
        }
    }

    pub(crate) fn chunk(&mut self) -> Vec<u8> {
        let size = self.line();
        let size = usize::from_str_radix(size.trim_end(), 16).expect("a size is a number");
        let mut chunk = self.take(size + 2);
        assert_eq!(chunk.split_off(size), b"\r\n");
        chunk
    }

    /// Everything up to the end of the connection.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.read() {}
        std::mem::take(&mut self.ahead)
    }

    pub(crate) fn closed(&mut self) -> bool {
        self.rest().is_empty()
    }

    /// How the next read fails.
    pub(crate) fn fault(&mut self) -> ErrorKind {
        let read = self.socket.read(&mut [0]);
        read.expect_err("there is nothing to read").kind()
    }

    pub(crate) fn wait_for_at_most(&self, time: Duration) {
        self.socket
            .set_read_timeout(Some(time))
            .expect("it is a socket");
    }

    pub(crate) fn half_close(&self) {
        self.socket
            .shutdown(std::net::Shutdown::Write)
            .expect("it is open");
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                let line = self.ahead.drain(..=end).collect();
                return String::from_utf8(line).expect("a line is text");
            }
            assert!(self.read(), "the connection ended in a line");
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        while self.ahead.len() < count {
            assert!(self.read(), "the connection ended in a body");
        }
        self.ahead.drain(..count).collect()
    }

    fn read(&mut self) -> bool {
        let mut room = [0; 16 << 10];
        let count = self.socket.read(&mut room).expect("it answers in time");
        self.ahead.extend_from_slice(&room[..count]);
        count > 0
    }
}
