//! What a library says of itself without being loaded: a section of its file.
//!
//! The section holds one line of JSON for each plugin of the library, written when it was built:
//!
//! ```json
//! {"format":1,"name":"acme","version":"1.2.0","border":"1.0","sdk":"0.1.0","panic":"unwind",
//!  "rustc":"rustc 1.95.0 (…)","target":"x86_64-unknown-linux-gnu","provides":"scaling-policy/steps "}
//! ```
//!
//! (in one line). `provides` lists kinds and names, each followed by a space. A reader passes over
//! members that it does not know.

/// The version of the format.
pub const FORMAT: u32 = 1;

/// The section's name in ELF files.
pub const SECTION_ELF: &str = ".plimsoll";

/// The section's name in Mach-O files, in the segment `__DATA`.
pub const SECTION_MACH_O: &str = "__plimsoll";

/// The section's name in PE files, where eight bytes are all there is.
pub const SECTION_PE: &str = ".plimsol";
