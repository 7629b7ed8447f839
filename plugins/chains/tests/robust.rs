//! Whatever the text: a chain is read and resolved, or refused with a reason. Nothing panics,
//! overflows or hangs, and what is read keeps the laws.

use std::sync::Arc;

use plimsoll_chains::ChainSource;
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::environment::Environment;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::{DeepMerge, Replace};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const SEEDS: [&str; 3] = [
    include_str!("seeds/whole.py"),
    include_str!("seeds/engine.py"),
    include_str!("seeds/refused.py"),
];

fn tree(text: &[u8]) -> Arc<dyn SourceTree> {
    let tree = MemoryTree::new().with("chain.py", text).focused("chain.py");
    Arc::new(tree.with("config.py", "GPU = 'L4'\n"))
}

/// Reads and resolves, and holds what comes of it to the laws; whether it is accepted.
fn holds(text: &[u8]) -> Result<bool, TestCaseError> {
    let tree = tree(text);
    let _ = ChainSource.probe(&*tree);
    let manifest = match ChainSource.load(&tree) {
        Ok(manifest) => manifest,
        Err(said) => {
            prop_assert!(said.has_errors(), "refused without a reason");
            places(&said)?;
            return Ok(false);
        }
    };
    places(&manifest.diagnostics)?;
    for workload in &manifest.workloads {
        for environment in [None, Some(Environment::production())] {
            for resolver in [&DeepMerge as &dyn OverrideResolver, &Replace] {
                let resolved = resolver.resolve(workload, environment.as_ref(), &manifest.files);
                let Ok(effective) = resolved else { continue };
                let again = resolver.resolve(workload, environment.as_ref(), &manifest.files);
                let again = again.map(|again| again.config).ok();
                prop_assert_eq!(again.as_ref(), Some(&effective.config));
                // Every value that is written has a place that there is.
                for (pointer, place) in effective.provenance(&effective.config) {
                    if let (Some(file), Some(line)) = (&place.file, place.line) {
                        let lines = String::from_utf8_lossy(text).lines().count();
                        prop_assert_eq!(file, "chain.py", "{}", pointer);
                        prop_assert!(line as usize <= lines.max(1), "{}: line {}", pointer, line);
                    }
                }
            }
        }
    }
    Ok(true)
}

fn places(said: &Diagnostics) -> Result<(), TestCaseError> {
    for item in &said.items {
        for label in item.primary.iter().chain(&item.secondary) {
            let file = said.files.get(label.span.file);
            let length = file.map_or(0, |file| file.text.len());
            prop_assert!(label.span.end as usize <= length && label.span.start <= label.span.end);
        }
    }
    Ok(())
}

#[test]
fn the_seeds_are_what_they_are_meant_to_be() {
    for (seed, accepted) in SEEDS.iter().zip([true, true, false]) {
        assert_eq!(holds(seed.as_bytes()).ok(), Some(accepted), "{seed}");
    }
}

/// Few lines can make values of any depth and size, and bracket upon bracket.
#[test]
fn what_grows_is_bounded() {
    let config = |before: &str, value: &str| {
        format!(
            "import truss_chains as chains\n{before}\nclass Main(chains.ChainletBase):\n    \
             remote_config = chains.RemoteConfig(options=chains.ChainletOptions(metadata={{'a': {value}}}))\n    \
             async def run_remote(self, x: int) -> int:\n        return x\n"
        )
    };
    for text in [
        config(&format!("A = []\n{}", "A = [A]\n".repeat(50_000)), "A"),
        config(&format!("A = [1]\n{}", "A = [A, A]\n".repeat(100)), "A"),
        config(&format!("A = 'a'\n{}", "A = A + A\n".repeat(100)), "A"),
        config("A = 'a' * 10 ** 12", "A"),
        config("A = [1] * 10 ** 12", "A"),
        config("A = 2 ** 10 ** 9", "A"),
        config("A = 1 << 10 ** 9", "A"),
        config(&"A = {'a': 1}\n".repeat(1000), "A"),
        config("", &"(".repeat(100_000)),
        config("", &"-".repeat(100_000)),
        config("", &format!("1{}", " + 1".repeat(100_000))),
        config("", &format!("x{}", ".a".repeat(100_000))),
        config("", &format!("f'{}'", "{f\"".repeat(10_000))),
        (0..5_000)
            .map(|n| format!("{}if x:\n", " ".repeat(n)))
            .collect(),
        config(
            &(0..20_000)
                .map(|n| format!("A{} = A{n}\n", n + 1))
                .collect::<String>(),
            "A20000",
        ),
        config("import chain\nfrom chain import *\n", "chain.Main"),
        "\u{feff}import truss_chains\r\n".to_owned(),
    ] {
        assert_eq!(
            holds(text.as_bytes()).ok(),
            Some(text.contains("A = {'a'")),
            "{text:.200}"
        );
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        "chains.",
        "Compute(",
        "RemoteConfig(",
        "gpu=",
        "'H100'",
        "cpu_count=",
        "2",
        "-1",
        "None",
        "True",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        ":",
        "\n",
        "\n    ",
        "*",
        "**",
        "+",
        "/",
        "%",
        "'",
        "\"",
        "f'{",
        "}'",
        "lambda x: x",
        "[x for x in y]",
        "Main",
        "Embed",
        "GPU",
        "__file__",
        "if ",
        "else ",
        "import config",
        "from config import *",
        "from . import config",
        "class A(Main): pass",
        "\nGPU = 1\n",
        "GPU.append(1)",
        "del GPU",
        "global GPU",
        "@chains.mark_entrypoint",
        "chains.depends(Embed)",
        "os.environ['A']",
        ".parent",
        ".value",
        "é",
        "\u{0}",
        "\\",
        "#",
        ";",
        "environment_overrides={'production': chains.RemoteOverrides()}",
        "0x10",
        "1e400",
        "10 ** 30",
    ];
    select(words.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_chains_are_read_or_refused(
        seed in select(SEEDS.to_vec()),
        changes in vec((any::<Index>(), any::<Index>(), piece()), 1..5),
    ) {
        let mut text = seed.to_owned();
        for (from, length, piece) in changes {
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let from = from.index(bounds.len());
            let to = (from + length.index(20)).min(bounds.len() - 1);
            text.replace_range(bounds[from]..bounds[to], &piece);
        }
        holds(text.as_bytes())?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        holds(&bytes)?;
    }
}
