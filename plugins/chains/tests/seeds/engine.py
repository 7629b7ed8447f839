import truss_chains as chains
from truss.base import trt_llm_config as engines


class Llm(chains.EngineBuilderLLMChainlet):
    remote_config = chains.RemoteConfig(
        compute=chains.Compute(gpu="H100", gpu_count=2),
        assets=chains.Assets(secret_keys=["hf"]),
    )
    engine_builder_config = engines.TRTLLMConfiguration(
        build=engines.TrussTRTLLMBuildConfiguration(
            base_model=engines.TrussTRTLLMModel.DECODER,
            max_seq_len=4096,
            tensor_parallel_count=2,
            checkpoint_repository=engines.CheckpointRepository(
                source=engines.CheckpointSource.HF, repo="a/b"
            ),
        )
    )


@chains.mark_entrypoint
class Main(chains.ChainletBase):
    def __init__(self, llm: Llm = chains.depends(Llm)):
        self._llm = llm

    async def run_remote(self, x: int) -> int:
        return x
