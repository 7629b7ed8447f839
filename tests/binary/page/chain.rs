//! What is said of chains.

use super::case::{Code, Files, Item, code};

/// A chain of one chainlet, with this configuration.
fn one(config: &str) -> Files {
    after("", config)
}

/// The same, after these lines.
fn after(lines: &str, config: &str) -> Files {
    let lines = if lines.is_empty() {
        String::new()
    } else {
        format!("\n{lines}\n")
    };
    file(&format!(
        "import truss_chains as chains\n{lines}\n\n@chains.mark_entrypoint\n\
         class Main(chains.ChainletBase):\n    remote_config = chains.RemoteConfig({config})\n\n{RUN}"
    ))
}

const RUN: &str = "    async def run_remote(self, x: int) -> int:\n        return x\n";

fn file(text: &str) -> Files {
    vec![("chain.py", Item::Text(text.to_owned()))]
}

fn gpu(lines: &str, value: &str) -> Files {
    after(lines, &format!("compute=chains.Compute(gpu={value})"))
}

/// A chain whose `__init__` has this argument.
fn init(argument: &str) -> Files {
    file(&format!(
        "import truss_chains as chains\n\n\nclass Dep(chains.ChainletBase):\n{RUN}\n\n\
         @chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n    \
         def __init__(self, {argument}):\n        pass\n\n{RUN}"
    ))
}

/// A chain with a chainlet of another kind.
fn other(class: &str) -> Files {
    file(&format!(
        "import truss_chains as chains\nfrom truss.base import trt_llm_config as engines\n\n\n{class}\n\n\
         @chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n    \
         def __init__(self, other=chains.depends(Other)):\n        pass\n\n{RUN}"
    ))
}

fn with(mut files: Files, name: &'static str, text: &str) -> Files {
    files.push((name, Item::Text(text.to_owned())));
    files
}

const ENGINE: &str = "    engine_builder_config = engines.TRTLLMConfiguration(\n        \
    build=engines.TrussTRTLLMBuildConfiguration(\n            \
    base_model=engines.TrussTRTLLMModel.ENCODER,\n            \
    checkpoint_repository=engines.CheckpointRepository(source=\"HF\", repo=\"a/b\"),\n        )\n    )\n";

pub(super) fn codes() -> Vec<Code> {
    let mut codes = unknown();
    codes.extend(arguments());
    codes.extend(files());
    codes.extend(chainlets());
    codes
}

/// What is known only when the program runs.
fn unknown() -> Vec<Code> {
    vec![
        code("chain::call", "What a function or class of the chain's own returns is known only when it runs.").files(
            gpu("def pick():\n    return \"L4\"", "pick()"),
            "write out what it returns.",
            gpu("", "\"L4\""),
        ),
        code("chain::changed", "A list, dictionary or object that a configuration uses may have been changed in place.").files(
            gpu("GPUS = [\"T4\"]\nGPUS.append(\"L4\")", "GPUS[1]"),
            "make it in one expression.",
            gpu("GPUS = [\"T4\"] + [\"L4\"]", "GPUS[1]"),
        ),
        code("chain::conditional", "Which of several values holds is decided when the program runs.").files(
            gpu("import sys\n\nif sys.version_info >= (3, 12):\n    GPU = \"L4\"\nelse:\n    GPU = \"T4\"", "GPU"),
            "bind the name once; what differs by environment goes into `environment_overrides`.",
            gpu("GPU = \"L4\"", "GPU"),
        ),
        code("chain::environment-variable", "A value is looked up in the environment of the process.").files(
            gpu("import os", "os.environ[\"GPU\"]"),
            "write the value out.",
            gpu("", "\"L4\""),
        ),
        code("chain::import", "An import finds no such name, or leads out of the chain's package.").files(
            with(gpu("from config import GPU", "GPU"), "config.py", "CPU = 4\n"),
            "import a name that there is.",
            with(gpu("from config import GPU", "GPU"), "config.py", "GPU = \"L4\"\n"),
        ),
        code("chain::location", "A text depends on where the chain stands on this machine.").files(
            after("from pathlib import Path", "build_commands=[str(Path(__file__).parent)]"),
            "write a path that holds where it is used.",
            after("", "build_commands=[\"ls /app\"]"),
        ),
        code("chain::loop", "A value comes from a loop or a comprehension.").files(
            after("", "build_commands=[f\"echo {n}\" for n in (1, 2)]"),
            "write the items.",
            after("", "build_commands=[\"echo 1\", \"echo 2\"]"),
        ),
        code("chain::not-constant", "An expression is none of those that are evaluated without running the program.").files(
            gpu("", "{\"L4\"}.pop()"),
            "write the value out.",
            gpu("", "\"L4\""),
        )
        .beside(&[]),
        code("chain::outside", "A value comes from a package that is not beside the chain.").files(
            gpu("from company_defaults import GPU", "GPU"),
            "write the value, or put a file of constants beside the chain.",
            with(gpu("from company_defaults import GPU", "GPU"), "company_defaults.py", "GPU = \"L4\"\n"),
        ),
        code("chain::python", "Python itself would fail here.").files(
            gpu("", "[\"L4\"][3]"),
            "mend the program.",
            gpu("", "[\"L4\"][0]"),
        ),
        code("chain::raises", "A `raise` ends the program whenever it is loaded.").files(
            with(file(&format!(
                "import truss_chains as chains\nimport limits\n\n\n@chains.mark_entrypoint\n\
                 class Main(chains.ChainletBase):\n{RUN}"
            )), "limits.py", "raise ValueError(\"set the limits first\")\n"),
            "take the statement out.",
            with(file(&format!(
                "import truss_chains as chains\nimport limits\n\n\n@chains.mark_entrypoint\n\
                 class Main(chains.ChainletBase):\n{RUN}"
            )), "limits.py", "LIMIT = 1\n"),
        ),
        code("chain::reassigned", "What a configuration uses is set again after it was used.").files(
            with_end(gpu("GPU = \"L4\"", "GPU"), "\n\nGPU = \"H100\"\n"),
            "give the second value a name of its own.",
            with_end(gpu("GPU = \"L4\"", "GPU"), "\n\nBIG_GPU = \"H100\"\n"),
        ),
        code("chain::too-deep", "The source is nested too deeply to be read.")
            .no_example("error", "It takes two hundred levels of brackets, blocks or operators in one another."),
        code("chain::too-large", "A value is too large or too deep for a configuration.").files(
            after("", "build_commands=[\"a\" * 10 ** 9]"),
            "make it smaller.",
            after("", "build_commands=[\"a\" * 10]"),
        ),
        code("chain::unknown-name", "A name is not bound where it is used, or has no such member.").files(
            gpu("", "GPU"),
            "bind it before it is used.",
            gpu("GPU = \"L4\"", "GPU"),
        ),
    ]
}

fn with_end(mut files: Files, end: &str) -> Files {
    if let Some((_, Item::Text(text))) = files.first_mut() {
        text.push_str(end);
    }
    files
}

/// What is wrong with arguments.
fn arguments() -> Vec<Code> {
    vec![
        code("chain::conflict", "Two arguments contradict one another.").files(
            with(one("docker_image=chains.DockerImage(\n        requirements_file=chains.make_abs_path_here(\"pyproject.toml\"),\n        pip_requirements=[\"numpy\"],\n    )"), "pyproject.toml", "[project]\nname = \"a\"\n"),
            "give one of them.",
            with(one("docker_image=chains.DockerImage(\n        requirements_file=chains.make_abs_path_here(\"pyproject.toml\"),\n    )"), "pyproject.toml", "[project]\nname = \"a\"\n"),
        ),
        code("chain::count-without-gpu", "A count of accelerators meets no accelerator, and counts for nothing.").files(
            one("compute=chains.Compute(gpu_count=2)"),
            "name the accelerator.",
            one("compute=chains.Compute(gpu=\"L4\", gpu_count=2)"),
        ),
        code("chain::deprecated", "An argument has a newer name.").files(
            with(one("docker_image=chains.DockerImage(\n        pip_requirements_file=chains.make_abs_path_here(\"requirements.txt\"),\n    )"), "requirements.txt", "numpy\n"),
            "write the newer name.",
            with(one("docker_image=chains.DockerImage(\n        requirements_file=chains.make_abs_path_here(\"requirements.txt\"),\n    )"), "requirements.txt", "numpy\n"),
        ),
        code("chain::duplicate-argument", "An argument is given twice.").files(
            one("compute=chains.Compute(2, cpu_count=4)"),
            "give it once.",
            one("compute=chains.Compute(cpu_count=4)"),
        ),
        code("chain::invalid-value", "A value has the right type, and is none that is taken.").files(
            one("compute=chains.Compute(memory=\"2GB\")"),
            "write one that is.",
            one("compute=chains.Compute(memory=\"2Gi\")"),
        ),
        code("chain::letters", "A string stands where a list of strings is meant; it is read letter by letter.").files(
            one("assets=chains.Assets(secret_keys=\"hf\")"),
            "write a list.",
            one("assets=chains.Assets(secret_keys=[\"hf\"])"),
        ),
        code("chain::missing-argument", "An argument that is needed is not given.").files(
            one("docker_image=chains.DockerImage(base_image=chains.CustomImage())"),
            "give it.",
            one("docker_image=chains.DockerImage(base_image=chains.CustomImage(image=\"python:3.11\"))"),
        ),
        code("chain::out-of-range", "A number is outside of its bounds.").files(
            gpu("", "\"L4\", gpu_count=-1"),
            "write one within them.",
            gpu("", "\"L4\", gpu_count=1"),
        ),
        code("chain::transport", "`options.transport` does not go with what `run_remote` takes.").files(
            after("from truss.base import truss_config", "\n        options=chains.ChainletOptions(transport=truss_config.WebsocketOptions())\n    "),
            "leave it out, or take a websocket.",
            one(""),
        ),
        code("chain::unknown-argument", "A class has no such argument.").files(
            one("compute=chains.Compute(cpus=2)"),
            "write one that it has.",
            one("compute=chains.Compute(cpu_count=2)"),
        ),
        code("chain::unknown-value", "A value is none of those that there are.").files(
            gpu("", "\"A10G:2\""),
            "write one of them.",
            gpu("", "\"A10G\", gpu_count=2"),
        ),
        code("chain::wrong-type", "A value is of another type than is needed.").files(
            one("compute=chains.Compute(cpu_count=\"four\")"),
            "write one of that type.",
            one("compute=chains.Compute(cpu_count=4)"),
        ),
    ]
}

/// What is wrong with files.
fn files() -> Vec<Code> {
    let marked = format!(
        "import truss_chains as chains\n\n\n@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n{RUN}"
    );
    vec![
        code("chain::archive-path", "A file of the chain has a path that an archive cannot hold.")
            .no_example("error", "It takes a file name that is no path of an archive."),
        code("chain::no-file", "There is no file or folder where one is named.").files(
            one("docker_image=chains.DockerImage(\n        requirements_file=chains.make_abs_path_here(\"requirements.txt\"),\n    )"),
            "make the file, or name another.",
            with(one("docker_image=chains.DockerImage(\n        requirements_file=chains.make_abs_path_here(\"requirements.txt\"),\n    )"), "requirements.txt", "numpy\n"),
        ),
        code("chain::not-utf8", "A source file is not UTF-8.").files(
            vec![("chain.py", Item::Bytes(b"import truss_chains as chains\n\n\n@chains.mark_entrypoint\nclass Main(chains.ChainletBase):  # caf\xe9\n    async def run_remote(self, x: int) -> int:\n        return x\n"))],
            "save it as UTF-8.",
            file(&marked),
        ),
        code("chain::several-files", "Several files of a folder mark an entrypoint.").files(
            with(file(&marked), "old.py", &marked),
            "name one of them, or move the other.",
            file(&marked),
        ),
        code("chain::syntax", "The source is no Python.").files(
            file(&marked.replace("class Main(chains.ChainletBase):", "class Main(chains.ChainletBase:")),
            "mend it where the message says.",
            file(&marked),
        ),
        code("chain::unreadable", "A file of the chain cannot be read.")
            .no_example("error", "The message has the reason that the system gives."),
    ]
}

/// What is wrong with chainlets.
fn chainlets() -> Vec<Code> {
    let run = |run: &str| {
        file(&format!(
            "import truss_chains as chains\n\n\n@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n{run}"
        ))
    };
    vec![
        code("chain::dependency", "An argument of `__init__` is no dependency that can be passed.").files(
            init("dep: Dep"),
            "make `chains.depends(…)` its default.",
            init("dep: Dep = chains.depends(Dep)"),
        ),
        code("chain::engine-argument", "An engine is given an argument that only chainlets with code take.").files(
            other(&format!("class Other(chains.EngineBuilderLLMChainlet):\n    remote_config = chains.RemoteConfig(\n        docker_image=chains.DockerImage(apt_requirements=[\"git\"]),\n    )\n{ENGINE}")),
            "leave it out.",
            other(&format!("class Other(chains.EngineBuilderLLMChainlet):\n{ENGINE}")),
        ),
        code("chain::entrypoint", "It is not said which chainlet is the entrypoint, or it cannot be one.").files(
            file(&format!("import truss_chains as chains\n\n\n@chains.mark_entrypoint\nclass One(chains.ChainletBase):\n{RUN}\n\n@chains.mark_entrypoint\nclass Other(chains.ChainletBase):\n{RUN}")),
            "mark one.",
            file(&format!("import truss_chains as chains\n\n\n@chains.mark_entrypoint\nclass One(chains.ChainletBase):\n{RUN}\n\nclass Other(chains.ChainletBase):\n{RUN}")),
        ),
        code("chain::name", "A chainlet's name has characters that the platform does not take, or is there twice.").files(
            one("name=\"my chainlet\""),
            "name it in letters, digits, `_` and `-`.",
            one("name=\"my-chainlet\""),
        ),
        code("chain::no-chainlet", "The file defines no chainlet, or the one that is asked for is gone.").files(
            file("import truss_chains as chains\n\n\nclass Main:\n    pass\n"),
            "derive a class from `chains.ChainletBase`.",
            run(RUN),
        )
        .by(&["validate", "my-truss/chain.py"]),
        code("chain::no-engine", "An engine has no configuration.").files(
            other("class Other(chains.EngineBuilderLLMChainlet):\n    pass\n"),
            "write its `engine_builder_config`.",
            other(&format!("class Other(chains.EngineBuilderLLMChainlet):\n{ENGINE}")),
        ),
        code("chain::no-run-remote", "A chainlet has no `run_remote`.").files(
            run("    pass\n"),
            "write one.",
            run(RUN),
        ),
        code("chain::signature", "A method of a chainlet is not written as Chains needs it.").files(
            run("    async def run_remote(self, x):\n        return x\n"),
            "write the types.",
            run(RUN),
        ),
        code("chain::truss-dir", "A Truss chainlet names no folder that there is.").files(
            other("class Other(chains.TrussChainlet):\n    truss_dir = \"model\"\n"),
            "name the folder of the Truss.",
            with(other("class Other(chains.TrussChainlet):\n    truss_dir = \"model\"\n"), "model/config.yaml", "model_name: other\n"),
        ),
    ]
}
