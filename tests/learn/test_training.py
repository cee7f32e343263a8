"""What is chosen inside a fit: hearing the talk around, where unseen transcripts gain by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.core.codebook import Codebook
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.store import load_model, save_model
from pipeline.learn.words import Array

SUN = 2
ASKED = {"was it hot in the sun": 1.0, "did it rain all day": 0.0, "who cooked the soup": 0.0}


def make_talk(n_transcripts: int, seed: int = 0) -> tuple[pd.DataFrame, Array]:
    """Return talk of questions and one answer to all, coded as sun if the question was of the sun.

    Before each question something else is said, so that it is heard from one side only.
    """
    draw = np.random.default_rng(seed)
    rows, truth = [], []
    for transcript in range(n_transcripts):
        for turn in range(0, 24, 3):
            question = str(draw.choice(list(ASKED)))
            for place, text in enumerate(("well now", question, "yes indeed it was")):
                rows.append((f"t{transcript:02}", turn + place, "participant", text))
                truth.append(ASKED[question] if place else 0.0)
    Y = np.zeros((len(rows), 4))
    Y[:, SUN] = truth
    return pd.DataFrame(rows, columns=["transcript_id", "turn", "role", "text"]), Y


@pytest.fixture(scope="module")
def talk() -> tuple[pd.DataFrame, Array]:
    """Return talk to learn from."""
    return make_talk(12)


def test_an_answer_is_coded_by_its_question(
    codebook: Codebook, talk: tuple[pd.DataFrame, Array], tmp_path: Path
) -> None:
    """The same words are sun after one question and not after another, from disk, too."""
    new, truth = make_talk(6, seed=1)
    model = CodebookClassifier(codebook).fit(*talk)
    loaded = load_model(tmp_path / save_model(tmp_path, model, {})).classifier

    proba = model.predict_proba(new)

    answers = new["text"].eq("yes indeed it was").to_numpy()
    assert model.first_ is not None
    assert proba[answers & (truth[:, SUN] == 1), SUN].min() > 0.6
    assert proba[answers & (truth[:, SUN] == 0), SUN].max() < 0.4
    assert (proba == loaded.predict_proba(new)).all()


def test_what_is_heard_ends_with_the_transcript(
    codebook: Codebook, talk: tuple[pd.DataFrame, Array]
) -> None:
    """Scored among others or alone, a transcript gives the same bits."""
    X, _ = talk
    model = CodebookClassifier(codebook).fit(*talk)
    mine = X["transcript_id"].eq("t04").to_numpy()

    assert (model.predict_proba(X)[mine] == model.predict_proba(X[mine])).all()


def test_few_labels_choose_nothing(codebook: Codebook, talk: tuple[pd.DataFrame, Array]) -> None:
    """Below fifty labelled segments there is one plain fit, not calibrated."""
    X, Y = talk
    few = np.where(np.arange(len(X))[:, None] < 49, Y, np.nan)

    model = CodebookClassifier(codebook).fit(X, few)

    assert model.first_ is None
    assert not model.is_calibrated_
