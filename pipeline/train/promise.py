"""Which suggestions are shown: the threshold that keeps what is missed below the setting.

It is learned from blind decisions alone, on scores of interviews unseen, with the interview as the
unit; decisions made in sight of suggestions would flatter it. Without a threshold the likeliest
codes are shown, and the reason is said.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from pipeline.core.codebook import Codebook
from pipeline.core.settings import Settings
from pipeline.learn.calibration import Control, ListRule, control_risk
from pipeline.learn.codes import ancestors_of
from pipeline.train.ballot import Array
from pipeline.train.examples import Examples
from pipeline.train.unseen import BLIND, Unseen, truth_of


class Lister(Protocol):
    """A fitted model that shows what reaches a threshold."""

    thresholds_: Array
    is_controlled_: bool

    def predict_proba(self, X: Any) -> Array:
        """Return probabilities, rows x codes."""


def promise_of(
    examples: Examples, unseen: Unseen, codebook: Codebook, settings: Settings
) -> Control:
    """Return what lists may promise on an unseen interview, by the first deal's scores."""
    truth = truth_of(examples)
    if truth.basis != BLIND:
        return Control(None, 0, problem="no decision was blind, so nothing can be promised")
    rule = ListRule(settings.suggest.top, settings.suggest.max_missed, ancestors_of(codebook))
    judged = ~np.isnan(truth.Y)
    return control_risk(unseen.of(truth)[0].proba * judged, truth.Y, truth.groups, rule)


def keep(promise: Control, model: Lister, X: Any) -> None:
    """Have ``model`` show what ``promise`` says; without a threshold, what is above a code's mean.

    A code of which nothing is known keeps its threshold of 1: it is never shown.
    """
    is_silent = model.thresholds_ >= 1
    if promise.threshold is not None:
        model.thresholds_ = np.full(len(is_silent), promise.threshold)
    elif model.is_controlled_:
        proba = model.predict_proba(X)
        model.thresholds_ = proba.sum(axis=0) / np.maximum((proba > 0).sum(axis=0), 1)
    model.thresholds_[is_silent] = 1.0
    model.is_controlled_ = promise.threshold is not None
