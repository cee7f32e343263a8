"""When reading may stop: whether enough of a code's segments have been found, and how surely.

Callaghan & Mueller-Hansen (2020). "Found" means that people decided so: what a coder overlooks
while reading is not covered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from pipeline.stats.quantiles import hypergeometric_tail

Array = np.ndarray[Any, Any]

ROUNDING = 1e-9  # what divisions of whole numbers by a share may be off


@dataclass(frozen=True, slots=True)
class Promise:
    """To have found at least ``target`` of a code's segments, with ``confidence``; in (0, 1)."""

    target: float = 0.95
    confidence: float = 0.95

    def level(self, turn: int) -> float:
        """Return the level of the ``turn``-th formal check (from 1): (1-confidence)/2^turn.

        All checks of a code together then keep the promise.
        """
        return float((1 - Fraction(str(self.confidence))) / 2**turn)

    def hidden(self, found: int, hits: int) -> int:
        """Return the least number of codes among the unread with which the target is missed.

        K = floor((r+k)/target - r + 1), in whole numbers: 38 of 40 are .95 and not a bit less.
        """
        return math.floor(Fraction(found + hits) / Fraction(str(self.target)) - found + 1)


USUAL = Promise()


@dataclass(frozen=True, slots=True)
class Check:
    """A formal check of one code.

    ``p`` is the probability to find so few if the target were missed; ``level`` is what it must be
    under; ``hidden`` is K.
    """

    p: float
    level: float
    hidden: int

    @property
    def may_stop(self) -> bool:
        """Whether reading for this code may stop."""
        return self.p < self.level


def formal_check(
    found: int, unread: int, sample: tuple[int, int], turn: int = 1, promise: Promise = USUAL
) -> Check:
    """Return whether a random sample of the unread shows that the target is met.

    p = P(X <= k), X hypergeometric (unread, K, drawn).

    Parameters
    ----------
    found
        r: segments with the code found before the sample was drawn; at least 1.
    unread
        M: segments unread before the sample was drawn.
    sample
        How many of the unread were drawn at random and read blind, and in how many the code was.
    turn
        Which formal check of this code it is, from 1.
    promise
        Target and confidence.

    Raises
    ------
    ValueError
        If nothing was found: no share of nothing can be promised, see `n_to_rule_out`.
    """
    if found + sample[1] < 1:
        raise ValueError(f"found {found}: a share of nothing cannot be promised")
    hidden = promise.hidden(found, sample[1])
    return Check(tail(unread, hidden, sample), promise.level(turn), hidden)


def tail(unread: int, hidden: int, sample: tuple[int, int]) -> float:
    """Return the probability of so few hits if ``hidden`` of the ``unread`` carry the code."""
    if hidden > unread:
        return 0.0
    drawn, hits = sample
    return float(hypergeometric_tail(*map(np.asarray, (hits, unread, hidden, drawn))))


def at_best(found: int, unread: int, level: float, promise: Promise = USUAL) -> int:
    """Return how many random unread segments must be read if the code is in none of them.

    The smallest n with p < ``level``; 0 if so few are unread that the target is met already.
    """
    return smallest((0, unread), 0, found, unread, (level, promise)) or 0


def likely(found: int, unread: int, expected: float, level: float, promise: Promise = USUAL) -> int:
    """Return how many random unread segments must be read if hits come as the scores say.

    Parameters
    ----------
    found, unread, level, promise
        As for `at_best`.
    expected
        Mean calibrated score of the unread segments, in [0, 1]; of n drawn, ceil(n * expected)
        are taken to carry the code.
    """
    if expected <= 0:
        return at_best(found, unread, level, promise)
    hits, n = 0, None
    while n is None:  # ends at the latest where all are drawn, for then nothing stays hidden
        hits += 1
        first = math.floor((hits - 1) / expected + ROUNDING) + 1
        last = min(math.floor(hits / expected + ROUNDING), unread)
        n = smallest((first, last), hits, found, unread, (level, promise))
    return n


def smallest(
    bounds: tuple[int, int], hits: int, found: int, unread: int, wanted: tuple[float, Promise]
) -> int | None:
    """Return the least number to draw within ``bounds`` that meets the level, None if none does."""
    level, promise = wanted
    hidden = promise.hidden(found, hits)
    low, high = bounds
    if low > high or tail(unread, hidden, (high, hits)) >= level:
        return None
    while low < high:
        middle = (low + high) // 2
        is_met = tail(unread, hidden, (middle, hits)) < level
        low, high = (low, middle) if is_met else (middle + 1, high)
    return low


def indicative(applied: Array, n_total: int, promise: Promise = USUAL) -> float | None:
    """Return the indicative p: the least over all past positions of reading.

    What was read after a position is treated as if it had been drawn at random. Repeated looks are
    not paid for and the order by score is leant on, so this is a hint and not a promise.

    Parameters
    ----------
    applied
        (read,) 1 or 0 in the order of reading.
    n_total
        N: segments in scope, read or not.
    promise
        Target and confidence.

    Returns
    -------
    float | None
        None if nothing was read or the code was never found.
    """
    n_read, n_found = len(applied), int(np.sum(applied))
    if not n_found:
        return None
    before = np.concatenate([[0], np.cumsum(applied)[:-1]]).astype(int)
    unread = n_total - np.arange(n_read)
    whole = math.floor(Fraction(n_found) / Fraction(str(promise.target)))
    hidden = whole - before + 1
    is_open = hidden <= unread
    if not is_open.all():
        return 0.0
    drawn = n_read - np.arange(n_read)
    return float(hypergeometric_tail(n_found - before, unread, hidden, drawn).min())


def n_to_rule_out(share: float, confidence: float = 0.95) -> int:
    """Return how many random segments without the code rule out a share above ``share``.

    The smallest n with (1-share)^n <= 1-confidence.
    """
    return math.ceil(math.log(1 - confidence) / math.log1p(-share) - 1e-12)
