"""TextGrids: Praat's free-standing strings and numbers, in whatever layout."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.textgrid import parse_textgrid

DEFAULT = IngestSettings()
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 3
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ana"
        xmin = 0
        xmax = 3
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1.5
            text = ""
        intervals [2]:
            xmin = 1.5
            xmax = 3
            text = "she said ""yes"" 2 times"
    item [2]:
        class = "TextTier"
        name = "bell"
        xmin = 0
        xmax = 3
        points: size = 1
        points [1]:
            number = 1
            mark = "ding"
    item [3]:
        class = "IntervalTier"
        name = "Ben"
        xmin = 0
        xmax = 3
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 3
            text = "é"
"""
SHORT = (
    'File type = "ooTextFile short"\n"TextGrid"\n\n0\n3\n<exists>\n3\n'
    '"IntervalTier"\n"Ana"\n0\n3\n2\n0\n1.5\n""\n1.5\n3\n"she said ""yes"" 2 times"\n'
    '"TextTier"\n"bell"\n0\n3\n1\n1\n"ding"\n"IntervalTier"\n"Ben"\n0\n3\n1\n0\n3\n"é"\n'
)


@pytest.mark.parametrize("text", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "latin-1"])
def test_interval_tiers_are_speakers(text: str, encoding: str) -> None:
    """Long or short, in any of Praat's encodings; tiers of points are counted. Latin-1 is told."""
    reading = parse_textgrid(text.encode(encoding), DEFAULT)

    assert [(b.label, b.text, b.start_s, b.end_s) for b in reading.blocks] == [
        ("Ben", "é", 0, 3),
        ("Ana", 'she said "yes" 2 times', 1.5, 3),
    ]
    assert [(part.kind, part.words) for part in reading.removed] == [("tier of points", 1)]
    guessed = ["W_ENCODING_GUESSED"] if encoding == "latin-1" else []
    assert guessed == [notice.code for notice in reading.notices]


@pytest.mark.parametrize("n_lines", [3, 12, 20, 30])
def test_a_file_that_ends_early_is_refused(n_lines: int) -> None:
    """It says how many tiers and intervals it has."""
    with pytest.raises(TranscriptError) as caught:
        parse_textgrid("\n".join(LONG.split("\n")[:n_lines]).encode(), DEFAULT)

    assert caught.value.code == "E_CORRUPT"


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_textgrid, LONG.encode())


def test_a_sample_agrees_with_gold(samples: Any, heads_of: Callable[[Reading], Any]) -> None:
    """Speakers and first words of a real file are those that people found."""
    name = "textgrid/nzilbb_test_utterance.TextGrid"

    assert samples.gold(name) == heads_of(samples.read(name, parse_textgrid))


def test_a_sample_of_topics_and_words_names_nobody(samples: Any) -> None:
    """Its words are read all the same."""
    reading = samples.read("textgrid/nzilbb_test_speaker_word.TextGrid", parse_textgrid)

    assert not reading.is_structured
    assert len(reading.blocks) > 700
