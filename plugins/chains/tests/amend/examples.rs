//! Worked examples: what is there, and the lines that change.

use std::path::Path;
use std::sync::Arc;

use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{DirTree, OverlayTree, SourceTree};

use crate::support::{FIVE, amend, diff, said, tree};

const HEAD: &str = "import truss_chains as chains\n\n\nclass Embed(chains.ChainletBase):\n";
const BODY: &str = "\n    async def run_remote(self) -> int: ...\n";

/// Amends a tree and shows what comes of it; what is amended is amended.
fn amended(name: &str, tree: &Arc<dyn SourceTree>, chainlet: &str) -> String {
    let amendment = match amend(tree, chainlet, &FIVE) {
        Ok(amendment) => amendment,
        Err(problems) => return format!("=== {name}\n{}", said(&problems)),
    };
    let after = Arc::clone(&amendment.after);
    let after = OverlayTree::new(Arc::clone(tree), &amendment.path, after);
    let after: Arc<dyn SourceTree> = Arc::new(after);
    let again = amend(&after, chainlet, &FIVE);
    assert!(
        again.is_ok_and(|again| again.is_empty()),
        "{name}: {}",
        amendment.after
    );
    format!("=== {name}: {}\n{}", amendment.path, diff(&amendment))
}

/// Amends classes of these bodies.
fn shown(cases: &[(&str, &str)]) -> String {
    let case = |(name, config): &(&str, &str)| {
        let text = format!("{HEAD}    {config}\n{BODY}");
        amended(name, &tree(&text, &[]), "Embed")
    };
    cases.iter().map(case).collect()
}

#[test]
fn settings_that_are_written_out() {
    let shown = shown(&[
        (
            "an argument a line",
            "remote_config = chains.RemoteConfig(\n        environment_overrides={\n            \"production\": chains.RemoteOverrides(\n                autoscaling_settings=chains.AutoscalingSettings(\n                    min_replicas=1,  # never cold\n                    max_replicas=1_0,\n                    # as measured\n                ),\n            ),\n        },\n    )",
        ),
        (
            "an argument a line, and no comma at the end",
            "remote_config = chains.RemoteConfig(environment_overrides={\"production\": chains.RemoteOverrides(\n        autoscaling_settings=chains.AutoscalingSettings(\n            min_replicas=(1),\n            max_replicas=(5)  # the quota\n        ))})",
        ),
        (
            "all on a line",
            "remote_config = chains.RemoteConfig(environment_overrides={'production': chains.RemoteOverrides(autoscaling_settings=chains.AutoscalingSettings(min_replicas=1, max_replicas=3))})",
        ),
        (
            "no arguments",
            "remote_config = chains.RemoteConfig(environment_overrides={'production': chains.RemoteOverrides(autoscaling_settings=chains.AutoscalingSettings())})",
        ),
        (
            "the last of two",
            "remote_config: chains.RemoteConfig = chains.RemoteConfig(environment_overrides={\n        'production': None,\n        'production': chains.RemoteOverrides(autoscaling_settings=chains.AutoscalingSettings(max_replicas=3)),\n    })",
        ),
    ]);
    insta::assert_snapshot!(shown);
}

#[test]
fn blocks_that_are_not_there() {
    let mut shown = shown(&[
        ("no configuration", "x = 1  # one"),
        (
            "no configuration, below a docstring",
            "\"\"\"Embeds.\"\"\"  # and no more",
        ),
        (
            "an empty configuration",
            "remote_config = chains.RemoteConfig()",
        ),
        (
            "no overrides",
            "remote_config = chains.RemoteConfig(\n        compute=chains.Compute(cpu_count=2),\n    )",
        ),
        (
            "no overrides, on a line",
            "remote_config = chains.RemoteConfig(compute=chains.Compute(cpu_count=2))",
        ),
        (
            "overrides of none",
            "remote_config = chains.RemoteConfig(environment_overrides=None)",
        ),
        (
            "overrides of nothing",
            "remote_config = chains.RemoteConfig(environment_overrides={})",
        ),
        (
            "another environment",
            "remote_config = chains.RemoteConfig(\n        environment_overrides={\n            \"staging\": None,  # the base\n        }\n    )",
        ),
        (
            "an environment of none",
            "remote_config = chains.RemoteConfig(\n        environment_overrides={\n            \"production\": None,\n        },\n    )",
        ),
        (
            "an environment with a compute",
            "remote_config = chains.RemoteConfig(\n        environment_overrides={\n            \"production\": chains.RemoteOverrides(\n                compute=chains.Compute(cpu_count=2)\n            ),\n        },\n    )",
        ),
        (
            "an environment with nothing",
            "remote_config = chains.RemoteConfig(\n        environment_overrides={\"production\": chains.RemoteOverrides()},\n    )",
        ),
    ]);
    let names = "from truss_chains import AutoscalingSettings as Scaling, ChainletBase, RemoteConfig, RemoteOverrides\n\nclass Embed(ChainletBase):\n    remote_config = RemoteConfig()\n";
    let names = tree(&format!("{names}{BODY}"), &[]);
    shown += &amended("classes by names of their own", &names, "Embed");
    let both = "import truss_chains\nfrom truss_chains import RemoteConfig\n\nclass Embed(truss_chains.ChainletBase):\n\tremote_config = RemoteConfig()\n\tasync def run_remote(self) -> int: ...\n";
    shown += &amended(
        "the library by its name, and tabs",
        &tree(both, &[]),
        "Embed",
    );
    let windows = format!("{HEAD}    remote_config = chains.RemoteConfig()\n{BODY}");
    let windows = amend(&tree(&windows.replace('\n', "\r\n"), &[]), "Embed", &FIVE);
    let windows = windows.expect("it is amended").after.replace("\r\n", "");
    assert!(!windows.contains(['\r', '\n']), "{windows:?}");
    insta::assert_snapshot!(shown);
}

#[test]
fn files_beside_the_chain() {
    let main = "import truss_chains as chains\nfrom parts import Part\n\n\nclass Model(chains.TrussChainlet):\n    truss_dir = \"model\"\n\n    async def run_remote(self) -> int: ...\n\n\n@chains.mark_entrypoint\nclass Embed(chains.ChainletBase):\n    def __init__(self, part: Part = chains.depends(Part), model: Model = chains.depends(Model)) -> None: ...\n\n    async def run_remote(self) -> int: ...\n";
    let part = format!(
        "{}    remote_config = chains.RemoteConfig()\n{BODY}",
        HEAD.replace("Embed", "Part")
    );
    let tree = tree(
        main,
        &[
            ("parts.py", &part),
            ("model/config.yaml", "model_name: a\n"),
        ],
    );
    let mut shown = amended("an imported class", &tree, "Part");
    shown += &amended("a Truss in a folder", &tree, "Model");
    insta::assert_snapshot!(shown);
}

#[test]
fn refusals() {
    let mut shown = shown(&[
        (
            "a configuration that comes from elsewhere",
            "remote_config = (lambda: 1) and chains.RemoteConfig()",
        ),
        (
            "overrides that are made by a call",
            "remote_config = chains.RemoteConfig(environment_overrides=dict(production=None))",
        ),
        (
            "arguments that a dictionary has",
            "remote_config = chains.RemoteConfig(environment_overrides={\"production\": chains.RemoteOverrides(autoscaling_settings=chains.AutoscalingSettings(**{\"min_replicas\": 1}))})",
        ),
        (
            "a value that is computed",
            "remote_config = chains.RemoteConfig(environment_overrides={\"production\": chains.RemoteOverrides(autoscaling_settings=chains.AutoscalingSettings(min_replicas=1 + 2))})",
        ),
    ]);
    let mut case = |name: &str, text: String, others: &[(&str, &str)], chainlet: &str| {
        shown += &amended(name, &tree(&text, others), chainlet);
    };
    let shared = |what: &str, use_it: &str| {
        format!(
            "{}{what}\n\n\nclass Embed(chains.ChainletBase):\n    remote_config = {use_it}\n{BODY}",
            "import truss_chains as chains\n\n"
        )
    };
    case(
        "a configuration that has a name",
        shared("CONFIG = chains.RemoteConfig()", "CONFIG"),
        &[],
        "Embed",
    );
    case(
        "overrides that have a name",
        shared(
            "OVERRIDES = {\"production\": None}",
            "chains.RemoteConfig(environment_overrides=OVERRIDES)",
        ),
        &[],
        "Embed",
    );
    case(
        "an environment that has a name",
        shared(
            "FAST = chains.RemoteOverrides()",
            "chains.RemoteConfig(environment_overrides={\"production\": FAST})",
        ),
        &[],
        "Embed",
    );
    case(
        "settings that have a name",
        shared(
            "MANY = chains.AutoscalingSettings(min_replicas=1)",
            "chains.RemoteConfig(environment_overrides={\"production\": chains.RemoteOverrides(autoscaling_settings=MANY)})",
        ),
        &[],
        "Embed",
    );
    case(
        "a number that has a name",
        shared(
            "FEW = 1",
            "chains.RemoteConfig(environment_overrides={\"production\": chains.RemoteOverrides(autoscaling_settings=chains.AutoscalingSettings(min_replicas=FEW))})",
        ),
        &[],
        "Embed",
    );
    case(
        "an environment that comes with others",
        shared(
            "ALL = {\"production\": chains.RemoteOverrides(compute=chains.Compute(cpu_count=4))}",
            "chains.RemoteConfig(environment_overrides={**ALL})",
        ),
        &[],
        "Embed",
    );
    case(
        "a class that is not imported",
        format!(
            "from truss_chains import ChainletBase, RemoteConfig\n\nclass Embed(ChainletBase):\n    remote_config = RemoteConfig()\n{BODY}"
        ),
        &[],
        "Embed",
    );
    let inherited = "import truss_chains as chains\n\n\nclass Part(chains.ChainletBase):\n    remote_config = chains.RemoteConfig()\n\n    async def run_remote(self) -> int: ...\n\n\n@chains.mark_entrypoint\nclass Embed(Part):\n    def __init__(self, part: Part = chains.depends(Part)) -> None: ...\n";
    case(
        "a configuration that another class inherits",
        inherited.to_owned(),
        &[],
        "Part",
    );
    case(
        "a configuration that is inherited",
        inherited.to_owned(),
        &[],
        "Embed",
    );
    insta::assert_snapshot!(shown);
}

/// Those that stand in this repository, as people read them.
#[test]
fn the_examples() {
    let mut shown = String::new();
    for example in ["rag", "engine", "embed"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/chains");
        let tree = DirTree::open(&folder.join(example).join("chain.py")).expect(example);
        let tree: Arc<dyn SourceTree> = Arc::new(tree);
        let manifest = plimsoll_chains::ChainSource.load(&tree).expect(example);
        for workload in &manifest.workloads {
            let name = format!("{example} {}", workload.name);
            shown +=
                &amended(&name, &tree, &workload.name).replace(&*folder.to_string_lossy(), "…");
        }
    }
    insta::assert_snapshot!(shown);
}
