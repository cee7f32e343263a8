"""What is said of a batch of transcripts."""

from __future__ import annotations

import gc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.codebook import parse_codebook
from pipeline.core.records import Segment
from pipeline.core.tables import to_table
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.explain import Explanation, WordWeight
from pipeline.learn.words import Array
from pipeline.suggest.evidence import Voice, ranked, suggest_batch, suggestions_of
from pipeline.suggest.frame import frame_of

BOOK = """
codebook: small
version: 1.0.0
codes:
  - id: rain
    name: Rain
    definition: Someone speaks of rain or of getting wet.
    examples: [It rained all night.]
"""
SCORES = st.lists(st.sampled_from([0.1, 0.5, 0.9]), min_size=3, max_size=3)


@given(st.lists(st.tuples(SCORES, st.lists(st.booleans(), min_size=3, max_size=3)), max_size=5))
def test_the_likeliest_comes_first(rows: list[tuple[list[float], list[bool]]]) -> None:
    """In each row; of equals the earlier code; what is not shown has no rank."""
    proba = np.array([scores for scores, _ in rows]).reshape(-1, 3)
    shown = np.array([marks for _, marks in rows], dtype=bool).reshape(-1, 3)

    found = list(zip(*(column.tolist() for column in ranked(proba, shown)), strict=True))

    expected = [
        (row, code, rank)
        for row, (scores, marks) in enumerate(rows)
        for rank, (_, code) in enumerate(
            sorted((-scores[code], code) for code in range(3) if marks[code]), 1
        )
    ]
    assert expected == found


def test_what_was_said_travels_once() -> None:
    """To another process a batch goes with its own rows, not once more for each transcript."""
    talk = to_table([segment(name, line) for name in range(20) for line in range(5)], Segment)

    answer = suggest_batch(talk, voice=voice_of(talk))

    assert [f"t{name:02}" for name in range(20)] == list(answer.said)
    for table in (answer.suggestions, answer.scores):
        assert table.num_rows >= 20
        assert table.get_total_buffer_size() < 2 * table.nbytes


def segment(name: int, line: int) -> Segment:
    """Return one of some segments that all speak of rain."""
    transcript, start = f"t{name:02}", 100 * line
    text = f"In week {line} it rained {name} times and we all got wet."
    place = f"{transcript}:{start}-{start + len(text)}"
    return Segment(
        place, transcript, line, "A", None, "participant", start, start + len(text), text
    )


def voice_of(talk: pa.Table) -> Voice:
    """Return a model that learned from ``talk`` and the codebook alone."""
    book = parse_codebook(BOOK)
    return Voice(CodebookClassifier(book).fit(frame_of(talk)), "m", book.version_id)


def test_the_collector_is_on_again_after_a_batch() -> None:
    """Also after one that fails."""
    talk = to_table([segment(0, 0), segment(0, 1)], Segment)
    voice = voice_of(talk)

    suggest_batch(talk, voice=voice)
    after_one = gc.isenabled()
    with pytest.raises(KeyError):
        suggest_batch(talk.drop_columns("text"), voice=voice)

    assert after_one
    assert gc.isenabled()


def test_the_digest_is_that_of_all_that_is_said() -> None:
    """What is said of other segments does not matter; another weight, place or score does."""
    talk = to_table([segment(0, line) for line in range(3)], Segment)
    voice, shown = voice_of(talk), np.array([[True], [False], [True]])
    score = np.array([[0.5], [0.1], [0.25]])

    def digest(first: WordWeight, last: WordWeight, score: Array = score, start: int = 2) -> str:
        words = ({"rain": Explanation((word,), None, ())} for word in (first, last, last))
        return suggestions_of(talk, score, shown, list(words), voice).digest(start, 3)

    word, louder, longer = WordWeight(0, 2, 1.0), WordWeight(0, 2, 1.5), WordWeight(0, 3, 1.0)
    said = digest(word, word)

    assert said == digest(louder, word)
    others = [
        digest(word, louder),
        digest(word, longer),
        digest(word, word, score=score + 0.01),
        digest(word, word, start=0),
    ]
    assert 5 == len({said, *others})
