"""Krippendorff's alpha for any categories, and for sets of codes (MASI)."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.stats.agreement import NO_VARIATION, NOTHING_SHARED, divided
from pipeline.stats.intervals import Estimate, jackknife

Array = np.ndarray[Any, Any]

MISSING = -1


def set_alpha(ratings: Array, interview: Array) -> Estimate:
    """Return alpha over the sets of codes that coders gave to each unit, by MASI (Passonneau 2006).

    Parameters
    ----------
    ratings
        (codes, coders, units): 1, 0 or nan. A coder's set on a unit is missing where one of its
        codes is.
    interview
        (units,) the interview of each, as integers.
    """
    n_codes, n_coders, n_units = ratings.shape
    known = ~np.isnan(ratings).any(axis=0)
    rows = (ratings == 1).reshape(n_codes, n_coders * n_units).T
    packed = np.packbits(rows, axis=1)
    _, first, number = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    values = np.where(known, number.reshape(n_coders, n_units), MISSING)
    return general_alpha(values, masi(rows[first]), interview)


def masi(sets: Array) -> Array:
    """Return the MASI distances (k, k) of the rows of ``sets`` (k, codes; true or false).

    1 - J M: J is the Jaccard index; M is 1 for equal sets, 2/3 if one holds the other, 1/3 if they
    only overlap, 0 if disjoint. Two empty sets: 0; an empty and another: 1 (Passonneau 2006).
    """
    member = sets.astype(float)
    shared = member @ member.T
    size = np.diagonal(shared)
    either = size[:, None] + size[None, :] - shared
    is_inside = shared == np.minimum(size[:, None], size[None, :])
    monotone = np.select([shared == either, shared == 0, is_inside], [1, 0, 2 / 3], 1 / 3)
    jaccard = np.where(either > 0, shared / np.where(either > 0, either, 1), 1)
    return np.asarray(1 - jaccard * monotone)


def nominal(n_categories: int) -> Array:
    """Return the distances of categories that are equal or not."""
    return 1 - np.eye(n_categories)


def general_alpha(values: Array, distance: Array, interview: Array) -> Estimate:
    """Return Krippendorff's alpha, 1 - Do/De, with its interval by interview.

    Do = (1/n) sum_u [sum over ordered pairs in u of d] / (m_u-1); De = sum over ordered pairs of
    all pooled values of d, over n(n-1) (Krippendorff 2011, section C and on).

    Parameters
    ----------
    values
        (coders, units) categories from 0, `MISSING` where there is no value.
    distance
        (k, k) symmetric, 0 on the diagonal.
    interview
        (units,) the interview of each, as integers.
    """
    counts = np.stack([np.sum(values == k, axis=0) for k in range(len(distance))], axis=1)
    paired = counts.sum(axis=1) > 1
    counts = counts[paired]
    if not len(counts):
        return Estimate(None, reason=NOTHING_SHARED)
    names, place = np.unique(interview[paired], return_inverse=True)
    differ = np.sum(counts @ distance * counts, axis=1) / (counts.sum(axis=1) - 1)
    observed = np.bincount(place, differ, minlength=len(names))
    pooled = np.zeros((len(names), len(distance)))
    np.add.at(pooled, place, counts)
    value = float(alpha_from(observed.sum(), pooled.sum(axis=0), distance))
    if np.isnan(value):
        return Estimate(None, reason=NO_VARIATION)
    left_out = alpha_from(observed.sum() - observed, pooled.sum(axis=0) - pooled, distance)
    return jackknife(value, left_out)


def alpha_from(observed: Array, pooled: Array, distance: Array) -> Array:
    """Return 1 - (n-1) observed / expected; the last axis of ``pooled`` counts each category."""
    expected = np.sum(pooled @ distance * pooled, axis=-1)
    return 1 - divided((pooled.sum(axis=-1) - 1) * observed, expected)
