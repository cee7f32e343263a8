"""How good scores are: ranking, lists, calibration, and intervals by interview.

Arrays only. ``y`` is 1 (applied), 0 (judged and not applied) or nan (not judged: left out);
``weight`` counts a row more than once, e.g. 1 / inclusion probability. What is undefined is None.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

Array = np.ndarray[Any, Any]

MIN_GROUPS = 5  # with fewer interviews an interval promises more than it keeps
MIN_BIN = 10
N_BINS = 10
LEVEL = 0.95


def average_precision(y: Array, score: Array, weight: Array | None = None) -> float | None:
    """Return the sum of precision times gain in recall, from the highest score down.

    Rows of equal score come in together, so their order does not matter. None without a positive.
    """
    y, score, weight = judged(y, score, weight)
    total = float(weight @ y)
    if total == 0:
        return None
    order = np.argsort(-score, kind="stable")
    last_of_ties = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    hits = np.cumsum((weight * y)[order])[last_of_ties]
    taken = np.cumsum(weight[order])[last_of_ties]
    return float(np.sum(np.diff(hits, prepend=0) * hits / taken) / total)


def judged(y: Array, score: Array, weight: Array | None) -> tuple[Array, Array, Array]:
    """Return the rows where ``y`` is known and the weight is not 0."""
    weight = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
    keep = ~np.isnan(y) & (weight > 0)
    return np.asarray(y, dtype=float)[keep], np.asarray(score)[keep], weight[keep]


@dataclass(frozen=True, slots=True)
class Table:
    """Two yes-or-no judgements of the same things: both, first alone, second alone, neither."""

    both: float
    first: float
    second: float
    neither: float

    @property
    def precision(self) -> float | None:
        """Share of the second's yes that the first shares."""
        return ratio(self.both, self.both + self.second)

    @property
    def recall(self) -> float | None:
        """Share of the first's yes that the second shares."""
        return ratio(self.both, self.both + self.first)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; between two coders: their positive agreement."""
        return ratio(2 * self.both, 2 * self.both + self.first + self.second)

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance (Cohen 1960); None if chance alone would make them agree."""
        n = self.both + self.first + self.second + self.neither
        if n == 0:
            return None
        p, q = (self.both + self.first) / n, (self.both + self.second) / n
        chance = p * q + (1 - p) * (1 - q)
        return ratio((self.both + self.neither) / n - chance, 1 - chance)

    def __add__(self, other: Table) -> Table:
        return Table(
            self.both + other.both,
            self.first + other.first,
            self.second + other.second,
            self.neither + other.neither,
        )


def cross(first: Array, second: Array, weight: Array | None = None) -> Table:
    """Return the table of two judgements (1, 0, nan) over the rows that both judged."""
    known = ~np.isnan(second)
    weight = np.ones(len(first)) if weight is None else weight
    a, b, w = judged(first[known], second[known], weight[known])
    cells = [float(w @ (x * z)) for x in (a, 1 - a) for z in (b, 1 - b)]
    return Table(both=cells[0], first=cells[1], second=cells[2], neither=cells[3])


def ratio(part: float, whole: float) -> float | None:
    """Return ``part / whole``, None where ``whole`` is 0."""
    return part / whole if whole else None


def recall_in(Y: Array, lists: Array, weight: Array | None = None) -> float | None:
    """Return the mean share of a segment's codes that stand in its list (``lists``: true or false).

    Over the segments (rows) that carry a code at all.
    """
    applied = Y == 1
    n_codes = applied.sum(axis=1)
    some = n_codes > 0
    if not some.any():
        return None
    share = (applied & lists).sum(axis=1)[some] / n_codes[some]
    return float(np.average(share, weights=None if weight is None else weight[some]))


@dataclass(frozen=True, slots=True)
class Bin:
    """Segments of like score: how many, their mean score, and the share that carries the code."""

    n: int
    mass: float
    score: float
    share: float


def reliability(y: Array, score: Array, weight: Array | None = None) -> tuple[Bin, ...]:
    """Return up to ten bins of equal mass, from low scores to high (Nixon et al. 2019).

    Equal scores stay in the first bin that one of them reaches; a bin of fewer than ten segments
    joins the one before it.
    """
    y, score, weight = judged(y, score, weight)
    if not len(y):
        return ()
    order = np.argsort(score, kind="stable")
    y, score, weight = y[order], score[order], weight[order]
    starts = starts_of_bins(score)
    pieces = [slice(start, end) for start, end in zip(starts, [*starts[1:], len(y)], strict=True)]
    return tuple(
        Bin(
            len(y[piece]),
            float(weight[piece].sum()),
            float(np.average(score[piece], weights=weight[piece])),
            float(np.average(y[piece], weights=weight[piece])),
        )
        for piece in pieces
    )


def starts_of_bins(score: Array) -> list[int]:
    """Return where each bin of `reliability` starts in rising scores."""
    first_of_ties = np.searchsorted(score, score, side="left")
    number = first_of_ties * N_BINS // len(score)
    starts = [0]
    for start in np.flatnonzero(np.diff(number)) + 1:
        if start - starts[-1] >= MIN_BIN:
            starts.append(int(start))
    if len(starts) > 1 and len(score) - starts[-1] < MIN_BIN:
        starts.pop()
    return starts


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return the mean distance of score and share over ``bins`` (ECE, Naeini et al. 2015)."""
    mass = sum(item.mass for item in bins)
    return ratio(sum(item.mass * abs(item.share - item.score) for item in bins), mass)


def chance_calibration_error(
    score: Array, *, seed: int, n_draws: int = 200, weight: Array | None = None
) -> float | None:
    """Return the mean calibration error of a perfect model with these scores; never quite 0."""
    if not len(score):
        return None
    draw = np.random.default_rng(seed)
    order = np.argsort(score, kind="stable")
    score, weight = score[order], np.ones(len(score)) if weight is None else weight[order]
    starts = starts_of_bins(score)
    off = [
        np.abs(np.add.reduceat(weight * ((draw.random(len(score)) < score) - score), starts)).sum()
        for _ in range(n_draws)
    ]
    return float(np.mean(off) / weight.sum())


def brier(y: Array, score: Array, weight: Array | None = None) -> float | None:
    """Return the mean squared distance of score and truth (Brier 1950)."""
    y, score, weight = judged(y, score, weight)
    return float(np.average((score - y) ** 2, weights=weight)) if len(y) else None


def skill(y: Array, score: Array, weight: Array | None = None) -> float | None:
    """Return by which share the Brier score is below that of always saying the mean; 1 at best."""
    error = brier(y, score, weight)
    y, score, weight = judged(y, score, weight)
    if error is None or not y.any() or y.all():
        return None
    share = float(np.average(y, weights=weight))
    return 1 - error / (share * (1 - share))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its standard error and 95 % interval, each None where it cannot be told."""

    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None


def t_quantile(p: float, df: int) -> float:
    """Return the ``p`` quantile of Student's t distribution."""
    return float(stdtrit(df, p))


def jackknife(value: float, left_out: Array, limits: tuple[float, float] = (-1, 1)) -> Estimate:
    """Return ``value`` with an interval from leaving out one interview at a time.

    se^2 = (J-1)/J * sum_j (theta_(-j) - mean)^2, interval value -+ t(J-1) se (Efron & Stein 1981).

    Parameters
    ----------
    value
        The statistic over all interviews; nan if undefined.
    left_out
        The statistic without each interview in turn, nan where undefined then.
    limits
        What the statistic cannot exceed.

    Returns
    -------
    Estimate
        Without an interval under five interviews, or where a left-out value is undefined.
    """
    value = float(value)
    if math.isnan(value):
        return Estimate(None)
    n = len(left_out)
    if n < MIN_GROUPS or np.isnan(left_out).any():
        return Estimate(value)
    se = float(np.sqrt((n - 1) / n * np.sum((left_out - np.mean(left_out)) ** 2)))
    reach = t_quantile((1 + LEVEL) / 2, n - 1) * se
    return Estimate(value, se, max(limits[0], value - reach), min(limits[1], value + reach))
