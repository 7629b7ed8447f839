//! Effective settings as documents.

use std::sync::Arc;

use plimsoll_core::effective::{Effective, EffectiveParts};
use plimsoll_core::environment::Environment;
use plimsoll_core::rules::WorkloadRules;
use serde::{Deserialize, Serialize};

use super::{Files, NodeDocument, Said, WorkloadDocument};

/// Effective settings, without the rules of their workload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EffectiveDocument {
    workload: WorkloadDocument,
    environment: Option<Environment>,
    config: NodeDocument,
    overridden: Vec<String>,
    files: Files,
    diagnostics: Vec<Said>,
}

impl EffectiveDocument {
    /// Writes effective settings.
    #[must_use]
    pub fn of(effective: &Effective) -> Self {
        Self {
            workload: WorkloadDocument::of(&effective.workload()),
            environment: effective.environment.clone(),
            config: NodeDocument::of(&effective.config),
            overridden: effective.overridden.clone(),
            files: Files::of(effective.files()),
            diagnostics: Said::of(&effective.diagnostics.items),
        }
    }

    /// Reads effective settings, which are passed on and not checked again.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub fn read(self, rules: Arc<dyn WorkloadRules>) -> Result<Effective, String> {
        let files = self.files.read();
        Ok(Effective::passed_on(EffectiveParts {
            workload: self.workload.read(rules, &files)?,
            environment: self.environment,
            config: self.config.read(&files)?,
            overridden: self.overridden,
            diagnostics: Said::read(self.diagnostics, &files)?,
        }))
    }
}
