//! Fetching the archive of a deployment again, from an address that is valid for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderMap, StatusCode, header};
use plimsoll_baseten_api::{DownloadUrl, code};
use tokio::io::AsyncReadExt as _;

use super::deployments::with_deployment;
use super::{App, outer};
use crate::control::find;
use crate::ids::random_id;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The first part of the path of downloads.
pub(super) const PREFIX: &str = "__download";

const TOKEN_BYTES: usize = 32;
const PIECE_BYTES: usize = 256 << 10;
/// Addresses that are valid at a time.
const MOST: usize = 1024;

/// The addresses that are valid now. They end with the process.
pub(super) struct Downloads {
    shared: Arc<Shared>,
    offered: Mutex<HashMap<String, Offer>>,
}

struct Offer {
    sha256: String,
    expires_millis: i64,
}

impl Downloads {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            offered: Mutex::default(),
        }
    }

    fn offer(&self, sha256: String) -> Result<String, Refusal> {
        let token = random_id(&*self.shared.ids, "", TOKEN_BYTES)?;
        let now = self.shared.stamp().millis();
        let valid = i64::try_from(self.shared.limits.download.as_millis()).unwrap_or(i64::MAX);
        let expires_millis = now.saturating_add(valid);
        let mut offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        offered.retain(|_, offer| offer.expires_millis > now);
        if offered.len() >= MOST {
            return Err(Refusal::conflict(
                "Too many downloads were asked for; try again later",
            ));
        }
        offered.insert(
            token.clone(),
            Offer {
                sha256,
                expires_millis,
            },
        );
        Ok(token)
    }

    fn find(&self, token: &str) -> Option<String> {
        let now = self.shared.stamp().millis();
        let offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        let offer = offered
            .get(token)
            .filter(|offer| offer.expires_millis > now)?;
        Some(offer.sha256.clone())
    }
}

/// `GET …/download`.
pub(super) async fn offer(
    State(app): State<App>,
    Path(names): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<DownloadUrl>, Refusal> {
    let sha256 = with_deployment(&app, names, |tx, _, deployment| {
        if find::model(tx, &deployment.new.model_id)?.disable_archive_download {
            let message = "The model was created with disable_archive_download";
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                code::INVALID_REQUEST,
                message,
            ));
        }
        Ok(deployment.new.archive_sha256.clone())
    });
    let token = app.downloads.offer(sha256.await?)?;
    let base = outer::base_url(&app.shared, headers.get(header::HOST));
    Ok(Json(DownloadUrl {
        download_url: format!("{base}/{PREFIX}/{token}"),
    }))
}

/// The archive itself.
pub(super) async fn fetch(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::not_found("This address is not valid, or not any more");
    let sha256 = app.downloads.find(&token).ok_or_else(unknown)?;
    let path = app.shared.archives.path(&sha256);
    let file = tokio::fs::File::open(path).await.map_err(|_| unknown())?;
    let length = file.metadata().await?.len();
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
