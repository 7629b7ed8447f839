//! The check of a build by whatever source reads its configuration.

use std::path::Path;
use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::registry::Registry;
use plimsoll_core::tree::{DirTree, MemoryTree, SourceTree};
use serde_json::Value as Json;

use crate::build_check::BuildCheck;

/// The file that a configuration is read from. JSON is YAML.
const CONFIG_FILE: &str = "config.yaml";

/// Reads the build context, and the configuration that was sent beside it, with the source of a
/// registry that is surest of them. Where none is, nothing is checked, and a warning says so.
#[derive(Clone, Debug)]
pub struct SourceCheck {
    registry: Registry,
}

impl SourceCheck {
    /// A check by the sources of this registry.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self { registry }
    }

    fn load(&self, tree: &Arc<dyn SourceTree>, warnings: &mut Vec<String>) -> Result<(), String> {
        let surest = self.registry.surest_source(&**tree);
        let Some(source) = surest.map_err(|error| error.to_string())? else {
            warnings.push("no source reads this configuration: it was not checked".to_owned());
            return Ok(());
        };
        match source.load(tree) {
            Ok(manifest) => {
                for line in lines(&manifest.diagnostics) {
                    if !warnings.contains(&line) {
                        warnings.push(line);
                    }
                }
                Ok(())
            }
            Err(said) => Err(lines(&said).join("; ")),
        }
    }
}

fn lines(said: &Diagnostics) -> Vec<String> {
    said.to_string().lines().map(str::to_owned).collect()
}

impl BuildCheck for SourceCheck {
    fn check(&self, context: Option<&Path>, config: &Json) -> Result<Vec<String>, String> {
        let mut warnings = Vec::new();
        if let Some(folder) = context {
            let tree = DirTree::open(folder)
                .map_err(|error| format!("the unpacked context cannot be read: {error}"))?;
            self.load(
                &(Arc::new(Shown(tree)) as Arc<dyn SourceTree>),
                &mut warnings,
            )?;
        }
        let sent = MemoryTree::new().with(CONFIG_FILE, config.to_string());
        self.load(&(Arc::new(sent) as Arc<dyn SourceTree>), &mut warnings)?;
        Ok(warnings)
    }
}

/// A folder whose files are shown by their paths in it: where it was unpacked is nobody's business.
#[derive(Debug)]
struct Shown(DirTree);

impl SourceTree for Shown {
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }

    fn focus(&self) -> Option<&str> {
        None
    }

    fn entry(&self, path: &str) -> std::io::Result<Option<plimsoll_core::tree::EntryKind>> {
        self.0.entry(path)
    }

    fn list(&self, path: &str) -> std::io::Result<Vec<plimsoll_core::tree::DirEntry>> {
        self.0.list(path)
    }

    fn open(&self, path: &str) -> std::io::Result<Box<dyn std::io::Read + Send>> {
        self.0.open(path)
    }

    fn outside(&self, path: &str) -> std::io::Result<Arc<dyn SourceTree>> {
        let message = format!("`{path}` is outside of what was sent");
        Err(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            message,
        ))
    }
}
