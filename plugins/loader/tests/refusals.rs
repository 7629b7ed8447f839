//! What is refused before it can do harm, each with a line that says why.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and shares a module"
)]

mod support;

use std::fs;
use std::path::Path;

use plimsoll_core::registry::Registry;
use plimsoll_loader::{LoadErrorKind, State};
use support::{House, faulty, raw};

/// What is said of a file of these bytes.
fn refused(bytes: &[u8]) -> String {
    let house = House::new();
    let path = house.path("it.so");
    fs::write(&path, bytes).unwrap();
    house.said(&house.load(&path).unwrap_err())
}

fn refusal(library: &Path) -> String {
    let house = House::new();
    let path = house.copy(library, "it.so");
    house.said(&house.load(&path).unwrap_err())
}

#[test]
fn what_is_no_plugin_is_told_from_its_bytes() {
    insta::assert_snapshot!(refused(b""), @"Metadata: it.so: it is empty");
    insta::assert_snapshot!(refused(b"#!/bin/sh\necho no\n"), @"Metadata: it.so: it is no library");
    insta::assert_snapshot!(refused(b"!<arch>\nwhatever"), @"Metadata: it.so: it is an archive, and no dynamic library");
    insta::assert_snapshot!(refused(b"\x7fELF"), @"Metadata: it.so: it is cut short or damaged");
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    insta::assert_snapshot!(refused(&program), @"
    NotAPlugin: it.so: it is a library and no Plimsoll plugin
      hint: if it is meant to be one: build it with its feature `dylib`
    ");
    let house = House::new();
    let missing = house.said(&house.load(&house.path("it.so")).unwrap_err());
    insta::assert_snapshot!(missing, @"
    File: it.so: there is no such file
      hint: build it: cargo build --release
    ");
    fs::create_dir(house.path("it.so")).unwrap();
    let folder = house.said(&house.load(&house.path("it.so")).unwrap_err());
    insta::assert_snapshot!(folder, @"File: it.so: it is no file");
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_is_cut_short_or_of_another_machine_is_told_from_its_bytes() {
    let bytes = fs::read(raw("dylib")).unwrap();
    for cut in [64, 1000, bytes.len() / 2, bytes.len() - 1] {
        let said = refused(&bytes[..cut]);
        assert_eq!(
            said, "Metadata: it.so: it is cut short or damaged",
            "{cut} bytes"
        );
    }
    // The machine that an ELF file is for stands in bytes 18 and 19.
    let mut other = bytes.clone();
    other[18..20].copy_from_slice(&if cfg!(target_arch = "x86_64") {
        [183, 0]
    } else {
        [62, 0]
    });
    let said = refused(&other);
    assert!(
        said.starts_with("Metadata: it.so: it is built for "),
        "{said}"
    );
    assert!(
        said.ends_with(&format!("and this is {} Linux", std::env::consts::ARCH)),
        "{said}"
    );
    let start = find(&bytes, b"{\"format\":1,\"name\":\"raw\"");
    let mut garbled = bytes.clone();
    garbled[start + 2] = b'\\';
    let said = refused(&garbled);
    assert!(
        said.starts_with("Metadata: it.so: what it says of itself cannot be read: "),
        "{said}"
    );
    let mut renamed = bytes;
    renamed[start + 20..start + 23].copy_from_slice(b"RAW");
    insta::assert_snapshot!(refused(&renamed), @"Metadata: it.so: what it says of itself cannot be read: `name` is no name of a plugin");
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes
        .windows(what.len())
        .position(|window| window == what)
        .unwrap()
}

#[test]
fn a_border_that_is_not_ours_is_refused_in_a_line() {
    insta::assert_snapshot!(refusal(&raw("future")), @"Metadata: it.so: it speaks version 2 of the border, and this Plimsoll speaks version 1; build it with plimsoll-sdk 0.1.0");
    insta::assert_snapshot!(refusal(&raw("lies")), @"Handshake: it.so: it speaks version 2 of the border, and this Plimsoll speaks version 1");
    insta::assert_snapshot!(refusal(&raw("stranger")), @"Handshake: it.so: it shakes hands as something else than a Plimsoll plugin");
    insta::assert_snapshot!(refusal(&raw("mute")), @"
    Handshake: it.so: it shakes no hand: it has no function `plimsoll_handshake`
      hint: build it with the feature `dylib` of plimsoll-sdk
    ");
    insta::assert_snapshot!(refusal(&raw("aborts")), @r#"Metadata: it.so: it is built to abort on a panic, which would end Plimsoll; build it with panic = "unwind""#);
    insta::assert_snapshot!(refusal(&raw("older")), @"
    Layout: it.so: it has an older v1 of the border: 5 of the 6 functions that are asked for
      hint: build it anew with this version of plimsoll-sdk
    ");
    insta::assert_snapshot!(refusal(&faulty("skewed")), @"
    Layout: it.so: its border is laid out otherwise: mismatched type (expected u32, found u64)
      hint: build it with the plimsoll-sdk of this Plimsoll
    ");
}

#[test]
fn a_later_v1_is_loaded() {
    let house = House::new();
    let library = house.copy(&faulty("newer"), "it.so");
    let context = house.load(&library).unwrap();
    assert!(context.registry.policies.get("faulty/third").is_ok());
}

#[test]
fn the_whole_of_a_layout_error_is_kept_for_who_asks() {
    let house = House::new();
    let library = house.copy(&faulty("skewed"), "it.so");
    let error = house.load(&library).unwrap_err();
    assert_eq!(error.kind, LoadErrorKind::Layout);
    assert!(
        error.message.len() < 200 && !error.message.contains('\n'),
        "{error}"
    );
    assert!(error.detail.unwrap().lines().count() > 100);
}

#[test]
fn what_is_registered_is_what_was_announced() {
    insta::assert_snapshot!(refusal(&faulty("boasting")), @"Registration: it.so: it says that it has scaling-policy faulty@1.0.0/wonder, and does not register it");
    insta::assert_snapshot!(refusal(&raw("mumbles")), @"Registration: it.so: it returned what makes no sense: a document that is not UTF-8 from byte 4 on");
}

#[test]
fn nothing_is_loaded_that_is_not_trusted() {
    let house = House::new();
    let library = house.copy(&faulty("dylib"), "it.so");
    let host = house.host(&[&library], &[]);
    let load = || host.load(&mut Registry::empty());
    insta::assert_snapshot!(house.said(&load().unwrap_err()), @"
    NotTrusted: it.so: it is not trusted
      hint: if it is what you mean to run: plimsoll plugins trust it.so
    ");
    host.trust(&library, None).unwrap();
    assert_eq!(load().unwrap().plugins.len(), 1);
    // Swapped after it was trusted.
    house.copy(&raw("dylib"), "it.so");
    insta::assert_snapshot!(house.said(&load().unwrap_err()), @"
    Trust: it.so: it has changed since it was trusted
      hint: if it is what you mean to run: plimsoll plugins trust it.so
    ");
    assert_eq!(host.survey().unwrap().0[0].state, State::Changed);
    // What is trusted in its place takes the place of its copy, too.
    host.trust(&library, None).unwrap();
    assert_eq!(load().unwrap().plugins.len(), 1);
    assert_eq!(fs::read_dir(house.path("cache")).unwrap().count(), 1);
    host.trust(&house.copy(&faulty("dylib"), "it.so"), None)
        .unwrap();
    house.copy(&faulty("dylib"), "it.so");
    assert_eq!(load().unwrap().plugins.len(), 1);
}

/// What is checked is what is loaded: a copy of the bytes that were hashed, in a private folder.
#[cfg(unix)]
#[test]
fn the_checked_bytes_are_the_loaded_bytes() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new();
    let library = house.copy(&faulty("dylib"), "it.so");
    house.load(&library).unwrap();
    let cache = house.path("cache");
    assert_eq!(
        cache.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
    let copies: Vec<_> = fs::read_dir(&cache)
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    let [copy] = copies.as_slice() else {
        panic!("{copies:?}")
    };
    assert_eq!(fs::read(copy).unwrap(), fs::read(&library).unwrap());
    // A copy that somebody changed is replaced.
    let other = house.path("other.so");
    fs::copy(raw("dylib"), &other).unwrap();
    fs::rename(&other, copy).unwrap();
    let context = house.load(&library).unwrap();
    assert!(context.registry.policies.get("faulty/third").is_ok());
    assert_eq!(fs::read(copy).unwrap(), fs::read(&library).unwrap());
}

#[cfg(unix)]
#[test]
fn a_library_that_others_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new();
    let library = house.copy(&faulty("dylib"), "it.so");
    let set =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(&library, 0o775);
    insta::assert_snapshot!(house.said(&house.load(&library).unwrap_err()), @"
    File: it.so: its group may write to it
      hint: run `chmod go-w it.so`
    ");
    set(&library, 0o757);
    insta::assert_snapshot!(house.said(&house.load(&library).unwrap_err()), @"
    File: it.so: everyone may write to it
      hint: run `chmod go-w it.so`
    ");
    set(&library, 0o755);
    assert!(house.load(&library).is_ok());
    set(&house.path("plugins.lock"), 0o666);
    insta::assert_snapshot!(house.said(&house.load(&library).unwrap_err()), @"
    Keeping: plugins.lock: everyone may write to it
      hint: run `chmod go-w plugins.lock`
    ");
}

#[test]
fn a_lock_file_that_is_wrong_is_named_with_its_line() {
    let house = House::new();
    let library = house.copy(&faulty("dylib"), "it.so");
    let said = |text: &str| {
        fs::write(house.path("plugins.lock"), text).unwrap();
        house.said(&house.load(&library).unwrap_err())
    };
    insta::assert_snapshot!(said("version = 2\n"), @"Keeping: plugins.lock: line 1: it is of version 2, and this Plimsoll knows version 1");
    insta::assert_snapshot!(said("version = 1\n[[plugin]]\nplugins = []\nsha256 = \"abc\"\npath = \"x\"\n"), @"Keeping: plugins.lock: line 4: `sha256` is 64 hexadecimal digits, in lower case");
    insta::assert_snapshot!(said("version = 1\nplugins = 3\n"), @"Keeping: plugins.lock: line 2: unknown field `plugins`, expected `version` or `plugin`");
    insta::assert_snapshot!(said("version =\n"), @"Keeping: plugins.lock: line 1: string values must be quoted, expected literal string");
}

#[test]
fn a_signature_is_checked_where_a_key_is_given() {
    let house = House::new();
    let library = house.copy(&faulty("dylib"), "it.so");
    let host = house.host(&[&library], &[]);
    let keys = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let key = keys.pk.to_base64();
    let trust = |key: &str| host.trust(&library, Some(key)).map(|entry| entry.minisign);
    let said = |key: &str| house.said(&trust(key).unwrap_err());
    insta::assert_snapshot!(said("nonsense"), @"
    Trust: it.so: `nonsense` is no minisign key, nor a file of one
      hint: give the second line of a .pub file, or that file
    ");
    insta::assert_snapshot!(said(&key), @"
    Trust: it.so: it is not signed: there is no it.so.minisig
      hint: sign it: minisign -Sm it.so
    ");
    let sign = |keys: &minisign::KeyPair, bytes: &[u8]| {
        let signature = minisign::sign(None, &keys.sk, bytes, None, None).unwrap();
        fs::write(house.path("it.so.minisig"), signature.to_string()).unwrap();
    };
    let bytes = fs::read(&library).unwrap();
    sign(&keys, &bytes);
    assert_eq!(trust(&key).unwrap(), Some(key.clone()));
    let file = house.path("key.pub");
    fs::write(&file, keys.pk.to_box().unwrap().to_string()).unwrap();
    assert_eq!(trust(file.to_str().unwrap()).unwrap(), Some(key.clone()));
    sign(&keys, &bytes[1..]);
    insta::assert_snapshot!(said(&key), @"Trust: it.so: its signature is of other bytes");
    let others = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    sign(&others, &bytes);
    insta::assert_snapshot!(said(&key), @"Trust: it.so: it is signed with another key");
    // What was signed once must be signed again.
    let again = host.trust(&library, None).unwrap_err();
    insta::assert_snapshot!(house.said(&again), @"Trust: it.so: it is signed with another key");
    fs::write(house.path("it.so.minisig"), "x").unwrap();
    insta::assert_snapshot!(said(&key), @"Trust: it.so: it.so.minisig is no minisign signature");
}
