//! What a library is built for, and what this program runs on.

use std::fmt;

use object::Architecture;
use serde::Serialize;

/// A processor and an operating system, by the names that Rust has for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    /// The processor, such as `x86_64`.
    pub arch: String,
    /// The operating system, such as `linux`.
    pub os: String,
}

impl Platform {
    /// What this program was built for.
    #[must_use]
    pub fn here() -> Self {
        Self {
            arch: std::env::consts::ARCH.to_owned(),
            os: std::env::consts::OS.to_owned(),
        }
    }
}

/// As people call it: `aarch64 Linux`.
impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let os = match &*self.os {
            "linux" => "Linux",
            "macos" => "macOS",
            "windows" => "Windows",
            "android" => "Android",
            "freebsd" => "FreeBSD",
            "netbsd" => "NetBSD",
            "openbsd" => "OpenBSD",
            other => other,
        };
        write!(formatter, "{} {os}", self.arch)
    }
}

/// The name of a processor.
pub(super) fn arch_of(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Aarch64 => "aarch64",
        Architecture::Arm => "arm",
        Architecture::I386 => "x86",
        Architecture::LoongArch64 => "loongarch64",
        Architecture::Mips => "mips",
        Architecture::Mips64 => "mips64",
        Architecture::PowerPc => "powerpc",
        Architecture::PowerPc64 => "powerpc64",
        Architecture::Riscv32 => "riscv32",
        Architecture::Riscv64 => "riscv64",
        Architecture::S390x => "s390x",
        Architecture::X86_64 => "x86_64",
        Architecture::X86_64_X32 => "x86_64 (x32)",
        _ => "another processor under",
    }
}

/// The operating system of a target triple, where it is one that is known.
pub(super) fn os_of(triple: &str) -> Option<&'static str> {
    let mut parts = triple.split('-').skip(2);
    match (parts.next()?, parts.next()) {
        ("linux", Some(android)) if android.starts_with("android") => Some("android"),
        ("linux", _) => Some("linux"),
        ("darwin", _) => Some("macos"),
        ("windows", _) => Some("windows"),
        ("freebsd", _) => Some("freebsd"),
        ("netbsd", _) => Some("netbsd"),
        ("openbsd", _) => Some("openbsd"),
        _ => None,
    }
}
