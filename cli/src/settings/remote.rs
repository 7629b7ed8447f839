//! Remote platforms: the way to each, and what a file may say of one.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value as Json;

use super::file::Trust;
use crate::error::{CliError, exit};

/// A way out where a file that was found is not trusted with something.
pub(super) const TRUST_IT: &str = "or say that you trust this file: --config plimsoll.toml";

/// One remote platform.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// The way there.
    pub(crate) way: Way,
    /// Where it is named.
    pub(crate) origin: String,
}

/// The way to a remote platform.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// By an address, as Baseten-style platforms have one.
    Platform(Platform),
    /// By the deployer of a plugin, which is named with its plugin.
    Plugin {
        /// The deployer.
        deployer: String,
        /// Its options.
        options: Json,
    },
}

/// A Baseten-style platform.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    /// Its REST address.
    pub(crate) url: String,
    /// Its key, where a file holds one.
    pub(crate) api_key: Option<SecretString>,
    /// The variable that holds its key.
    pub(crate) api_key_env: Option<String>,
    /// The team that pushes.
    pub(crate) team: Option<String>,
    /// Whether the key that is set for no remote by name may go there.
    pub(crate) takes_common_key: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenRemote {
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

impl WrittenRemote {
    /// The remote, where this file may say so of it.
    pub(super) fn checked(self, name: &str, shown: &str, trust: Trust) -> Result<Remote, CliError> {
        let refuse = |message: String| CliError::new(exit::INVALID, format!("{shown}: {message}"));
        if name == super::LOCAL {
            return Err(
                refuse("`local` is the platform that is built in".to_owned())
                    .hint("give the remote another name"),
            );
        }
        if self.api_key.is_some() && trust != Trust::OwnFile {
            return Err(
                refuse(format!("the key of `{name}` does not belong in this file"))
                    .hint("name an environment variable with `api-key-env`")
                    .hint("or put the remote into ~/.config/plimsoll/config.toml"),
            );
        }
        let way = match self.deployer.is_some() {
            true => self.plugin(name, refuse, trust)?,
            false => Way::Platform(self.platform(name, refuse, trust)?),
        };
        Ok(Remote {
            way,
            origin: shown.to_owned(),
        })
    }

    fn plugin(
        self,
        name: &str,
        refuse: impl Fn(String) -> CliError,
        trust: Trust,
    ) -> Result<Way, CliError> {
        let deployer = self.deployer.unwrap_or_default();
        if !deployer.contains('/') {
            return Err(
                refuse(format!("`{deployer}` is not the deployer of a plugin"))
                    .hint("name it with its plugin: `shelf/folder`"),
            );
        }
        let of_platforms = [
            self.url.is_some(),
            self.api_key.is_some(),
            self.api_key_env.is_some(),
            self.team.is_some(),
        ];
        if of_platforms.contains(&true) {
            return Err(refuse(format!(
                "`{name}` names a deployer, and cannot have a url, a key or a team beside it"
            ))
            .hint("what a deployer takes is written under `options`"));
        }
        // A checkout is not to say what a plugin of the user's does, and where.
        if trust == Trust::Found {
            return Err(refuse(format!(
                "`{name}` would have the plugin of {deployer} at work"
            ))
            .hint("put the remote into ~/.config/plimsoll/config.toml")
            .hint(TRUST_IT));
        }
        let options = serde_json::to_value(self.options.unwrap_or_default())
            .map_err(|error| refuse(error.to_string()))?;
        Ok(Way::Plugin { deployer, options })
    }

    fn platform(
        self,
        name: &str,
        refuse: impl Fn(String) -> CliError,
        trust: Trust,
    ) -> Result<Platform, CliError> {
        let Some(url) = self.url else {
            return Err(refuse(format!(
                "the remote `{name}` has neither a url nor a deployer"
            ))
            .hint("a Baseten-style platform has a `url`, a plugin's a `deployer`"));
        };
        if self.options.is_some() {
            return Err(refuse(format!(
                "`options` of `{name}` are a deployer's, and it names none"
            )));
        }
        let host = host_of(&url);
        if trust == Trust::Found && !host.is_some_and(|host| is_platform(host) || is_here(host)) {
            return Err(refuse(format!("`{name}` would send a key to {url}"))
                .hint("a file that is found may name baseten.co and this machine alone")
                .hint("put the remote into ~/.config/plimsoll/config.toml")
                .hint(TRUST_IT));
        }
        Ok(Platform {
            takes_common_key: trust == Trust::OwnFile || host.is_some_and(is_platform),
            url,
            api_key: self.api_key.map(|SecretText(key)| key),
            api_key_env: self.api_key_env,
            team: self.team,
        })
    }
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
    use super::{host_of, is_here, is_platform};

    #[test]
    fn hosts_are_what_they_are() {
        assert_eq!(host_of("http://[::1]:80/"), Some("::1"));
        assert!(is_here("::1") && !is_platform("localhost"));
    }
}
