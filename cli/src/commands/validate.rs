//! `plimsoll validate`.

use std::collections::BTreeSet;

use plimsoll::environment::Environment;
use serde_json::json;

use super::{Loaded, environment};
use crate::args::{Findings, Global, Validate};
use crate::error::CliError;
use crate::render;

/// Checks the base and every environment, or the one that is asked for.
pub(crate) fn run(global: &Global, command: &Validate) -> Result<(), CliError> {
    let checked = Loaded::from(global, &command.input).and_then(|loaded| {
        let mut said = loaded.manifest.diagnostics.clone();
        let environments = match environment(command.input.environment.as_deref()) {
            Some(environment) => vec![Some(environment)],
            None => every_environment(&loaded),
        };
        let count = environments.iter().flatten().count();
        for environment in environments {
            match loaded.resolve(environment.as_ref()) {
                Ok((_, more)) | Err(more) => said.absorb(more.items),
            }
        }
        said.unless_errors((loaded.manifest, count))
            .map_err(CliError::from)
    });
    let (said, outcome) = match checked {
        Ok(((manifest, count), said)) => (said, Ok((manifest, count))),
        Err(CliError::Input(said)) => (said, Err(CliError::Reported)),
        Err(other) => {
            if command.format == Findings::Sarif {
                render::out_json(&render::sarif::failure(&other))?;
            }
            return Err(other);
        }
    };
    match command.format {
        Findings::Sarif => render::out_json(&render::sarif::report(&said))?,
        Findings::Json => {
            let report = json!({
                "ok": outcome.is_ok(),
                "diagnostics": render::diagnostics::json(&said),
            });
            render::out_json(&report)?;
        }
        Findings::Text => {
            render::diagnostics::print(&said);
            if let Ok((manifest, count)) = &outcome {
                let environments = match count {
                    1 => "1 environment".to_owned(),
                    count => format!("{count} environments"),
                };
                let path = command.input.path.display();
                render::out(&format!(
                    "{path}: sound {}, {environments}\n",
                    manifest.kind
                ))?;
            }
        }
    }
    outcome.map(|_| ())
}

fn every_environment(loaded: &Loaded) -> Vec<Option<Environment>> {
    let workloads = loaded.manifest.workloads.iter();
    let named: BTreeSet<Environment> = workloads
        .flat_map(|workload| workload.layers.environments().cloned())
        .collect();
    std::iter::once(None)
        .chain(named.into_iter().map(Some))
        .collect()
}
