//! plimsoll.toml and the user's config.toml.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Remote, Settings};
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenRemote {
    url: Option<String>,
    /// The deployer of a plugin that carries releases there.
    deployer: Option<String>,
    /// The options of that deployer.
    options: Option<toml::Table>,
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
    let mut remotes = BTreeMap::new();
    for (name, remote) in written.remotes {
        if name == super::LOCAL {
            let message = format!("{shown}: `local` is the platform that is built in");
            return Err(CliError::new(exit::INVALID, message).hint("give the remote another name"));
        }
        if remote.api_key.is_some() && trust != Trust::OwnFile {
            let message = format!("{shown}: the key of `{name}` does not belong in this file");
            return Err(CliError::new(exit::INVALID, message)
                .hint("name an environment variable with `api-key-env`")
                .hint("or put the remote into ~/.config/plimsoll/config.toml"));
        }
        if let Some(deployer) = remote.deployer {
            let refuse =
                |message: String| CliError::new(exit::INVALID, format!("{shown}: {message}"));
            if !deployer.contains('/') {
                return Err(
                    refuse(format!("`{deployer}` is not the deployer of a plugin"))
                        .hint("name it with its plugin: `shelf/folder`"),
                );
            }
            if remote.url.is_some() || remote.api_key_env.is_some() || remote.team.is_some() {
                return Err(refuse(format!(
                    "`{name}` has a deployer, and what only a url goes with"
                ))
                .hint("what a deployer takes is written under `options`"));
            }
            // A checkout is not to say what a plugin of the user's does, and where.
            if trust == Trust::Found {
                return Err(refuse(format!(
                    "`{name}` would have the plugin of {deployer} at work"
                ))
                .hint("put the remote into ~/.config/plimsoll/config.toml")
                .hint("or say that you trust this file: --config plimsoll.toml"));
            }
            let options = serde_json::to_value(remote.options.unwrap_or_default())
                .map_err(|error| CliError::new(exit::INVALID, format!("{shown}: {error}")))?;
            remotes.insert(name, Remote::of_plugin(deployer, options, shown));
            continue;
        }
        let Some(url) = remote.url else {
            let message = format!("{shown}: the remote `{name}` has neither a url nor a deployer");
            return Err(CliError::new(exit::INVALID, message)
                .hint("a Baseten-style platform has a `url`, a plugin's a `deployer`"));
        };
        if remote.options.is_some() {
            let message =
                format!("{shown}: `options` of `{name}` are a deployer's, and it names none");
            return Err(CliError::new(exit::INVALID, message));
        }
        let host = host_of(&url);
        if trust == Trust::Found && !host.is_some_and(|host| is_platform(host) || is_here(host)) {
            let message = format!("{shown}: `{name}` would send a key to {url}");
            return Err(CliError::new(exit::INVALID, message)
                .hint("a file that is found may name baseten.co and this machine alone")
                .hint("put the remote into ~/.config/plimsoll/config.toml")
                .hint("or say that you trust this file: --config plimsoll.toml"));
        }
        remotes.insert(
            name,
            Remote {
                deployer: None,
                takes_common_key: trust == Trust::OwnFile || host.is_some_and(is_platform),
                url: url.clone(),
                api_key: remote.api_key.map(|SecretText(key)| key),
                api_key_env: remote.api_key_env,
                team: remote.team,
                origin: shown.to_owned(),
            },
        );
    }
    let folder = Path::new(shown).parent().unwrap_or(Path::new(""));
    let WrittenPlugins {
        paths,
        deployer_silence_seconds,
    } = written.plugins;
    if deployer_silence_seconds == Some(0) {
        let message = format!("{shown}: `deployer-silence-seconds` is 0, and at least 1");
        return Err(CliError::new(exit::INVALID, message));
    }
    let named = paths.iter().filter(|path| !path.as_os_str().is_empty());
    let silence = deployer_silence_seconds.filter(|_| trust != Trust::Found);
    Ok(Settings {
        target: written.target,
        remotes,
        plugin_paths: named.map(|path| folder.join(path)).collect(),
        deployer_silence: silence.map(|some| Duration::from_secs(some.into())),
    })
}

/// The host of an address such as `https://api.baseten.co:443/x`.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    // An address with a user in it may be made to look like another.
    user.is_empty().then_some(())?;
    match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => host.split(':').next(),
    }
}

fn is_platform(host: &str) -> bool {
    host == "baseten.co" || host.ends_with(".baseten.co")
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Trust, host_of, is_here, is_platform, parse};

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
        assert_eq!(host_of("http://[::1]:80/"), Some("::1"));
        assert!(is_here("::1") && !is_platform("localhost"));
    }
}
