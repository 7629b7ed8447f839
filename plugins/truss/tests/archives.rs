//! What is packaged of a folder: what the real client packs, and errors where it would not be sound.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::{Confidence, ConfigSource as _};
use plimsoll_core::tree::{DirTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_truss::TrussSource;
use serde_json::Value as Json;
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error>>;

/// Writes files into a folder that is made for them.
fn put<'a>(folder: &Path, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Outcome {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Loads, resolves for the base and packages what is at a path.
fn package(path: &Path) -> Result<Package, Diagnostics> {
    let tree: Arc<dyn SourceTree> = Arc::new(DirTree::open(path).expect("it is there"));
    assert_eq!(TrussSource.probe(&*tree), Confidence::Certain);
    let manifest = TrussSource.load(&tree)?;
    let effective = DeepMerge.resolve(&manifest.workloads[0], None, &manifest.files)?;
    TrussSource.package(&tree, &effective)
}

fn paths(package: &Package) -> BTreeSet<String> {
    let files = package.context.files().iter();
    files.map(|file| file.path.clone()).collect()
}

fn refused(path: &Path) -> Vec<Diagnostic> {
    package(path).err().map_or_else(Vec::new, |said| said.items)
}

fn strings(json: &Json) -> impl Iterator<Item = &str> {
    json.as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
}

/// The answers were recorded by `data/record_archives.py`.
#[test]
fn what_is_packaged_is_what_the_real_client_packs() -> Outcome {
    let mut wrong = Vec::new();
    for line in include_str!("data/archives.jsonl").lines() {
        let case: Json = serde_json::from_str(line)?;
        let root = TempDir::new()?;
        let truss = root.path().join("truss");
        let mut config = "model_name: m\n".to_owned();
        put(&truss, strings(&case["files"]).map(|path| (path, "x")))?;
        if !case["external"].is_null() {
            let files = strings(&case["external"]).map(|path| (path, "x"));
            put(&root.path().join("external"), files)?;
            config.push_str("external_package_dirs: [../external]\n");
        }
        if let Some(folder) = case["bundled"].as_str() {
            config.push_str(&format!("bundled_packages_dir: {folder}\n"));
        }
        put(&truss, [("config.yaml", config.as_str())])?;
        if let Some(text) = case["ignore"].as_str() {
            put(&truss, [(".truss_ignore", text)])?;
        }
        let mut expected: BTreeSet<_> = strings(&case["archived"]).map(str::to_owned).collect();
        // It is sent whatever the patterns say.
        expected.insert("config.yaml".to_owned());
        let found = paths(&package(&truss)?);
        if found != expected {
            let extra: Vec<_> = found.difference(&expected).collect();
            let missing: Vec<_> = expected.difference(&found).collect();
            let (ignore, bundled) = (&case["ignore"], &case["bundled"]);
            wrong.push(format!("{ignore} {bundled}: +{extra:?} -{missing:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn packages_stay_within_the_truss() -> Outcome {
    for (folder, leaves) in [
        ("../../../x", true),
        ("a/../b", true),
        ("/abs/x", true),
        ("'a\\b'", true),
        ("./a//b/./c/", false),
        ("..a/b..", false),
    ] {
        let root = TempDir::new()?;
        let truss = root.path().join("truss");
        let external = "model_name: m\nexternal_package_dirs: [../external]\n";
        let named = format!("bundled_packages_dir: {folder}\n");
        put(root.path(), [("external/helper.py", "")])?;
        put(
            &truss,
            [("config.yaml", format!("{external}{named}").as_str())],
        )?;
        let said = refused(&truss);
        if !leaves {
            assert_eq!(said, [], "{folder}");
            continue;
        }
        assert_eq!(said.len(), 1, "{folder}: {said:?}");
        assert_eq!(said[0].code, "truss::packages-dir");
        let place = said[0].primary.as_ref().map(|label| label.span);
        assert_eq!(place.map(|span| (span.line, span.column)), Some((3, 23)));

        // Where nothing is put there, it does no harm yet.
        put(&truss, [("config.yaml", named.as_str())])?;
        let said = package(&truss)?.diagnostics.items;
        assert_eq!(said.len(), 1, "{folder}: {said:?}");
        assert_eq!(said[0].code, "truss::packages-dir");
        assert_eq!(said[0].severity, Severity::Warning);
    }
    let root = TempDir::new()?;
    put(root.path(), [("external/h.py", "")])?;
    let config = "external_package_dirs: [../external]\nbundled_packages_dir: ./a//b/./c/\n";
    put(root.path(), [("truss/config.yaml", config)])?;
    assert!(paths(&package(&root.path().join("truss"))?).contains("a/b/c/h.py"));
    Ok(())
}

#[test]
fn a_file_that_meets_a_folder_is_refused() -> Outcome {
    let root = TempDir::new()?;
    let config = "external_package_dirs: [../external]\nbundled_packages_dir: .\n";
    put(
        root.path(),
        [
            ("truss/config.yaml", config),
            ("truss/model/model.py", ""),
            ("external/model/model.py/x.py", ""),
        ],
    )?;
    let said = refused(&root.path().join("truss"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].code, "truss::archive-path");
    assert!(said[0].message.contains("`model/model.py`"), "{said:?}");
    Ok(())
}

#[test]
fn a_folder_named_config_yaml_is_said_to_be_one() -> Outcome {
    let root = TempDir::new()?;
    fs::create_dir(root.path().join("config.yaml"))?;
    let said = refused(root.path());
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].code, "truss::not-a-file");
    assert!(
        said[0]
            .message
            .ends_with("config.yaml is a folder, and not a file")
    );
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_linked_configuration_is_read_and_not_packaged() -> Outcome {
        let root = TempDir::new()?;
        put(
            root.path(),
            [
                ("truss/model/model.py", ""),
                ("shared.yaml", "model_name: linked"),
            ],
        )?;
        let truss = root.path().join("truss");
        symlink("../shared.yaml", truss.join("config.yaml"))?;
        for path in [truss.clone(), truss.join("config.yaml")] {
            let package = package(&path)?;
            assert_eq!(package.config["model_name"], "linked");
            let file = package
                .context
                .file("config.yaml")
                .ok_or("no config.yaml")?;
            let mut text = String::new();
            std::io::Read::read_to_string(&mut file.open()?, &mut text)?;
            assert!(text.starts_with("# Effective configuration"), "{text}");
        }
        fs::remove_file(root.path().join("shared.yaml"))?;
        let said = refused(&truss);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0]
                .message
                .ends_with("config.yaml is a symbolic link to nothing")
        );
        Ok(())
    }

    #[test]
    fn of_many_links_the_first_are_told_and_the_others_counted() -> Outcome {
        let root = TempDir::new()?;
        put(root.path(), [("config.yaml", "")])?;
        for number in 0..300 {
            symlink("config.yaml", root.path().join(format!("link-{number}")))?;
        }
        let said = refused(root.path());
        assert_eq!(said.len(), 21);
        assert!(said.iter().all(|item| item.code == "truss::not-a-file"));
        assert_eq!(said[20].message, "and 280 more");
        Ok(())
    }

    #[test]
    fn a_name_that_is_not_utf8_is_shown() -> Outcome {
        let root = TempDir::new()?;
        put(root.path(), [("config.yaml", ""), ("data/a", "")])?;
        let odd = root
            .path()
            .join("data")
            .join(OsStr::from_bytes(b"caf\xe9.txt"));
        // Not every file system takes such a name.
        if fs::write(odd, "").is_err() {
            return Ok(());
        }
        let said = refused(root.path());
        assert_eq!(said.len(), 1, "{said:?}");
        let message = &said[0].message;
        assert!(
            message.contains("/data: the file name `caf\u{fffd}.txt` is not UTF-8"),
            "{message}"
        );
        Ok(())
    }
}
