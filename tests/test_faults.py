"""No fault of a disk loses or halves anything: some of the points of benchmarks/faults.py."""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TRIED_S = 0.25  # by the clock, for each command and kind of fault


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    """Return the harness, a script that needs Linux and a C compiler."""
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("the library that makes faults needs Linux and a C compiler")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return import_module("faults")


@pytest.fixture(scope="module")
def study() -> ModuleType:
    """Return the script that makes the study."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return import_module("fault_study")


def test_what_was_there_stays_and_the_next_run_mends_the_rest(
    faults: ModuleType, study: ModuleType, tmp_path: Path
) -> None:
    """Killed, full, forbidden, broken, short, or without power: nothing is halved or lost."""
    project = study.make_study(tmp_path / "project")
    steps = [step for step in study.steps() if step.name in {"ingest", "segment", "coders"}]

    accounts = faults.tried(steps, project, TRIED_S, ("ingest", "coders"), tuple(faults.KINDS))

    for account in accounts.values():
        assert [] == account.findings
        assert set(faults.KINDS) <= set(account.tried)
        assert account.points["kill -9"] > 20


def test_a_folder_that_is_half_written_is_seen(faults: ModuleType) -> None:
    """The check itself: halves, losses and a group torn apart are told."""
    before = faults.State({"a": b"old"}, "", frozenset({("1", "x")}))
    after = faults.State({"a": b"new", "b": b"whole"}, "", frozenset({("1", "x"), ("2", "y")}))
    torn = faults.State({"a": b"ne", "b": b"whole"}, "", frozenset())

    assert [] == list(faults.halves(before, before, after))
    assert [] == list(faults.halves(after, before, after))
    assert [
        "a is halved",
        "1 decisions are lost",
        "some decisions of a group were taken, others not",
    ] == list(faults.halves(torn, before, after))
