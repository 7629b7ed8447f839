//! Settings put into a `config.yaml`.

use std::sync::Arc;

use plimsoll_core::amendment::{Amendment, Request};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::span::{FileId, SourceMap};
use plimsoll_core::yaml::{Limits, Refusal, RefusalKind, Target, set_integers, snippet};

use crate::schema::OVERRIDES;
use crate::source::read_workload;

/// Puts settings into the overrides of an environment in a `config.yaml`, which is `file` of `files`
/// and stands at `path` of its tree. The request is of the workload that was read from it.
///
/// # Errors
/// `amend::shared` where what the environment says counts for others as well, `amend::layout` where
/// the text is laid out in a way that cannot be edited; both with the lines to write by hand.
pub fn amend(
    request: &Request<'_>,
    files: &Arc<SourceMap>,
    file: FileId,
    path: &str,
) -> Result<Amendment, Diagnostics> {
    let keys = [
        OVERRIDES,
        request.environment.name(),
        "autoscaling_settings",
    ];
    let values = |settings: AutoscalingSettings| -> Vec<_> {
        let value = |(field, value): (&plimsoll_core::autoscaling::Field, u32)| {
            (field.name, i64::from(value))
        };
        settings.written().map(value).collect()
    };
    let (set, whole) = (values(request.changes()), values(request.whole()));
    let target = Target {
        path: &keys,
        set: &set,
        whole: &whole,
    };
    let refuse = |refusal: &Refusal| Diagnostics {
        files: Arc::clone(files),
        items: vec![problem(refusal, request, &target)],
    };
    let unclear = || {
        refuse(&Refusal {
            span: None,
            kind: RefusalKind::Layout,
        })
    };
    let source = files.get(file).ok_or_else(unclear)?;
    let edits = if set.is_empty() {
        Vec::new()
    } else {
        let limits = Limits::default();
        set_integers(&source.text, file, &target, &limits).map_err(|refusal| refuse(&refusal))?
    };
    let text = Arc::clone(&source.text);
    let amendment = Amendment::new(path, text, edits).ok_or_else(unclear)?;
    if amendment.is_empty() || is_met(request, &source.name, &amendment.after) {
        Ok(amendment)
    } else {
        Err(unclear())
    }
}

/// Whether the new text reads as what is asked for.
fn is_met(request: &Request<'_>, name: &str, text: &str) -> bool {
    let mut files = SourceMap::default();
    let reading = read_workload(&mut files, name, text.as_bytes());
    let diagnostics = Diagnostics {
        files: Arc::default(),
        items: reading.items,
    };
    let is_met = |workload| request.is_met_by(&workload);
    !diagnostics.has_errors() && reading.workload.is_some_and(is_met)
}

fn problem(refusal: &Refusal, request: &Request<'_>, target: &Target<'_>) -> Diagnostic {
    let environment = request.environment;
    let span = refusal.span.or_else(|| request.span());
    let diagnostic = match refusal.kind {
        RefusalKind::Shared => {
            let message = format!(
                "the settings of environment `{environment}` cannot be written without those of others"
            );
            Diagnostic::error("amend::shared", message)
                .labelled(span, "what stands here is used in other places too")
        }
        RefusalKind::Layout => {
            let message = format!(
                "the settings of environment `{environment}` stand where they cannot be written safely"
            );
            Diagnostic::error("amend::layout", message).at(span)
        }
    };
    let lines = snippet(target);
    diagnostic.hint(format!("write by hand, so that it reads as:\n{lines}"))
}
