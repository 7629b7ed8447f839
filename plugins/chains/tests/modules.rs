//! Chains of several files: modules beside the chain, packages, Trusses in folders.

use std::sync::Arc;

use plimsoll_chains::ChainSource;
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::Manifest;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::{Confidence, ConfigSource as _};
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use serde_json::Value as Json;

const RUN: &str = "    async def run_remote(self, x: int) -> int:\n        return x\n";

fn main(before: &str, gpu: &str) -> String {
    format!(
        "import truss_chains as chains\n{before}\n@chains.mark_entrypoint\n\
         class Main(chains.ChainletBase):\n    \
         remote_config = chains.RemoteConfig(compute=chains.Compute(gpu={gpu}))\n{RUN}"
    )
}

fn tree(files: &[(&str, &str)]) -> Arc<dyn SourceTree> {
    let tree = files.iter().fold(MemoryTree::new(), |tree, (path, text)| {
        tree.with(path, *text)
    });
    Arc::new(tree)
}

fn load(files: &[(&str, &str)]) -> Result<Manifest, Diagnostics> {
    ChainSource.load(&tree(files))
}

fn resolved(
    manifest: &Manifest,
    workload: usize,
    environment: Option<&str>,
) -> Result<Json, Diagnostics> {
    let environment = environment.map(Environment::new);
    let workload = &manifest.workloads[workload];
    let effective = DeepMerge.resolve(workload, environment.as_ref(), &manifest.files)?;
    Ok(effective.with_defaults().to_json())
}

/// The accelerator of a chain of these files.
fn gpu(files: &[(&str, &str)]) -> Result<Json, Diagnostics> {
    Ok(resolved(&load(files)?, 0, None)?["resources"]["accelerator"].take())
}

#[test]
fn constants_of_other_modules_are_followed() -> Result<(), Diagnostics> {
    for (before, value, others) in [
        (
            "from config import GPU",
            "GPU",
            &[("config.py", "GPU = 'L4'\n")][..],
        ),
        (
            "from config import GPU as G",
            "G",
            &[("config.py", "GPU = 'L4'\n")],
        ),
        (
            "import config",
            "config.GPU",
            &[("config.py", "GPU = 'L4'\n")],
        ),
        (
            "from config import *",
            "GPU",
            &[("config.py", "GPU = 'L4'\n_X = 1\n")],
        ),
        (
            "from . import config",
            "config.GPU",
            &[("config.py", "GPU = 'L4'\n")],
        ),
        (
            "from .config import GPU",
            "GPU",
            &[("config.py", "GPU = 'L4'\n")],
        ),
        (
            "import sub.config",
            "sub.config.GPU",
            &[("sub/config.py", "GPU = 'L4'\n")],
        ),
        (
            "import sub.config as c",
            "c.GPU",
            &[("sub/config.py", "GPU = 'L4'\n")],
        ),
        (
            "from sub import config",
            "config.GPU",
            &[("sub/config.py", "GPU = 'L4'\n")],
        ),
        (
            "from sub import GPU",
            "GPU",
            &[
                ("sub/__init__.py", "from .config import GPU\n"),
                ("sub/config.py", "GPU = 'L4'\n"),
            ],
        ),
        (
            "from sub.one import GPU",
            "GPU",
            &[
                ("sub/one.py", "from ..base import GPU\nfrom .two import X\n"),
                ("sub/two.py", "X = 1\n"),
                ("base.py", "GPU = 'L4'\n"),
            ],
        ),
        // A cycle, in which what is needed is bound before it closes.
        (
            "from one import GPU",
            "GPU",
            &[
                ("one.py", "GPU = 'L4'\nimport two\n"),
                ("two.py", "from one import GPU\nimport chain\n"),
            ],
        ),
    ] {
        let text = main(before, value);
        let files: Vec<_> = [("chain.py", text.as_str())]
            .into_iter()
            .chain(others.iter().copied())
            .collect();
        assert_eq!(gpu(&files)?, "L4", "{before}");
    }
    Ok(())
}

#[test]
fn what_a_cycle_has_not_bound_yet_is_refused() {
    let text = main("from one import GPU", "GPU");
    let files = [
        ("chain.py", text.as_str()),
        ("one.py", "from two import X\nGPU = X\n"),
        ("two.py", "from one import GPU\nX = GPU\n"),
    ];
    let refused = gpu(&files).map_err(|problems| problems.to_string());
    assert!(refused.is_err_and(|problems| problems.contains("two.py:1:17: error[chain::import]")));
}

#[test]
fn chainlets_come_from_other_modules_too() -> Result<(), Diagnostics> {
    let dep = format!(
        "import truss_chains as chains\nclass Dep(chains.ChainletBase):\n    \
         remote_config = chains.RemoteConfig(docker_image=chains.DockerImage(\n        \
         requirements_file=chains.make_abs_path_here('../requirements.txt')))\n{RUN}"
    );
    let chain = format!(
        "import truss_chains as chains\nfrom sub import dep\n@chains.mark_entrypoint('A chain')\n\
         class Main(chains.ChainletBase):\n    \
         def __init__(self, d: dep.Dep = chains.depends(dep.Dep)):\n        pass\n{RUN}"
    );
    let files = [
        ("main.py", chain.as_str()),
        ("sub/dep.py", &dep),
        ("requirements.txt", "a\n"),
    ];
    let manifest = load(&files)?;
    let names: Vec<_> = manifest
        .workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .collect();
    assert_eq!(names, ["Main", "Dep"]);
    assert_eq!(manifest.name.as_deref(), Some("A chain"));
    let written = ChainSource.written(&tree(&files))?;
    let paths: Vec<_> = written
        .iter()
        .flat_map(plimsoll_core::context::BuildContext::files)
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["main.py", "requirements.txt", "sub/dep.py"]);
    Ok(())
}

#[test]
fn a_truss_chainlet_is_configured_by_its_own_file() -> Result<(), Diagnostics> {
    let chain = format!(
        "import truss_chains as chains\nfrom pathlib import Path\n\
         class Model(chains.TrussChainlet):\n    truss_dir = Path(__file__).parent / 'model'\n\
         @chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n    \
         def __init__(self, m=chains.depends(Model)):\n        pass\n{RUN}"
    );
    let config = "model_name: mine\nresources: {cpu: '3'}\n\
                  environment_overrides: {production: {resources: {cpu: '9'}}}\n";
    let files = [("chain.py", chain.as_str()), ("model/config.yaml", config)];
    let manifest = load(&files)?;
    let base = resolved(&manifest, 1, None)?;
    assert_eq!(base["resources"]["cpu"], "3");
    assert!(
        base["model_name"]
            .as_str()
            .is_some_and(|name| name.starts_with("Model-"))
    );
    assert_eq!(
        resolved(&manifest, 1, Some("production"))?["resources"]["cpu"],
        "9"
    );
    Ok(())
}

#[test]
fn a_folder_is_a_chain_when_a_file_marks_an_entrypoint() {
    let text = main("", "None");
    let probe = |files: &[(&str, &str)]| ChainSource.probe(&*tree(files));
    assert_eq!(probe(&[("chain.py", &text)]), Confidence::Certain);
    assert_eq!(probe(&[("a.py", "x = 1\n")]), Confidence::No);
    assert_eq!(probe(&[("config.yaml", "x: 1\n")]), Confidence::No);
    let focused =
        |text: &str| ChainSource.probe(&MemoryTree::new().with("a.py", text).focused("a.py"));
    assert_eq!(focused(&text), Confidence::Certain);
    assert_eq!(focused("x = 1\n"), Confidence::Maybe);
    let several = load(&[("a.py", &text), ("b.py", &text)])
        .map(|_| ())
        .map_err(|said| said.to_string());
    assert!(several.is_err_and(|said| said.contains("a.py, b.py")));
}

/// `--explain` names the line that a value stands in, and the layer.
#[test]
fn values_know_their_lines() -> Result<(), Diagnostics> {
    let text = "import truss_chains as chains\nN = 2\n\n\nclass Main(chains.ChainletBase):\n    \
                remote_config = chains.RemoteConfig(\n        compute=chains.Compute(\n            \
                cpu_count=4,\n            gpu='A10G',\n            gpu_count=N,\n            \
                predict_concurrency='cpu_count',\n        ),\n        environment_overrides={\n            \
                'production': chains.RemoteOverrides(\n                compute=chains.Compute(\n                    \
                cpu_count=8,\n                ),\n            ),\n        },\n    )\n";
    let text = format!("{text}{RUN}");
    let tree = MemoryTree::new()
        .with("chain.py", text.as_str())
        .focused("chain.py");
    let tree: Arc<dyn SourceTree> = Arc::new(tree);
    let manifest = ChainSource.load(&tree)?;
    let production = Environment::production();
    let effective =
        DeepMerge.resolve(&manifest.workloads[0], Some(&production), &manifest.files)?;
    let places = effective.provenance(&effective.settings());
    let place = |pointer: &str| {
        let found = places.iter().find(|(place, _)| place.as_str() == pointer);
        found.map(|(_, place)| (place.layer.to_string(), place.line))
    };
    let at = |layer: &str, line| Some((layer.to_owned(), Some(line)));
    assert_eq!(place("/resources/cpu"), at("environment production", 16));
    assert_eq!(place("/resources/accelerator"), at("base", 9));
    assert_eq!(
        place("/runtime/predict_concurrency"),
        at("environment production", 16)
    );
    assert_eq!(
        place("/resources/memory"),
        Some(("defaults".to_owned(), None))
    );
    Ok(())
}

/// Whatever a program may do to a value that a configuration uses, the value is not taken for
/// certain.
#[test]
fn nothing_is_guessed() {
    let mut guessed = Vec::new();
    for before in [
        "G = 'L4'\nglobals()['G'] = 'T4'",
        "g = globals()\nG = 'L4'\ng.update(G='T4')",
        "G = 'L4'\nexec('G = 1')",
        "import sys\nG = 'L4'\nsetattr(sys.modules[__name__], 'G', 'T4')",
        "R = ['L4']\nS = R\nS.append('T4')\nG = R[0]",
        "R = ['L4']\nS = [R]\nS[0].append('T4')\nG = R[0]",
        "R = ['L4']\nif unknown:\n    S = R\n    S.append('T4')\nG = R[0]",
        "R = ['L4']\nfor r in (R,):\n    r.append('T4')\nG = R[0]",
        "R = ['L4']\ndef f(r=R):\n    r.append('T4')\nf()\nG = R[0]",
        "R = ['L4']\ndef f():\n    s = R\n    s.append('T4')\nf()\nG = R[0]",
        "R = ['L4']\nf = lambda: R.append('T4')\nf()\nG = R[0]",
        "R = ['L4']\n[R.append(x) for x in 'ab']\nG = R[0]",
        "R = ['L4']\nx = y if unknown else R.pop()\nG = R[0]",
        "R = ['L4']\nR.sort(key=unknown)\nG = R[0]",
        "R = ['L4']\nR[0] = 'T4'\nG = R[0]",
        "R = ['L4']\ndel R[0]\nG = R[0]",
        "R = {'g': 'L4'}\nR |= {'g': 'T4'}\nG = R['g']",
        "R = {'g': 'L4'}\nR.setdefault('g', 'T4')\nG = R['g']",
        "import config\nconfig.GPU = 'T4'\nG = config.GPU",
        "import config\nsetattr(config, 'GPU', 'T4')\nG = config.GPU",
        "from config import *\nfrom elsewhere import *\nG = GPU",
        "class S:\n    G = 'L4'\nS.G = 'T4'\nG = S.G",
        "class S:\n    G = 'L4'\nsetattr(S, 'G', 'T4')\nG = S.G",
        "class S(Elsewhere):\n    pass\nG = S.G",
        "class M(type):\n    pass\nclass S(metaclass=M):\n    G = 'L4'\nG = S.G",
        "chains.Compute = None\nG = 'L4'",
        "while True:\n    G = 'L4'\n    break",
        "try:\n    G = 'L4'\nfinally:\n    pass",
        "match 1:\n    case G:\n        pass",
        "with unknown as G:\n    pass",
        "G: str",
        "def G(): pass",
        "G, *_ = 'L4', 'T4'",
        "import G",
        "G = input()",
        "G = open('gpu.txt').read()",
        "G = f'{unknown}'",
        "G = getattr(chains, 'x', 'L4')",
        "(G := 'L4')\nG = G if unknown else G",
    ] {
        let text = main(before, "G");
        let files = [("chain.py", text.as_str()), ("config.py", "GPU = 'L4'\n")];
        let refused = load(&files)
            .map(|_| ())
            .map_err(|problems| problems.to_string());
        if !refused.is_err_and(|problems| problems.starts_with("chain.py:")) {
            guessed.push(before);
        }
    }
    assert!(guessed.is_empty(), "{guessed:#?}");
}
