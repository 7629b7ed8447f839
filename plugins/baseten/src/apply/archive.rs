//! Sending the archive, where the platform wants it.

use plimsoll_baseten_api::PrepareModelUploadRequest;
use plimsoll_core::deployer::{DeployError, DeployErrorKind, Event};
use plimsoll_core::plan::Step;

use super::{Applier, changed, detail, optional};
use crate::archive::ArchiveError;
use crate::upload::{Cargo, FailedUpload, UploadError, upload};

impl Applier<'_> {
    /// The step `upload`. The platform is told of the deployment that the archive is for.
    pub(super) async fn upload_step(&mut self, step: &Step) -> Result<String, DeployError> {
        self.send_archive(self.deploy.unwrap_or(step)).await?;
        Ok(match &self.uploaded {
            Some(uploaded) => format!("{} bytes at {}", uploaded.bytes, uploaded.location),
            None => "the platform has the image and wants no archive".to_owned(),
        })
    }

    /// Asks where to send the archive, and sends it there if the platform wants it.
    pub(super) async fn send_archive(&mut self, step: &Step) -> Result<(), DeployError> {
        let model_id: Option<String> = optional(step, detail::MODEL)?;
        let reuses: Option<String> = optional(step, detail::REUSES)?;
        let request = PrepareModelUploadRequest {
            deployment: self.payload_parts(step, self.labels(step)?)?.build(),
            name: model_id.is_none().then(|| self.release.name.clone()),
            team_id: optional(step, detail::TEAM)?.filter(|_: &String| model_id.is_none()),
            model_id,
            dry_run: false,
        };
        let prepared = self.session.prepare(&request).await?;
        self.prepared = true;
        if reuses.is_some() {
            let message = if prepared.s3_key.is_some() {
                "the platform cannot use the image again from its digest: sends the archive"
            } else {
                "the platform uses the image again"
            };
            self.session.progress.report(Event::Log {
                message: message.to_owned(),
            });
        }
        let cargo = Cargo {
            context: &self.workload.context,
            config: &self.workload.config,
            planned: Some(&self.workload.digest),
        };
        let sent = upload(&self.session, &prepared, cargo);
        match sent.await {
            Ok(uploaded) => {
                self.uploaded = uploaded;
                Ok(())
            }
            Err(failed) => Err(failure(failed)),
        }
    }
}

pub(crate) fn failure(failed: FailedUpload) -> DeployError {
    let error = match failed.error {
        UploadError::Api(error) => error.into(),
        UploadError::Digest { .. } | UploadError::Archive(ArchiveError::Changed { .. }) => {
            changed(&failed.error.to_string())
        }
        UploadError::Archive(_) => {
            DeployError::new(DeployErrorKind::Invalid, failed.error.to_string())
        }
        UploadError::Destination(_) | UploadError::Writer(_) => {
            DeployError::new(DeployErrorKind::Unavailable, failed.error.to_string())
        }
    };
    failed
        .left_behind
        .into_iter()
        .fold(error, DeployError::left_behind)
}
