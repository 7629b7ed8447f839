//! Where plugins are looked for, and a registry with those that are loaded.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use plimsoll::loader::discover::Search;
use plimsoll::loader::{Host, Limits, LoadError, LoadErrorKind, Loaded, Places};
use plimsoll::registry::Registry;

use crate::args::Global;
use crate::error::{CliError, exit};
use crate::render;
use crate::settings::Settings;

/// The variable that names files and folders of plugins.
pub(crate) const PATH_VARIABLE: &str = "PLIMSOLL_PLUGIN_PATH";

/// Folders of plugins for every user of a machine.
const SYSTEM: [&str; 2] = [
    "/usr/local/lib/plimsoll/plugins",
    "/usr/lib/plimsoll/plugins",
];

/// The host of plugins: what `--plugin`, the environment and configuration files name. `beside` is
/// where the search for a plimsoll.toml begins.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
pub(crate) fn host(global: &Global, beside: &Path) -> Result<Host, CliError> {
    let settings = Settings::of_plugins(global, beside)?;
    let named = std::env::var_os(PATH_VARIABLE).unwrap_or_default();
    let home = etcetera::choose_base_strategy().ok();
    let home = home.as_ref();
    let below = |folder: Option<PathBuf>| folder.map(|folder| folder.join("plimsoll"));
    let data = below(home.map(BaseStrategy::data_dir));
    let config = below(home.map(BaseStrategy::config_dir));
    let cache = below(home.map(BaseStrategy::cache_dir));
    let usual = Limits::default();
    Ok(Host::new(Places {
        search: Search {
            explicit: global.plugins.clone(),
            path: std::env::split_paths(&named).collect(),
            configured: settings.plugin_paths,
            user: data.map(|folder| folder.join("plugins")),
            system: SYSTEM.iter().map(PathBuf::from).collect(),
        },
        // Without a home folder nothing is trusted, and so nothing is loaded.
        lock: config.map(|folder| folder.join("plugins.lock")),
        cache: cache.map(|folder| folder.join("plugins")),
        limits: Limits {
            silence: settings.deployer_silence.unwrap_or(usual.silence),
            ..usual
        },
    }))
}

/// Everything that is linked into this program, and the plugins that are loaded. What should have been
/// loaded and was not is said, and does not stop anything, unless it was named with `--plugin`.
pub(crate) fn registry(global: &Global, beside: &Path) -> Result<Registry, CliError> {
    let mut registry = plimsoll::registry()?;
    let loaded = host(global, beside)?.load(&mut registry);
    let Loaded {
        problems, remarks, ..
    } = loaded.map_err(|error| refused(global, &error))?;
    for remark in remarks {
        render::warning(&format!("plugins: {remark}"), &[]);
    }
    for problem in problems {
        render::warning(&named(&problem), &problem.hints);
    }
    Ok(registry)
}

/// What there is to say of a library, or of the file that says which are trusted.
pub(crate) fn named(error: &LoadError) -> String {
    match error.kind {
        LoadErrorKind::Keeping => error.to_string(),
        _ => format!("the plugin {error}"),
    }
}

/// A plugin that was asked for is not loaded.
pub(crate) fn refused(global: &Global, error: &LoadError) -> CliError {
    let code = match error.kind {
        LoadErrorKind::NotTrusted | LoadErrorKind::Trust => exit::UNAUTHORISED,
        LoadErrorKind::File if !error.path.exists() => exit::NOT_FOUND,
        _ => exit::INVALID,
    };
    let mut refusal = CliError::new(code, named(error));
    for hint in &error.hints {
        refusal = refusal.hint(hint);
    }
    match &error.detail {
        Some(detail) if global.verbose > 1 => render::say(detail),
        Some(_) => refusal = refusal.hint("-vv shows all that was found"),
        None => {}
    }
    refusal
}
