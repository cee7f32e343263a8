"""Real transcripts of many conventions against turns that people checked by hand."""

from __future__ import annotations

import contextlib
import csv
import json
import runpy
import tomllib
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from pipeline.core.errors import GlossatorError
from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]
Results = dict[str, list[Result]]

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "transcripts"
NO_READER = {".qdpx"}
SOME_BYTES = 20_000
MIN_EACH = 0.98
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "ingest_gold.py"
MADE = runpy.run_path(str(SCRIPT))
starts: Callable[..., list[tuple[str | None, str]]] = MADE["starts"]
MIN_PRECISION: float = MADE["MIN_PRECISION"]
MIN_RECALL: float = MADE["MIN_RECALL"]


def gold_of(name: str) -> Path:
    """Return where the turns of a sample are."""
    return DATA / "gold" / f"{name.replace('/', '__')}.json"


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table beside the samples, none if the samples are not there."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    return [row for row in table if Path(row["file"]).suffix not in NO_READER]


SAMPLES = [row for row in rows(DATA / "manifest.csv") if gold_of(row["file"]).exists()]
BAD = rows(DATA / "samples" / "bad" / "expected.csv")
absent = pytest.mark.skipif(not SAMPLES, reason=f"no sample transcripts in {DATA}")


@pytest.fixture(scope="module")
def results(read: Read) -> Results:
    """Return what ingest makes of each sample under the settings that the manifest owes it."""
    return {
        row["file"]: read(
            (DATA / "samples" / row["file"]).read_bytes(),
            row["file"],
            tomllib.loads(row["settings"]),
        )
        for row in SAMPLES
    }


@pytest.fixture(scope="module")
def counts(results: Results) -> dict[str, tuple[int, int, int]]:
    """Return how many turn starts of each sample agree, were found, are in the gold."""
    return {name: compare(name, found) for name, found in results.items()}


def compare(name: str, results: list[Result]) -> tuple[int, int, int]:
    """Return how many turn starts agree, were found, are in the gold."""
    gold = json.loads(gold_of(name).read_text("utf-8"))
    expected = starts((turn["speaker"], turn["text"]) for turn in gold["turns"])
    found = starts((t.speaker, t.text) for result in results for t in result.turns)
    matcher = SequenceMatcher(None, expected, found, autojunk=False)
    n_same = sum(block.size for block in matcher.get_matching_blocks())
    return n_same, len(found), len(expected)


@absent
def test_turn_starts_agree_with_the_gold(counts: dict[str, tuple[int, int, int]]) -> None:
    """Over all samples precision is at least 0.997 and recall at least 0.995."""
    n_same, n_found, n_gold = (sum(column) for column in zip(*counts.values(), strict=True))

    assert n_same >= MIN_PRECISION * n_found
    assert n_same >= MIN_RECALL * n_gold


@absent
def test_each_sample_is_read_nearly_whole(counts: dict[str, tuple[int, int, int]]) -> None:
    """No sample falls below 98 in 100, and no control has a turn."""
    poor = {name: n for name, n in counts.items() if n[0] < MIN_EACH * max(n[1:])}

    assert {} == poor


@absent
def test_every_sample_keeps_the_law(results: Results, law: Law) -> None:
    """Turns, labels and asides cover every character of every sample once."""
    for found in results.values():
        for result in found:
            law(result)


@absent
@pytest.mark.parametrize("row", BAD, ids=lambda row: row["file"])
def test_every_bad_file_has_its_code(row: dict[str, str], read: Read) -> None:
    """A bad file is refused with its code, or read with the warning that it owes."""
    expected = row["expected"].split()
    try:
        (result,) = read((DATA / "samples" / "bad" / row["file"]).read_bytes(), row["file"])
        found = ["OK", *(notice["code"] for notice in result.report.notices)]
    except GlossatorError as error:
        found = [error.code]

    assert set(expected) <= set(found)


@absent
def test_a_cut_sample_is_read_or_refused(read: Read, law: Law) -> None:
    """The first half of any sample is a transcript or an error of ours, never another."""
    for row in SAMPLES:
        data = (DATA / "samples" / row["file"]).read_bytes()
        with contextlib.suppress(GlossatorError):
            for result in read(data[: min(len(data) // 2, SOME_BYTES)], row["file"]):
                law(result)
