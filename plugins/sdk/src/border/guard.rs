//! Catches panics where they happen, so that none crosses the border.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The name of the threads that this library does the work of deployers on.
pub(super) const WORKERS: &str = "plimsoll-plugin";

thread_local! {
    /// What the hook heard of the last panic of this thread: its text and its place.
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Calls, and catches a panic: its text, and its place where [`listen`] was called.
#[inline]
pub(super) fn guard<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(panicked)
}

/// What a panic said.
#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> String {
    let heard = HEARD.with(RefCell::take);
    let said = text_of(&*payload);
    // Its drop may panic in turn.
    std::mem::forget(payload);
    // What was heard may be of another panic, which the plugin caught itself.
    heard
        .filter(|heard| heard.starts_with(&said))
        .unwrap_or(said)
}

/// The text that a panic carries.
fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let owned = || payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(owned)
        .unwrap_or("a panic without words")
        .to_owned()
}

/// Has panics in calls of the host be heard instead of printed. For libraries, which have panics of
/// their own: a host's stay as they are. The threads of the host have no name in a library, and those
/// that it starts for itself usually have one: what they say is printed, too.
#[cfg(feature = "dylib")]
pub(super) fn listen() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let thread = std::thread::current();
            if thread.name().is_some_and(|name| name != WORKERS) {
                before(panic);
            }
            let place = panic.location().map(|place| format!(" ({place})"));
            let text = text_of(panic.payload());
            let heard = format!("{text}{}", place.unwrap_or_default());
            HEARD.with(|last| last.replace(Some(heard)));
        }));
    });
}
