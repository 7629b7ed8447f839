//! Loads a library: the handshake, then the layout of the border. From here on its code runs.
//!
//! A library that was loaded stays so for as long as the process does: nobody can know what still
//! points into it.

mod layout;

use std::path::Path;

use libloading::{Library, Symbol};
use plimsoll_abi::handshake::{ABORTS, Function, Handshake, MAGIC, MAJOR, SYMBOL, UNWINDS};
use plimsoll_abi::v1::PluginRef;

use crate::error::{LoadError, LoadErrorKind};

/// Loads the copy of a library whose bytes were checked, and goes as far as its root module. `said` is
/// the version of the border that it says it speaks; errors name `shown`, the file that the user knows.
///
/// # Errors
/// When the system does not load it, the handshake says no, or its border is laid out otherwise.
pub(crate) fn open(copy: &Path, said: (u32, u32), shown: &Path) -> Result<PluginRef, LoadError> {
    let handshake = shake(copy, shown)?;
    agreeable(&handshake, said, shown)?;
    layout::root(copy, shown)
}

#[expect(unsafe_code, reason = "a library runs code when it is loaded")]
fn shake(copy: &Path, shown: &Path) -> Result<Handshake, LoadError> {
    // SAFETY: the bytes are those that the user has trusted, with all that they do when they are
    // loaded.
    let library = unsafe { opened(copy) }.map_err(|error| {
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

/// Opens a library with all its symbols bound, so that one that is missing is known now.
///
/// # Safety
/// What the library does when it is loaded is what the user wants.
#[cfg(unix)]
#[expect(unsafe_code, reason = "a library runs code when it is loaded")]
unsafe fn opened(copy: &Path) -> Result<Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: as the caller promises.
    unsafe { Library::open(Some(copy), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

/// Opens a library.
///
/// # Safety
/// What the library does when it is loaded is what the user wants.
#[cfg(not(unix))]
#[expect(unsafe_code, reason = "a library runs code when it is loaded")]
unsafe fn opened(copy: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: as the caller promises.
    unsafe { Library::new(copy) }
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

fn agreeable(handshake: &Handshake, said: (u32, u32), shown: &Path) -> Result<(), LoadError> {
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
    if (handshake.major, handshake.minor) != said {
        let (major, minor) = (handshake.major, handshake.minor);
        return refuse(format!(
            "it speaks version {major}.{minor} of the border, and says that it speaks {}.{}",
            said.0, said.1
        ));
    }
    match handshake.panic {
        UNWINDS => Ok(()),
        ABORTS => refuse("it aborts on a panic, which would end Plimsoll".to_owned()),
        other => refuse(format!("what a panic in it does is not known: {other}")),
    }
}
