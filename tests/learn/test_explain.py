"""Reasons: weights that add up, and texts that are near."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline.core.codebook import Codebook
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.explain import EXCERPT, MAX_ACCEPTED, WordWeights, excerpt, memory_of_accepted
from pipeline.learn.features import TextViews
from pipeline.learn.seeds import product
from pipeline.learn.words import Array

Project = Callable[..., tuple[pd.DataFrame, Array]]
SUN = "weather.sun"


@pytest.fixture
def model(codebook: Codebook, project: Project) -> CodebookClassifier:
    """Return a trained model."""
    return CodebookClassifier(codebook).fit(*project())


def say(*texts: str, transcript: str = "new") -> pd.DataFrame:
    """Return segments of a transcript that was not trained on."""
    turns = range(1, len(texts) + 1)
    columns = {"transcript_id": transcript, "turn": turns, "role": "participant"}
    return pd.DataFrame({**columns, "text": list(texts)})


def test_the_weights_of_words_add_up_to_the_score(model: CodebookClassifier) -> None:
    """Where no term is repeated, they sum to what terms and topics add to the log odds."""
    views = model.views_.transform(["the hot sun made bread"])
    weights = WordWeights(views, model.views_, model.linear_, model.through_topics)

    for code in range(4):
        terms = (views.terms @ model.linear_.terms).toarray()[0, code]
        topics = product(views.topics, model.linear_.topics)[0, code]
        found = weights.of(np.arange(5), np.zeros(5, dtype=int), np.full(5, code))
        assert found.sum() == pytest.approx(terms + topics)


def test_what_speaks_for_a_code_is_found(model: CodebookClassifier) -> None:
    """The strongest word for sun is a word of the sun; words of food speak against it."""
    text = "we ate bread but the sun was hot"

    few, words = (model.explain(say(text), top=top)[0][SUN].words for top in (5, 9))

    by_word = {text[item.start : item.end]: item.weight for item in words}
    assert set(few) < set(words)
    assert few[0] == words[0]
    assert next(iter(by_word)) in {"sun", "hot"}
    assert by_word["sun"] > 0
    assert min(by_word, key=by_word.__getitem__) in {"we", "ate", "bread"}
    assert min(by_word.values()) < 0


def test_what_speaks_against_a_code_is_not_drowned(model: CodebookClassifier) -> None:
    """Of a line full of sun the word of food is shown, too; the strongest word stays first."""
    text = "hot sun sun hot sun hot shone bright sun bread"

    words = model.explain(say(text), top=5)[0][SUN].words
    only = model.explain(say(text), top=1)[0][SUN].words

    against = [text[item.start : item.end] for item in words if item.weight < 0]
    assert len(words) == 5
    assert against == ["bread"]
    assert words[0].weight == max(item.weight for item in words) == only[0].weight
    assert sorted(words, key=lambda item: -abs(item.weight)) == list(words)


def test_only_what_is_asked_for_is_explained(model: CodebookClassifier) -> None:
    """Explanations are made for the codes that are shown, and for all by default."""
    shown = np.array([[True, False, False, False], [False] * 4])

    some = model.explain(say("rain", "sun"), shown=shown)
    every = model.explain(say("rain", "sun"), top=1)

    assert [["weather.rain"], []] == [list(found) for found in some]
    assert [model.codes_] * 2 == [list(found) for found in every]
    assert len(every[0]["weather.rain"].words) == 1


def test_the_nearest_indicator_or_example_is_quoted(model: CodebookClassifier) -> None:
    """It comes with its kind and its likeness; nothing is quoted where nothing is near."""
    near, far = model.explain(say("it rained", "qwertz"))

    seed = near["weather.rain"].seed
    assert seed is not None
    assert ("indicator", "it rained") == (seed.kind, seed.text)
    assert 0.5 < seed.likeness <= 1
    assert far["weather.rain"].seed is None


def test_accepted_segments_are_quoted_but_not_the_segment_itself(
    model: CodebookClassifier, project: Project
) -> None:
    """At most two, with transcript and turn; a segment is no reason for itself."""
    X, Y = project()
    mine = int(np.flatnonzero(Y[:, 2])[0])

    others = model.explain(X.iloc[[mine]])[0][SUN].accepted

    assert 0 < len(others) <= 2
    assert all(
        (item.transcript_id, item.turn) != (X["transcript_id"][mine], X["turn"][mine])
        for item in others
    )


def test_without_labels_no_segment_is_quoted(codebook: Codebook) -> None:
    """Nothing has been accepted yet."""
    X = say("it rained", "the sun was hot")

    found = CodebookClassifier(codebook).fit(X).explain(X)

    assert all(not item.accepted for row in found for item in row.values())


def test_a_repeated_word_does_not_shout(model: CodebookClassifier) -> None:
    """Said twenty times, a word weighs less each time than said once."""
    once, often = model.explain(say("the sun", "the " + "sun " * 20))

    assert often[SUN].words[0].weight < once[SUN].words[0].weight


def test_an_excerpt_is_a_line() -> None:
    """White space is folded, and a long text cut off."""
    assert excerpt(" a\n b ") == "a b"
    assert len(excerpt("word " * 99)) <= EXCERPT


def test_memory_is_bounded() -> None:
    """Of very many accepted segments evenly spread ones are kept."""
    X = say(*["it rained"] * (MAX_ACCEPTED * 3))

    memory = memory_of_accepted(X, TextViews().fit(["it rained"]), np.ones((len(X), 1)))

    assert MAX_ACCEPTED // 2 < len(memory.notes) <= MAX_ACCEPTED
    assert memory.notes[-1][1] > "5"
