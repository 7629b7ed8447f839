//! Builds plugin libraries, as their authors would, for tests and benches that load them.
//!
//! Each library is a copy of its own under `target/test-plugins`, so that variants of one crate do not
//! overwrite each other and a test may do to its copy what it likes.

#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "support of tests: it fails by panicking, and finds cargo in the environment"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// A library to build.
#[derive(Clone, Copy, Debug)]
pub struct Library<'a> {
    /// The package.
    pub package: &'a str,
    /// Its features, `dylib` among them.
    pub features: &'a str,
    /// Whether it is built for speed.
    pub release: bool,
}

impl Library<'_> {
    /// Builds it, and returns where its copy is.
    ///
    /// # Panics
    /// When it cannot be built.
    #[must_use]
    pub fn build(&self) -> PathBuf {
        let target = workspace().join("target");
        let built = target.join("test-plugins");
        fs::create_dir_all(&built).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
        // Tests run at once, and variants of one crate have one place.
        let lock = File::create(built.join("lock")).and_then(|file| file.lock().map(|()| file));
        let _lock = lock.unwrap_or_else(|error| panic!("cannot lock {}: {error}", built.display()));
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .current_dir(workspace())
            .args(["rustc", "--locked", "--lib", "--crate-type", "cdylib"])
            .args(["--message-format", "json-render-diagnostics"])
            .args(["--package", self.package, "--features", self.features])
            .args(["--config", "profile.dev.debug=false"]);
        if self.release {
            command.arg("--release");
        }
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("no cargo: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{} does not build:\n{told}",
            self.package
        );
        let library = made(&String::from_utf8_lossy(&output.stdout), self.package);
        let profile = if self.release { "release" } else { "dev" };
        let extension = library
            .extension()
            .and_then(|one| one.to_str())
            .unwrap_or("so");
        let name = format!(
            "{}-{}-{profile}",
            self.package,
            self.features.replace([',', '/'], "+")
        );
        let copy = built.join(format!("{name}.{extension}"));
        // Beside and renamed: another process may have the old one loaded.
        let beside = built.join(format!("{name}.new"));
        let copied = fs::copy(&library, &beside).and_then(|_| fs::rename(&beside, &copy));
        copied.unwrap_or_else(|error| panic!("{}: {error}", copy.display()));
        closed(&copy);
        copy
    }
}

/// The library that cargo says it has made: the last, as what it depends on is made before.
fn made(messages: &str, package: &str) -> PathBuf {
    let artifact = |line: &str| {
        let message: Json = serde_json::from_str(line).ok()?;
        let kinds = message.get("target")?.get("crate_types")?.as_array()?;
        let library = kinds.iter().any(|kind| kind == "cdylib");
        let file = message.get("filenames")?.get(0)?.as_str()?;
        library.then(|| PathBuf::from(file))
    };
    let found = messages.lines().filter_map(artifact).next_back();
    found.unwrap_or_else(|| panic!("cargo made no library of {package}"))
}

/// Nobody but its owner may write to a plugin, whatever the mask of who runs the tests.
#[cfg(unix)]
fn closed(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let closed = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
    closed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

#[cfg(not(unix))]
fn closed(_: &Path) {}

/// The root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
