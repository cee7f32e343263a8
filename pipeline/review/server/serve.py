"""Runs the review page for one coder until it is told to stop."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import NoReturn

import uvicorn

from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError
from pipeline.review.seating import Choice
from pipeline.review.server.app import Pages
from pipeline.review.server.door import (
    Door,
    Kept,
    Pass,
    kept_file,
    new_token,
    read_kept,
    write_kept,
)
from pipeline.review.server.opening import open_bench

LOOPBACK = "127.0.0.1"
GRACE_S = 1  # for answers under way when told to stop


def serve(
    corpus: Corpus,
    coder: str,
    choice: Choice | str,
    port: int | None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until interrupted, which ends it as `KeyboardInterrupt`.

    Parameters
    ----------
    corpus
        The corpus, cut into segments.
    coder
        Who decides.
    choice
        In which round they want to work; a mode stands for their latest round, or one of their own
        in that mode.
    port
        The port; None: the last one of this coder if it is free, else any.
    on_ready
        Told the page's address once it answers.

    Raises
    ------
    GlossatorError
        If the coder may not decide, there is nothing to review, or the port is taken.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="log") as thread:
        wanted = Choice(choice) if isinstance(choice, str) else choice
        bench = thread.submit(open_bench, corpus, coder, wanted).result()
        pages = Pages(bench, thread)
        gc.freeze()  # the corpus stays: looking through it for garbage took 80 ms at times
        try:
            open_door(pages, port, on_ready)
        finally:
            pages.retraining.kill()
            thread.submit(bench.log.close).result()


def open_door(pages: Pages, port: int | None, on_ready: Callable[[str], None]) -> None:
    """Listen, tell the address, and answer until interrupted."""
    place = kept_file(pages.bench.work.corpus, pages.bench.work.coder)
    kept = read_kept(place)
    with listen(port, kept) as listening:
        own = pass_of(listening, kept)
        if port is not None or kept is None:  # a second server leaves the first its place
            write_kept(place, Kept(own.port, own.secret))
        token = new_token()
        on_ready(f"http://{LOOPBACK}:{own.port}/?token={token}")
        run(Door(pages.app(), own, token), listening)


def listen(port: int | None, kept: Kept | None) -> socket.socket:
    """Return a socket that listens on this machine only.

    Raises
    ------
    InputError
        If the port that was asked for is taken.
    """
    wanted = [port] if port is not None else [*([kept.port] if kept else []), 0]
    for number in wanted:
        # asyncio switches Nagle's algorithm off only where it is told that this is TCP
        found = socket.socket(proto=socket.IPPROTO_TCP)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((LOOPBACK, number))
            found.listen(128)
        except OSError:
            found.close()
            continue
        return found
    raise InputError(
        f"{port}: this port cannot be used; another program may have it. "
        "Leave --port out, and a free one is taken.",
        code="E_PORT",
    )


def pass_of(listening: socket.socket, kept: Kept | None) -> Pass:
    """Return the pass for the port that was got; at the same port an open page may go on."""
    port = int(listening.getsockname()[1])
    return Pass(port, kept.secret if kept and kept.port == port else new_token())


def run(door: Door, listening: socket.socket) -> None:
    """Answer requests until a signal comes."""
    config = uvicorn.Config(
        door,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=30,
        ws="none",
    )
    signal.signal(signal.SIGTERM, interrupt)
    uvicorn.Server(config).run(sockets=[listening])


def interrupt(number: int, _: FrameType | None) -> NoReturn:
    """End as Ctrl-C does, so that the log is closed."""
    raise KeyboardInterrupt(number)
