//! What a build checks, supplied by the host.

use std::path::Path;

use serde_json::Value as Json;

/// What BUILDING checks of a build context and its configuration. The host supplies it, as the
/// platform knows no format of configuration.
pub trait BuildCheck: Send + Sync {
    /// Checks a configuration, and the build context where there is one: a deployment that reuses
    /// an image has none. Runs on a thread that may block. It must read nothing outside `context`.
    ///
    /// Returns warnings; they and the reason of a refusal are shown in the deployment's log.
    ///
    /// # Errors
    /// Why the build fails, in one sentence for people.
    fn check(&self, context: Option<&Path>, config: &Json) -> Result<Vec<String>, String>;
}

/// Checks nothing beyond what the platform checks itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct AcceptAll;

impl BuildCheck for AcceptAll {
    fn check(&self, _context: Option<&Path>, _config: &Json) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}
