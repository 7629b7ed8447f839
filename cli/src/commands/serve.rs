//! `plimsoll serve`.

use std::path::Path;
use std::sync::Arc;

use plimsoll::local::{Platform, PlatformError, PlatformOptions, SourceCheck};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;

use super::push::runtime;
use crate::args::{Global, Serve};
use crate::error::{CliError, exit};
use crate::interrupt::signalled;
use crate::plugins::registry;
use crate::render;
use crate::settings::data_dir;

/// Runs the built-in platform until it is told to stop.
pub(crate) fn run(global: &Global, command: &Serve) -> Result<(), CliError> {
    let folder = data_dir(command.data_dir.as_deref())?;
    let mut options = PlatformOptions::new(&folder);
    options.api_key = given_key();
    options.build_check = Arc::new(SourceCheck::new(registry(global, Path::new("."))?));
    let given = options.api_key.is_some();
    let platform = Platform::open(options).map_err(|error| failed(&error))?;
    let key = platform.api_key().clone();
    runtime()?.block_on(async {
        let listener = TcpListener::bind(command.listen).await.map_err(|error| {
            let message = format!("cannot listen on {}: {error}", command.listen);
            CliError::new(exit::UNAVAILABLE, message).hint("name another address with --listen")
        })?;
        let address = listener.local_addr().unwrap_or(command.listen);
        let mut said = format!("serving http://{address}, state in {}\n", folder.display());
        if !address.ip().is_loopback() {
            said.push_str("  others can reach this address: keep the key to yourself\n");
        }
        if key.newly_made {
            said.push_str(&format!(
                "  key, shown this once: {}\n",
                key.secret.expose_secret()
            ));
        }
        if !given {
            said.push_str(&format!(
                "  the key is kept in {}/api-key\n",
                folder.display()
            ));
        }
        render::out(&said)?;
        platform
            .serve(listener, signalled())
            .await
            .map_err(|error| failed(&error))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
fn given_key() -> Option<SecretString> {
    std::env::var("PLIMSOLL_API_KEY")
        .ok()
        .map(SecretString::from)
}

fn failed(error: &PlatformError) -> CliError {
    let mut message = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        message.push_str(&format!(": {source}"));
    }
    CliError::new(exit::UNAVAILABLE, message)
}
