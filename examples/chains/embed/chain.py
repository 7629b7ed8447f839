"""One chainlet that embeds texts. What it runs on, and how far it scales, differs in production."""

import pydantic
import truss_chains as chains


class Embedding(pydantic.BaseModel):
    values: list[float]


@chains.mark_entrypoint("embed")
class Embed(chains.ChainletBase):
    remote_config = chains.RemoteConfig(
        docker_image=chains.DockerImage(
            pip_requirements=["sentence-transformers==5.1.0", "torch==2.8.0"],
        ),
        compute=chains.Compute(cpu_count=2, gpu="A10G", gpu_count=1, predict_concurrency=4),
        autoscaling_settings=chains.AutoscalingSettings(
            min_replicas=1,
            max_replicas=5,
            target_utilization_percentage=60,
            scaling_window_seconds=120,
            scale_down_delay_seconds=300,
        ),
        environment_overrides={
            # What is not written here is inherited: predict_concurrency stays 4.
            "production": chains.RemoteOverrides(
                compute=chains.Compute(cpu_count=8, gpu="H100", gpu_count=1),
                autoscaling_settings=chains.AutoscalingSettings(
                    min_replicas=20,
                    max_replicas=40,
                    target_utilization_percentage=70,
                    scaling_window_seconds=120,
                    scale_down_delay_seconds=600,
                ),
            )
        },
    )

    def __init__(self) -> None:
        # Only where it runs is the library there.
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer("BAAI/bge-small-en-v1.5", device="cuda")

    async def run_remote(self, texts: list[str]) -> list[Embedding]:
        vectors = self._model.encode(texts, normalize_embeddings=True)
        return [Embedding(values=vector) for vector in vectors.tolist()]
