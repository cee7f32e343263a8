"""Scores for interviews that a model has not seen.

Interviews are dealt into folds, several times over. For each fold the recipe is fitted anew on all
other interviews, without the text or the decisions of the fold, and asked about the fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from pipeline.core.settings import Settings
from pipeline.engine import Engine
from pipeline.learn.calibration import ListRule
from pipeline.learn.codes import ancestors_of, with_parents
from pipeline.train.ballot import Array
from pipeline.train.examples import Examples

SHORT_LIST = 3
BLIND, ALL = "blind decisions", "all decisions"


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a comparison: its name, an unfitted classifier, its labels and their codes.

    ``Y`` has a row for each segment of the examples; None: the recipe learns from no label.
    """

    name: str
    classifier: Any
    Y: Array | None
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is held against scores: the judged rows only.

    ``rows`` are their numbers among the examples; ``groups`` numbers their interviews from 0;
    ``weight`` is 1 / inclusion probability where that is known of all of them.
    """

    basis: str
    rows: Array
    Y: Array
    groups: Array
    weight: Array | None

    @property
    def n_interviews(self) -> int:
        """Number of interviews with a judged segment."""
        return len(set(self.groups))


@dataclass(frozen=True, slots=True)
class Fold:
    """One fit and the interviews that it is asked about."""

    classifier: Any
    X: pd.DataFrame
    Y: Array | None
    X_unseen: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one repeat: judged rows x codes. A code that the model lacks is nan and never shown.

    ``shown`` is what the model would list, ``short`` the three likeliest codes; in both, a code
    speaks for the codes above it, which lists leave out where a code below says more.
    """

    proba: Array
    shown: Array
    short: Array

    def where(self, keep: Array) -> Scores:
        """Return the scores of the rows to ``keep``."""
        return Scores(self.proba[keep], self.shown[keep], self.short[keep])


def truth_of(examples: Examples) -> Truth:
    """Return the blind decisions, or all where there is no blind one."""
    is_blind = not np.isnan(examples.blind).all()
    Y = examples.blind if is_blind else examples.Y
    rows = np.flatnonzero(~np.isnan(Y).all(axis=1))
    _, groups = np.unique(examples.groups[rows], return_inverse=True)
    probability = examples.probability[rows]
    is_known = is_blind and not np.isnan(probability).any()
    weight = 1 / probability if is_known else None
    return Truth(BLIND if is_blind else ALL, rows, Y[rows], groups, weight)


def deal(truth: Truth, settings: Settings) -> list[list[Array]]:
    """Return, for each repeat, the judged rows (places in ``truth``) of each fold."""
    n_folds = min(settings.train.folds, truth.n_interviews)
    return [
        [
            unseen
            for _, unseen in GroupKFold(
                n_folds, shuffle=True, random_state=(settings.seed + repeat) % 2**32
            ).split(truth.Y, groups=truth.groups)
        ]
        for repeat in range(settings.train.repeats)
    ]


def unseen_scores(
    examples: Examples, truth: Truth, side: Side, deals: Sequence[Sequence[Array]], engine: Engine
) -> list[Scores]:
    """Return what ``side`` says of the judged rows, each from a fit that did not see its interview.

    Parameters
    ----------
    examples
        All segments; those outside a fold are learnt from, labelled or not.
    truth
        The judged rows.
    side
        The recipe and its labels.
    deals
        From `deal`.
    engine
        How many processes fit at once; the scores do not depend on it.
    """
    groups = examples.groups
    asked = [np.isin(groups, groups[truth.rows[fold]]) for folds in deals for fold in folds]
    answers = iter(list(engine.map(run_fold, [fold_of(examples, side, away) for away in asked])))
    columns = [side.codes.index(code) if code in side.codes else -1 for code in examples.codes]
    found = []
    for folds in deals:
        shape = len(examples.X), len(side.codes) + 1  # the last column: a code that the side lacks
        proba = np.full(shape, np.nan)
        shown, short = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        for fold in folds:
            away = np.isin(groups, groups[truth.rows[fold]])
            answer = next(answers)
            proba[away, :-1], shown[away, :-1] = answer.proba, answer.shown
            short[away, :-1] = answer.short
        whole = Scores(proba[:, columns], shown[:, columns], short[:, columns])
        found.append(whole.where(truth.rows))
    return found


def fold_of(examples: Examples, side: Side, away: Array) -> Fold:
    """Return the fit of ``side`` without the rows ``away``."""
    Y = None if side.Y is None else side.Y[~away]
    return Fold(
        clone(side.classifier),
        examples.X[~away].reset_index(drop=True),
        None if Y is None or np.isnan(Y).all() else Y,
        examples.X[away].reset_index(drop=True),
    )


def run_fold(fold: Fold) -> Scores:
    """Fit, and return what the model says of the unseen interviews."""
    classifier = fold.classifier.fit(fold.X, fold.Y)
    proba = classifier.predict_proba(fold.X_unseen)
    above = ancestors_of(classifier.codebook)
    shown = with_parents(classifier.lists(proba).astype(float), above) == 1
    short = ListRule(SHORT_LIST, 1.0, above).covered(proba, 0.0)
    return Scores(proba, shown, short)
