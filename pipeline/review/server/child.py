"""Commands of ours that run beside the page, each in a process of its own: the page stays quick."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRESS = re.compile(r"(?P<what>\w+): (?P<done>[\d,]+) of (?P<total>[\d,]+)")
SENTENCE = re.compile(r"glossator: (?P<words>.*?)(?: \[E_\w+\])?")
LINE_EVERY_S = "1"
NICE = 10
PATIENCE_S = 3.0  # from the request to end to the end by force
MOST_OUTPUT = 64 * 1024 * 1024
DONE_CODES = (0, 4)  # 4: done, with things to confirm


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code (negative: a signal), what it printed, its last words."""

    code: int
    output: str
    last_words: str

    @property
    def is_done(self) -> bool:
        """Whether it did what it should."""
        return self.code in DONE_CODES


class Child:
    """One command, running; ``tell`` hears ``what, done, total`` as it goes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(
        cls, words: Sequence[str], folder: Path, extra: Mapping[str, str] | None = None
    ) -> Child:
        """Start ``glossator WORDS`` in ``folder``, where it gives way to whatever else is busy."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pipeline",
            *words,
            cwd=folder,
            env={**os.environ, "GLOSSATOR_LINE_S": LINE_EVERY_S, **(extra or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=MOST_OUTPUT,
            start_new_session=True,  # so that its own children end with it
        )
        if sys.platform != "win32":
            with contextlib.suppress(OSError):  # only politeness
                os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        return cls(process)

    async def wait(self, tell: Callable[[str, int, int], None]) -> Ended:
        """Return how it ended, telling its progress meanwhile."""
        heard, output = await asyncio.gather(self._hear(tell), self._read())
        return Ended(await self.process.wait(), output, bare(heard))

    async def _read(self) -> str:
        stream = self.process.stdout
        return (await stream.read()).decode("utf-8", "replace") if stream else ""

    async def _hear(self, tell: Callable[[str, int, int], None]) -> str:
        """Tell each line of progress; of the rest the last line is kept."""
        last = ""
        stream = self.process.stderr
        while stream and (line := await stream.readline()):
            text = line.decode("utf-8", "replace").strip()
            found = PROGRESS.match(text)
            if found:
                tell(found["what"], number(found["done"]), number(found["total"]))
            else:
                last = text or last
        return last

    async def end(self) -> None:
        """Ask it and its children to end; make them after a while."""
        if self.process.returncode is not None:
            return
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), PATIENCE_S)
        except TimeoutError:
            self.kill()

    def kill(self) -> None:
        """End it and its children at once."""
        if self.process.returncode is None:
            self.signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to it and its children."""
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, which)
            else:
                self.process.terminate()


def bare(line: str) -> str:
    """Return an error's sentence without the program's name before it and its code behind it."""
    found = SENTENCE.fullmatch(line)
    return found["words"] if found else line


def number(text: str) -> int:
    """Return a number as our lines print it."""
    return int(text.replace(",", ""))
