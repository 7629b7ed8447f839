//! What has to happen to the deployment of a chain.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::release::{Release, ReleaseWorkload};

use super::live::Live;
use super::types::{self, TypeChange};
use crate::plan::resources;

/// What has to happen to the deployment.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing: what is live is of the same images.
    Same,
    /// Chainlets of the environment get other instance types; the images stay.
    InstanceTypes(Vec<TypeChange>),
    /// A deployment of the whole chain.
    Deploy {
        /// Why, of the whole; nothing where nothing was live before, or where chainlets say it.
        reasons: Vec<String>,
        /// Why, by the chainlet that it is for.
        of_chainlets: BTreeMap<String, String>,
        /// The chainlets whose images are live already.
        built: BTreeSet<String>,
    },
}

impl Verdict {
    pub(super) fn of(
        live: &Live,
        release: &Release,
        catalogue: &[plimsoll_baseten_api::InstanceType],
    ) -> Self {
        let Some(deployment) = &live.deployment else {
            let failed = live.failed.as_ref().map(|failed| {
                format!(
                    "the deployment {} is not live: it is {}",
                    failed.id, failed.status
                )
            });
            return Self::Deploy {
                reasons: failed.into_iter().collect(),
                of_chainlets: BTreeMap::new(),
                built: BTreeSet::new(),
            };
        };
        let mut reasons = Vec::new();
        let mut of_chainlets = BTreeMap::new();
        let mut built = BTreeSet::new();
        for workload in &release.workloads {
            let name = name(workload).to_owned();
            match difference(live, workload) {
                Some(reason) => drop(of_chainlets.insert(name, reason)),
                None => drop(built.insert(name)),
            }
        }
        for gone in &deployment.chainlets {
            if !release
                .workloads
                .iter()
                .any(|workload| name(workload) == gone.name)
            {
                reasons.push(format!("`{}` is no chainlet any more", gone.name));
            }
        }
        let entrypoint = deployment
            .chainlets
            .iter()
            .find(|chainlet| chainlet.is_entrypoint);
        if let (Some(live), Some(wanted)) = (entrypoint, release.workloads.first())
            && live.name != name(wanted)
        {
            reasons.push(format!(
                "the entrypoint goes from `{}` to `{}`",
                live.name,
                name(wanted)
            ));
        }
        if reasons.is_empty() && of_chainlets.is_empty() {
            if live.environment().is_some() {
                let changes = types::changes(live, release, catalogue);
                if changes.is_empty() {
                    return Self::Same;
                }
                return Self::InstanceTypes(changes);
            }
            // Without an environment there is nothing to change but by another deployment.
            of_chainlets = resource_changes(live, release);
            if of_chainlets.is_empty() {
                return Self::Same;
            }
        }
        Self::Deploy {
            reasons,
            of_chainlets,
            built,
        }
    }

    pub(super) fn deploys(&self) -> bool {
        matches!(self, Self::Deploy { .. })
    }
}

/// The name of a chainlet.
pub(super) fn name(workload: &ReleaseWorkload) -> &str {
    &workload.effective.workload
}

/// Why the image of what is live of a chainlet will not do.
fn difference(live: &Live, workload: &ReleaseWorkload) -> Option<String> {
    let name = name(workload);
    let Some(chainlet) = live.chainlet(name) else {
        return Some("it is a new chainlet".to_owned());
    };
    let wanted = &workload.digest;
    match &chainlet.digest {
        Some(digest) if digest == wanted => None,
        Some(digest) => Some(format!(
            "its files or its configuration changed: the build digest goes from {} to {}",
            digest.short(),
            wanted.short()
        )),
        None => Some("what is live of it carries no build digest".to_owned()),
    }
}

fn resource_changes(live: &Live, release: &Release) -> BTreeMap<String, String> {
    let changed = release.workloads.iter().filter_map(|workload| {
        let chainlet = live.chainlet(name(workload))?;
        let changes = resources::changes(&chainlet.resources, workload.resources());
        (!changes.is_empty()).then(|| (name(workload).to_owned(), resources::words(&changes)))
    });
    changed.collect()
}
