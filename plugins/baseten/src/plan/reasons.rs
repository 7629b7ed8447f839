//! Why a plan does what it does, in words: each step's reason is its own.

use plimsoll_baseten_api::Deployment;
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::release::{Release, ReleaseWorkload};

use super::live::Live;
use super::resources;
use crate::place::Place;

/// Why the files are sent, whose archive has so many bytes.
pub(super) fn upload(files: usize, bytes: u64) -> String {
    format!("{}: no image of them is known", amount(files, bytes))
}

/// Files, whose archive has so many bytes.
pub(crate) fn amount(files: usize, bytes: u64) -> String {
    let noun = if files == 1 { "file" } else { "files" };
    format!("{files} {noun}, {}", size(bytes))
}

/// Why an image is built where nothing is live that could explain it.
pub(super) fn build(live: &Live) -> String {
    match &live.model {
        None => "the model does not exist yet".to_owned(),
        Some(_) => "no deployment of the model has an image to use again".to_owned(),
    }
}

/// What the deployment is for, and on what it runs where `resources` decide that.
pub(super) fn deploy(
    release: &Release,
    workload: &ReleaseWorkload,
    live: &Live,
    preserve: bool,
) -> String {
    let place = match (&release.environment, &live.deployment, &live.failed) {
        (Some(name), Some(deployment), _) => {
            format!(
                "it takes the place of the deployment {} in `{name}`",
                deployment.id
            )
        }
        (Some(name), None, Some(_)) => format!("`{name}` gets another deployment"),
        (Some(name), None, None) => format!("`{name}` gets its first deployment"),
        (None, ..) if live.model.is_none() => "the model gets its first deployment".to_owned(),
        (None, ..) => "the model gets a deployment outside any environment".to_owned(),
    };
    match &live.place {
        // The environment's instance type, of which a note tells.
        Place::Exists(_) if preserve => place,
        _ => format!("{place}, on {}", resources::summary(workload.resources())),
    }
}

/// Whose image is used again, by a deployment to `environment`.
pub(super) fn image_of(
    deployment: &Deployment,
    digest: &BuildDigest,
    environment: Option<&str>,
) -> String {
    let place = deployment
        .environment
        .as_deref()
        .filter(|name| environment != Some(name))
        .map(|name| format!(" of `{name}`"));
    format!(
        "the image of the deployment {}{} ({}) is used again",
        deployment.id,
        place.unwrap_or_default(),
        digest.short()
    )
}

/// Why what is live will not do, though it is live no more.
pub(super) fn failed(deployment: &Deployment) -> String {
    format!(
        "the deployment {} is not live: it is {}",
        deployment.id, deployment.status
    )
}

/// Why what is live will not do: it is made of other files.
pub(super) fn differs(live: &BuildDigest, wanted: &BuildDigest) -> String {
    format!(
        "the files or the configuration changed: the build digest goes from {} to {}",
        live.short(),
        wanted.short()
    )
}

/// A number of bytes as people read it: `3.1 kB`.
#[expect(
    clippy::cast_precision_loss,
    reason = "one decimal is shown, of at most 2^64"
)]
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1000.0;
    let mut unit = 0;
    // What would be shown as 1000.0 is one of the next unit.
    while amount >= 999.95 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_by_people() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (3072, "3.1 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (5 << 30, "5.4 GB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
