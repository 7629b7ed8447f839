//! What has to happen to the deployment of a chain.

use std::collections::BTreeSet;

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
        /// Why; `None` where nothing was live before.
        reason: Option<String>,
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
            let failed = live.failed.as_ref();
            return Self::Deploy {
                reason: failed.map(|failed| {
                    format!(
                        "the deployment {} is not live: it is {}",
                        failed.id, failed.status
                    )
                }),
                built: BTreeSet::new(),
            };
        };
        let mut reasons = Vec::new();
        let mut built = BTreeSet::new();
        for workload in &release.workloads {
            match difference(live, workload) {
                Some(reason) => reasons.push(reason),
                None => {
                    built.insert(name(workload).to_owned());
                }
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
        if reasons.is_empty() {
            if live.environment().is_some() {
                let changes = types::changes(live, release, catalogue);
                if changes.is_empty() {
                    return Self::Same;
                }
                return Self::InstanceTypes(changes);
            }
            // Without an environment there is nothing to change but by another deployment.
            reasons = resource_changes(live, release);
        }
        if reasons.is_empty() {
            return Self::Same;
        }
        Self::Deploy {
            reason: Some(reasons.join("; ")),
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
        return Some(format!("`{name}` is a new chainlet"));
    };
    let wanted = &workload.digest;
    match &chainlet.digest {
        Some(digest) if digest == wanted => None,
        Some(digest) => Some(format!(
            "the files or the configuration of `{name}` changed: its build digest goes from {} to \
             {}",
            digest.short(),
            wanted.short()
        )),
        None => Some(format!("what is live of `{name}` carries no build digest")),
    }
}

fn resource_changes(live: &Live, release: &Release) -> Vec<String> {
    let changed = release.workloads.iter().filter_map(|workload| {
        let chainlet = live.chainlet(name(workload))?;
        let changes = resources::changes(&chainlet.resources, workload.resources());
        (!changes.is_empty())
            .then(|| format!("of `{}`, {}", name(workload), resources::words(&changes)))
    });
    changed.collect()
}
