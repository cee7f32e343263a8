"""How long a large project takes out to REFI-QDA and back in, and how much memory.

    python benchmarks/interchange.py [--transcripts N] [--codings N] [--seed N] [--json FILE]

Interviews with invented words are coded at random by three coders in a file of their own; it is
imported into a new corpus, exported from there, and imported again. Each step runs in a process of
its own, so that its memory is its own. The second file must equal what the first export wrote.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import click

from pipeline.cli import glossator
from pipeline.exchange.refi.guids import coding_guid, derived, note_guid, selection_guid, user_guid
from pipeline.exchange.refi.model import Case, Code, Coding, Note, Project, Selection, Source, User
from pipeline.exchange.refi.offsets import name_of
from pipeline.exchange.refi.write import write_qdpx

RESULTS = Path(__file__).resolve().parent / "results" / "interchange.json"
SYLLABLES = ("ba", "ko", "li", "mer", "nu", "sta", "ti", "vo", "wen", "ra", "shi", "dol", "é", "😀")
CODERS = ("ann", "ben", "cem")
N_CODES, N_TURNS, N_WORDS = 60, 60, 60
MEMO_EVERY = 10
WHEN = "2026-01-02T03:04:05.000Z"
CORPUS = "large"
MIB = 1024


def words(random: Random, n: int) -> str:
    """Return ``n`` invented words."""
    return " ".join("".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(n))


def interview(random: Random) -> str:
    """Return an interview of about 3,600 words, a turn a line."""
    turns = (f"{'P' if n % 2 else 'I'}: {words(random, N_WORDS)}." for n in range(N_TURNS))
    return "\n".join(turns) + "\n"


def project(n_transcripts: int, n_codings: int, seed: int) -> Project:
    """Return a project with so many transcripts and codings."""
    random = Random(seed)  # noqa: S311  # to invent, not to hide
    codes = tuple(Code(derived("code", n), f"Code {n}") for n in range(N_CODES))
    sources, notes, cases = [], [], []
    for number in range(n_transcripts):
        text, guid = interview(random), derived("source", number)
        share = n_codings // n_transcripts + (number < n_codings % n_transcripts)
        marks = {}
        while len(marks) < share:
            start = random.randrange(len(text) - 400)
            end = start + random.randint(20, 400)
            coder = random.choice(CODERS)
            marks[start, end, coder] = mark(guid, text, (start, end), coder, random.choice(codes))
        for item in list(marks.values())[::MEMO_EVERY]:
            owner = item.codings[0]
            memo = Note(note_guid(owner.guid), "memo", words(random, 12), owner.user, WHEN)
            coding = Coding(owner.guid, owner.code, owner.user, WHEN, (memo.guid,))
            marks[item.start, item.end, name(item)] = replace_coding(item, coding)
            notes.append(memo)
        found = tuple(marks[key] for key in sorted(marks))
        sources.append(
            Source(guid, f"int_{number:04d}", text, derived("text", number), selections=found)
        )
        cases.append(Case(derived("case", number), f"P{number:04d}", sources=(guid,)))
    users = tuple(User(user_guid(coder), coder) for coder in CODERS)
    return Project(
        "large", users=users, codes=codes, cases=tuple(cases), sources=tuple(sources),
        notes=tuple(notes), user=users[0].guid,
    )  # fmt: skip


def name(item: Selection) -> str:
    """Return who made a selection."""
    return next(coder for coder in CODERS if user_guid(coder) == item.user)


def replace_coding(item: Selection, coding: Coding) -> Selection:
    """Return a selection with another coding."""
    return Selection(
        item.guid, item.start, item.end, item.name, item.user, item.created, codings=(coding,)
    )


def mark(source: str, text: str, span: tuple[int, int], coder: str, code: Code) -> Selection:
    """Return a selection with one coding."""
    guid, user = selection_guid(source, *span, coder), user_guid(coder)
    coding = Coding(coding_guid(guid, code.guid), code.guid, user, WHEN)
    return Selection(guid, *span, name_of(text[slice(*span)]), user, WHEN, codings=(coding,))


def typed(folder: str, arguments: tuple[str, ...]) -> None:
    """Type a command of glossator in ``folder``."""
    os.chdir(folder)
    try:
        glossator.main(["--quiet", *arguments], standalone_mode=False)
    except click.exceptions.Exit as error:
        raise SystemExit(error.exit_code) from error


def written(path: str, sizes: tuple[int, int, int]) -> None:
    """Write the project that everything begins with."""
    Path(path).write_bytes(write_qdpx(project(*sizes)))


def measured(work: Callable[..., None], *arguments: object) -> tuple[float, float, float]:
    """Return seconds, seconds of processor and MiB that ``work`` takes in its own process."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=weighed, args=(send, work, arguments))
    begun = time.perf_counter()
    process.start()
    memory, processor = receive.recv()
    process.join()
    seconds = time.perf_counter() - begun
    if process.exitcode:
        raise SystemExit(f"{work.__name__} {arguments}: ended with {process.exitcode}")
    return round(seconds, 1), round(processor, 1), round(memory / MIB, 0)


def weighed(send: object, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Do ``work`` and send the most memory that it took, in KiB, and the seconds of processor."""
    try:
        work(*arguments)
    finally:
        used = resource.getrusage(resource.RUSAGE_SELF)
        send.send((used.ru_maxrss, used.ru_utime + used.ru_stime))  # type: ignore[attr-defined]  # a connection


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transcripts", type=int, default=500)
    parser.add_argument("--codings", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=RESULTS)
    asked = parser.parse_args()
    sizes = (asked.transcripts, asked.codings, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "corpora").mkdir()
        file = str(Path(folder) / "in.qdpx")
        out = Path(folder) / "corpora" / CORPUS / "export" / f"{CORPUS}.qdpx"
        rows = {"write the first file": measured(written, file, sizes)}
        rows["import into a new corpus"] = measured(typed, folder, ("import", CORPUS, file))
        rows["export as .qdpx"] = measured(typed, folder, ("export", CORPUS, "--to", "qdpx"))
        first = out.read_bytes()
        rows["import what was exported"] = measured(typed, folder, ("import", CORPUS, str(out)))
        rows["export again"] = measured(typed, folder, ("export", CORPUS, "--to", "qdpx"))
        is_same = first == out.read_bytes()
        weight = len(first)
    print(f"{sizes[0]:,} transcripts, {sizes[1]:,} codings, {weight / 2**20:.1f} MiB")
    print(f"{'step':<28}{'seconds':>9}{'processor':>11}{'MiB':>9}")
    for step, (seconds, processor, memory) in rows.items():
        print(f"{step:<28}{seconds:>9.1f}{processor:>11.1f}{memory:>9.0f}")
    print(f"the second export is {'the same, byte for byte' if is_same else 'ANOTHER FILE'}")
    told = {step: {"seconds": s, "processor_s": p, "mib": m} for step, (s, p, m) in rows.items()}
    head = {"transcripts": sizes[0], "codings": sizes[1], "is_same": is_same}
    asked.json.parent.mkdir(exist_ok=True)
    asked.json.write_text(json.dumps({**head, "steps": told}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
