"""The threshold of what is shown: learned blind, by interview, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.core.settings import Settings, SuggestSettings, TrainSettings
from pipeline.engine import Engine
from pipeline.learn.calibration import Control
from pipeline.train.examples import read_examples
from pipeline.train.promise import keep, promise_of
from pipeline.train.unseen import Side, ask, deal_out

WIDE = Settings(
    train=TrainSettings(folds=4, repeats=1), suggest=SuggestSettings(top=3, max_missed=0.3)
)


def promise(study: Any, classifier: Any, settings: Settings = WIDE) -> Control:
    """Return what lists may promise after the study."""
    examples = read_examples([study.rows], study.codebook)
    side = Side("new", classifier, examples.Y, examples.codes)
    unseen = ask(examples, side, deal_out(examples, settings), Engine())
    return promise_of(examples, unseen, study.codebook, settings)


def test_eight_interviews_may_promise_three_in_ten(coded: Any, classifier: Any) -> None:
    """The interviews' mean loss, with one interview lost altogether, stays below the setting."""
    found = promise(coded, classifier)

    assert found.threshold is not None
    assert found.missed is not None
    assert (8 * found.missed + 1) / 9 <= 0.3 + 1e-9
    assert found.length is not None
    assert 0 < found.length <= 3


def test_eight_interviews_cannot_promise_a_tenth(coded: Any, classifier: Any) -> None:
    """However good the scores are; the sentence says how many it takes."""
    found = promise(coded, classifier, replace(WIDE, suggest=SuggestSettings()))

    assert found.threshold is None
    assert "takes 9 interviews; there are 8" in found.problem


def test_decisions_in_sight_of_suggestions_promise_nothing(coded: Any, classifier: Any) -> None:
    """They agree with the lists because they were made from them."""
    coded.decisions = [replace(row, independent=False) for row in coded.decisions]

    assert "no decision was blind" in promise(coded, classifier).problem


def test_a_promise_is_kept_by_what_is_shown(coded: Any, classifier: Any) -> None:
    """The model lists what reaches the threshold; a code of which nothing is known stays out."""
    examples = read_examples([coded.rows], coded.codebook)
    model = classifier.fit(examples.X, examples.Y)
    model.thresholds_[1] = 1.0
    keep(Control(0.3, 8, 0.1, 2.0), model, examples.X)

    assert [0.3, 1.0, 0.3, 0.3] == model.thresholds_.tolist()
    assert model.is_controlled_


def test_without_a_promise_a_code_is_shown_where_it_is_likelier_than_usual(
    coded: Any, classifier: Any
) -> None:
    """A threshold that was learned from decisions in sight of suggestions is given up."""
    examples = read_examples([coded.rows], coded.codebook)
    model = classifier.fit(examples.X, examples.Y)
    model.is_controlled_ = True
    keep(Control(None, 8, problem="few"), model, examples.X)

    mean = model.predict_proba(examples.X).mean(axis=0)
    assert model.thresholds_ == pytest.approx(mean)
    assert not model.is_controlled_
    assert np.any(model.lists(model.predict_proba(examples.X)))


def test_the_card_says_what_lists_promise_or_why_not(bench: Any) -> None:
    """In words, with numbers."""
    refused, kept = bench.train(), bench.train(replace(WIDE, codebook="weather"))
    words = [(bench.place.models / one.model_id / "card.md").read_text() for one in (refused, kept)]

    assert "Nothing: to promise that at most 10% of codes are missed takes 9 interviews" in words[0]
    assert "lists miss at most 30% on average" in words[1]
    assert bench.card(kept.model_id)["promise"]["threshold"] is not None
