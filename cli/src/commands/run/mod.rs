//! `plimsoll run`.

mod export;
mod metrics;
mod options;
mod out;
mod unused;
mod watch;

use std::path::PathBuf;

use plimsoll::diagnostic::Diagnostics;
use plimsoll::load::{LoadTest, Results};
use plimsoll::manifest::ManifestKind;
use plimsoll::release::{Release, ReleaseOptions};
use serde_json::Value as Json;

use super::release::packaged;
use super::{Loaded, push};
use crate::args::{Global, Input, Run};
use crate::error::{CliError, exit};
use crate::fetch;
use crate::render;

/// Runs a load test, shows it, writes its reports, and judges it.
pub(crate) fn run(global: &Global, command: &Run) -> Result<(), CliError> {
    let input = Input {
        path: command.path.clone(),
        environment: None,
        source: None,
        resolver: "deep-merge".to_owned(),
    };
    let mut tree = fetch::tree(&input.path)?;
    let settings = options::settings(command)?;
    if !settings.is_empty() {
        tree = plimsoll::tressi::set(&tree, &settings)?;
    }
    let with_set = |said| match settings.is_empty() {
        true => said,
        false => in_what_is_set(said),
    };
    let refused = |error| match error {
        CliError::Input(said) => CliError::Input(with_set(said)),
        other => other,
    };
    let loaded = Loaded::of(global, &input, tree).map_err(refused)?;
    let (release, said) = release(&loaded).map_err(refused)?;
    let said = with_set(said);
    render::diagnostics::print(&said);
    unused::warn(command, &settings, &release);
    let options = options::options(command, &loaded.context.registry, &release)?;
    let test = LoadTest::of(&release, &loaded.context, &options).map_err(options::refused)?;
    if command.dry_run {
        return dry_run(command, &loaded, &release, &said, options);
    }
    let folder = folder(command, &settings, test.export.as_deref());
    let folder = folder.map(out::Folder::open).transpose()?;
    let results = watch::watched(command, test, &loaded, &options)?;
    let printed = match command.json {
        true => render::result_json(&results.summary),
        false => render::result(&render::load::text(&results)),
    };
    let printed = printed.map_err(CliError::told);
    let written = folder.map_or(Ok(()), |folder| folder.write(&results));
    printed.and(written).and(verdict(&results))
}

/// Where reports go. A test that comes from elsewhere names no folder of this machine.
fn folder(command: &Run, settings: &[(String, Json)], export: Option<&str>) -> Option<PathBuf> {
    let Some(export) = export.filter(|_| command.out.is_none()) else {
        return command.out.clone();
    };
    let is_set = settings.iter().any(|(key, _)| key == "export");
    if fetch::is_address(&command.path) && !is_set {
        let message = format!("no reports are written to {export}: the test was fetched");
        render::warning(&message, &["name the folder: --out DIR".to_owned()]);
        return None;
    }
    Some(export.into())
}

/// Says that places are not those of the file alone.
fn in_what_is_set(mut said: Diagnostics) -> Diagnostics {
    for item in &mut said.items {
        if item.primary.is_some() {
            let hint = "the lines are those of the file with --set applied";
            item.hints.push(hint.to_owned());
        }
    }
    said
}

/// What the path names, resolved and packaged, and what there is to say about it.
fn release(loaded: &Loaded) -> Result<(Release, Diagnostics), CliError> {
    if loaded.manifest.kind != ManifestKind::LoadTest {
        let message = format!("a {} is no load test", loaded.manifest.kind);
        return Err(CliError::new(exit::INVALID, message)
            .hint("push it: plimsoll push PATH; or simulate it: plimsoll simulate PATH"));
    }
    let name = loaded.manifest.name.clone();
    let name = name.unwrap_or_else(|| "load-test".to_owned());
    packaged(loaded, None, ReleaseOptions::default(), name, None)
}

/// Says what would be run, as the deployer plans it.
fn dry_run(
    command: &Run,
    loaded: &Loaded,
    release: &Release,
    said: &Diagnostics,
    options: plimsoll::load::RunOptions,
) -> Result<(), CliError> {
    use plimsoll::deployer::{Deployer as _, NoProgress};
    use plimsoll::registry::FactoryContext;
    let context = FactoryContext {
        registry: loaded.context.registry.clone(),
    };
    let deployer = plimsoll::load::LoadDeployer::new(context, options);
    let plan = push::runtime()?.block_on(deployer.plan(release, &NoProgress))?;
    match command.json {
        true => render::out_json(&push::report(&plan, None, said)),
        false => render::out(&render::plan::text(&plan)),
    }
}

/// The exit code that the results have.
fn verdict(results: &Results) -> Result<(), CliError> {
    let summary = &results.summary;
    if summary.global.interrupted {
        render::say("stopped before its end: the figures are of what was run until then");
        return Err(CliError::stopped());
    }
    let missed = summary.thresholds.iter().any(|threshold| !threshold.met);
    let early = summary.global.measured.early_exit_triggered;
    match missed || early {
        true => Err(CliError::Told(exit::THRESHOLD_MISSED)),
        false => Ok(()),
    }
}
