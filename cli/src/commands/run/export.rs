//! Metrics for others while a run goes: Prometheus asks, OTLP is pushed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use plimsoll::baseten::http_client;
use plimsoll::load::{Run, Snapshot};
use reqwest::{Client, Response, Url};
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

/// Starts what the command asks for.
pub(super) fn start(command: &args::Run, run: &Arc<Run>) -> Result<Exporters, CliError> {
    let mut tasks = Vec::new();
    if let Some(address) = command.prometheus {
        tasks.push(prometheus(address, run)?);
    }
    let otlp = command.otlp.as_deref().map(Otlp::to).transpose()?;
    if let Some(otlp) = otlp.clone() {
        let run = Arc::downgrade(run);
        tasks.push(tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(snapshot) = run.upgrade().map(|run| run.snapshot()) else {
                    return;
                };
                otlp.push(&snapshot).await;
            }
        }));
    }
    Ok(Exporters { tasks, otlp })
}

fn prometheus(address: SocketAddr, run: &Arc<Run>) -> Result<JoinHandle<()>, CliError> {
    let taken = |error: std::io::Error| {
        let message = format!("cannot listen on {address} for Prometheus: {error}");
        CliError::new(exit::INVALID, message)
    };
    let listener = std::net::TcpListener::bind(address).map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(taken)?;
    let run = Arc::downgrade(run);
    let answer = move || {
        let text = run
            .upgrade()
            .map(|run| metrics::prometheus(&run.snapshot()));
        std::future::ready((
            [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
            text.unwrap_or_default(),
        ))
    };
    let router = Router::new().route("/metrics", get(answer));
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            render::say(&format!("Prometheus is not answered any more: {error}"));
        }
    }))
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
