//! Signatures, as minisign makes them: `FILE.minisig` beside `FILE`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use minisign_verify::{Error as VerifyError, PublicKey, Signature};
use thiserror::Error;

/// Why a signature says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The key is neither a key nor a file of one.
    #[error("`{0}` is no minisign key, nor a file of one")]
    Key(String),
    /// There is no signature.
    #[error("it is not signed: there is no {}", .0.display())]
    Missing(PathBuf),
    /// The signature is none.
    #[error("{} is no minisign signature", .0.display())]
    Unreadable(PathBuf),
    /// Somebody else signed it.
    #[error("it is signed with another key")]
    OtherKey,
    /// Other bytes were signed.
    #[error("its signature is of other bytes")]
    OtherBytes,
}

/// A public key.
#[derive(Debug)]
pub(crate) struct Key {
    key: PublicKey,
    /// The key in base64.
    pub(crate) text: String,
}

impl Key {
    /// Reads a key that is given in base64, or as the path of a file.
    pub(crate) fn new(given: &str) -> Result<Self, SignatureError> {
        let in_file = || {
            let text = fs::read_to_string(given).ok()?;
            let line = text.lines().nth(1)?.trim().to_owned();
            Some((PublicKey::from_base64(&line).ok()?, line))
        };
        let given = given.trim();
        let key = match PublicKey::from_base64(given) {
            Ok(key) => Some((key, given.to_owned())),
            Err(_) => in_file(),
        };
        let (key, text) = key.ok_or_else(|| SignatureError::Key(given.to_owned()))?;
        Ok(Self { key, text })
    }

    /// Checks that whoever has the key signed these bytes.
    pub(crate) fn verify(&self, bytes: &[u8], signature: &Path) -> Result<(), SignatureError> {
        let text = fs::read_to_string(signature).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SignatureError::Missing(signature.to_owned()),
            _ => SignatureError::Unreadable(signature.to_owned()),
        })?;
        let unreadable = |_| SignatureError::Unreadable(signature.to_owned());
        let decoded = Signature::decode(&text).map_err(unreadable)?;
        // Those of minisign before 0.10 sign the bytes and not their hash.
        self.key
            .verify(bytes, &decoded, true)
            .map_err(|error| match error {
                VerifyError::UnexpectedKeyId => SignatureError::OtherKey,
                _ => SignatureError::OtherBytes,
            })
    }
}

/// The signature of a file.
pub(crate) fn signature_of(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".minisig");
    PathBuf::from(name)
}
