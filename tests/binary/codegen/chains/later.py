"""Annotations that are only looked at later, and Plimsoll's arguments by every way of importing."""

from __future__ import annotations

import truss_chains
from truss_chains import AutoscalingSettings, RemoteOverrides
from truss_chains import RemoteConfig

SETTINGS = AutoscalingSettings(min_replicas=1, max_replicas=2)


class Half(truss_chains.ChainletBase):
    remote_config = RemoteConfig(
        autoscaling_settings=SETTINGS,
        environment_overrides={"production": RemoteOverrides(autoscaling_settings=SETTINGS)},
    )

    async def run_remote(self, number: int, by: int = 2) -> float:
        return number / by


@truss_chains.mark_entrypoint
class Later(truss_chains.ChainletBase):
    # The runtime itself wants no annotation here, where annotations are text.
    def __init__(self, half=truss_chains.depends(Half)):
        self._half = half

    async def run_remote(self, numbers: list[int]) -> list[float]:
        return [await self._half.run_remote(number) for number in numbers]
