//! Who may do what: the bearer of temporary credentials may write its one key, for a while.

use std::sync::Arc;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

use super::{BUCKET, PREFIX};
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::store::Upload;

const SESSION_TOKEN: &str = "x-amz-security-token";

/// What a push needs of S3.
const OPERATIONS: [&str; 6] = [
    "PutObject",
    "HeadObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
];

pub(super) struct Access {
    shared: Arc<Shared>,
}

impl Access {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    async fn upload(&self, access_key: &str) -> S3Result<Upload> {
        let wanted = access_key.to_owned();
        let found = self
            .shared
            .store
            .run(move |tx| Upload::by_access_key(tx, &wanted))
            .await;
        let upload = found
            .map_err(internal)?
            .ok_or_else(|| s3_error!(InvalidAccessKeyId))?;
        if upload.expires_millis < self.shared.stamp().millis() {
            return Err(s3_error!(
                ExpiredToken,
                "The upload credentials have expired"
            ));
        }
        Ok(upload)
    }
}

/// The platform failed; its own log says how.
pub(super) fn internal(error: impl Into<Refusal>) -> s3s::S3Error {
    let refusal = error.into();
    s3_error!(InternalError, "{}", refusal.body.message)
}

#[async_trait::async_trait]
impl S3Auth for Access {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let upload = self.upload(access_key).await?;
        Ok(SecretKey::from(upload.secret_key.expose_secret()))
    }
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = cx.credentials() else {
            return Err(s3_error!(AccessDenied));
        };
        let operation = cx.s3_op().name();
        if !OPERATIONS.contains(&operation) {
            return Err(s3_error!(NotImplemented, "{operation} is not taken here"));
        }
        let upload = self.upload(&credentials.access_key).await?;
        let presented = cx
            .headers()
            .get(SESSION_TOKEN)
            .map_or(&[][..], |value| value.as_bytes());
        let known = upload.session_token.expose_secret().as_bytes();
        if !bool::from(presented.ct_eq(known)) {
            return Err(s3_error!(InvalidToken));
        }
        let place = format!("{BUCKET}/{}", upload.s3_key);
        if cx.s3_path().as_object() != Some((PREFIX, place.as_str())) {
            return Err(s3_error!(
                AccessDenied,
                "These credentials are for one key only"
            ));
        }
        if upload.consumed_by.is_some() && operation != "HeadObject" {
            return Err(s3_error!(AccessDenied, "The archive was used already"));
        }
        Ok(())
    }
}
