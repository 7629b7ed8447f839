//! The build digest: what an image was made of.
//!
//! Same digest, same image. It covers every file of the build context, and the configuration less
//! what takes effect at run time only ([`RUNTIME_ONLY_KEYS`]). A client computes it from the files
//! it would send, a platform from the archive it received; both must come to the same text.
//!
//! Algorithm, version 1: SHA-256 over the ASCII line `plimsoll-build-v1\n`, then, for every file
//! but the root's `config.yaml`, in byte order of their archive paths, a line
//! `<path>\0<x|->\0<sha256 of its bytes, hex>\n` (`x` where the owner may execute it), then a line
//! `config\0<sha256 of the configuration, hex>\n`. The configuration is hashed as JSON without
//! white space, keys in byte order at every level, the run-time-only keys left out.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

/// Top-level configuration keys that change nothing about the image.
pub const RUNTIME_ONLY_KEYS: [&str; 3] =
    ["autoscaling_settings", "environment_overrides", "resources"];

/// The archive path of the configuration file, which counts by its meaning and not by its bytes.
pub const CONFIG_PATH: &str = "config.yaml";

/// The identity of an image's inputs: 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BuildDigest(String);

impl BuildDigest {
    /// Takes a digest as text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl fmt::Display for BuildDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Computes a [`BuildDigest`] from files in any order and a configuration.
#[derive(Clone, Debug, Default)]
pub struct BuildDigester {
    files: BTreeMap<String, (bool, [u8; 32])>,
}

impl BuildDigester {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file by its archive path and the SHA-256 of its bytes.
    pub fn file(&mut self, path: &str, executable: bool, sha256: [u8; 32]) {
        if path != CONFIG_PATH {
            self.files.insert(path.to_owned(), (executable, sha256));
        }
    }

    /// The digest of the files added and of this effective configuration.
    #[must_use]
    pub fn finish(&self, config: &Json) -> BuildDigest {
        let mut hasher = Sha256::new();
        hasher.update(b"plimsoll-build-v1\n");
        for (path, (executable, sha256)) in &self.files {
            hasher.update(path.as_bytes());
            hasher.update(if *executable { b"\0x\0" } else { b"\0-\0" });
            hasher.update(hex(sha256).as_bytes());
            hasher.update(b"\n");
        }
        hasher.update(b"config\0");
        let mut canonical = String::new();
        write_canonical(config, true, &mut canonical);
        hasher.update(hex(&Sha256::digest(canonical.as_bytes())).as_bytes());
        hasher.update(b"\n");
        BuildDigest(hex(&hasher.finalize()))
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn write_canonical(json: &Json, top: bool, out: &mut String) {
    match json {
        Json::Object(members) => {
            let kept = |key: &str| !(top && RUNTIME_ONLY_KEYS.contains(&key));
            let mut keys: Vec<&String> = members.keys().filter(|key| kept(key)).collect();
            keys.sort();
            out.push('{');
            for (position, key) in keys.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                out.push_str(&Json::String(key.clone()).to_string());
                out.push(':');
                write_canonical(&members[key], false, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_canonical(item, false, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{BuildDigest, BuildDigester};
    use serde_json::json;

    fn digest(files: &[(&str, bool, u8)], config: &serde_json::Value) -> BuildDigest {
        let mut digester = BuildDigester::new();
        for (path, executable, byte) in files {
            digester.file(path, *executable, [*byte; 32]);
        }
        digester.finish(config)
    }

    #[test]
    fn what_takes_effect_at_run_time_only_does_not_count() {
        let base = digest(&[("model/model.py", false, 1)], &json!({"model_name": "a"}));
        let other = json!({
            "resources": {"cpu": "4"},
            "model_name": "a",
            "environment_overrides": {},
            "autoscaling_settings": {"min_replicas": 1},
        });
        assert_eq!(digest(&[("model/model.py", false, 1)], &other), base);
        let files = [("config.yaml", false, 9), ("model/model.py", false, 1)];
        assert_eq!(digest(&files, &other), base);
    }

    #[test]
    fn everything_else_counts() {
        let base = digest(&[("a", false, 1)], &json!({"model_name": "a"}));
        assert_ne!(
            digest(&[("a", false, 2)], &json!({"model_name": "a"})),
            base
        );
        assert_ne!(digest(&[("a", true, 1)], &json!({"model_name": "a"})), base);
        assert_ne!(
            digest(&[("b", false, 1)], &json!({"model_name": "a"})),
            base
        );
        assert_ne!(
            digest(&[("a", false, 1)], &json!({"model_name": "b"})),
            base
        );
        let nested = json!({"model_name": "a", "model_metadata": {"resources": 1}});
        assert_ne!(digest(&[("a", false, 1)], &nested), base);
    }

    #[test]
    fn the_algorithm_is_frozen() {
        let digest = digest(
            &[("b", true, 2), ("a", false, 1)],
            &json!({"z": [1, "x"], "a": null}),
        );
        insta::assert_snapshot!(digest, @"67e7807a5133e845a9aa1788382c5ed8070d24bb61c97f19c6eabf9ab61a7b03");
    }
}
