//! What code generation says, and a push of a chain with it.

use super::case::{Code, Files, Item, code};

const GENERATE: [&str; 4] = ["codegen", "my-truss/chain.py", "--out", "generated"];

pub(super) fn codes() -> Vec<Code> {
    vec![
        code(
            "chain::file-name",
            "A Python file beside the chain has a name under which it could not be imported.",
        )
        .files(
            of(vec![("chain.py", MAIN), ("model.py", "WEIGHTS = 1\n")]),
            "rename it.",
            of(vec![("chain.py", MAIN), ("weights.py", "WEIGHTS = 1\n")]),
        )
        .by(&GENERATE),
        code(
            "chain::left-out",
            "The file of a chainlet is in a folder that is not packaged.",
        )
        .files(
            of(vec![("chain.py", &calling("lib")), ("lib/dep.py", DEP)]),
            "move it, or write a `.truss_ignore` beside the chain that does not name the folder.",
            of(vec![("chain.py", &calling("steps")), ("steps/dep.py", DEP)]),
        )
        .by(&GENERATE),
        code(
            "chain::not-importable",
            "The file of a chainlet has a path that Python cannot import.",
        )
        .files(
            of(vec![("2nd.py", MAIN)]),
            "rename it.",
            of(vec![("second.py", MAIN)]),
        )
        .by(&["codegen", "my-truss", "--out", "generated"]),
        code(
            "chain::requirements-file",
            "What a chainlet needs cannot be taken from the file that is named.",
        )
        .files(
            of(vec![
                (
                    "chain.py",
                    &with_image("requirements_file=chains.make_abs_path_here('uv.lock')"),
                ),
                ("pyproject.toml", "[project]\nname = \"mine\"\n"),
                ("uv.lock", "version = 1\n"),
            ]),
            "name `truss` in the project, and lock it.",
            of(vec![
                (
                    "chain.py",
                    &with_image("requirements_file=chains.make_abs_path_here('uv.lock')"),
                ),
                (
                    "pyproject.toml",
                    "[project]\nname = \"mine\"\ndependencies = [\"truss==0.18.36\"]\n",
                ),
                ("uv.lock", "version = 1\n"),
            ]),
        )
        .by(&GENERATE),
    ]
}

const MAIN: &str = "\
import truss_chains as chains


@chains.mark_entrypoint
class Main(chains.ChainletBase):
    async def run_remote(self, x: int) -> int:
        return x
";

const DEP: &str = "\
import truss_chains as chains


class Dep(chains.ChainletBase):
    async def run_remote(self, x: int) -> int:
        return x
";

/// A chain that calls one of another file.
fn calling(folder: &str) -> String {
    MAIN.replace(
        "import truss_chains as chains\n",
        &format!("import truss_chains as chains\nfrom {folder}.dep import Dep\n"),
    )
    .replace(
        "    async def",
        "    def __init__(self, dep=chains.depends(Dep)):\n        self._dep = dep\n\n    async def",
    )
}

/// A chain whose image says something.
fn with_image(argument: &str) -> String {
    MAIN.replace(
        "    async def",
        &format!(
            "    remote_config = chains.RemoteConfig(\n        \
             docker_image=chains.DockerImage({argument}),\n    )\n\n    async def"
        ),
    )
}

fn of(files: Vec<(&'static str, &str)>) -> Files {
    let item = |(name, text): (&'static str, &str)| (name, Item::Text(text.to_owned()));
    files.into_iter().map(item).collect()
}
