//! The metadata of a plugin, put together when it is compiled.

/// The compiler that this was built with.
pub const RUSTC: &str = env!("PLIMSOLL_RUSTC");

/// What this was built for.
pub const TARGET: &str = env!("PLIMSOLL_TARGET");

/// The version of the SDK.
pub const SDK: &str = env!("CARGO_PKG_VERSION");

/// The version of the border.
pub const BORDER: &str = "1.0";

const _: () = assert!(plimsoll_abi::handshake::MAJOR == 1 && plimsoll_abi::handshake::MINOR == 0);

/// How long these are together, in bytes.
#[must_use]
pub const fn length(parts: &[&str]) -> usize {
    let (mut length, mut part) = (0, 0);
    while part < parts.len() {
        length += parts[part].len();
        part += 1;
    }
    length
}

/// These together.
///
/// # Panics
/// Where they are not so long.
#[must_use]
pub const fn joined<const LENGTH: usize>(parts: &[&str]) -> [u8; LENGTH] {
    let mut joined = [0; LENGTH];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let bytes = parts[part].as_bytes();
        let mut place = 0;
        while place < bytes.len() {
            joined[at] = bytes[place];
            at += 1;
            place += 1;
        }
        part += 1;
    }
    assert!(at == LENGTH);
    joined
}
