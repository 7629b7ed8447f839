//! Files that are written whole or not at all.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::{CliError, exit};

/// Writes a file: beside it first, then in its place. One that a link points to is replaced where it
/// lies, with the permissions that it has; what is no file, such as a pipe, is written to. One that
/// may not be written to is left alone.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    replace(path, bytes).map_err(|error| {
        let message = format!("cannot write {}: {error}", path.display());
        CliError::new(exit::INVALID, message)
    })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = path.canonicalize().ok();
    let place = there.as_deref().unwrap_or(path);
    if let Some(there) = &there {
        // Whoever may rename in a folder could replace a file that is not to be written to.
        let mut file = OpenOptions::new().write(true).open(there)?;
        if !file.metadata()?.is_file() {
            return file.write_all(bytes);
        }
    }
    let folder = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut beside = NamedTempFile::new_in(folder)?;
    beside.write_all(bytes)?;
    let permissions = match &there {
        Some(there) => Some(there.metadata()?.permissions()),
        None => usual_permissions(),
    };
    if let Some(permissions) = permissions {
        beside.as_file().set_permissions(permissions)?;
    }
    beside.as_file().sync_all()?;
    beside.persist(place).map_err(|error| error.error)?;
    Ok(())
}

/// Whether a file could be written at a path: its folder is there, and it is no folder itself.
pub(crate) fn check(path: &Path) -> Result<(), CliError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let wrong = match (folder.is_dir(), path.is_dir()) {
        (false, _) => "there is no such folder",
        (true, true) => "it is a folder",
        (true, false) => return Ok(()),
    };
    let message = format!("cannot write {}: {wrong}", path.display());
    Err(CliError::new(exit::INVALID, message))
}

/// A temporary file is its owner's alone; a report is for others to read, too.
#[cfg(unix)]
fn usual_permissions() -> Option<std::fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<std::fs::Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::{check, write};

    #[test]
    fn a_file_is_replaced_whole_and_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("none/report.html"), b"x").is_err());
        assert!(check(&folder.path().join("none/report.html")).is_err());
        assert!(check(folder.path()).is_err());
        assert!(check(&path).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced() {
        use std::os::unix::fs::FileTypeExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        // A socket cannot be opened so; what counts is that it is still there.
        assert!(write(&path, b"gone").is_err());
        assert!(path.metadata().unwrap().file_type().is_socket());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, b"one").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"two");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }
}
