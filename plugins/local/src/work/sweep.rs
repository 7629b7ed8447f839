//! Forgetting what nobody needs: uploads past their time, and then what nothing refers to.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::store::{Upload, archives};

const EVERY: Duration = Duration::from_secs(15 * 60);

/// Forgets once. The files go after the commit and before any other job of the store, so that an
/// upload of the same bytes does not find a file that is about to go.
pub(crate) async fn sweep(shared: &Shared) -> Result<(), Refusal> {
    let now = shared.stamp().millis();
    let store = shared.archives.clone();
    let gone = shared
        .store
        .run_then(
            move |tx| {
                Upload::sweep(tx, now)?;
                Ok::<_, Refusal>(archives::sweep(tx)?)
            },
            move |gone| gone.iter().for_each(|sha256| store.remove(sha256)),
        )
        .await?;
    if !gone.is_empty() {
        tracing::info!(archives = gone.len(), "swept");
    }
    Ok(())
}

/// Forgets from time to time, until told to stop.
pub(crate) async fn sweep_forever(shared: Arc<Shared>, stop: CancellationToken) {
    loop {
        if let Err(refusal) = sweep(&shared).await {
            tracing::warn!(?refusal, "the sweep failed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
