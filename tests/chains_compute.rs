//! `Compute` expressions that the real code generation was run on.

use plimsoll::overrides::DeepMerge;
use plimsoll_tests::{resolve_chain, shared_data};
use serde_json::Value as Json;

#[test]
fn every_expression_comes_to_its_resources_or_fails() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("chains/compute_cases.json") else {
        return Ok(());
    };
    let cases: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    assert_eq!(cases.len(), 32);
    let wrong: Vec<_> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn check(case: &Json) -> Result<(), String> {
    let expression = case["expr"].as_str().unwrap_or_default();
    let source = format!(
        "import truss_chains as chains\nfrom truss.base.truss_config import Accelerator\n\n\
         class Main(chains.ChainletBase):\n    \
         remote_config = chains.RemoteConfig(compute={expression})\n\n    \
         async def run_remote(self, x: int) -> int:\n        return x\n"
    );
    match resolve_chain(&DeepMerge, &source, None) {
        Err(problems) if case["ok"] == true => Err(format!("{expression}: {problems}")),
        Err(problems) => {
            let located = problems.errors().all(|problem| {
                problem
                    .primary
                    .as_ref()
                    .is_some_and(|place| place.span.line == 5)
            });
            if located {
                Ok(())
            } else {
                Err(format!("{expression} is refused elsewhere: {problems}"))
            }
        }
        Ok(_) if case["ok"] == false => Err(format!("{expression} is taken")),
        Ok((chainlets, _)) => {
            let config = chainlets[0].with_defaults().to_json();
            let ours = (
                &config["resources"],
                &config["runtime"]["predict_concurrency"],
            );
            let theirs = (&case["resources"], &case["predict_concurrency"]);
            if ours == theirs {
                Ok(())
            } else {
                Err(format!("{expression}: {ours:?} instead of {theirs:?}"))
            }
        }
    }
}
