//! Targets: where releases can go, from plimsoll.toml, the user's configuration and ~/.trussrc.

mod file;
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

/// One remote platform.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// The deployer that carries releases there, and its options, where it is not Baseten's.
    pub(crate) deployer: Option<(String, Json)>,
    /// Its REST address; empty where another deployer knows the way.
    pub(crate) url: String,
    /// Its key, where a file holds one.
    pub(crate) api_key: Option<SecretString>,
    /// The environment variable that holds its key.
    pub(crate) api_key_env: Option<String>,
    /// The team that models belong to.
    pub(crate) team: Option<String>,
    /// Whether `BASETEN_API_KEY` is its key where nothing else is.
    pub(crate) takes_common_key: bool,
    /// The file it is named in.
    pub(crate) origin: String,
}

impl Remote {
    /// A platform that the deployer of a plugin knows the way to.
    pub(crate) fn of_plugin(deployer: String, options: Json, origin: &str) -> Self {
        Self {
            deployer: Some((deployer, options)),
            url: String::new(),
            api_key: None,
            api_key_env: None,
            team: None,
            takes_common_key: false,
            origin: origin.to_owned(),
        }
    }
}

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
        if let Some(path) = &global.config {
            settings.take(file::read(path, file::Trust::Named)?, true);
        } else if let Some(path) = find_upwards(beside, "plimsoll.toml") {
            settings.take(file::read(&path, file::Trust::Found)?, true);
        }
        if let Some(path) = user_config().filter(|path| path.is_file()) {
            settings.take(file::read(&path, file::Trust::OwnFile)?, false);
        }
        if let Some(path) = trussrc_path().filter(|path| path.is_file()) {
            settings.take(trussrc::read(&path)?, false);
        }
        settings
            .remotes
            .entry(BASETEN.to_owned())
            .or_insert_with(|| Remote {
                deployer: None,
                url: BASETEN_URL.to_owned(),
                api_key: None,
                api_key_env: None,
                team: None,
                takes_common_key: true,
                origin: "built in".to_owned(),
            });
        Ok(settings)
    }

    /// Reads what the files say of plugins. What they say of remotes is looked at where one is used.
    pub(crate) fn of_plugins(global: &Global, beside: &Path) -> Result<Self, CliError> {
        let mut settings = Self::default();
        if let Some(path) = &global.config {
            settings.take(file::read_plugins(path, file::Trust::Named)?, false);
        } else if let Some(path) = find_upwards(beside, "plimsoll.toml") {
            settings.take(file::read_plugins(&path, file::Trust::Found)?, false);
        }
        if let Some(path) = user_config().filter(|path| path.is_file()) {
            settings.take(file::read_plugins(&path, file::Trust::OwnFile)?, false);
        }
        Ok(settings)
    }

    fn take(&mut self, other: Self, with_target: bool) {
        if with_target {
            self.target = other.target;
        }
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
        match self.remotes.get(target) {
            Some(Remote {
                deployer: Some((name, options)),
                ..
            }) => Ok((name.clone(), options.clone())),
            // With its plugin's name, so that nobody pushes to one by accident.
            None if target.contains('/') => Ok((target.to_owned(), json!({}))),
            _ => Ok((
                BASETEN_DEPLOYER.to_owned(),
                self.remote_options(target, deployers)?,
            )),
        }
    }

    /// The options of the deployer for a remote.
    fn remote_options(
        &self,
        name: &str,
        deployers: &Catalogue<dyn Deployer>,
    ) -> Result<Json, CliError> {
        let remote = self.remotes.get(name).ok_or_else(|| {
            let mut known: Vec<String> = self.remotes.keys().cloned().collect();
            known.push(LOCAL.to_owned());
            let loaded = deployers.iter().filter(|one| one.origin.library.is_some());
            known.extend(loaded.map(Registration::qualified));
            let message = format!(
                "there is no target `{name}`; known are: {}",
                known.join(", ")
            );
            let error = CliError::usage(message).hint("name a remote in plimsoll.toml");
            match did_you_mean(name, known.iter().map(String::as_str)) {
                Some(hint) => error.hint(hint),
                None => error,
            }
        })?;
        let key = self.key(name, remote)?;
        let mut options = json!({
            "name": name,
            "url": remote.url,
            "api_key": key.expose_secret(),
        });
        if let Some(team) = &remote.team {
            options["team"] = json!(team);
        }
        Ok(options)
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

    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is what reads the environment"
    )]
    fn key(&self, name: &str, remote: &Remote) -> Result<SecretString, CliError> {
        if let Some(variable) = &remote.api_key_env {
            return std::env::var(variable)
                .map(SecretString::from)
                .map_err(|_| {
                    let message =
                        format!("{variable}, which holds the key of `{name}`, is not set");
                    CliError::new(exit::UNAUTHORISED, message)
                        .hint(format!("it is named in {}", remote.origin))
                });
        }
        if let Some(key) = &remote.api_key {
            return Ok(key.clone());
        }
        let common = std::env::var(KEY_VARIABLE)
            .ok()
            .filter(|_| remote.takes_common_key);
        common.map(SecretString::from).ok_or_else(|| {
            CliError::new(exit::UNAUTHORISED, format!("there is no key for `{name}`")).hint(
                format!("set {KEY_VARIABLE}, or name a variable with `api-key-env`"),
            )
        })
    }
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
