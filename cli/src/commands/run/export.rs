//! Metrics for others while a run goes: Prometheus asks, OTLP is pushed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use plimsoll::baseten::http_client;
use plimsoll::load::{Snapshot, Watcher};
use reqwest::{Client, Response, Url};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::metrics;
use crate::args;
use crate::error::{CliError, exit};
use crate::render;

/// How often metrics are pushed.
const EVERY: Duration = Duration::from_secs(5);

/// What goes on beside a run; it ends with this value.
pub(super) struct Exporters {
    tasks: Vec<JoinHandle<()>>,
    otlp: Option<Otlp>,
}

impl Exporters {
    /// Tells how a run has ended.
    pub(super) fn last(&self, snapshot: &Snapshot) {
        if let Some(otlp) = &self.otlp {
            Handle::current().block_on(otlp.push(snapshot));
        }
    }
}

impl Drop for Exporters {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Listens where Prometheus is to ask.
pub(super) fn listen(command: &args::Run) -> Result<Option<TcpListener>, CliError> {
    let listen = |address: SocketAddr| {
        let taken = |error: std::io::Error| {
            let message = format!("cannot listen on {address} for Prometheus: {error}");
            CliError::new(exit::INVALID, message)
        };
        let listener = std::net::TcpListener::bind(address).map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        render::say(&format!("metrics are at http://{address}/metrics"));
        TcpListener::from_std(listener).map_err(taken)
    };
    command.prometheus.map(listen).transpose()
}

/// Starts what the command asks for.
pub(super) fn start(
    command: &args::Run,
    listener: Option<TcpListener>,
    watcher: &Watcher,
) -> Result<Exporters, CliError> {
    let mut tasks = Vec::new();
    tasks.extend(listener.map(|listener| prometheus(listener, watcher.clone())));
    let otlp = command.otlp.as_deref().map(Otlp::to).transpose()?;
    if let Some(otlp) = otlp.clone() {
        let watcher = watcher.clone();
        tasks.push(tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                otlp.push(&watcher.snapshot()).await;
            }
        }));
    }
    Ok(Exporters { tasks, otlp })
}

fn prometheus(listener: TcpListener, watcher: Watcher) -> JoinHandle<()> {
    let answer = move || {
        let text = metrics::prometheus(&watcher.snapshot());
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        std::future::ready(([(CONTENT_TYPE, kind)], text))
    };
    let router = Router::new().route("/metrics", get(answer));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            render::say(&format!("Prometheus is not answered any more: {error}"));
        }
    })
}

/// Who takes metrics by OTLP.
#[derive(Clone)]
struct Otlp {
    client: Client,
    url: Url,
    /// Whether it was said that it does not.
    told: Arc<AtomicBool>,
}

impl Otlp {
    fn to(url: &str) -> Result<Self, CliError> {
        let wrong = |error: &dyn std::fmt::Display| CliError::usage(format!("--otlp: {error}"));
        let url = Url::parse(url).map_err(|error| wrong(&error))?;
        let client = http_client(&url, EVERY, EVERY).map_err(|error| wrong(&error))?;
        Ok(Self {
            client,
            url,
            told: Arc::default(),
        })
    }

    async fn push(&self, snapshot: &Snapshot) {
        let request = self.client.post(self.url.clone());
        let sent = request.json(&metrics::otlp(snapshot)).send().await;
        if let Err(error) = sent.and_then(Response::error_for_status)
            && !self.told.swap(true, Ordering::Relaxed)
        {
            let error = error.without_url();
            render::say(&format!("metrics could not be pushed by OTLP: {error}"));
        }
    }
}
