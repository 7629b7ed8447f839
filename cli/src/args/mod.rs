//! What can be typed. Names are a contract.

mod experiments;
mod load;
pub(crate) mod older;
mod plugins;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use self::experiments::{Bench, Plant, Simulate, Table, Tune};
pub(crate) use self::load::{Compare, Run, Spacing};
pub(crate) use self::plugins::{Doctor, Inspect, Kind, List, New, Plugins, PluginsCommand, Trust};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  done                              5  the platform refused
  1  the input is invalid              6  the platform failed or cannot be reached
  2  usage                             7  the deployment failed
  3  not authorised                    8  a threshold was missed
  4  not found                         130  interrupted

Files:
  plimsoll.toml                        targets of a project; beside what is pushed, or above it
  ~/.config/plimsoll/config.toml       targets of a user
  ~/.trussrc                           remotes of the Truss command line, by their names
";

/// Hold the load line of every model: resolve its settings per environment, and push them without
/// needless image builds.
///
/// Every value that is shown knows the line it was written on. With no set-up, pushes go to a
/// platform that is built in and runs on this machine.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Read this file instead of looking for a plimsoll.toml.
    #[arg(long, global = true, value_name = "FILE", env = "PLIMSOLL_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Load the plugins of this library, which must be trusted; may be repeated. `plimsoll plugins
    /// --help` says where else they are looked for.
    #[arg(long = "plugin", global = true, value_name = "FILE")]
    pub(crate) plugins: Vec<PathBuf>,
    /// Say more: -v what is done, -vv every request.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How log lines look on stderr.
    #[arg(long, global = true, value_name = "FORMAT", value_enum)]
    pub(crate) log_format: Option<LogFormat>,
    /// Whether to colour what is printed.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(Validate),
    Resolve(Resolve),
    Plan(Plan),
    Push(Push),
    Codegen(Codegen),
    Serve(Serve),
    Run(Run),
    Compare(Compare),
    Simulate(Simulate),
    Bench(Bench),
    Tune(Tune),
    Migrate(Migrate),
    Plugins(Plugins),
    Schema(Schema),
    Completions(Completions),
}

impl Command {
    /// Whether stdout is for machines.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Validate(command) => command.format == Findings::Json,
            Self::Resolve(command) => command.format == Format::Json,
            Self::Plan(command) => command.format == Report::Json,
            Self::Push(command) => command.format == Report::Json,
            Self::Codegen(command) => command.format == Report::Json,
            Self::Run(command) => command.json,
            Self::Compare(command) => command.format == Report::Json,
            Self::Migrate(command) => command.format == Report::Json,
            Self::Simulate(command) => command.results.format == Table::Json,
            Self::Bench(command) => command.results.format == Table::Json,
            Self::Tune(command) => command.results.format == Table::Json,
            Self::Plugins(command) => command.wants_json(),
            Self::Serve(_) | Self::Schema(_) | Self::Completions(_) => false,
        }
    }
}

/// What is read, and for which environment.
#[derive(Debug, ClapArgs)]
pub(crate) struct Input {
    /// A Truss folder, its config.yaml, the Python file of a chain, or a load test: a file or its
    /// https address.
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// The environment to resolve for.
    #[arg(short, long, value_name = "ENV")]
    pub(crate) environment: Option<String>,
    /// The source that reads PATH; found by looking at it when not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// How an environment overrides: `deep-merge` key by key, `replace` block by block.
    #[arg(long, value_name = "NAME", default_value = "deep-merge")]
    pub(crate) resolver: String,
}

/// Check a configuration, and every environment of it.
#[derive(Debug, ClapArgs)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How to report; `sarif` is for code scanning.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Findings::Text)]
    pub(crate) format: Findings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Findings {
    Text,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    Text,
    Json,
}

/// Show what is effective in an environment, and where each value comes from.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll resolve my-truss --environment production
  plimsoll resolve my-truss --environment production --explain
  plimsoll resolve my-truss --format json | jq .workloads[0].effective")]
pub(crate) struct Resolve {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Only the workload of this name.
    #[arg(long, value_name = "NAME")]
    pub(crate) workload: Option<String>,
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Yaml)]
    pub(crate) format: Format,
    /// Fill in every default.
    #[arg(long)]
    pub(crate) defaults: bool,
    /// Print every value with its layer and its file, line and column.
    #[arg(long, conflicts_with = "format")]
    pub(crate) explain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Yaml,
    Json,
    Toml,
}

/// Where a release goes, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Release {
    /// The same as `--environment production`.
    #[arg(long, conflicts_with = "environment")]
    pub(crate) promote: bool,
    /// A remote's name, or `local`: the platform that is built in.
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: Option<String>,
    /// Name of the model or the chain, instead of the one that is written.
    #[arg(long, value_name = "NAME")]
    pub(crate) model_name: Option<String>,
    /// Keep the environment's instance type, whatever `resources` say. The default, unless the
    /// environment overrides `resources`.
    #[arg(long, overrides_with = "no_preserve_env_instance_type")]
    pub(crate) preserve_env_instance_type: bool,
    /// Choose the instance type by the effective `resources`.
    #[arg(long)]
    pub(crate) no_preserve_env_instance_type: bool,
    /// Create the environment if it does not exist.
    #[arg(long)]
    pub(crate) create_environment_if_missing: bool,
    /// Name of the deployment: letters, digits, `-`, `_` and `.`.
    #[arg(long, value_name = "NAME")]
    pub(crate) deployment_name: Option<String>,
    /// Labels of the deployment, as a JSON object.
    #[arg(long, value_name = "JSON")]
    pub(crate) labels: Option<String>,
    /// How long the platform may take to deploy, in minutes: 10 to 1440.
    #[arg(long, value_name = "MINUTES")]
    pub(crate) deploy_timeout: Option<u32>,
    /// Where the built-in platform keeps its state.
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Show what a push would do. Changes nothing anywhere.
#[derive(Debug, ClapArgs)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) release: Release,
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Make a platform hold what the configuration says: settings only where only they differ, a new
/// deployment of the same image where only resources do, a build where nothing less will do.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll push my-truss --environment production          to the platform that is built in
  plimsoll push my-truss --promote --to baseten --wait     to Baseten, and see it become active
  plimsoll push my-truss --environment staging --dry-run   print the plan and stop")]
pub(crate) struct Push {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) release: Release,
    /// Follow the deployment until it is active or has failed. The default for `local`.
    #[arg(long, overrides_with = "no_wait")]
    pub(crate) wait: bool,
    /// Return as soon as the platform has taken it.
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Print the plan and stop.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask before touching `production` on a remote.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// How to print what came of it.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Write every chainlet of a chain as a Truss of its own, with the settings of an environment.
///
/// A chainlet's Truss goes to a folder of DIR with the name of its class: `config.yaml`, which is what
/// is effective in the environment; `model/model.py`, which the Truss server runs; `packages/`, the
/// folder of the chain; and what Python installs. The same source gives the same bytes.
///
/// DIR is written as a whole or not at all. It may not exist yet, be empty, or be one that this command
/// wrote before, which is then replaced, whatever was changed in it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll codegen chain.py --out generated                            as the base says
  plimsoll codegen chain.py --out generated --environment production   as production has it")]
pub(crate) struct Codegen {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The folder to write.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// How to print what was written.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Run the built-in platform as a server, so that other clients can use it.
#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// Address to listen on. Anything but a loopback address lets others in.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// Where it keeps its state.
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Bring a load test of an older shape into today's, and print it.
///
/// Read is every shape that Tressi's files have had. What has no equivalent today is named on stderr,
/// with its place. A file that has today's shape stays as it is, to the byte.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll migrate tressi.config.json                       print it in today's shape
  plimsoll migrate tressi.config.json --write               write it; as it was, it stays as .bak
  plimsoll migrate old.json --endpoint 'GET http://a/fast weight=0.75 priority=high'")]
pub(crate) struct Migrate {
    /// The load test: a file, a folder with a tressi.config.json, or its https address.
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Write the file. As it was, it is kept beside it as `PATH.bak`.
    #[arg(long)]
    pub(crate) write: bool,
    /// Autoscale an endpoint by settings of its own: its method and address, then any of its
    /// `autoscale`. A weight alone gives it that share of the rate of all. May be given several times.
    #[arg(long, value_name = "ENDPOINT")]
    pub(crate) endpoint: Vec<String>,
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Print the JSON Schema of a kind of configuration, for editors.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll schema load-test > load-test.schema.json
  plimsoll schema truss > truss.schema.json
  # then, on the first line of a config.yaml:
  # yaml-language-server: $schema=truss.schema.json")]
pub(crate) struct Schema {
    /// The kind: the name of a source, such as `truss`.
    pub(crate) kind: String,
}

/// Print a completion script for a shell.
#[derive(Debug, ClapArgs)]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: Shell,
}
