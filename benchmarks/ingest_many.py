"""How long ingest takes over a large corpus of plain interviews, beside reading and decoding them.

    python benchmarks/ingest_many.py [--files N] [--words N] [--jobs N] [--seed N] [--json FILE]

The interviews are drawn from an invented vocabulary, written to a temporary folder as ``I:`` and
``P:`` turns, and deleted again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from pipeline.core.settings import Settings
from pipeline.engine import Engine
from pipeline.ingest.stage import run

SYLLABLES = ("ba", "ko", "li", "mer", "nu", "sta", "ti", "vo", "wen", "ra", "shi", "dol", "é", "ju")
N_WORDS = 4_000
WORDS_A_TURN = (3, 60, 140)  # the shortest, the commonest and the longest
NOTE_EVERY = 9  # turns
PROC = Path("/proc")


def vocabulary(random: Random) -> list[str]:
    """Return invented words."""
    return ["".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(N_WORDS)]


def interview(random: Random, words: Sequence[str], n_words: int) -> str:
    """Return an interview of about ``n_words`` words."""
    lines, left, number = [], n_words, 0
    low, mode, high = WORDS_A_TURN
    while left > 0:
        size = max(low, int(random.triangular(low, high, mode) * (0.4 if number % 2 == 0 else 1.0)))
        said = random.choices(words, k=size)
        said[0] = said[0].capitalize()
        if number % NOTE_EVERY == 1:
            said.insert(size // 2, "[laughs]")
        lines.append(f"{'P' if number % 2 else 'I'}: {' '.join(said)}{'.' if number % 2 else '?'}")
        left, number = left - size, number + 1
    return "\n\n".join(lines) + "\n"


def generate(folder: Path, n_files: int, n_words: int, seed: int) -> int:
    """Write the interviews into ``folder`` and return their bytes."""
    random = Random(seed)  # noqa: S311  # to invent, not to hide
    words, total = vocabulary(random), 0
    for number in range(n_files):
        data = interview(random, words, n_words).encode()
        (folder / f"interview_{number:05d}.txt").write_bytes(data)
        total += len(data)
    return total


def read_and_decode(folder: Path) -> int:
    """Read and decode every file: what nobody can do without; return the characters."""
    return sum(len(path.read_bytes().decode()) for path in sorted(folder.iterdir()))


def timed(work: object, *args: object, **kwargs: object) -> float:
    """Return the seconds that ``work`` takes."""
    begun = time.perf_counter()
    work(*args, **kwargs)  # type: ignore[operator]  # anything that can be called
    return time.perf_counter() - begun


def family_of(root: int) -> Iterator[int]:
    """Yield a process and its children, as far as they can be seen."""
    yield root
    for task in PROC.glob(f"{root}/task/*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family_of(int(child))


def resident_mb(root: int) -> float:
    """Return the memory of a process and its children in MB; shared pages count for each."""
    total = 0
    for process in family_of(root):
        try:
            total += int((PROC / str(process) / "statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


class Watch(threading.Thread):
    """Notes the most memory that this process and its children take; nothing where none is told."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.done.wait(0.1):
            self.peak_mb = max(self.peak_mb, resident_mb(os.getpid()))

    def stop(self) -> float:
        """Stop and return the peak in MB."""
        self.done.set()
        self.join()
        return self.peak_mb


def measure(folder: Path, n_files: int, n_bytes: int, jobs: int) -> dict[str, float]:
    """Return what a first run over ``folder``, and one with nothing to do, take."""
    build = folder.parent / "build"
    build.mkdir()
    floor_s = min(timed(read_and_decode, folder) for _ in range(2))
    watch = Watch()
    watch.start()

    def once() -> None:
        run(folder, folder.parent / "none.csv", build, Settings(), engine=Engine(jobs))

    seconds, again_s = timed(once), timed(once)
    return {
        "files": n_files,
        "MB": n_bytes / 1e6,
        "jobs": jobs,
        "seconds": seconds,
        "files/s": n_files / seconds,
        "MB/s": n_bytes / 1e6 / seconds,
        "read and decode s": floor_s,
        "ratio to it": seconds / floor_s,
        "nothing to do s": again_s,
        "peak MB of all processes": watch.stop(),
        "peak to input": watch.peak_mb / (n_bytes / 1e6),
    }


def main() -> None:
    """Generate, measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--words", type=int, default=8_000)
    parser.add_argument("--jobs", type=int, default=min(2, multiprocessing.cpu_count()))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "raw"
        folder.mkdir()
        n_bytes = generate(folder, given.files, given.words, given.seed)
        found = measure(folder, given.files, n_bytes, given.jobs)
    for label, value in found.items():
        print(f"{label:<26}{value:>12,.2f}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
