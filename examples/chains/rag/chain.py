"""Retrieval, then an answer. The retriever needs memory and little else; the generator needs a GPU, and
many more replicas in production than anywhere else."""

import pydantic
import truss_chains as chains
from documents import DOCUMENTS

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"


class Passage(pydantic.BaseModel):
    text: str
    score: float


class Answer(pydantic.BaseModel):
    answer: str
    passages: list[Passage]


class Retriever(chains.ChainletBase):
    """Finds what shares words with a question."""

    remote_config = chains.RemoteConfig(
        compute=chains.Compute(cpu_count=2, memory="4Gi", predict_concurrency=16),
        autoscaling_settings=chains.AutoscalingSettings(min_replicas=1, max_replicas=2),
        environment_overrides={
            "production": chains.RemoteOverrides(
                autoscaling_settings=chains.AutoscalingSettings(min_replicas=2, max_replicas=6),
            ),
        },
    )

    def __init__(self) -> None:
        self._words = [(set(text.lower().split()), text) for text in DOCUMENTS]

    async def run_remote(self, question: str, limit: int = 2) -> list[Passage]:
        asked = set(question.lower().rstrip("?").split())
        scored = [
            Passage(text=text, score=len(asked & words) / max(len(asked), 1))
            for words, text in self._words
        ]
        found = [passage for passage in scored if passage.score > 0]
        return sorted(found, key=lambda passage: passage.score, reverse=True)[:limit]


@chains.mark_entrypoint("rag")
class Generator(chains.ChainletBase):
    """Answers a question from what was found."""

    remote_config = chains.RemoteConfig(
        docker_image=chains.DockerImage(
            pip_requirements=["accelerate==1.10.0", "torch==2.8.0", "transformers==4.56.0"],
        ),
        compute=chains.Compute(cpu_count=4, memory="16Gi", gpu="L4", predict_concurrency=4),
        assets=chains.Assets(secret_keys=["hf_access_token"]),
        autoscaling_settings=chains.AutoscalingSettings(
            min_replicas=0,
            max_replicas=2,
            scale_down_delay_seconds=600,
        ),
        environment_overrides={
            "production": chains.RemoteOverrides(
                compute=chains.Compute(gpu="H100", predict_concurrency=32),
                autoscaling_settings=chains.AutoscalingSettings(
                    min_replicas=4,
                    max_replicas=24,
                    target_utilization_percentage=80,
                ),
            ),
            "staging": chains.RemoteOverrides(
                autoscaling_settings=chains.AutoscalingSettings(min_replicas=1),
            ),
        },
    )

    def __init__(
        self,
        retriever: Retriever = chains.depends(Retriever, retries=2, timeout_sec=10),
        context: chains.DeploymentContext = chains.depends_context(),
    ) -> None:
        # Only where it runs is the library there.
        import transformers

        self._retriever = retriever
        self._generate = transformers.pipeline(
            "text-generation", MODEL, token=context.secrets["hf_access_token"], device_map="auto"
        )

    async def run_remote(self, question: str) -> Answer:
        passages = await self._retriever.run_remote(question)
        known = "\n".join(passage.text for passage in passages)
        prompt = f"What is known:\n{known}\n\nQuestion: {question}\nAnswer:"
        said = self._generate(prompt, max_new_tokens=128, return_full_text=False)
        return Answer(answer=said[0]["generated_text"].strip(), passages=passages)
