//! A client at work for a user: what it does is tried again, shown, and stopped when asked.

use std::future::Future;
use std::time::Duration;

use plimsoll_baseten_api as api;
use plimsoll_core::deployer::{Event, Progress};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::client::Client;
use crate::error::ApiError;
use crate::options::Options;
use crate::retry::{Generator, delay};

/// How often to look whether the user wants to stop.
const INTERRUPT_TICK: Duration = Duration::from_millis(100);

/// One plan, push or wait.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) client: &'a Client,
    pub(crate) generator: &'a Generator,
    pub(crate) progress: &'a dyn Progress,
}

impl Session<'_> {
    pub(crate) fn options(&self) -> &Options {
        self.client.options()
    }

    /// Fails when the user wants to stop.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        if self.progress.interrupted() {
            Err(ApiError::Interrupted)
        } else {
            Ok(())
        }
    }

    /// Waits for `work`, unless the user stops it: then it is dropped where it stands.
    pub(crate) async fn interruptible<T>(
        &self,
        work: impl Future<Output = T> + Send,
    ) -> Result<T, ApiError> {
        let mut ticks = interval(INTERRUPT_TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                _ = ticks.tick() => self.check()?,
            }
        }
    }

    pub(crate) async fn pause(&self, time: Duration) -> Result<(), ApiError> {
        self.interruptible(sleep(time)).await
    }

    /// Says that something failed, and waits until it should be tried again.
    pub(crate) async fn back_off(
        &self,
        attempt: u32,
        message: String,
        retry_after: Option<Duration>,
    ) -> Result<(), ApiError> {
        let time = delay(
            &self.options().retries,
            self.generator,
            attempt,
            retry_after,
        );
        tracing::debug!(attempt, message, "tries again");
        self.progress.report(Event::Retry {
            message,
            after_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
        });
        self.pause(time).await
    }

    /// Does what may be done any number of times, until it succeeds, fails for good, or has been
    /// tried often enough.
    pub(crate) async fn retrying<T, F, Work>(&self, attempt: F) -> Result<T, ApiError>
    where
        F: Fn() -> Work + Send + Sync,
        Work: Future<Output = Result<T, ApiError>> + Send,
        T: Send,
    {
        let mut failures = 0;
        loop {
            let error = match self.interruptible(attempt()).await? {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            if !error.is_transient() || failures > self.options().retries.count {
                return Err(error);
            }
            let after = error.retry_after();
            self.back_off(failures, error.to_string(), after).await?;
        }
    }

    pub(crate) async fn environment(
        &self,
        model: &str,
        name: &str,
    ) -> Result<api::Environment, ApiError> {
        self.retrying(|| self.client.environment(model, name)).await
    }

    pub(crate) async fn deployments(&self, model: &str) -> Result<Vec<api::Deployment>, ApiError> {
        let list = self.retrying(|| self.client.deployments(model)).await?;
        Ok(list.deployments)
    }

    pub(crate) async fn deployment(
        &self,
        model: &str,
        id: &str,
    ) -> Result<api::Deployment, ApiError> {
        self.retrying(|| self.client.deployment(model, id)).await
    }

    /// The models of exactly this name.
    pub(crate) async fn models(
        &self,
        team_id: Option<&str>,
        name: &str,
    ) -> Result<Vec<api::Model>, ApiError> {
        let list = self.retrying(|| self.client.models(team_id, name)).await?;
        let exact = |model: &api::Model| model.name == name;
        Ok(list.models.into_iter().filter(exact).collect())
    }

    pub(crate) async fn prepare(
        &self,
        request: &api::PrepareModelUploadRequest,
    ) -> Result<api::PrepareModelUploadResponse, ApiError> {
        self.retrying(|| self.client.prepare(request)).await
    }
}
