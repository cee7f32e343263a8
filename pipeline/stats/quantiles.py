"""Quantiles and tails of four distributions, from the standard library's gamma function."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

TINY = 1e-300  # keeps the continued fraction from dividing by 0
MAX_TERMS = 500


def normal_quantile(p: float) -> float:
    """Return the ``p`` quantile of the standard normal distribution, 0 < p < 1."""
    return NormalDist().inv_cdf(p)


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: int) -> float:
    """Return the ``p`` quantile of Student's t, by bisection to the last bits.

    Parameters
    ----------
    p
        In (0, 1).
    df
        Degrees of freedom, at least 1.
    """
    if p < 0.5:  # noqa: PLR2004  # the middle of a symmetric distribution
        return -t_quantile(1 - p, df)
    low, high = 0.0, 1.0
    while t_cdf(high, df) < p:
        low, high = high, high * 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if t_cdf(middle, df) < p else (low, middle)
    return (low + high) / 2


def t_cdf(t: float, df: int) -> float:
    """Return P(T <= t) for Student's t with ``df`` degrees of freedom."""
    tail = incomplete_beta(df / 2, 0.5, df / (df + t * t)) / 2
    return tail if t < 0 else 1 - tail


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 <= x <= 1; a, b > 0.

    By its continued fraction, on the side of the mean where that converges fast.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):
        return front * continued_fraction(a, b, x) / a
    return 1 - front * continued_fraction(b, a, 1 - x) / b


def continued_fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function (Lentz's method)."""
    above, below = 1.0, 1 / off_zero(1 - (a + b) * x / (a + 1))
    found = below
    for m in range(1, MAX_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below = 1 / off_zero(1 + term * below)
            above = off_zero(1 + term / above)
            found *= below * above
        if abs(below * above - 1) < 1e-16:  # noqa: PLR2004  # below the last bit of 1
            break
    return found


def off_zero(value: float) -> float:
    """Return ``value``, or something tiny in place of 0."""
    return value if abs(value) > TINY else TINY


@lru_cache(maxsize=1 << 18)
def log_choose(n: int, k: int) -> float:
    """Return the logarithm of how many ways there are to choose ``k`` of ``n``; -inf if none."""
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def binomial_tail(k: int, n: int, p: float) -> float:
    """Return P(X <= k) for X the successes of ``n`` trials with chance ``p`` in [0, 1] each."""
    if p in {0, 1}:
        return float(k >= n * p and k >= 0)
    yes, no = math.log(p), math.log1p(-p)
    found = (math.exp(log_choose(n, x) + x * yes + (n - x) * no) for x in range(min(k, n) + 1))
    return min(1.0, math.fsum(found))


@lru_cache(maxsize=8)
def log_factorials(n: int) -> Array:
    """Return the logarithms of 0! to ``n``!."""
    return np.array([math.lgamma(number + 1) for number in range(n + 1)])


def hypergeometric_tail(k: Array, total: Array, marked: Array, drawn: Array) -> Array:
    """Return P(X <= k) for X the marked ones among those drawn without putting back.

    Parameters
    ----------
    k
        At most so many marked ones are drawn.
    total, marked, drawn
        Size of the population, how many of it are marked, how many are drawn; whole numbers or
        arrays of them, as ``k``.
    """
    k, total, marked, drawn = np.broadcast_arrays(k, total, marked, drawn)
    logs = log_factorials(int(total.max(initial=0)))
    most = np.minimum(k, np.minimum(marked, drawn))
    least = np.maximum(drawn + marked - total, 0)
    found = np.zeros(k.shape)
    ways = logs[total] - logs[drawn] - logs[total - drawn]
    for x in range(int(least.min(initial=0)), int(most.max(initial=-1)) + 1):
        use = (least <= x) & (x <= most)
        m, d, rest = marked[use], drawn[use], (total - marked)[use]
        log = logs[m] - logs[x] - logs[m - x] + logs[rest] - logs[d - x] - logs[rest - d + x]
        found[use] += np.exp(log - ways[use])
    return np.minimum(found, 1.0)
