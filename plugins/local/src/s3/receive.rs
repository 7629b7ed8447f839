//! Taking in bytes: to disk as they come, hashed on the way, in bounded memory.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use futures_util::StreamExt as _;
use plimsoll_core::digest::hex;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1};
use s3s::dto::{Checksum, StreamingBlob};
use s3s::{S3Result, TrailingHeaders, s3_error};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::access::internal;
use crate::archive::Temporary;

/// Pieces between the network and the disk. A piece has as many bytes as one read of a connection,
/// 256 KiB at most.
const PIECES: usize = 8;

/// What the client says its bytes hash to, in Base64; verified where given.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    pub(super) md5: Option<String>,
    pub(super) sums: Checksum,
    pub(super) trailing: Option<TrailingHeaders>,
}

/// Bytes that have come in, in a file that is deleted unless it is moved away.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) file: Temporary,
    pub(super) size: u64,
    /// SHA-256, in hexadecimal.
    pub(super) sha256: String,
}

/// How much may come, and how slowly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) bytes: u64,
    pub(super) idle: Duration,
    /// Whether the file must be on the disk for good before this returns.
    pub(super) durable: bool,
}

/// Takes in a body.
pub(super) async fn receive(
    body: Option<StreamingBlob>,
    to: PathBuf,
    bounds: Bounds,
    claims: Claims,
) -> S3Result<Received> {
    let (pieces, queue) = mpsc::channel(PIECES);
    let (sums, md5) = (hasher(&claims), claims.md5.is_some().then(Md5::new));
    let writer = tokio::task::spawn_blocking(move || write(to, queue, sums, md5, bounds.durable));
    let fed = feed(body, &pieces, bounds).await;
    drop(pieces);
    let written = writer
        .await
        .unwrap_or_else(|died| Err(io::Error::other(died)));
    let size = fed?;
    let written = written.map_err(internal)?;
    written.verify(&claims)?;
    Ok(Received {
        file: written.file,
        size,
        sha256: hex(&written.sha256),
    })
}

async fn feed(
    body: Option<StreamingBlob>,
    pieces: &mpsc::Sender<Bytes>,
    bounds: Bounds,
) -> S3Result<u64> {
    let mut size = 0_u64;
    let Some(mut body) = body else { return Ok(0) };
    loop {
        let piece = tokio::time::timeout(bounds.idle, body.next())
            .await
            .map_err(|_| s3_error!(RequestTimeout, "The upload sent nothing for too long"))?;
        let Some(piece) = piece else { return Ok(size) };
        // The signed hash of the body is verified by the stream, which ends with an error.
        let piece = piece.map_err(|error| s3_error!(IncompleteBody, "{error}"))?;
        size += piece.len() as u64;
        if size > bounds.bytes {
            let most = bounds.bytes;
            return Err(s3_error!(
                EntityTooLarge,
                "The archive has more than {most} bytes"
            ));
        }
        if pieces.send(piece).await.is_err() {
            // The writer has failed, and says why itself.
            return Ok(size);
        }
    }
}

struct Written {
    /// Made where the file is: when the upload is given up, it goes with the last of the writing.
    file: Temporary,
    sha256: [u8; 32],
    md5: Option<String>,
    sums: Checksum,
}

/// What to hash by: what is claimed. A trailer says what it is only after the bytes, so there all
/// are prepared for.
fn hasher(claims: &Claims) -> ChecksumHasher {
    let (sums, any) = (&claims.sums, claims.trailing.is_some());
    ChecksumHasher {
        crc32: (any || sums.checksum_crc32.is_some()).then(Crc32::new),
        crc32c: (any || sums.checksum_crc32c.is_some()).then(Crc32c::new),
        crc64nvme: (any || sums.checksum_crc64nvme.is_some()).then(Crc64Nvme::new),
        sha1: (any || sums.checksum_sha1.is_some()).then(Sha1::new),
        sha256: (any || sums.checksum_sha256.is_some()).then(s3s::crypto::Sha256::new),
    }
}

fn write(
    to: PathBuf,
    mut queue: mpsc::Receiver<Bytes>,
    mut sums: ChecksumHasher,
    mut md5: Option<Md5>,
    durable: bool,
) -> io::Result<Written> {
    let temporary = Temporary::at(to);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(temporary.path())?;
    let mut sha256 = Sha256::new();
    while let Some(piece) = queue.blocking_recv() {
        sha256.update(&piece);
        sums.update(&piece);
        if let Some(md5) = &mut md5 {
            md5.update(&piece);
        }
        file.write_all(&piece)?;
    }
    if durable {
        file.sync_all()?;
    }
    Ok(Written {
        file: temporary,
        sha256: sha256.finalize().into(),
        md5: md5.map(|md5| BASE64_STANDARD.encode(md5.finalize())),
        sums: sums.finalize(),
    })
}

impl Written {
    /// Compares with what the client says.
    fn verify(&self, claims: &Claims) -> S3Result<()> {
        let claimed = &claims.sums;
        let found = &self.sums;
        let same = |claimed: &Option<String>, found: &Option<String>| {
            claimed.is_none() || claimed == found
        };
        if !same(&claims.md5, &self.md5)
            || !same(&claimed.checksum_crc32, &found.checksum_crc32)
            || !same(&claimed.checksum_crc32c, &found.checksum_crc32c)
            || !same(&claimed.checksum_crc64nvme, &found.checksum_crc64nvme)
            || !same(&claimed.checksum_sha1, &found.checksum_sha1)
            || !same(&claimed.checksum_sha256, &found.checksum_sha256)
        {
            return Err(s3_error!(
                BadDigest,
                "The bytes do not have the checksum that was sent"
            ));
        }
        let Some(trailer) = claims.trailing.as_ref().and_then(TrailingHeaders::take) else {
            return Ok(());
        };
        for (name, found) in [
            ("x-amz-checksum-crc32", &found.checksum_crc32),
            ("x-amz-checksum-crc32c", &found.checksum_crc32c),
            ("x-amz-checksum-crc64nvme", &found.checksum_crc64nvme),
            ("x-amz-checksum-sha1", &found.checksum_sha1),
            ("x-amz-checksum-sha256", &found.checksum_sha256),
        ] {
            if let Some(claimed) = trailer.get(name)
                && found
                    .as_ref()
                    .is_none_or(|found| claimed.as_bytes() != found.as_bytes())
            {
                return Err(s3_error!(
                    BadDigest,
                    "The bytes do not have the trailer's checksum"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use bytes::Bytes;
    use futures_util::stream;
    use s3s::dto::StreamingBlob;

    use super::{Bounds, Claims, receive};

    #[test]
    fn an_upload_that_is_given_up_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let bounds = Bounds {
            bytes: 1 << 20,
            idle: Duration::from_secs(10),
            durable: false,
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            for name in 0..50 {
                let body = stream::pending::<Result<Bytes, std::io::Error>>();
                let to = dir.path().join(name.to_string());
                let receiving = receive(
                    Some(StreamingBlob::wrap(body)),
                    to,
                    bounds,
                    Claims::default(),
                );
                // Begun, and given up before anything came.
                let _ = tokio::time::timeout(Duration::ZERO, receiving).await;
            }
        });
        // Waits for the writers.
        drop(runtime);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
