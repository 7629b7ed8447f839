//! What `plimsoll plugins new` writes is built, tested, benched and loaded as it is, for all five kinds; and
//! the guide on writing a policy is followed to the letter.
//!
//! It compiles what a user compiles, so it takes minutes: `cargo test -p plimsoll-cli --test scaffold --
//! --ignored`, which `.ci/run` does.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test runs on real time and folders, and fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_test_libraries::workspace;

/// A home of its own, with the binary on the path and one target folder for all that is built.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::TempDir::with_prefix("plimsoll-scaffold-").unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a script, which must succeed, and gives what it printed.
    fn run(&self, folder: &Path, script: &str) -> String {
        let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", script])
            .current_dir(folder)
            .env("PATH", format!("{}:{path}", binary.display()))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            // What all of them depend on is compiled once.
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap();
        let shown = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{script}\n{shown}");
        shown
    }

    /// Writes a plugin, with the versions of dependencies that this checkout has, and a folder of
    /// what is built that all of them share.
    fn scaffold(&self, kind: &str, name: &str) -> PathBuf {
        self.run(
            self.0.path(),
            &format!("plimsoll plugins new --kind {kind} {name}"),
        );
        let folder = self.path(name.split('/').next().unwrap());
        self.settle(&folder);
        folder
    }

    fn settle(&self, folder: &Path) {
        fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        let shared = workspace().join("target/scaffold");
        fs::create_dir_all(&shared).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&shared, folder.join("target")).unwrap();
    }
}

#[test]
#[ignore = "compiles for minutes; .ci/run runs it"]
fn each_kind_is_built_tested_benched_and_loaded_as_it_is() {
    let home = Home::new();
    let config = "model_name: one\nautoscaling_settings: {min_replicas: 1}\n";
    fs::create_dir_all(home.path("truss")).unwrap();
    fs::write(home.path("truss/config.yaml"), config).unwrap();
    fs::create_dir_all(home.path("fleet")).unwrap();
    fs::write(home.path("fleet/fleet.yaml"), "one: {}\n").unwrap();
    let used = [
        (
            "scaling-policy",
            "tide/ebb",
            "bench --policy tide/ebb --scenario ramp",
            "tide/ebb",
        ),
        (
            "distribution-strategy",
            "share/fairly",
            "bench --policy baseten --scenario shared-budget --distribution share/fairly",
            "baseten",
        ),
        (
            "source",
            "reader",
            "resolve --source reader/reader ../fleet --explain",
            "one",
        ),
        (
            "resolver",
            "merge/own",
            "resolve --resolver merge/own ../truss",
            "min_replicas: 1",
        ),
        (
            "deployer",
            "put",
            "push ../truss --config ../targets.toml --to there",
            "put-on-shelf",
        ),
    ];
    let target = "[remotes.there]\ndeployer = \"put/put\"\noptions = { folder = \"shelf\" }\n";
    fs::write(home.path("targets.toml"), target).unwrap();
    for (kind, name, command, shows) in used {
        let folder = home.scaffold(kind, name);
        let plugin = name.split('/').next().unwrap();
        let tested = home.run(&folder, "cargo test --quiet 2>&1");
        assert!(
            tested.contains("test result: ok. 1 passed") || tested.contains("ok. 2 passed"),
            "{tested}"
        );
        let benched = home.run(&folder, "cargo bench -- --test 2>&1");
        assert!(benched.contains("Success"), "{benched}");
        home.run(&folder, "cargo build --release --quiet 2>&1");
        let library = format!(
            "target/release/{}{plugin}{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        );
        home.run(&folder, &format!("plimsoll plugins trust {library}"));
        let inspected = home.run(
            &folder,
            &format!("plimsoll plugins inspect {library} --load"),
        );
        assert!(
            inspected.contains("as this Plimsoll expects it"),
            "{inspected}"
        );
        let shown = home.run(
            &folder,
            &format!("plimsoll --plugin {library} {command} 2>&1"),
        );
        assert!(shown.contains(shows), "{shown}");
        println!("{kind}: built, tested, benched, trusted, loaded and used");
    }
}

#[test]
#[ignore = "compiles for minutes; .ci/run runs it"]
fn the_guide_is_followed_to_the_letter() {
    let home = Home::new();
    let guide = fs::read_to_string(workspace().join("docs/write-a-policy.md")).unwrap();
    let mut folder = home.0.path().to_path_buf();
    let (mut commands, mut files) = (0, 0);
    for block in blocks(&guide) {
        if let Some(file) = block.info.strip_prefix("rust file=") {
            fs::write(folder.join(file), &block.text).unwrap();
            files += 1;
        }
        if block.info != "console" {
            continue;
        }
        for command in block
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
        {
            println!("$ {command}");
            if let Some(name) = command.strip_prefix("cd ") {
                folder = folder.join(name);
                home.settle(&folder);
                continue;
            }
            let shown = home.run(&folder, &format!("{command} 2>&1"));
            println!("{shown}");
            commands += 1;
        }
    }
    assert_eq!((commands, files), (10, 2), "what the guide has");
}

struct Block {
    info: String,
    text: String,
}

/// The fenced blocks of a page.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| *line != "```");
            let text = text.map(|line| format!("{line}\n")).collect();
            blocks.push(Block {
                info: info.to_owned(),
                text,
            });
        }
    }
    blocks
}
