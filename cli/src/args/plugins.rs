//! What can be typed of plugins.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::Report;

const PLACES: &str = "\
Plugins are looked for, in this order:
  --plugin FILE              libraries that are named; all of them are loaded
  PLIMSOLL_PLUGIN_PATH       files and folders, separated as in PATH
  plimsoll.toml              [plugins] paths = [\"…\"]; the user's configuration file, too
  ~/.local/share/plimsoll/plugins
  /usr/local/lib/plimsoll/plugins, /usr/lib/plimsoll/plugins
Of two plugins with one name the first is loaded. A project's own folder is not searched by itself.

A plugin runs with your rights, from the moment that it is loaded. So a library is loaded only if its
bytes are those that you have trusted: plimsoll plugins trust FILE
";

/// Show, check, trust and write plugins.
///
/// A plugin adds sources, resolvers, deployers, distribution strategies and scaling policies. It is
/// linked into a program, or loaded from a dynamic library.
#[derive(Debug, ClapArgs)]
#[command(after_help = PLACES)]
pub(crate) struct Plugins {
    #[command(subcommand)]
    pub(crate) command: PluginsCommand,
}

impl Plugins {
    /// Whether stdout is for machines.
    pub(super) fn wants_json(&self) -> bool {
        let format = match &self.command {
            PluginsCommand::List(command) => command.format,
            PluginsCommand::Inspect(command) => command.format,
            PluginsCommand::Doctor(command) => command.format,
            PluginsCommand::Trust(_) | PluginsCommand::New(_) => Report::Text,
        };
        format == Report::Json
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginsCommand {
    List(List),
    Inspect(Inspect),
    Trust(Trust),
    Doctor(Doctor),
    New(New),
}

/// List everything that is registered, and the libraries that were found.
#[derive(Debug, ClapArgs)]
pub(crate) struct List {
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Show a plugin, something that is registered, or a library, and its options.
///
/// Of a library that is not loaded it shows what its file says: no code of it runs, unless --load is
/// given.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll plugins inspect knative                        a policy and its options
  plimsoll plugins inspect acme/steps --format json       with the JSON Schema of its options
  plimsoll plugins inspect target/release/libacme.so      what a library says of itself
  plimsoll plugins inspect target/release/libacme.so --load")]
pub(crate) struct Inspect {
    /// A plugin's name, the name of something that is registered, or a file.
    #[arg(value_name = "NAME|FILE")]
    pub(crate) what: String,
    /// Load the library, which runs its code, and check its layout.
    #[arg(long)]
    pub(crate) load: bool,
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Trust a library: its bytes, as they are now, may be loaded from then on.
///
/// What is written down is the digest of the file, in plugins.lock beside the user's configuration. A
/// file that changes is not trusted any more. Trust is about where a library comes from: once it is
/// loaded it can do whatever you can.
#[derive(Debug, ClapArgs)]
pub(crate) struct Trust {
    /// The library.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Check the signature beside it, FILE.minisig, with this public key: a file, or its text.
    #[arg(long, value_name = "KEY")]
    pub(crate) minisign_key: Option<String>,
}

/// Say where plugins are looked for, what was found there, and why something is not loaded.
///
/// Ends with exit code 1 where something that should be loaded is not.
#[derive(Debug, ClapArgs)]
pub(crate) struct Doctor {
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Write a new plugin: a crate that builds, tests, benches and loads as it is.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll plugins new --kind scaling-policy acme         the policy acme/acme, in the folder acme
  plimsoll plugins new --kind scaling-policy acme/steps   the policy acme/steps, in the folder acme
  plimsoll plugins new --kind deployer shelf --path ../shelf")]
pub(crate) struct New {
    /// What it has.
    #[arg(long, value_name = "KIND", value_enum)]
    pub(crate) kind: Kind,
    /// The plugin's name, and that of what it has behind a `/`: lower-case letters, digits and `-`.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The folder to write, which may not be there yet; the plugin's name when not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
    /// The folder of plimsoll-sdk that it depends on; that of the sources this plimsoll was built from
    /// when not given, where they are still there.
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<PathBuf>,
}

/// The kinds of things that a plugin can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    ScalingPolicy,
    DistributionStrategy,
    Source,
    Resolver,
    Deployer,
}
