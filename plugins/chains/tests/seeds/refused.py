import os
import truss_chains as chains

R = ["a"]
R.append("b")
for G in ("T4", "L4"):
    pass
try:
    import torch
    M = "4Gi"
except ImportError:
    M = "2Gi"


def gpu(n):
    global R
    return n


@chains.mark_entrypoint
class Main(chains.ChainletBase):
    remote_config = chains.RemoteConfig(
        docker_image=chains.DockerImage(pip_requirements=R),
        compute=chains.Compute(gpu=G, memory=M, cpu_count=gpu(2), instance_type=os.environ["I"], cpus=1),
        build_commands=[x for x in R],
    )

    async def run_remote(self, x: int) -> int:
        return x


Main.remote_config = None
