"""Measures against worked examples, scikit-learn and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, cohen_kappa_score, f1_score

from pipeline.learn.metrics import (
    Array,
    Table,
    average_precision,
    brier,
    calibration_error,
    chance_calibration_error,
    cross,
    jackknife,
    recall_in,
    reliability,
    skill,
    t_quantile,
)

ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 5), st.sampled_from([0.5, 1.0, 4.0])),
    min_size=1,
    max_size=40,
)


def columns(rows: list[tuple[float, int, float]]) -> tuple[Array, Array, Array]:
    """Return truth, score (with many ties) and weight."""
    y, score, weight = np.array(rows, dtype=float).T
    return y, score / 5, weight


def test_average_precision_of_a_ranking_done_by_hand() -> None:
    """Hits at ranks 1, 3 and 4: (1/1 + 2/3 + 3/4) / 3."""
    found = average_precision(np.array([1, 0, 1, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6, 0.5]))

    assert found == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)


@given(ROWS)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[float, int, float]]) -> None:
    """With ties and weights, too."""
    y, score, weight = columns(rows)

    found = average_precision(y, score, weight)

    if y.any():
        assert found == pytest.approx(average_precision_score(y, score, sample_weight=weight))
    else:
        assert found is None


def test_what_nobody_judged_counts_nowhere() -> None:
    """A nan is neither yes nor no."""
    y, score = np.array([1, np.nan, 0, 1]), np.array([0.2, 0.9, 0.5, 0.6])
    known = np.array([0, 2, 3])

    assert average_precision(y, score) == average_precision(y[known], score[known])
    assert cross(y, (score > 0.4).astype(float)) == Table(1, 1, 1, 0)
    assert sum(item.n for item in reliability(y, score)) == 3


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        (Table(40, 9, 6, 45), 0.6995),
        (Table(80, 10, 5, 5), 0.3182),  # the paradox of Feinstein & Cicchetti 1990
        (Table(2, 3, 4, 991), 0.3601),
        (Table(2500, 2500, 2500, 2500), 0.0),  # pure chance over all that both read
        (Table(5, 0, 0, 5), 1.0),
    ],
)
def test_kappa_of_worked_tables(table: Table, kappa: float) -> None:
    """Cohen 1960."""
    assert table.kappa == pytest.approx(kappa, abs=5e-5)


@given(ROWS)
def test_kappa_and_f1_are_those_of_scikit_learn(rows: list[tuple[float, int, float]]) -> None:
    """A table of truth and threshold, weighted."""
    y, score, weight = columns(rows)
    said = (score > 0.5).astype(float)
    table = cross(y, said, weight)

    if table.f1 is not None:
        assert table.f1 == pytest.approx(f1_score(y, said, sample_weight=weight))
    if table.kappa is not None and len(set(y) | set(said)) > 1:
        assert table.kappa == pytest.approx(cohen_kappa_score(y, said, sample_weight=weight))


def test_precision_recall_and_f1_by_hand() -> None:
    """8 found, 2 missed, 4 false: 8/12, 8/10, 16/22."""
    table = Table(both=8, first=2, second=4, neither=6)

    assert table.precision == pytest.approx(8 / 12)
    assert table.recall == pytest.approx(0.8)
    assert table.f1 == pytest.approx(16 / 22)


def test_nothing_said_has_no_precision() -> None:
    """Undefined is None, never 0 or 1."""
    empty = Table(0, 0, 0, 0)

    assert (None, None, None, None) == (empty.precision, empty.recall, empty.f1, empty.kappa)
    assert Table(0, 0, 0, 9).kappa is None


def test_tables_of_several_pairs_add_up() -> None:
    """Pooling pairs of coders is adding their tables."""
    assert Table(1, 2, 3, 4) + Table(10, 20, 30, 40) == Table(11, 22, 33, 44)


def test_recall_in_short_lists_by_hand() -> None:
    """One of two codes in the list, then one of one; the third segment has none: .75."""
    Y = np.array([[1, 0, 1], [0, 1, np.nan], [0, 0, 0]])
    lists = np.array([[1, 1, 0], [0, 1, 1], [1, 1, 1]], dtype=bool)

    assert recall_in(Y, lists) == pytest.approx(0.75)
    assert recall_in(Y, lists, np.array([3.0, 1, 1])) == pytest.approx((3 * 0.5 + 1) / 4)
    assert recall_in(np.zeros((2, 3)), lists[:2]) is None


def worked() -> tuple[Array, Array]:
    """Return ten at .2 of which 3 are coded, and ten at .8 of which 7 are."""
    y = np.array([1] * 3 + [0] * 7 + [1] * 7 + [0] * 3, dtype=float)
    return y, np.repeat([0.2, 0.8], 10)


def test_calibration_error_of_the_worked_example() -> None:
    """Two bins, each .1 off; Brier .22; skill .12."""
    y, score = worked()

    assert [(item.n, item.share) for item in reliability(y, score)] == [(10, 0.3), (10, 0.7)]
    assert calibration_error(reliability(y, score)) == pytest.approx(0.10)
    assert brier(y, score) == pytest.approx(0.22)
    assert skill(y, score) == pytest.approx(0.12)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), min_size=1, max_size=300))
def test_bins_hold_everything_once_and_no_tie_is_torn(rows: list[tuple[bool, int]]) -> None:
    """No row is lost; bins rise in score; none has fewer than ten rows while there are two."""
    y, score = np.array(rows, dtype=float).T
    bins = reliability(y, score)

    assert sum(item.n for item in bins) == len(rows)
    assert sum(item.n * item.share for item in bins) == pytest.approx(y.sum())
    assert [item.score for item in bins] == sorted({item.score for item in bins})
    assert len(bins) == 1 or min(item.n for item in bins) >= 10


def test_a_perfect_model_has_some_error_by_chance() -> None:
    """The error of a perfect model falls with the number of rows and is never 0."""
    few = chance_calibration_error(np.full(100, 0.3), seed=1, n_draws=50)
    many = chance_calibration_error(np.full(10_000, 0.3), seed=1, n_draws=50)

    assert few is not None
    assert many is not None
    assert 0 < many < 0.1 * 0.1 < few < 0.1


def test_weights_of_one_size_change_no_chance_error() -> None:
    """Only their proportions count; few heavy rows leave more to chance than many light ones."""
    score = np.linspace(0.1, 0.9, 500)
    plain, equal, uneven = (
        chance_calibration_error(score, seed=3, weight=weight)
        for weight in (None, np.full(500, 7.0), np.where(np.arange(500) % 10, 0.1, 9.0))
    )

    assert plain is not None
    assert uneven is not None
    assert plain == pytest.approx(equal)
    assert uneven > plain


def test_skill_is_undefined_where_there_is_nothing_to_tell_apart() -> None:
    """All coded or none coded: the mean is always right."""
    assert skill(np.ones(5), np.full(5, 0.5)) is None
    assert skill(np.zeros(5), np.full(5, 0.5)) is None


def test_no_rows_have_no_calibration() -> None:
    """Undefined is None."""
    nothing = np.array([])

    assert calibration_error(reliability(nothing, nothing)) is None
    assert chance_calibration_error(nothing, seed=0, n_draws=2) is None
    assert brier(nothing, nothing) is None
    assert skill(nothing, nothing) is None


@pytest.mark.parametrize(("df", "expected"), [(4, 2.7764), (11, 2.2010), (19, 2.0930)])
def test_quantiles_of_student(df: int, expected: float) -> None:
    """Two-sided 95 % points from the tables."""
    assert t_quantile(0.975, df) == pytest.approx(expected, abs=5e-5)


def test_jackknife_of_the_worked_example() -> None:
    """9, 8, 10, 6, 7 of 10 right in five interviews: .80, se .07071, [.6037, .9963]."""
    right = np.array([9, 8, 10, 6, 7])
    found = jackknife(right.sum() / 50, (right.sum() - right) / 40)

    assert found.value == pytest.approx(0.8)
    assert found.se == pytest.approx(0.07071, abs=5e-6)
    assert found.low == pytest.approx(0.6037, abs=5e-5)
    assert found.high == pytest.approx(0.9963, abs=5e-5)


@pytest.mark.parametrize(
    "left_out", [[0.4, 0.5, 0.6, 0.7], [0.4, 0.5, np.nan, 0.6, 0.7]], ids=["four", "undefined"]
)
def test_too_few_interviews_have_a_number_but_no_interval(left_out: list[float]) -> None:
    """Refuse the interval, not the number."""
    found = jackknife(0.5, np.array(left_out))

    assert (0.5, None, None, None) == (found.value, found.se, found.low, found.high)


def test_an_undefined_number_has_no_interval_either() -> None:
    """Nothing in, nothing out."""
    assert jackknife(float("nan"), np.zeros(9)).value is None


def test_an_interval_stays_within_what_is_possible() -> None:
    """A share does not exceed 1, nor fall below 0."""
    found = jackknife(0.9, np.array([0.7, 1.0, 0.9, 0.6, 1.0]), (0, 1))

    assert (0, 1) == (found.low, found.high)
