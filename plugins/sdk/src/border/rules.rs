//! `WorkloadRules` across the border, either way: a host finishes what a plugin's source reads, and a
//! plugin's resolver asks what its host's rules make of a merge.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_abi::abi_stable::std_types::{RSlice, RVec};
use plimsoll_abi::v1::{self, Reply};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::layer::Layers;
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::value::{Node, Origin, Value};

use super::document::{Files, Finished, Keys, LayerDocument, Merged, NodeDocument, Said};
use super::owned::Owned;
use super::reply::{Fault, answer, document, done, lent, read};
use super::state::{into_state, of, release};

type Exported = Arc<dyn WorkloadRules>;

/// Gives rules away.
pub(super) fn export_rules(rules: Arc<dyn WorkloadRules>) -> v1::Rules {
    v1::Rules {
        state: into_state::<Exported>(rules),
        keys,
        finish,
        with_defaults,
        compact,
        release: release::<Exported>,
    }
}

/// Gives the rules of several workloads away.
pub(super) fn export_all(rules: impl Iterator<Item = Arc<dyn WorkloadRules>>) -> RVec<v1::Rules> {
    RVec::from(rules.map(export_rules).collect::<Vec<_>>())
}

unsafe extern "C" fn keys(state: *mut c_void) -> Reply {
    // SAFETY: the border's contract: the state is of `export_rules`.
    let rules = unsafe { of::<Exported>(state) };
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    answer(|| {
        Ok(done(&Keys {
            overridable: owned(rules.overridable()),
            settings: owned(rules.settings_keys()),
            overrides: rules.overrides_key().map(str::to_owned),
        }))
    })
}

unsafe extern "C" fn finish(state: *mut c_void, merged: RSlice<'_, u8>) -> Reply {
    // SAFETY: as above.
    let rules = unsafe { of::<Exported>(state) };
    answer(|| {
        let asked: Merged = lent(merged)?;
        let files = asked.files.read();
        let merged = asked.merged.read(&files)?;
        let layers = LayerDocument::read(asked.layers, &files)?;
        let mut said = Diagnostics::about(files);
        let finished = rules.finish(merged, &layers, &mut said);
        Ok(done(&Finished {
            finished: NodeDocument::of(&finished),
            said: Said::of(&said.items),
        }))
    })
}

unsafe extern "C" fn with_defaults(state: *mut c_void, finished: RSlice<'_, u8>) -> Reply {
    // SAFETY: as above.
    unsafe { shaped(state, finished, |rules, node| rules.with_defaults(node)) }
}

unsafe extern "C" fn compact(state: *mut c_void, finished: RSlice<'_, u8>) -> Reply {
    // SAFETY: as above.
    unsafe { shaped(state, finished, |rules, node| rules.compact(node)) }
}

/// Answers with another shape of a finished whole.
///
/// # Safety
/// The state is of [`export_rules`].
unsafe fn shaped(
    state: *mut c_void,
    finished: RSlice<'_, u8>,
    shape: fn(&dyn WorkloadRules, &Node) -> Node,
) -> Reply {
    // SAFETY: as the caller promises.
    let rules = unsafe { of::<Exported>(state) };
    answer(|| {
        let node = lent::<NodeDocument>(finished)?.read_as_is()?;
        Ok(done(&NodeDocument::of(&shape(&**rules, &node))))
    })
}

/// Rules that came across the border.
pub(super) struct ImportedRules {
    rules: Owned<v1::Rules>,
    overridable: &'static [&'static str],
    settings: &'static [&'static str],
    overrides: Option<&'static str>,
    /// Whose they are, for what there is to say of them.
    whose: String,
}

// SAFETY: rules are asked from any number of threads at once (`WorkloadRules: Send + Sync`).
unsafe impl Send for ImportedRules {}
// SAFETY: as above.
unsafe impl Sync for ImportedRules {}

impl ImportedRules {
    /// Takes rules over, which keep to the contract of the border.
    pub(super) fn take(
        rules: Owned<v1::Rules>,
        whose: &str,
    ) -> Result<Arc<dyn WorkloadRules>, Fault> {
        let mut imported = Self {
            rules,
            overridable: &[],
            settings: &[],
            overrides: None,
            whose: whose.to_owned(),
        };
        // SAFETY: the rules are there.
        let keys: Keys = read(unsafe { (imported.rules.keys)(imported.rules.state) })?;
        imported.overridable = kept_all(&keys.overridable);
        imported.settings = kept_all(&keys.settings);
        imported.overrides = keys.overrides.as_deref().map(kept);
        Ok(Arc::new(imported))
    }

    /// Takes the rules of several workloads over.
    pub(super) fn all(
        rules: Vec<Owned<v1::Rules>>,
        whose: &str,
    ) -> Result<Vec<Arc<dyn WorkloadRules>>, Fault> {
        rules
            .into_iter()
            .map(|rules| Self::take(rules, whose))
            .collect()
    }

    fn finished(
        &self,
        merged: &Node,
        layers: &Layers,
        diagnostics: &mut Diagnostics,
    ) -> Result<Node, Fault> {
        let files = Arc::clone(&diagnostics.files);
        let asked = document(&Merged {
            merged: NodeDocument::of(merged),
            layers: LayerDocument::of(layers),
            files: Files::of(&files),
        });
        let asked = asked.map_err(Fault::Nonsense)?;
        // SAFETY: the rules are there, and the document lives until this returns.
        let reply = unsafe { (self.rules.finish)(self.rules.state, asked.as_slice().into()) };
        let Finished { finished, said } = read(reply)?;
        let node = finished.read(&files).map_err(Fault::Nonsense)?;
        let said = Said::read(said, &files).map_err(Fault::Nonsense)?;
        diagnostics.absorb(said.items);
        Ok(node)
    }

    fn shaped(
        &self,
        finished: &Node,
        shape: unsafe extern "C" fn(*mut c_void, RSlice<'_, u8>) -> Reply,
    ) -> Result<Node, Fault> {
        let asked = document(&NodeDocument::of(finished)).map_err(Fault::Nonsense)?;
        // SAFETY: the rules are there, and the document lives until this returns.
        let reply = unsafe { shape(self.rules.state, asked.as_slice().into()) };
        let node: NodeDocument = read(reply)?;
        let mut node = node.read_as_is().map_err(Fault::Nonsense)?;
        let mut known = HashSet::new();
        visit(&mut finished.clone(), &mut |origin| {
            known.extend(origin.span);
        });
        // A place that no value of the whole has is none of its files.
        visit(&mut node, &mut |origin| {
            origin.span = origin.span.filter(|span| known.contains(span));
        });
        Ok(node)
    }
}

/// Visits the origin of a node and of each node in it.
fn visit(node: &mut Node, look: &mut impl FnMut(&mut Origin)) {
    look(&mut node.origin);
    match &mut node.value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter_mut().for_each(|item| visit(item, look));
        }
        Value::Map(map) => map.values_mut().for_each(|value| visit(value, look)),
        _ => {}
    }
}

impl fmt::Debug for ImportedRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ImportedRules")
            .field("whose", &self.whose)
            .finish_non_exhaustive()
    }
}

impl WorkloadRules for ImportedRules {
    fn overridable(&self) -> &'static [&'static str] {
        self.overridable
    }

    fn settings_keys(&self) -> &'static [&'static str] {
        self.settings
    }

    fn overrides_key(&self) -> Option<&'static str> {
        self.overrides
    }

    fn finish(&self, merged: Node, layers: &Layers, diagnostics: &mut Diagnostics) -> Node {
        match self.finished(&merged, layers, diagnostics) {
            Ok(finished) => finished,
            Err(fault) => {
                let message = format!("the rules of `{}` cannot be asked: it {fault}", self.whose);
                diagnostics.push(Diagnostic::error("plugin::failed", message));
                merged
            }
        }
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        let shaped = self.shaped(finished, self.rules.with_defaults);
        shaped.unwrap_or_else(|_| finished.clone())
    }

    fn compact(&self, finished: &Node) -> Node {
        let shaped = self.shaped(finished, self.rules.compact);
        shaped.unwrap_or_else(|_| finished.clone())
    }
}

/// Keys that rules have named. Their number is that of the keys in the code of plugins, which are
/// never unloaded, so that each is kept once and for good.
static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
static KEPT_LISTS: Mutex<BTreeSet<&'static [&'static str]>> = Mutex::new(BTreeSet::new());

fn kept(key: &str) -> &'static str {
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = all.get(key) {
        return kept;
    }
    let kept: &'static str = Box::leak(key.into());
    all.insert(kept);
    kept
}

fn kept_all(keys: &[String]) -> &'static [&'static str] {
    let keys: Vec<_> = keys.iter().map(|key| kept(key)).collect();
    let mut all = KEPT_LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = all.get(keys.as_slice()) {
        return kept;
    }
    let kept: &'static [&'static str] = Box::leak(keys.into());
    all.insert(kept);
    kept
}
