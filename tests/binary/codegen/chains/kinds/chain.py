"""Every kind of call from one chainlet to another."""

from typing import AsyncIterator

import pydantic
import truss_chains as chains
from steps import naming
from steps.counting import Count, Counted


class Text(pydantic.BaseModel):
    words: list[str]
    note: str = "none"


class Shout(chains.ChainletBase):
    """Called in binary, and not `async`."""

    remote_config = chains.RemoteConfig(name="shout-it")

    def run_remote(self, text: str, times: int = 1, mark: str = "!") -> str:
        return text.upper() + mark * times


class Letters(chains.ChainletBase):
    """Streams text, whose characters are longer than a byte."""

    async def run_remote(self, text: str, between: str = "·") -> AsyncIterator[str]:
        for letter in text:
            yield letter + between


class Raw(chains.ChainletBase):
    """Streams bytes."""

    async def run_remote(self, count: int) -> AsyncIterator[bytes]:
        for number in range(count):
            yield bytes([number, 255])


class Fails(chains.ChainletBase):
    async def run_remote(self, reason: str) -> None:
        raise ValueError(reason)


@chains.mark_entrypoint("every-kind")
class Main(chains.ChainletBase):
    def __init__(
        self,
        count: Count = chains.depends(Count, retries=2, timeout_sec=30),
        shout: Shout = chains.depends(Shout, use_binary=True),
        letters=chains.depends(Letters),
        raw=chains.depends(Raw, concurrency_limit=3),
        fails=chains.depends(Fails),
        context: chains.DeploymentContext = chains.depends_context(),
    ):
        self._count = count
        self._shout = shout
        self._letters = letters
        self._raw = raw
        self._fails = fails
        self._context = context

    async def is_healthy(self) -> bool:
        return self._context.data_dir is not None

    async def run_remote(
        self, texts: list[Text], least: int = 2, reason: str = ""
    ) -> tuple[list[Counted], dict[str, str], str]:
        if reason:
            await self._fails.run_remote(reason)
        counted = [
            await self._count.run_remote(text.words, least=least) for text in texts
        ]
        told = {text.note: self._shout.run_remote(text.note, times=2) for text in texts}
        letters = [letter async for letter in self._letters.run_remote("äö€")]
        raw = b"".join([chunk async for chunk in self._raw.run_remote(count=2)])
        return counted, told, naming.name("".join(letters), raw.hex())
