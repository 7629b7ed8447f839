//! Settings put into the source of a chain, where they are written out: as arguments of the classes
//! of the library, in the class of the chainlet.

mod names;
mod python;
mod write;

use std::sync::Arc;

use plimsoll_core::amendment::{Amendment, Request};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::manifest::Manifest;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::span::Span;
use plimsoll_core::tree::{OverlayTree, SourceTree};
use plimsoll_truss::{CONFIG_FILE, TrussSource};
use ruff_python_parser::{Mode, ParseOptions};
use ruff_text_size::{TextRange, TextSize};

use self::names::Names;
use self::python::{Editor, Problem, snippet};
use self::write::Layout;
use crate::chain::{Body, Chain, Chainlet};
use crate::python::load::span_of;
use crate::read::read;
use crate::source::ChainSource;
use crate::subtree::folder;

/// Puts settings into the overrides that an environment of a chainlet has in its file.
///
/// # Errors
/// `amend::not-literal` where they come from elsewhere, `amend::not-imported` where a class that they
/// need has no name in the file, `amend::shared` and `amend::layout` where something else would
/// change; and what a Truss in a folder of its own says.
pub(crate) fn amend(
    tree: &Arc<dyn SourceTree>,
    manifest: &Manifest,
    request: &Request<'_>,
) -> Result<Amendment, Diagnostics> {
    let (chain, _) = read(tree)?;
    let is_it = |chainlet: &&Chainlet| chainlet.display_name == request.workload.name;
    let Some(chainlet) = chain.chainlets.iter().find(is_it) else {
        let message = format!("the chain has no chainlet `{}`", request.workload.name);
        let problem = Diagnostic::error("chain::no-chainlet", message);
        return Err(Diagnostics::of(problem));
    };
    let amendment = match &chainlet.body {
        Body::Truss { dir } => in_truss(tree, &chain, chainlet, request, dir)?,
        Body::Code(_) | Body::Engine => in_source(&chain, chainlet, request)?,
    };
    let message = |what: &str| {
        let environment = request.environment;
        format!("the settings of environment `{environment}` {what}")
    };
    let refuse = |code: &'static str, what: &str| {
        let problem = Diagnostic::error(code, message(what)).at(Some(chainlet.span));
        Err(refused(&chain, request, problem))
    };
    let stands = "stand where they cannot be written safely";
    let is_same = tree
        .read(&amendment.path, u64::from(u32::MAX))
        .is_ok_and(|bytes| bytes == amendment.before.as_bytes());
    if !is_same {
        return refuse("amend::layout", stands);
    }
    let overlay = OverlayTree::new(
        Arc::clone(tree),
        &amendment.path,
        Arc::clone(&amendment.after),
    );
    let overlay: Arc<dyn SourceTree> = Arc::new(overlay);
    let Ok(after) = ChainSource.load(&overlay) else {
        return refuse("amend::layout", stands);
    };
    if amendment.is_empty() || request.is_met_in(manifest, &after) {
        return Ok(amendment);
    }
    let name = &request.workload.name;
    let own = after
        .workloads
        .iter()
        .find(|workload| workload.name == *name);
    if own.is_some_and(|own| request.is_met_by(own)) {
        let shared = "cannot be written without those of another chainlet";
        return refuse("amend::shared", shared);
    }
    refuse("amend::layout", stands)
}

/// The amendment of the file that defines a chainlet.
fn in_source(
    chain: &Chain,
    chainlet: &Chainlet,
    request: &Request<'_>,
) -> Result<Amendment, Diagnostics> {
    let file = chain.files.get(chainlet.span.file);
    let source = file.map(|file| Arc::clone(&file.text)).unwrap_or_default();
    let edits = if request.changes().is_empty() {
        Ok(Vec::new())
    } else {
        edits(&source, chainlet.span, request)
    };
    let refuse = |problem: &Problem| {
        let span = span_of(chainlet.span.file, &source, problem.at);
        let code = problem.code;
        let diagnostic = Diagnostic::error(code, problem.message.clone());
        let diagnostic = diagnostic.at(Some(span));
        refused(chain, request, diagnostic.maybe_hint(problem.hint.clone()))
    };
    let edits = edits.map_err(|problem| refuse(&problem))?;
    let amendment = Amendment::new(&chainlet.file, Arc::clone(&source), edits);
    amendment.ok_or_else(|| {
        refuse(&Problem {
            code: "amend::layout",
            at: range(chainlet.span),
            message: "the settings stand where they cannot be written safely".to_owned(),
            hint: None,
        })
    })
}

fn edits(
    source: &str,
    class: Span,
    request: &Request<'_>,
) -> Result<Vec<plimsoll_core::amendment::Edit>, Problem> {
    // It has been read, so that it is not too deep.
    let parsed = ruff_python_parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
    let body = parsed.syntax().as_module().map(|module| &*module.body);
    let body = body.unwrap_or_default();
    let editor = Editor {
        layout: Layout::of(source),
        names: Names::of(body),
        request,
    };
    editor.edits(body, range(class))
}

fn range(span: Span) -> TextRange {
    TextRange::new(TextSize::new(span.start), TextSize::new(span.end))
}

/// The amendment of the `config.yaml` of a chainlet that is a Truss in a folder.
fn in_truss(
    tree: &Arc<dyn SourceTree>,
    chain: &Chain,
    chainlet: &Chainlet,
    request: &Request<'_>,
    dir: &str,
) -> Result<Amendment, Diagnostics> {
    if dir.starts_with('/') || dir.split('/').any(|part| part == "..") {
        let message = format!(
            "the Truss of chainlet `{}` stands elsewhere",
            chainlet.display_name
        );
        let problem = Diagnostic::error("amend::outside", message).at(Some(chainlet.span));
        return Err(Diagnostics {
            files: Arc::clone(&chain.files),
            items: vec![problem.hint(format!("name its folder instead: {dir}"))],
        });
    }
    let folder = folder(tree, dir).map_err(|error| {
        let message = format!("cannot read {}: {error}", tree.display(dir));
        Diagnostics::of(Diagnostic::error("chain::unreadable", message))
    })?;
    let manifest = TrussSource.load(&folder)?;
    let name = manifest.workloads.first().map(|workload| &*workload.name);
    let (environment, settings) = (request.environment, &request.settings);
    let name = name.unwrap_or_default();
    let mut amendment = TrussSource.amend(&folder, &manifest, name, environment, settings)?;
    amendment.path = match dir {
        "" => CONFIG_FILE.to_owned(),
        dir => format!("{dir}/{CONFIG_FILE}"),
    };
    Ok(amendment)
}

fn refused(chain: &Chain, request: &Request<'_>, problem: Diagnostic) -> Diagnostics {
    let lines = snippet(request);
    Diagnostics {
        files: Arc::clone(&chain.files),
        items: vec![problem.hint(format!("write by hand, so that it reads as:\n{lines}"))],
    }
}
