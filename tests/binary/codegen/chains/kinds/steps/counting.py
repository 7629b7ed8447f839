from typing import Optional

import pydantic
import truss_chains as chains


class Counted(pydantic.BaseModel):
    words: int
    longest: Optional[str]


class Count(chains.ChainletBase):
    async def run_remote(self, words: list[str], least: int = 1) -> Counted:
        long = [word for word in words if len(word) >= least]
        return Counted(words=len(long), longest=max(long, key=len, default=None))
