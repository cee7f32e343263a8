"""No file at all breaks ingest: a few hundred spoilt ones; benchmarks/fuzz_ingest.py makes more."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SEED = 20_000
N_INPUTS = 400
SLOW = {"pdf"}  # read in a process of its own


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    """Return the fuzzer, a script."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return import_module("fuzz_ingest")


@pytest.mark.filterwarnings("ignore:Duplicate name")  # of the archives that are spoilt
@pytest.mark.parametrize("part", range(4))
def test_a_spoilt_file_is_read_by_the_law_or_refused(fuzz: ModuleType, part: int) -> None:
    """Whatever is cut, doubled, moved or nested: a transcript that keeps the law, or our error."""
    groups = {k: v for k, v in fuzz.corpus(with_samples=False).items() if k not in SLOW}
    numbers = range(part, N_INPUTS, 4)

    verdicts = [fuzz.judge(fuzz.case(groups, SEED, number)) for number in numbers]

    assert [] == [verdict for verdict in verdicts if verdict.finding]
    assert len(verdicts) / 3 < sum(verdict.outcome == "read" for verdict in verdicts)


def test_every_format_is_among_the_files_to_begin_with(fuzz: ModuleType) -> None:
    """Each seed is read as a transcript with turns, so that what is spoilt was whole before."""
    for name, data in fuzz.seeds().items():
        results = fuzz.read(fuzz.Case(0, "", name, data, fuzz.IngestSettings()))

        assert sum(len(result.turns) for result in results) > 0, name
