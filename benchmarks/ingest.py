"""What ingest costs, format by format: time and memory, as ratios taken in one run.

    python benchmarks/ingest.py [--words N] [--repeats N] [--formats NAME ...] [--json FILE]

Each figure is taken in a process of its own from an invented conversation, in seconds of processor.
A format's row says how long its file takes, from bytes to turns; how many times that of decoding
the bare text (``x bytes``) and of the same talk as a .txt file (``x text``); how many times the
cost of half as much talk (``double``, which should stay below 2.5); and by how many MB a MB of text
makes the process grow (``memory``, below 12 beside 200 MB). Then come the cases that are hard in
themselves, each with the time that it may take. The exit code is 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest_formats import WRITERS, conversation, file_of, old_encoding, prose, short_turns

from pipeline.core.settings import IngestSettings, LimitSettings
from pipeline.ingest.decode import decode
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People
from pipeline.ingest.reading import results_of

RESULTS = Path(__file__).parent / "results" / "ingest.json"
SETTINGS = IngestSettings(limits=LimitSettings(max_bytes=10**9, max_chars=10**9))
MAX_DOUBLE = 2.5
MAX_MEMORY = 12.0  # MB a MB of text ...
SPARE_MB = 200.0  # ... and as many beside
HOUR = 9_000  # words of a one-hour interview
PDF_PAGES = 6_000  # words on about 15 pages
KB = 1024 if sys.platform != "darwin" else 1024**2  # getrusage counts KB, on a Mac bytes


@dataclass(frozen=True)
class Row:
    """The figures of one format; times in seconds, sizes in MB."""

    text_mb: float
    file_mb: float
    seconds: float
    mb_a_second: float
    x_bytes: float
    x_text: float
    double: float
    memory: float
    n_turns: int


@dataclass(frozen=True)
class Case:
    """Something hard, how long it took and how long it may take."""

    seconds: float
    at_most: float


def read(kind: str, data: bytes) -> int:
    """Return how many turns ingest finds in a file."""
    name = f"talk.{'txt' if kind in {'text', 'salt'} else kind}"
    file = RawFile(Path(name), name, "talk", "", "", SETTINGS)
    return sum(len(result.turns) for result in results_of(file, data, People()))


def fastest(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several."""
    times = []
    for _ in range(repeats):
        start = cpu_s()
        work()
        times.append(cpu_s() - start)
    return min(times)


def cpu_s() -> float:
    """Return the seconds of processor that this process and its children have had.

    Not those of the clock, which other work on the machine would lengthen.
    """
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def time_of(kind: str, n_words: int, repeats: int) -> float:
    """Return the seconds that a file of ``kind`` takes, libraries loaded."""
    read(kind, file_of(kind, conversation(200)))
    data = file_of(kind, conversation(n_words))
    return fastest(lambda: read(kind, data), repeats)


def time_of_bytes(n_words: int, repeats: int) -> float:
    """Return the seconds that decoding the text takes."""
    data = file_of("text", conversation(n_words))
    return fastest(lambda: decode(data), repeats)


def growth(kind: str, n_words: int) -> tuple[float, int, float, float]:
    """Return by how many MB reading makes the process grow, turns, MB of file and of text."""
    read(kind, file_of(kind, conversation(200)))
    talk = conversation(n_words)
    data = file_of(kind, talk)
    before = peak_mb()
    n_turns = read(kind, data)
    text_mb = sum(len(words) for _, words in talk) / 1e6
    return peak_mb() - before, n_turns, len(data) / 1e6, text_mb


def peak_mb() -> float:
    """Return the most memory that this process, or a child of it, has had."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) * KB / 1e6


CASES: Mapping[str, tuple[str, Callable[[], bytes], int, float]] = {
    "20,000 lines of talk": ("text", lambda: short_turns(20_000), 1, 1.0),
    "150,000 lines of prose": ("text", lambda: prose(149_999), 1, 11.0),
    "one line of 20 MB": ("text", lambda: b"and so it went on " * 1_100_000, 1, 5.0),
    "5 MB in an old encoding": ("text", lambda: old_encoding(5_000_000), 1, 15.0),
    "100 hours, .txt": ("text", lambda: file_of("text", conversation(HOUR)), 100, 20.0),
    "100 hours, .docx": ("docx", lambda: file_of("docx", conversation(HOUR)), 100, 20.0),
    "10 PDFs of 15 pages": ("pdf", lambda: file_of("pdf", conversation(PDF_PAGES)), 10, 3.0),
}


def time_of_case(name: str) -> float:
    """Return the seconds that a case takes, libraries loaded and files made."""
    kind, make, n_files, _ = CASES[name]
    read(kind, file_of(kind, conversation(200)))
    data = make()
    return fastest(lambda: [read(kind, data) for _ in range(n_files)], 1)


def row(kind: str, given: argparse.Namespace, text_s: float, bytes_s: float) -> Row:
    """Return the figures of one format."""
    seconds = apart(time_of, kind, given.words, given.repeats)
    half_s = apart(time_of, kind, given.words // 2, given.repeats)
    grown, n_turns, file_mb, text_mb = apart(growth, kind, given.words)
    return Row(
        text_mb=text_mb,
        file_mb=file_mb,
        seconds=seconds,
        mb_a_second=text_mb / seconds,
        x_bytes=seconds / bytes_s,
        x_text=seconds / text_s,
        double=seconds / half_s,
        memory=grown / text_mb,
        n_turns=n_turns,
    )


def apart(work: Callable[..., object], *args: object) -> Any:
    """Return what ``work`` gives in a fresh process, whose memory nothing else has stretched."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args)


def print_rows(rows: Mapping[str, Row]) -> None:
    """Print a line for each format."""
    names = list(asdict(next(iter(rows.values()))))
    print(f"{'format':<10}" + "".join(f"{name.replace('_', ' '):>12}" for name in names))
    for kind, figures in rows.items():
        print(f"{kind:<10}" + "".join(f"{value:>12,.4g}" for value in asdict(figures).values()))


def missed(rows: Mapping[str, Row], cases: Mapping[str, Case]) -> list[str]:
    """Return the goals that were missed."""
    slow = [
        f"{name}: double {one.double:.2f}" for name, one in rows.items() if one.double > MAX_DOUBLE
    ]
    big = [
        f"{name}: memory {one.memory:.1f}"
        for name, one in rows.items()
        if one.memory * one.text_mb > MAX_MEMORY * one.text_mb + SPARE_MB
    ]
    late = [
        f"{name}: {one.seconds:.1f} s" for name, one in cases.items() if one.seconds > one.at_most
    ]
    return slow + big + late


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--words", type=int, default=100_000, help="in each file")
    parser.add_argument("--repeats", type=int, default=3, help="of which the fastest counts")
    parser.add_argument("--formats", nargs="*", choices=list(WRITERS), default=list(WRITERS))
    parser.add_argument("--json", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    text_s = apart(time_of, "text", given.words, given.repeats)
    bytes_s = apart(time_of_bytes, given.words, given.repeats)
    rows = {kind: row(kind, given, text_s, bytes_s) for kind in given.formats}
    print_rows(rows)
    cases = {name: Case(apart(time_of_case, name), most) for name, (*_, most) in CASES.items()}
    print()
    for name, case in cases.items():
        print(f"{name:<26}{case.seconds:>8.2f} s of {case.at_most:g} s")
    misses = missed(rows, cases)
    print("\n" + ("\n".join(f"missed: {miss}" for miss in misses) or "every goal is reached"))
    given.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {"formats": rows, "cases": cases}
    plain = {
        key: {name: asdict(one) for name, one in some.items()} for key, some in figures.items()
    }
    given.json.write_text(json.dumps(plain | {"missed": misses}, indent=1) + "\n", encoding="utf-8")
    return int(bool(misses))


if __name__ == "__main__":
    sys.exit(main())
