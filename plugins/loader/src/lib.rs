//! Finds, checks and loads plugins from dynamic libraries.
