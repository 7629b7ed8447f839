import pathlib
import truss_chains as chains
from truss.base import truss_config

GPU = "H100"
VERSION = "2.3.0"
HERE = pathlib.Path(__file__).parent


class Embed(chains.ChainletBase):
    remote_config = chains.RemoteConfig(
        name="embed",
        docker_image=chains.DockerImage(
            base_image=chains.BasetenImage.PY310,
            pip_requirements=[f"torch=={VERSION}", *["numpy"]],
            apt_requirements=["git"] + ["ffmpeg"],
        ),
        compute=chains.Compute(4, "16Gi", gpu=truss_config.Accelerator.L4, predict_concurrency="cpu_count"),
        assets=chains.Assets(
            secret_keys=["hf"],
            weights=[chains.WeightsSource(source="hf://a/b", mount_location="/m")],
        ),
        options=chains.ChainletOptions(env_variables={"A": "b"}, streaming_read_timeout=24 * 60),
        autoscaling_settings=chains.AutoscalingSettings(min_replicas=1, max_replicas=5),
        environment_overrides={
            "production": chains.RemoteOverrides(
                compute=chains.Compute(cpu_count=8, gpu=GPU),
                autoscaling_settings=chains.AutoscalingSettings(max_replicas=40),
            ),
            "staging": chains.RemoteOverrides(),
        },
    )

    def __init__(self, context: chains.DeploymentContext = chains.depends_context()):
        self._context = context

    async def run_remote(self, texts: list[str]) -> list[float]:
        return [0.0]


@chains.mark_entrypoint("Whole")
class Main(chains.ChainletBase):
    def __init__(self, embed: Embed = chains.depends(Embed, retries=3)):
        self._embed = embed

    async def run_remote(self, text: str) -> str:
        return text

    def is_healthy(self) -> bool:
        return True
