//! Whatever the bytes of a file are, reading what they say of themselves comes to an answer.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and shares a module"
)]

mod support;

use std::fs;
use std::sync::OnceLock;

use plimsoll_loader::metadata::peek;
use plimsoll_loader::trust::{Entry, Lock, Standing};
use proptest::prelude::*;
use proptest::sample::Index;
use support::raw;

/// The start of a real plugin, with all that is read of it: the headers stand at its ends.
fn plugin() -> &'static [u8] {
    static PLUGIN: OnceLock<Vec<u8>> = OnceLock::new();
    PLUGIN.get_or_init(|| fs::read(raw("dylib")).unwrap())
}

#[test]
fn a_plugin_says_what_it_is() {
    let found = peek(plugin()).unwrap();
    let [raw] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        (raw.id().as_str(), raw.border, raw.provides.len()),
        ("raw@1.0.0", (1, 0), 7)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0_usize..5) {
        let magics: [&[u8]; 5] = [
            b"", b"\x7fELF\x02\x01\x01", b"\xcf\xfa\xed\xfe", b"MZ", b"\xca\xfe\xba\xbe",
        ];
        let _ = peek(&[magics[start], &bytes].concat());
    }

    #[test]
    fn any_damage_is_read(changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..12)) {
        let mut bytes = plugin().to_vec();
        // Damage where it is read: in the headers at the start, and in the table at the end.
        let (start, end) = (4096.min(bytes.len()), bytes.len());
        for (place, byte) in changes {
            let place = place.index(start + 4096);
            let place = if place < start { place } else { end - 1 - (place - start) };
            bytes[place] = byte;
        }
        let _ = peek(&bytes);
    }

    #[test]
    fn a_lock_file_reads_back(paths in proptest::collection::vec("[ -~é\n]{0,20}", 0..6), hash in "[0-9a-f]{64}") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plugins.lock");
        for path in &paths {
            let entry = Entry {
                plugins: vec![path.clone()],
                sha256: hash.clone(),
                path: path.clone(),
                minisign: Some(path.clone()),
            };
            Lock::trust(&file, entry).unwrap();
        }
        let lock = Lock::read(&file).unwrap();
        for path in &paths {
            prop_assert_eq!(lock.standing(path, &hash), Standing::Trusted);
            prop_assert_eq!(lock.standing(path, "other"), Standing::Changed);
        }
        prop_assert_eq!(lock.standing("somewhere else", "other"), Standing::NotTrusted);
        let again = Lock::parse(&file, &lock.to_text()).unwrap();
        prop_assert_eq!(again, lock);
    }
}
