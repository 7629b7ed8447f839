//! Places for archives that are about to be sent.

use crate::ids::random_id;
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::store::Upload;

/// What is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The archive of a model or a chainlet.
    Model,
    /// The source of a chain.
    Chain,
}

/// Makes a place for one archive, and temporary credentials for it.
pub(crate) async fn issue(shared: &Shared, kind: Kind) -> Result<Upload, Refusal> {
    let ids = &*shared.ids;
    let valid = i64::try_from(shared.limits.upload_credentials.as_millis()).unwrap_or(i64::MAX);
    let up = shared.id("up")?;
    let upload = Upload {
        s3_key: match kind {
            Kind::Model => format!("models/{up}/model.tgz"),
            Kind::Chain => format!("chains/{up}/chain.tgz"),
        },
        access_key_id: random_id(ids, "PLIM", 8)?.to_ascii_uppercase(),
        secret_key: random_id(ids, "", 20)?.into(),
        session_token: random_id(ids, "", 32)?.into(),
        expires_millis: shared.stamp().millis().saturating_add(valid),
        archive_sha256: None,
        consumed_by: None,
    };
    let issued = upload.clone();
    shared
        .store
        .run(move |tx| upload.insert(tx))
        .await
        .map_err(Refusal::from)?;
    Ok(issued)
}
