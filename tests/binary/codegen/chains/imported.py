"""Plimsoll's arguments, by every way of importing them."""

import truss_chains
from truss_chains import AutoscalingSettings, RemoteConfig, RemoteOverrides

SETTINGS = AutoscalingSettings(min_replicas=1, max_replicas=2)


class Half(truss_chains.ChainletBase):
    remote_config = RemoteConfig(
        autoscaling_settings=SETTINGS,
        environment_overrides={"production": RemoteOverrides(autoscaling_settings=SETTINGS)},
    )

    async def run_remote(self, number: int, by: int = 2) -> float:
        return number / by


@truss_chains.mark_entrypoint
class Whole(truss_chains.ChainletBase):
    def __init__(self, half: Half = truss_chains.depends(Half)):
        self._half = half

    async def run_remote(self, numbers: list[int]) -> list[float]:
        return [await self._half.run_remote(number) for number in numbers]
