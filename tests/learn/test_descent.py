"""The way down: found on any bowl, by a short way, and the same each time."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from pipeline.learn.descent import LEAST_SLOPE, Point, downhill, lowest, step_along
from pipeline.learn.words import Array


class Bowl:
    """A bowl with its lowest point at ``centre``; curved as ``bends`` say; counts its calls."""

    def __init__(self, bends: Array, centre: Array) -> None:
        self.bends, self.centre, self.n_calls = bends, centre, 0

    def __call__(self, place: Array) -> tuple[float, Array]:
        """Return value and slope."""
        self.n_calls += 1
        off = place - self.centre
        return float((self.bends * off * off).sum() / 2), self.bends * off


def softplus(place: Array) -> tuple[float, Array]:
    """Return a loss as the classifier's: logistic, with a penalty."""
    n = np.arange(len(place))
    target = (n % 3 == 0).astype(float)
    value = (np.logaddexp(0, place) - target * place).sum() + place @ place / 6
    return float(value), 1 / (1 + np.exp(-place)) - target + place / 3


@given(st.lists(st.tuples(st.floats(0.5, 20), st.floats(-9, 9)), min_size=1, max_size=8))
def test_the_lowest_point_of_a_bowl_is_found(sides: list[tuple[float, float]]) -> None:
    """Wherever it lies and however it is curved, to the accuracy that is asked for."""
    bends, centre = np.array(sides).T
    bowl = Bowl(bends, centre)

    found = lowest(bowl, np.zeros(len(sides)))

    assert bowl(found)[0] < 1e-2


def test_it_goes_as_low_as_scipy() -> None:
    """On a loss like the classifier's the value is that of scipy's L-BFGS-B."""
    start = np.linspace(-3, 3, 30)

    found = lowest(softplus, start)

    assert softplus(found)[0] == pytest.approx(minimize(softplus, start, jac=True).fun, abs=1e-5)


def test_a_round_bowl_takes_few_steps() -> None:
    """Where every side is alike, the curvature is known after one step."""
    bowl = Bowl(np.full(1_000, 7.0), np.linspace(-1, 1, 1_000))

    lowest(bowl, np.zeros(1_000))

    assert bowl.n_calls <= 6


def test_at_the_bottom_it_stays() -> None:
    """A start without a slope is returned as it is; so is one of no numbers."""
    bowl = Bowl(np.ones(3), np.full(3, LEAST_SLOPE / 2))

    assert [0, 0, 0] == lowest(bowl, np.zeros(3)).tolist()
    assert [] == lowest(lambda place: (0.0, place), np.zeros(0)).tolist()


def test_a_step_too_long_is_cut_back() -> None:
    """A way that overshoots leads to a lower point all the same."""
    bowl = Bowl(np.ones(2), np.zeros(2))
    here = Point(np.ones(2), *bowl(np.ones(2)))

    there = step_along(bowl, here, -100 * here.slope)

    assert there.value < here.value


def test_a_way_that_leads_nowhere_ends() -> None:
    """Where no step falls, as rounding can make it, the point stays where it is."""
    bowl = Bowl(np.ones(2), np.zeros(2))
    here = Point(np.zeros(2), *bowl(np.zeros(2)))

    assert step_along(bowl, here, np.ones(2)) is here


def test_the_way_down_is_against_the_slope() -> None:
    """Whatever the memory of a bowl, the way makes a blunt angle with the slope."""
    draw = np.random.default_rng(0)
    bends = draw.uniform(0.1, 9, 5)
    memory: list[tuple[Array, Array]] = [(s, bends * s) for s in draw.normal(size=(4, 5))]
    slope = draw.normal(size=5)

    assert downhill(slope, deque(memory)) @ slope < 0
