"""Agreement on one code: worked examples, oracles, properties and what is refused."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

from pipeline.stats.agreement import (
    ALWAYS_APPLIED,
    MEASURES,
    NEVER_APPLIED,
    NO_VARIATION,
    NOTHING_SHARED,
    Agreement,
    Array,
    agreement,
    band,
)

RATINGS = arrays(
    np.float64,
    st.tuples(st.integers(2, 4), st.integers(2, 30)),
    elements=st.sampled_from([0.0, 1.0, np.nan]),
)
COMPLETE = arrays(
    np.float64,
    st.tuples(st.integers(2, 4), st.integers(2, 30)),
    elements=st.sampled_from([0.0, 1.0]),
)


def from_table(both: int, first: int, second: int, neither: int) -> Array:
    """Return the ratings of two coders with this table."""
    cells = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    return np.array(cells, dtype=float).T


def agree(ratings: Array) -> Agreement:
    """Return the agreement where every unit is an interview of its own."""
    return agreement(ratings, np.arange(ratings.shape[1]))


def values(found: Agreement) -> dict[str, float | None]:
    """Return the value of each measure."""
    return {name: getattr(found, name).value for name in MEASURES}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            (40, 9, 6, 45),
            {"percent": 0.85, "kappa": 0.6995, "alpha": 0.7008, "pabak": 0.70, "ac1": 0.7007},
        ),
        ((80, 10, 5, 5), {"percent": 0.85, "kappa": 0.3182, "alpha": 0.3177, "ac1": 0.8080}),
        ((2, 3, 4, 991), {"percent": 0.993, "kappa": 0.3601, "ac1": 0.9929}),
    ],
)
def test_worked_tables(table: tuple[int, int, int, int], expected: dict[str, float]) -> None:
    """The same percent, and yet kappa .6995 or .3182: the paradox of the rare code."""
    found = values(agree(from_table(*table)))

    assert expected == {name: round(found[name] or 0, 4) for name in expected}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((40, 9, 6, 45), 0.700748129676),
        ((80, 10, 5, 5), 0.808),
        ((2, 3, 4, 991), 0.992922576526),
    ],
)
def test_ac1_is_that_of_irrcac(table: tuple[int, int, int, int], expected: float) -> None:
    """Its numbers are stated here, since irrCAC cannot be installed beside today's pandas."""
    assert expected == pytest.approx(agree(from_table(*table)).ac1.value, abs=1e-9)


def test_ac1_with_gaps_is_that_of_irrcac() -> None:
    """Three coders, each of whom left some of ten units out; alpha and 2 Po - 1 beside it."""
    gap = np.nan
    ratings = np.array(
        [
            [1, 1, 0, 0, 1, 0, gap, 0, 1, gap],
            [1, 0, 0, 0, 1, 0, 1, gap, 1, gap],
            [gap, 1, 0, 1, 1, 0, 0, 0, gap, 1],
        ]
    )

    found = agree(ratings)

    assert 0.486615328199 == pytest.approx(found.ac1.value, abs=1e-9)
    assert 0.5 == pytest.approx(found.alpha.value, abs=1e-9)
    assert 0.481481481481 == pytest.approx(found.pabak.value, abs=1e-9)


def test_krippendorffs_binary_example() -> None:
    """Krippendorff (2011), section A: .0952."""
    first, second = "0100000010", "1110010000"

    found = agree(np.array([list(first), list(second)], dtype=float))

    assert 0.0952 == round(found.alpha.value or 0, 4)


def test_the_kappa_trap() -> None:
    """Uncoded text is in the base: 5,000 of 10,000 each and 2,500 shared is chance, not .299."""
    chance = agree(from_table(2_500, 2_500, 2_500, 2_500))
    good = agree(from_table(800, 200, 200, 8_800))

    assert (0.0, 0.7778) == (chance.kappa.value, round(good.kappa.value or 0, 4))


def test_positive_and_negative_agreement() -> None:
    """2a/(2a+b+c) and 2d/(2d+b+c); a/(a+b+c) beside them."""
    found = agree(from_table(40, 9, 6, 45))

    assert 80 / 95 == pytest.approx(found.positive.value)
    assert 90 / 105 == pytest.approx(found.negative.value)
    assert 40 / 55 == pytest.approx(found.jaccard.value)


def test_the_worked_jackknife() -> None:
    """9, 8, 10, 6, 7 of 10 agree in five interviews: .80, se .07071, [.6037, .9963]."""
    same = [9, 8, 10, 6, 7]
    units = [[(1, 1)] * (n // 2) + [(0, 0)] * (n - n // 2) + [(1, 0)] * (10 - n) for n in same]
    ratings = np.array([pair for interview in units for pair in interview], dtype=float).T

    found = agreement(ratings, np.repeat(np.arange(5), 10)).percent

    assert (0.80, 0.07071) == (found.value, round(found.se or 0, 5))
    assert (0.6037, 0.9963) == (round(found.low or 0, 4), round(found.high or 0, 4))


@given(RATINGS)
def test_alpha_is_that_of_krippendorff(ratings: Array) -> None:
    """The package krippendorff gives the same, with any number of coders and gaps."""
    found = agree(ratings).alpha

    if found.value is not None:
        expected = krippendorff.alpha(ratings, value_domain=[0, 1], level_of_measurement="nominal")
        assert expected == pytest.approx(found.value, abs=1e-9)


@given(
    arrays(
        np.float64, st.tuples(st.just(2), st.integers(2, 30)), elements=st.sampled_from([0.0, 1.0])
    )
)
def test_kappa_is_that_of_scikit_learn(ratings: Array) -> None:
    """Two coders, all units."""
    found = agree(ratings).kappa

    if found.value is not None:
        expected = cohen_kappa_score(*ratings, labels=[0, 1])
        assert expected == pytest.approx(found.value, abs=1e-9)


@given(COMPLETE)
def test_alpha_follows_from_fleiss_kappa(ratings: Array) -> None:
    """Of complete data alpha = 1 - (1 - Fleiss kappa)(n-1)/n; statsmodels gives Fleiss kappa."""
    found = agree(ratings).alpha

    if found.value is not None:
        ones = ratings.sum(axis=0)
        fleiss = fleiss_kappa(np.stack([len(ratings) - ones, ones], axis=1))
        n = ratings.size
        assert 1 - (1 - fleiss) * (n - 1) / n == pytest.approx(found.value, abs=1e-9)


@given(RATINGS, st.integers(0, 3))
def test_the_order_of_coders_does_not_matter(ratings: Array, shift: int) -> None:
    """Swapping coders changes nothing."""
    turned = np.roll(ratings[::-1], shift, axis=0)

    assert values(agree(ratings)) == pytest.approx(values(agree(turned)), nan_ok=True)


@given(RATINGS)
def test_zero_and_one_are_names(ratings: Array) -> None:
    """Swapping them swaps positive and negative agreement and changes nothing else."""
    there, back = values(agree(ratings)), values(agree(1 - ratings))

    same = ["percent", "kappa", "alpha", "pabak", "ac1"]
    assert [there[n] for n in same] == pytest.approx([back[n] for n in same])
    assert there["positive"] == pytest.approx(back["negative"])


def test_two_identical_coders() -> None:
    """All measures are 1; without any disagreement there is no interval."""
    ratings = np.tile([1.0, 0.0, 0.0], (2, 10))

    found = agreement(ratings, np.repeat(np.arange(10), 3))

    assert {1.0} == set(values(found).values())
    assert "its spread is unknown" in str(found.alpha.reason)


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        (0.0, {"positive": NEVER_APPLIED, "jaccard": NEVER_APPLIED}),
        (1.0, {"negative": ALWAYS_APPLIED}),
    ],
)
def test_a_code_that_never_varies(said: float, reasons: dict[str, str]) -> None:
    """Kappa and alpha are undefined; percent, PABAK and AC1 are 1."""
    found = agree(np.full((2, 8), said))

    wanted = {"kappa": NO_VARIATION, "alpha": NO_VARIATION, **reasons}
    assert wanted == {n: getattr(found, n).reason for n in MEASURES if values(found)[n] is None}
    assert [1, 1, 1] == [found.percent.value, found.pabak.value, found.ac1.value]


def test_nothing_shared() -> None:
    """Two coders who finished different segments: no measure, but the prevalence."""
    found = agree(np.array([[1, 0, np.nan], [np.nan, np.nan, 0]]))

    assert {None} == set(values(found).values())
    assert {NOTHING_SHARED} == {getattr(found, name).reason for name in MEASURES}
    assert (3, 0, 1 / 3) == (found.n_units, found.n_pairable, found.prevalence)


def test_nothing_at_all() -> None:
    """No unit, no number."""
    found = agreement(np.empty((2, 0)), np.empty(0, dtype=int))

    assert (0, None, None) == (found.n_units, found.prevalence, found.alpha.value)


def test_a_single_rating_counts_for_the_base_only() -> None:
    """It is in n_units, prevalence and the chance of AC1, and in nothing else."""
    pairs = from_table(4, 2, 1, 9)
    alone = np.array([[1.0] * 4, [np.nan] * 4])

    before, after = agree(pairs), agree(np.hstack([pairs, alone]))

    assert (before.n_units + 4, before.n_pairable) == (after.n_units, after.n_pairable)
    assert (before.prevalence or 0) < (after.prevalence or 0)
    assert before.ac1.value != after.ac1.value
    same = [name for name in MEASURES if name != "ac1"]
    assert [values(before)[n] for n in same] == [values(after)[n] for n in same]


def test_segments_that_both_leave_empty_raise_percent() -> None:
    """The base moves the numbers, which is why it is printed."""
    before, after = agree(from_table(5, 3, 3, 10)), agree(from_table(5, 3, 3, 50))

    assert (before.percent.value or 0) < (after.percent.value or 0)
    assert (before.ac1.value or 0) < (after.ac1.value or 0)


def test_three_coders_take_the_mean_kappa_of_pairs() -> None:
    """Light (1971); a pair without a value is left out."""
    ratings = np.array([[1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1], [1, 1, 1, 0, np.nan, np.nan]])
    complete = [agree(ratings[[i, j]]).kappa.value for i, j in ((0, 1), (0, 2), (1, 2))]
    gap = np.vstack([ratings[:2], np.full(6, np.nan)])

    assert np.mean([v or 0 for v in complete]) == pytest.approx(agree(ratings).kappa.value)
    assert complete[0] == agree(gap).kappa.value


@given(RATINGS, st.integers(1, 5))
def test_a_weight_is_a_repetition(ratings: Array, times: int) -> None:
    """Characters of a piece count as if each were a unit."""
    interview = np.arange(ratings.shape[1])
    weighted = agreement(ratings, interview, np.full(ratings.shape[1], times))
    repeated = agreement(np.repeat(ratings, times, axis=1), np.repeat(interview, times))

    assert values(repeated) == pytest.approx(values(weighted))
    assert repeated.n_applied == weighted.n_applied


@pytest.mark.parametrize(
    ("n_interviews", "n_with_code", "words"),
    [(4, 4, "4 of at least 5 interviews"), (8, 2, "occurs in 2 of at least 3 interviews")],
)
def test_an_interval_is_refused(n_interviews: int, n_with_code: int, words: str) -> None:
    """The number stays, the interval goes, and the reason says why."""
    with_code, without = [[1, 1, 0], [1, 0, 0]], [[0, 0, 0], [0, 0, 0]]
    blocks = [with_code] * n_with_code + [without] * (n_interviews - n_with_code)

    found = agreement(
        np.hstack([np.array(block, float) for block in blocks]),
        np.repeat(np.arange(n_interviews), 3),
    )

    assert found.alpha.value is not None
    assert (None, None) == (found.alpha.low, found.alpha.width)
    assert words in str(found.alpha.reason)


def test_a_number_that_hangs_on_one_interview_has_no_interval() -> None:
    """Negative agreement is undefined once the one interview with a 0 is left out."""
    ratings = np.ones((2, 12))
    ratings[:, 0] = 0

    found = agreement(ratings, np.repeat(np.arange(6), 2))

    assert 1 == found.negative.value
    assert "hangs on one interview" in str(found.negative.reason)


def test_a_share_has_no_negative_limit() -> None:
    """Positive agreement of a code that coders mostly see differently ends at 0; kappa may not."""
    both = np.array([[1, 1, 0, 0, 0, 1], [1, 0, 1, 1, 0, 0]], dtype=float)
    differ = np.array([[1, 1, 0, 0, 0, 1], [0, 0, 1, 1, 1, 0]], dtype=float)

    found = agreement(np.hstack([both, both, *[differ] * 4]), np.repeat(np.arange(6), 6))

    assert 0 == found.positive.low
    assert (found.kappa.low or 0) < 0


def test_interviews_without_a_shared_unit_do_not_count() -> None:
    """J counts the interviews that say something of agreement."""
    ratings = np.array([[1, 0, 1], [1, 1, np.nan]])

    assert 2 == agree(ratings).n_interviews


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0.8, "reliable"),
        (0.7, "tentative"),
        (0.6, "talk"),
        (0.49, "unlearnable"),
    ],
)
def test_bands(value: float | None, expected: str | None) -> None:
    """.800 and .667 as is usual; under .5 no model can mend the code."""
    assert expected == band(value)
