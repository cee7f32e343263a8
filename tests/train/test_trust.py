"""Whether scores are probabilities: worked numbers, honest refusals, and a picture of them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pipeline.train.plot import across, calibration_svg, up
from pipeline.train.trust import Cells, Trust, trust_in


def cells(n: int = 2_000, *, too_high: float = 1.0, seed: int = 0) -> Cells:
    """Return judgements of ten interviews whose true shares are the scores over ``too_high``."""
    draw = np.random.default_rng(seed)
    score = draw.beta(0.8, 3, n)
    y = (draw.random(n) < score / too_high).astype(float)
    return Cells(y, score, np.ones(n), draw.integers(0, 10, n))


def value(found: Any) -> float:
    """Return the number of an estimate, which must have one."""
    assert found.value is not None
    return float(found.value)


def test_a_perfect_model_errs_as_much_as_chance() -> None:
    """Its calibration error is about what is printed beside it; that of a boaster is far above."""
    honest, boasting = trust_in(cells(), seed=1), trust_in(cells(too_high=2.0), seed=1)

    assert honest.chance_error is not None
    assert boasting.chance_error is not None
    assert value(honest.error) < 2 * honest.chance_error
    assert value(boasting.error) > 4 * boasting.chance_error
    assert honest.error.low is not None
    assert value(honest.skill) > value(boasting.skill)


def test_the_worked_example_in_five_interviews() -> None:
    """Ten at .2 with 3 coded, ten at .8 with 7, five times over: ECE .10, Brier .22, skill .12."""
    y = np.tile([1] * 3 + [0] * 7 + [1] * 7 + [0] * 3, 5).astype(float)
    score, groups = np.tile(np.repeat([0.2, 0.8], 10), 5), np.repeat(np.arange(5), 20)
    found = trust_in(Cells(y, score, np.ones(100), groups), seed=0)

    assert (100, 50, 5) == (found.n, found.n_positive, found.n_interviews)
    assert [50, 50] == [item.n for item in found.bins]
    assert [pytest.approx(0.2), pytest.approx(0.8)] == [item.score for item in found.bins]
    assert [pytest.approx(0.3), pytest.approx(0.7)] == [value(item.share) for item in found.bins]
    numbers = [value(found.error), value(found.brier), value(found.skill)]
    assert [pytest.approx(0.10), pytest.approx(0.22), pytest.approx(0.12)] == numbers
    assert found.error.low == found.error.high == pytest.approx(0.10)


def test_intervals_go_by_interview() -> None:
    """Interviews that are alike inside and differ from one another widen the bars."""
    one = cells()
    groups = (10 * np.argsort(np.argsort(one.y * 2 + one.score % 0.01)) // len(one.y)).astype(int)
    alike = trust_in(Cells(one.y, one.score, one.weight, groups), seed=0)
    mixed = trust_in(one, seed=0)

    assert alike.brier.se is not None
    assert mixed.brier.se is not None
    assert alike.brier.se > 2 * mixed.brier.se


def test_under_twenty_positives_nothing_is_said() -> None:
    """Not even a number: it would be mostly chance."""
    few = cells(400)
    found = trust_in(few.where((few.y == 0) | (np.cumsum(few.y) <= 19)), seed=0)

    assert "19 codes were applied in what was judged" in found.problem
    assert () == found.bins
    assert found.error.value is None


def test_the_picture_has_a_point_a_bin_where_it_belongs() -> None:
    """Mean score across, share up, n written, the diagonal from corner to corner."""
    found = trust_in(cells(), seed=0)
    root = ET.fromstring(calibration_svg(found, "Calibration of <a> & b"))  # noqa: S314  # our own
    tag = "{http://www.w3.org/2000/svg}"
    points = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in root.iter(f"{tag}circle")]
    words = [text.text for text in root.iter(f"{tag}text")]

    assert [
        pytest.approx((across(item.score), up(value(item.share))), abs=0.06) for item in found.bins
    ] == points
    assert words.count("200") == 10
    assert "Calibration of <a> & b" in words
    ends = [[line.get(key) for key in ("x1", "y1", "x2", "y2")] for line in root.iter(f"{tag}line")]
    assert [f"{across(0):.1f}", f"{up(0):.1f}", f"{across(1):.1f}", f"{up(1):.1f}"] in ends


def test_the_picture_speaks_to_those_who_do_not_see_it() -> None:
    """Each bin stands in its description."""
    found = trust_in(cells(), seed=0)
    picture = calibration_svg(found, "Calibration")

    assert picture.count("mean score 0.") == len(found.bins)
    assert "<title>Calibration</title>" in picture


def test_nothing_to_draw_is_an_empty_frame() -> None:
    """Axes alone; whoever has no bins does not draw."""
    assert "<circle" not in calibration_svg(Trust(0, 0, 0), "Calibration")
