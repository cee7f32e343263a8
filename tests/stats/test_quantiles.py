"""Quantiles and tails against scipy, and the values that everybody has in a table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.stats.quantiles import (
    binomial_tail,
    continued_fraction,
    hypergeometric_tail,
    incomplete_beta,
    log_choose,
    normal_quantile,
    off_zero,
    t_cdf,
    t_quantile,
)


@pytest.mark.parametrize(("df", "expected"), [(4, 2.7764), (11, 2.2010), (19, 2.0930)])
def test_t_quantile_of_the_tables(df: int, expected: float) -> None:
    """The 97.5 % quantiles as printed tables have them."""
    assert expected == round(t_quantile(0.975, df), 4)


@given(st.floats(0.001, 0.999), st.integers(1, 400))
def test_t_is_that_of_scipy(p: float, df: int) -> None:
    """Quantile and distribution agree, and undo each other."""
    found = t_quantile(p, df)

    assert stats.t.ppf(p, df) == pytest.approx(found, rel=1e-9, abs=1e-9)
    assert stats.t.cdf(found, df) == pytest.approx(t_cdf(found, df), abs=1e-9)


@given(st.floats(0.5, 300), st.floats(0.5, 300), st.floats(0, 1))
def test_incomplete_beta_is_that_of_scipy(a: float, b: float, x: float) -> None:
    """Over its whole range, ends included."""
    assert stats.beta.cdf(x, a, b) == pytest.approx(incomplete_beta(a, b, x), abs=1e-10)


def test_the_continued_fraction_ends() -> None:
    """Far from where it converges it stops after its last term instead of running on."""
    assert continued_fraction(5e6, 5e6, 0.5) > 0


def test_nothing_is_divided_by_zero() -> None:
    """Zero becomes something tiny, everything else stays."""
    assert (1e-300, -2.0) == (off_zero(0.0), off_zero(-2.0))


def test_normal_quantile() -> None:
    """The 97.5 % quantile."""
    assert 1.959963984540054 == pytest.approx(normal_quantile(0.975), abs=1e-12)


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_binomial_tail_is_that_of_scipy(k: int, n: int, p: float) -> None:
    """P(X <= k), certain and impossible successes included."""
    assert stats.binom.cdf(k, n, p) == pytest.approx(binomial_tail(k, n, p), abs=1e-12)


def test_no_success_in_45() -> None:
    """.95^45 = .0994, and 44 give .1047."""
    assert (0.0994, 0.1047) == (
        round(binomial_tail(0, 45, 0.05), 4),
        round(binomial_tail(0, 44, 0.05), 4),
    )


@given(st.data())
def test_hypergeometric_tail_is_that_of_scipy(data: st.DataObject) -> None:
    """P(X <= k) for any population."""
    total = data.draw(st.integers(1, 300))
    marked, drawn = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    k = data.draw(st.integers(0, total))

    found = float(hypergeometric_tail(*map(np.array, (k, total, marked, drawn))))

    assert stats.hypergeom.cdf(k, total, marked, drawn) == pytest.approx(found, abs=1e-9)


def test_there_is_no_way_to_choose_more_than_there_is() -> None:
    """The logarithm of nothing."""
    assert float("-inf") == log_choose(3, 4)
