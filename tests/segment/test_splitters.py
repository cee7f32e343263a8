"""Splitters: every word of a turn lands in exactly one segment, and segments keep their size."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.segment import SPLITTERS
from pipeline.segment.splitters import Cut, split_chunks, split_sentences, split_turn

WORDS = st.sampled_from(
    ["so", "um", "Mr.", "e.g.", "well,", "yes.", "no!", "the", "\n", "café", "🌧", "why?"]
)
TURNS = st.lists(WORDS, max_size=80).map(" ".join)


@pytest.mark.parametrize("name", sorted(SPLITTERS))
@given(text=TURNS)
def test_every_word_is_in_exactly_one_segment(name: str, text: str) -> None:
    """Segments ascend, never overlap, have no white space around them and lose no word."""
    spans = SPLITTERS[name](text, Cut("en", 10))

    words = [word for span in spans for word in text[span.start : span.end].split()]
    assert words == text.split()
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


@given(TURNS, st.integers(5, 30))
def test_no_chunk_is_longer_than_allowed(text: str, max_words: int) -> None:
    """A chunk holds at most ``max_words`` words."""
    spans = split_chunks(text, Cut("en", max_words))

    assert all(len(text[s.start : s.end].split()) <= max_words for s in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We met Mr. Smith. He left.", ["We met Mr. Smith.", "He left."]),
        ("It grew, e.g. in May. Then it stopped!", ["It grew, e.g. in May.", "Then it stopped!"]),
        ("One line\nanother line", ["One line", "another line"]),
        ("   ", []),
    ],
)
def test_a_sentence_ends_at_its_end_only(text: str, expected: list[str]) -> None:
    """Abbreviations end no sentence; a line end does; white space is no sentence."""
    spans = split_sentences(text, Cut())

    assert expected == [text[s.start : s.end] for s in spans]


def test_chunks_are_of_even_length() -> None:
    """Seventy words under a limit of sixty make two of thirty-five, not sixty and ten."""
    text = " ".join(["One two three four five."] * 14)

    lengths = [len(text[s.start : s.end].split()) for s in split_chunks(text, Cut("en", 60))]

    assert [35, 35] == lengths


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    """Speech-to-text without punctuation still makes chunks of the allowed size."""
    text = " ".join(f"word{n}" for n in range(130))

    lengths = [len(text[s.start : s.end].split()) for s in split_chunks(text, Cut("en", 60))]

    assert 130 == sum(lengths)
    assert max(lengths) <= 60
    assert min(lengths) >= 40


def test_a_turn_is_one_segment_without_its_outer_space() -> None:
    """The splitter ``turn`` keeps the turn whole."""
    [span] = split_turn("  Yes. No. \n", Cut())

    assert (2, 10) == (span.start, span.end)
