"""The simulations in small: seeded, few repetitions, wide margins."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def simulate() -> Iterator[ModuleType]:
    """Return the benchmark, a script."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield import_module("simulate")


@pytest.mark.parametrize("draw", ["random", "uncertain"])
def test_corrected_shares_hold_the_truth_where_counting_does_not(
    simulate: ModuleType, draw: str
) -> None:
    """In 40 interviews with a common code; and intervals are narrower than people's alone."""
    rows = list(simulate.shares(60, 3, [simulate.World(40, 0.4, draw)]))

    assert all(row["these"] >= 0.85 and row["alike"] >= 0.85 for row in rows)
    assert all(row["width"] < 0.95 for row in rows)
    assert all(abs(row["bias"]) < 0.02 for row in rows)
    assert all(row["counted"] < 0.2 for row in rows)


def test_intervals_of_alpha_hold_that_of_the_field(simulate: ModuleType) -> None:
    """From fifteen interviews on."""
    rows = [row for row in simulate.alphas(40, 3) if row["interviews"] >= simulate.FEW]

    assert all(row["holds"] >= 0.8 for row in rows)


def test_the_target_is_met_where_the_check_says_stop(simulate: ModuleType) -> None:
    """Also where scores know nothing."""
    assert all(row["met"] >= 0.9 for row in simulate.stops(10, 3))


def test_who_follows_wrong_suggestions_is_noticed(simulate: ModuleType) -> None:
    """At 75 % wrong mostly; who does not follow is left alone."""
    rows = {(row["wrong"], row["followed"]): row["alarms"] for row in simulate.influences(60, 3)}

    assert rows[0.75, 0.3] >= 0.65
    assert all(rows[wrong, 0.0] <= 0.15 for wrong in (0.4, 0.6, 0.75, 0.9))
