//! The API key that every request needs.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::PlatformError;
use crate::ids::{IdSource, random_id};

const FILE: &str = "api-key";
const PREFIX: &str = "plim_";
const RANDOM_BYTES: usize = 32;

/// The API key that every request needs.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// The key.
    pub secret: SecretString,
    /// Whether it was made just now, so that it must be shown once.
    pub newly_made: bool,
}

impl ApiKey {
    /// The given key, or else the stored one, or else a new one that is stored, readable by its
    /// owner only.
    pub(crate) fn open(
        data_dir: &Path,
        given: Option<SecretString>,
        ids: &dyn IdSource,
    ) -> Result<Self, PlatformError> {
        if let Some(secret) = given {
            return Self::given(secret);
        }
        let path = data_dir.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let text = text.trim();
                if !is_key(text) {
                    return Err(PlatformError::BadKeyFile { path });
                }
                Ok(Self {
                    secret: text.into(),
                    newly_made: false,
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = new_secret(ids)?;
                write_private(data_dir, &path, &secret)
                    .map_err(PlatformError::io(&path, "written"))?;
                Ok(Self {
                    secret: secret.into(),
                    newly_made: true,
                })
            }
            Err(error) => Err(PlatformError::io(&path, "read")(error)),
        }
    }

    /// The given key, or else one that is kept nowhere.
    pub(crate) fn passing(
        given: Option<SecretString>,
        ids: &dyn IdSource,
    ) -> Result<Self, PlatformError> {
        match given {
            Some(secret) => Self::given(secret),
            None => Ok(Self {
                secret: new_secret(ids)?.into(),
                newly_made: true,
            }),
        }
    }

    fn given(secret: SecretString) -> Result<Self, PlatformError> {
        if !is_key(secret.expose_secret()) {
            return Err(PlatformError::BadKey);
        }
        Ok(Self {
            secret,
            newly_made: false,
        })
    }

    /// Whether this is the key, in a time that does not depend on how much of it is right.
    pub(crate) fn matches(&self, presented: &str) -> bool {
        let known = Sha256::digest(self.secret.expose_secret().as_bytes());
        let presented = Sha256::digest(presented.as_bytes());
        known.as_slice().ct_eq(presented.as_slice()).into()
    }
}

fn new_secret(ids: &dyn IdSource) -> Result<String, PlatformError> {
    random_id(ids, PREFIX, RANDOM_BYTES).map_err(PlatformError::Random)
}

/// Whether a header can carry this as a key.
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Writes beside and renames, so that a crash leaves no half a key.
fn write_private(dir: &Path, path: &Path, secret: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&new)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    crate::archive::sync_dir(dir)
}

#[cfg(test)]
mod tests {
    use super::ApiKey;
    use crate::ids::OsIds;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_key_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = ApiKey::open(dir.path(), None, &OsIds).unwrap();
        assert!(first.newly_made);
        let text = first.secret.expose_secret();
        assert!(text.starts_with("plim_") && text.len() == 5 + 64, "{text}");
        let second = ApiKey::open(dir.path(), None, &OsIds).unwrap();
        assert!(!second.newly_made);
        assert!(second.matches(text) && !second.matches("plim_") && !second.matches(""));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(dir.path().join("api-key"))
                .unwrap()
                .permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_given_key_that_is_none_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for bad in ["", " ", "two words", "key\n"] {
            let error = ApiKey::open(dir.path(), Some(bad.into()), &OsIds).unwrap_err();
            assert!(
                error.to_string().starts_with("the API key that was given"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_given_key_is_used_instead_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let key = ApiKey::open(dir.path(), Some("canary".into()), &OsIds).unwrap();
        assert!(key.matches("canary") && !key.newly_made);
        assert!(!format!("{key:?}").contains("canary"));
        assert!(!dir.path().join("api-key").exists());
    }
}
