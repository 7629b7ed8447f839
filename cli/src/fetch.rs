//! What a PATH names: files on this machine, or a configuration that is fetched by its address.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use plimsoll::baseten::{http_client, is_loopback};
use plimsoll::tree::{DirTree, MemoryTree, SourceTree};
use reqwest::{Response, StatusCode, Url, header};

use crate::commands::push::runtime;
use crate::error::{CliError, exit};

/// Largest configuration that is fetched, in bytes.
const MAX_BYTES: usize = 16 << 20;
const CONNECT: Duration = Duration::from_secs(10);
/// How long one request may take, its answer included.
const REQUEST: Duration = Duration::from_secs(30);
const MAX_REDIRECTS: usize = 5;

/// The files that a path names.
pub(crate) fn tree(path: &Path) -> Result<Arc<dyn SourceTree>, CliError> {
    if !is_address(path) {
        let tree = DirTree::open(path).map_err(|error| CliError::file(path, &error))?;
        return Ok(Arc::new(tree));
    }
    let text = path.to_string_lossy();
    let url = Url::parse(&text).map_err(|error| {
        // The text may hold a password, so it is not repeated.
        CliError::usage(format!("PATH is no address: {error}"))
    })?;
    let bytes = runtime()?.block_on(fetch(url.clone()))?;
    let name = url
        .path_segments()
        .and_then(|mut parts| parts.rfind(|part| !part.is_empty()))
        .unwrap_or("load-test");
    let tree = MemoryTree::new().with(name, bytes).focused(name);
    Ok(Arc::new(tree.shown_as(&shown(&url))))
}

/// Whether a path is an address of HTTP.
pub(crate) fn is_address(path: &Path) -> bool {
    let begins_with = |scheme: &str| {
        let text = path.to_str().and_then(|text| text.get(..scheme.len()));
        text.is_some_and(|text| text.eq_ignore_ascii_case(scheme))
    };
    begins_with("https://") || begins_with("http://")
}

/// An address as it is shown: without what may be a secret, a password or a signature.
fn shown(url: &Url) -> String {
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

/// Fetches what is at an address, and follows where it has moved to.
async fn fetch(mut url: Url) -> Result<Vec<u8>, CliError> {
    // What comes from elsewhere does not get to name this machine.
    let here = is_loopback(&url);
    for _ in 0..=MAX_REDIRECTS {
        if url.scheme() != "https" && !(here && is_loopback(&url)) {
            let message = format!("{} must begin with https", shown(&url));
            let hint =
                "http is for this machine alone: what comes over it can be changed by others";
            return Err(CliError::usage(message).hint(hint));
        }
        let client = http_client(&url, CONNECT, REQUEST)
            .map_err(|error| CliError::new(exit::UNAVAILABLE, error.to_string()))?;
        let response = client
            .get(url.clone())
            .send()
            .await
            .map_err(|error| failed(&url, error))?;
        match moved_to(&url, &response) {
            Some(next) => url = next,
            None => return body(&url, response).await,
        }
    }
    let message = format!("{} leads on more than {MAX_REDIRECTS} times", shown(&url));
    Err(CliError::new(exit::UNAVAILABLE, message))
}

fn moved_to(url: &Url, response: &Response) -> Option<Url> {
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let next = url.join(location).ok()?;
    response.status().is_redirection().then_some(next)
}

async fn body(url: &Url, mut response: Response) -> Result<Vec<u8>, CliError> {
    let status = response.status();
    if status != StatusCode::OK {
        let code = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => exit::UNAUTHORISED,
            StatusCode::NOT_FOUND | StatusCode::GONE => exit::NOT_FOUND,
            status if status.is_server_error() => exit::UNAVAILABLE,
            _ => exit::REFUSED,
        };
        let message = format!("{} answers {status}", shown(url));
        return Err(CliError::new(code, message));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(url, error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_BYTES {
            let message = format!("{} is larger than {MAX_BYTES} bytes", shown(url));
            return Err(CliError::new(exit::INVALID, message));
        }
    }
    Ok(bytes)
}

/// Why a request failed, to its last cause.
fn failed(url: &Url, error: reqwest::Error) -> CliError {
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        why.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    let what = if error.is_timeout() {
        format!("{} took longer than {} s", shown(url), REQUEST.as_secs())
    } else {
        format!("cannot fetch {}: {why}", shown(url))
    };
    CliError::new(exit::UNAVAILABLE, what)
}
