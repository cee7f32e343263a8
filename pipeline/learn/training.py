"""From labels to one linear model: heads, scores on unseen transcripts, choice of features."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from sklearn.model_selection import GroupKFold

from pipeline.learn.features import Views
from pipeline.learn.heads import Design, Heads, Space, balanced, fit_heads, space_of
from pipeline.learn.seeds import Affinity, dense, product
from pipeline.learn.words import Array

N_FOLDS = 5
MIN_LABELLED = 50  # segments; with fewer neither features are chosen nor probabilities calibrated
MIN_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Labels:
    """What people said of the labelled rows: ``Y`` and ``weight`` (0: not judged), rows x codes."""

    Y: Array
    weight: Array
    groups: Array

    @property
    def are_enough(self) -> bool:
        """Whether there is something to learn from scores on unseen transcripts."""
        return len(self.Y) >= MIN_LABELLED and len(set(self.groups)) >= MIN_GROUPS


@dataclass(frozen=True, slots=True)
class Fitted:
    """Heads of all codes in their ``space``.

    ``unseen`` has the log odds of rows by heads that saw none of their transcript; it is None where
    labels are too few.
    """

    space: Space
    heads: Heads
    unseen: Array | None


@dataclass(frozen=True)
class Linear:
    """The whole model as one linear function of terms, topics and context, a column a code."""

    terms: sp.csr_matrix
    topics: Array
    context: Array
    intercept: Array

    def score(self, views: Views, context: Array) -> Array:
        """Return the log odds, rows x codes; a row's do not depend on the rows beside it."""
        terms = dense(views.terms @ self.terms)
        return (
            terms
            + product(views.topics, self.topics)
            + product(context, self.context)
            + self.intercept
        )


def learn(design: Design, labels: Labels, n_plain: int) -> Fitted:
    """Return the heads, with the optional features where they help on unseen transcripts.

    Parameters
    ----------
    design
        The labelled rows with all features.
    labels
        What people said of them.
    n_plain
        How many columns of ``design.rest`` are always used; those behind are optional.
    """
    plain = space_of(replace(design, rest=design.rest[:, :n_plain]))
    heads = fit_heads(plain, labels.Y, labels.weight)
    if not labels.are_enough:
        return Fitted(plain, heads, None)
    whole = space_of(design)
    tried = [
        Fitted(space, found, out_of_fold(space, labels, found))
        for space, found in (
            (plain, heads),
            (whole, fit_heads(whole, labels.Y, labels.weight)),
        )
    ]
    return min(tried, key=lambda one: held_out_loss(one.unseen, labels))


def out_of_fold(space: Space, labels: Labels, near: Heads) -> Array:
    """Return the log odds of each row and code from heads that saw no row of its transcript.

    ``near`` are the heads of all rows: where the search begins, which saves time and nothing else.
    """
    scores = np.zeros(labels.Y.shape)
    n_folds = min(N_FOLDS, len(set(labels.groups)))
    for _, test in GroupKFold(n_folds).split(labels.Y, groups=labels.groups):
        weight = labels.weight.copy()
        weight[test] = 0
        scores[test] = fit_heads(space, labels.Y, weight, near).score(space)[test]
    return scores


def held_out_loss(scores: Array | None, labels: Labels) -> float:
    """Return the log loss of ``scores``, positives and negatives weighed as in training."""
    if scores is None:
        return float("inf")
    weight = balanced(labels.Y, labels.weight)
    return float((weight * (np.logaddexp(0, scores) - labels.Y * scores)).sum())


def folded(fitted: Fitted, affinity: Affinity, n_context: int) -> Linear:
    """Return affinity and heads as one linear function; features the heads lack weigh nothing."""
    heads, design = fitted.heads, fitted.space.design
    learnt, rest = heads.in_features(fitted.space)
    n_codes = learnt.shape[1]
    rows = np.repeat(design.columns, n_codes)
    columns = np.tile(np.arange(n_codes), len(design.columns))
    taught = sp.csr_matrix((learnt.ravel(), (rows, columns)), shape=affinity.terms.shape)
    terms = (affinity.terms @ sp.diags(heads.trust) + taught).tocsr()
    terms.eliminate_zeros()
    whole = np.zeros((affinity.topics.shape[0] + n_context, n_codes))
    whole[: len(rest)] = rest
    topics, context = np.split(whole, [affinity.topics.shape[0]])
    intercept = heads.bias + heads.trust * affinity.shift
    return Linear(terms, topics + affinity.topics * heads.trust, context, intercept)
