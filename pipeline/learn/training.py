"""From labels to one linear model: heads, scores on unseen transcripts, choice of features."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.special import expit
from sklearn.model_selection import GroupKFold

from pipeline.learn.context import around
from pipeline.learn.features import Views
from pipeline.learn.heads import Design, Heads, Space, balanced, design_of, fit_heads, space_of
from pipeline.learn.seeds import LENGTH_TRUST, Affinity, product, weighed
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
class Project:
    """All segments in reading order, labelled or not, and what is known of them without labels.

    ``follows`` tells whether a row follows one of the same transcript, ``allowed`` (rows x codes)
    whether the speaker can carry a code. The first ``n_plain`` columns of ``context`` are always
    used, those behind where they help.
    """

    views: Views
    context: Array
    affinity: Affinity
    follows: Array
    allowed: Array
    n_plain: int

    def part(self, rows: Array) -> tuple[Views, Array]:
        """Return views and context of ``rows``."""
        return self.views.part(rows), self.context[rows]

    def design(self, rows: Array) -> Design:
        """Return the design of labelled ``rows``."""
        views, context = self.part(rows)
        near = self.affinity.score(views) + LENGTH_TRUST * context[:, :1]
        return design_of(views.terms, np.hstack([views.latent, context]), near)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Heads of all codes in their ``space``.

    ``unseen`` has the log odds of rows by heads that saw none of their transcript, ``folds`` those
    heads with the rows that they did not see; None and empty where labels are too few.
    """

    space: Space
    heads: Heads
    unseen: Array | None = None
    folds: tuple[tuple[Array, Heads], ...] = ()


@dataclass(frozen=True)
class Linear:
    """The whole model as one linear function of terms, topics and context, a column a code.

    The rows of ``topics`` are those of `Views.latent`.
    """

    terms: sp.csr_matrix
    topics: Array
    context: Array
    intercept: Array

    def score(self, views: Views, context: Array) -> Array:
        """Return the log odds, rows x codes; a row's do not depend on the rows beside it."""
        return (
            weighed(views.terms, self.terms)
            + product(views.latent, self.topics)
            + product(context, self.context)
            + self.intercept
        )


@dataclass(frozen=True, slots=True)
class Learnt:
    """The model: ``linear`` alone, or after ``first``, whose word on a row's neighbours it hears.

    ``unseen`` has the log odds of labelled rows by models that saw none of their transcript.
    """

    linear: Linear
    first: Linear | None
    unseen: Array | None


def learn(project: Project, labels: Labels, rows: Array) -> Learnt:
    """Return the model, with previous role and neighbours where they help on unseen transcripts.

    Parameters
    ----------
    project
        All segments.
    labels
        What people said of the labelled ones.
    rows
        Which those are.
    """
    design = project.design(rows)
    n_plain = project.affinity.topics.shape[0] + project.n_plain
    always, if_better = np.split(design.rest, [n_plain], axis=1)
    space = space_of(replace(design, rest=always))
    plain = fitted_to(space, labels)
    if not labels.are_enough:
        return Learnt(folded(plain, project, 0), None, None)
    space = space.widened(if_better)
    alone = min(plain, fitted_to(space, labels, plain), key=lambda one: held_out_loss(one, labels))
    linear = folded(alone, project, 0)
    heard = heard_unseen(alone, project, rows)
    hearing = fitted_to(space.widened(heard), labels, alone)
    if held_out_loss(hearing, labels) < held_out_loss(alone, labels):
        return Learnt(folded(hearing, project, heard.shape[1]), linear, hearing.unseen)
    return Learnt(linear, None, alone.unseen)


def fitted_to(space: Space, labels: Labels, before: Fitted | None = None) -> Fitted:
    """Return heads in ``space`` and, where labels are enough, their scores on unseen rows.

    Parameters
    ----------
    space
        The labelled rows.
    labels
        What people said of them.
    before
        What was fitted to the first of the features; beginning there saves time, no more.
    """
    fit = partial(fit_heads, space, labels.Y)
    if not labels.are_enough:
        return Fitted(space, fit(labels.weight))
    tests = folds_of(labels)
    blind = [without(labels.weight, test) for test in tests]
    if before is None:
        heads = fit(labels.weight)
        found = side_by_side(fit, blind, [heads] * len(blind))
    else:
        starts = [one.widened(space) for one in (before.heads, *(fold for _, fold in before.folds))]
        heads, *found = side_by_side(fit, [labels.weight, *blind], starts)
    unseen = np.zeros(labels.Y.shape)
    for test, fold in zip(tests, found, strict=True):
        unseen[test] = fold.score(space.rows[test], space.design.affinity[test])
    return Fitted(space, heads, unseen, tuple(zip(tests, found, strict=True)))


def side_by_side(fit: Callable[..., Heads], *given: Sequence[Any]) -> list[Heads]:
    """Return what ``fit`` makes of each of the ``given``, in threads: numpy frees them."""
    with ThreadPoolExecutor(min(len(given[0]), os.cpu_count() or 1)) as threads:
        return list(threads.map(fit, *given))


def without(weight: Array, rows: Array) -> Array:
    """Return ``weight`` with nothing on ``rows``."""
    weight = weight.copy()
    weight[rows] = 0
    return weight


def folds_of(labels: Labels) -> list[Array]:
    """Return rows in `N_FOLDS` parts that share no transcript; fewer where these are fewer."""
    n_folds = min(N_FOLDS, len(set(labels.groups)))
    return [test for _, test in GroupKFold(n_folds).split(labels.Y, groups=labels.groups)]


def heard_unseen(fitted: Fitted, project: Project, rows: Array) -> Array:
    """Return what is `around` labelled ``rows``, by heads that saw none of their transcript."""
    proba = np.zeros(project.allowed.shape)
    follows = np.append(project.follows, False)
    for test, heads in fitted.folds:
        mine = rows[test]
        near = np.union1d(mine[follows[mine]] - 1, mine[follows[mine + 1]] + 1)
        linear = folded(replace(fitted, heads=heads), project, 0)
        proba[near] = expit(linear.score(*project.part(near))) * project.allowed[near]
    return around(proba, project.follows)[rows]


def held_out_loss(fitted: Fitted, labels: Labels) -> float:
    """Return the log loss on unseen rows, positives and negatives weighed as in training."""
    if fitted.unseen is None:
        return float("inf")
    scores, weight = fitted.unseen, balanced(labels.Y, labels.weight)
    return float((weight * (np.logaddexp(0, scores) - labels.Y * scores)).sum())


def folded(fitted: Fitted, project: Project, n_around: int) -> Linear:
    """Return affinity and heads as one linear function; features the heads lack weigh nothing."""
    heads, design, affinity = fitted.heads, fitted.space.design, project.affinity
    learnt, rest = heads.in_features(fitted.space)
    n_codes = learnt.shape[1]
    rows = np.repeat(design.columns, n_codes)
    columns = np.tile(np.arange(n_codes), len(design.columns))
    taught = sp.csr_matrix((learnt.ravel(), (rows, columns)), shape=affinity.terms.shape)
    terms = (affinity.terms @ sp.diags(heads.trust) + taught).tocsr()
    terms.eliminate_zeros()
    n_topics = affinity.topics.shape[0]
    whole = np.zeros((n_topics + project.context.shape[1] + n_around, n_codes))
    whole[: len(rest)] = rest
    topics, context = np.split(whole, [n_topics])
    context[0] += LENGTH_TRUST * heads.trust
    intercept = heads.bias + heads.trust * affinity.shift
    return Linear(terms, topics + affinity.topics * heads.trust, context, intercept)
