//! The two halves on each other, without a library.
