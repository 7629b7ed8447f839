//! The listening socket: connections, their bounds, and an orderly end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::error::PlatformError;
use crate::limits::Limits;
use crate::rest;
use crate::shared::Shared;
use crate::work;

/// The most that is buffered of a request's head, and read at a time of its body, in bytes.
const BUFFER_BYTES: usize = 256 << 10;

/// Out of file descriptors, most likely: others must close before there are some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), PlatformError> {
    let address = listener.local_addr().map_err(PlatformError::Listener)?;
    shared.address.get_or_init(|| address);
    let router = rest::router(Arc::clone(&shared));
    let announcement = match &shared.lock {
        Some(lock) if shared.announce => Some(lock.announce(address)?),
        _ => None,
    };
    tracing::info!(%address, "the local platform listens");

    // Whoever drops this future stops everything that it started.
    let stop = CancellationToken::new();
    let _stop_when_dropped = stop.clone().drop_guard();
    let mut background = JoinSet::new();
    if !shared.rehearses {
        background.spawn(work::work(Arc::clone(&shared), stop.clone()));
        background.spawn(work::sweep_forever(Arc::clone(&shared), stop.clone()));
    }

    let mut connections = JoinSet::new();
    accept(
        &listener,
        &router,
        &shared.limits,
        &stop,
        &mut connections,
        shutdown,
    )
    .await;

    drop(listener);
    stop.cancel();
    let grace = shared.limits.shutdown_grace;
    let ended = tokio::time::timeout(grace, async {
        while connections.join_next().await.is_some() {}
        while background.join_next().await.is_some() {}
    });
    if ended.await.is_err() {
        tracing::warn!("requests were cut off by the shutdown");
        connections.shutdown().await;
        background.shutdown().await;
    }
    drop(announcement);
    tracing::info!(%address, "the local platform has stopped");
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    router: &Router,
    limits: &Limits,
    stop: &CancellationToken,
    connections: &mut JoinSet<()>,
    shutdown: impl Future<Output = ()> + Send,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .max_headers(limits.headers)
        .max_buf_size(BUFFER_BYTES);
    tokio::pin!(shutdown);
    loop {
        while connections.try_join_next().is_some() {}
        let next = async {
            // The semaphore is never closed.
            let slot = Arc::clone(&slots).acquire_owned().await.ok();
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            () = &mut shutdown => return,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection =
                    connection(builder.clone(), stream, peer, router.clone(), stop.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(
    builder: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let answer = router.oneshot(request.map(Body::new)).await;
            Ok::<_, Infallible>(answer.unwrap_or_else(|never| match never {}))
        }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        let error = io::Error::other(error);
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}
