//! `plimsoll push`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use plimsoll::deployer::{Deployed, DeployedChain, Outcome};
use plimsoll::diagnostic::Diagnostics;
use plimsoll::environment::Environment;
use plimsoll::plan::Plan;
use plimsoll::release::Release;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::release::Prepared;
use crate::args::{Global, Push, Report};
use crate::error::{CliError, exit};
use crate::interrupt::Interrupt;
use crate::render;
use crate::settings::LOCAL;

/// Plans, asks where it must, applies, waits.
pub(crate) fn run(global: &Global, command: &Push) -> Result<(), CliError> {
    let prepared = Prepared::from(global, &command.input, &command.release)?;
    render::diagnostics::print(&prepared.said);
    let quiet = command.format == Report::Json;
    if !quiet {
        render::tell(&settings(&prepared.release));
    }
    runtime()?.block_on(async {
        let interrupt = Interrupt::listen();
        let progress = render::progress::Shown::new(interrupt.clone());
        let Prepared {
            release,
            deployer,
            target,
            ..
        } = &prepared;
        let plan = deployer.plan(release, &progress).await?;
        if !quiet {
            render::tell(&render::plan::text(&plan));
        }
        if command.dry_run {
            if quiet {
                render::out_json(&report(&plan, None, &prepared.said))?;
            }
            return Ok(());
        }
        interrupt.while_idle(|| confirm(command, target, &plan))?;
        let mut outcome = deployer.apply(release, &plan, &progress).await?;
        let wait = command.wait || (target == LOCAL && !command.no_wait);
        if wait {
            outcome = deployer.wait(outcome, &progress).await?;
        }
        // It is done, whether anybody reads that or not.
        render::tell(&if quiet {
            format!("{:#}\n", report(&plan, Some(&outcome), &prepared.said))
        } else {
            summary(&outcome)
        });
        Ok(())
    })
}

/// The runtime that deployers run on.
pub(crate) fn runtime() -> Result<Runtime, CliError> {
    Runtime::new().map_err(|error| CliError::new(exit::UNAVAILABLE, format!("no runtime: {error}")))
}

/// What was planned, what came of it, and what there is to say about the input.
pub(super) fn report(plan: &Plan, outcome: Option<&Outcome>, said: &Diagnostics) -> Json {
    json!({
        "plan": plan,
        "outcome": outcome,
        "diagnostics": render::diagnostics::json(said),
    })
}

/// What is pushed and where each value comes from, before anything is done.
fn settings(release: &Release) -> String {
    let tables = release
        .workloads
        .iter()
        .map(|workload| format!("{}\n", render::explain::settings(&workload.effective)));
    tables.collect()
}

/// Asks before `production` on a remote is touched, where there is somebody to ask.
fn confirm(command: &Push, target: &str, plan: &Plan) -> Result<(), CliError> {
    let touches_production = plan
        .environment
        .as_ref()
        .is_some_and(Environment::is_production);
    let somebody = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if command.yes || target == LOCAL || plan.is_empty() || !touches_production || !somebody {
        return Ok(());
    }
    let mut stderr = std::io::stderr().lock();
    let question = write!(stderr, "Apply this to production on {target}? [y/N] ");
    let _ = question.and_then(|()| stderr.flush());
    drop(stderr);
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(CliError::new(exit::INTERRUPTED, "nothing was done"))
}

fn summary(outcome: &Outcome) -> String {
    let mut out = String::new();
    if let Some(chain) = &outcome.chain {
        let DeployedChain {
            name,
            chain_id,
            deployment_id,
        } = chain;
        out.push_str(&format!(
            "{name}: deployment {deployment_id} of the chain {chain_id}\n"
        ));
    }
    for deployed in &outcome.deployments {
        let Deployed {
            workload,
            model_id,
            deployment_id,
            environment,
            status,
            ..
        } = deployed;
        let environment = environment.as_ref().map(|name| format!(" in {name}"));
        out.push_str(&format!(
            "{workload}: deployment {deployment_id} of model {model_id}{}: {status}\n",
            environment.unwrap_or_default(),
        ));
        // The table of a chain has shown how each came there.
        let phases = deployed.phases.iter().filter(|_| outcome.chain.is_none());
        for phase in phases {
            out.push_str(&format!("  {:<18} {:.1} s\n", phase.status, phase.seconds));
        }
        if let Some(endpoint) = &deployed.endpoint {
            out.push_str(&format!("  {endpoint}\n"));
        }
    }
    out
}
