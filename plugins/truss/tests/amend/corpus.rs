//! Configurations from the world: each takes settings for production, and says nothing else anew.

use std::path::Path;

use crate::laws::holds;
use crate::support::{FIVE, amend, load};

#[test]
fn files_from_the_world_are_amended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/truss/configs");
    let Ok(files) = folder.read_dir() else {
        println!("skipped: ../shared/data/truss/configs is not there");
        return;
    };
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    let (mut read, mut wrong) = (0, Vec::new());
    for path in paths {
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let Ok(manifest) = load(&bytes) else { continue };
        read += 1;
        let amended = amend(&bytes, "production", &FIVE).map_err(|said| said.to_string());
        let held = amended.and_then(|amendment| {
            let lines = amendment
                .hunks()
                .iter()
                .map(|hunk| hunk.removed.len())
                .sum::<usize>();
            if lines > 0 {
                return Err(format!("{lines} lines are gone"));
            }
            holds(&bytes, &manifest, &amendment, &FIVE).map_err(|error| error.to_string())
        });
        if let Err(error) = held {
            wrong.push(format!("{}: {error}", path.display()));
        }
    }
    println!("{read} configurations are read");
    assert!(read > 150, "{read} configurations are read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
