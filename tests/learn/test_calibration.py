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
    control_risk,
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


def test_a_transcript_misses_a_share_of_all_its_codes() -> None:
    """Two of three missed; none of one; a transcript without a code misses nothing, and counts."""
    Y = np.array([[1.0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, np.nan], [0, 0, 0]])
    covered = np.array([[True, False, False], [True, True, False], *[[False] * 3] * 3])
    covered[3, 0] = True

    found = missed_shares(covered, Y, np.array(["a", "a", "a", "b", "c"]))

    assert [pytest.approx(2 / 3), 0.0, 0.0] == found.tolist()


def test_nineteen_transcripts_may_miss_a_twentieth_to_promise_a_tenth() -> None:
    """(19 x .0526 + 1) / 20 = .1: exactly one of the nineteen may miss all of its codes."""
    proba = np.linspace(0.1, 0.9, 19)[:, None]
    found = control_risk(proba, np.ones((19, 1)), np.arange(19), ListRule(3, 0.1, [[]]))

    assert found.threshold == pytest.approx(proba[1, 0])
    assert found.missed == pytest.approx(1 / 19)
    assert found.length == pytest.approx(18 / 19)


@pytest.mark.parametrize("target", [0.1, 0.2])
def test_lists_of_unseen_transcripts_miss_what_was_promised(target: float) -> None:
    """Over 25 seeds the mean missed share keeps the promise, and wastes less than a point of it.

    Interviews differ in how well scores fit them, which is what makes them the unit of chance.
    """
    missed = []
    for seed in range(25):
        draw = np.random.default_rng(seed)
        groups = np.repeat(np.arange(600), 8)
        proba = draw.beta(0.6, 1.2, size=(len(groups), 3))
        skew = draw.lognormal(sigma=0.4, size=600)[groups][:, None]
        Y = (draw.random(proba.shape) < proba**skew).astype(float)
        rule, seen = ListRule(3, target, [[], [], []]), groups < 200
        threshold = risk_threshold(proba[seen], Y[seen], groups[seen], rule)
        assert threshold is not None
        covered = rule.covered(proba[~seen], threshold)
        missed.append(missed_shares(covered, Y[~seen], groups[~seen]).mean())
    error = np.std(missed, ddof=1) / np.sqrt(len(missed))

    assert np.mean(missed) <= target + 2 * error
    assert np.mean(missed) == pytest.approx(target, abs=0.01)


def test_few_transcripts_promise_nothing() -> None:
    """With eight transcripts a tenth cannot be promised, however good the scores are."""
    Y = np.tile([1.0, 0.0, 0.0], (8, 1))

    found = control_risk(Y, Y, np.arange(8), FLAT)

    assert found.threshold is None
    assert "missed takes 9 interviews; there are 8" in found.problem
    assert risk_threshold(np.tile(Y, (2, 1))[:9], np.tile(Y, (2, 1))[:9], np.arange(9), FLAT) == 1.0
    assert risk_threshold(np.tile(Y, (2, 1)), np.tile(Y, (2, 1)), np.arange(16), FLAT) == 1.0


def test_lists_that_are_too_short_promise_nothing() -> None:
    """Where every segment has three codes, lists of two miss a third."""
    Y = np.ones((40, 3))

    found = control_risk(Y * 0.9, Y, np.arange(40), FLAT)

    assert found.threshold is None
    assert "even full lists of 2 codes miss 33% of the codes of 40 interviews" in found.problem
