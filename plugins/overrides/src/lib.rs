//! Resolves layers: deep-merge and replace.
