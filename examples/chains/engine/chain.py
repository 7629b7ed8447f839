"""A model that the platform's engine builder serves, and a chainlet in front of it."""

from typing import AsyncIterator

import truss_chains as chains
from truss.base import trt_llm_config


class Llama(chains.EngineBuilderLLMChainlet):
    """Has no code: the platform builds an engine of this checkpoint, and serves it."""

    remote_config = chains.RemoteConfig(
        compute=chains.Compute(gpu="H100", gpu_count=1),
        assets=chains.Assets(secret_keys=["hf_access_token"]),
        autoscaling_settings=chains.AutoscalingSettings(min_replicas=1, max_replicas=4),
        environment_overrides={
            "production": chains.RemoteOverrides(
                autoscaling_settings=chains.AutoscalingSettings(min_replicas=2, max_replicas=16),
            ),
        },
    )
    engine_builder_config = trt_llm_config.TRTLLMConfiguration(
        build=trt_llm_config.TrussTRTLLMBuildConfiguration(
            base_model=trt_llm_config.TrussTRTLLMModel.DECODER,
            checkpoint_repository=trt_llm_config.CheckpointRepository(
                source=trt_llm_config.CheckpointSource.HF,
                repo="meta-llama/Llama-3.1-8B-Instruct",
            ),
            max_seq_len=8192,
            quantization_type=trt_llm_config.TrussTRTLLMQuantizationType.FP8_KV,
        )
    )


@chains.mark_entrypoint("ask")
class Ask(chains.ChainletBase):
    """Says how to answer, and streams what the engine says."""

    def __init__(self, llama: Llama = chains.depends(Llama)) -> None:
        self._llama = llama

    async def run_remote(self, question: str) -> AsyncIterator[str]:
        asked = chains.EngineBuilderLLMInput(
            messages=[
                {"role": "system", "content": "Answer in one sentence."},
                {"role": "user", "content": question},
            ]
        )
        async for text in self._llama.run_remote(asked):
            yield text
