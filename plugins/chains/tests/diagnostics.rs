//! What is said of chains that are not read, word by word.

use std::fmt::Write as _;
use std::sync::Arc;

use plimsoll_chains::ChainSource;
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;

/// What is said of a chain whose one chainlet has this configuration, after these lines.
fn said_of(before: &str, config: &str) -> String {
    said(&format!(
        "import os\nimport pathlib\nimport truss_chains as chains\n{before}\n\n\
         @chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n    \
         remote_config = {config}\n\n    async def run_remote(self, x: int) -> int:\n        return x\n"
    ))
}

fn said(text: &str) -> String {
    let tree = MemoryTree::new().with("chain.py", text).focused("chain.py");
    let tree: Arc<dyn SourceTree> = Arc::new(tree.with("sub/consts.py", "GPU = 'L4'\n"));
    match ChainSource.load(&tree) {
        Err(diagnostics) => shown(&diagnostics),
        Ok(manifest) => {
            let mut text = shown(&manifest.diagnostics);
            for workload in &manifest.workloads {
                match DeepMerge.resolve(workload, None, &manifest.files) {
                    Err(diagnostics) => text.push_str(&shown(&diagnostics)),
                    Ok(effective) => text.push_str(&shown(&effective.diagnostics)),
                }
            }
            text
        }
    }
}

fn shown(diagnostics: &Diagnostics) -> String {
    let mut text = String::new();
    for item in &diagnostics.items {
        let one = Diagnostics {
            files: Arc::clone(&diagnostics.files),
            items: vec![item.clone()],
        };
        let _ = writeln!(text, "{one}");
        for label in &item.secondary {
            let _ = writeln!(
                text,
                "    {}:{}: {}",
                label.span.line, label.span.column, label.text
            );
        }
        if let Some(expected) = &item.expected {
            let _ = writeln!(text, "    expected {expected}");
        }
        for hint in &item.hints {
            let _ = writeln!(text, "    hint: {hint}");
        }
    }
    text
}

#[test]
fn what_is_known_only_when_it_runs() {
    let compute = |value: &str| format!("chains.RemoteConfig(compute=chains.Compute(gpu={value}))");
    let mut all = String::new();
    for (before, config) in [
        ("def f():\n    return 'L4'", compute("f()")),
        ("", compute("os.environ['GPU']")),
        ("", compute("os.getenv('GPU', 'L4')")),
        ("G = ['L4']\nG.append('T4')", compute("G[0]")),
        ("G = ['L4']\nG += ['T4']", compute("G[0]")),
        ("G = {'a': 'L4'}\nG['a'] = 'T4'", compute("G['a']")),
        ("G = ['L4']\nprepare(G)", compute("G[0]")),
        (
            "G = 'L4'\ndef f():\n    global G\n    G = 'T4'",
            compute("G"),
        ),
        ("for G in ['L4']:\n    pass", compute("G")),
        ("G = [x for x in ['L4']]", compute("G[0]")),
        (
            "if os.path.exists('x'):\n    G = 'L4'\nelse:\n    G = 'T4'",
            compute("G"),
        ),
        (
            "try:\n    import torch\n    G = 'L4'\nexcept ImportError:\n    G = 'T4'",
            compute("G"),
        ),
        ("with open('x') as file:\n    G = 'L4'", compute("G")),
        ("G = 'L4'\ndel G", compute("G")),
        ("from elsewhere import G", compute("G")),
        ("from elsewhere import *", compute("G")),
        ("from ...outside import G", compute("G")),
        ("from sub.consts import MISSING as G", compute("G")),
        ("", compute("MISSING")),
        ("G = (lambda: 'L4')()", compute("G")),
        ("G = {'L4'}", compute("G")),
        ("G = ('L4',)[3]", compute("G")),
        ("G = 'a' * 10 ** 9", compute("G")),
        (
            "from truss.base.truss_config import Accelerator",
            compute("Accelerator.H1000"),
        ),
        (
            "",
            "chains.RemoteConfig(build_commands=[str(pathlib.Path(__file__))])".to_owned(),
        ),
    ] {
        let _ = writeln!(all, "--- {before:?} {config}\n{}", said_of(before, &config));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_wrong_with_a_configuration() {
    let mut all = String::new();
    for config in [
        "chains.RemoteConfig(compute=chains.Compute(cpus=2, gpu_cout=1))",
        "chains.RemoteConfig(compute=chains.Compute(1, cpu_count=2))",
        "chains.RemoteConfig(compute=chains.Compute(1, '2Gi', None, 1, 1, None, 7))",
        "chains.RemoteConfig(compute=chains.Compute('four', 4, 'A10', 1, '8', 5))",
        "chains.RemoteConfig(compute=chains.Compute(gpu='A10G:2', memory='2GB'))",
        "chains.RemoteConfig(compute=chains.Compute(gpu='A10G', gpu_count=-1))",
        "chains.RemoteConfig(compute=chains.Compute(gpu='A10G', gpu_count=0))",
        "chains.RemoteConfig(compute=chains.Compute(gpu_count=2))",
        "chains.RemoteConfig(compute=chains.Compute(cpu_count=4, instance_type='L4:4x16'))",
        "chains.RemoteConfig(compute={'cpu_count': 4}, assets={}, docker_image=[], options=None)",
        "chains.RemoteConfig('x', nmae='y')",
        "chains.RemoteConfig(name='a b')",
        "chains.RemoteConfig(build_commands=('a',))",
        "chains.RemoteConfig(docker_image=chains.DockerImage(base_image='python:3.11'))",
        "chains.RemoteConfig(docker_image=chains.DockerImage(base_image=chains.CustomImage()))",
        "chains.RemoteConfig(docker_image=chains.DockerImage(requirements_file='a', data_dir=chains.make_abs_path_here('no')))",
        "chains.RemoteConfig(docker_image=chains.DockerImage(pip_requirements_file=chains.make_abs_path_here('chain.py')))",
        "chains.RemoteConfig(assets=chains.Assets(secret_keys='hf'))",
        "chains.RemoteConfig(assets=chains.Assets(weights=[chains.WeightsSource(source='a')]))",
        "chains.RemoteConfig(options=chains.ChainletOptions(enable_debug_logs='yes', env_variables={'A': 1}))",
        "chains.RemoteConfig(autoscaling_settings=chains.AutoscalingSettings(min_replica=1, max_replicas=-1))",
        "chains.RemoteConfig(autoscaling_settings=chains.AutoscalingSettings(min_replicas=3, max_replicas=1))",
        "chains.RemoteConfig(autoscaling_settings={'min_replicas': 1})",
        "chains.RemoteConfig(environment_overrides={'production': chains.RemoteConfig(), 1: None})",
        "chains.RemoteConfig(environment_overrides={'production': chains.RemoteOverrides(name='x', compute=chains.Compute(gpu='x'))})",
        "None",
    ] {
        let _ = writeln!(all, "--- {config}\n{}", said_of("", config));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_wrong_with_a_chain() {
    const RUN: &str = "    async def run_remote(self, x: int) -> int:\n        return x\n";
    let two = |default: &str| {
        format!(
            "import truss_chains as chains\nclass Dep(chains.ChainletBase):\n{RUN}\
             @chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n    \
             def __init__(self, {default}):\n        pass\n{RUN}"
        )
    };
    let head = "import truss_chains as chains\n";
    let mut all = String::new();
    for text in [
        format!("{head}x = = 1\nclass Main(:\n"),
        format!("{head}raise ValueError('no')\nclass Main(chains.ChainletBase):\n{RUN}"),
        format!("{head}x = 1\n"),
        format!("{head}class A(chains.ChainletBase):\n{RUN}class B(chains.ChainletBase):\n{RUN}"),
        format!(
            "{head}@chains.mark_entrypoint\nclass A(chains.ChainletBase):\n{RUN}@chains.mark_entrypoint\nclass B(chains.ChainletBase):\n{RUN}"
        ),
        format!("{head}@chains.mark_entrypoint\nclass A(chains.ModelBase):\n{RUN}"),
        format!(
            "{head}if chains.x:\n    @chains.mark_entrypoint\n    class A(chains.ChainletBase):\n        pass\n"
        ),
        format!("{head}@other\nclass A(chains.ChainletBase):\n{RUN}"),
        format!("{head}class A(chains.ChainletBase):\n    pass\n"),
        format!(
            "{head}class A(chains.ChainletBase):\n    def run_remote(this, x, *args, y: 'int'):\n        yield x\n    def is_healthy(self, x):\n        pass\n"
        ),
        format!(
            "{head}class A(chains.ChainletBase):\n    def run_remote(self, w: chains.WebSocketProtocol, x: int) -> str:\n        pass\n"
        ),
        format!("from __future__ import annotations\n{head}class A(chains.ChainletBase):\n{RUN}"),
        format!(
            "{head}class A(chains.ChainletBase):\n    remote_config = chains.RemoteConfig()\n{RUN}A.remote_config = None\n"
        ),
        two("dep: Dep, other=3, *args"),
        two("dep=chains.depends(int)"),
        two("dep=chains.depends(Dep, retry=1, retries='2')"),
        two("a=chains.depends(Dep), b=chains.depends(Dep)"),
        two("context=chains.depends_context(), dep=chains.depends(Dep)"),
        format!(
            "{head}class T(chains.TrussChainlet):\n    pass\nclass U(chains.TrussChainlet):\n    truss_dir = 'nowhere'\nclass E(chains.EngineBuilderLLMChainlet):\n    remote_config = chains.RemoteConfig(docker_image=chains.DockerImage(apt_requirements=['git']))\nclass Main(chains.ChainletBase):\n    def __init__(self, t=chains.depends(T), u=chains.depends(U), e=chains.depends(E)):\n        pass\n{RUN}"
        ),
        format!(
            "{head}class A(chains.ChainletBase):\n    remote_config = chains.RemoteConfig(name='same')\n{RUN}@chains.mark_entrypoint\nclass B(chains.ChainletBase):\n    remote_config = chains.RemoteConfig(name='same')\n    def __init__(self, a=chains.depends(A)):\n        pass\n{RUN}"
        ),
    ] {
        let _ = writeln!(all, "--- {text}\n{}", said(&text));
    }
    insta::assert_snapshot!(all);
}
