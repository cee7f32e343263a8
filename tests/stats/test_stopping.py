"""When reading may stop: worked numbers, and what the promise is made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.stats.stopping import (
    Promise,
    at_best,
    formal_check,
    indicative,
    likely,
    n_to_rule_out,
    tail,
)

NINETY = Promise(target=0.90)


def test_the_worked_numbers() -> None:
    """38 found, 1,000 unread: K = 3 and 631, first formal check 707; with one hit 751."""
    promise = Promise()

    assert 3 == promise.hidden(38, 0)
    assert 631 == at_best(38, 1_000, 0.05)
    assert 707 == at_best(38, 1_000, promise.level(1))
    assert (0.0500, 0.0504) == (
        round(tail(1_000, 3, (631, 0)), 4),
        round(tail(1_000, 3, (630, 0)), 4),
    )
    assert tail(1_000, 3, (631, 0)) < 0.05
    assert 4 == promise.hidden(38, 1)
    assert tail(1_000, 4, (751, 1)) < 0.05 <= tail(1_000, 4, (750, 1))
    assert (5, 450) == (NINETY.hidden(38, 0), at_best(38, 1_000, 0.05, NINETY))


def test_whole_numbers_are_whole() -> None:
    """38/.95 is 40, not 40.00000000000001 or 39.99999999999999."""
    assert [3, 4, 6] == [Promise().hidden(n, 0) for n in (38, 57, 95)]


def test_each_check_has_half_the_level_of_the_one_before() -> None:
    """All of them together then keep the promise."""
    levels = [Promise().level(turn) for turn in range(1, 40)]

    assert 0.025 == levels[0]
    assert sum(levels) <= 0.05


@given(st.integers(1, 60), st.integers(1, 300), st.data())
def test_a_formal_check_is_a_hypergeometric_tail(
    found: int, unread: int, data: st.DataObject
) -> None:
    """Of scipy, for the least number of codes that would break the promise."""
    drawn = data.draw(st.integers(0, unread))
    hits = data.draw(st.integers(0, drawn))

    check = formal_check(found, unread, (drawn, hits))

    assert (
        (found + hits) / (found + check.hidden)
        < 0.95
        <= (found + hits) / (found + check.hidden - 1)
    )
    expected = (
        stats.hypergeom.cdf(hits, unread, check.hidden, drawn) if check.hidden <= unread else 0
    )
    assert expected == pytest.approx(check.p, abs=1e-9)
    assert check.may_stop == (check.p < 0.025)


def test_nothing_found_promises_nothing() -> None:
    """No share of nothing can be told; 59 random segments rule out a share above 5 %."""
    with pytest.raises(ValueError, match="a share of nothing"):
        formal_check(0, 100, (50, 0))

    assert (59, 1) == (n_to_rule_out(0.05), n_to_rule_out(0.95))


def test_so_few_are_unread_that_the_target_is_met() -> None:
    """Two unread segments cannot hold three codes."""
    assert 0 == at_best(38, 2, 0.025)


@given(st.integers(1, 40), st.integers(1, 200))
def test_at_best_is_the_smallest(found: int, unread: int) -> None:
    """One less would not do."""
    n = at_best(found, unread, 0.025)

    hidden = Promise().hidden(found, 0)
    assert tail(unread, hidden, (n, 0)) < 0.025
    assert n == 0 or tail(unread, hidden, (n - 1, 0)) >= 0.025


def test_likely_is_more_than_at_best() -> None:
    """The more codes the scores expect among the unread, the more there is to read."""
    found = [likely(38, 1_000, expected, 0.05) for expected in (0.0, 0.001, 0.01, 0.5)]

    assert 631 == found[0]
    assert found == sorted(found)
    assert found[0] < found[-1] <= 1_000


def test_likely_is_the_smallest_that_does() -> None:
    """As a slow search finds it."""
    slow = next(
        n
        for n in range(1, 301)
        if tail(300, Promise().hidden(20, int(np.ceil(n * 0.004))), (n, int(np.ceil(n * 0.004))))
        < 0.05
    )

    assert slow == likely(20, 300, 0.004, 0.05)


def test_indicative_is_the_least_over_all_positions() -> None:
    """As a slow reading of the definition gives it."""
    rng = np.random.default_rng(1)
    applied = (rng.random(120) < np.linspace(0.5, 0, 120)).astype(int)
    r, n = int(applied.sum()), 200
    slow = []
    for i in range(120):
        before = int(applied[:i].sum())
        hidden = Promise().hidden(before, r - before)
        p = stats.hypergeom.cdf(r - before, n - i, hidden, 120 - i) if hidden <= n - i else 0
        slow.append(p)

    assert min(slow) == pytest.approx(indicative(applied, n), abs=1e-9)


def test_indicative_without_a_code() -> None:
    """Nothing read, or never found: nothing to tell; all read: certain."""
    assert None is indicative(np.zeros(10), 20)
    assert None is indicative(np.zeros(0), 20)
    assert 0.0 == indicative(np.ones(20), 20)
