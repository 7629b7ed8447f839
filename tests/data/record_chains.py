"""Records what the real code generation makes of the chain files in `PROBES`.

    PYTHONPATH= python record_chains.py > chains_probes.jsonl

needs truss 0.18.36 and ruff on the path. Of each configuration the keys are kept that differ from
those of an empty one; the suffix of model names is masked.
"""

import json
import logging
import pathlib
import sys
import tempfile
import types

import yaml

logging.disable(logging.CRITICAL)

HEAD = "import truss_chains as chains\n"
RUN = "    async def run_remote(self, x: int) -> int:\n        return x\n"


def main(config, before="", body=""):
    return HEAD + before + "\n@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n" + (
        f"    remote_config = {config}\n" if config else "") + body + RUN


def compute(expression, before=""):
    return main(f"chains.RemoteConfig(compute=chains.Compute({expression}))", before)


def image(expression, before=""):
    return main(f"chains.RemoteConfig(docker_image=chains.DockerImage({expression}))", before)


def options(expression, before=""):
    return main(f"chains.RemoteConfig(options=chains.ChainletOptions({expression}))", before)


def assets(expression, before="from truss.base import truss_config as t\n"):
    return main(f"chains.RemoteConfig(assets=chains.Assets({expression}))", before)


DEP = "class Dep(chains.ChainletBase):\n" + RUN


def depends(default, before=DEP):
    return HEAD + before + "\n@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n" \
        f"    def __init__(self, {default}):\n        pass\n" + RUN


PROBES = {
    # Values.
    "arithmetic": compute("cpu_count=2 * 3 + 1 - 5 // 2, memory=str(2 ** 4) + 'Gi'"),
    "floor": compute("cpu_count=-7 // 2 + 10, gpu='L4', gpu_count=-7 % 3"),
    "true_division": compute("cpu_count=4 / 2"),
    "not_whole": compute("cpu_count=5 / 2"),
    "percent": compute("memory='%dGi' % 4"),
    "format": compute("memory='{}Gi'.format(8)"),
    "f_spec": compute("memory=f'{7:02d}Gi'"),
    "f_float": compute("memory=f'{1.5}Gi'"),
    "slice": compute("memory='xx8Gi'[2:]"),
    "negative_index": compute("gpu=['T4', 'L4'][-1]"),
    "dict_item": compute("gpu=G['big']", "G = {'big': 'H100', 'small': 'T4'}\n"),
    "dict_twice": compute("gpu={'a': 'T4', 'a': 'L4'}['a']"),
    "dict_get": compute("gpu={'a': 'T4'}.get('b', 'L4')"),
    "unpack": compute("gpu=G, gpu_count=N", "G, N = 'L4', 2\n"),
    "chained": compute("cpu_count=A", "A = B = 3\n"),
    "annotated": compute("cpu_count=A", "A: int = 3\n"),
    "ternary": compute("cpu_count=A", "P = 'x' in 'xyz'\nA = 3 if P and not False else 4\n"),
    "or_default": compute("gpu=None or 'L4'"),
    "comparison": compute("cpu_count=1 if 1 < 2 <= 2 else 9"),
    "if_constant": compute("gpu=G", "PROD = True\nif PROD:\n    G = 'H100'\nelse:\n    G = 'T4'\n"),
    "straight_line": compute("gpu=G", "G = 'T4'\nG = 'L4'\n"),
    "augmented_number": compute("cpu_count=N", "N = 1\nN += 2\n"),
    "class_constant": main("chains.RemoteConfig(compute=chains.Compute(gpu=GPU))").replace(
        "    remote_config", "    GPU = 'L4'\n    remote_config"),
    "settings_class": compute("gpu=S.GPU", "class S:\n    GPU = 'L4'\n"),
    "str_enum": compute("gpu=G.BIG", "import enum\nclass G(str, enum.Enum):\n    BIG = 'H100'\n"),
    "str_enum_new": compute("gpu=G.BIG", "from enum import StrEnum\nclass G(StrEnum):\n    BIG = 'H100'\n"),
    "plain_enum": compute("gpu=G.BIG", "import enum\nclass G(enum.Enum):\n    BIG = 'H100'\n"),
    "enum_value": compute("gpu=G.BIG.value", "import enum\nclass G(enum.Enum):\n    BIG = 'H100'\n"),
    "accelerator_call": compute("gpu=t.Accelerator('L4')", "from truss.base import truss_config as t\n"),
    "accelerator_value": compute("gpu=t.Accelerator.A10G.value", "from truss.base import truss_config as t\n"),
    "accelerator_unknown": compute("gpu=t.Accelerator.H1000", "from truss.base import truss_config as t\n"),
    "walrus": compute("cpu_count=(n := 3), gpu='L4', gpu_count=n"),
    "splat_twice": compute("cpu_count=1, **{'cpu_count': 2}"),
    "star": compute("*ARGS", "ARGS = (4, '8Gi')\n"),
    "bigger": compute("cpu_count=10 ** 3"),
    "true_concurrency": compute("predict_concurrency=True"),
    "gpu_zero": compute("gpu=0, gpu_count=3"),
    "count_text": compute("gpu='L4', gpu_count='2'"),
    "cpu_text": compute("cpu_count='4', predict_concurrency='cpu_count'"),
    "memory_number": compute("memory=4"),
    "seven": compute("1, '2Gi', None, 1, 1, None, 7"),
    "twice": compute("1, cpu_count=2"),
    "instance": compute("cpu_count=4, instance_type='L4:4x16'"),
    "unknown_name": compute("cpu_count=N"),
    # Imports.
    "from_import": "from truss_chains import ChainletBase as B, RemoteConfig, Compute as C, mark_entrypoint\n"
    "@mark_entrypoint\nclass Main(B):\n    remote_config = RemoteConfig(compute=C(3))\n" + RUN,
    "local_import": HEAD + "@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n"
    "    from truss.base import truss_config\n"
    "    remote_config = chains.RemoteConfig(compute=chains.Compute(gpu=truss_config.Accelerator.L4))\n" + RUN,
    "public_types": "from truss_chains import public_types\n" + compute("3").replace(
        "chains.Compute", "public_types.Compute"),
    # Images.
    "custom_image": image("base_image=chains.CustomImage(image='python:3.11-slim', python_executable_path='/usr/bin/python')"),
    "custom_image_relative": image("base_image=chains.CustomImage(image='a', python_executable_path='python')"),
    "image_text": image("base_image='python:3.11'"),
    "image_py39": image("base_image=chains.BasetenImage.PY39"),
    "image_none": image("base_image=None"),
    "image_tuple": image("apt_requirements=('git',)"),
    "image_dict": main("chains.RemoteConfig(docker_image={'apt_requirements': ['git']})"),
    "image_unknown": image("pip='x'"),
    "image_version": image("truss_server_version_override='0.9.80'"),
    "image_data_text": image("data_dir='data'"),
    "image_missing_file": image("requirements_file=chains.make_abs_path_here('nowhere.txt')"),
    # Options.
    "options_all": options("enable_b10_tracing=True, enable_debug_logs=True, env_variables={'A': 'b'}, "
                           "metadata={'a': [1, None, 2.5]}, streaming_read_timeout=24 * 60 * 60"),
    "options_lax": options("enable_debug_logs='yes'"),
    "options_int": options("streaming_read_timeout='5'"),
    "options_bool": options("streaming_read_timeout=True"),
    "options_variables": options("env_variables={'A': 1}"),
    "options_health": options("health_checks=t.HealthChecks(restart_threshold_seconds=60)",
                              "from truss.base import truss_config as t\n"),
    "options_transport": options("transport=t.WebsocketOptions()", "from truss.base import truss_config as t\n"),
    "options_http": options("transport=t.HTTPOptions()", "from truss.base import truss_config as t\n"),
    # Assets.
    "assets_text": assets("secret_keys='hf'"),
    "assets_tuple": assets("secret_keys=('a', 'b')"),
    "assets_number": assets("secret_keys=[1]"),
    "assets_none": assets("cached=None"),
    "assets_cached": assets("[t.ModelRepo(repo_id='a/b', revision='main', use_volume=True, volume_folder='w')], ['hf']"),
    "assets_cached_bare": assets("cached=[t.ModelRepo(repo_id='a/b')]"),
    "assets_weights": assets("weights=[t.WeightsSource(source='hf://a/b', mount_location='/m', "
                             "auth_secret_name='hf', allow_patterns=['*.json'])]"),
    "assets_weights_relative": assets("weights=[t.WeightsSource(source='hf://a/b', mount_location='m')]"),
    "assets_both": assets("cached=[t.ModelRepo(repo_id='a/b', revision='main', use_volume=True, volume_folder='w')], "
                          "weights=[t.WeightsSource(source='hf://a/b', mount_location='/m')]"),
    # Names.
    "named": main("chains.RemoteConfig(name='shown-name')"),
    "name_empty": main("chains.RemoteConfig(name='')"),
    "name_bad": main("chains.RemoteConfig(name='a b')"),
    "name_number": main("chains.RemoteConfig(name=1)"),
    "chain_named": main("").replace("@chains.mark_entrypoint", "@chains.mark_entrypoint('My Chain')"),
    "build_tuple": main("chains.RemoteConfig(build_commands=('a',))"),
    "config_none": main("None"),
    "config_dict": main("{'name': 'x'}"),
    "config_positional": main("chains.RemoteConfig('x')"),
    # Entrypoints.
    "only_one": HEAD + "class Main(chains.ChainletBase):\n" + RUN,
    "none_marked": HEAD + DEP + "class Main(chains.ChainletBase):\n" + RUN,
    "two_marked": HEAD + ("@chains.mark_entrypoint\n" + DEP) + "@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n" + RUN,
    "no_chainlet": HEAD + "class Main:\n" + RUN,
    # Dependencies.
    "depends": depends("dep: Dep = chains.depends(Dep)"),
    "depends_untyped": depends("dep=chains.depends(Dep, 5, 6)"),
    "depends_options": depends("dep=chains.depends(Dep, retries=2, use_binary=True)"),
    "depends_lax": depends("dep=chains.depends(Dep, retries='2')"),
    "depends_float": depends("dep=chains.depends(Dep, retries=2.0)"),
    "depends_unknown": depends("dep=chains.depends(Dep, retry=2)"),
    "depends_twice": depends("a=chains.depends(Dep), b=chains.depends(Dep)"),
    "depends_no_default": depends("dep: Dep"),
    "depends_value": depends("dep=3"),
    "depends_int": depends("dep=chains.depends(int)"),
    "context_only": depends("context=chains.depends_context()"),
    "context_first": depends("context=chains.depends_context(), dep=chains.depends(Dep)"),
    "context_name": depends("ctx=chains.depends_context()"),
    "diamond": depends("b=chains.depends(B), a=chains.depends(A)", DEP
                       + "class A(chains.ChainletBase):\n    def __init__(self, d=chains.depends(Dep)): pass\n" + RUN
                       + "class B(chains.ChainletBase):\n    def __init__(self, d=chains.depends(Dep)): pass\n" + RUN),
    "inherited_init": HEAD + DEP + "class Base(chains.ChainletBase):\n    def __init__(self, d=chains.depends(Dep)): pass\n"
    + RUN + "@chains.mark_entrypoint\nclass Main(Base):\n    pass\n",
    # Methods.
    "no_run_remote": HEAD + "class Main(chains.ChainletBase):\n    pass\n",
    "untyped_argument": HEAD + "class Main(chains.ChainletBase):\n    async def run_remote(self, x) -> int:\n        return 1\n",
    "untyped_return": HEAD + "class Main(chains.ChainletBase):\n    async def run_remote(self, x: int):\n        return 1\n",
    "future_annotations": "from __future__ import annotations\n" + main(""),
    "text_annotation": HEAD + "class Main(chains.ChainletBase):\n    async def run_remote(self, x: 'int') -> int:\n        return 1\n",
    "generator": HEAD + "from collections.abc import AsyncIterator\nclass Main(chains.ChainletBase):\n"
    "    async def run_remote(self) -> AsyncIterator[str]:\n        yield 'a'\n",
    "sync_generator": HEAD + "from collections.abc import Iterator\nclass Main(chains.ChainletBase):\n"
    "    def run_remote(self) -> Iterator[str]:\n        yield 'a'\n",
    "websocket": HEAD + "class Main(chains.ChainletBase):\n    async def run_remote(self, ws: chains.WebSocketProtocol) -> None:\n        pass\n",
    "websocket_two": HEAD + "class Main(chains.ChainletBase):\n    async def run_remote(self, ws: chains.WebSocketProtocol, x: int) -> None:\n        pass\n",
    "healthy": main("", body="    def is_healthy(self) -> bool:\n        return True\n"),
    "healthy_untyped": main("", body="    def is_healthy(self):\n        return True\n"),
    # Engines.
    "engine": HEAD + "from truss.base import trt_llm_config as e\n"
    "class Llm(chains.EngineBuilderLLMChainlet):\n"
    "    remote_config = chains.RemoteConfig(compute=chains.Compute(gpu='H100', gpu_count=2), assets=chains.Assets(secret_keys=['hf']))\n"
    "    engine_builder_config = e.TRTLLMConfiguration(build=e.TrussTRTLLMBuildConfiguration(\n"
    "        base_model=e.TrussTRTLLMModel.DECODER, max_seq_len=4096, tensor_parallel_count=2,\n"
    "        quantization_type=e.TrussTRTLLMQuantizationType.FP8,\n"
    "        checkpoint_repository=e.CheckpointRepository(source=e.CheckpointSource.HF, repo='a/b')))\n"
    "@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n"
    "    def __init__(self, llm: Llm = chains.depends(Llm)):\n        pass\n" + RUN,
    "engine_without": HEAD + "class Llm(chains.EngineBuilderLLMChainlet):\n    pass\n"
    "@chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n"
    "    def __init__(self, llm: Llm = chains.depends(Llm)):\n        pass\n" + RUN,
}


def record(name, source, default):
    from truss_chains import framework
    from truss_chains.deployment import deployment_client

    folder = pathlib.Path(tempfile.mkdtemp())
    path = folder / f"probe_{name}.py"
    path.write_text(source)
    try:
        with framework.ChainletImporter.import_target(path, None) as entrypoint:
            chain = entrypoint.meta_data.chain_name or entrypoint.display_name
            options = types.SimpleNamespace(chain_name=chain)
            first, others, *_ = deployment_client._generate_chainlet_artifacts(options, entrypoint)
            chainlets = []
            for artifact in [first, *others]:
                config = yaml.safe_load((pathlib.Path(artifact.truss_dir) / "config.yaml").read_text())
                config["model_name"] = config["model_name"].rsplit("-", 1)[0]
                differs = {k: v for k, v in config.items() if k not in default or v != default[k]}
                chainlets.append(differs)
        return {"name": name, "source": source, "chain": chain, "chainlets": chainlets}
    except BaseException as error:  # noqa: BLE001
        lines = str(error).splitlines()
        framework._global_error_collector.clear()
        return {"name": name, "source": source, "error": f"{type(error).__name__}: {' '.join(lines)[:160]}".replace(str(folder), "")}


if __name__ == "__main__":
    import warnings

    from truss.base import truss_config

    warnings.simplefilter("ignore")
    plain = truss_config.TrussConfig().to_dict(verbose=True)
    for probe, text in PROBES.items():
        sys.stdout.write(json.dumps(record(probe, text, plain), sort_keys=True) + "\n")
