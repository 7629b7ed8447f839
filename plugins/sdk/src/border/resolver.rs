//! `OverrideResolver` across the border.
//!
//! A resolver merges, and the rules of a workload check what it merged. Across the border the merge
//! comes back as it is, and the host checks it: so a loaded resolver can yield no settings that are not
//! valid, whatever it does.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::sync::Arc;

use plimsoll_abi::abi_stable::std_types::RSlice;
use plimsoll_abi::v1::{self, Reply};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::Layers;
use plimsoll_core::manifest::Workload;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::Node;

use super::document::{
    Files, NodeDocument, Refusal, ResolveAsked, Resolved, Said, WorkloadDocument,
};
use super::owned::Owned;
use super::reply::{Fault, answer, document, done, failed, lent, read, refusal};
use super::rules::{ImportedRules, export_rules};
use super::state::{into_state, of, release};

type Exported = Box<dyn OverrideResolver>;

/// Gives a resolver away.
#[must_use]
pub fn export_resolver(resolver: Box<dyn OverrideResolver>) -> v1::Resolver {
    v1::Resolver {
        state: into_state::<Exported>(resolver),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Resolver {
    v1::Resolver {
        state: core::ptr::null_mut(),
        resolve,
        other_environments,
        release: release::<Exported>,
    }
}

/// Rules that leave a merge as it is, for the host to finish.
#[derive(Debug)]
struct Deferred(Arc<dyn WorkloadRules>);

impl WorkloadRules for Deferred {
    fn overridable(&self) -> &'static [&'static str] {
        self.0.overridable()
    }

    fn settings_keys(&self) -> &'static [&'static str] {
        self.0.settings_keys()
    }

    fn overrides_key(&self) -> Option<&'static str> {
        self.0.overrides_key()
    }

    fn finish(&self, merged: Node, _: &Layers, _: &mut Diagnostics) -> Node {
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }

    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}

fn hosts(rules: Owned<v1::Rules>) -> Result<Arc<dyn WorkloadRules>, String> {
    ImportedRules::take(rules, "the host").map_err(|fault| format!("rules of which it {fault}"))
}

unsafe extern "C" fn resolve(state: *mut c_void, asked: RSlice<'_, u8>, rules: v1::Rules) -> Reply {
    // SAFETY: the border's contract: the state is of `export_resolver`.
    let resolver = unsafe { of::<Exported>(state) };
    let rules = Owned::new(rules);
    answer(|| {
        let asked: ResolveAsked = lent(asked)?;
        let files = asked.files.read();
        let rules = Arc::new(Deferred(hosts(rules)?));
        let workload = asked.workload.read(rules, &files)?;
        Ok(
            match resolver.resolve(&workload, asked.environment.as_ref(), &files) {
                Ok(effective) => done(&Resolved {
                    merged: NodeDocument::of(&effective.config),
                    said: Said::of(&effective.diagnostics.items),
                    overridden: effective.overridden,
                }),
                Err(said) => failed(&Refusal::of(&said)),
            },
        )
    })
}

unsafe extern "C" fn other_environments(
    state: *mut c_void,
    asked: RSlice<'_, u8>,
    rules: v1::Rules,
) -> Reply {
    // SAFETY: as above.
    let resolver = unsafe { of::<Exported>(state) };
    let rules = Owned::new(rules);
    answer(|| {
        let asked: ResolveAsked = lent(asked)?;
        let files = asked.files.read();
        let workload = asked.workload.read(hosts(rules)?, &files)?;
        let environment = asked.environment.as_ref();
        let said = resolver.other_environments(&workload, environment, &files);
        Ok(done(&Said::of(&said)))
    })
}

/// A resolver that came across the border.
#[derive(Debug)]
pub struct ImportedResolver {
    resolver: Owned<v1::Resolver>,
    name: Box<str>,
}

// SAFETY: a resolver is asked from any number of threads at once (`OverrideResolver: Send + Sync`).
unsafe impl Send for ImportedResolver {}
// SAFETY: as above.
unsafe impl Sync for ImportedResolver {}

impl ImportedResolver {
    /// Takes a resolver over. Its name is for what there is to say of it.
    ///
    /// # Safety
    /// The resolver keeps to the contract of the border.
    #[must_use]
    pub unsafe fn new(resolver: v1::Resolver, name: &str) -> Self {
        Self::of(Owned::new(resolver), name)
    }

    /// As [`new`](Self::new), of one that is owned already.
    pub(super) fn of(resolver: Owned<v1::Resolver>, name: &str) -> Self {
        Self {
            resolver,
            name: name.into(),
        }
    }

    fn ask(
        &self,
        call: unsafe extern "C" fn(*mut c_void, RSlice<'_, u8>, v1::Rules) -> Reply,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &SourceMap,
    ) -> Result<Reply, Fault> {
        let asked = document(&ResolveAsked {
            workload: WorkloadDocument::of(workload),
            environment: environment.cloned(),
            files: Files::of(files),
        });
        let asked = asked.map_err(Fault::Nonsense)?;
        let rules = export_rules(Arc::clone(&workload.rules));
        // SAFETY: the resolver is there, and the document lives until this returns.
        Ok(unsafe { call(self.resolver.state, asked.as_slice().into(), rules) })
    }

    /// What is said where a call came to nothing: what the resolver says, or that it did not do its
    /// part.
    fn said(&self, fault: Fault) -> Diagnostics {
        refusal(fault).unwrap_or_else(|fault| Diagnostics::of(self.failed(&fault)))
    }

    fn failed(&self, fault: &Fault) -> Diagnostic {
        let message = format!("the resolver `{}` {fault}", self.name);
        Diagnostic::error("plugin::failed", message)
    }
}

impl OverrideResolver for ImportedResolver {
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        let reply = self.ask(self.resolver.resolve, workload, environment, files);
        let resolved = reply.and_then(read::<Resolved>);
        let Resolved {
            merged,
            overridden,
            said,
        } = resolved.map_err(|fault| self.said(fault))?;
        let nonsense = |what| self.said(Fault::Nonsense(what));
        let merged = merged.read(files).map_err(nonsense)?;
        let said = Said::read(said, files).map_err(nonsense)?;
        Effective::checked(workload, environment, merged, overridden, said)
    }

    fn other_environments(
        &self,
        workload: &Workload,
        asked_for: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Vec<Diagnostic> {
        let reply = self.ask(self.resolver.other_environments, workload, asked_for, files);
        let said = reply.and_then(read::<Vec<Said>>);
        let said = said.and_then(|said| Said::read(said, files).map_err(Fault::Nonsense));
        match said {
            Ok(said) => said.items,
            Err(fault) => vec![Diagnostic {
                severity: plimsoll_core::diagnostic::Severity::Warning,
                ..self.failed(&fault)
            }],
        }
    }
}
