//! `plimsoll serve`.

use plimsoll::registry::FactoryContext;

use super::push::runtime;
use super::release::local_options;
use crate::args::{Global, Serve};
use crate::error::{CliError, exit};
use crate::interrupt::signalled;
use crate::settings::data_dir;

/// Runs the built-in platform until it is told to stop.
pub(crate) fn run(_: &Global, command: &Serve) -> Result<(), CliError> {
    let _ = (
        &command.listen,
        FactoryContext {
            registry: plimsoll::registry()?,
        },
        signalled,
    );
    let folder = data_dir(command.data_dir.as_deref())?;
    let _ = (local_options(&folder), runtime()?);
    Err(CliError::new(
        exit::UNAVAILABLE,
        "the platform is being wired up",
    ))
}
