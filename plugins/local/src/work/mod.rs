//! The work behind the requests: bringing deployments to where they should be, and sweeping.

mod build;
mod steps;
mod sweep;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::shared::Shared;
use crate::store::{DeploymentRow, StoreError};

pub(crate) use build::contents_of;
pub(crate) use sweep::sweep_forever;

/// After a failure of the platform itself, which the next try may not meet.
const PAUSE: Duration = Duration::from_secs(1);

/// Works on deployments until told to stop. Each step is durable, so that stopping at any moment
/// loses nothing: the next start goes on from the last one.
pub(crate) async fn work(shared: Arc<Shared>, stop: CancellationToken) {
    let mut busy: HashSet<String> = HashSet::new();
    let mut tasks: JoinSet<String> = JoinSet::new();
    loop {
        let waiting = shared.store.run(DeploymentRow::unfinished).await;
        let waiting = waiting.unwrap_or_else(|error: StoreError| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "no work was found"
            );
            Vec::new()
        });
        for id in waiting {
            if busy.len() < shared.limits.concurrent_builds && busy.insert(id.clone()) {
                let shared = Arc::clone(&shared);
                tasks.spawn(async move {
                    if let Err(refusal) = steps::advance(&shared, &id).await {
                        tracing::error!(deployment = id, ?refusal, "a step failed");
                        tokio::time::sleep(PAUSE).await;
                    }
                    id
                });
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = shared.wake.notified() => {}
            Some(done) = tasks.join_next(), if !tasks.is_empty() => match done {
                Ok(id) => {
                    busy.remove(&id);
                }
                // A task that died says not which one it was. None is lost: what is unfinished
                // is found again.
                Err(error) => {
                    tracing::error!(%error, "a worker died");
                    tasks.abort_all();
                    while tasks.join_next().await.is_some() {}
                    busy.clear();
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
}
