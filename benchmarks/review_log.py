"""What the log of decisions stands: writers killed at random moments, faults of the disk, speed.

    python benchmarks/review_log.py [--kills N] [--seconds S] [--rows N] [--seed N] [--json FILE]

Writers are forked, so that a thousand of them can be killed in a minute or two; each opens the log
for itself. A decision counts as acknowledged when its id came through a pipe after ``append`` had
returned. What is lost of those, and what ``verify`` finds, is the result; both must be nought.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import signal
import sqlite3
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from pipeline.core.errors import BusyError, GlossatorError, StorageError
from pipeline.core.records import Decision
from pipeline.review.log.rows import Coder, sha256_of_text
from pipeline.review.log.schema import connect
from pipeline.review.log.store import Log, create_log, open_log
from pipeline.review.log.verify import verify
from pipeline.review.log.writer import Writer

TEXT = "We share rooms. Nobody pays for them."
CODERS = ("ana", "ben")
LONGEST_S = 0.2  # that a writer lives, so that opening and closing are hit, too
AT_ONCE = 3  # decisions that are appended together: whole or not at all


def draft(coder: str = "ana", code: str | None = None, **cells: Any) -> Decision:
    """Return a decision that the log has not taken yet."""
    empty = dict.fromkeys(name for name, kind in Decision.COLUMNS.items() if kind.endswith("?"))
    values: dict[str, Any] = {
        **empty,
        **dict.fromkeys(("recorded_at", "package_version", "prev_hash", "hash"), ""),
        "seq": 0,
        "decision_id": str(uuid.uuid4()),
        "coder": coder,
        "role": "coder",
        "act": "add",
        "transcript_id": "int-1",
        "start": 0,
        "end": 15,
        "quote": TEXT[:15],
        "text_sha256": sha256_of_text(TEXT),
        "code": code or str(uuid.uuid4()),
        "codebook_version": "1+0",
        "mode": "blind-first",
        "suggestion_visible": False,
        "surface": "page",
        "decided_at": "2026-01-02T03:04:05.000Z",
        "independent": False,
    }
    return Decision(**{**values, **cells})


def new_log(folder: Path) -> Path:
    """Return a new log in which ana and ben may decide."""
    path = folder / "review.sqlite"
    with create_log(path, "bench") as log:
        for name in CODERS:
            log.add_coder(Coder(name, "person", "coder"))
    return path


def forked(work: Callable[[int], None]) -> tuple[int, int]:
    """Run ``work`` in a child, given the end of a pipe to write to; return its pid and our end."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return pid, ours
    try:
        os.close(ours)
        work(theirs)
    finally:
        os._exit(0)


def writer(path: Path, coder: str) -> Callable[[int], None]:
    """Return the work of one writer: append, acknowledge, close and open again, for ever."""

    def work(pipe: int) -> None:
        while True:
            with open_log(path) as log:
                for _ in range(AT_ONCE):
                    batch = [draft(coder) for _ in range(AT_ONCE)]
                    log.append(batch)
                    os.write(pipe, "".join(item.decision_id for item in batch).encode())

    return work


def drained(pipe: int) -> list[str]:
    """Return the ids that came through a pipe whose writer is gone."""
    data = b""
    while piece := os.read(pipe, 1 << 16):
        data += piece
    os.close(pipe)
    width = len(str(uuid.uuid4()))
    return [data[n : n + width].decode() for n in range(0, len(data), width)]


def kills(folder: Path, number: int, seed: int) -> dict[str, Any]:
    """Kill ``number`` writers at random moments, every other time two side by side."""
    random, path = Random(seed), new_log(folder)  # noqa: S311  # a moment, no secret
    acknowledged: list[str] = []
    n_killed = 0
    while n_killed < number:
        pair = [forked(writer(path, coder)) for coder in CODERS[: 1 + n_killed % 2]]
        time.sleep(random.uniform(0, LONGEST_S))
        for pid, _ in pair:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        acknowledged += [name for _, pipe in pair for name in drained(pipe)]
        n_killed += len(pair)
    with open_log(path) as log:
        rows = log.decisions()
        stored = {row.decision_id for row in rows}
    found = verify(path)
    return {
        "n_kills": n_killed,
        "n_acknowledged": len(acknowledged),
        "n_stored": len(rows),
        "n_lost": len(set(acknowledged) - stored),
        "n_batches_torn": sum(
            sum(row.coder == coder for row in rows) % AT_ONCE != 0 for coder in CODERS
        ),
        "problems": list(found.problems),
    }


def side_by_side(folder: Path, seconds: float) -> dict[str, Any]:
    """Let two processes write for a while, each its own coder."""
    path = new_log(folder)
    pair = [forked(writer(path, coder)) for coder in CODERS]
    time.sleep(seconds)
    for pid, _ in pair:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    counts = [len(drained(pipe)) for _, pipe in pair]
    return {"n_each": counts, "problems": list(verify(path).problems)}


def error_of(work: Callable[[], object]) -> str:
    """Return the code of the error that ``work`` ends with, empty if it does not."""
    try:
        work()
    except GlossatorError as error:
        return error.code
    return ""


def full_disk(path: Path) -> list[str]:
    """Fill the disk for a child (by a limit on the size of files), and return what it was told."""

    def work(pipe: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = path.stat().st_size + (1 << 16)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with contextlib.suppress(GlossatorError), open_log(path) as log:
            for _ in range(2_000):
                try:
                    log.append([draft()])
                except StorageError as error:
                    os.write(pipe, error.code.encode())
                    return

    pid, pipe = forked(work)
    os.waitpid(pid, 0)
    data = os.read(pipe, 100).decode()
    os.close(pipe)
    return [data]


def faults(folder: Path) -> dict[str, Any]:
    """Return what the log says to a full, a read-only and a locked disk, to cuts and changes."""
    path = new_log(folder)
    with open_log(path) as log:
        log.append([draft() for _ in range(300)])
    full = full_disk(path)
    n_rows = len(sound_rows(path))
    with contextlib.closing(connect(path, mode="ro")) as connection:
        read_only = error_of(lambda: Log(path, connection).append([draft()]))
    with open_log(path) as log, open_log(path) as other:
        other.rows("PRAGMA busy_timeout=0")
        with log.writing():
            locked = error_of(lambda: other.append([draft()]))
    return {
        "full": full,
        "n_rows_after_full": n_rows,
        "read_only": read_only,
        "locked": locked,
        "is_locked_busy": locked == BusyError.default_code,
        "problems": list(verify(path).problems),
        **damage(folder, path),
    }


def sound_rows(path: Path) -> list[Decision]:
    """Return the rows of a log that must be sound."""
    with open_log(path) as log:
        return log.decisions()


def damage(folder: Path, path: Path) -> dict[str, Any]:
    """Return what verify says of a log that was cut short, and of one that was changed."""
    cut, changed = folder / "cut.sqlite", folder / "changed.sqlite"
    data = path.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    changed.write_bytes(data)
    with contextlib.closing(sqlite3.connect(changed)) as connection:
        connection.execute("DROP TRIGGER decisions_update")
        connection.execute("""UPDATE decisions SET code = 'other' WHERE seq = 101""")
        connection.commit()
    after_cut, after_change = verify(cut), verify(changed)
    return {
        "n_left_of_cut": after_cut.n_decisions,
        "n_problems_of_cut": len(after_cut.problems),
        "first_problem_of_change": after_change.problems[0],
        "n_left_of_change": after_change.n_decisions,
    }


def clients(folder: Path, seconds: float, *, is_grouped: bool, number: int) -> dict[str, Any]:
    """Return how many decisions a second ``number`` clients get answered, and how long each waits.

    Each asks for one decision and waits for its answer before the next, as a page does.
    """
    path = new_log(folder)
    executor: Executor = Writer() if is_grouped else ThreadPoolExecutor(1)
    log: Log = executor.submit(open_log, path).result()
    if isinstance(executor, Writer):
        executor.log = log
    waited: list[float] = []
    end = time.perf_counter() + seconds

    def client() -> None:
        while time.perf_counter() < end:
            begin = time.perf_counter()
            executor.submit(log.append, [draft()]).result()
            waited.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=client) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if isinstance(executor, Writer):
        executor.log = None
    executor.submit(log.close).result()
    executor.shutdown()
    return {
        "per_second": round(len(waited) / seconds),
        "p50_ms": round(1_000 * quantiles(waited, n=100)[49], 1),
        "p95_ms": round(1_000 * quantiles(waited, n=100)[94], 1),
        "problems": list(verify(path).problems),
    }


def replay(folder: Path, number: int) -> dict[str, Any]:
    """Return how long it takes to verify (and so to replay) ``number`` decisions."""
    path = new_log(folder)
    with open_log(path) as log:
        for start in range(0, number, 1_000):
            log.append(
                [
                    draft(code=f"code-{n % 40}", start=n, end=n + 15)
                    for n in range(start, min(start + 1_000, number))
                ]
            )
    begin, begin_cpu = time.perf_counter(), time.process_time()
    found = verify(path)
    return {
        "n_decisions": found.n_decisions,
        "seconds": round(time.perf_counter() - begin, 2),
        "cpu_seconds": round(time.process_time() - begin_cpu, 2),
        "problems": list(found.problems),
    }


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Yield an empty folder and delete it again."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def measure(n_kills: int, seconds: float, n_rows: int, seed: int) -> dict[str, Any]:
    """Return all results."""
    results: dict[str, Any] = {}
    parts: Sequence[tuple[str, Callable[[Path], dict[str, Any]]]] = (
        ("kill -9", lambda folder: kills(folder, n_kills, seed)),
        ("two processes", lambda folder: side_by_side(folder, seconds)),
        ("faults", faults),
        ("one client", lambda f: clients(f, seconds, is_grouped=True, number=1)),
        ("20 clients, group commit", lambda f: clients(f, seconds, is_grouped=True, number=20)),
        ("20 clients, one by one", lambda f: clients(f, seconds, is_grouped=False, number=20)),
        ("verify", lambda folder: replay(folder, n_rows)),
    )
    for name, part in parts:
        with scratch() as folder:
            results[name] = part(folder)
            print(f"{name}: {json.dumps(results[name])}", flush=True)
    return results


def main() -> None:
    """Run all and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    results = measure(args.kills, args.seconds, args.rows, args.seed)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
