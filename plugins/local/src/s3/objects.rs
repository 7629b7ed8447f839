//! The operations of S3 that a push needs. `Access` has checked each before it comes here.

use std::sync::Arc;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
    HeadObjectInput, HeadObjectOutput, PutObjectInput, PutObjectOutput, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use super::BUCKET;
use super::access::internal;
use super::multipart::Multiparts;
use super::receive::{Bounds, Claims, Received, receive};
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::store::{Upload, archives};

pub(super) struct Objects {
    shared: Arc<Shared>,
    multiparts: Arc<Multiparts>,
}

impl Objects {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            multiparts: Arc::new(Multiparts::new(Arc::clone(&shared))),
            shared,
        }
    }

    fn bounds(&self, durable: bool) -> Bounds {
        Bounds {
            bytes: self.shared.limits.archive_bytes,
            idle: self.shared.limits.upload_idle,
            durable,
        }
    }
}

/// What is claimed of a body. The inputs that have one have these fields in common, and no trait.
macro_rules! claims {
    ($input:ident, $trailing:expr) => {
        Claims {
            md5: $input.content_md5,
            sums: Checksum {
                checksum_crc32: $input.checksum_crc32,
                checksum_crc32c: $input.checksum_crc32c,
                checksum_crc64nvme: $input.checksum_crc64nvme,
                checksum_sha1: $input.checksum_sha1,
                checksum_sha256: $input.checksum_sha256,
                checksum_type: None,
            },
            trailing: $trailing,
        }
    };
}

/// The key as it was issued: S3 sees the bucket as its first part.
pub(super) fn key(seen: &str) -> S3Result<String> {
    seen.strip_prefix(BUCKET)
        .and_then(|key| key.strip_prefix('/'))
        .map(str::to_owned)
        .ok_or_else(|| s3_error!(NoSuchBucket))
}

/// Makes a whole archive the one of its upload. It is durable when this returns.
pub(super) async fn keep(shared: &Shared, key: String, received: Received) -> S3Result<ETag> {
    let etag = ETag::Strong(received.sha256.clone());
    let (store, stamp) = (shared.archives.clone(), shared.stamp());
    let kept = shared
        .store
        .run(move |tx| {
            let sha256 = &received.sha256;
            archives::insert_archive(tx, sha256, received.size, &stamp.text)?;
            let is_kept = Upload::received(tx, &key, sha256)?;
            if is_kept {
                // A file without a row is deleted at the next start, and a row without a file
                // would be a lie: so the file comes before the commit.
                store.place(received.file.path(), sha256)?;
                tracing::info!(key, sha256, bytes = received.size, "archive received");
                Ok(true)
            } else {
                Err(Refusal::conflict("The archive was used already"))
            }
        })
        .await;
    match kept {
        Ok(_) => Ok(etag),
        Err(refusal) if refusal.status.is_client_error() => {
            Err(s3_error!(AccessDenied, "{}", refusal.body.message))
        }
        Err(refusal) => Err(internal(refusal)),
    }
}

#[async_trait::async_trait]
impl S3 for Objects {
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let key = key(&input.key)?;
        self.refuse_large(input.content_length)?;
        let claims = claims!(input, request.trailing_headers);
        let name = self.shared.id("put-").map_err(internal)?;
        let to = self.shared.archives.incoming(&name);
        let received = receive(input.body, to, self.bounds(true), claims).await?;
        let etag = keep(&self.shared, key, received).await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(etag),
            ..Default::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let key = key(&request.input.key)?;
        let found = self
            .shared
            .store
            .run(move |tx| {
                let upload = Upload::by_key(tx, &key)?;
                let Some(sha256) = upload.and_then(|upload| upload.archive_sha256) else {
                    return Ok(None);
                };
                let size = archives::archive_size(tx, &sha256)?;
                Ok::<_, Refusal>(size.map(|size| (sha256, size)))
            })
            .await
            .map_err(internal)?;
        let (sha256, size) = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(size),
            e_tag: Some(ETag::Strong(sha256)),
            ..Default::default()
        }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let key = key(&request.input.key)?;
        let upload_id = self.multiparts.begin(key.clone())?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(BUCKET.to_owned()),
            key: Some(key),
            upload_id: Some(upload_id),
            ..Default::default()
        }))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let input = request.input;
        let key = key(&input.key)?;
        self.refuse_large(input.content_length)?;
        let claims = claims!(input, request.trailing_headers);
        let to = self
            .multiparts
            .part_path(&key, &input.upload_id, input.part_number)?;
        // A part is acknowledged to be there, not to stay: the whole is synced at the end.
        let received = receive(input.body, to, self.bounds(false), claims).await?;
        let etag = self
            .multiparts
            .add(&key, &input.upload_id, input.part_number, received)?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(etag),
            ..Default::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let key = key(&input.key)?;
        let parts = input
            .multipart_upload
            .and_then(|listed| listed.parts)
            .unwrap_or_default();
        let multiparts = Arc::clone(&self.multiparts);
        let (for_task, id) = (key.clone(), input.upload_id);
        // A client that goes away does not stop it half-way.
        let done = tokio::spawn(async move { multiparts.complete(&for_task, &id, &parts).await });
        let etag = done
            .await
            .map_err(|died| s3_error!(died, InternalError))??;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(BUCKET.to_owned()),
            key: Some(key),
            e_tag: Some(etag),
            ..Default::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let key = key(&request.input.key)?;
        self.multiparts.abort(&key, &request.input.upload_id)?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}

impl Objects {
    /// Refuses before the body is asked for: with `Expect: 100-continue` it is not even sent.
    fn refuse_large(&self, length: Option<i64>) -> S3Result<()> {
        let most = self.shared.limits.archive_bytes;
        match length {
            Some(length) if u64::try_from(length).is_ok_and(|length| length > most) => {
                Err(s3_error!(
                    EntityTooLarge,
                    "{length} bytes are too many; {most} are the most"
                ))
            }
            _ => Ok(()),
        }
    }
}
