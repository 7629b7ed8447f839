//! S3, as far as an upload needs it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, Error as StoreError, ObjectStoreExt as _, PutPayload, RetryConfig,
};
use plimsoll_baseten_api::PrepareModelUploadResponse;
use reqwest::Url;

use super::UploadError;
use crate::client::reason_of;
use crate::error::ApiError;
use crate::options::is_loopback;
use crate::session::Session;
use crate::tls;

/// How long an upload that failed may take to be called off.
const ABORT_TIMEOUT: Duration = Duration::from_secs(10);

/// One key of a bucket.
pub(super) struct Store<'a> {
    session: Session<'a>,
    s3: AmazonS3,
    path: Path,
    location: String,
    secrets: Vec<String>,
}

impl<'a> Store<'a> {
    pub(super) fn new(
        session: Session<'a>,
        prepared: &PrepareModelUploadResponse,
        key: &str,
    ) -> Result<Self, UploadError> {
        let missing = |what: &str| UploadError::Destination(format!("it gives no {what}"));
        let bad = |what: String| UploadError::Destination(what);
        let bucket = prepared
            .s3_bucket
            .as_deref()
            .ok_or_else(|| missing("bucket"))?;
        let credentials = prepared
            .creds
            .as_ref()
            .ok_or_else(|| missing("credentials"))?;
        let region = prepared.s3_region.as_deref().unwrap_or("us-east-1");
        let path = Path::parse(key).map_err(|error| bad(error.to_string()))?;
        let builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region)
            .with_access_key_id(&credentials.aws_access_key_id)
            .with_secret_access_key(&credentials.aws_secret_access_key)
            .with_token(&credentials.aws_session_token)
            // What is tried again, and when, is said here: see `retrying`.
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 0,
                retry_timeout: Duration::ZERO,
            });
        let (builder, url) = match prepared.endpoint_url.as_deref() {
            Some(endpoint) => (builder.with_endpoint(endpoint), endpoint.to_owned()),
            // A bucket with a dot in its name has no certificate as a host name.
            None => (
                builder.with_virtual_hosted_style_request(!bucket.contains('.')),
                format!("https://s3.{region}.amazonaws.com"),
            ),
        };
        let url: Url = url
            .parse()
            .map_err(|_| bad("its endpoint is no URL".to_owned()))?;
        let plain = url.scheme() == "http" && is_loopback(&url);
        if url.scheme() != "https" && !plain {
            return Err(bad(
                "its endpoint is neither https nor on this machine".to_owned()
            ));
        }
        let timeouts = session.options().timeouts;
        let http = tls::client(&url, timeouts.connect, timeouts.part)
            .map_err(|error| bad(error.to_string()))?;
        let s3 = builder
            .with_allow_http(plain)
            .with_http_connector(Connector(http))
            .build()
            .map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            session,
            s3,
            path,
            location: format!("s3://{bucket}/{key}"),
            secrets: vec![
                credentials.aws_secret_access_key.clone(),
                credentials.aws_session_token.clone(),
            ],
        })
    }

    pub(super) fn session(&self) -> &Session<'a> {
        &self.session
    }

    pub(super) fn location(&self) -> &str {
        &self.location
    }

    /// Sends all in one request.
    pub(super) async fn put(&self, bytes: Bytes) -> Result<(), ApiError> {
        let payload = PutPayload::from_bytes(bytes);
        self.retrying("send the archive", || {
            self.s3.put(&self.path, payload.clone())
        })
        .await
        .map(drop)
    }

    /// Begins an upload in parts. One that was begun twice leaves an empty one, which the platform
    /// sweeps.
    pub(super) async fn begin(&self) -> Result<String, ApiError> {
        self.retrying("begin to send the archive", || {
            self.s3.create_multipart(&self.path)
        })
        .await
    }

    pub(super) async fn put_part(
        &self,
        id: &str,
        index: usize,
        part: Bytes,
    ) -> Result<PartId, ApiError> {
        let (id, payload) = (id.to_owned(), PutPayload::from_bytes(part));
        self.retrying("send a part of the archive", || {
            self.s3.put_part(&self.path, &id, index, payload.clone())
        })
        .await
    }

    /// Makes one object of the parts. When the answer was lost and the upload is gone the second
    /// time, the object tells whether it was done.
    pub(super) async fn finish(
        &self,
        id: &str,
        parts: Vec<PartId>,
        total: u64,
    ) -> Result<(), ApiError> {
        let id = id.to_owned();
        let done = self
            .retrying("finish the archive", || {
                self.s3.complete_multipart(&self.path, &id, parts.clone())
            })
            .await;
        let Err(error) = done else { return Ok(()) };
        match self.session.interruptible(self.s3.head(&self.path)).await? {
            Ok(object) if object.size == total => Ok(()),
            _ => Err(error),
        }
    }

    /// Calls an upload off; says whether that went well. One that the platform does not know
    /// leaves nothing.
    pub(super) async fn abort(&self, id: &str) -> bool {
        let id = id.to_owned();
        let aborting = self.s3.abort_multipart(&self.path, &id);
        matches!(
            tokio::time::timeout(ABORT_TIMEOUT, aborting).await,
            Ok(Ok(()) | Err(StoreError::NotFound { .. }))
        )
    }

    async fn retrying<T, F, Work>(&self, what: &'static str, attempt: F) -> Result<T, ApiError>
    where
        F: Fn() -> Work + Send + Sync,
        Work: Future<Output = Result<T, StoreError>> + Send,
        T: Send,
    {
        let attempt = || {
            let work = attempt();
            async move { work.await.map_err(|error| self.error(what, &error)) }
        };
        self.session.retrying(attempt).await
    }

    fn error(&self, what: &'static str, error: &StoreError) -> ApiError {
        let mut reason = self.session.client.redact(&reason_of(error));
        for secret in self.secrets.iter().filter(|secret| !secret.is_empty()) {
            reason = reason.replace(secret, "[secret]");
        }
        let status = |status| ApiError::Status {
            what,
            status,
            message: reason.clone(),
            retry_after: None,
        };
        match error {
            StoreError::Unauthenticated { .. } => status(401),
            StoreError::PermissionDenied { .. } => status(403),
            StoreError::NotFound { .. } => status(404),
            _ => ApiError::Lost { what, reason },
        }
    }
}

/// Gives S3 a client that was made already.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// Stores are shared by the parts that are under way.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Arc<Store<'_>>>();
};
