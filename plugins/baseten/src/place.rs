//! Where a release goes, and what is refused of it: the same for a model and for a chain.

use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::environment::PRODUCTION;
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::release::Release;
use plimsoll_core::suggest::did_you_mean;

/// The way to an environment of something new that every platform knows.
pub(crate) const PRODUCTION_FIRST: &str = "push to `production` first (--environment production)";

/// Where a release goes. `E` is what the platform says of an environment.
#[derive(Debug)]
pub(crate) enum Place<E> {
    /// Outside of any environment.
    Outside,
    /// To `production`, which everything has, and which shows only with the first deployment.
    Implicit,
    /// To an environment that does not exist.
    Missing {
        /// Those that do.
        known: Vec<String>,
    },
    /// To an environment.
    Exists(Box<E>),
}

impl<E> Place<E> {
    /// The place of a release of what does not exist yet.
    pub(crate) fn of_new(environment: Option<&str>) -> Self {
        match environment {
            None => Self::Outside,
            Some(PRODUCTION) => Self::Implicit,
            Some(_) => Self::Missing {
                known: vec![PRODUCTION.to_owned()],
            },
        }
    }

    /// Refuses an environment that does not exist, unless it is to be created and can be: a new
    /// model brings one along, and a new chain does not. `exists` is whether the model or the chain
    /// does.
    pub(crate) fn refuse_missing(
        &self,
        release: &Release,
        exists: bool,
    ) -> Result<(), DeployError> {
        let (Self::Missing { known }, Some(environment)) = (self, &release.environment) else {
            return Ok(());
        };
        let (noun, name) = (noun(release.kind), &release.name);
        let comes_along = release.kind == ManifestKind::Truss;
        if release.options.create_environment && (exists || comes_along) {
            return Ok(());
        }
        if !exists {
            let message = format!(
                "the {noun} `{name}` does not exist yet, and a new {noun} has only the environment \
                 `{PRODUCTION}`, not `{environment}`"
            );
            let error = DeployError::new(DeployErrorKind::NotFound, message).hint(PRODUCTION_FIRST);
            return Err(if comes_along {
                error.hint("create it with the model: --create-environment-if-missing")
            } else {
                error
            });
        }
        let message = format!(
            "the {noun} `{name}` has no environment `{environment}`; it has: {}",
            known.join(", ")
        );
        let error = DeployError::new(DeployErrorKind::NotFound, message);
        let error = match did_you_mean(environment.name(), known.iter().map(String::as_str)) {
            Some(near) => error.hint(near),
            None => error,
        };
        Err(error.hint("create it with --create-environment-if-missing"))
    }
}

/// What a release of a kind is called.
pub(crate) fn noun(kind: ManifestKind) -> &'static str {
    match kind {
        ManifestKind::Chain => "chain",
        _ => "model",
    }
}

/// The one that has a name, of those that do: each with its identity and its team.
pub(crate) fn only<T>(
    mut found: Vec<T>,
    release: &Release,
    who: impl Fn(&T) -> (&str, Option<&str>),
) -> Result<Option<T>, DeployError> {
    let one = found.pop();
    if found.is_empty() {
        return Ok(one);
    }
    let named: Vec<String> = found
        .iter()
        .chain(&one)
        .map(|one| match who(one) {
            (id, Some(team)) if !team.is_empty() => format!("{id} of the team `{team}`"),
            (id, _) => id.to_owned(),
        })
        .collect();
    let message = format!(
        "there is more than one {} `{}`: {}",
        noun(release.kind),
        release.name,
        named.join(" and ")
    );
    Err(DeployError::new(DeployErrorKind::Invalid, message)
        .hint("name the team in the target's options (`team`)"))
}
