//! Where plugins are looked for, in which order, and what is found there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use plimsoll_loader::discover::{Place, Search};

fn end(name: &str) -> String {
    format!("{name}.{}", std::env::consts::DLL_EXTENSION)
}

#[test]
fn places_are_searched_in_order_and_not_below() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for file in ["b/two", "b/one", "a/three", "a/below/four", "user/five"] {
        let path = at(&end(file));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    fs::write(at("a/readme.txt"), "").unwrap();
    let search = Search {
        explicit: vec![at(&end("a/three")), at(&end("missing"))],
        path: vec![at("b"), "".into(), at("nowhere")],
        configured: vec![at("a"), at(&end("b/one"))],
        user: Some(at("user")),
        system: vec![at("system")],
    };
    let (found, remarks) = search.run();
    let names: Vec<_> = found
        .iter()
        .map(|one| (one.place, one.path.file_stem().unwrap().to_str().unwrap()))
        .collect();
    // A file is listed where it is found first, and one that is named even if it is not there.
    let expected = [
        (Place::Explicit, "three"),
        (Place::Explicit, "missing"),
        (Place::Path, "one"),
        (Place::Path, "two"),
        (Place::User, "five"),
    ];
    assert_eq!(names, expected);
    let said: Vec<_> = remarks.iter().map(ToString::to_string).collect();
    let nowhere = at("nowhere").display().to_string();
    assert_eq!(
        said,
        [format!(
            "{nowhere} (PLIMSOLL_PLUGIN_PATH): there is no such file or folder"
        )]
    );
}

#[test]
fn nothing_is_searched_by_itself() {
    let (found, remarks) = Search::default().run();
    assert!(found.is_empty() && remarks.is_empty());
    let unset = Search {
        path: vec![Path::new("").to_owned()],
        ..Search::default()
    };
    assert!(
        unset.run().0.is_empty(),
        "an empty entry is not the working folder"
    );
}
