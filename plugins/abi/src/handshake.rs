//! The handshake: a plain C function that says in one call whether there is any use in going on.
//!
//! It comes before anything else is asked of a library, so that what cannot work is refused in a
//! line. Its signature is the one thing that no version of the border changes.

/// The first word of every handshake: `PLIMSOLL`.
pub const MAGIC: u64 = u64::from_be_bytes(*b"PLIMSOLL");

/// The version of the border: a host loads plugins of its own major version alone.
pub const MAJOR: u32 = 1;

/// What was added to the border since its major version began.
pub const MINOR: u32 = 0;

/// The name of the function.
pub const SYMBOL: &str = "plimsoll_handshake";

/// What a library says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Handshake {
    /// [`MAGIC`].
    pub magic: u64,
    /// The border's major version.
    pub major: u32,
    /// The border's minor version.
    pub minor: u32,
    /// What a panic does: [`UNWINDS`] or [`ABORTS`].
    pub panic: u32,
    /// Nothing yet; 0.
    pub reserved: u32,
}

/// A panic is caught on the plugin's side, and the host goes on.
pub const UNWINDS: u32 = 1;

/// A panic ends the process, which no host can prevent.
pub const ABORTS: u32 = 2;

/// The function that [`SYMBOL`] names.
pub type Function = extern "C" fn() -> Handshake;
