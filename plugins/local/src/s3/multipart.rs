//! Uploads in parts: in any order, several at a time, put together at the end.
//!
//! They live as long as the process. A client of a process that is gone begins anew, and what it
//! left behind was deleted at the start.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plimsoll_core::digest::hex;
use s3s::dto::{CompletedPart, ETag};
use s3s::{S3Result, s3_error};
use sha2::{Digest as _, Sha256};

use super::access::internal;
use super::objects::keep;
use super::receive::Received;
use crate::archive::Temporary;
use crate::shared::Shared;

/// S3's own bound.
const PART_NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;
const BUFFER_BYTES: usize = 1 << 20;

pub(super) struct Multiparts {
    shared: Arc<Shared>,
    open: Mutex<HashMap<String, Multipart>>,
}

struct Multipart {
    key: String,
    began_millis: i64,
    /// When a part last began to come in, or had come in.
    touched_millis: i64,
    /// Everything of it, deleted with it, and as soon as it is completed.
    folder: Option<Arc<Temporary>>,
    parts: BTreeMap<i32, Part>,
    state: State,
}

impl Multipart {
    fn folder(&self) -> S3Result<&Arc<Temporary>> {
        self.folder.as_ref().ok_or_else(|| s3_error!(NoSuchUpload))
    }
}

enum State {
    Open,
    Completing,
    /// Said again to a client that lost the answer.
    Completed(ETag),
}

struct Part {
    path: PathBuf,
    size: u64,
    sha256: String,
}

impl Multiparts {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            open: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Multipart>> {
        // Nothing that holds it can leave it half-changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an upload. Those that are older than credentials can be are forgotten.
    pub(super) fn begin(&self, key: String) -> S3Result<String> {
        let id = self.shared.id("mp").map_err(internal)?;
        let now = self.shared.stamp().millis();
        let oldest = self.shared.limits.upload_credentials.as_millis();
        let mut open = self.open();
        open.retain(|_, upload| {
            u128::try_from(now - upload.began_millis).is_ok_and(|age| age <= oldest)
        });
        let unfinished = open
            .values()
            .filter(|upload| !matches!(upload.state, State::Completed(_)))
            .count();
        if unfinished >= self.shared.limits.multipart_uploads {
            let idle = self.shared.limits.upload_idle;
            let abandoned = longest_untouched(&open, now, idle);
            let abandoned = abandoned
                .ok_or_else(|| s3_error!(SlowDown, "Too many multipart uploads are open"))?;
            open.remove(&abandoned);
        }
        let folder = self.shared.archives.incoming(&id);
        fs::create_dir(&folder).map_err(internal)?;
        let upload = Multipart {
            key,
            began_millis: now,
            touched_millis: now,
            folder: Some(Arc::new(Temporary::at(folder))),
            parts: BTreeMap::new(),
            state: State::Open,
        };
        open.insert(id.clone(), upload);
        Ok(id)
    }

    /// Where to put a part that is coming in.
    pub(super) fn part_path(&self, key: &str, id: &str, number: i32) -> S3Result<PathBuf> {
        if !PART_NUMBERS.contains(&number) {
            return Err(s3_error!(
                InvalidArgument,
                "Part numbers are between 1 and 10000"
            ));
        }
        // Two that send the same part at a time do not meet.
        let name = self.shared.id("part-").map_err(internal)?;
        let mut open = self.open();
        let upload = find(&mut open, key, id)?;
        upload.touched_millis = self.shared.stamp().millis();
        Ok(upload.folder()?.path().join(name))
    }

    /// Takes a part that has come in; it replaces an earlier one of its number.
    pub(super) fn add(
        &self,
        key: &str,
        id: &str,
        number: i32,
        received: Received,
    ) -> S3Result<ETag> {
        let mut open = self.open();
        let upload = find(&mut open, key, id)?;
        upload.touched_millis = self.shared.stamp().millis();
        let others: u64 = upload
            .parts
            .iter()
            .filter(|(other, _)| **other != number)
            .map(|(_, part)| part.size)
            .sum();
        let most = self.shared.limits.archive_bytes;
        if others + received.size > most {
            return Err(s3_error!(
                EntityTooLarge,
                "The archive has more than {most} bytes"
            ));
        }
        let path = upload.folder()?.path().join(number.to_string());
        fs::rename(received.file.path(), &path).map_err(internal)?;
        let etag = ETag::Strong(received.sha256.clone());
        let part = Part {
            path,
            size: received.size,
            sha256: received.sha256,
        };
        upload.parts.insert(number, part);
        Ok(etag)
    }

    /// Forgets an upload with all its parts.
    pub(super) fn abort(&self, key: &str, id: &str) -> S3Result<()> {
        let mut open = self.open();
        find(&mut open, key, id)?;
        open.remove(id);
        Ok(())
    }

    /// Puts the listed parts together.
    pub(super) async fn complete(
        &self,
        key: &str,
        id: &str,
        listed: &[CompletedPart],
    ) -> S3Result<ETag> {
        let (parts, folder) = {
            let mut open = self.open();
            match open.get(id) {
                Some(Multipart {
                    state: State::Completed(etag),
                    key: own,
                    ..
                }) if own == key => {
                    return Ok(etag.clone());
                }
                _ => {}
            }
            let upload = find(&mut open, key, id)?;
            let parts = listed_parts(upload, listed)?;
            let folder = Arc::clone(upload.folder()?);
            upload.state = State::Completing;
            (parts, folder)
        };
        let whole = folder.path().join("whole");
        let assembled = tokio::task::spawn_blocking(move || assemble(&parts, whole))
            .await
            .unwrap_or_else(|died| Err(io::Error::other(died)))
            .map_err(internal);
        let kept = match assembled {
            Ok(received) => keep(&self.shared, key.to_owned(), received).await,
            Err(error) => Err(error),
        };
        let mut open = self.open();
        if let Some(upload) = open.get_mut(id) {
            match &kept {
                Ok(etag) => {
                    upload.state = State::Completed(etag.clone());
                    upload.parts.clear();
                    upload.folder = None;
                }
                Err(_) => upload.state = State::Open,
            }
        }
        kept
    }
}

/// The upload that a client most likely left where it was: a client that is killed calls nothing
/// off, and must not lock others out.
fn longest_untouched(
    open: &HashMap<String, Multipart>,
    now_millis: i64,
    at_least: Duration,
) -> Option<String> {
    let (id, upload) = open
        .iter()
        .filter(|(_, upload)| matches!(upload.state, State::Open))
        .min_by_key(|(_, upload)| upload.touched_millis)?;
    let untouched = u64::try_from(now_millis - upload.touched_millis).unwrap_or(0);
    (Duration::from_millis(untouched) >= at_least).then(|| id.clone())
}

fn find<'a>(
    open: &'a mut HashMap<String, Multipart>,
    key: &str,
    id: &str,
) -> S3Result<&'a mut Multipart> {
    let found = open.get_mut(id).filter(|upload| upload.key == key);
    let upload = found.ok_or_else(|| s3_error!(NoSuchUpload))?;
    match upload.state {
        State::Open => Ok(upload),
        State::Completing => Err(s3_error!(OperationAborted, "The upload is being completed")),
        State::Completed(_) => Err(s3_error!(NoSuchUpload)),
    }
}

/// The files of the parts that a client lists, which must be in order and as they were received.
fn listed_parts(upload: &Multipart, listed: &[CompletedPart]) -> S3Result<Vec<PathBuf>> {
    if listed.is_empty() {
        return Err(s3_error!(MalformedXML, "No parts are listed"));
    }
    let mut last = 0;
    let mut paths = Vec::with_capacity(listed.len());
    for part in listed {
        let number = part.part_number.unwrap_or_default();
        if number <= last {
            return Err(s3_error!(InvalidPartOrder));
        }
        last = number;
        let found = upload.parts.get(&number);
        let found = found.filter(|found| {
            part.e_tag
                .as_ref()
                .is_some_and(|etag| etag.value() == found.sha256)
        });
        let found = found.ok_or_else(|| {
            s3_error!(
                InvalidPart,
                "Part {number} is not there, or has another ETag"
            )
        })?;
        paths.push(found.path.clone());
    }
    Ok(paths)
}

fn assemble(parts: &[PathBuf], whole: PathBuf) -> io::Result<Received> {
    let mut output = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&whole)?;
    let mut sha256 = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; BUFFER_BYTES];
    for part in parts {
        size += append(part, &mut output, &mut sha256, &mut buffer)?;
    }
    output.sync_all()?;
    Ok(Received {
        file: Temporary::at(whole),
        size,
        sha256: hex(&sha256.finalize()),
    })
}

fn append(
    part: &Path,
    output: &mut File,
    sha256: &mut Sha256,
    buffer: &mut [u8],
) -> io::Result<u64> {
    let mut input = File::open(part)?;
    let mut size = 0;
    loop {
        let read = input.read(buffer)?;
        if read == 0 {
            return Ok(size);
        }
        sha256.update(&buffer[..read]);
        output.write_all(&buffer[..read])?;
        size += read as u64;
    }
}
