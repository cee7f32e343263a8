"""Scores for interviews that a model has not seen.

Interviews with a decision are dealt into folds, several times over. For each fold the recipe is
fitted anew on all other interviews, without the text or the decisions of the fold, and asked about
the fold.
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
class Deal:
    """Which rows are asked about by whom.

    ``rows`` are the numbers, among the examples, of all segments of interviews with a decision;
    ``folds`` has, for each repeat, the number of the fold that each of them is in.
    """

    rows: Array
    folds: tuple[Array, ...]

    def parts(self) -> list[Array]:
        """Return, repeat by repeat and fold by fold, places in ``rows``."""
        return [np.flatnonzero(fold == n) for fold in self.folds for n in range(fold.max() + 1)]


@dataclass(frozen=True, slots=True)
class Fold:
    """One fit and the interviews that it is asked about."""

    classifier: Any
    X: pd.DataFrame
    Y: Array | None
    groups: Array
    X_unseen: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one repeat: rows x codes. A code that the model lacks is nan and never shown.

    ``shown`` is what the model would list, ``short`` the three likeliest codes; in both, a code
    speaks for the codes above it, which lists leave out where a code below says more.
    """

    proba: Array
    shown: Array
    short: Array

    def where(self, keep: Array) -> Scores:
        """Return the scores of the rows to ``keep``."""
        return Scores(self.proba[keep], self.shown[keep], self.short[keep])


@dataclass(frozen=True, slots=True)
class Unseen:
    """What one side says of interviews it has not seen: the scores of ``deal.rows`` by repeat."""

    name: str
    deal: Deal
    scores: Sequence[Scores]

    def of(self, truth: Truth) -> list[Scores]:
        """Return the scores of the judged rows."""
        places = np.searchsorted(self.deal.rows, truth.rows)
        return [each.where(places) for each in self.scores]


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


def deal_out(examples: Examples, settings: Settings) -> Deal:
    """Return folds of the interviews with a decision, dealt anew for each repeat.

    A single interview is a fold of its own: nothing is left to learn from but the codebook.
    """
    has_decision = ~(np.isnan(examples.Y) & np.isnan(examples.blind)).all(axis=1)
    rows = np.flatnonzero(np.isin(examples.groups, np.unique(examples.groups[has_decision])))
    groups = examples.groups[rows]
    n_folds = min(settings.train.folds, len(set(groups)))
    found = []
    for repeat in range(settings.train.repeats):
        fold = np.zeros(len(rows), dtype=int)
        if n_folds > 1:
            seed = (settings.seed + repeat) % 2**32
            dealer = GroupKFold(n_folds, shuffle=True, random_state=seed)
            for number, (_, unseen) in enumerate(dealer.split(rows, groups=groups)):
                fold[unseen] = number
        found.append(fold)
    return Deal(rows, tuple(found))


def ask(examples: Examples, side: Side, deal: Deal, engine: Engine) -> Unseen:
    """Return what ``side`` says of each interview by a fit that did not see it.

    Parameters
    ----------
    examples
        All segments; those outside a fold are learnt from, labelled or not.
    side
        The recipe and its labels.
    deal
        From `deal_out`.
    engine
        How many processes fit at once; the scores do not depend on it.
    """
    parts = deal.parts()
    folds = [fold_of(examples, side, deal.rows[part]) for part in parts]
    answers = iter(list(engine.map(run_fold, folds)))
    columns = [side.codes.index(code) if code in side.codes else -1 for code in examples.codes]
    shape = len(deal.rows), len(side.codes) + 1  # the last column: a code that the side lacks
    found = []
    for fold in deal.folds:
        proba = np.full(shape, np.nan)
        shown, short = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        for number in range(fold.max() + 1):
            answer, here = next(answers), fold == number
            proba[here, :-1], shown[here, :-1] = answer.proba, answer.shown
            short[here, :-1] = answer.short
        found.append(Scores(proba[:, columns], shown[:, columns], short[:, columns]))
    return Unseen(side.name, deal, found)


def fold_of(examples: Examples, side: Side, away: Array) -> Fold:
    """Return the fit of ``side`` without the rows ``away``; of all text if they are all of it."""
    keep = np.ones(len(examples.X), dtype=bool)
    keep[away] = False
    Y = None if side.Y is None else side.Y[keep]
    if not keep.any():
        keep, Y = ~keep, None
    return Fold(
        clone(side.classifier),
        examples.X[keep].reset_index(drop=True),
        None if Y is None or np.isnan(Y).all() else Y,
        examples.groups[keep],
        examples.X.iloc[away].reset_index(drop=True),
    )


def run_fold(fold: Fold) -> Scores:
    """Fit, and return what the model says of the unseen interviews."""
    classifier = fold.classifier.fit(fold.X, fold.Y, groups=fold.groups)
    proba = classifier.predict_proba(fold.X_unseen)
    above = ancestors_of(classifier.codebook)
    shown = with_parents(classifier.lists(proba).astype(float), above) == 1
    short = ListRule(SHORT_LIST, 1.0, above).covered(proba, 0.0)
    return Scores(proba, shown, short)
