//! The folder that is written: as a whole, or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use plimsoll::chains::MARKER_FILE;
use plimsoll::context::ContextFile;
use tempfile::TempDir;

use crate::error::CliError;

/// How the file begins that says that a folder is ours.
const MARK: &str = "Written by `plimsoll codegen`";

/// A folder in the making.
pub(super) struct Folder {
    /// Stands beside the target; what is left in it goes with it.
    beside: TempDir,
    target: PathBuf,
    /// Whether the target is there.
    replaces: bool,
}

impl Folder {
    /// Makes sure that `out` may be written: nothing is there, or an empty folder, or one that was
    /// written before and does not hold the `source`.
    pub(super) fn prepare(out: &Path, source: &Path) -> Result<Self, CliError> {
        let unusable = |error: io::Error| CliError::file(out, &error);
        let replaces = match fs::symlink_metadata(out) {
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(unusable(error)),
        };
        let target = if replaces {
            let target = fs::canonicalize(out).map_err(unusable)?;
            let source =
                fs::canonicalize(source).map_err(|error| CliError::file(source, &error))?;
            if source.starts_with(&target) {
                return Err(refused(out, "is the folder of the chain"));
            }
            check_replaceable(out, &target)?;
            target
        } else {
            out.to_path_buf()
        };
        let parent = parent(&target);
        let beside = fs::create_dir_all(parent)
            .and_then(|()| TempDir::with_prefix_in(".plimsoll-codegen-", parent));
        let folder = Self {
            beside: beside.map_err(|error| CliError::file(parent, &error))?,
            target,
            replaces,
        };
        fs::create_dir(folder.draft()).map_err(unusable)?;
        Ok(folder)
    }

    /// Says in the folder what wrote it.
    pub(super) fn mark(&self, what: &str) -> Result<(), CliError> {
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "{MARK} {version} from {what}.\n\
             The next run replaces this folder, and everything in it.\n"
        );
        let mark = ContextFile::of_bytes(MARKER_FILE, text.into_bytes());
        self.write("", &mark).map(|_| ())
    }

    /// Writes a file below a folder, and returns its length in bytes.
    pub(super) fn write(&self, folder: &str, file: &ContextFile) -> Result<u64, CliError> {
        let below = Path::new(folder).join(&file.path);
        write(&self.draft().join(&below), file)
            .map_err(|error| CliError::file(&self.target.join(below), &error))
    }

    /// Puts the folder in its place. What was there is gone when this returns.
    pub(super) fn publish(self) -> Result<(), CliError> {
        let (draft, target) = (self.draft(), &self.target);
        let published = sync_folders(&draft)
            .and_then(|()| match self.replaces {
                true => replace(&draft, target),
                false => fs::rename(&draft, target),
            })
            .and_then(|()| sync(parent(target)));
        published.map_err(|error| CliError::file(target, &error))
    }

    fn draft(&self) -> PathBuf {
        self.beside.path().join("draft")
    }
}

fn refused(out: &Path, why: &str) -> CliError {
    CliError::usage(format!("{} {why}", out.display()))
        .hint("name another folder with --out; one that does not exist yet is made")
}

/// Refuses what is not a folder, and a folder with anything in it that was not written by us.
fn check_replaceable(out: &Path, target: &Path) -> Result<(), CliError> {
    let unusable = |error: io::Error| CliError::file(out, &error);
    if !fs::metadata(target).map_err(unusable)?.is_dir() {
        return Err(refused(out, "is not a folder"));
    }
    let is_empty = fs::read_dir(target).map_err(unusable)?.next().is_none();
    let is_ours =
        || fs::read(target.join(MARKER_FILE)).is_ok_and(|text| text.starts_with(MARK.as_bytes()));
    if is_empty || is_ours() {
        return Ok(());
    }
    Err(refused(
        out,
        "has files in it that `plimsoll codegen` did not write, and is left as it is",
    ))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn write(path: &Path, file: &ContextFile) -> io::Result<u64> {
    fs::create_dir_all(parent(path))?;
    let mut writer = File::create_new(path)?;
    let count = io::copy(&mut file.open()?, &mut writer)?;
    if file.executable {
        make_executable(&writer)?;
    }
    writer.sync_all()?;
    Ok(count)
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = file.metadata()?.permissions();
    // Whoever may read it may execute it.
    let mode = permissions.mode();
    permissions.set_mode(mode | (mode & 0o444) >> 2);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn make_executable(_: &File) -> io::Result<()> {
    Ok(())
}

/// Makes the entries of a folder, and of those below it, durable.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync(folder)
}

fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Puts one folder in the place of another, which comes to stand where the first was. Where the
/// file system cannot exchange the two at once, there is a moment when neither is in its place.
fn replace(draft: &Path, target: &Path) -> io::Result<()> {
    if exchange(draft, target)? {
        return Ok(());
    }
    let aside = draft.with_extension("old");
    fs::rename(target, &aside)?;
    fs::rename(draft, target).inspect_err(|_| {
        let _ = fs::rename(&aside, target);
    })
}

/// Whether two folders were exchanged at once.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}
