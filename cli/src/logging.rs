//! Log lines, on stderr.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::args::{Colour, Global, LogFormat};
use crate::error::CliError;
use crate::render;

/// Starts logging as asked for: warnings, and with `-v` what is done, and with `-vv` every request.
/// Whoever asks for a format wants what is done.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
pub(crate) fn start(global: &Global) -> Result<(), CliError> {
    let plain = std::env::var_os("NO_COLOR").is_some();
    let wanted = |terminal: bool| match global.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && !plain,
    };
    let colour = wanted(std::io::stderr().is_terminal());
    render::set_colour(colour, wanted(std::io::stdout().is_terminal()));
    let asked = global.verbose.max(u8::from(global.log_format.is_some()));
    let level = match asked {
        0 => "warn,s3s=off",
        1 => "warn,s3s=off,plimsoll=info,plimsoll_baseten=info,plimsoll_local=info",
        _ => "info,s3s=off,plimsoll=debug,plimsoll_baseten=debug,plimsoll_local=debug",
    };
    let directives = std::env::var("PLIMSOLL_LOG").unwrap_or_else(|_| level.to_owned());
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| CliError::usage(format!("PLIMSOLL_LOG: {error}")))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match global.log_format.unwrap_or(LogFormat::Text) {
        LogFormat::Text => subscriber.with_ansi(colour).with_target(false).init(),
        LogFormat::Json => subscriber.json().init(),
    }
    Ok(())
}
