use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::process::Command;
use std::sync::Arc;

use plimsoll_core::context::{BuildContext, Content, ContextFile};
use plimsoll_core::tree::{DirEntry, EntryKind, SourceTree};
use proptest::prelude::*;
use serde_json::json;

use super::{ArchiveError, length, record, write};

fn archive(context: &BuildContext) -> Vec<u8> {
    let mut bytes = Vec::new();
    let digest = write(context, &json!({"model_name": "m"}), &mut bytes).unwrap();
    let expected = context
        .digest(&json!({"model_name": "m"}), &mut |_| ())
        .unwrap();
    assert_eq!(digest, expected);
    assert_eq!(bytes.len() as u64, length(context));
    bytes
}

fn sample() -> BuildContext {
    let long = format!("{}/model.py", "d".repeat(120));
    let longest = format!("{}/{}.bin", "e".repeat(160), "f".repeat(140));
    let mut run = ContextFile::of_bytes("run.sh", *b"#!/bin/sh\n");
    run.executable = true;
    BuildContext::new(vec![
        ContextFile::of_bytes("config.yaml", *b"model_name: m\n"),
        ContextFile::of_bytes("model/model.py", vec![7; 1000]),
        ContextFile::of_bytes("model/empty", *b""),
        ContextFile::of_bytes("whole-block", vec![1; 512]),
        ContextFile::of_bytes("übung/ñ.txt", *b"x"),
        ContextFile::of_bytes(&long, *b"long"),
        ContextFile::of_bytes(&longest, *b"longest"),
        run,
    ])
    .unwrap()
}

#[test]
fn another_reader_finds_what_was_written() {
    let context = sample();
    let bytes = archive(&context);
    let mut found = Vec::new();
    for entry in tar::Archive::new(&bytes[..]).entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header().clone();
        assert_eq!(header.mtime().unwrap(), 0);
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
        assert_eq!(header.entry_type(), tar::EntryType::Regular);
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        found.push((path, header.mode().unwrap(), content));
    }
    let expected: Vec<_> = context
        .files()
        .iter()
        .map(|file| {
            let mut content = Vec::new();
            file.open().unwrap().read_to_end(&mut content).unwrap();
            let mode = if file.executable { 0o755 } else { 0o644 };
            (file.path.clone(), mode, content)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn python_finds_what_was_written() {
    let context = sample();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    std::fs::write(&path, archive(&context)).unwrap();
    let script = "import sys,tarfile\n\
        for m in tarfile.open(sys.argv[1]): print(m.name, m.size, oct(m.mode), m.mtime)";
    let output = match Command::new("python3")
        .args(["-X", "utf8", "-c", script])
        .arg(&path)
        .output()
    {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: no python3: {error}");
            return;
        }
    };
    let expected: String = context
        .files()
        .iter()
        .map(|file| {
            let mode = if file.executable { "0o755" } else { "0o644" };
            format!("{} {} {mode} 0\n", file.path, file.len)
        })
        .collect();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn a_pax_record_counts_its_own_length() {
    for value in ["", "x", &"y".repeat(88), &"y".repeat(89), &"z".repeat(987)] {
        let mut records = Vec::new();
        record(&mut records, "path", value);
        let text = String::from_utf8(records).unwrap();
        let (length, _) = text.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), text.len());
    }
}

/// A tree whose only file has another length than was said.
#[derive(Debug)]
struct Shifty(u64);

impl SourceTree for Shifty {
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
        Ok(Box::new(io::repeat(1).take(self.0)))
    }
    fn outside(&self, _: &str) -> io::Result<Arc<dyn SourceTree>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[test]
fn a_file_that_grew_or_shrank_is_noticed() {
    for now in [0, 99, 101, 100_000] {
        let context = BuildContext::new(vec![ContextFile {
            path: "a".to_owned(),
            len: 100,
            executable: false,
            content: Content::Tree(Arc::new(Shifty(now)), "a".to_owned()),
        }])
        .unwrap();
        let error = write(&context, &json!({}), &mut io::sink()).unwrap_err();
        assert!(
            matches!(error, ArchiveError::Changed { expected: 100, .. }),
            "{error}"
        );
    }
}

proptest! {
    #[test]
    fn the_order_of_files_does_not_matter(
        files in proptest::collection::btree_map("[a-zé]{1,3}(/[a-z]{1,60}){0,5}", any::<Vec<u8>>(), 0..8),
        seed in any::<u64>(),
    ) {
        let files: BTreeMap<String, Vec<u8>> = files;
        let mut listed: Vec<_> =
            files.iter().map(|(path, bytes)| ContextFile::of_bytes(path, bytes.clone())).collect();
        let one = BuildContext::new(listed.clone());
        // A path that is both a file and a folder is none of an archive.
        prop_assume!(one.is_ok());
        let one = archive(&one.unwrap());
        let count = listed.len().max(1);
        listed.rotate_left(usize::try_from(seed % count as u64).unwrap());
        listed.reverse();
        prop_assert_eq!(archive(&BuildContext::new(listed).unwrap()), one);
    }
}
