//! A context of 5 GB is sent in less than 100 MB of memory. Alone in its process, as the figure is
//! the process's; ignored, as it takes a while in a debug build:
//! `cargo test --release -p plimsoll-baseten --test memory -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::{self, Read as _};
use std::sync::Arc;

use common::deployer;
use common::release::Truss;
use common::stub::Stub;
use plimsoll_core::context::{BuildContext, Content, ContextFile};
use plimsoll_core::deployer::{Deployer as _, NoProgress};
use plimsoll_core::tree::{DirEntry, EntryKind, SourceTree};

/// Files of one byte over and over, which are nowhere.
#[derive(Debug)]
struct Endless;

const FILE_BYTES: u64 = 1 << 30;

impl SourceTree for Endless {
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
    fn focus(&self) -> Option<&str> {
        None
    }
    fn entry(&self, _: &str) -> io::Result<Option<EntryKind>> {
        Ok(None)
    }
    fn list(&self, _: &str) -> io::Result<Vec<DirEntry>> {
        Ok(Vec::new())
    }
    fn open(&self, _: &str) -> io::Result<Box<dyn io::Read + Send>> {
        Ok(Box::new(io::repeat(7).take(FILE_BYTES)))
    }
    fn outside(&self, _: &str) -> io::Result<Arc<dyn SourceTree>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "sends 5 GB"]
async fn five_gigabytes_in_less_than_a_hundred_megabytes() {
    let stub = Stub::start().await;
    stub.with(|inner| inner.discard = true);
    let tree: Arc<dyn SourceTree> = Arc::new(Endless);
    let file = |number: usize| ContextFile {
        path: format!("weights-{number}.bin"),
        len: FILE_BYTES,
        executable: false,
        content: Content::Tree(Arc::clone(&tree), String::new()),
    };
    let context = BuildContext::new((0..5).map(file).collect()).unwrap();
    let release = Truss::new(Some("production")).release_of(context);
    let deployer = deployer(&stub.url);
    let plan = deployer.plan(&release, &NoProgress).await.unwrap();
    deployer.apply(&release, &plan, &NoProgress).await.unwrap();
    assert!(stub.with(|inner| inner.discarded) > 5 * FILE_BYTES);
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        println!("skipped: no /proc to read the peak from");
        return;
    };
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    println!("{line} (client and stub together)");
    let kibibytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kibibytes < 100_000, "{line}");
}
