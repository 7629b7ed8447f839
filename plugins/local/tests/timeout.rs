//! `deploy_timeout_minutes`: counted from the creation, whichever process works, and kept by builds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{RecordingCheck, Server, id, options, payload, small_archive};
use plimsoll_core::clock::Clock;
use plimsoll_local::Platform;
use serde_json::{Value as Json, json};

/// A clock that is set, in milliseconds since the Unix epoch.
struct SetClock(AtomicU64);

impl SetClock {
    fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

async fn start(data_dir: &Path, clock: &Arc<SetClock>, held: bool) -> Server {
    let mut options = options(data_dir);
    options.clock = Arc::clone(clock) as Arc<dyn Clock>;
    let check = RecordingCheck {
        held: AtomicBool::new(held),
        ..RecordingCheck::default()
    };
    Server::start_checking(options, check).await
}

/// A deployment whose build is held. Returns the model and the deployment.
async fn push_held(server: &Server) -> (String, String) {
    let mut payload = payload(&json!({"model_name": "m", "hold": true}));
    payload["deploy_timeout_minutes"] = json!(10);
    let created = server.push_model("m", &payload, small_archive()).await;
    while server.check.contexts.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (id(&created["model"]), id(&created["deployment"]))
}

fn clock() -> Arc<SetClock> {
    Arc::new(SetClock(AtomicU64::new(1_767_225_600_000)))
}

fn status(deployment: &Json) -> &str {
    deployment["status"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_from_the_creation_and_again_from_a_retry() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    let server = start(dir.path(), &clock, true).await;
    let (model, deployment) = push_held(&server).await;
    let check = Arc::clone(&server.check);
    server.abort().await;
    check.held.store(false, Ordering::Relaxed);

    clock.advance(Duration::from_secs(11 * 60));
    let server = start_when_free(dir.path(), &clock, false).await;
    let settled = server.settled(&model, &deployment).await;
    assert_eq!(status(&settled), "BUILD_FAILED");
    let log = server.log(&model, &deployment).await;
    assert!(
        log.contains("Build failed: it took longer than deploy_timeout_minutes."),
        "{log}"
    );
    assert_eq!(server.check.contexts.lock().unwrap().len(), 0);

    let at = format!("/v1/models/{model}/deployments/{deployment}/retry");
    server.post(&at, &json!({})).await;
    let settled = server.settled(&model, &deployment).await;
    assert_eq!(status(&settled), "ACTIVE");
    server.stop().await;
}

/// The builder of an aborted server has the folder until it is done.
async fn start_when_free(data_dir: &Path, clock: &Arc<SetClock>, held: bool) -> Server {
    while Platform::open(options(data_dir)).is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    start(data_dir, clock, held).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_takes_too_long_fails_while_it_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    let server = start(dir.path(), &clock, true).await;
    let (model, deployment) = push_held(&server).await;
    let check = Arc::clone(&server.check);
    server.abort().await;
    check.held.store(false, Ordering::Relaxed);

    clock.advance(Duration::from_millis(10 * 60 * 1000 - 300));
    let server = start_when_free(dir.path(), &clock, true).await;
    let settled = server.settled(&model, &deployment).await;
    assert_eq!(status(&settled), "BUILD_FAILED");
    assert_eq!(server.check.contexts.lock().unwrap().len(), 1);

    // What the build comes to in the end is dropped, and it is not in the way of a retry.
    let at = format!("/v1/models/{model}/deployments/{deployment}/retry");
    server.post(&at, &json!({})).await;
    server.check.held.store(false, Ordering::Relaxed);
    let settled = server.settled(&model, &deployment).await;
    assert_eq!(status(&settled), "ACTIVE");
    let log = server.log(&model, &deployment).await;
    assert_eq!(log.matches(" was built of ").count(), 1, "{log}");
    server.stop().await;
}
