//! Bytes to and from a server, and what they tell of it.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::clock::RunClock;
use crate::engine::Failure;

/// What is seen of a server on a connection.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Bytes that have come of the head of its first frame.
    first: Cell<usize>,
    /// Whether it speaks HTTP/2: its first frame is one of settings (RFC 9113, section 3.4).
    pub(super) speaks: Cell<bool>,
    /// When anything came the last time, on the run's clock.
    pub(super) last: Cell<u64>,
}

/// The place of a frame's type in its head, and the type of settings (RFC 9113, sections 4.1 and 6.5).
const TYPE: usize = 3;
const SETTINGS: u8 = 4;

impl Signs {
    fn see(&self, bytes: &[u8], now: u64) {
        let first = self.first.get();
        if first <= TYPE {
            if let Some(kind) = bytes.get(TYPE - first) {
                self.speaks.set(*kind == SETTINGS);
            }
            self.first.set(first + bytes.len());
        }
        if !bytes.is_empty() {
            self.last.set(now);
        }
    }
}

trait Transport: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Transport for T {}

/// A connection, with TLS or without.
pub(super) struct Wire {
    transport: Box<dyn Transport>,
    signs: Rc<Signs>,
    clock: RunClock,
}

impl Wire {
    /// Connects.
    pub(super) async fn connect(
        address: SocketAddr,
        tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
        signs: Rc<Signs>,
        clock: RunClock,
    ) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.map_err(|error| Failure::of_connecting(&error, address))?;
        // Requests are written whole: to wait for more of them would only be late.
        let _ = stream.set_nodelay(true);
        let transport: Box<dyn Transport> = match tls {
            None => Box::new(stream),
            Some((config, name)) => {
                let stream = TlsConnector::from(config).connect(name, stream).await;
                let stream = stream.map_err(|_| Failure::Connect)?;
                if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
                    return Err(Failure::Protocol);
                }
                Box::new(stream)
            }
        };
        Ok(Self {
            transport,
            signs,
            clock,
        })
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.transport).poll_read(context, buffer));
        self.signs.see(&buffer.filled()[before..], self.clock.now());
        Poll::Ready(read)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::Signs;

    #[test]
    fn who_speaks_is_known_by_the_first_frame() {
        let speaks = |pieces: &[&[u8]]| {
            let signs = Signs::default();
            for piece in pieces {
                signs.see(piece, 1);
            }
            signs.speaks.get()
        };
        assert!(speaks(&[&[0, 0, 18, 4, 0], &[0, 0, 0, 0]]));
        assert!(speaks(&[&[0, 0], &[], &[18], &[4], &[0]]));
        assert!(!speaks(&[b"HTTP/1.1 400 Bad Request\r\n"]));
        assert!(!speaks(&[&[0, 0, 18]]));
        assert!(!speaks(&[]));
    }
}
