//! plimsoll.toml and the user's config.toml.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::Settings;
use super::remote::{TRUST_IT, WrittenRemote};
use crate::error::{CliError, exit};

/// How far a file is trusted with keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// A project's file that was found: it came with a checkout. It names variables, not keys, and
    /// sends them to the platform or to this machine alone.
    Found,
    /// A project's file that the user named: it may send keys anywhere.
    Named,
    /// The user's own file: it may hold keys too.
    OwnFile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    /// The target that holds when none is asked for.
    target: Option<String>,
    #[serde(default)]
    remotes: BTreeMap<String, WrittenRemote>,
    #[serde(default)]
    plugins: WrittenPlugins,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenPlugins {
    /// Files and folders, from the folder of this file on.
    #[serde(default)]
    paths: Vec<PathBuf>,
    /// How long a deployer may go on without a sign of life, in seconds.
    deployer_silence_seconds: Option<u32>,
}

/// Reads a file.
pub(crate) fn read(path: &Path, trust: Trust) -> Result<Settings, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    parse(&text, &path.display().to_string(), trust)
}

/// Reads what a file says of plugins, whatever it says of remotes: that is for who pushes.
pub(crate) fn read_plugins(path: &Path, trust: Trust) -> Result<Settings, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    let shown = path.display().to_string();
    let mut written = written(&text, &shown)?;
    written.remotes.clear();
    settings(written, &shown, trust)
}

fn parse(text: &str, shown: &str, trust: Trust) -> Result<Settings, CliError> {
    settings(written(text, shown)?, shown, trust)
}

fn written(text: &str, shown: &str) -> Result<Written, CliError> {
    toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| {
            let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
            format!(":{line}")
        });
        // Only the message: the whole error shows the line, which may hold a key.
        let message = format!("{shown}{}: {}", place.unwrap_or_default(), error.message());
        CliError::new(exit::INVALID, message)
    })
}

fn settings(written: Written, shown: &str, trust: Trust) -> Result<Settings, CliError> {
    let remotes = written.remotes.into_iter().map(|(name, remote)| {
        let remote = remote.checked(&name, shown, trust)?;
        Ok((name, remote))
    });
    let remotes = remotes.collect::<Result<_, CliError>>()?;
    let WrittenPlugins {
        paths,
        deployer_silence_seconds: silence,
    } = written.plugins;
    if silence == Some(0) {
        let message = format!("{shown}: `deployer-silence-seconds` is 0, and must be at least 1");
        return Err(CliError::new(exit::INVALID, message));
    }
    // A checkout is not to say when a push of the user's is given up.
    if silence.is_some() && trust == Trust::Found {
        let message = format!("{shown}: `deployer-silence-seconds` does not belong in this file");
        return Err(CliError::new(exit::INVALID, message)
            .hint("put it into ~/.config/plimsoll/config.toml")
            .hint(TRUST_IT));
    }
    let folder = Path::new(shown).parent().unwrap_or(Path::new(""));
    let named = paths.iter().filter(|path| !path.as_os_str().is_empty());
    Ok(Settings {
        // Where a push goes is a project's to say.
        target: written.target.filter(|_| trust != Trust::OwnFile),
        remotes,
        plugin_paths: named.map(|path| folder.join(path)).collect(),
        deployer_silence: silence.map(|some| Duration::from_secs(some.into())),
    })
}

#[cfg(test)]
mod tests {
    use super::{Trust, parse};

    const CANARY: &str = "canary-4711";

    #[test]
    fn a_key_in_a_project_file_is_refused_and_never_shown() {
        let text = format!("[remotes.prod]\nurl = \"https://a.example\"\napi-key = \"{CANARY}\"\n");
        let error = parse(&text, "plimsoll.toml", Trust::Named).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
        let settings = parse(&text, "config.toml", Trust::OwnFile).unwrap();
        assert!(!format!("{settings:?}").contains(CANARY));
        let broken = format!("[remotes.prod]\nurl = 1\napi-key = \"{CANARY}\"\n");
        let error = parse(&broken, "config.toml", Trust::OwnFile).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
        let odd = format!("[remotes.prod]\nurl = \"u\"\napi-key = [\"{CANARY}\"]\n");
        let error = parse(&odd, "config.toml", Trust::OwnFile).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = parse(
            "target = \"a\"\nremote = 1\n",
            "plimsoll.toml",
            Trust::OwnFile,
        );
        let message = match error.unwrap_err() {
            crate::error::CliError::Other { message, .. } => message,
            other => panic!("{other:?}"),
        };
        insta::assert_snapshot!(
            message,
            @"plimsoll.toml:2: unknown field `remote`, expected one of `target`, `remotes`, `plugins`"
        );
    }

    #[test]
    fn a_key_beside_a_deployer_is_refused_and_never_shown() {
        let text = format!("[remotes.x]\ndeployer = \"shelf/folder\"\napi-key = \"{CANARY}\"\n");
        let error = parse(&text, "config.toml", Trust::OwnFile).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
    }

    #[test]
    fn a_file_that_is_found_sends_keys_nowhere_else() {
        let read = |url: &str| {
            let text = format!("[remotes.x]\nurl = \"{url}\"\napi-key-env = \"SECRET\"\n");
            parse(&text, "plimsoll.toml", Trust::Found).is_ok()
        };
        for fine in [
            "https://api.baseten.co",
            "http://127.0.0.1:8000",
            "http://localhost:1/x",
        ] {
            assert!(read(fine), "{fine}");
        }
        for elsewhere in [
            "https://evil.example",
            "https://baseten.co.evil.example",
            "https://api.baseten.co@evil.example",
            "https://evil.example/?.baseten.co",
            "https://xbaseten.co",
            "evil",
        ] {
            assert!(!read(elsewhere), "{elsewhere}");
        }
    }
}
