//! plimsoll.toml and the user's config.toml.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Remote, Settings};
use crate::error::{CliError, exit};

/// Where a file may have its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Only the name of an environment variable: the file is one that is committed.
    ByVariableOnly,
    /// In the file itself too.
    Anywhere,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    /// The target that holds when none is asked for.
    target: Option<String>,
    #[serde(default)]
    remotes: BTreeMap<String, WrittenRemote>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenRemote {
    url: String,
    api_key: Option<SecretText>,
    api_key_env: Option<String>,
    team: Option<String>,
}

/// A key: any string, and nothing that an error could repeat.
struct SecretText(SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)
            .map(|text| Self(SecretString::from(text)))
            .map_err(|_| serde::de::Error::custom("a key is a string"))
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretText(…)")
    }
}

/// Reads a file.
pub(crate) fn read(path: &Path, keys: Keys) -> Result<Settings, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    parse(&text, &path.display().to_string(), keys)
}

fn parse(text: &str, shown: &str, keys: Keys) -> Result<Settings, CliError> {
    let written: Written = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| {
            let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
            format!(":{line}")
        });
        // Only the message: the whole error shows the line, which may hold a key.
        let message = format!("{shown}{}: {}", place.unwrap_or_default(), error.message());
        CliError::new(exit::INVALID, message)
    })?;
    let mut remotes = BTreeMap::new();
    for (name, remote) in written.remotes {
        if name == super::LOCAL {
            let message = format!("{shown}: `local` is the platform that is built in");
            return Err(CliError::new(exit::INVALID, message).hint("give the remote another name"));
        }
        if remote.api_key.is_some() && keys == Keys::ByVariableOnly {
            let message = format!("{shown}: the key of `{name}` does not belong in this file");
            return Err(CliError::new(exit::INVALID, message)
                .hint("name an environment variable with `api-key-env`")
                .hint("or put the remote into ~/.config/plimsoll/config.toml"));
        }
        remotes.insert(
            name,
            Remote {
                url: remote.url,
                api_key: remote.api_key.map(|SecretText(key)| key),
                api_key_env: remote.api_key_env,
                team: remote.team,
                origin: shown.to_owned(),
            },
        );
    }
    Ok(Settings {
        target: written.target,
        remotes,
    })
}

#[cfg(test)]
mod tests {
    use super::{Keys, parse};

    const CANARY: &str = "canary-4711";

    #[test]
    fn a_key_in_a_project_file_is_refused_and_never_shown() {
        let text = format!("[remotes.prod]\nurl = \"https://a.example\"\napi-key = \"{CANARY}\"\n");
        let error = parse(&text, "plimsoll.toml", Keys::ByVariableOnly).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
        let settings = parse(&text, "config.toml", Keys::Anywhere).unwrap();
        assert!(!format!("{settings:?}").contains(CANARY));
        let broken = format!("[remotes.prod]\nurl = 1\napi-key = \"{CANARY}\"\n");
        let error = parse(&broken, "config.toml", Keys::Anywhere).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
        let odd = format!("[remotes.prod]\nurl = \"u\"\napi-key = [\"{CANARY}\"]\n");
        let error = parse(&odd, "config.toml", Keys::Anywhere).unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = parse(
            "target = \"a\"\nremote = 1\n",
            "plimsoll.toml",
            Keys::Anywhere,
        );
        let message = match error.unwrap_err() {
            crate::error::CliError::Other { message, .. } => message,
            other => panic!("{other:?}"),
        };
        insta::assert_snapshot!(
            message,
            @"plimsoll.toml:2: unknown field `remote`, expected `target` or `remotes`"
        );
    }
}
