"""A chainlet that is spoken to over a websocket."""

import truss_chains as chains


@chains.mark_entrypoint
class Echo(chains.ChainletBase):
    def is_healthy(self) -> bool:
        return True

    async def run_remote(self, websocket: chains.WebSocketProtocol) -> None:
        while (text := await websocket.receive_text()) != "bye":
            await websocket.send_text(text[::-1])
