use std::fs;
use std::path::PathBuf;

use tar::{Builder, EntryType, Header};

use super::{UnpackError, unpack};
use crate::limits::Limits;

fn header(size: u64, kind: EntryType) -> Header {
    let mut header = Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header
}

/// Writes the name into the header as it is: the builder itself refuses what a test must send.
fn raw_name(header: &mut Header, name: &str) {
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
}

fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, data) in entries {
        let mut header = header(data.len() as u64, *kind);
        raw_name(&mut header, name);
        builder.append(&header, *data).unwrap();
    }
    builder.into_inner().unwrap()
}

struct Case {
    dir: tempfile::TempDir,
    file: PathBuf,
}

fn case(bytes: &[u8]) -> Case {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("archive");
    fs::write(&file, bytes).unwrap();
    fs::create_dir(dir.path().join("into")).unwrap();
    Case { dir, file }
}

fn refusal_with(bytes: &[u8], limits: &Limits) -> String {
    let case = case(bytes);
    match unpack(&case.file, Some(&case.dir.path().join("into")), limits) {
        Err(UnpackError::Refused(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

fn refusal(bytes: &[u8]) -> String {
    refusal_with(bytes, &Limits::default())
}

const CONFIG: (&str, EntryType, &[u8]) = ("config.yaml", EntryType::Regular, b"model_name: a\n");

#[test]
fn files_arrive_with_their_bytes_and_modes() {
    let mut builder = Builder::new(Vec::new());
    builder
        .append_pax_extensions([("mtime", b"1.5".as_slice())])
        .unwrap();
    let long = format!("{}/model.py", "d".repeat(200));
    for (name, data, mode) in [
        ("config.yaml", "a: 1\n", 0o644),
        ("bin/run", "#!", 0o755),
        (long.as_str(), "x", 0o600),
    ] {
        let mut header = header(data.len() as u64, EntryType::Regular);
        header.set_mode(mode);
        let mut gnu = Header::new_gnu();
        gnu.set_size(data.len() as u64);
        gnu.set_mode(mode);
        builder
            .append_data(&mut gnu, name, data.as_bytes())
            .unwrap();
    }
    let case = case(&builder.into_inner().unwrap());
    let into = case.dir.path().join("into");
    let contents = unpack(&case.file, Some(&into), &Limits::default()).unwrap();
    let listed: Vec<_> = contents
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.executable))
        .collect();
    assert_eq!(
        listed,
        [
            ("config.yaml", false),
            ("bin/run", true),
            (long.as_str(), false)
        ]
    );
    assert_eq!(fs::read_to_string(into.join(&long)).unwrap(), "x");
    // Only listing it finds the same.
    assert_eq!(
        unpack(&case.file, None, &Limits::default()).unwrap(),
        contents
    );
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, why) in [
        ("../evil", "leads out"),
        ("model/../../evil", "leads out"),
        ("/etc/passwd", "relative"),
        ("C:evil", "relative"),
        ("./config.yaml", "normal"),
        ("a//b", "normal"),
        ("a\\..\\b", "character"),
        ("a\nb", "character"),
    ] {
        let reason = refusal(&archive(&[CONFIG, (name, EntryType::Regular, b"x")]));
        assert!(reason.contains(why), "{name}: {reason}");
    }
}

#[test]
fn what_is_not_a_file_is_refused() {
    for (kind, why) in [
        (EntryType::Symlink, "symbolic link"),
        (EntryType::Link, "hard link"),
        (EntryType::Char, "device"),
        (EntryType::Block, "device"),
        (EntryType::Fifo, "named pipe"),
        (EntryType::GNUSparse, "sparse"),
    ] {
        let reason = refusal(&archive(&[CONFIG, ("thing", kind, b"")]));
        assert!(reason.contains(why), "{kind:?}: {reason}");
    }
}

#[test]
fn a_name_is_taken_once() {
    let file = EntryType::Regular;
    assert!(refusal(&archive(&[CONFIG, ("a", file, b"1"), ("a", file, b"2")])).contains("twice"));
    let both = refusal(&archive(&[CONFIG, ("a", file, b"1"), ("a/b", file, b"2")]));
    assert!(both.contains("a file and a folder"), "{both}");
    let both = refusal(&archive(&[CONFIG, ("a/b", file, b"1"), ("a", file, b"2")]));
    assert!(both.contains("a file and a folder"), "{both}");
}

#[test]
fn bounds_hold() {
    let limits = Limits {
        archive_files: 3,
        config_file_bytes: 20,
        ..Limits::default()
    };
    let many = archive(&[
        CONFIG,
        ("a/b/c", EntryType::Regular, b""),
        ("d", EntryType::Regular, b""),
    ]);
    assert!(refusal_with(&many, &limits).contains("more than 3"));
    let large = archive(&[("config.yaml", EntryType::Regular, &[b'a'; 21])]);
    assert!(refusal_with(&large, &limits).contains("21 bytes"));
    let bomb = archive(&[("x", EntryType::XHeader, &vec![b'a'; 70_000]), CONFIG]);
    assert!(refusal(&bomb).contains("extension header"));
}

#[test]
fn what_is_no_tar_archive_is_said_to_be_none() {
    assert!(refusal(&[0x1f, 0x8b, 8, 0]).contains("gzip"));
    assert!(refusal(&[b'x'; 2048]).contains("not a tar archive"));
    assert!(refusal(b"").contains("no config.yaml"));
    assert!(refusal(&archive(&[("model.py", EntryType::Regular, b"")])).contains("no config.yaml"));
    let mut cut = archive(&[CONFIG, ("large", EntryType::Regular, &[7; 4096])]);
    cut.truncate(512 * 5);
    assert!(refusal(&cut).contains("ends within"), "{}", refusal(&cut));
}
