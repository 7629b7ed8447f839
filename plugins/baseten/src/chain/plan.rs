//! Planning the push of a chain.

use plimsoll_baseten_api::InstanceType;
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::plan::Plan;
use plimsoll_core::release::Release;

use super::artifacts::{encoded, refusal, sent_config};
use super::live::Live;
use super::steps::Planner;
use super::verdict::{Verdict, name};
use crate::place::Place;
use crate::plan::{checks, shown_plainly, warnings};
use crate::session::Session;

/// Says what it would take to make the platform hold this chain. What can be refused is refused
/// here, before anything is sent.
pub(crate) async fn plan(session: &Session<'_>, release: &Release) -> Result<Plan, DeployError> {
    checks::check(release)?;
    session.check()?;
    let live = Live::read(session, release).await?;
    live.place.refuse_missing(release, live.chain.is_some())?;
    let catalogue = catalogue(session, &live).await?;
    let verdict = Verdict::of(&live, release, &catalogue);
    if verdict.deploys() {
        validate(session, release).await?;
    }
    let mut planner = Planner {
        release,
        live: &live,
        catalogue: &catalogue,
        plan: Plan::new(&session.options().name, release.environment.as_ref()),
    };
    planner.note_live();
    planner.steps(&verdict);
    let mut plan = planner.plan;
    for workload in &release.workloads {
        warnings::out_of_range(&mut plan, workload);
        warnings::ignored_resources(&mut plan, workload);
    }
    kept(&mut plan, release, &live);
    without_counterpart(&mut plan, release, &verdict);
    without_environment(&mut plan, release, &live);
    Ok(shown_plainly(plan))
}

/// The instance types there are, where they may be needed: an environment names its chainlets' types.
async fn catalogue(session: &Session<'_>, live: &Live) -> Result<Vec<InstanceType>, DeployError> {
    if live.environment().is_none() && !matches!(live.place, Place::Missing { .. }) {
        return Ok(Vec::new());
    }
    let client = session.client;
    let list = session.retrying(|| client.instance_types()).await?;
    Ok(list.instance_types)
}

/// Asks whether the platform takes the configurations.
async fn validate(session: &Session<'_>, release: &Release) -> Result<(), DeployError> {
    for workload in &release.workloads {
        let config = encoded(&sent_config(workload, name(workload)));
        let client = session.client;
        let validation = session.retrying(|| client.validate(&config)).await?;
        let errors = refusal(&validation);
        if !errors.is_empty() {
            let message = format!(
                "the platform refuses the configuration of `{}`: {}",
                name(workload),
                session.client.redact(&errors.join("; "))
            );
            return Err(DeployError::new(DeployErrorKind::Refused, message)
                .hint("nothing was created: the platform was asked before anything was sent"));
        }
    }
    Ok(())
}

/// What the environment sets and no file does: the platform cannot reset it.
fn kept(plan: &mut Plan, release: &Release, live: &Live) {
    let Some(environment) = live.environment_name(release) else {
        return;
    };
    for workload in &release.workloads {
        let settings = live.in_environment(name(workload));
        if let Some(settings) = settings.and_then(|found| found.autoscaling_settings.as_ref()) {
            let whose = format!("`{}` in the environment `{environment}`", name(workload));
            warnings::kept_settings(plan, &whose, &workload.autoscaling(), settings);
        }
    }
}

/// Settings of chainlets are an environment's: elsewhere there is no place for them.
fn without_environment(plan: &mut Plan, release: &Release, live: &Live) {
    let named = release.workloads.iter();
    let named: Vec<String> = named
        .filter(|workload| !workload.autoscaling().is_empty())
        .map(|workload| format!("`{}`", name(workload)))
        .collect();
    if live.environment_name(release).is_none() && !named.is_empty() {
        let message = format!(
            "the autoscaling settings of {} are not set: a chain's are those of an environment, and \
             this deployment is in none",
            named.join(", ")
        );
        let hint = "name an environment: --environment production";
        plan.warn("plan::not-of-chains", message, Some(hint));
    }
}

/// What a push of a chain cannot say to the platform.
fn without_counterpart(plan: &mut Plan, release: &Release, verdict: &Verdict) {
    let options = &release.options;
    let mut given = Vec::new();
    if !options.labels.is_empty() {
        given.push("--labels");
    }
    if options.deploy_timeout_minutes.is_some() {
        given.push("--deploy-timeout");
    }
    if options.preserve_instance_type == Some(true) && verdict.deploys() {
        given.push("--preserve-env-instance-type");
    }
    if !given.is_empty() {
        let message = format!(
            "{} cannot be said of a chain: the platform has no place for it",
            given.join(" and ")
        );
        plan.warn("plan::not-of-chains", message, None);
    }
}
