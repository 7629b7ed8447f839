//! Planning: what is live, what is wanted, and the steps between.

pub(crate) mod checks;
mod live;
mod placement;
pub(crate) mod reasons;
pub(crate) mod resources;
pub(crate) mod settings;
mod steps;
mod verdict;
pub(crate) mod warnings;

use plimsoll_core::deployer::DeployError;
use plimsoll_core::plan::Plan;
use plimsoll_core::release::Release;

pub(crate) use live::{Live, newest_first, team_id};
pub(crate) use settings::shows;
use steps::Planner;
use verdict::Verdict;

use crate::session::Session;
use crate::text::escaped;

/// Names of step details, which `apply` reads back.
pub(crate) mod detail {
    pub(crate) const CHANGES: &str = "changes";
    pub(crate) const DEPLOYMENT: &str = "deployment_id";
    pub(crate) const DIGEST: &str = "digest";
    pub(crate) const ENVIRONMENT: &str = "environment";
    pub(crate) const MODEL: &str = "model_id";
    pub(crate) const PRESERVE: &str = "preserve_env_instance_type";
    pub(crate) const REUSES: &str = "reuses_image_of";
    pub(crate) const SETTINGS: &str = "settings";
    pub(crate) const SETTINGS_IN: &str = "settings_in";
    pub(crate) const TEAM: &str = "team_id";
    /// What a step is done with, that has nothing to send itself: [`WITH_DEPLOY`].
    pub(crate) const WITH: &str = "with";
    pub(crate) const WITH_DEPLOY: &str = "deploy";
}

/// Says what it would take to make the platform hold this release.
pub(crate) async fn plan(session: &Session<'_>, release: &Release) -> Result<Plan, DeployError> {
    let workload = checks::truss(release)?;
    session.check()?;
    let live = Live::read(session, release).await?;
    live.place.refuse_missing(release, live.model.is_some())?;
    let rule = release.options.instance_type_rule(&workload.effective);
    let mut verdict = Verdict::of(&live, workload, rule.preserve);
    if let Verdict::Build { .. } = verdict
        && let Some(deployment) = live.with_image(session, &workload.digest).await?
    {
        verdict = verdict.with_image_of(deployment);
    }
    let plan = Plan::new(&session.options().name, release.environment.as_ref());
    let mut planner = Planner {
        release,
        workload,
        live: &live,
        rule,
        plan,
    };
    planner.note_live();
    if verdict.deploys() {
        let chosen = placement::ask(session, release, workload, &live, rule.preserve).await?;
        planner.deploy(&verdict, chosen.placement);
        chosen.warn(&mut planner.plan);
    } else {
        planner.settings_only();
    }
    warnings::add(&mut planner.plan, release, workload, &live, &verdict, rule);
    Ok(shown_plainly(planner.plan))
}

/// The plan, with nothing in its sentences that would steer a terminal: names and values that the
/// user wrote, and words of the platform's. Details are what they are, as `apply` reads them.
pub(crate) fn shown_plainly(mut plan: Plan) -> Plan {
    for step in &mut plan.steps {
        step.reason = escaped(&step.reason);
    }
    for warning in &mut plan.warnings {
        warning.message = escaped(&warning.message);
    }
    for note in &mut plan.notes {
        *note = escaped(note);
    }
    plan
}
