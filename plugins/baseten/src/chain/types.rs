//! Which instance types the resources of chainlets ask for.

use plimsoll_baseten_api::InstanceType;
use plimsoll_core::release::Release;
use serde_json::Value as Json;

use super::live::Live;
use super::verdict::name;
use crate::plan::resources;

/// A chainlet whose instance type is to be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TypeChange {
    pub(super) chainlet: String,
    pub(super) before: InstanceType,
    pub(super) after: InstanceType,
}

/// The chainlets whose instance types in the environment are not what their resources ask for: the
/// resources changed since the last push, or the type is too small for them. What was chosen by
/// hand for the same resources stays.
pub(super) fn changes(
    live: &Live,
    release: &Release,
    catalogue: &[InstanceType],
) -> Vec<TypeChange> {
    if release.options.preserve_instance_type == Some(true) {
        return Vec::new();
    }
    let changes = release.workloads.iter().filter_map(|workload| {
        let chainlet = live.chainlet(name(workload))?;
        let before = live.instance_type(name(workload))?;
        let wanted = workload.resources();
        let changed = !resources::changes(&chainlet.resources, wanted).is_empty();
        // While it is on its way, the environment shows the types of the one before.
        let too_small = live.is_settled() && !resources::fits(before, wanted);
        if !changed && !too_small {
            return None;
        }
        let after = choose(catalogue, wanted)?;
        (after.id != before.id).then(|| TypeChange {
            chainlet: chainlet.name.clone(),
            before: before.clone(),
            after: after.clone(),
        })
    });
    changes.collect()
}

/// The instance type that resources ask for: the one that they name, or the smallest that has
/// enough of everything.
pub(super) fn choose<'a>(catalogue: &'a [InstanceType], wanted: &Json) -> Option<&'a InstanceType> {
    catalogue
        .iter()
        .filter(|instance| resources::fits(instance, wanted))
        .min_by_key(|instance| (instance.millicpu_limit, instance.memory_limit_mib))
}
