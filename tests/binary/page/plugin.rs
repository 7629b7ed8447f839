//! What is said where a loaded plugin does not do its part.

use super::case::{Code, code};

pub(super) fn codes() -> Vec<Code> {
    vec![
        code(
            "plugin::failed",
            "A source, a resolver or rules of a loaded plugin did not do their part.",
        )
        .no_example(
            "error",
            "It panicked, which the message repeats with its place, or returned what makes no sense. The fault is \
             the plugin's: tell its author. `plimsoll plugins list` shows whose it is.",
        ),
    ]
}
