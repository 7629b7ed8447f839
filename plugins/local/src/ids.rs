//! Where identities and secrets come from.

use std::io;

use plimsoll_core::digest::hex;

/// A source of random bytes, passed in so that a test can say what they are.
pub trait IdSource: Send + Sync {
    /// Fills `bytes` with bytes that nobody can guess.
    ///
    /// # Errors
    /// When the source has none to give.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// The operating system's source of randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsIds;

impl IdSource for OsIds {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::from)
    }
}

/// `prefix` and `bytes` random bytes in hexadecimal.
pub(crate) fn random_id(ids: &dyn IdSource, prefix: &str, bytes: usize) -> io::Result<String> {
    let mut random = vec![0; bytes];
    ids.fill(&mut random)?;
    Ok(format!("{prefix}{}", hex(&random)))
}
