//! A push of a chain: all of it is made, or nothing.

use std::collections::HashSet;

use plimsoll_baseten_api::JsonObject;
use rusqlite::Transaction;

use super::find;
use super::make::{self, NewChainlet};
use crate::catalogue;
use crate::control::find::no_environment;
use crate::control::{payload, push, settings};
use crate::ids::IdSource;
use crate::refusal::Refusal;
use crate::resources::Resources;
use crate::shared::{Stamp, new_id};
use crate::store::{
    ChainDeploymentRow, ChainEnvironmentRow, ChainRow, ChainletSettingsRow, ModelRow, PRODUCTION,
    Upload,
};

/// A push of a chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainPush {
    pub(crate) chain_id: Option<String>,
    pub(crate) chain_name: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) is_draft: bool,
    pub(crate) disable_archive_download: bool,
    pub(crate) deployment_name: Option<String>,
    /// Where the source of the chain was sent.
    pub(crate) source_key: Option<String>,
    pub(crate) user_env: Option<JsonObject>,
    /// The entrypoint first.
    pub(crate) chainlets: Vec<ChainletPush>,
}

/// A chainlet of a chain that is pushed.
#[derive(Clone, Debug)]
pub(crate) struct ChainletPush {
    pub(crate) name: String,
    pub(crate) model_name: String,
    pub(crate) s3_key: String,
    pub(crate) config: JsonObject,
    pub(crate) version_name: Option<String>,
}

/// Creates a chain deployment, and the chain where it is new.
pub(crate) fn deploy(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    ids: &dyn IdSource,
    push: &ChainPush,
) -> Result<ChainDeploymentRow, Refusal> {
    check_names(tx, push)?;
    let chain = chain(tx, push)?;
    let environment = environment(tx, stamp, chain.as_ref(), push)?;
    let known = match &environment {
        Some(environment) => environment.kept_settings(tx)?,
        None => Vec::new(),
    };
    let source = push.source_key.clone().map(push::Source::Upload);
    let source_sha256 = source
        .map(|source| push::archive(tx, &source))
        .transpose()?;
    let mut chainlets = Vec::with_capacity(push.chainlets.len());
    for chainlet in &push.chainlets {
        chainlets.push(new_chainlet(tx, ids, push, chainlet, &known)?);
    }

    let chain_id = match &chain {
        Some(chain) => chain.id.clone(),
        None => {
            let id = new_id(ids, "c")?;
            let name = push.chain_name.as_deref().unwrap_or_default();
            ChainRow::insert(tx, &id, name, &stamp.text)?;
            ChainEnvironmentRow::new(&id, PRODUCTION, &stamp.text).save(tx)?;
            id
        }
    };
    if push.is_draft {
        // A chain has one development deployment, and a push replaces it.
        let all = ChainDeploymentRow::of_chain(tx, &chain_id)?;
        for previous in all.iter().filter(|deployment| deployment.is_draft) {
            ChainDeploymentRow::delete(tx, &previous.id)?;
        }
    }
    let row = ChainDeploymentRow {
        id: new_id(ids, "x")?,
        name: make::name(tx, &chain_id, push.deployment_name.as_deref())?,
        created_at: stamp.text.clone(),
        is_draft: push.is_draft,
        environment: environment.as_ref().map(|found| found.name.clone()),
        scale_down_previous: None,
        source_sha256,
        copy_of: None,
        chain_id,
    };
    for chainlet in &mut chainlets {
        if chainlet.deployment_name.is_empty() {
            chainlet.deployment_name.clone_from(&row.name);
        }
    }
    for (chainlet, sent) in chainlets.iter().zip(&push.chainlets) {
        Upload::consume(tx, &sent.s3_key, &chainlet.deployment_id)?;
    }
    if let Some(key) = &push.source_key {
        Upload::consume(tx, key, &row.id)?;
    }
    make::make(tx, stamp, &row, chainlets)?;
    if let Some(mut environment) = environment {
        environment.chain_id.clone_from(&row.chain_id);
        make::become_candidate(tx, stamp, &mut environment, &row.id)?;
    }
    Ok(row)
}

/// Refuses names that cannot be, or that are there twice.
fn check_names(tx: &Transaction<'_>, push: &ChainPush) -> Result<(), Refusal> {
    if let Some(name) = &push.chain_name {
        payload::check_model_name(name)?;
    }
    let versions = push.chainlets.iter().map(|chainlet| &chainlet.version_name);
    for name in versions.chain([&push.deployment_name]).flatten() {
        payload::check_deployment_name(name)?;
    }
    let (mut names, mut models, mut keys) = (HashSet::new(), HashSet::new(), HashSet::new());
    keys.extend(push.source_key.as_deref());
    for chainlet in &push.chainlets {
        payload::check_model_name(&chainlet.name)?;
        payload::check_model_name(&chainlet.model_name)?;
        for (what, text, seen) in [
            ("chainlets are named", &chainlet.name, &mut names),
            ("models are named", &chainlet.model_name, &mut models),
            ("archives have the s3_key", &chainlet.s3_key, &mut keys),
        ] {
            if !seen.insert(text.as_str()) {
                return Err(Refusal::invalid(format!("Two {what} {text}")));
            }
        }
        if let Some(model) = ModelRow::by_name(tx, &chainlet.model_name)? {
            return Err(Refusal::conflict(format!(
                "A model named {} exists already ({}); a chainlet is deployed as a new one",
                model.name, model.id
            )));
        }
    }
    Ok(())
}

/// The chain that is pushed to, where it is there.
fn chain(tx: &Transaction<'_>, push: &ChainPush) -> Result<Option<ChainRow>, Refusal> {
    match (&push.chain_id, &push.chain_name) {
        (Some(id), None) => Ok(Some(find::chain(tx, id)?)),
        (None, Some(name)) => match ChainRow::by_name(tx, name)? {
            Some(chain) if !push.is_draft => Err(Refusal::conflict(format!(
                "A chain named {name} exists already ({}); create a deployment of it",
                chain.id
            ))),
            found => Ok(found),
        },
        _ => Err(Refusal::invalid(
            "Exactly one of chain_id and chain_name is needed",
        )),
    }
}

/// The environment that a push is for, if it is for one. None is created for it.
fn environment(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    chain: Option<&ChainRow>,
    push: &ChainPush,
) -> Result<Option<ChainEnvironmentRow>, Refusal> {
    if push.is_draft {
        return match push.environment {
            Some(_) => Err(Refusal::invalid(
                "environment cannot be given for a development deployment",
            )),
            None => Ok(None),
        };
    }
    match (chain, push.environment.as_deref()) {
        (Some(chain), Some(name)) => Ok(Some(find::environment(tx, &chain.id, name)?)),
        // A chain's first deployment is for production, said or not.
        (Some(chain), None) => {
            let production = find::environment(tx, &chain.id, PRODUCTION)?;
            let is_empty = production.current.is_none() && production.candidate.is_none();
            Ok(is_empty.then_some(production))
        }
        (None, None | Some(PRODUCTION)) => {
            Ok(Some(ChainEnvironmentRow::new("", PRODUCTION, &stamp.text)))
        }
        (None, Some(name)) => Err(no_environment(name, &[PRODUCTION])),
    }
}

fn new_chainlet(
    tx: &Transaction<'_>,
    ids: &dyn IdSource,
    push: &ChainPush,
    sent: &ChainletPush,
    known: &[ChainletSettingsRow],
) -> Result<NewChainlet, Refusal> {
    let of_chainlet = |mut refusal: Refusal| {
        let message = &mut refusal.body.message;
        *message = format!("Chainlet {}: {message}", sent.name);
        refusal
    };
    let kept = known.iter().find(|kept| kept.chainlet == sent.name);
    let autoscaling_settings = kept
        .map(|kept| kept.autoscaling_settings.clone())
        .unwrap_or_default();
    settings::check(&autoscaling_settings, push.is_draft).map_err(of_chainlet)?;
    // Of a chain that is pushed, the configuration says what it runs on: the push of a chain has no
    // way to ask for the environment's instance type, as that of a model has.
    let instance_type_id = instance_type_of(&sent.config).map_err(of_chainlet)?;
    let archive = push::Source::Upload(sent.s3_key.clone());
    let archive_sha256 = push::archive(tx, &archive).map_err(of_chainlet)?;
    Ok(NewChainlet {
        id: new_id(ids, "l")?,
        name: sent.name.clone(),
        model_id: new_id(ids, "m")?,
        model_name: sent.model_name.clone(),
        deployment_id: new_id(ids, "d")?,
        deployment_name: sent.version_name.clone().unwrap_or_default(),
        config: sent.config.clone(),
        user_env: push.user_env.clone(),
        autoscaling_settings,
        instance_type_id,
        archive_sha256,
        reuses_digest: None,
        disable_archive_download: push.disable_archive_download,
        copy_of: None,
    })
}

/// The instance type that a configuration's resources name, or else the smallest that has them.
pub(super) fn instance_type_of(config: &JsonObject) -> Result<String, Refusal> {
    Resources::of(config)
        .and_then(|wanted| catalogue::choose(&wanted))
        .map(|found| found.id)
        .map_err(Refusal::invalid)
}
