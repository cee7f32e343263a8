"""How the server of the review page listens, and what it says where it may not write."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from pipeline.core.corpus import Corpus
from pipeline.core.errors import StorageError
from pipeline.review.log.schema import connect
from pipeline.review.log.store import Log
from pipeline.review.server.serve import listen
from tests.review.server.site import Site, asked, rows_of, said


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


def test_a_log_that_is_read_only_takes_nothing_and_says_so(site: Site, pilot: Corpus) -> None:
    """503 with a sentence, for decisions and for what counts as shown; reading goes on."""
    place = site.places(audit=False)[0]
    writable = site.bench.log
    site.bench.log = site.thread.submit(
        lambda: Log(pilot.log, connect(pilot.log, mode="ro"))
    ).result()
    decided = site.post("/api/decisions", {"decisions": [said(place, "done")]})
    opened = site.post("/api/open", {"places": [asked(place)]})
    page = site.client.get("/review?t=int-1")
    with contextlib.suppress(StorageError):  # it cannot tidy up after itself either
        site.thread.submit(site.bench.log.close).result()
    site.bench.log = writable

    assert [503, 503, 200] == [decided.status_code, opened.status_code, page.status_code]
    assert "E_STORAGE" == decided.json()["code"] == opened.json()["code"]
    assert "nothing was written" in decided.json()["message"]
    assert not {"answers", "states"} & decided.json().keys()
    assert [] == rows_of(pilot)
