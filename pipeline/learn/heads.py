"""Penalised logistic regressions, one a code, which lean on the codebook until labels speak.

All codes are fitted at once, while labels are few in the coordinates that the labelled rows span: a
ridge penalty never leaves that space, which is far smaller than the vocabulary (the representer
theorem, Kimeldorf & Wahba 1971).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from pipeline.learn.descent import lowest
from pipeline.learn.words import Array, in_use

RIDGE = 1 / 3  # on every weight: C = 3 in scikit-learn's words
TRUST_RIDGE = 5.0  # draws the weight of the codebook's word towards its mean over the codes
MEAN_TRUST_RIDGE = 0.5  # draws that mean towards 1, for each code
BIAS = -2.0  # what an average segment's log odds are before any label
ONE_SIDED = 50.0  # holds the bias while a code has only positives or none
BIAS_RIDGE = 0.01
BALANCE = 0.5  # positives weigh (negatives / positives) to this power
MAX_SPANNED = 2_000  # rows; above, finding their coordinates costs more than it saves
RANK_TOLERANCE = 1e-10  # of the largest eigenvalue; below, a direction is rounding


@dataclass(frozen=True, slots=True)
class Design:
    """Labelled rows: ``terms`` (sparse), ``rest`` (topics and context), ``affinity`` of each code.

    ``columns`` are the numbers, among all terms, of the columns of ``terms``: those in use here; a
    term that no labelled row has gets no weight under a ridge penalty.
    """

    terms: sp.csr_matrix
    columns: Array
    rest: Array
    affinity: Array


@dataclass(frozen=True, slots=True)
class Space:
    """The labelled rows in some coordinates: those that they span, or the features themselves.

    ``rows`` is rows x coordinates and has the same scalar products as the rows of the design;
    ``origin`` (rows x coordinates) turns coordinates into a mixture of the design's rows, None
    where the coordinates are the features. Features that came later are the last coordinates.
    """

    design: Design
    rows: Array | sp.csr_matrix
    origin: Array | None

    def widened(self, features: Array) -> Space:
        """Return the space with further ``features`` of its rows, behind the others."""
        design = replace(self.design, rest=np.hstack([self.design.rest, features]))
        if self.origin is None:
            return Space(design, sp.hstack([self.rows, features], format="csr"), None)
        return Space(design, np.hstack([self.rows, features]), self.origin)


@dataclass(frozen=True, slots=True)
class Heads:
    """What was learnt, a column a code: ``weights`` of coordinates, ``trust`` in the affinity."""

    weights: Array
    trust: Array
    bias: Array

    def score(self, rows: Array | sp.csr_matrix, affinity: Array) -> Array:
        """Return the log odds of ``rows`` in coordinates and their ``affinity``, rows x codes."""
        found: Array = rows @ self.weights
        found += self.trust * affinity + self.bias
        return found

    def in_features(self, space: Space) -> tuple[Array, Array]:
        """Return the weights of the design's terms and of its rest, features x codes."""
        terms, rest = space.design.terms, space.design.rest
        if space.origin is None:
            return self.weights[: terms.shape[1]], self.weights[terms.shape[1] :]
        spanned, later = np.split(self.weights, [space.origin.shape[1]])
        mixture = space.origin @ spanned
        first = rest[:, : rest.shape[1] - len(later)]
        return terms.T @ mixture, np.vstack([first.T @ mixture, later])

    def widened(self, space: Space) -> Heads:
        """Return heads that say the same in ``space``, which has further features."""
        missing = space.rows.shape[1] - len(self.weights)
        return replace(self, weights=np.pad(self.weights, ((0, missing), (0, 0))))


def design_of(terms: sp.csr_matrix, rest: Array, affinity: Array) -> Design:
    """Return the design of labelled rows, with the unused columns of ``terms`` left out."""
    columns, few = in_use(terms)
    return Design(few, columns, rest, affinity)


def space_of(design: Design) -> Space:
    """Return coordinates for the rows of ``design``: of few rows, by eigenvectors of products."""
    n_rows = design.rest.shape[0]
    if not n_rows or n_rows > MAX_SPANNED:
        return Space(design, sp.hstack([design.terms, design.rest], format="csr"), None)
    products = (design.terms @ design.terms.T).toarray() + design.rest @ design.rest.T
    values, vectors = np.linalg.eigh(products)
    kept = values > RANK_TOLERANCE * values[-1]
    roots = np.sqrt(values[kept])
    return Space(design, vectors[:, kept] * roots, vectors[:, kept] / roots)


def untaught(space: Space) -> Heads:
    """Return the heads before any label: the codebook's word alone."""
    n_codes = space.design.affinity.shape[1]
    weights = np.zeros((space.rows.shape[1], n_codes))
    return Heads(weights, np.ones(n_codes), np.full(n_codes, BIAS))


def fit_heads(space: Space, Y: Array, weight: Array, start: Heads | None = None) -> Heads:
    """Return the heads that minimise the weighted log loss plus the penalties.

    Parameters
    ----------
    space
        The labelled rows.
    Y
        Rows x codes: 1 applied, 0 judged and not applied; anything where ``weight`` is 0.
    weight
        Rows x codes; 0 leaves an entry out.
    start
        Heads near the result, which save time; by default `untaught`.
    """
    judged = weight.any(axis=1)
    if not judged.any():
        return untaught(space)
    affinity, weight = space.design.affinity[judged], balanced(Y, weight)[judged]
    loss = Loss(space.rows[judged], affinity, Y[judged], weight)
    # far from the result the curvature misleads
    scale = np.ones(1) if start is None else 1 / np.sqrt(loss.curvature(start))
    start = start or untaught(space)
    v = np.vstack([start.weights, start.trust, start.bias]) / scale
    found = lowest(partial(loss, scale=scale), v.ravel()).reshape(v.shape) * scale
    return Heads(found[:-2], found[-2], found[-1])


def balanced(Y: Array, weight: Array) -> Array:
    """Return ``weight`` with each code's positives raised by the root of negatives per positive."""
    positive = Y == 1
    n_positive = (weight * positive).sum(axis=0)
    n_negative = (weight * ~positive).sum(axis=0)
    has_both = (n_positive > 0) & (n_negative > 0)
    ratio = np.where(has_both, n_negative, 1) / np.where(has_both, n_positive, 1)
    return np.where(positive, weight * ratio**BALANCE, weight)


class Loss:
    """Penalised log loss of all codes and its gradient, as `scipy.optimize.minimize` asks."""

    def __init__(
        self, rows: Array | sp.csr_matrix, affinity: Array, Y: Array, weight: Array
    ) -> None:
        self.rows, self.affinity = rows, affinity
        self.Y, self.weight = np.where(weight > 0, Y, 0.0), weight
        n_judged = (weight > 0).sum(axis=0)
        n_positive = ((weight > 0) & (Y == 1)).sum(axis=0)
        is_one_sided = (n_judged > 0) & ((n_positive == 0) | (n_positive == n_judged))
        self.bias_ridge = np.where(is_one_sided, ONE_SIDED, BIAS_RIDGE)

    def curvature(self, heads: Heads) -> Array:
        """Return the second derivative by each number that is learnt, without what is mixed."""
        proba = expit(heads.score(self.rows, self.affinity))
        bend = self.weight * proba * (1 - proba)
        rows = self.rows
        squares = rows * rows if isinstance(rows, np.ndarray) else rows.power(2)
        trust = (bend * self.affinity**2).sum(axis=0) + TRUST_RIDGE
        bias = bend.sum(axis=0) + self.bias_ridge
        return np.vstack([squares.T @ bend + RIDGE, trust, bias])

    def __call__(self, v: Array, scale: Array) -> tuple[float, Array]:
        """Return the loss at ``v`` x ``scale`` and its gradient; the last rows are trust and bias.

        Where the scale is the root of the curvature's inverse, the way down is round and short.
        """
        v = v.reshape(-1, self.Y.shape[1]) * scale
        weights, trust, bias = v[:-2], v[-2], v[-1]
        score = Heads(weights, trust, bias).score(self.rows, self.affinity)
        small = np.exp(-np.abs(score))  # one exponential for both the loss and its slope
        rising = np.maximum(score, 0) + np.log1p(small)
        proba = np.where(score >= 0, 1.0, small) / (1 + small)
        loss = (self.weight * (rising - self.Y * score)).sum()
        loss += RIDGE * (weights * weights).sum() / 2
        mean = trust.mean()
        loss += TRUST_RIDGE * ((trust - mean) ** 2).sum() / 2
        loss += MEAN_TRUST_RIDGE * len(trust) * (mean - 1) ** 2 / 2
        loss += (self.bias_ridge * (bias - BIAS) ** 2).sum() / 2
        slope = self.weight * (proba - self.Y)
        gradient = np.empty_like(v)
        gradient[:-2] = self.rows.T @ slope + RIDGE * weights
        gradient[-2] = (slope * self.affinity).sum(axis=0)
        gradient[-2] += TRUST_RIDGE * (trust - mean) + MEAN_TRUST_RIDGE * (mean - 1)
        gradient[-1] = slope.sum(axis=0) + self.bias_ridge * (bias - BIAS)
        return float(loss), (gradient * scale).ravel()
