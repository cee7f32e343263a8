"""Saturation: base and run, accumulation, and the codes that nobody has seen."""

from itertools import permutations

import numpy as np
import pytest

from pipeline.stats.intervals import Array
from pipeline.stats.saturation import (
    accumulation,
    chao2,
    guest,
    guest_table,
    new_codes,
    reached_by_then,
)


def bringing(*new: int) -> Array:
    """Return interviews that bring so many new codes each, and have all codes before them."""
    last = np.repeat(np.arange(len(new)), new)
    return np.arange(len(new))[:, None] >= last[None, :]


def with_counts(n: int, *counts: int) -> Array:
    """Return ``n`` interviews and codes that so many of them have."""
    return np.arange(n)[:, None] < np.array(counts)[None, :]


WORKED = bringing(20, 10, 5, 2, 4, 3, 1, 0, 1, 0)


def test_the_worked_runs_of_two() -> None:
    """37 codes in the base; 18.9, 10.8, 2.7 %: saturated at 6+2."""
    found = guest(WORKED)

    assert (37, 7, 4, 1) == (found.n_base, *found.n_new[:3])
    assert [18.9, 10.8, 2.7] == [round(100 * ratio, 1) for ratio in found.ratio[:3]]
    assert "6+2" == found.label


def test_the_worked_runs_of_three() -> None:
    """21.6, 10.8, 5.4, 2.7 %: saturated at 7+3."""
    found = guest(WORKED, run=3)

    assert [21.6, 10.8, 5.4, 2.7] == [round(100 * ratio, 1) for ratio in found.ratio]
    assert "7+3" == found.label


def test_no_new_code_at_all_is_a_stricter_threshold() -> None:
    """It may never be reached."""
    found = guest(WORKED, threshold=0.0)

    assert (None, None) == (found.before, found.label)
    assert None is reached_by_then(WORKED, found, seed=1)


@pytest.mark.parametrize(
    ("incidence", "words"),
    [
        (WORKED[:5], "5 interviews; a base of 4"),
        (bringing(0, 0, 0, 0, 1, 0), "The base has no code"),
    ],
)
def test_nothing_to_tell(incidence: Array, words: str) -> None:
    """Too few interviews, or an empty base."""
    found = guest(incidence)

    assert words in str(found.reason)
    assert found.before is None


def test_the_table_has_all_bases_and_runs() -> None:
    """4 to 6 by 2 and 3."""
    found = guest_table(WORKED)

    assert [(4, 2), (4, 3), (5, 2), (5, 3), (6, 2), (6, 3)] == [(g.base, g.run) for g in found]


def test_order_matters_and_how_much_is_told() -> None:
    """Where all interviews are alike every order saturates at once; else only some do."""
    alike = np.ones((8, 5), dtype=bool)

    assert 1.0 == reached_by_then(alike, guest(alike), seed=1, n_orders=50)
    share = reached_by_then(WORKED, guest(WORKED), seed=1, n_orders=200)
    assert share is not None
    assert share == reached_by_then(WORKED, guest(WORKED), seed=1, n_orders=200)
    assert 0 < share <= 1


def test_new_codes_add_up() -> None:
    """Each code is new once."""
    assert [20, 10, 5, 2, 4, 3, 1, 0, 1, 0] == new_codes(WORKED).tolist()


def test_the_worked_accumulation() -> None:
    """J = 10, y = 10, 5, 1: S(1) 1.6, S(2) 1.9778, S(5) 2.4960."""
    found = accumulation(with_counts(10, 10, 5, 1))

    assert [1.6, 1.9778, 2.4960] == [round(found[t - 1], 4) for t in (1, 2, 5)]
    assert 3 == pytest.approx(found[-1])


def test_accumulation_is_the_mean_over_all_orders() -> None:
    """All 120 orders of five interviews."""
    incidence = np.random.default_rng(1).random((5, 7)) < 0.3
    orders = [np.cumsum(new_codes(incidence[list(order)])) for order in permutations(range(5))]

    assert np.mean(orders, axis=0) == pytest.approx(accumulation(incidence), abs=1e-9)


def test_the_worked_chao2() -> None:
    """J 10, S 20, Q1 6, Q2 3: 25.4, variance 34.56, [20.95, 50.55]."""
    found = chao2(with_counts(10, *[1] * 6, *[2] * 3, *[5] * 11))

    assert (20, 6, 3) == (found.n_seen, found.once, found.twice)
    assert (25.4, 34.56) == (round(found.value or 0, 4), round(found.variance or 0, 4))
    assert (20.95, 50.55) == (round(found.low or 0, 2), round(found.high or 0, 2))


@pytest.mark.parametrize(
    ("incidence", "value", "words"),
    [
        (with_counts(10, 2, 3), None, "nothing unseen is suggested"),
        (with_counts(10, 0, 0), None, "No code was seen"),
        (with_counts(10, 1, 1, 1, 5), 4 + 0.9 * 3, "seen in exactly two"),
        (with_counts(4, 1, 2), 2 + 0.75 / 2, "4 of at least 5 interviews"),
    ],
)
def test_what_chao2_does_not_say(incidence: Array, value: float | None, words: str) -> None:
    """No number where nothing suggests unseen codes, no interval where it would be a guess."""
    found = chao2(incidence)

    assert value == pytest.approx(found.value)
    assert found.low is None
    assert words in str(found.reason)
