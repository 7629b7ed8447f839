//! Sending what chainlets are built of, and the source of their chain.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_baseten_api::graphql::ValidationVerdict;
use plimsoll_baseten_api::{JsonObject, PrepareModelUploadResponse, with_chainlet_digest};
use plimsoll_core::context::BuildContext;
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::release::ReleaseWorkload;
use serde_json::Value as Json;

use super::verdict::name;
use crate::apply::archive::failure;
use crate::session::Session;
use crate::upload::{Cargo, Uploaded, upload};

/// The configuration of a chainlet as it is sent: without what is Plimsoll's own, with the name of
/// its model, and with the build digest where a later plan finds it.
pub(super) fn sent_config(workload: &ReleaseWorkload, model_name: &str) -> JsonObject {
    let mut config = workload.config.as_object().cloned().unwrap_or_default();
    config.shift_remove("environment_overrides");
    config.shift_remove("autoscaling_settings");
    config.insert("model_name".to_owned(), model_name.into());
    with_chainlet_digest(config, workload.digest.as_str())
}

/// A configuration as GraphQL takes it: JSON in base64.
pub(super) fn encoded(config: &JsonObject) -> String {
    let text = Json::Object(config.clone()).to_string();
    STANDARD.encode(text)
}

/// Why the platform refuses a configuration. A refusal that says nothing is none, to the official
/// client.
pub(super) fn refusal(verdict: &ValidationVerdict) -> Vec<String> {
    let (errors, _) = verdict.texts();
    if verdict.success { Vec::new() } else { errors }
}

/// Sends the archive of a chainlet.
pub(super) async fn send_chainlet(
    session: &Session<'_>,
    workload: &ReleaseWorkload,
    model_name: &str,
) -> Result<(Uploaded, PrepareModelUploadResponse), DeployError> {
    let client = session.client;
    let config = encoded(&sent_config(workload, model_name));
    let validation = session.retrying(|| client.validate(&config)).await?;
    let errors = refusal(&validation);
    if !errors.is_empty() {
        let message = format!(
            "the platform refuses the configuration of `{}`: {}",
            name(workload),
            client.redact(&errors.join("; "))
        );
        return Err(DeployError::new(DeployErrorKind::Refused, message));
    }
    let prepared = session.retrying(|| client.chainlet_upload()).await?;
    let cargo = Cargo {
        context: &workload.context,
        config: &workload.config,
        planned: Some(&workload.digest),
    };
    let uploaded = send(session, &prepared, cargo).await?;
    Ok((uploaded, prepared))
}

/// Sends the source of a chain. Its credentials name no endpoint, whatever the platform: the one of
/// a chainlet's upload is taken.
pub(super) async fn send_source(
    session: &Session<'_>,
    source: &BuildContext,
    like: Option<&PrepareModelUploadResponse>,
) -> Result<Uploaded, DeployError> {
    let mut prepared = session.retrying(|| session.client.source_upload()).await?;
    if let Some(like) = like {
        let like = like.clone();
        prepared.endpoint_url = prepared.endpoint_url.or(like.endpoint_url);
        prepared.s3_region = prepared.s3_region.or(like.s3_region);
    }
    let cargo = Cargo {
        context: source,
        config: &Json::Null,
        planned: None,
    };
    send(session, &prepared, cargo).await
}

async fn send(
    session: &Session<'_>,
    prepared: &PrepareModelUploadResponse,
    cargo: Cargo<'_>,
) -> Result<Uploaded, DeployError> {
    let sent = upload(session, prepared, cargo).await.map_err(failure)?;
    sent.ok_or_else(|| {
        let message = "the platform gives no place to send the archive to";
        DeployError::new(DeployErrorKind::Unavailable, message)
    })
}
