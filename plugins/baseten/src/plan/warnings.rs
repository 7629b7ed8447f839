//! What the user should know before a plan is applied.

use plimsoll_baseten_api::{self as api, DeploymentStatus, limits};
use plimsoll_core::autoscaling::{AutoscalingSettings, UNBOUNDED};
use plimsoll_core::plan::Plan;
use plimsoll_core::release::{InstanceTypeRule, Release, ReleaseWorkload};

use super::live::Live;
use super::resources::fits;
use super::settings::kept;
use super::verdict::Verdict;
use crate::place::Place;

pub(crate) fn add(
    plan: &mut Plan,
    release: &Release,
    workload: &ReleaseWorkload,
    live: &Live,
    verdict: &Verdict,
    rule: InstanceTypeRule,
) {
    out_of_range(plan, workload);
    ignored_resources(plan, workload);
    if let (Some(settings), Some(environment)) = (live.environment_settings(), &release.environment)
    {
        let whose = format!("the environment `{environment}`");
        kept_settings(plan, &whose, &workload.autoscaling(), settings);
    }
    if let Some(deployment) = &live.deployment
        && deployment.status == DeploymentStatus::Inactive
    {
        let message = format!(
            "the live deployment {} is inactive: it serves nothing until it is activated",
            deployment.id
        );
        plan.warn("plan::inactive", message, None);
    }
    if verdict.deploys() {
        preserved(plan, release, workload, live, verdict, rule);
        raw_config(plan, workload);
    }
}

/// What is live, is not what a platform begins with, and is not written.
pub(crate) fn kept_settings(
    plan: &mut Plan,
    whose: &str,
    wanted: &AutoscalingSettings,
    live: &api::AutoscalingSettings,
) {
    let kept = kept(wanted, live);
    if kept.is_empty() {
        return;
    }
    let named: Vec<String> = kept
        .iter()
        .map(|(field, value)| format!("`{}` {value}", field.name))
        .collect();
    let message = format!(
        "{whose} has {}, which the file does not set: it stays, as the platform cannot reset a \
         setting",
        named.join(" and ")
    );
    plan.warn(
        "plan::setting-kept",
        message,
        Some("write the value that you want"),
    );
}

pub(crate) fn out_of_range(plan: &mut Plan, workload: &ReleaseWorkload) {
    for (field, value) in workload.autoscaling().written() {
        let (low, high) = field.platform_range;
        if (low..=high).contains(&value) {
            continue;
        }
        let range = if high == UNBOUNDED {
            format!("at least {low}")
        } else {
            format!("{low} to {high}")
        };
        let message = format!(
            "`{}` is {value}, and the platform documents {range}: it may refuse it",
            field.name
        );
        plan.warn("plan::setting-out-of-range", message, None);
    }
}

/// A named instance type wins over what is written beside it.
pub(crate) fn ignored_resources(plan: &mut Plan, workload: &ReleaseWorkload) {
    let Some(resources) = workload.effective.config.get("resources") else {
        return;
    };
    let Some(instance) = resources
        .get("instance_type")
        .and_then(|node| node.as_str())
    else {
        return;
    };
    let ignored: Vec<String> = ["accelerator", "cpu", "memory"]
        .into_iter()
        .filter(|key| resources.get(key).is_some_and(|node| !node.is_null()))
        .map(|key| format!("`{key}`"))
        .collect();
    if ignored.is_empty() {
        return;
    }
    let message = format!(
        "`instance_type` is {instance}: the platform ignores {} beside it",
        ignored.join(", ")
    );
    let hint = "remove one or the other; `instance_type: null` in an environment clears it";
    plan.warn("plan::resources-ignored", message, Some(hint));
}

fn preserved(
    plan: &mut Plan,
    release: &Release,
    workload: &ReleaseWorkload,
    live: &Live,
    verdict: &Verdict,
    rule: InstanceTypeRule,
) {
    let (Place::Exists(environment), Some(name)) = (&live.place, &release.environment) else {
        return;
    };
    let resources_changed = matches!(
        verdict,
        Verdict::Redeploy {
            resources_changed: true,
            ..
        }
    );
    let instance = &environment.instance_type;
    let other = resources_changed || !fits(instance, workload.resources());
    if rule.preserve && other {
        // What a platform shows of an environment that was not used yet may be no more than a
        // place holder.
        let kept = if live.environment_is_used() {
            "is kept"
        } else {
            "may be kept, though nothing was deployed to it yet"
        };
        let message = format!(
            "`resources` ask for another instance type than `{name}` has ({}), which {kept}: {}",
            instance.name, rule.reason
        );
        let hint = "--no-preserve-env-instance-type takes it from `resources`";
        plan.warn("plan::instance-type-preserved", message, Some(hint));
    }
}

fn raw_config(plan: &mut Plan, workload: &ReleaseWorkload) {
    let Some(raw) = &workload.raw_config else {
        return;
    };
    let most = limits::RAW_CONFIG_MAX_BYTES;
    if raw.len() > most {
        let message = format!(
            "the configuration as written has {} bytes, and the platform keeps up to {most}: it \
             is not sent as written, only as understood",
            raw.len()
        );
        plan.warn("plan::raw-config-too-large", message, None);
    }
}
