"""Codes that meet and codes that follow: the formulas, the units, the refusals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.report.matrices.pairs import Pair, Step, pairs_of, runs_of, steps_of, units_of

Make = Callable[..., Any]


def test_the_worked_example_of_a_pair() -> None:
    """12 both, 8 and 18 alone, 162 neither: expected 3.0, Jaccard .316, phi .420."""
    pair = Pair("a", "b", 12, 20, 30, 200, 1, ())

    assert pytest.approx(3.0) == pair.expected
    assert (0.316, 0.42) == (round(pair.jaccard or 0, 3), round(pair.phi or 0, 3))


def test_phi_is_undefined_where_a_code_is_everywhere() -> None:
    """A margin of nought leaves nothing to correlate."""
    assert Pair("a", "b", 5, 10, 5, 10, 1, ()).phi is None
    assert Pair("a", "b", 0, 0, 0, 10, 1, ()).jaccard is None


def test_the_worked_example_of_a_step() -> None:
    """8 of row 20, column 30 among 120 steps: expected 5, adjusted residual 1.697."""
    step = Step("a", "b", 8, 20, 30, 120, 1, ())

    assert pytest.approx(5.0) == step.expected
    assert 1.697 == round(step.residual or 0, 3)


def test_a_residual_wants_five_expected() -> None:
    """Fewer promise more than they keep."""
    assert Step("a", "b", 8, 19, 30, 120, 1, ()).residual is None


def test_pairs_that_never_meet_are_there_and_kin_are_not(make: Make, tmp_path: Path) -> None:
    """Every pair stands, with nought if need be; a code and its ancestor are no pair."""
    made = make()
    made.mark("int-1", 1, "value.money")
    made.mark("int-1", 1, "idle")
    made.done("ana", "int-2", 1)
    units = units_of(made.study(tmp_path))

    pairs = {(p.first, p.second): p for p in pairs_of(units, ["value", "value.money", "idle"])}

    assert {("value", "idle"), ("value.money", "idle")} == pairs.keys()
    assert (1, 2) == (pairs["value.money", "idle"].n_both, pairs["value.money", "idle"].n)
    assert 0 == pairs["value", "idle"].n_both


def test_a_code_on_a_part_speaks_for_its_segment(make: Make, tmp_path: Path) -> None:
    """More than half of the shorter of the two is enough; half is not."""
    made = make()
    made.mark("int-1", 1, "idle", start=0, end=4)
    start, end = made.span("int-1", 2)
    made.mark("int-1", 2, "value.money", start=start - 10, end=start + 10)

    codes = [code for unit in units_of(made.study(tmp_path)) for code in unit.codes]

    assert ["idle"] == codes
    assert end > start


def test_steps_never_leave_a_transcript_or_jump_a_gap(make: Make, tmp_path: Path) -> None:
    """Two transcripts are two runs, and a turn that nobody judged ends one."""
    made = make(2, 4)
    for name, turn in (("int-1", 1), ("int-1", 2), ("int-1", 4), ("int-2", 1)):
        made.mark(name, turn, "idle")
    study = made.study(tmp_path)

    runs = runs_of(study, units_of(study))

    assert [2, 1, 1] == [len(run) for run in runs]
    [step] = steps_of(runs, {})
    assert (1, 1, 1) == (step.n_both, step.n_first, step.n)


def test_steps_are_counted_by_dimension_too(make: Make, tmp_path: Path) -> None:
    """A level lifts each code to what it counts as."""
    made = make(1, 2)
    made.mark("int-1", 1, "value.money")
    made.mark("int-1", 2, "value.trust")
    study = made.study(tmp_path)

    [step] = steps_of(runs_of(study, units_of(study)), {"value.money": "v", "value.trust": "v"})

    assert ("v", "v", 1.0) == (step.first, step.second, step.share)
