//! Creating things once: what may have happened is looked up before it is tried again.

use std::future::Future;
use std::time::Duration;

use plimsoll_core::deployer::{DeployError, DeployErrorKind};

use crate::error::ApiError;
use crate::session::Session;

/// How often to look for what may have been created, before it is taken not to have been. A
/// platform may still be at work on a request that it no longer answers.
const LOOKS: u32 = 3;

/// The longest time between two looks.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// A creation that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    error: ApiError,
    /// Whether it may have been done all the same.
    in_doubt: bool,
}

impl Failed {
    pub(crate) fn into_deploy(self, what: &str) -> DeployError {
        let interrupted = self.error == ApiError::Interrupted;
        let error = DeployError::from(self.error);
        if !self.in_doubt {
            return error;
        }
        let error = error.left_behind(format!("{what} may have been created"));
        if error.kind == DeployErrorKind::Unavailable || interrupted {
            error.hint("plan again to see what is live")
        } else {
            error
        }
    }
}

/// Creates something at most once: an attempt whose outcome is not known is followed by looking for
/// what it may have created, and only when that is not there by another attempt.
///
/// An attempt is not stopped by the user: it ends soon, and then it is known what there is.
pub(crate) async fn once<T, Create, Creating, Find, Finding>(
    session: &Session<'_>,
    create: Create,
    find: Find,
) -> Result<T, Failed>
where
    Create: Fn() -> Creating + Send + Sync,
    Creating: Future<Output = Result<T, ApiError>> + Send,
    Find: Fn() -> Finding + Send + Sync,
    Finding: Future<Output = Result<Option<T>, ApiError>> + Send,
    T: Send,
{
    let (mut failures, mut in_doubt) = (0, false);
    loop {
        let error = match create().await {
            Ok(created) => return Ok(created),
            Err(error) => error,
        };
        failures += 1;
        in_doubt |= error.may_have_happened();
        if in_doubt {
            match look(session, &find).await {
                Ok(Some(created)) => return Ok(created),
                // Whoever refuses a second attempt has not done the first either, as it would
                // have been found.
                Ok(None) => {}
                Err(error) => return Err(Failed { error, in_doubt }),
            }
        }
        let again = error.is_transient() || error.may_have_happened();
        if !again || failures > session.options().retries.count {
            let in_doubt = in_doubt && again;
            return Err(Failed { error, in_doubt });
        }
        let after = error.retry_after();
        if let Err(error) = session.back_off(failures, error.to_string(), after).await {
            return Err(Failed { error, in_doubt });
        }
    }
}

async fn look<T, Find, Finding>(session: &Session<'_>, find: &Find) -> Result<Option<T>, ApiError>
where
    Find: Fn() -> Finding + Send + Sync,
    Finding: Future<Output = Result<Option<T>, ApiError>> + Send,
{
    let mut pause = session.options().retries.delay;
    for look in 1..=LOOKS {
        if let Some(found) = find().await? {
            return Ok(Some(found));
        }
        if look < LOOKS {
            session.pause(pause).await?;
            pause = pause.saturating_mul(2).min(LONGEST_LOOK);
        }
    }
    Ok(None)
}
