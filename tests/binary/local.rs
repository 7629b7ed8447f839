//! The built-in platform between processes: a plan leaves it alone, and pushes take turns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;

use crate::support::{Home, Run, example};

/// Every file of the state. Who holds the lock is not state, and SQLite's index of its log (`-shm`)
/// is made anew whenever it is opened.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.insert(format!("{name}/"), Vec::new());
            for (inner, bytes) in files(&path) {
                found.insert(format!("{name}/{inner}"), bytes);
            }
        } else if name != "lock" && !name.ends_with("-shm") {
            found.insert(name, fs::read(path).unwrap());
        }
    }
    found
}

/// The status of the one deployment and the lines of its log, read from a copy of the state.
fn seen(home: &Home) -> (String, Vec<String>) {
    let copy = tempfile::tempdir().unwrap();
    for name in ["platform.db", "platform.db-wal"] {
        // The log is there only where a process was cut off.
        let _ = fs::copy(home.data_dir().join(name), copy.path().join(name));
    }
    let database = Connection::open(copy.path().join("platform.db")).unwrap();
    let status = database
        .query_row("SELECT status FROM deployments", [], |row| row.get(0))
        .unwrap();
    let mut lines = database
        .prepare("SELECT message FROM logs ORDER BY id")
        .unwrap();
    let lines = lines.query_map([], |row| row.get(0)).unwrap();
    (status, lines.collect::<Result<_, _>>().unwrap())
}

#[test]
fn a_plan_leaves_a_pending_deployment_as_it_is() {
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    // Enough of them that the push has ended before they are unpacked.
    for number in 0..1500 {
        home.write(&format!("{truss}/data/{number}.txt"), "a file\n");
    }
    home.ok(&["push", &truss, "-e", "production", "--no-wait", "--yes"]);
    let before = seen(&home);
    assert_eq!(before.0, "BUILDING");
    let there = files(&home.data_dir());
    let mut plans = Vec::new();
    for _ in 0..3 {
        let plan = home.ok(&["plan", &truss, "-e", "production", "--format", "json"]);
        plans.push(plan.stdout);
        let now = files(&home.data_dir());
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&now), names(&there));
        for (name, bytes) in &there {
            assert!(now[name] == *bytes, "{name} has changed");
        }
        assert_eq!(seen(&home), before);
    }
    assert!(plans.windows(2).all(|two| two[0] == two[1]), "{plans:#?}");

    let pushed = home
        .ok(&["push", &truss, "-e", "production", "--format", "json"])
        .json();
    assert_eq!(pushed["outcome"]["deployments"][0]["status"], "ACTIVE");
    let (status, lines) = seen(&home);
    assert_eq!(status, "ACTIVE");
    let restarts = lines.iter().filter(|line| line.contains("restarted"));
    assert_eq!(restarts.count(), 1, "{lines:#?}");
}

#[test]
fn two_pushes_at_once_to_one_folder_take_turns() {
    let home = Home::new();
    let folder = home.path("shared");
    let folder = folder.to_str().unwrap();
    let pushes: Vec<_> = ["text-classifier", "llm-per-environment"]
        .into_iter()
        .map(|name| {
            let truss = example(&home, name);
            let arguments = [
                "push",
                &truss,
                "-e",
                "production",
                "--yes",
                "--data-dir",
                folder,
                "--format",
                "json",
            ];
            home.command(&arguments)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for push in pushes {
        let run = Run::of(push.wait_with_output().unwrap());
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        let deployed = &run.json()["outcome"]["deployments"][0];
        assert_eq!(deployed["status"], "ACTIVE", "{}", run.stdout);
    }
    assert!(!Path::new(folder).join("server.json").exists());
}
