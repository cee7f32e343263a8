"""From labels to one linear model: heads, scores on unseen transcripts, choice of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from sklearn.model_selection import GroupKFold

from pipeline.learn.features import Views
from pipeline.learn.heads import Design, Head, balanced, fit_head
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
    """Heads of all codes; ``unseen``: log odds of rows by heads that saw none of their transcript.

    It is None where labels are too few.
    """

    heads: list[Head]
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
    plain = replace(design, rest=design.rest[:, :n_plain])
    if not labels.are_enough:
        return Fitted(fit_heads(plain, labels), None)
    tried = [(each, out_of_fold(each, labels)) for each in (plain, design)]
    best, unseen = min(tried, key=lambda pair: held_out_loss(pair[1], labels))
    return Fitted(fit_heads(best, labels), unseen)


def fit_heads(design: Design, labels: Labels) -> list[Head]:
    """Return the head of each code."""
    columns = zip(labels.Y.T, labels.weight.T, strict=True)
    return [fit_head(design, code, y, weight) for code, (y, weight) in enumerate(columns)]


def out_of_fold(design: Design, labels: Labels) -> Array:
    """Return the log odds of each row and code from heads that saw no row of its transcript."""
    scores = np.zeros(labels.Y.shape)
    n_folds = min(N_FOLDS, len(set(labels.groups)))
    for _, test in GroupKFold(n_folds).split(labels.Y, groups=labels.groups):
        weight = labels.weight.copy()
        weight[test] = 0
        for code, head in enumerate(fit_heads(design, replace(labels, weight=weight))):
            scores[test, code] = design.score(head, code)[test]
    return scores


def held_out_loss(scores: Array, labels: Labels) -> float:
    """Return the log loss of ``scores``, positives and negatives weighed as in training."""
    columns = zip(labels.Y.T, labels.weight.T, strict=True)
    weight = np.column_stack([balanced(y, weight) for y, weight in columns])
    return float((weight * (np.logaddexp(0, scores) - labels.Y * scores)).sum())


def folded(design: Design, affinity: Affinity, heads: Sequence[Head], n_context: int) -> Linear:
    """Return affinity and heads as one linear function; columns a head lacks weigh nothing."""
    trust = np.array([head.trust for head in heads])
    rest = np.zeros((affinity.topics.shape[0] + n_context, len(heads)))
    rows = np.tile(design.columns, len(heads))
    columns = np.repeat(np.arange(len(heads)), len(design.columns))
    values = np.concatenate([head.terms for head in heads])
    for code, head in enumerate(heads):
        rest[: len(head.rest), code] = head.rest
    learnt = sp.csr_matrix((values, (rows, columns)), shape=affinity.terms.shape)
    terms = (affinity.terms @ sp.diags(trust) + learnt).tocsr()
    terms.eliminate_zeros()
    topics, context = np.split(rest, [affinity.topics.shape[0]])
    intercept = np.array([head.bias for head in heads]) + trust * affinity.shift
    return Linear(terms, topics + affinity.topics * trust, context, intercept)
