//! `plimsoll plugins new`: an example plugin of the repository, under another name.
//!
//! What is written is what the examples are: their sources, tests and benches, as they are built and
//! run in CI, with the user's names in the place of theirs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use plimsoll::registry::is_name;

use crate::args::{Kind, New};
use crate::error::{CliError, exit};
use crate::render;

/// An example, and the names in it.
struct Example {
    /// The name of its crate, as code has it.
    crate_name: &'static str,
    /// Its plugin's name.
    plugin: &'static str,
    /// The name of what it has.
    name: &'static str,
    library: &'static str,
    test: &'static str,
    bench: (&'static str, &'static str),
    /// Dependencies of its code, and of its tests and benches, beside those that all have.
    needs: &'static str,
    tests_need: &'static str,
    /// How it is used, once it is trusted: arguments of the command line.
    used: &'static str,
}

macro_rules! example {
    ($folder:literal, $bench:literal) => {
        (
            include_str!(concat!("../../../../examples/", $folder, "/src/lib.rs")),
            include_str!(concat!(
                "../../../../examples/",
                $folder,
                "/tests/contract.rs"
            )),
            (
                $bench,
                include_str!(concat!(
                    "../../../../examples/",
                    $folder,
                    "/benches/",
                    $bench,
                    ".rs"
                )),
            ),
        )
    };
}

const OPTIONS: &str =
    "schemars = \"1.2\"\nserde = { version = \"1.0\", features = [\"derive\"] }\n";

impl Example {
    fn of(kind: Kind) -> Self {
        let (crate_name, plugin, name, (library, test, bench)) = match kind {
            Kind::ScalingPolicy => (
                "custom_policy",
                "acme",
                "steps",
                example!("custom-policy", "decide"),
            ),
            Kind::DistributionStrategy => (
                "custom_distribution",
                "queue",
                "first-served",
                example!("custom-distribution", "distribute"),
            ),
            Kind::Source => (
                "custom_source",
                "fleet",
                "fleet",
                example!("custom-source", "load"),
            ),
            Kind::Resolver => (
                "custom_resolver",
                "shallow",
                "shallow",
                example!("custom-resolver", "resolve"),
            ),
            Kind::Deployer => (
                "custom_deployer",
                "shelf",
                "folder",
                example!("custom-deployer", "plan"),
            ),
        };
        let (needs, tests_need) = match kind {
            Kind::ScalingPolicy => (OPTIONS, ""),
            Kind::Deployer => (
                OPTIONS,
                "tempfile = \"3\"\ntokio = { version = \"1\", features = [\"rt\"] }\n",
            ),
            _ => ("", ""),
        };
        let used = match kind {
            Kind::ScalingPolicy => "bench --policy baseten --policy NAME --scenario ramp",
            Kind::DistributionStrategy => "bench --distribution NAME --scenario shared-budget",
            Kind::Source => "resolve --source NAME FOLDER",
            Kind::Resolver => "resolve --resolver NAME my-truss --environment production --explain",
            Kind::Deployer => "push my-truss --to NAME",
        };
        Self {
            crate_name,
            plugin,
            name,
            library,
            test,
            bench,
            needs,
            tests_need,
            used,
        }
    }
}

/// Names that a crate cannot have, or that its dependencies have.
const TAKEN: [&str; 47] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "criterion",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "plimsoll-sdk",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "schemars",
    "self",
    "serde",
    "std",
    "super",
    "tempfile",
    "test",
    "tokio",
    "type",
    "use",
];

/// The names that the user gives.
struct Names<'a> {
    plugin: &'a str,
    name: &'a str,
}

impl<'a> Names<'a> {
    fn of(text: &'a str) -> Result<Self, CliError> {
        let (plugin, name) = text.split_once('/').unwrap_or((text, text));
        for part in [plugin, name] {
            if !is_name(part) || part.ends_with('-') || TAKEN.contains(&part) {
                let message = format!("`{part}` cannot be the name of a plugin");
                return Err(CliError::usage(message)
                    .hint("a name is lower-case letters, digits and `-`, and no word of Rust"));
            }
        }
        Ok(Self { plugin, name })
    }

    /// The text of an example, with these names in the place of its own.
    fn in_place_of(&self, example: &Example, text: &str) -> String {
        let Self { plugin, name } = self;
        let (theirs, their_name) = (example.plugin, example.name);
        text.replace(example.crate_name, &plugin.replace('-', "_"))
            .replace(
                &format!("{theirs}/{their_name}"),
                &format!("{plugin}/{name}"),
            )
            .replace(
                &format!("name: \"{theirs}\""),
                &format!("name: \"{plugin}\""),
            )
            .replace(&format!("[(\"{their_name}\""), &format!("[(\"{name}\""))
    }
}

/// Writes a plugin.
pub(crate) fn run(command: &New) -> Result<(), CliError> {
    let names = Names::of(&command.name)?;
    let example = Example::of(command.kind);
    let folder = command
        .path
        .clone()
        .unwrap_or_else(|| PathBuf::from(names.plugin));
    let sdk = sdk(command.sdk.as_deref())?;
    let (bench, bench_text) = example.bench;
    let files = [
        ("Cargo.toml".to_owned(), manifest(&names, &example, &sdk)),
        ("README.md".to_owned(), readme(&names, &example, &folder)),
        (".gitignore".to_owned(), "/target\n".to_owned()),
        (
            "src/lib.rs".to_owned(),
            names.in_place_of(&example, example.library),
        ),
        (
            "tests/contract.rs".to_owned(),
            names.in_place_of(&example, example.test),
        ),
        (
            format!("benches/{bench}.rs"),
            names.in_place_of(&example, bench_text),
        ),
    ];
    write(&folder, &files)?;
    render::out(&told(&names, &example, &folder))
}

/// What the new crate depends on, as TOML.
fn sdk(given: Option<&Path>) -> Result<String, CliError> {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/sdk");
    let folder = given.unwrap_or(&built_from);
    let version = env!("CARGO_PKG_VERSION");
    match folder.canonicalize() {
        Ok(folder) if is_sdk(&folder) => Ok(format!(
            "path = {}",
            toml::Value::from(folder.display().to_string())
        )),
        _ if given.is_none() => Ok(format!(
            "git = \"{}\", tag = \"v{version}\"",
            env!("CARGO_PKG_REPOSITORY")
        )),
        _ => {
            let message = format!("{} is not the folder of plimsoll-sdk", folder.display());
            Err(CliError::new(exit::NOT_FOUND, message))
        }
    }
}

/// Whether a folder holds the SDK of this version.
fn is_sdk(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.contains("name = \"plimsoll-sdk\"")
}

fn manifest(names: &Names<'_>, example: &Example, sdk: &str) -> String {
    let Example {
        needs, tests_need, ..
    } = example;
    let (bench, _) = example.bench;
    let plugin = names.plugin;
    let rust = env!("CARGO_PKG_RUST_VERSION");
    format!(
        "[package]
name = \"{plugin}\"
version = \"0.1.0\"
edition = \"2024\"
rust-version = \"{rust}\"
publish = false

# A crate of its own, wherever it stands.
[workspace]

# A library to load, and one to link into a program.
[lib]
crate-type = [\"cdylib\", \"rlib\"]

[features]
default = [\"dylib\"]
# What a host needs to load the library. A program that links this crate may leave it out.
dylib = [\"plimsoll-sdk/dylib\"]

[dependencies]
plimsoll-sdk = {{ {sdk} }}
{needs}
[dev-dependencies]
criterion = {{ version = \"0.8\", default-features = false, features = [\"cargo_bench_support\"] }}
plimsoll-sdk = {{ {sdk}, features = [\"conformance\"] }}
{tests_need}
[[bench]]
name = \"{bench}\"
harness = false

[lints.rust]
unsafe_code = \"forbid\"
"
    )
}

/// Where the library is, once it is built.
fn library(names: &Names<'_>) -> String {
    let crate_name = names.plugin.replace('-', "_");
    format!(
        "target/release/{}{crate_name}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

fn used(names: &Names<'_>, example: &Example) -> String {
    let name = format!("{}/{}", names.plugin, names.name);
    example.used.replace("NAME", &name)
}

fn readme(names: &Names<'_>, example: &Example, folder: &Path) -> String {
    let (plugin, library, used) = (names.plugin, library(names), used(names, example));
    let folder = folder.file_name().unwrap_or_default().display();
    format!(
        "# {plugin}

A plugin for Plimsoll: `{plugin}/{}`.

```console
$ cargo test                                   # does it keep the contract?
$ cargo bench                                  # what does it cost?
$ cargo build --release                        # a library to load
$ plimsoll plugins trust {library}
$ plimsoll --plugin {library} {used}
```

The code is in `src/lib.rs`. `plimsoll plugins inspect {library} --load` shows what a user sees of it.
To have it found without `--plugin`, put the library into `~/.local/share/plimsoll/plugins`, or name
the folder `{folder}/target/release` in `PLIMSOLL_PLUGIN_PATH`.
",
        names.name
    )
}

/// What was written, and what to do next.
fn told(names: &Names<'_>, example: &Example, folder: &Path) -> String {
    let (library, used) = (library(names), used(names, example));
    format!(
        "Wrote the plugin `{}` to {}. Now:
  cd {}
  cargo test
  cargo build --release
  plimsoll plugins trust {library}
  plimsoll --plugin {library} {used}
",
        names.plugin,
        folder.display(),
        folder.display(),
    )
}

/// Writes the files into a folder that is not there yet: beside it first, then in its place.
fn write(folder: &Path, files: &[(String, String)]) -> Result<(), CliError> {
    if folder.symlink_metadata().is_ok() {
        let message = format!("{} is there already", folder.display());
        return Err(CliError::new(exit::INVALID, message)
            .hint("name another folder with --path, or another plugin"));
    }
    let failed = |error: io::Error| {
        let message = format!("cannot write {}: {error}", folder.display());
        CliError::new(exit::INVALID, message)
    };
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let beside = tempfile::Builder::new()
        .prefix(".plimsoll-new")
        .tempdir_in(parent);
    let beside = beside.map_err(failed)?;
    let root = beside.path().join("plugin");
    for (path, text) in files {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(&root);
        fs::create_dir_all(folder).map_err(failed)?;
        fs::write(&path, text).map_err(failed)?;
        fs::File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(failed)?;
    }
    fs::rename(&root, folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::{Example, Names, manifest};
    use crate::args::Kind;

    const KINDS: [Kind; 5] = [
        Kind::ScalingPolicy,
        Kind::DistributionStrategy,
        Kind::Source,
        Kind::Resolver,
        Kind::Deployer,
    ];

    #[test]
    fn nothing_of_an_example_is_left() {
        let names = Names::of("tide-line/ebb").unwrap();
        for kind in KINDS {
            let example = Example::of(kind);
            for text in [example.library, example.test, example.bench.1] {
                let written = names.in_place_of(&example, text);
                assert!(!written.contains("custom_"), "{kind:?}");
                let theirs = format!("{}/{}", example.plugin, example.name);
                assert!(!written.contains(&theirs), "{kind:?}: {theirs}");
            }
            let library = names.in_place_of(&example, example.library);
            assert!(library.contains("name: \"tide-line\""), "{kind:?}");
            assert!(library.contains("[(\"ebb\","), "{kind:?}");
            let manifest = manifest(&names, &example, "path = \"x\"");
            assert!(
                toml::from_str::<toml::Table>(&manifest).is_ok(),
                "{manifest}"
            );
        }
    }

    #[test]
    fn a_name_is_a_name() {
        for wrong in [
            "",
            "Acme",
            "acme/",
            "/steps",
            "a b",
            "1st",
            "acme/steps/x",
            "fn",
            "serde",
            "acme-",
        ] {
            assert!(Names::of(wrong).is_err(), "{wrong}");
        }
        let alone = Names::of("acme").unwrap();
        assert_eq!((alone.plugin, alone.name), ("acme", "acme"));
    }
}
