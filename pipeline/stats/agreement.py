"""Agreement of coders on one code, over all units that two of them finished.

Every measure is a function of sums over units, so that the sums of each interview give every value
that the jackknife needs. Units are segments, or runs of characters weighted by their length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np

from pipeline.stats.intervals import LIMITS, Estimate, jackknife

Array = np.ndarray[Any, Any]

MIN_WITH_CODE = 3  # interviews in which a code must occur before an interval is built
RELIABLE, TENTATIVE, UNLEARNABLE = 0.8, 0.667, 0.5  # bands of alpha

SHARES = frozenset({"percent", "positive", "negative", "jaccard"})  # cannot fall below 0

NOTHING_SHARED = "No unit was finished by two coders."
NEVER_APPLIED = "Nobody applied the code to a unit that two coders finished."
ALWAYS_APPLIED = "Everybody applied the code to every unit that two coders finished."
NO_VARIATION = "The code never varies where two coders looked: chance alone makes them agree."


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far coders agree on one code.

    Attributes
    ----------
    n_coders, n_units, n_pairable
        Coders who finished a unit; units with at least one rating; with at least two. In the view
        by characters units are characters.
    n_applied
        Ratings that say 1, over all rated units.
    n_interviews
        J: interviews with a pairable unit; those that the jackknife leaves out in turn.
    prevalence
        Mean over rated units of the share of coders who applied the code, in [0, 1].
    percent, positive, negative, kappa, alpha, pabak, ac1, jaccard
        The measures, see `MEASURES`; each with its interval, or with the reason for none.
    """

    n_coders: int
    n_units: int
    n_pairable: int
    n_applied: int
    n_interviews: int
    prevalence: float | None
    percent: Estimate
    positive: Estimate
    negative: Estimate
    kappa: Estimate
    alpha: Estimate
    pabak: Estimate
    ac1: Estimate
    jaccard: Estimate


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over units; a_u and b_u of the m_u ratings of unit u say 1 and 0.

    Arrays of one shape (of the interviews, or none), ``tables`` with two further axes: pairs of
    coders, and both, first alone, second alone, neither.

    Attributes
    ----------
    units, share
        1 and a_u/m_u, over rated units.
    pairable, agree
        1 and [a_u(a_u-1) + b_u(b_u-1)] / [m_u(m_u-1)], over units with two ratings or more, as all
        that follow.
    ones, zeros
        a_u and b_u.
    both, neither, differ
        a_u(a_u-1)/(m_u-1), b_u(b_u-1)/(m_u-1) and 2 a_u b_u/(m_u-1).
    """

    units: Array
    share: Array
    pairable: Array
    agree: Array
    ones: Array
    zeros: Array
    both: Array
    neither: Array
    differ: Array
    tables: Array

    def total(self) -> Sums:
        """Return the sums over all interviews."""
        return Sums(*(getattr(self, item.name).sum(axis=0) for item in fields(self)))

    def without_each(self, which: Array) -> Sums:
        """Return the sums without each of the interviews ``which`` in turn."""
        names = [item.name for item in fields(self)]
        return Sums(*(getattr(self, n).sum(axis=0) - getattr(self, n)[which] for n in names))


def agreement(ratings: Array, interview: Array, weight: Array | None = None) -> Agreement:
    """Return how far coders agree on one code.

    Parameters
    ----------
    ratings
        (coders, units): 1 applied, 0 not, nan missing.
    interview
        (units,) the interview of each, as integers: the unit of chance.
    weight
        (units,) how often each unit counts, as whole numbers: characters of a piece. None: once.

    Returns
    -------
    Agreement
        A measure's value is None where it is undefined; its interval also with under five
        interviews, or where the code occurs in fewer than three. Units with one rating count for
        ``n_units``, ``prevalence`` and the chance of AC1 only.
    """
    sums = sums_of(ratings, interview, weight)
    total = sums.total()
    which = np.flatnonzero(sums.pairable > 0)
    occurs = int(np.count_nonzero(sums.ones > 0))
    left_out = sums.without_each(which)
    found = {
        name: estimate_of(name, total, measure(total), measure(left_out), occurs)
        for name, measure in MEASURES.items()
    }
    return Agreement(
        n_coders=int(np.count_nonzero((~np.isnan(ratings)).any(axis=1))),
        n_units=int(total.units),
        n_pairable=int(total.pairable),
        n_applied=int(np.nansum(ratings * (1 if weight is None else weight))),
        n_interviews=len(which),
        prevalence=float(total.share / total.units) if total.units else None,
        **found,
    )


def sums_of(ratings: Array, interview: Array, weight: Array | None = None) -> Sums:
    """Return the sums of each interview, in ascending order of its number; see `agreement`."""
    weight = np.ones(len(interview)) if weight is None else np.asarray(weight, dtype=float)
    names, place = np.unique(interview, return_inverse=True)
    a, b = np.sum(ratings == 1, axis=0), np.sum(ratings == 0, axis=0)
    m = a + b
    rated, paired = m > 0, m > 1
    others = np.where(paired, m - 1, 1)

    def by_interview(value: Array, keep: Array) -> Array:
        return np.bincount(place, weight * value * keep, minlength=len(names))

    pairs = list(combinations(range(len(ratings)), 2))
    cells = [
        [
            by_interview((ratings[i] == x) & (ratings[j] == y), paired)
            for x in (1, 0)
            for y in (1, 0)
        ]
        for i, j in pairs
    ]
    return Sums(
        units=by_interview(rated, rated),
        share=by_interview(a / np.where(rated, m, 1), rated),
        pairable=by_interview(paired, paired),
        agree=by_interview((a * (a - 1) + b * (b - 1)) / (np.where(paired, m, 1) * others), paired),
        ones=by_interview(a, paired),
        zeros=by_interview(b, paired),
        both=by_interview(a * (a - 1) / others, paired),
        neither=by_interview(b * (b - 1) / others, paired),
        differ=by_interview(2 * a * b / others, paired),
        tables=np.array(cells).reshape(len(pairs), 4, len(names)).transpose(2, 0, 1),
    )


def divided(part: Array, whole: Array) -> Array:
    """Return ``part / whole``, nan where ``whole`` is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    found = np.full(part.shape, np.nan)
    np.divide(part, whole, out=found, where=whole != 0)
    return found


def percent(sums: Sums) -> Array:
    """Return the mean over units of the share of pairs of coders that agree (Fleiss 1971)."""
    return divided(sums.agree, sums.pairable)


def positive(sums: Sums) -> Array:
    """Return 2a/(2a+b+c) (Cicchetti & Feinstein 1990), equal to F1.

    With more coders, each weight of a pair is 1/(m_u-1) (ours).
    """
    return divided(sums.both, sums.ones)


def negative(sums: Sums) -> Array:
    """Return 2d/(2d+b+c): the same for units without the code."""
    return divided(sums.neither, sums.zeros)


def kappa(sums: Sums) -> Array:
    """Return Cohen's kappa (1960) over all units both finished; the mean over pairs (Light 1971).

    (Po-Pe)/(1-Pe) = 2(ad-bc) / [(a+b)(b+d) + (a+c)(c+d)]. Pairs without a value are left out of
    the mean.
    """
    a, b, c, d = np.moveaxis(sums.tables, -1, 0)
    each = divided(2 * (a * d - b * c), (a + b) * (b + d) + (a + c) * (c + d))
    known = ~np.isnan(each)
    return divided(np.where(known, each, 0).sum(axis=-1), known.sum(axis=-1))


def alpha(sums: Sums) -> Array:
    """Return Krippendorff's alpha, nominal: 1 - (n-1) sum_u [2 a_u b_u/(m_u-1)] / (2AB).

    Krippendorff (2011), sections A to C; A and B are all 1s and 0s of pairable units, n = A + B.
    """
    n = sums.ones + sums.zeros
    return 1 - divided((n - 1) * sums.differ, 2 * sums.ones * sums.zeros)


def pabak(sums: Sums) -> Array:
    """Return 2 Po - 1 (Byrt, Bishop & Carlin 1993)."""
    return 2 * percent(sums) - 1


def ac1(sums: Sums) -> Array:
    """Return Gwet's AC1 (2008): (Po-Pe)/(1-Pe), Pe = 2p(1-p), p the prevalence of all rated units.

    None can say p where nothing is rated, and Po is undefined there, too.
    """
    p = divided(sums.share, sums.units)
    chance = 2 * p * (1 - p)
    return np.asarray((percent(sums) - chance) / (1 - chance))


def jaccard(sums: Sums) -> Array:
    """Return a/(a+b+c): of the units that one coder of a pair coded, the share both did."""
    return divided(sums.both, sums.both + sums.differ)


MEASURES: Mapping[str, Callable[[Sums], Array]] = {
    "percent": percent,
    "positive": positive,
    "negative": negative,
    "kappa": kappa,
    "alpha": alpha,
    "pabak": pabak,
    "ac1": ac1,
    "jaccard": jaccard,
}


def estimate_of(name: str, total: Sums, value: Array, left_out: Array, occurs: int) -> Estimate:
    """Return one measure with its interval, or with the reason why there is none."""
    if np.isnan(value):
        return Estimate(None, reason=reason_of(name, total))
    if occurs < MIN_WITH_CODE:
        reason = f"No interval: the code occurs in {occurs} of at least {MIN_WITH_CODE} interviews."
        return Estimate(float(value), reason=reason)
    return jackknife(float(value), left_out, (0.0, 1.0) if name in SHARES else LIMITS)


def reason_of(name: str, total: Sums) -> str:
    """Return why the measure ``name`` is undefined."""
    if not total.pairable:
        return NOTHING_SHARED
    if name in {"positive", "jaccard"}:
        return NEVER_APPLIED
    return ALWAYS_APPLIED if name == "negative" else NO_VARIATION


def band(alpha_value: float | None) -> str | None:
    """Return how alpha reads: reliable, tentative, talk or unlearnable; None where undefined.

    Bounds .800 and .667 as is usual for alpha; under .5 no model can mend the code (ours).
    """
    if alpha_value is None:
        return None
    if alpha_value >= RELIABLE:
        return "reliable"
    if alpha_value >= TENTATIVE:
        return "tentative"
    return "talk" if alpha_value >= UNLEARNABLE else "unlearnable"
