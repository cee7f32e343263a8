"""Whether any file at all breaks ingest: spoilt transcripts of every format, read and checked.

    python benchmarks/fuzz_ingest.py [--count N] [--seed N] [--seconds S] [--keep FOLDER]

Each input goes the whole way from bytes to tables in a process of its own kind, with a limit of
time and memory. A finding is an exception other than `GlossatorError`, a time-out, too much memory,
a process that dies, tables or a report that cannot be written, or a breach of the law: turns,
labels and asides outside turns cover every character but white space exactly once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

from fuzz_mutate import mutated
from fuzz_seeds import seeds

from pipeline.core.errors import GlossatorError
from pipeline.core.records import Transcript, Turn
from pipeline.core.settings import IngestSettings, PrivacySettings, QuestionSettings
from pipeline.core.tables import to_table
from pipeline.ingest.account import outside
from pipeline.ingest.blocks import Aside
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People
from pipeline.ingest.pseudonyms.mask import Masks
from pipeline.ingest.pseudonyms.table import seeker_of
from pipeline.ingest.reading import Result, results_of

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (
    ROOT / "tests" / "data" / "ingest",
    ROOT.parent / "shared" / "data" / "transcripts" / "samples",
)
PATIENCE = 20  # times the limit, by the clock on the wall, for systems without an alarm
MAX_SENTENCE = 1_000
ROUNDING = 1e-4  # of shares that add up to 1
MAX_SEED = 60_000  # bytes of a file to begin with: small ones are tried more often
FAMILIES = {
    "qdpx": "other",
    "toml": "other",
    "htm": "html",
    "sbv": "cues",
    "srt": "cues",
    "vtt": "cues",
}
SETTINGS = (
    IngestSettings(),
    IngestSettings(),
    IngestSettings(unlabelled="unknown", join="none"),
    IngestSettings(join="all", blank_speaker_cell="continue", tracked_changes="reject"),
    IngestSettings(pattern="colon", aliases={"I": "Interviewer"}, start_after="nest"),
    IngestSettings(encoding="shift_jis", pattern=r"(?P<label>\w+)\W+(?P<text>\w+)"),
)
QUESTIONS = (QuestionSettings("nests", "Where do the herons nest?", ("And who counts them?",)),)
MASKS = Masks(seeker_of(People(), PrivacySettings(pseudonymise=True, names=("Ana", "Weir"))))


@dataclass(frozen=True, slots=True)
class Limits:
    """What an input may take: seconds, and MB of a process's address space."""

    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Case:
    """One input: its number, the format it was made from, its name, bytes and settings."""

    number: int
    family: str
    name: str
    data: bytes
    settings: IngestSettings


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case; ``finding`` says what is wrong, empty if nothing is."""

    number: int
    family: str
    outcome: str
    finding: str = ""


class BreachError(Exception):
    """What was read breaks the law."""


def corpus(*, with_samples: bool) -> dict[str, list[tuple[str, bytes]]]:
    """Return the files to begin with, by format."""
    files = list(seeds().items())
    for folder in FOLDERS if with_samples else ():
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        files += [(p.name, p.read_bytes()) for p in paths if p.stat().st_size <= MAX_SEED]
    groups: dict[str, list[tuple[str, bytes]]] = {}
    for name, data in files:
        suffix = Path(name).suffix.lower().lstrip(".")
        groups.setdefault(FAMILIES.get(suffix, suffix), []).append((name, data))
    return groups


def case(groups: Mapping[str, list[tuple[str, bytes]]], seed: int, number: int) -> Case:
    """Return the input ``number`` of the run ``seed``."""
    random = Random(f"{seed}-{number}")  # noqa: S311  # to play, not to hide
    family = random.choice(sorted(groups))
    name, data = random.choice(groups[family])
    other = random.choice(groups[random.choice(sorted(groups))])[1]
    data = mutated(random, data, other, random.choice((1, 1, 2, 3, 5)))
    name = random.choice((*[name] * 10, "talk", "talk.txt", "talk.csv", "talk.docx", "talk.vtt"))
    return Case(number, family, name, data, random.choice(SETTINGS))


def judge(one: Case) -> Verdict:
    """Return what becomes of a case; anything but our own errors is a finding."""
    try:
        results = read(one)
        for result in results:
            check(result)
    except GlossatorError as error:
        return Verdict(one.number, one.family, error.code, sentence_finding(str(error)))
    except BreachError as error:
        return Verdict(one.number, one.family, "breach", f"breach: {error}")
    except MemoryError:
        return Verdict(one.number, one.family, "memory", "memory")
    except Exception as error:  # noqa: BLE001  # this is what is looked for
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else ""
        finding = f"{type(error).__name__} at {place}: {error!s:.100}"
        return Verdict(one.number, one.family, "exception", finding)
    return Verdict(one.number, one.family, "read")


def sentence_finding(sentence: str) -> str:
    """Return what is wrong with the sentence of an error: it cannot be printed, or is endless."""
    try:
        sentence.encode()
    except UnicodeEncodeError:
        return "a sentence that cannot be printed"
    return f"a sentence of {len(sentence)} characters" if len(sentence) > MAX_SENTENCE else ""


def read(one: Case) -> list[Result]:
    """Return what ingest makes of a case; every third has its names and contacts replaced."""
    file = RawFile(Path(one.name), one.name, "talk", "sha", "key", one.settings, QUESTIONS)
    return list(results_of(file, one.data, People(), None if one.number % 3 else MASKS))


def check(result: Result) -> None:
    """Raise unless ``result`` keeps the law and can be written."""
    check_law(result)
    to_table([result.transcript], Transcript)
    to_table(result.turns, Turn)
    to_table(result.asides, Aside)
    json.dumps(asdict(result.report), allow_nan=False, ensure_ascii=False).encode()
    total = sum(result.report.characters.values())
    if result.transcript.text.strip() and abs(total - 1) > ROUNDING:
        raise BreachError(f"the shares add up to {total}")


def check_law(result: Result) -> None:
    """Raise unless turns, labels and asides cover every character but white space once."""
    text, at = result.transcript.text, 0
    for start, end in (*sorted(spans_of(result)), (len(text), len(text))):
        if start < at:
            raise BreachError(f"{text[start : min(at, end)]!r:.60} at {start} is covered twice")
        if text[at:start].strip():
            raise BreachError(f"{text[at:start].strip()!r:.60} at {at} is not covered")
        at = end
    for part in (*result.turns, *result.asides):
        if part.text != text[part.start : part.end] or not part.text.strip():
            raise BreachError(f"what stands at {part.start} is not its words")


def spans_of(result: Result) -> Iterator[tuple[int, int]]:
    """Yield where turns, labels and asides outside turns begin and end."""
    for turn in result.turns:
        yield turn.start, turn.end
        if turn.label_start is not None and turn.label_end is not None:
            yield turn.label_start, turn.label_end
    for aside in outside(result.asides, result.turns):
        yield aside.start, aside.end


def work(link: Connection, seed: int, limits: Limits, *, with_samples: bool) -> None:
    """Judge the cases whose numbers come through ``link`` until None comes."""
    groups = corpus(with_samples=with_samples)
    read(Case(0, "txt", "talk.txt", b"I: a\nP: b\nI: c\n", SETTINGS[0]))  # libraries are loaded
    with contextlib.suppress(ImportError):  # Windows knows no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.megabytes * 2**20,) * 2)
    link.send(None)
    while (number := link.recv()) is not None:
        one = case(groups, seed, number)
        set_alarm(limits.seconds)
        verdict = judge(one)
        set_alarm(0)
        link.send(verdict)


def set_alarm(seconds: float) -> None:
    """Have this process ended after so many seconds of its own work, whatever else runs here."""
    if hasattr(signal, "ITIMER_PROF"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


class Worker:
    """A process that judges one case at a time and can be ended when that takes too long."""

    def __init__(self, seed: int, limits: Limits, *, with_samples: bool) -> None:
        self.link, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=work,
            args=(theirs, seed, limits),
            kwargs={"with_samples": with_samples},
            daemon=True,
        )
        self.process.start()
        theirs.close()
        self.number: int | None = None
        self.since = time.monotonic()

    def go_on(self, number: int | None) -> bool:
        """Hand over the next case; return whether there was one: without, the process ends."""
        self.number, self.since = number, time.monotonic()
        self.link.send(number)
        if number is None:
            self.process.join()
        return number is not None


def verdicts(
    numbers: Iterator[int], seed: int, limits: Limits, *, with_samples: bool, jobs: int
) -> Iterator[Verdict]:
    """Yield a verdict on each case, in any order."""

    def new() -> Worker:
        return Worker(seed, limits, with_samples=with_samples)

    workers = [new() for _ in range(jobs)]
    while workers:
        wait([worker.link for worker in workers], timeout=1.0)
        going = []
        for worker in workers:
            is_free, verdict = heard(worker, limits)
            if verdict is not None:
                yield verdict
            if not worker.process.is_alive():
                going.append(new())
            elif not is_free or worker.go_on(next(numbers, None)):
                going.append(worker)
        workers = going


def heard(worker: Worker, limits: Limits) -> tuple[bool, Verdict | None]:
    """Return whether a worker waits for its next case, and its verdict on the last if it has one.

    A worker that is dead or far too slow waits for nothing: another takes its place.
    """
    number = worker.number
    try:
        if worker.link.poll():
            return True, worker.link.recv()
    except (EOFError, ConnectionError):
        worker.process.join()
    if number is not None and time.monotonic() - worker.since > PATIENCE * limits.seconds:
        worker.process.kill()
        worker.process.join()
    if worker.process.is_alive():
        return False, None
    if number is None:
        raise RuntimeError("a worker died before its first case")
    return False, death(number, worker, limits)


def death(number: int, worker: Worker, limits: Limits) -> Verdict:
    """Return the verdict on a case over which a process ended: of its alarm, or of a crash."""
    code = worker.process.exitcode or 0
    if -code in {getattr(signal, "SIGPROF", None), getattr(signal, "SIGKILL", None)}:
        return Verdict(number, "", "time-out", f"more than {limits.seconds} s")
    return Verdict(number, "", "crash", f"the process ended with {code}")


def numbers_until(first: int, count: int, seconds: float) -> Iterator[int]:
    """Yield the numbers of the cases to judge, as long as there is time."""
    begun = time.monotonic()
    for number in range(first, first + count):
        if time.monotonic() - begun > seconds:
            return
        yield number


def print_table(found: Mapping[str, Counter[str]]) -> None:
    """Print how many inputs of each format came to what."""
    for family, counts in sorted(found.items()):
        cells = ", ".join(f"{name} {n}" for name, n in counts.most_common())
        print(f"{family:<9}{counts.total():>7}  {cells}")


def main() -> int:
    """Judge, print, keep what is to be mended; return 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--limit", type=float, default=5.0, help="seconds an input")
    parser.add_argument("--memory", type=int, default=3000, help="MB a process")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--keep", type=Path, help="folder for inputs that are findings")
    given = parser.parse_args()
    limits = Limits(given.limit, given.memory)
    groups = corpus(with_samples=True)
    counts: dict[str, Counter[str]] = {}
    findings: Counter[str] = Counter()
    numbers = numbers_until(given.first, given.count, given.seconds)
    for verdict in verdicts(numbers, given.seed, limits, with_samples=True, jobs=given.jobs):
        one = case(groups, given.seed, verdict.number) if verdict.finding else None
        family = one.family if one else verdict.family
        counts.setdefault(family, Counter())[verdict.outcome] += 1
        if one is None:
            continue
        findings[verdict.finding] += 1
        print(f"{one.number} ({family}): {verdict.finding}", flush=True)
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{given.seed}-{one.number}-{one.name}").write_bytes(one.data)
    print_table(counts)
    total = sum(count.total() for count in counts.values())
    print(f"{total} inputs, {findings.total()} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
