"""Tiers: whose speech it is, and all speech in order of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.tiers import Event, Tier, reading_of_tiers


def tier(name: str, *starts: float, speaker: str = "", text: str = "so on") -> Tier:
    """Return a tier with an event at each start."""
    return Tier(name, tuple(Event(text, start, start, start + 1) for start in starts), speaker)


def test_events_of_all_tiers_stand_in_order_of_time() -> None:
    """Those that begin together stay in the order of their tiers."""
    reading = reading_of_tiers([tier("A", 0, 5, 5), tier("B", 2, 5)], Tally(), "")

    assert reading.is_structured
    assert [block.label for block in reading.blocks] == ["A", "B", "A", "A", "B"]
    assert {"A": "", "B": ""} == dict(reading.declared)


@pytest.mark.parametrize(
    ("name", "speaker", "label"),
    [
        ("Ana", "", "Ana"),
        ("T1", "Ana Reyes", "Ana Reyes"),
        ("utterance@Ana", "", "Ana"),
        ("text", "", None),
        ("Transcription", "", None),
    ],
)
def test_a_tier_is_called_after_its_speaker(name: str, speaker: str, label: str | None) -> None:
    """The speaker that the format names wins; a name that any tier may have says nothing."""
    assert label == tier(name, 1, speaker=speaker).label


@pytest.mark.parametrize("name", ["words", "Phones", "pitch", "topic", "gestures", "pos@Ana"])
def test_tiers_that_annotate_are_not_speech(name: str) -> None:
    """They are counted, and nobody is called after them."""
    tally = Tally()

    reading = reading_of_tiers([tier("Ana", 1), tier(name, 0, 1)], tally, "")

    assert [block.label for block in reading.blocks] == ["Ana"]
    assert [(part.kind, part.words) for part in reading.removed] == [("tier without speech", 4)]


def test_a_tier_of_single_words_is_an_alignment() -> None:
    """Many events of one word each repeat what another tier says, unless a speaker is named."""
    words = tier("Ana w", *range(40), text="so")

    assert not words.is_speech
    assert tier("x", *range(40), text="so", speaker="Ana").is_speech


def test_where_no_tier_is_speech_the_fullest_is_read_and_nobody_named() -> None:
    """Better words without speakers than no words."""
    reading = reading_of_tiers([tier("topic", 0), tier("words", 0, 1)], Tally(), "")

    assert not reading.is_structured
    assert [block.label for block in reading.blocks] == [None, None]


def test_tiers_without_words_hold_nothing() -> None:
    """A frame alone is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        reading_of_tiers([tier("Ana")], Tally(), "")

    assert caught.value.code == "E_NO_CONTENT"


NAMES = st.sampled_from(["Ana", "Ben", "words", "text", ""])


@given(st.lists(st.tuples(NAMES, st.lists(st.floats(0, 99), min_size=1, max_size=5)), min_size=1))
def test_every_word_is_read_or_counted(tiers: list[tuple[str, list[float]]]) -> None:
    """Whatever is chosen, nothing is lost."""
    n_events = sum(len(starts) for _, starts in tiers)

    reading = reading_of_tiers([tier(name, *starts) for name, starts in tiers], Tally(), "")

    n_removed = sum(part.words for part in reading.removed)
    assert 2 * n_events == 2 * len(reading.blocks) + n_removed
