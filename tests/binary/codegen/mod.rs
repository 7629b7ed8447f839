//! `plimsoll codegen`: what is written, and what is left alone.

mod python;
mod recorded;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::Home;

const CHAIN: &str = "\
import truss_chains as chains

class Dep(chains.ChainletBase):
    remote_config = chains.RemoteConfig(name='dep-shown')
    async def run_remote(self, x: int) -> int:
        return x

@chains.mark_entrypoint('a-chain')
class Main(chains.ChainletBase):
    remote_config = chains.RemoteConfig(
        compute=chains.Compute(cpu_count=2, gpu='A10G', predict_concurrency=4),
        autoscaling_settings=chains.AutoscalingSettings(min_replicas=1, max_replicas=5),
        environment_overrides={
            'production': chains.RemoteOverrides(
                compute=chains.Compute(gpu='H100', predict_concurrency=8),
                autoscaling_settings=chains.AutoscalingSettings(max_replicas=40),
            ),
        },
    )
    def __init__(self, dep: Dep = chains.depends(Dep)):
        self._dep = dep
    async def run_remote(self, x: int) -> int:
        return await self._dep.run_remote(x)
";

/// The files below a folder, and what is in them.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                found.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn text(home: &Home, name: &str) -> String {
    fs::read_to_string(home.path(name)).unwrap()
}

#[test]
fn every_chainlet_is_written_with_what_is_effective() {
    let home = Home::new();
    home.write("work/chain.py", CHAIN);
    let run = home.ok(&[
        "codegen",
        "work/chain.py",
        "--out",
        "out",
        "-e",
        "production",
    ]);
    let names: Vec<String> = files(&home.path("out")).into_keys().collect();
    assert_eq!(
        names,
        [
            ".plimsoll-codegen",
            "Dep/config.yaml",
            "Dep/model/__init__.py",
            "Dep/model/model.py",
            "Dep/packages/chain.py",
            "Dep/pip_requirements.txt",
            "Main/config.yaml",
            "Main/model/__init__.py",
            "Main/model/model.py",
            "Main/packages/chain.py",
            "Main/pip_requirements.txt",
        ]
    );
    insta::assert_snapshot!("codegen_config", text(&home, "out/Main/config.yaml"));
    insta::assert_snapshot!("codegen_marker", text(&home, "out/.plimsoll-codegen"));
    assert!(
        run.stdout.starts_with("out/Main  5 files, "),
        "{}",
        run.stdout
    );
    let base = home.ok(&[
        "codegen",
        "work/chain.py",
        "--out",
        "base",
        "--format",
        "json",
    ]);
    let report = base.json();
    assert_eq!(report["name"], "a-chain");
    assert_eq!(report["chainlets"][1]["name"], "dep-shown");
    assert_eq!(report["chainlets"][1]["folder"], "base/Dep");
    let config = text(&home, "base/Main/config.yaml");
    assert!(config.contains("max_replicas: 5\n"), "{config}");
    assert!(config.contains("accelerator: A10G\n"), "{config}");
    assert!(!text(&home, "base/Dep/config.yaml").contains("autoscaling_settings"));
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let home = Home::new();
    home.write("work/chain.py", CHAIN);
    home.write("elsewhere/deeper/chain.py", CHAIN);
    home.ok(&["codegen", "work/chain.py", "--out", "one"]);
    home.ok(&["codegen", "elsewhere/deeper/chain.py", "--out", "two/below"]);
    assert_eq!(files(&home.path("one")), files(&home.path("two/below")));
}

#[test]
fn what_was_written_is_replaced_and_never_packaged() {
    let home = Home::new();
    home.write("work/chain.py", CHAIN);
    fs::create_dir(home.path("work/out")).unwrap();
    let arguments = ["codegen", "work/chain.py", "--out", "work/out"];
    home.ok(&arguments);
    let first = files(&home.path("work/out"));
    home.write("work/out/Main/stale.txt", "");
    home.ok(&arguments);
    assert_eq!(files(&home.path("work/out")), first);
    // Nothing else is left beside it.
    let beside: Vec<String> = fs::read_dir(home.path("work"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "chain.py" && name != "out")
        .collect();
    assert_eq!(beside, Vec::<String>::new());
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let home = Home::new();
    home.write("work/chain.py", CHAIN);
    home.write("mine/precious.txt", "keep");
    home.write("file", "keep");
    home.write("truss/config.yaml", "model_name: a\n");
    let mut said = String::new();
    for arguments in [
        ["codegen", "work/chain.py", "--out", "mine"],
        ["codegen", "work/chain.py", "--out", "file"],
        ["codegen", "work/chain.py", "--out", "work"],
        ["codegen", "truss", "--out", "new"],
    ] {
        let run = home.run(&arguments);
        said.push_str(&format!(
            "{} (exit {})\n{}\n",
            arguments.join(" "),
            run.code,
            run.stderr
        ));
    }
    insta::assert_snapshot!("codegen_refused", said);
    assert_eq!(text(&home, "mine/precious.txt"), "keep");
    assert!(!home.path("new").exists());
    // Not even with our mark does the chain itself go.
    home.write("work/.plimsoll-codegen", "Written by `plimsoll codegen`");
    assert_eq!(
        home.run(&["codegen", "work/chain.py", "--out", "work"])
            .code,
        2
    );
    assert_eq!(text(&home, "work/chain.py"), CHAIN);
}

#[test]
fn a_chain_that_cannot_be_packaged_leaves_what_is_there() {
    let home = Home::new();
    home.write("work/chain.py", CHAIN);
    let arguments = ["codegen", "work/chain.py", "--out", "out"];
    home.ok(&arguments);
    let first = files(&home.path("out"));
    home.write("work/model.py", "");
    assert_eq!(home.run(&arguments).code, 1);
    assert_eq!(files(&home.path("out")), first);
}
