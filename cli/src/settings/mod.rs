//! Targets: where releases can go, from plimsoll.toml, the user's configuration and ~/.trussrc.

mod file;
mod remote;
mod trussrc;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use plimsoll::deployer::Deployer;
use plimsoll::registry::{Catalogue, FactoryError, Registration};
use plimsoll::suggest::did_you_mean;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value as Json, json};

use self::file::Trust;
use self::remote::{Platform, Remote, Way};
use crate::args::Global;
use crate::error::{CliError, exit};

/// The platform that is built in.
pub(crate) const LOCAL: &str = "local";

/// Its deployer, whatever else is called so.
pub(crate) const LOCAL_DEPLOYER: &str = "local/local";

/// The remote that is known without any file.
const BASETEN: &str = "baseten";
const BASETEN_DEPLOYER: &str = "baseten/baseten";
const BASETEN_URL: &str = "https://api.baseten.co";

/// The variable that holds a key where no file does.
const KEY_VARIABLE: &str = "BASETEN_API_KEY";

/// Every remote that is named somewhere, and the target that holds when none is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The target that plimsoll.toml names.
    pub(crate) target: Option<String>,
    /// The remotes by name. What is nearer wins: plimsoll.toml, the user's file, ~/.trussrc.
    pub(crate) remotes: BTreeMap<String, Remote>,
    /// Where plugins are looked for, the nearer file's first.
    pub(crate) plugin_paths: Vec<PathBuf>,
    /// How long the deployer of a plugin may go on without a sign of life.
    pub(crate) deployer_silence: Option<Duration>,
}

impl Settings {
    /// Reads the files. `beside` is where the search for a plimsoll.toml begins.
    pub(crate) fn load(global: &Global, beside: &Path) -> Result<Self, CliError> {
        let mut settings = Self::default();
        for (path, trust) in files(global, beside) {
            settings.take(file::read(&path, trust)?);
        }
        if let Some(path) = trussrc_path().filter(|path| path.is_file()) {
            settings.take(trussrc::read(&path)?);
        }
        settings
            .remotes
            .entry(BASETEN.to_owned())
            .or_insert_with(|| Remote {
                way: Way::Platform(Platform {
                    url: BASETEN_URL.to_owned(),
                    api_key: None,
                    api_key_env: None,
                    team: None,
                    takes_common_key: true,
                }),
                origin: "built in".to_owned(),
            });
        Ok(settings)
    }

    /// Reads what the files say of plugins. What they say of remotes is looked at where one is used.
    pub(crate) fn of_plugins(global: &Global, beside: &Path) -> Result<Self, CliError> {
        let mut settings = Self::default();
        for (path, trust) in files(global, beside) {
            settings.take(file::read_plugins(&path, trust)?);
        }
        Ok(settings)
    }

    /// Takes what a file says that no nearer one has said.
    fn take(&mut self, other: Self) {
        self.target = self.target.take().or(other.target);
        for (name, remote) in other.remotes {
            self.remotes.entry(name).or_insert(remote);
        }
        self.plugin_paths.extend(other.plugin_paths);
        self.deployer_silence = self.deployer_silence.or(other.deployer_silence);
    }

    /// The target to use: the one asked for, or the project's, or the platform that is built in.
    pub(crate) fn target(&self, asked_for: Option<&str>) -> String {
        let target = asked_for.map(str::to_owned).or_else(|| self.target.clone());
        target.unwrap_or_else(|| LOCAL.to_owned())
    }

    /// The deployer for a target, which is not the platform that is built in, and its options: a
    /// remote's, or one of a plugin by its own name.
    pub(crate) fn deployer(
        &self,
        target: &str,
        deployers: &Catalogue<dyn Deployer>,
    ) -> Result<(String, Json), CliError> {
        let Some(Remote { way, origin }) = self.remotes.get(target) else {
            // With its plugin's name, so that nobody pushes to one by accident.
            return match target.contains('/') {
                true => Ok((target.to_owned(), json!({}))),
                false => Err(self.unknown(target, deployers)),
            };
        };
        match way {
            Way::Plugin { deployer, options } => Ok((deployer.clone(), options.clone())),
            Way::Platform(platform) => {
                let key = key(target, platform, origin)?;
                let mut options = json!({
                    "name": target,
                    "url": platform.url,
                    "api_key": key.expose_secret(),
                });
                if let Some(team) = &platform.team {
                    options["team"] = json!(team);
                }
                Ok((BASETEN_DEPLOYER.to_owned(), options))
            }
        }
    }

    fn unknown(&self, target: &str, deployers: &Catalogue<dyn Deployer>) -> CliError {
        let mut known: Vec<String> = self.remotes.keys().cloned().collect();
        known.push(LOCAL.to_owned());
        let loaded = deployers.iter().filter(|one| one.origin.library.is_some());
        known.extend(loaded.map(Registration::qualified));
        let message = format!(
            "there is no target `{target}`; known are: {}",
            known.join(", ")
        );
        let error = CliError::usage(message).hint("name a remote in plimsoll.toml");
        match did_you_mean(target, known.iter().map(String::as_str)) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// What is wrong with a target that its deployer does not take, and where it is named.
    pub(crate) fn unfit(&self, target: &str, error: FactoryError) -> CliError {
        let FactoryError::Options { message, .. } = error else {
            return error.into();
        };
        let code = match message.contains("api_key") {
            true => exit::UNAUTHORISED,
            false => exit::INVALID,
        };
        let error = CliError::new(code, format!("the target `{target}`: {message}"));
        match self.remotes.get(target) {
            Some(remote) => error.hint(format!("it is named in {}", remote.origin)),
            None => error,
        }
    }
}

/// The key of a platform, which is named at `origin`.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
fn key(name: &str, platform: &Platform, origin: &str) -> Result<SecretString, CliError> {
    if let Some(variable) = &platform.api_key_env {
        return std::env::var(variable)
            .map(SecretString::from)
            .map_err(|_| {
                let message = format!("{variable}, which holds the key of `{name}`, is not set");
                CliError::new(exit::UNAUTHORISED, message).hint(format!("it is named in {origin}"))
            });
    }
    if let Some(key) = &platform.api_key {
        return Ok(key.clone());
    }
    let common = std::env::var(KEY_VARIABLE)
        .ok()
        .filter(|_| platform.takes_common_key);
    common.map(SecretString::from).ok_or_else(|| {
        CliError::new(exit::UNAUTHORISED, format!("there is no key for `{name}`")).hint(format!(
            "set {KEY_VARIABLE}, or name a variable with `api-key-env`"
        ))
    })
}

/// Where the built-in platform keeps its state.
pub(crate) fn data_dir(asked_for: Option<&Path>) -> Result<PathBuf, CliError> {
    if let Some(path) = asked_for {
        return Ok(path.to_path_buf());
    }
    let strategy = etcetera::choose_base_strategy().map_err(|_| {
        CliError::usage("there is no home folder to keep the platform's state in")
            .hint("name a folder with --data-dir")
    })?;
    Ok(strategy.data_dir().join("plimsoll").join(LOCAL))
}

/// The files of the project and of the user, the nearer first, and how far each is trusted.
fn files(global: &Global, beside: &Path) -> impl Iterator<Item = (PathBuf, Trust)> {
    let project = match &global.config {
        Some(path) => Some((path.clone(), Trust::Named)),
        None => find_upwards(beside, "plimsoll.toml").map(|path| (path, Trust::Found)),
    };
    let own = user_config().filter(|path| path.is_file());
    project
        .into_iter()
        .chain(own.map(|path| (path, Trust::OwnFile)))
}

fn user_config() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.config_dir().join("plimsoll").join("config.toml"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
fn trussrc_path() -> Option<PathBuf> {
    match std::env::var_os("USER_TRUSSRC_PATH") {
        Some(path) => Some(PathBuf::from(path)),
        None => Some(etcetera::home_dir().ok()?.join(".trussrc")),
    }
}

/// The file of this name in a folder or the nearest one above it.
fn find_upwards(from: &Path, name: &str) -> Option<PathBuf> {
    // Links and `..` are resolved: a project is where the files are, not how they were reached.
    let from = from.canonicalize().ok()?;
    from.ancestors()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
