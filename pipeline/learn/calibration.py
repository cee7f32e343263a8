"""From scores to probabilities, and from probabilities to lists that miss little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from pipeline.learn.words import Array

SHRINKAGE = 20.0  # how hard a code's own fit is drawn to that of all codes together
MIN_SLOPE = 0.05  # a higher score never means a lower probability
N_CANDIDATES = 200
CLEAR = 0.5
EPSILON = 1e-9  # rounding; nine transcripts do allow a tenth


@dataclass(frozen=True, slots=True)
class ListRule:
    """How lists are made: at most ``top`` codes a segment, missing at most ``max_missed``.

    ``max_missed`` in (0, 1) is the share of a segment's true codes that the lists of an unseen
    transcript may miss on average; ``ancestors`` are the columns of the codes above each code.
    """

    top: int
    max_missed: float
    ancestors: Sequence[Sequence[int]]

    def shown(self, proba: Array, thresholds: Array | float) -> Array:
        """Return which codes are shown, rows x codes: none below its threshold.

        A parent gives way to a child that is at least `CLEAR` times as likely and not below its own
        threshold: the child says the same and more.
        """
        kept = np.where(proba >= thresholds, proba, 0.0)
        implied = np.zeros(kept.shape, dtype=bool)
        for code, above in enumerate(self.ancestors):
            for parent in above:
                clear = kept[:, code] >= CLEAR * kept[:, parent]
                implied[:, parent] |= clear & (kept[:, code] > 0)
        kept[implied] = 0
        return top_mask(kept, self.top) & (kept > 0)

    def covered(self, proba: Array, thresholds: Array | float) -> Array:
        """Return which codes are shown or stand above one that is."""
        shown = self.shown(proba, thresholds)
        for code, above in enumerate(self.ancestors):
            shown[:, above] |= shown[:, [code]]
        return shown


def fit_platt(scores: Array, Y: Array, weight: Array) -> tuple[Array, Array]:
    """Return slope and shift of each code, so that expit(slope * score + shift) is a probability.

    Platt (1999), on scores of rows that the model had not seen; each code's pair is drawn towards
    that of all codes together, so that rare codes borrow from common ones.

    Parameters
    ----------
    scores, Y, weight
        Rows x codes; weight 0 leaves an entry out.
    """
    seen = weight > 0
    centre = fit_pair(scores[seen], Y[seen], weight[seen], np.array([1.0, 0.0]), 1.0)
    pairs = [
        fit_pair(scores[used, code], Y[used, code], weight[used, code], centre, SHRINKAGE)
        for code, used in enumerate(seen.T)
    ]
    slope, shift = np.array(pairs).reshape(-1, 2).T
    return slope, shift


def fit_pair(scores: Array, y: Array, weight: Array, centre: Array, ridge: float) -> Array:
    """Return slope and shift of one logistic curve, drawn towards ``centre``."""
    if not len(scores):
        return centre

    def loss(pair: Array) -> tuple[float, Array]:
        value = pair[0] * scores + pair[1]
        slope = weight * (expit(value) - y)
        away = pair - centre
        total = weight @ (np.logaddexp(0, value) - y * value) + ridge * (away @ away) / 2
        return float(total), np.array([slope @ scores, slope.sum()]) + ridge * away

    bounds = [(MIN_SLOPE, None), (None, None)]
    return np.asarray(minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=bounds).x)


def top_mask(proba: Array, top: int) -> Array:
    """Return which codes are among the ``top`` of their row; of equals the earlier code wins."""
    order = np.argsort(-proba, axis=1, kind="stable")[:, :top]
    mask = np.zeros(proba.shape, dtype=bool)
    np.put_along_axis(mask, order, values=True, axis=1)
    return mask


def missed_shares(covered: Array, Y: Array, groups: Array) -> Array:
    """Return, for each transcript, the share of its codes that are not covered; 0 without codes."""
    true = Y == 1
    _, place = np.unique(groups, return_inverse=True)
    n_true = np.bincount(place, true.sum(axis=1))
    n_missed = np.bincount(place, (true & ~covered).sum(axis=1))
    return n_missed / np.maximum(n_true, 1)


@dataclass(frozen=True, slots=True)
class Control:
    """A threshold whose lists keep the promise, or why there is none.

    On the ``n_groups`` transcripts that it was learned from, lists above ``threshold`` miss the
    share ``missed`` of codes and are ``length`` codes long, both on average.
    """

    threshold: float | None
    n_groups: int
    missed: float | None = None
    length: float | None = None
    problem: str = ""


def control_risk(proba: Array, Y: Array, groups: Array, lists: ListRule) -> Control:
    """Return the highest threshold whose lists miss at most ``max_missed`` in an unseen transcript.

    Conformal risk control (Angelopoulos et al. 2024, theorem 1) with the transcript as the unit:
    (sum of the transcripts' missed shares + 1) / (transcripts + 1) <= ``max_missed``. The promise
    is an average over transcripts that might have been drawn, not about these.

    Parameters
    ----------
    proba
        Probabilities of rows that the model had not seen.
    Y
        1 applied, 0 not, nan not judged.
    groups
        Transcript of each row.
    lists
        How lists are made and what they may miss.
    """
    n_groups, share = len(set(groups)), f"{lists.max_missed:.0%}"
    if (1 + EPSILON) * lists.max_missed * (n_groups + 1) < 1:
        least = math.ceil(1 / lists.max_missed - 1 - EPSILON)
        why = f"to promise that at most {share} of codes are missed takes {least} interviews"
        return Control(None, n_groups, problem=f"{why}; there are {n_groups}")
    found = np.unique(proba[(Y == 1) & lists.covered(proba, 0.0)])
    step = max(1, len(found) // N_CANDIDATES)
    for threshold in found[::step][::-1]:
        missed = missed_shares(lists.covered(proba, threshold), Y, groups)
        if (missed.sum() + 1) / (n_groups + 1) <= lists.max_missed * (1 + EPSILON):
            length = float(lists.shown(proba, threshold).sum(axis=1).mean())
            return Control(float(threshold), n_groups, float(missed.mean()), length)
    least_missed = missed_shares(lists.covered(proba, 0.0), Y, groups).mean() if len(Y) else 0.0
    return Control(
        None,
        n_groups,
        problem=f"even full lists of {lists.top} codes miss {least_missed:.0%} of the codes of "
        f"{n_groups} interviews, too much to promise {share}",
    )


def risk_threshold(proba: Array, Y: Array, groups: Array, lists: ListRule) -> float | None:
    """Return the threshold of `control_risk`, None where nothing can be promised."""
    return control_risk(proba, Y, groups, lists).threshold
