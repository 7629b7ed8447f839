//! Loads a library: the handshake, then the layout of the border. From here on its code runs.
//!
//! A library that was loaded stays so for as long as the process does: nobody can know what still
//! points into it.

mod layout;

use std::path::Path;

use libloading::{Library, Symbol};
use plimsoll_abi::handshake::{ABORTS, Function, Handshake, MAGIC, MAJOR, SYMBOL};
use plimsoll_abi::v1::PluginRef;

use crate::error::{LoadError, LoadErrorKind};

/// Loads the copy of a library whose bytes were checked, and goes as far as its root module. Errors
/// name `shown`, the file that the user knows.
///
/// # Errors
/// When the system does not load it, the handshake says no, or its border is laid out otherwise.
pub(crate) fn open(copy: &Path, shown: &Path) -> Result<PluginRef, LoadError> {
    let handshake = shake(copy, shown)?;
    agreeable(&handshake, shown)?;
    layout::root(copy, shown)
}

#[expect(unsafe_code, reason = "a library runs code when it is loaded")]
fn shake(copy: &Path, shown: &Path) -> Result<Handshake, LoadError> {
    // SAFETY: the bytes are those that the user has trusted, with all that they do when they are
    // loaded.
    let library = unsafe { Library::new(copy) }.map_err(|error| {
        let message = format!("the system does not load it: {}", said(&error, copy));
        LoadError::new(shown, LoadErrorKind::Library, message)
    })?;
    // SAFETY: the one symbol of the border whose signature no version changes.
    let function: Result<Symbol<'_, Function>, _> = unsafe { library.get(SYMBOL.as_bytes()) };
    let handshake = match function {
        Ok(function) => function(),
        Err(_) => {
            std::mem::forget(library);
            let message = format!("it shakes no hand: it has no function `{SYMBOL}`");
            return Err(LoadError::new(shown, LoadErrorKind::Handshake, message)
                .hint("build it with the feature `dylib` of plimsoll-sdk"));
        }
    };
    // Never unloaded.
    std::mem::forget(library);
    Ok(handshake)
}

/// What the system says, without the name of the copy, which nobody knows.
fn said(error: &libloading::Error, copy: &Path) -> String {
    let mut said = error.to_string();
    let source = std::error::Error::source(error).map(ToString::to_string);
    if let Some(source) = source.filter(|source| !said.contains(source.as_str())) {
        said = format!("{said}: {source}");
    }
    let prefix = format!("{}: ", copy.display());
    said.replace(&prefix, "")
}

fn agreeable(handshake: &Handshake, shown: &Path) -> Result<(), LoadError> {
    let refuse = |message: String| Err(LoadError::new(shown, LoadErrorKind::Handshake, message));
    if handshake.magic != MAGIC {
        return refuse("it shakes hands as something else than a Plimsoll plugin".to_owned());
    }
    if handshake.major != MAJOR {
        let theirs = handshake.major;
        return refuse(format!(
            "it speaks version {theirs} of the border, and this Plimsoll speaks version {MAJOR}"
        ));
    }
    if handshake.panic == ABORTS {
        return refuse("it aborts on a panic, which would end Plimsoll".to_owned());
    }
    Ok(())
}
