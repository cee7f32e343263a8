"""TEI: utterances, and who said them."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.tei import parse_tei

DEFAULT = IngestSettings()


def read(inside: str, timeline: str = "") -> Reading:
    """Return what a document with these utterances holds."""
    people = '<person xml:id="A"><persName>Ana <s>Reyes</s></persName></person>'
    root = f'<TEI xmlns="http://www.tei-c.org/ns/1.0">{people}{timeline}{inside}</TEI>'
    return parse_tei(root.encode(), DEFAULT)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("how was it", "how was it"),
        ("<w>how</w><w>was</w>\n <w>it</w><pc>?</pc>", "how was it?"),
        ("<w>how</w>\n <pc>,</pc> <w>so</w>", "how, so"),
        ("it<supplied>al</supplied>ic", "italic"),
        ("<seg>how was</seg><pause/><seg>it</seg>", "how was it"),
        ("how <vocal><desc>laughs</desc></vocal>was it", "how [laughs] was it"),
        ("how <note>sic</note>was it", "how was it"),
    ],
)
def test_words_are_parted_as_they_are_spoken(inside: str, expected: str) -> None:
    """Words and marks may be elements; what is described stands in brackets, notes stay out."""
    assert expected == read(f'<u who="#A">{inside}</u>').blocks[0].text


def test_the_id_names_the_speaker_and_the_header_the_id() -> None:
    """Joint speakers stay joint; nobody stays nobody."""
    reading = read('<u who="#A">a</u><u who="#A #B">b</u><u>c</u><u who="#A"/>')

    assert [block.label for block in reading.blocks] == ["A", "A + B", None]
    assert {"A": "Ana Reyes"} == dict(reading.declared)


def test_times_come_from_the_time_line() -> None:
    """Points are absolute or an interval since another."""
    timeline = (
        '<timeline><when xml:id="t0" absolute="00:00:10"/><when xml:id="t1" interval="2.5" '
        'since="#t0"/></timeline>'
    )

    (first, second) = read(
        '<u start="#t0" end="#t1">a</u><u synch="#t1 #t9">b</u>', timeline
    ).blocks

    assert (10, 12.5) == (first.start_s, first.end_s)
    assert (12.5, None) == (second.start_s, second.end_s)


def test_a_document_without_utterances_holds_nothing() -> None:
    """Written TEI has no speakers to read."""
    with pytest.raises(TranscriptError) as caught:
        read("<p>words</p>")

    assert caught.value.code == "E_NO_CONTENT"


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_tei, b'<TEI><u who="#A"><w>how</w><pc>?</pc></u><u>so<desc>x</desc></u></TEI>')


def test_a_sample_agrees_with_gold(samples: Any, heads_of: Callable[[Reading], Any]) -> None:
    """Speakers and first words of a real file are those that people found."""
    name = "tei/nzilbb_speech_tei.xml"

    assert samples.gold(name) == heads_of(samples.read(name, parse_tei))
