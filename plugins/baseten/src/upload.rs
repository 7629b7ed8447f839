//! Sending an archive to S3: streamed, in parts, each tried again by itself.
//!
//! Memory: at most [`IN_FLIGHT_BYTES`] of parts under way, one part waiting and one being filled,
//! whatever the archive's length.

mod parts;
mod store;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use object_store::multipart::PartId;
use plimsoll_baseten_api::PrepareModelUploadResponse;
use plimsoll_core::context::BuildContext;
use plimsoll_core::deployer::Event;
use plimsoll_core::digest::BuildDigest;
use serde_json::Value as Json;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::archive::{self, ArchiveError};
use crate::error::ApiError;
use crate::session::Session;
use parts::PartWriter;
use store::Store;

/// The smallest part, and the length up to which an archive is sent whole. S3's least is 5 MiB; the
/// official clients use 8 MiB.
const SMALLEST_PART: u64 = 8 * 1024 * 1024;

/// How many parts S3 takes.
const MOST_PARTS: u64 = 10_000;

/// How many parts are under way at a time.
const IN_FLIGHT: usize = 4;

/// How many bytes of parts are under way at a time, unless one part alone has more.
const IN_FLIGHT_BYTES: u64 = 32 * 1024 * 1024;

/// Why an archive was not sent.
#[derive(Debug, Error)]
pub(crate) enum UploadError {
    /// The archive could not be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What was written is not what was planned.
    #[error("its digest is {found}, where the plan says {planned}")]
    Digest { planned: String, found: String },
    /// The platform's word on where to send it is not understood.
    #[error("the platform's word on where to send the archive is not understood: {0}")]
    Destination(String),
    /// S3 did not take it.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The task that writes the archive died.
    #[error("the archive's writer stopped: {0}")]
    Writer(String),
}

/// An upload that failed.
#[derive(Debug)]
pub(crate) struct FailedUpload {
    pub(crate) error: UploadError,
    /// What exists now, in words.
    pub(crate) left_behind: Option<String>,
}

impl<E: Into<UploadError>> From<E> for FailedUpload {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            left_behind: None,
        }
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cargo<'a> {
    /// The files of the archive.
    pub(crate) context: &'a BuildContext,
    /// The configuration that the digest covers beside them.
    pub(crate) config: &'a Json,
    /// The digest that both must have; `None` where nothing is built of them.
    pub(crate) planned: Option<&'a BuildDigest>,
}

/// An archive that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Uploaded {
    /// What to call it when a deployment is created of it.
    pub(crate) s3_key: String,
    /// Where it is, for people.
    pub(crate) location: String,
    /// Its length in bytes.
    pub(crate) bytes: u64,
}

/// Sends the archive of a context to where `prepared` says, when it has the digest that the plan
/// named.
///
/// `None` where the platform wants no archive.
pub(crate) async fn upload(
    session: &Session<'_>,
    prepared: &PrepareModelUploadResponse,
    cargo: Cargo<'_>,
) -> Result<Option<Uploaded>, FailedUpload> {
    let Some(key) = prepared.s3_key.as_deref() else {
        return Ok(None);
    };
    let store = Store::new(*session, prepared, key)?;
    let total = archive::length(cargo.context);
    session.progress.report(Event::Uploaded { bytes: 0, total });
    let size = part_size(total);
    let source = || Source::begin(cargo, size);
    if total <= size {
        whole(&store, source(), total).await?;
    } else {
        let mut lost = 0;
        // A platform that was restarted may have forgotten the parts: they are sent anew.
        while let Err(failed) = in_parts(&store, source(), total, size).await {
            lost += 1;
            match &failed.error {
                UploadError::Api(error)
                    if error.is_not_found() && lost <= session.options().retries.count =>
                {
                    session.back_off(lost, error.to_string(), None).await?;
                }
                _ => return Err(failed),
            }
        }
    }
    Ok(Some(Uploaded {
        s3_key: key.to_owned(),
        location: store.location().to_owned(),
        bytes: total,
    }))
}

/// The size of a part of an archive, in bytes: whole mebibytes, so that there are not too many.
fn part_size(total: u64) -> u64 {
    const MEBIBYTE: u64 = 1024 * 1024;
    let needed = total.div_ceil(MOST_PARTS).div_ceil(MEBIBYTE) * MEBIBYTE;
    needed.max(SMALLEST_PART)
}

fn spawn_writer(
    cargo: Cargo<'_>,
    size: u64,
    sender: mpsc::Sender<Bytes>,
) -> JoinHandle<Result<BuildDigest, ArchiveError>> {
    let context: BuildContext = cargo.context.clone();
    let config = cargo.config.clone();
    // Reading files blocks. When nobody takes parts any more, the writer fails and ends.
    tokio::task::spawn_blocking(move || {
        let mut writer = PartWriter::new(size, sender);
        let digest = archive::write(&context, &config, &mut writer)?;
        writer.finish().map_err(ArchiveError::Write)?;
        Ok(digest)
    })
}

/// The parts of an archive as they are written, and what is known when all are.
struct Source<'a> {
    parts: mpsc::Receiver<Bytes>,
    writer: JoinHandle<Result<BuildDigest, ArchiveError>>,
    planned: Option<&'a BuildDigest>,
}

impl<'a> Source<'a> {
    fn begin(cargo: Cargo<'a>, size: u64) -> Self {
        let (sender, parts) = mpsc::channel(1);
        Self {
            parts,
            writer: spawn_writer(cargo, size, sender),
            planned: cargo.planned,
        }
    }

    /// Fails unless what was written is what was planned.
    async fn check(self) -> Result<(), UploadError> {
        drop(self.parts);
        let joined = self.writer.await;
        let digest = joined.map_err(|error| UploadError::Writer(error.to_string()))??;
        match self.planned {
            Some(planned) if digest != *planned => Err(UploadError::Digest {
                planned: planned.short().to_owned(),
                found: digest.short().to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

async fn whole(store: &Store<'_>, mut source: Source<'_>, total: u64) -> Result<(), FailedUpload> {
    let session = store.session();
    let bytes = session.interruptible(source.parts.recv()).await?;
    source.check().await?;
    store.put(bytes.unwrap_or_default()).await?;
    session.progress.report(Event::Uploaded {
        bytes: total,
        total,
    });
    Ok(())
}

async fn in_parts(
    store: &Store<'_>,
    source: Source<'_>,
    total: u64,
    size: u64,
) -> Result<(), FailedUpload> {
    let id = store.begin().await?;
    let sent = async {
        let (source, ids) = send_parts(store, &id, source, total, size).await?;
        source.check().await?;
        store.session().check()?;
        store.finish(&id, ids, total).await?;
        Ok(())
    };
    let error: UploadError = match sent.await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    let left_behind = (!store.abort(&id).await).then(|| {
        format!(
            "an unfinished upload at {}; the platform sweeps it",
            store.location()
        )
    });
    Err(FailedUpload { error, left_behind })
}

async fn send_parts<'a>(
    store: &Store<'_>,
    id: &str,
    mut source: Source<'a>,
    total: u64,
    size: u64,
) -> Result<(Source<'a>, Vec<PartId>), UploadError> {
    let session = store.session();
    let in_flight = usize::try_from(IN_FLIGHT_BYTES / size).unwrap_or(IN_FLIGHT);
    let in_flight = in_flight.clamp(1, IN_FLIGHT);
    let mut under_way = FuturesUnordered::new();
    let mut ids: Vec<Option<PartId>> = Vec::new();
    let (mut arrived, mut drained) = (0, false);
    loop {
        if !drained && under_way.len() < in_flight {
            match session.interruptible(source.parts.recv()).await? {
                Some(part) => {
                    let index = ids.len();
                    ids.push(None);
                    under_way.push(async move {
                        let length = part.len() as u64;
                        let sent = store.put_part(id, index, part).await?;
                        Ok::<_, ApiError>((index, sent, length))
                    });
                }
                None => drained = true,
            }
            continue;
        }
        let Some(done) = under_way.next().await else {
            break;
        };
        let (index, sent, length) = done?;
        ids[index] = Some(sent);
        arrived += length;
        session.progress.report(Event::Uploaded {
            bytes: arrived,
            total,
        });
    }
    drop(under_way);
    Ok((source, ids.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests {
    use super::{MOST_PARTS, SMALLEST_PART, part_size};

    #[test]
    fn parts_are_neither_too_small_nor_too_many() {
        for total in [0, 1, SMALLEST_PART, 5 << 30, 80 << 30, 5 << 40] {
            let size = part_size(total);
            assert!(size >= SMALLEST_PART && size.is_multiple_of(1024 * 1024));
            assert!(total.div_ceil(size) <= MOST_PARTS, "{total}");
        }
    }
}
