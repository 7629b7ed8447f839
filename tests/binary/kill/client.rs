//! A push that is going on.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::project::{FOLDER, Push};
use super::told::Said;
use crate::support::Home;

const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What is waited for comes within this.
const COMES_WITHIN: Duration = Duration::from_secs(60);

/// A push that is going on. What it says goes to a file, so that nobody must read for it to go on.
pub(super) struct Client {
    child: Child,
    output: PathBuf,
}

impl Client {
    /// Starts a push.
    pub(super) fn start(home: &Home, push: &Push, key: Option<&str>) -> Self {
        let output = home.path("client.log");
        let mut command = home.command(&arguments("push", push));
        let wait = if push.waits { "--wait" } else { "--no-wait" };
        command.args([wait, "--yes"]);
        if let Some(key) = key {
            command.env("HERE_KEY", key);
        }
        let child = command
            .stdout(Stdio::null())
            .stderr(File::create(&output).unwrap())
            .spawn()
            .unwrap();
        Self { child, output }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would. Says whether it had ended by itself.
    pub(super) fn kill(&mut self) -> bool {
        let ended = self.child.try_wait().unwrap().is_some();
        let _ = self.child.kill();
        let _ = self.child.wait();
        ended
    }

    /// Waits for its end, and says how and after what time it came.
    pub(super) fn ends_within(&mut self, time: Duration) -> Option<(ExitStatus, Duration)> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some((status, began.elapsed()));
            }
            let left = time.checked_sub(began.elapsed())?;
            thread::sleep(left.min(LOOK_AGAIN));
        }
    }

    /// Waits until it has said something.
    pub(super) fn says(&self, what: &str) {
        let began = Instant::now();
        while !self.output().contains(what) {
            assert!(began.elapsed() < COMES_WITHIN, "{}", self.output());
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// What it has said so far.
    pub(super) fn output(&self) -> String {
        fs::read_to_string(&self.output).unwrap()
    }

    /// What that means.
    pub(super) fn said(&self) -> Said {
        Said::read(&self.output())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The command line of what belongs to a push.
pub(super) fn arguments<'a>(command: &'a str, push: &'a Push) -> [&'a str; 7] {
    [
        command,
        FOLDER,
        "--environment",
        &push.environment,
        "--create-environment-if-missing",
        "--format",
        "json",
    ]
}
