"""Group commit: requests that wait while the log is busy are written in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

MOST = 64  # requests in one transaction

Write = Callable[[Sequence[Sequence[Any]]], Awaitable[list[dict[str, Any]]]]
Group = Sequence[tuple[Sequence[Any], asyncio.Future[dict[str, Any]]]]


class Gathering:
    """Hands requests to ``write`` in groups; one group at a time."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[tuple[Sequence[Any], asyncio.Future[dict[str, Any]]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, tables: Sequence[Any]) -> dict[str, Any]:
        """Return the answer to one request, once it is on disk."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((tables, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._answer(group)

    async def _answer(self, group: Group) -> None:
        try:
            answers = await self._write([tables for tables, _ in group])
        except Exception as error:  # noqa: BLE001  # each request is told, and raises it again
            tell(group, error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def tell(group: Group, error: Exception) -> None:
    """Let every request of a group know what went wrong."""
    for _, future in group:
        if not future.done():
            future.set_exception(error)
