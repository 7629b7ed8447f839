//! Finding what a request names, and saying what there is when it is not there.

use rusqlite::Transaction;

use crate::refusal::Refusal;
use crate::store::{DeploymentRow, EnvironmentRow, ModelRow, PRODUCTION};

/// The alias of the development deployment in a path.
const DEVELOPMENT: &str = "development";

/// A model by its identity.
pub(crate) fn model(tx: &Transaction<'_>, id: &str) -> Result<ModelRow, Refusal> {
    ModelRow::by_id(tx, id)?.ok_or_else(|| Refusal::not_found(format!("Model {id} not found")))
}

/// A model that may be changed by itself: one that is not a chainlet's.
pub(crate) fn own_model(tx: &Transaction<'_>, id: &str) -> Result<ModelRow, Refusal> {
    let model = model(tx, id)?;
    if model.is_chainlet {
        return Err(Refusal::conflict(format!(
            "Model {id} is a chainlet's; it is changed through its chain"
        )));
    }
    Ok(model)
}

/// An environment by its name.
pub(crate) fn environment(
    tx: &Transaction<'_>,
    model: &str,
    name: &str,
) -> Result<EnvironmentRow, Refusal> {
    match EnvironmentRow::find(tx, model, name)? {
        Some(environment) => Ok(environment),
        None => {
            self::model(tx, model)?;
            let known = EnvironmentRow::of_model(tx, model)?;
            let known: Vec<&str> = known.iter().map(|row| row.name.as_str()).collect();
            Err(no_environment(name, &known))
        }
    }
}

/// An environment is missing, and these are there.
pub(crate) fn no_environment(name: &str, known: &[&str]) -> Refusal {
    Refusal::not_found(format!(
        "Environment {name} not found. Known environments: {}",
        known.join(", ")
    ))
}

/// A deployment by its identity, or by `production` or `development`.
pub(crate) fn deployment(
    tx: &Transaction<'_>,
    model: &str,
    id: &str,
) -> Result<DeploymentRow, Refusal> {
    let model = self::model(tx, model)?;
    let found = match id {
        PRODUCTION => {
            let environment = environment(tx, &model.id, PRODUCTION)?;
            environment.current.or(environment.candidate)
        }
        DEVELOPMENT => model.development_deployment_id.clone(),
        id => Some(id.to_owned()),
    };
    if let Some(found) = found
        && let Some(row) = DeploymentRow::by_id(tx, &found)?
        && row.new.model_id == model.id
    {
        return Ok(row);
    }
    Err(Refusal::not_found(match id {
        PRODUCTION | DEVELOPMENT => format!("Model {} has no {id} deployment", model.id),
        id => format!("Deployment {id} not found"),
    }))
}
