//! `ConfigSource` across the border.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::sync::Arc;

use plimsoll_abi::abi_stable::std_types::{RSlice, RVec};
use plimsoll_abi::v1::{self, Reply, With};
use plimsoll_core::amendment::{Amendment, Edit};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::context::{BuildContext, Package};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::Manifest;
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::tree::SourceTree;
use serde_json::Value as Json;

use super::contexts::ContextTree;
use super::document::{
    Amended, AmendmentAsked, EffectiveDocument, FileDocument, ManifestDocument, PackageDocument,
    Refusal, context, files,
};
use super::owned::Owned;
use super::reply::{
    Fault, answer, answer_with, document, done, failed, lent, read, read_with, refusal,
};
use super::rules::{ImportedRules, export_all, export_rules};
use super::state::{into_state, of, release};
use super::tree::{self, ImportedTree, export_tree, lend_tree};

type Exported = Box<dyn ConfigSource>;

/// Gives a source away.
#[must_use]
pub fn export_source(source: Box<dyn ConfigSource>) -> v1::Source {
    v1::Source {
        state: into_state::<Exported>(source),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Source {
    v1::Source {
        state: core::ptr::null_mut(),
        probe,
        load,
        schema,
        package,
        written,
        amend,
        release: release::<Exported>,
    }
}

const CONFIDENCES: [(&str, Confidence); 4] = [
    ("no", Confidence::No),
    ("maybe", Confidence::Maybe),
    ("likely", Confidence::Likely),
    ("certain", Confidence::Certain),
];

fn hosts(tree: Owned<v1::Tree>) -> Result<Arc<dyn SourceTree>, String> {
    let tree = ImportedTree::new(tree).map_err(|fault| format!("a tree that {fault}"))?;
    Ok(Arc::new(tree))
}

unsafe extern "C" fn probe(state: *mut c_void, tree: v1::Tree) -> Reply {
    // SAFETY: the border's contract: the state is of `export_source`.
    let source = unsafe { of::<Exported>(state) };
    let tree = Owned::new(tree);
    answer(|| {
        let confidence = source.probe(&*hosts(tree)?);
        let named = CONFIDENCES.iter().find(|(_, one)| *one == confidence);
        Ok(done(named.map_or("no", |(name, _)| name)))
    })
}

unsafe extern "C" fn load(state: *mut c_void, tree: v1::Tree) -> With<RVec<v1::Rules>> {
    // SAFETY: as above.
    let source = unsafe { of::<Exported>(state) };
    let tree = Owned::new(tree);
    answer_with(RVec::new, || {
        Ok(match source.load(&hosts(tree)?) {
            Ok(manifest) => {
                let rules = manifest.workloads.iter().map(|one| Arc::clone(&one.rules));
                (
                    done(&ManifestDocument::of(&manifest)),
                    Some(export_all(rules)),
                )
            }
            Err(said) => (failed(&Refusal::of(&said)), None),
        })
    })
}

unsafe extern "C" fn schema(state: *mut c_void) -> Reply {
    // SAFETY: as above.
    let source = unsafe { of::<Exported>(state) };
    answer(|| Ok(done(&source.schema())))
}

unsafe extern "C" fn package(
    state: *mut c_void,
    tree: v1::Tree,
    effective: RSlice<'_, u8>,
    rules: v1::Rules,
) -> With<v1::Tree> {
    // SAFETY: as above.
    let source = unsafe { of::<Exported>(state) };
    let (tree, rules) = (Owned::new(tree), Owned::new(rules));
    answer_with(tree::none, || {
        let rules = ImportedRules::take(rules, "the host");
        let rules = rules.map_err(|fault| format!("rules of which it {fault}"))?;
        let effective = lent::<EffectiveDocument>(effective)?.read(rules)?;
        Ok(match source.package(&hosts(tree)?, &effective) {
            Ok(package) => {
                let tree = export_tree(Arc::new(ContextTree::new(vec![package.context.clone()])));
                (done(&PackageDocument::of(&package)), Some(tree))
            }
            Err(said) => (failed(&Refusal::of(&said)), None),
        })
    })
}

unsafe extern "C" fn written(state: *mut c_void, tree: v1::Tree) -> With<v1::Tree> {
    // SAFETY: as above.
    let source = unsafe { of::<Exported>(state) };
    let tree = Owned::new(tree);
    answer_with(tree::none, || {
        Ok(match source.written(&hosts(tree)?) {
            Ok(context) => {
                let listed = context.as_ref().map(files);
                let tree = ContextTree::new(vec![context.unwrap_or_default()]);
                (done(&listed), Some(export_tree(Arc::new(tree))))
            }
            Err(said) => (failed(&Refusal::of(&said)), None),
        })
    })
}

unsafe extern "C" fn amend(
    state: *mut c_void,
    tree: v1::Tree,
    asked: RSlice<'_, u8>,
    rules: RVec<v1::Rules>,
) -> Reply {
    // SAFETY: as above.
    let source = unsafe { of::<Exported>(state) };
    let (tree, rules) = (Owned::new(tree), Owned::all(rules));
    answer(|| {
        let rules = ImportedRules::all(rules, "the host");
        let rules = rules.map_err(|fault| format!("rules of which it {fault}"))?;
        let asked: AmendmentAsked = lent(asked)?;
        let manifest = asked.manifest.read(rules)?;
        let tree = hosts(tree)?;
        let amended = source.amend(
            &tree,
            &manifest,
            &asked.workload,
            &asked.environment,
            &asked.settings,
        );
        Ok(match amended {
            Ok(amendment) => {
                let edits = amendment.edits().iter();
                let edits = edits.map(|one| (one.range.start, one.range.end, one.text.clone()));
                done(&Amended {
                    path: amendment.path.clone(),
                    before: Arc::clone(&amendment.before),
                    edits: edits.collect(),
                })
            }
            Err(said) => failed(&Refusal::of(&said)),
        })
    })
}

/// A source that came across the border.
#[derive(Debug)]
pub struct ImportedSource {
    source: Owned<v1::Source>,
    name: Box<str>,
}

// SAFETY: a source is asked from any number of threads at once (`ConfigSource: Send + Sync`).
unsafe impl Send for ImportedSource {}
// SAFETY: as above.
unsafe impl Sync for ImportedSource {}

impl ImportedSource {
    /// Takes a source over. Its name is for what there is to say of it.
    ///
    /// # Safety
    /// The source keeps to the contract of the border.
    #[must_use]
    pub unsafe fn new(source: v1::Source, name: &str) -> Self {
        Self::of(Owned::new(source), name)
    }

    /// As [`new`](Self::new), of one that is owned already.
    pub(super) fn of(source: Owned<v1::Source>, name: &str) -> Self {
        Self {
            source,
            name: name.into(),
        }
    }

    /// What is said where a call came to nothing: what the source says, or that it did not do its part.
    fn said(&self, call: &str, fault: Fault) -> Diagnostics {
        refusal(fault).unwrap_or_else(|fault| {
            let message = format!("the source `{}` {fault}, when it was to {call}", self.name);
            Diagnostics::of(Diagnostic::error("plugin::failed", message))
        })
    }

    fn nonsense(&self, call: &str) -> impl Fn(String) -> Diagnostics {
        move |what| self.said(call, Fault::Nonsense(what))
    }
}

impl ConfigSource for ImportedSource {
    fn probe(&self, tree: &dyn SourceTree) -> Confidence {
        // SAFETY: the source is there; it may not keep the tree, which lives until this returns.
        let reply = unsafe { (self.source.probe)(self.source.state, lend_tree(tree)) };
        let said: Result<String, _> = read(reply);
        let named = CONFIDENCES
            .iter()
            .find(|(name, _)| said.as_deref().ok() == Some(name));
        named.map_or(Confidence::No, |(_, confidence)| *confidence)
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        const CALL: &str = "read its input";
        // SAFETY: the source is there.
        let With { reply, object } =
            unsafe { (self.source.load)(self.source.state, export_tree(Arc::clone(tree))) };
        let rules = Owned::all(object);
        let manifest: ManifestDocument = read(reply).map_err(|fault| self.said(CALL, fault))?;
        let rules =
            ImportedRules::all(rules, &self.name).map_err(|fault| self.said(CALL, fault))?;
        manifest.read(rules).map_err(self.nonsense(CALL))
    }

    fn schema(&self) -> Option<Json> {
        // SAFETY: the source is there.
        read(unsafe { (self.source.schema)(self.source.state) }).ok()?
    }

    fn package(
        &self,
        tree: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics> {
        const CALL: &str = "gather what a platform is sent";
        let asked = document(&EffectiveDocument::of(effective)).map_err(self.nonsense(CALL))?;
        let rules = export_rules(effective.workload().rules);
        // SAFETY: the source is there, and the document lives until this returns.
        let packaged = unsafe {
            (self.source.package)(
                self.source.state,
                export_tree(Arc::clone(tree)),
                asked.as_slice().into(),
                rules,
            )
        };
        let (package, tree): (PackageDocument, _) =
            read_with(packaged).map_err(|fault| self.said(CALL, fault))?;
        let tree = ImportedTree::new(tree).map_err(|fault| self.said(CALL, fault))?;
        let tree: Arc<dyn SourceTree> = Arc::new(tree);
        package.read(&tree).map_err(self.nonsense(CALL))
    }

    fn written(&self, tree: &Arc<dyn SourceTree>) -> Result<Option<BuildContext>, Diagnostics> {
        const CALL: &str = "gather the files as they are written";
        // SAFETY: the source is there.
        let written =
            unsafe { (self.source.written)(self.source.state, export_tree(Arc::clone(tree))) };
        let (files, tree): (Option<Vec<FileDocument>>, _) =
            read_with(written).map_err(|fault| self.said(CALL, fault))?;
        let tree = ImportedTree::new(tree).map_err(|fault| self.said(CALL, fault))?;
        let tree: Arc<dyn SourceTree> = Arc::new(tree);
        let context = files.map(|files| context(files, &tree, None));
        context.transpose().map_err(self.nonsense(CALL))
    }

    fn amend(
        &self,
        tree: &Arc<dyn SourceTree>,
        manifest: &Manifest,
        workload: &str,
        environment: &Environment,
        settings: &AutoscalingSettings,
    ) -> Result<Amendment, Diagnostics> {
        const CALL: &str = "write settings";
        let asked = document(&AmendmentAsked {
            manifest: ManifestDocument::of(manifest),
            workload: workload.to_owned(),
            environment: environment.clone(),
            settings: *settings,
        });
        let asked = asked.map_err(self.nonsense(CALL))?;
        let rules = manifest.workloads.iter().map(|one| Arc::clone(&one.rules));
        // SAFETY: the source is there, and the document lives until this returns.
        let reply = unsafe {
            (self.source.amend)(
                self.source.state,
                export_tree(Arc::clone(tree)),
                asked.as_slice().into(),
                export_all(rules),
            )
        };
        let amended: Amended = read(reply).map_err(|fault| self.said(CALL, fault))?;
        let edits = amended.edits.into_iter();
        let edits = edits.map(|(start, end, text)| Edit::replace(start..end, text));
        Amendment::new(&amended.path, amended.before, edits.collect())
            .ok_or_else(|| self.nonsense(CALL)("edits that overlap or cut a character".to_owned()))
    }
}
