//! `chain`: reads Baseten Chains from their Python source, which is never run.
//!
//! The rules are those of `truss_chains` in Truss 0.18.36, and beside them the two arguments that
//! Plimsoll adds to `RemoteConfig`: `autoscaling_settings` and `environment_overrides`.

mod chain;
mod python;
