//! A server for what the fast one does not speak: HTTP/2, and TLS.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;

/// What it speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Speaks {
    Http1,
    /// Of so many streams at a time.
    Http2(u32),
}

pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    connections: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(speaks: Speaks, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(&listener, speaks, tls, &counter) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            scheme,
            connections,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// An address on it, by its host's name: certificates are for that.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    /// Connections that were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: &TcpListener,
    speaks: Speaks,
    tls: Option<Arc<ServerConfig>>,
    counter: &AtomicUsize,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        counter.fetch_add(1, Ordering::Relaxed);
        stream.set_nodelay(true).unwrap();
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => serve(stream, speaks).await,
                Some(config) => {
                    if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                        serve(stream, speaks).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, speaks: Speaks) {
    let io = TokioIo::new(stream);
    let service = service_fn(answer);
    // What becomes of a connection is for the client to say.
    let _ = match speaks {
        Speaks::Http1 => {
            hyper::server::conn::http1::Builder::new()
                .serve_connection(io, service)
                .await
        }
        Speaks::Http2(streams) => {
            hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .max_concurrent_streams(streams)
                .serve_connection(io, service)
                .await
        }
    };
}

type Answer = UnsyncBoxBody<Bytes, std::io::Error>;

/// What a request wants to have done to it stands in its query, as for the fast server.
async fn answer(request: Request<Incoming>) -> Result<Response<Answer>, Infallible> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let switch = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
        value.map(|value| value.parse::<u64>().unwrap())
    };
    if let Some(delay) = switch("delay") {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if switch("hang").is_some() {
        std::future::pending::<()>().await;
    }
    let status = switch("status").map_or(200, |status| u16::try_from(status).unwrap());
    let response = Response::builder().status(status);
    let whole = |bytes: Vec<u8>| {
        let body = Full::new(Bytes::from(bytes));
        body.map_err(|never| match never {}).boxed_unsync()
    };
    if let Some(tokens) = switch("sse") {
        let (send, receive) = mpsc::channel(1);
        tokio::spawn(async move {
            for token in 0..tokens {
                tokio::time::sleep(Duration::from_millis(if token == 0 { 20 } else { 5 })).await;
                let event = format!("data: {{\"token\": {token}}}\n\n");
                let _ = send.send(Bytes::from(event)).await;
            }
            let _ = send.send(Bytes::from_static(b"data: [DONE]\n\n")).await;
        });
        let response = response.header("content-type", "text/event-stream");
        return Ok(response.body(Events(receive).boxed_unsync()).unwrap());
    }
    if request.method() == http::Method::HEAD {
        let response = response.header("content-length", "128");
        return Ok(response.body(whole(Vec::new())).unwrap());
    }
    let bytes = match switch("echo") {
        None => vec![b'x'; usize::try_from(switch("bytes").unwrap_or(128)).unwrap()],
        Some(_) => {
            let (head, body) = request.into_parts();
            let body = body.collect().await;
            let body = body.map(http_body_util::Collected::to_bytes);
            let body = body.unwrap_or_default();
            let headers = head.headers.iter();
            let headers: serde_json::Map<String, serde_json::Value> = headers
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
                .collect();
            let echo = serde_json::json!({
                "method": head.method.as_str(),
                "uri": head.uri.to_string(),
                "version": format!("{:?}", head.version),
                "headers": headers,
                "body": String::from_utf8_lossy(&body),
            });
            echo.to_string().into_bytes()
        }
    };
    Ok(response.body(whole(bytes)).unwrap())
}

/// A body that comes in pieces.
struct Events(mpsc::Receiver<Bytes>);

impl Body for Events {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let received = self.0.poll_recv(context);
        received.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
