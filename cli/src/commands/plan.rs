//! `plimsoll plan`.

use serde_json::json;

use super::push::runtime;
use super::release::Prepared;
use crate::args::{Global, Plan, Report};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::render;

/// Prints what a push would do.
pub(crate) fn run(global: &Global, command: &Plan) -> Result<(), CliError> {
    let prepared = Prepared::from(global, &command.input, &command.release)?;
    render::diagnostics::print(&prepared.said);
    let plan = runtime()?.block_on(async {
        let progress = render::progress::Shown::new(Interrupt::listen());
        prepared.deployer.plan(&prepared.release, &progress).await
    })?;
    match command.format {
        Report::Text => render::out(&render::plan::text(&plan)),
        Report::Json => {
            let mut out = json!(plan);
            out["diagnostics"] = render::diagnostics::json(&prepared.said);
            render::out_json(&out)
        }
    }
}
