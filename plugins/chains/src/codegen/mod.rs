//! Writes one Truss a chainlet.

use std::sync::Arc;

use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::tree::SourceTree;

use crate::chain::Chain;

/// Gathers what a platform is sent of a chainlet.
///
/// # Errors
/// When the files cannot be gathered.
pub(crate) fn package(
    _tree: &Arc<dyn SourceTree>,
    _chain: &Chain,
    _chainlet: usize,
    _effective: &Effective,
) -> Result<Package, Diagnostics> {
    let message = "chains cannot be packaged yet";
    Err(Diagnostics::of(Diagnostic::error(
        "chain::package",
        message,
    )))
}
