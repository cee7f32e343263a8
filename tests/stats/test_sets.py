"""Alpha for any categories and for sets of codes."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.stats.agreement import NO_VARIATION, NOTHING_SHARED
from pipeline.stats.intervals import Array
from pipeline.stats.sets import MISSING, general_alpha, masi, nominal, set_alpha


def numbered(*rows: str) -> Array:
    """Return the values of coders written as letters, a point where one is missing."""
    letters = sorted(set("".join(rows)) - {"."})
    places = {".": MISSING, **{letter: n for n, letter in enumerate(letters)}}
    return np.array([[places[letter] for letter in row] for row in rows])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743421),
        (("0100000010", "1110010000"), 0.095238),
        (("aabbdcccedda", "babbbccceddd"), 0.691964),
    ],
)
def test_krippendorffs_examples(rows: tuple[str, ...], expected: float) -> None:
    """Krippendorff (2011), sections C, A and B."""
    values = numbered(*rows)

    found = general_alpha(values, nominal(values.max() + 1), np.zeros(values.shape[1], int))

    assert expected == round(found.value or 0, 6)


@given(
    arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(1, 25)), elements=st.integers(-1, 3))
)
def test_alpha_is_that_of_krippendorff(values: Array) -> None:
    """The package krippendorff gives the same for four categories and gaps."""
    found = general_alpha(values, nominal(4), np.arange(values.shape[1]))

    if found.value is not None:
        data = np.where(values == MISSING, np.nan, values)
        expected = krippendorff.alpha(
            data, value_domain=[0, 1, 2, 3], level_of_measurement="nominal"
        )
        assert expected == pytest.approx(found.value, abs=1e-9)


def test_distances_of_sets() -> None:
    """{a,b} against {a,b,c} 5/9; overlap 1 - J/3; disjoint 1; both empty 0; one empty 1."""
    sets = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)

    found = masi(sets)

    assert 0.5556 == round(found[0, 1], 4)
    assert 1 - 1 / 9 == pytest.approx(found[0, 2])
    assert [1, 1, 0, 0] == [found[0, 3], found[0, 4], found[4, 4], found[1, 1]]
    assert np.array_equal(found, found.T)


def test_alpha_of_sets_by_hand() -> None:
    """Three units, two coders: Do and De written out."""
    first = np.array([[1, 1, 0], [0, 1, 0]], dtype=float)  # codes, units
    second = np.array([[1, 1, 0], [0, 0, 0]], dtype=float)
    ratings = np.stack([first, second], axis=1)

    found = set_alpha(ratings, np.arange(3))

    far = 1 - 1 / 2 * 2 / 3  # {a,b} against {a}
    observed = 2 * far / 6  # sets: a, a / ab, a / none, none
    expected = (2 * 3 * far + 2 * 3 * 2 * 1 + 2 * 2 * 1) / 30
    assert 1 - observed / expected == pytest.approx(found.value, abs=1e-12)


def test_one_code_as_a_set_is_the_code() -> None:
    """With a single code the distance is equal or not, as in plain alpha."""
    rng = np.random.default_rng(1)
    ratings = rng.choice([0.0, 1.0, np.nan], (3, 40))
    interview = np.repeat(np.arange(8), 5)
    values = np.where(np.isnan(ratings), MISSING, ratings).astype(int)

    found = set_alpha(ratings[None], interview)

    assert general_alpha(values, nominal(2), interview).value == pytest.approx(found.value)
    assert found.low is not None


def test_a_set_with_a_gap_is_missing() -> None:
    """Who left one code open said nothing of the set."""
    ratings = np.array([[[1.0], [1.0]], [[np.nan], [0.0]]])  # codes, coders, units

    assert NOTHING_SHARED == set_alpha(ratings, np.zeros(1, int)).reason


def test_sets_that_never_vary() -> None:
    """Everything equal is no agreement beyond chance."""
    assert NO_VARIATION == set_alpha(np.zeros((2, 2, 6)), np.arange(6)).reason
