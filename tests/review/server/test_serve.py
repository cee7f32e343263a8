"""How the server of the review page listens."""

from __future__ import annotations

import asyncio
import socket

from pipeline.review.server.serve import listen


def test_what_is_answered_leaves_at_once() -> None:
    """An answer goes out in two pieces; were the second held back, each would take 40 ms more."""

    async def option() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            kept = writer.get_extra_info("socket")
            found.set_result(kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listen(None, None) as listening:
            async with await asyncio.start_server(meet, sock=listening):
                _, writer = await asyncio.open_connection(*listening.getsockname())
                answer = await found
                writer.close()
                await writer.wait_closed()
        return answer

    assert asyncio.run(option())
