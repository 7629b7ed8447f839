//! Generated files against those that the real generation wrote, where the measured data is there.

use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;

use crate::support::Home;

/// The measured cases that the real generation took, by their names.
pub(super) fn accepted() -> Option<Vec<(String, Json)>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/chains/static_eval_cases.json");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return None;
    };
    let cases: serde_json::Map<String, Json> = serde_json::from_str(&text).unwrap();
    let accepted = |case: &Json| case["result"]["ok"] == true;
    Some(
        cases
            .into_iter()
            .filter(|(_, case)| accepted(case))
            .collect(),
    )
}

/// Cases whose configuration cannot be known without running them; each is refused.
pub(super) const RUN_ONLY: [&str; 6] = [
    "se16_helper_fn",
    "se25_conditional_block",
    "se26_try_import",
    "se27_reassigned",
    "se28_augassign",
    "se32_later_override",
];

/// A configuration as JSON, read by the reader that agrees with PyYAML. The digits at the end of a
/// name are random in the real generation, and left out.
fn config(yaml: &str) -> Json {
    let mut files = plimsoll::span::SourceMap::default();
    let limits = plimsoll::yaml::Limits::default();
    let reading = plimsoll::yaml::read(&mut files, "config.yaml", yaml.as_bytes(), &limits);
    let mut config = reading.node.unwrap().to_json();
    let name = config["model_name"].as_str().unwrap_or_default();
    let (name, digits) = name.rsplit_once('-').unwrap();
    assert!(
        digits.len() == 8 && u32::from_str_radix(digits, 16).is_ok(),
        "{digits}"
    );
    config["model_name"] = name.into();
    config
}

#[test]
fn configurations_and_requirements_are_those_of_the_real_generation() {
    let Some(cases) = accepted() else { return };
    let home = Home::new();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (name, case) in cases {
        home.write(
            &format!("{name}/{name}.py"),
            case["source"].as_str().unwrap(),
        );
        let source = format!("{name}/{name}.py");
        let out = format!("out/{name}");
        let run = home.run(&["codegen", &source, "--out", &out]);
        if RUN_ONLY.contains(&name.as_str()) {
            assert_eq!(run.code, 1, "{name}: {}", run.stderr);
            continue;
        }
        if run.code != 0 {
            wrong.push(format!("{name}: {}", run.stderr));
            continue;
        }
        for chainlet in case["result"]["chainlets"].as_array().unwrap() {
            let class = chainlet["name"].as_str().unwrap();
            let written =
                |file: &str| fs::read_to_string(home.path(&format!("{out}/{class}/{file}")));
            let ours = config(&written("config.yaml").unwrap());
            let theirs = config(case["configs"][class].as_str().unwrap());
            for key in ours
                .as_object()
                .unwrap()
                .keys()
                .chain(theirs.as_object().unwrap().keys())
            {
                if ours.get(key) != theirs.get(key) {
                    let (ours, theirs) = (ours.get(key), theirs.get(key));
                    wrong.push(format!("{name}: {class}: {key}: {ours:?}, not {theirs:?}"));
                }
            }
            let pip = written("pip_requirements.txt").unwrap();
            if pip != case["requirements"][class].as_str().unwrap() {
                wrong.push(format!("{name}: {class}: {pip:?}"));
            }
            for file in chainlet["tree"].as_array().unwrap() {
                let file = file.as_str().unwrap();
                // A second copy of the model, for debuggers.
                if file != "packages/_model_dbg.py" {
                    assert!(written(file).is_ok(), "{name}: {class}: no {file}");
                }
            }
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{compared} configurations are equal, key by key");
}
