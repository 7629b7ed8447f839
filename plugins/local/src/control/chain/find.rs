//! Finding what a request names, and saying what there is when it is not there.

use rusqlite::Transaction;

use crate::control::find::no_environment;
use crate::refusal::Refusal;
use crate::store::{ChainDeploymentRow, ChainEnvironmentRow, ChainRow, ChainletRow};

/// A chain by its identity.
pub(crate) fn chain(tx: &Transaction<'_>, id: &str) -> Result<ChainRow, Refusal> {
    ChainRow::by_id(tx, id)?.ok_or_else(|| Refusal::not_found(format!("Chain {id} not found")))
}

/// A chain deployment by its identity, whatever its chain.
pub(crate) fn any_deployment(
    tx: &Transaction<'_>,
    id: &str,
) -> Result<ChainDeploymentRow, Refusal> {
    ChainDeploymentRow::by_id(tx, id)?
        .ok_or_else(|| Refusal::not_found(format!("Chain deployment {id} not found")))
}

/// A deployment of a chain by its identity.
pub(crate) fn deployment(
    tx: &Transaction<'_>,
    chain: &str,
    id: &str,
) -> Result<ChainDeploymentRow, Refusal> {
    let chain = self::chain(tx, chain)?;
    let found = any_deployment(tx, id)?;
    if found.chain_id != chain.id {
        return Err(Refusal::not_found(format!(
            "Chain {} has no deployment {id}",
            chain.id
        )));
    }
    Ok(found)
}

/// An environment by its name.
pub(crate) fn environment(
    tx: &Transaction<'_>,
    chain: &str,
    name: &str,
) -> Result<ChainEnvironmentRow, Refusal> {
    match ChainEnvironmentRow::find(tx, chain, name)? {
        Some(environment) => Ok(environment),
        None => {
            let chain = self::chain(tx, chain)?;
            let known = ChainEnvironmentRow::of_chain(tx, &chain.id)?;
            let known: Vec<&str> = known.iter().map(|row| row.name.as_str()).collect();
            Err(no_environment(name, &known))
        }
    }
}

/// A chainlet of a chain deployment, by its identity.
pub(crate) fn chainlet(
    tx: &Transaction<'_>,
    deployment: &ChainDeploymentRow,
    id: &str,
) -> Result<ChainletRow, Refusal> {
    let chainlets = ChainletRow::of(tx, &deployment.id)?;
    chainlets
        .into_iter()
        .find(|chainlet| chainlet.id == id)
        .ok_or_else(|| {
            let deployment = &deployment.id;
            Refusal::not_found(format!(
                "Chain deployment {deployment} has no chainlet {id}"
            ))
        })
}
