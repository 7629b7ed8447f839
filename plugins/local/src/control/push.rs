//! A push: the same checks before the upload and at the creation, so that what was prepared can be
//! created.

use plimsoll_baseten_api::{
    AutoscalingSettings, BUILD_DIGEST_LABEL, CHAINLET_DIGEST_KEY, CreatedDeployment,
    DeploymentPayload, InstanceType, LogLevel, UpdateAutoscalingSettings, chainlet_digest,
};
use plimsoll_core::digest::BuildDigest;
use rusqlite::Transaction;
use serde_json::Value as Json;

use super::{find, payload, promotion, settings, view};
use crate::catalogue;
use crate::refusal::Refusal;
use crate::resources::Resources;
use crate::shared::Stamp;
use crate::store::{
    DeploymentRow, EnvironmentRow, Image, ModelRow, NewDeployment, PRODUCTION, Upload,
};

/// What a push creates a deployment of.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A model that does not exist yet.
    NewModel {
        /// Its identity, in case it is created.
        id: String,
        name: String,
        disable_archive_download: bool,
    },
    /// A model by its identity.
    Model(String),
}

/// Where a deployment's files come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// They were uploaded under this key.
    Upload(String),
    /// They are those of this image; its digest was compared with the payload's configuration.
    Image(Image),
}

/// What the checks found out.
pub(crate) struct Checked {
    model: Option<ModelRow>,
    /// The environment as it is, or as it will be created.
    environment: Option<EnvironmentRow>,
    settings: AutoscalingSettings,
    update: UpdateAutoscalingSettings,
    instance_type: InstanceType,
}

/// Checks a push as far as that is possible without its files.
pub(crate) fn check(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    target: &Target,
    payload: &DeploymentPayload,
) -> Result<Checked, Refusal> {
    payload::check(payload)?;
    let model = match target {
        Target::Model(id) => Some(find::own_model(tx, id)?),
        Target::NewModel { name, .. } => {
            payload::check_model_name(name)?;
            if let Some(model) = ModelRow::by_name(tx, name)? {
                return Err(Refusal::conflict(format!(
                    "A model named {name} exists already ({}); create a deployment of it",
                    model.id
                )));
            }
            None
        }
    };
    let environment = environment(tx, stamp, model.as_ref(), payload)?;
    let update = payload.autoscaling_settings.clone().unwrap_or_default();
    let base = environment
        .as_ref()
        .map(|environment| environment.autoscaling_settings.clone())
        .unwrap_or_default();
    let settings = base.with(&update);
    settings::check(&settings, payload.is_development)?;
    let environment_type = environment
        .as_ref()
        .filter(|_| payload.preserve_env_instance_type)
        .and_then(|environment| environment.instance_type_id.as_deref());
    let instance_type = match payload.instance_type_id.as_deref().or(environment_type) {
        Some(id) => catalogue::by_id(id),
        None => Resources::of(&payload.config).and_then(|wanted| catalogue::choose(&wanted)),
    }
    .map_err(Refusal::invalid)?;
    Ok(Checked {
        model,
        environment,
        settings,
        update,
        instance_type,
    })
}

/// The environment that a push is for, if it is for one.
fn environment(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    model: Option<&ModelRow>,
    payload: &DeploymentPayload,
) -> Result<Option<EnvironmentRow>, Refusal> {
    if payload.is_development {
        return Ok(None);
    }
    let Some(name) = payload.environment_name.as_deref() else {
        // A model's first deployment is for production, said or not.
        let Some(model) = model else {
            return Ok(Some(EnvironmentRow::new("", PRODUCTION, &stamp.text)));
        };
        let production = find::environment(tx, &model.id, PRODUCTION)?;
        let is_empty = production.current.is_none() && production.candidate.is_none();
        return Ok(is_empty.then_some(production));
    };
    let (model_id, known) = match model {
        Some(model) => (model.id.as_str(), EnvironmentRow::of_model(tx, &model.id)?),
        None => ("", vec![EnvironmentRow::new("", PRODUCTION, &stamp.text)]),
    };
    if let Some(found) = known.iter().find(|environment| environment.name == name) {
        return Ok(Some(found.clone()));
    }
    if payload.create_environment_if_missing == Some(false) {
        let known: Vec<&str> = known.iter().map(|row| row.name.as_str()).collect();
        return Err(find::no_environment(name, &known));
    }
    payload::check_environment_name(name)?;
    Ok(Some(EnvironmentRow::new(model_id, name, &stamp.text)))
}

/// The image that a payload's label names, if the platform holds it.
pub(crate) fn labelled_image(
    tx: &Transaction<'_>,
    payload: &DeploymentPayload,
) -> Result<Option<Image>, Refusal> {
    match payload.build_digest().and_then(BuildDigest::parse) {
        Some(digest) => Ok(Image::by_digest(tx, digest.as_str())?),
        None => Ok(None),
    }
}

/// Creates a deployment, and what it needs. It is built afterwards.
pub(crate) fn create(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    target: &Target,
    payload: DeploymentPayload,
    source: &Source,
    id: String,
) -> Result<CreatedDeployment, Refusal> {
    let checked = check(tx, stamp, target, &payload)?;
    let archive_sha256 = archive(tx, source)?;
    let model_id = match (&checked.model, target) {
        (Some(model), _) => model.id.clone(),
        (None, Target::Model(id)) => id.clone(),
        (
            None,
            Target::NewModel {
                id,
                name,
                disable_archive_download,
            },
        ) => {
            ModelRow::insert(tx, id, name, &stamp.text, *disable_archive_download, false)?;
            EnvironmentRow::new(id, PRODUCTION, &stamp.text).save(tx)?;
            id.clone()
        }
    };
    if payload.is_development
        && let Some(previous) = checked
            .model
            .and_then(|model| model.development_deployment_id)
    {
        // A model has one development deployment, and a push replaces it.
        DeploymentRow::delete(tx, &previous)?;
    }
    let number = ModelRow::next_number(tx, &model_id)?;
    let environment = checked
        .environment
        .as_ref()
        .map(|environment| environment.name.clone());
    let new = NewDeployment {
        model_id: model_id.clone(),
        name: payload
            .deployment_name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| format!("deployment-{number}")),
        created_at: stamp.text.clone(),
        began_millis: stamp.millis(),
        is_development: payload.is_development,
        environment,
        autoscaling_settings: checked.settings,
        settings_update: checked.update,
        instance_type_id: checked.instance_type.id,
        preserve_env_instance_type: payload.preserve_env_instance_type
            && payload.instance_type_id.is_none(),
        scale_down_previous: None,
        config: payload.config,
        raw_config: payload.raw_config,
        user_env: payload.user_env,
        labels: payload.labels,
        backpressure: payload.request_backpressure_settings.unwrap_or_default(),
        deploy_timeout_minutes: payload.deploy_timeout_minutes,
        archive_sha256,
        reuses_digest: match source {
            Source::Upload(_) => None,
            Source::Image(image) => Some(image.build_digest.clone()),
        },
        copy_of: None,
        id,
    };
    DeploymentRow::insert(tx, &new)?;
    if let Source::Upload(key) = source {
        Upload::consume(tx, key, &new.id)?;
    }
    stamp.info(
        tx,
        &new.id,
        &format!("Deployment {} was created; its build is queued.", new.name),
    )?;
    if let Some(mut environment) = checked.environment {
        environment.model_id.clone_from(&model_id);
        promotion::supersede(tx, stamp, &environment, &new.id)?;
        environment.candidate = Some(new.id.clone());
        environment.promotion_paused = false;
        environment.save(tx)?;
    }
    created(tx, &model_id, &new.id)
}

fn created(tx: &Transaction<'_>, model: &str, id: &str) -> Result<CreatedDeployment, Refusal> {
    Ok(CreatedDeployment {
        model: view::model(tx, &find::model(tx, model)?)?,
        deployment: find::deployment(tx, model, id)?.wire(),
    })
}

/// The archive of a source. An upload makes one deployment, so that a creation whose answer was
/// lost cannot be done twice.
pub(super) fn archive(tx: &Transaction<'_>, source: &Source) -> Result<String, Refusal> {
    match source {
        Source::Image(image) => match Image::by_digest(tx, &image.build_digest)? {
            Some(image) => Ok(image.archive_sha256),
            None => Err(no_image(&image.build_digest)),
        },
        Source::Upload(key) => {
            let upload = Upload::by_key(tx, key)?.ok_or_else(|| {
                Refusal::invalid(format!(
                    "s3_key {key} is unknown or has expired; prepare an upload"
                ))
            })?;
            if let Some(deployment) = upload.consumed_by {
                return Err(Refusal::conflict(format!(
                    "The archive at s3_key {key} was used for deployment {deployment} already"
                )));
            }
            upload
                .archive_sha256
                .ok_or_else(|| Refusal::invalid(format!("Nothing was uploaded to s3_key {key}")))
        }
    }
}

/// A creation without an upload names an image that is not there.
pub(crate) fn no_image(digest: &str) -> Refusal {
    Refusal::invalid(format!(
        "There is no s3_key, and the platform holds no image of build digest {digest}; upload the \
         archive"
    ))
}

/// A creation without an upload names no image.
pub(crate) fn no_source() -> Refusal {
    Refusal::invalid(format!(
        "There is no s3_key, and no label {BUILD_DIGEST_LABEL} that names an image; upload the archive"
    ))
}

/// Says in the log that a client computed another digest than the platform.
pub(crate) fn compare_digest(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
    digest: &BuildDigest,
) -> Result<(), Refusal> {
    let new = &deployment.new;
    let (place, said) = if deployment.is_chainlet {
        let said = chainlet_digest(&new.config).map(Json::from);
        (format!("member model_metadata.{CHAINLET_DIGEST_KEY}"), said)
    } else {
        let labels = new.labels.as_ref();
        let said = labels.and_then(|labels| labels.get(BUILD_DIGEST_LABEL));
        (format!("label {BUILD_DIGEST_LABEL}"), said.cloned())
    };
    if let Some(said) = said
        && said.as_str() != Some(digest.as_str())
    {
        let message = format!(
            "The {place} says {said}, but the build digest of what was sent is {digest}. The \
             latter counts."
        );
        stamp.log(tx, &deployment.new.id, LogLevel::Warning, &message)?;
    }
    Ok(())
}
