"""Probabilities that mean what they say, and lists that miss no more than they may."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from pipeline.learn.calibration import (
    MIN_SLOPE,
    ListRule,
    fit_platt,
    missed_shares,
    risk_threshold,
    top_mask,
)

FLAT = ListRule(top=2, max_missed=0.1, ancestors=[[], [], []])


def test_true_odds_are_found_again() -> None:
    """Scores that are half and one too high are brought back to the probabilities behind them."""
    draw = np.random.default_rng(0)
    odds = draw.normal(-1, 2, size=(5_000, 2))
    Y = (draw.random(odds.shape) < expit(odds)).astype(float)

    slope, shift = fit_platt(odds / 2 + 1, Y, np.ones(Y.shape))

    assert slope == pytest.approx([2, 2], rel=0.1)
    assert shift == pytest.approx([-2, -2], rel=0.15)


def test_a_rare_code_borrows_from_all() -> None:
    """With few rows a code's curve stays near that of all codes; with many it is its own."""
    draw = np.random.default_rng(1)
    odds = draw.normal(0, 2, size=(4_000, 2))
    Y = (draw.random(odds.shape) < expit(odds + np.array([0.0, -2.0]))).astype(float)
    weight = np.ones(Y.shape)
    few = weight.copy()
    few[20:, 1] = 0

    shared, own = fit_platt(odds, Y, few)[1], fit_platt(odds, Y, weight)[1]

    assert -1 < shared[1] < own[1] + 2
    assert own[1] == pytest.approx(-2, abs=0.3)


def test_a_higher_score_never_means_less() -> None:
    """Even where labels contradict the scores the slope stays above zero."""
    scores = np.linspace(-3, 3, 200)[:, None]

    slope, _ = fit_platt(scores, (scores < 0).astype(float), np.ones((200, 1)))

    assert slope[0] >= MIN_SLOPE


def test_of_equals_the_earlier_code_is_taken() -> None:
    """Ties do not make a list longer, nor depend on chance."""
    assert [[True, True, False]] == top_mask(np.array([[0.5, 0.5, 0.5]]), 2).tolist()


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1), st.integers(1, 3))
def test_a_list_keeps_its_length_and_threshold(rows: list[tuple[float, ...]], top: int) -> None:
    """At most ``top`` codes, none below its threshold, none impossible."""
    proba = np.array(rows)

    shown = ListRule(top, 0.1, [[], [], []]).shown(proba, 0.3)

    assert (shown.sum(axis=1) <= top).all()
    assert not (shown & (proba < 0.3)).any()


@pytest.mark.parametrize(
    ("proba", "shown"),
    [
        ([0.8, 0.7, 0.1], [False, True, False]),  # the child says the same and more
        ([0.8, 0.35, 0.1], [True, True, False]),  # the child is not clear enough to speak for both
        ([0.8, 0.2, 0.1], [True, False, False]),  # the child is below its threshold
    ],
)
def test_a_clear_child_takes_its_parents_place(proba: list[float], shown: list[bool]) -> None:
    """A parent gives way to a child at least half as likely."""
    rule = ListRule(top=3, max_missed=0.1, ancestors=[[], [0], []])

    found = rule.shown(np.array([proba]), 0.3)

    assert [shown] == found.tolist()
    assert rule.covered(np.array([proba]), 0.3)[0, 0]


def test_shares_are_means_by_transcript() -> None:
    """Each segment counts the share of its codes that is missed; segments without codes do not."""
    Y = np.array([[1.0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, np.nan]])
    covered = np.array([[True, False, False], [True, True, False], [False] * 3, [True] * 3])

    found = missed_shares(covered, Y, np.array(["a", "a", "a", "b"]))

    assert [0.75, 0.0] == found.tolist()


def test_lists_of_unseen_transcripts_miss_no_more_than_promised() -> None:
    """Over many draws the mean missed share in a new transcript keeps the promise."""
    draw = np.random.default_rng(3)
    missed: list[float] = []
    for _ in range(60):
        proba = draw.beta(0.6, 1.2, size=(31 * 8, 3))
        Y = (draw.random(proba.shape) < proba).astype(float)
        groups = np.repeat(np.arange(31), 8)
        seen = groups < 30
        rule = ListRule(3, 0.2, [[], [], []])
        threshold = risk_threshold(proba[seen], Y[seen], groups[seen], rule)
        assert threshold is not None
        shares = missed_shares(rule.covered(proba[~seen], threshold), Y[~seen], groups[~seen])
        missed.extend(shares)

    assert 0.1 < np.mean(missed) < 0.22


def test_few_transcripts_promise_nothing() -> None:
    """With eight transcripts a tenth cannot be promised, however good the scores are."""
    Y = np.tile([1.0, 0.0, 0.0], (8, 1))

    assert risk_threshold(Y, Y, np.arange(8), FLAT) is None
    assert risk_threshold(np.tile(Y, (2, 1)), np.tile(Y, (2, 1)), np.arange(16), FLAT) == 1.0


def test_lists_that_are_too_short_promise_nothing() -> None:
    """Where every segment has three codes, lists of two miss a third."""
    Y = np.ones((40, 3))

    assert risk_threshold(Y * 0.9, Y, np.arange(40), FLAT) is None
