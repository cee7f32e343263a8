"""Saturation: whether further interviews still bring new codes, and how many may be unseen.

Input is an incidence matrix, interviews x codes (true: the interview has the code), its rows in the
order in which interviews were collected or coded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.stats.quantiles import log_choose, normal_quantile

Array = np.ndarray[Any, Any]

BASES, RUNS, THRESHOLD = (4, 5, 6), (2, 3), 0.05
MIN_INTERVIEWS = 5
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Guest:
    """Base, run and threshold (Guest, Namey & Chen 2020).

    Attributes
    ----------
    base, run, threshold
        Interviews in the base; interviews in a run; share of new codes that counts as saturated.
    n_base
        Distinct codes in the base.
    n_new, ratio
        New codes in each run, the run moving on by one interview, and what share of ``n_base``.
    before
        Interviews before the first run at or under the threshold; None: not reached.
    reason
        Why there is nothing to tell.
    """

    base: int
    run: int
    threshold: float
    n_base: int = 0
    n_new: tuple[int, ...] = ()
    ratio: tuple[float, ...] = ()
    before: int | None = None
    reason: str | None = None

    @property
    def label(self) -> str | None:
        """Interviews before the run and in it, such as ``6+2``; None if not reached."""
        return None if self.before is None else f"{self.before}+{self.run}"


def guest(incidence: Array, base: int = 4, run: int = 2, threshold: float = THRESHOLD) -> Guest:
    """Return whether the codes are saturated; the base stays fixed.

    Parameters
    ----------
    incidence
        (J, codes) true where the interview has the code.
    base, run, threshold
        As in `Guest`; threshold in [0, 1).
    """
    if len(incidence) < base + run:
        reason = f"{len(incidence)} interviews; a base of {base} and a run of {run} want more."
        return Guest(base, run, threshold, reason=reason)
    new = new_codes(incidence)
    n_base = int(new[:base].sum())
    if not n_base:
        reason = "The base has no code, so there is nothing to compare new codes with."
        return Guest(base, run, threshold, reason=reason)
    counts = np.convolve(new[base:], np.ones(run, dtype=int), mode="valid")
    ratio = counts / n_base
    reached = np.flatnonzero(ratio <= threshold)
    return Guest(
        base,
        run,
        threshold,
        n_base,
        tuple(map(int, counts)),
        tuple(map(float, ratio)),
        base + int(reached[0]) if len(reached) else None,
    )


def new_codes(incidence: Array) -> Array:
    """Return how many codes each interview is the first to have."""
    seen = np.maximum.accumulate(np.asarray(incidence, dtype=bool), axis=0).sum(axis=1)
    return np.diff(seen, prepend=0)


def guest_table(incidence: Array, threshold: float = THRESHOLD) -> tuple[Guest, ...]:
    """Return `guest` for bases of 4 to 6 and runs of 2 and 3."""
    return tuple(guest(incidence, base, run, threshold) for base in BASES for run in RUNS)


def reached_by_then(
    incidence: Array, found: Guest, *, seed: int, n_orders: int = 1_000
) -> float | None:
    """Return in what share of random orders of the interviews saturation came as early as found.

    Parameters
    ----------
    incidence
        As for `guest`.
    found
        The result in the order given; None is returned if it did not reach the threshold.
    seed, n_orders
        Of the random orders.
    """
    if found.before is None:
        return None
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(n_orders):
        other = guest(rng.permutation(incidence), found.base, found.run, found.threshold)
        hits += other.before is not None and other.before <= found.before
    return hits / n_orders


def accumulation(incidence: Array) -> Array:
    """Return the codes expected in 1 to J interviews drawn at random (rarefaction).

    S(t) = sum_c [1 - C(J-y_c, t)/C(J, t)], y_c interviews with code c (Colwell et al. 2012,
    sample-based); equal to the mean over all orders.
    """
    n = len(incidence)
    counts = np.asarray(incidence, dtype=bool).sum(axis=0)
    return np.array(
        [sum(chance_seen(n, int(y), t) for y in counts) for t in range(1, n + 1)], float
    )


def chance_seen(n: int, with_code: int, drawn: int) -> float:
    """Return the probability that ``drawn`` of ``n`` interviews hold one of those with the code."""
    return 1 - math.exp(log_choose(n - with_code, drawn) - log_choose(n, drawn))


@dataclass(frozen=True, slots=True)
class Unseen:
    """How many codes there are at least, seen or not (Chao2).

    ``n_seen`` codes were seen, ``once`` and ``twice`` of them in exactly one and two interviews.
    ``reason`` says why there is no number, or no interval.
    """

    n_seen: int
    once: int
    twice: int
    value: float | None = None
    variance: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def chao2(incidence: Array) -> Unseen:
    """Return a lower bound of the number of codes, seen or not (Chao 1987).

    S + A Q1^2/(2 Q2) with A = (J-1)/J; S + A Q1(Q1-1)/2 if Q2 = 0. The interval is on the log scale
    of the unseen: [S + T/K, S + T K], T = unseen, K = exp(1.96 sqrt(log(1 + var/T^2))).

    Returns
    -------
    Unseen
        Without a number where no code was seen, or where none was seen in one interview only;
        without an interval under five interviews or where no code was seen in exactly two.
    """
    n = len(incidence)
    counts = np.asarray(incidence, dtype=bool).sum(axis=0)
    seen, once, twice = (int(np.sum(test)) for test in (counts > 0, counts == 1, counts == 2))  # noqa: PLR2004  # in two interviews
    if not once:
        reason = "Every code was seen in two interviews or more: nothing unseen is suggested."
        reason = reason if seen else "No code was seen."
        return Unseen(seen, once, twice, reason=reason)
    a = (n - 1) / n
    if not twice:
        reason = "No interval: no code was seen in exactly two interviews."
        return Unseen(seen, once, twice, seen + a * once * (once - 1) / 2, reason=reason)
    value = seen + a * once**2 / (2 * twice)
    q = once / twice
    variance = twice * (a / 2 * q**2 + a**2 * q**3 + a**2 / 4 * q**4)
    if n < MIN_INTERVIEWS:
        reason = f"No interval: {n} of at least {MIN_INTERVIEWS} interviews."
        return Unseen(seen, once, twice, value, variance, reason=reason)
    unseen = value - seen
    z = normal_quantile((1 + LEVEL) / 2)
    k = math.exp(z * math.sqrt(math.log1p(variance / unseen**2)))
    return Unseen(seen, once, twice, value, variance, seen + unseen / k, seen + unseen * k)
