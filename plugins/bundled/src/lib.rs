//! Plimsoll as a library: the core and the bundled plugins.
