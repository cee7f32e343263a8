"""SALT: lines begin with the first letter of a speaker."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.salt import parse_salt

DEFAULT = IngestSettings()
FILE = (
    "$ Child, Examiner\n+ Gender: F\n- 0:05\nE How was (um) it?\n\nC Good/ed.\n= aside\n: :01\n"
    "X who?\n"
)


def test_lines_are_speech_of_those_named_first() -> None:
    """The name beats the letter; a time is for the line after it; the rest is counted."""
    reading = parse_salt(FILE.encode(), DEFAULT)

    assert [(b.label, b.text, b.start_s) for b in reading.blocks] == [
        ("Examiner", "How was (um) it?", 5),
        ("Child", "Good/ed.", None),
    ]
    assert {part.kind: part.count for part in reading.removed} == {
        "header": 2,
        "remark": 1,
        "pause": 1,
        "line of nobody": 1,
    }


@pytest.mark.parametrize("text", ["$ Child\n", "C words\n", ""])
def test_without_speakers_or_words_there_is_nothing(text: str) -> None:
    """The first line is needed to know who speaks."""
    with pytest.raises(TranscriptError) as caught:
        parse_salt(text.encode(), DEFAULT)

    assert caught.value.code == "E_NO_CONTENT"


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_salt, FILE.encode())


def test_a_sample_agrees_with_gold(samples: Any, heads_of: Callable[[Reading], Any]) -> None:
    """Speakers and first words of a real file are those that people found."""
    name = "salt/nzilbb_test.slt"

    assert samples.gold(name) == heads_of(samples.read(name, parse_salt))
