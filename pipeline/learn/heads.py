"""One penalised logistic regression a code, which leans on the codebook until labels speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit

from pipeline.learn.words import Array

RIDGE = 1 / 3  # on every weight: C = 3 in scikit-learn's words
AFFINITY_RIDGE = 10.0  # draws the weight of the codebook's word towards 1
BIAS = -2.0  # what an average segment's log odds are before any label
ONE_SIDED = 50.0  # holds the bias while a code has only positives or none
BIAS_RIDGE = 0.01
BALANCE = 0.5  # positives weigh (negatives / positives) to this power
OPTIONS: dict[str, Any] = {"maxiter": 200, "ftol": 1e-5, "gtol": 1e-4, "maxcor": 10}


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

    def score(self, head: Head, code: int) -> Array:
        """Return the log odds of ``code`` in each row."""
        trust = head.trust * self.affinity[:, code]
        return np.asarray(self.terms @ head.terms + self.rest @ head.rest + trust + head.bias)


@dataclass(frozen=True, slots=True)
class Head:
    """What was learnt for one code; ``trust`` weighs the affinity to the codebook."""

    terms: Array
    rest: Array
    trust: float
    bias: float


def design_of(terms: sp.csr_matrix, rest: Array, affinity: Array) -> Design:
    """Return the design of labelled rows, with the unused columns of ``terms`` left out."""
    columns = np.unique(terms.indices)
    return Design(terms[:, columns].tocsr(), columns, rest, affinity)


def untaught(design: Design) -> Head:
    """Return the head of a code before any label: the codebook's word alone."""
    return Head(np.zeros(len(design.columns)), np.zeros(design.rest.shape[1]), 1.0, BIAS)


def fit_head(design: Design, code: int, y: Array, weight: Array) -> Head:
    """Return the head that minimises the weighted log loss plus the penalties.

    Parameters
    ----------
    design
        The labelled rows.
    code
        Whose affinity is meant.
    y
        1 applied, 0 judged and not applied; anything where ``weight`` is 0.
    weight
        Of each row; 0 leaves a row out.
    """
    if not weight.any():
        return untaught(design)
    loss = Loss(design, design.affinity[:, code], y, balanced(y, weight))
    start = np.zeros(loss.n_weights + 2)
    start[-2:] = 1.0, BIAS
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=OPTIONS).x
    n_terms = len(design.columns)
    return Head(found[:n_terms], found[n_terms:-2], float(found[-2]), float(found[-1]))


def balanced(y: Array, weight: Array) -> Array:
    """Return ``weight`` with positives raised by the root of negatives per positive."""
    positive = y == 1
    n_positive, n_negative = weight[positive].sum(), weight[~positive].sum()
    if not n_positive or not n_negative:
        return weight
    return np.where(positive, weight * (n_negative / n_positive) ** BALANCE, weight)


class Loss:
    """Penalised log loss and its gradient, as `scipy.optimize.minimize` asks for them."""

    def __init__(self, design: Design, affinity: Array, y: Array, weight: Array) -> None:
        self.terms, self.columns = design.terms, design.terms.T.tocsr()
        self.rest, self.affinity = design.rest, affinity
        self.y, self.weight = np.where(weight > 0, y, 0.0), weight
        self.n_terms = design.terms.shape[1]
        self.n_weights = self.n_terms + design.rest.shape[1]
        is_one_sided = len(np.unique(y[weight > 0])) == 1
        self.bias_ridge = ONE_SIDED if is_one_sided else BIAS_RIDGE

    def __call__(self, v: Array) -> tuple[float, Array]:
        """Return the loss at ``v`` and its gradient; ``v`` ends with the trust and the bias."""
        weights, trust, bias = v[:-2], v[-2], v[-1]
        terms, rest = weights[: self.n_terms], weights[self.n_terms :]
        score = self.terms @ terms + self.rest @ rest + trust * self.affinity + bias
        loss = self.weight @ (np.logaddexp(0, score) - self.y * score)
        loss += RIDGE * (weights @ weights) / 2
        loss += AFFINITY_RIDGE * (trust - 1) ** 2 / 2 + self.bias_ridge * (bias - BIAS) ** 2 / 2
        slope = self.weight * (expit(score) - self.y)
        gradient = np.concatenate([self.columns @ slope, slope @ self.rest, [0.0, 0.0]])
        gradient[:-2] += RIDGE * weights
        gradient[-2] = slope @ self.affinity + AFFINITY_RIDGE * (trust - 1)
        gradient[-1] = slope.sum() + self.bias_ridge * (bias - BIAS)
        return float(loss), gradient
